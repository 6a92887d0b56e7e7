//! Who of a cluster comes first: members of an ordered service stand on those whose roles come before theirs (page 2.1).

use super::draft::Draft;
use super::noun::Observed;
use crate::config::checked::Service;
use crate::graph::NotAGraph;
use crate::model::{Address, Purpose};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// What members answered when they were asked for their roles, by entry; `Err` with why there is no answer.
pub type Answers = BTreeMap<usize, Result<String, String>>;

/// An order that cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{service} goes by roles ({}), and its members wait for each other in a circle then: {}", .order.join(", then "), circle(.members))]
pub struct Circle {
    /// Address of the service.
    pub service: String,
    /// Its order.
    pub order: Vec<String>,
    /// Each waits for the next, the last one for the first; with the role where one was found.
    pub members: Vec<(Address, Option<String>)>,
}

fn circle(members: &[(Address, Option<String>)]) -> String {
    let one = |(address, role): &(Address, Option<String>)| match role {
        Some(role) => format!("{address} ({role})"),
        None => address.to_string(),
    };
    members.iter().chain(members.first()).map(one).collect::<Vec<_>>().join(" waits for ")
}

/// The members of ordered services that are there, and can be asked.
pub fn to_ask(draft: &Draft, readings: &[Observed]) -> Vec<usize> {
    if draft.purpose != Purpose::Apply {
        return Vec::new();
    }
    let members = ordered(draft).flat_map(|service| service.members.iter().copied());
    let there = |i: &usize| matches!(readings.get(*i), Some(Observed::Present { .. }));
    members.filter(there).collect::<BTreeSet<_>>().into_iter().collect()
}

fn ordered(draft: &Draft) -> impl Iterator<Item = &Service> {
    draft.services.iter().filter(|service| !service.order.is_empty())
}

/// Puts the members of ordered services behind each other, by what they `answered`. Whose role nobody can tell may not change,
/// and holds up whoever does not come first.
///
/// # Errors
/// [`Circle`]: an order contradicts what stands on whom.
pub fn arrange(draft: &mut Draft, readings: &[Observed], answered: Answers) -> Result<(), Circle> {
    if draft.purpose != Purpose::Apply {
        return Ok(());
    }
    for (i, answer) in answered {
        match (answer, draft.entries.get_mut(i).and_then(|entry| entry.role.as_mut())) {
            (Ok(found), Some(role)) => role.found = Some(found),
            (Err(why), _) => {
                draft.unplaced.insert(i, format!("nobody can tell its role: {why}"));
            }
            (Ok(_), None) => {}
        }
    }
    for service in std::mem::take(&mut draft.services) {
        let placed = match service.order.is_empty() {
            true => Ok(()),
            false => place(draft, &service, readings),
        };
        draft.services.push(service);
        placed?;
    }
    Ok(())
}

fn place(draft: &mut Draft, service: &Service, readings: &[Observed]) -> Result<(), Circle> {
    let mut turns: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for i in &service.members {
        let Some(entry) = draft.entries.get(*i) else { continue };
        let found = entry.role.as_ref().and_then(|role| role.found.as_deref());
        let turn = match (readings.get(*i), found) {
            (Some(Observed::Present { .. }), Some(found)) => {
                let turn = service.order.iter().position(|role| role == found);
                if turn.is_none() {
                    let why = format!(
                        "its role is {found:?}, which the order of {} does not name ({})",
                        service.address(),
                        service.order.join(", then ")
                    );
                    draft.unplaced.insert(*i, why);
                }
                turn.unwrap_or_default()
            }
            // It might be one of the first ones.
            (
                Some(Observed::Present { .. } | Observed::Unreachable { .. } | Observed::Unsettled { .. }),
                _,
            ) => 0,
            _ => continue,
        };
        turns.entry(turn).or_default().push(*i);
    }
    for (first, then) in turns.values().zip(turns.values().skip(1)) {
        for i in then {
            let after = &mut draft.entries[*i].after;
            after.extend(first);
            after.sort_unstable();
            after.dedup();
        }
    }
    draft.connect().map_err(|wrong| {
        let nodes = match wrong {
            NotAGraph::Cycle(nodes) => nodes,
            NotAGraph::NoSuchNode { .. } => Vec::new(),
        };
        let member = |i: &usize| {
            let entry = draft.entries.get(*i)?;
            Some((entry.address.clone(), entry.role.as_ref().and_then(|role| role.found.clone())))
        };
        let members = nodes.iter().filter_map(member).collect();
        Circle { service: service.address(), order: service.order.clone(), members }
    })
}

#[cfg(test)]
mod tests;
