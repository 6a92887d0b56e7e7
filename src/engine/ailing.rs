//! Who of a service is ill, as checks tell: it is away, whatever its reading says. Asked when a plan is made, and at the gate of each
//! member: what has nothing to do with the run may have taken others away since.

use super::perform::Tools;
use crate::config::checked::Need;
use crate::plan::noun::{Entry, Observed, Plan};
use crate::run::decide::Begin;
use crate::target::Targets;
use crate::target::check::{self, Place};
use patchform_sdk::chunk;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Asks the members of the services that the plan touches. What nobody can tell is no illness: the run asks again.
pub fn look(plan: &mut Plan, targets: &Targets) {
    let touched = plan.services.iter().filter(|service| plan.changes_any(service));
    let members: BTreeSet<usize> = touched.flat_map(|service| &service.members).copied().collect();
    let there = |i: usize| {
        let entry = plan.entries.get(i)?;
        matches!(entry.observed, Observed::Present { .. }).then_some((i, entry))
    };
    let asked: Vec<(usize, &Entry)> = members.into_iter().filter_map(there).collect();
    let told = chunk::abreast(&asked, |(i, entry)| (*i, ill(entry, targets)));
    for (i, ill) in told.into_iter().flatten() {
        plan.entries[i].ill = ill;
    }
}

/// Members that serve nobody, however well they are: by entry, why.
pub fn not_serving(plan: &mut Plan, members: impl IntoIterator<Item = (usize, String)>) {
    for (i, why) in members {
        let is_member = plan.services.iter().any(|service| service.members.contains(&i));
        if let Some(entry) = plan.entries.get_mut(i).filter(|_| is_member) {
            entry.ill.get_or_insert(why);
        }
    }
}

/// A member that an earlier run may have left half done is not counted on until that is done.
pub fn half_done(plan: &mut Plan) {
    let half = plan.changes().filter(|(.., change)| change.owed.as_ref().is_some_and(|owed| owed.half));
    let half: Vec<(usize, String)> = half
        .map(|(i, _, change)| {
            let run = change.owed.as_ref().map_or("", |owed| &owed.run);
            (i, format!("run {run} may have left it half done"))
        })
        .collect();
    not_serving(plan, half);
}

/// What is ill of what has to be well.
fn ill(entry: &Entry, targets: &Targets) -> Option<String> {
    let place = Place { connection: &entry.connection, targets, since: None, mark: None };
    let needed = entry.checks.iter().filter(|check| check.need != Need::Wanted);
    let ill = check::ill_at_a_glance(needed, &place, &AtomicBool::new(false));
    ill.map(|(check, why)| format!("check {:?}: {why}", check.name))
}

/// So often too few are looked for before they are believed to be, and so long after each other.
const LOOKS: usize = 3;
const BETWEEN: Duration = Duration::from_secs(1);
/// For so long what was found of a member counts, for each of its service: of very many who are at their gates at once not each
/// asks all the others.
const FRESH: Duration = Duration::from_millis(10);

/// What was found of members last: what is ill of each.
#[derive(Default)]
pub struct Seen(Mutex<BTreeMap<usize, (Instant, Option<String>)>>);

impl Tools {
    /// Whether every service of a component has enough others that are well.
    ///
    /// # Errors
    /// Which has not, and what is ill.
    pub(super) fn spares(&self, begin: &Begin) -> Result<(), String> {
        let i = begin.action.component;
        for service in self.plan.services.iter().filter(|service| service.members.contains(&i)) {
            let counts = |m: &usize| *m != i && !begin.away.contains(m);
            let others: Vec<usize> = service.members.iter().copied().filter(counts).collect();
            let least = usize::try_from(service.least).unwrap_or(usize::MAX);
            // That too few are left by the run's own count, it knows itself.
            if least == 0 || others.len() < least {
                continue;
            }
            let mut ill = Vec::new();
            for look in 0..LOOKS {
                if look > 0 {
                    thread::sleep(BETWEEN);
                }
                let each = u32::try_from(others.len()).unwrap_or(u32::MAX);
                ill =
                    self.ill_of(&others, if look > 0 { Duration::ZERO } else { FRESH.saturating_mul(each) });
                if others.len() - ill.len() >= least {
                    break;
                }
            }
            if others.len() - ill.len() < least {
                let told: Vec<String> =
                    ill.iter().map(|(m, why)| format!("{} ({why})", self.plan.entries[*m].address)).collect();
                let away = service.members.iter().filter(|m| begin.away.contains(m)).count();
                let without = match away {
                    0 => "this one".to_string(),
                    away => format!("this one and {away} that are worked on or away"),
                };
                let fits = match others.len() + away - ill.len() >= least {
                    true => "; fewer at once (max_parallel of its rollout) would leave enough",
                    false => "",
                };
                return Err(format!(
                    "{} needs {least} members available, and without {without} {} would be: ill is {}{fits}",
                    service.address(),
                    others.len() - ill.len(),
                    told.join(", ")
                ));
            }
        }
        Ok(())
    }

    /// Who of them is ill, and why; what was found within `fresh` counts.
    fn ill_of(&self, members: &[usize], fresh: Duration) -> Vec<(usize, String)> {
        let known = |m: usize| {
            let seen = self.seen.0.lock().unwrap_or_else(PoisonError::into_inner);
            seen.get(&m).filter(|(at, _)| at.elapsed() < fresh).map(|(_, ill)| ill.clone())
        };
        let asked = chunk::abreast(members, |m| {
            let ill = known(*m).unwrap_or_else(|| {
                let ill = ill(&self.plan.entries[*m], &self.targets);
                let mut seen = self.seen.0.lock().unwrap_or_else(PoisonError::into_inner);
                seen.insert(*m, (Instant::now(), ill.clone()));
                ill
            });
            (*m, ill)
        });
        asked.into_iter().flatten().filter_map(|(m, ill)| Some((m, ill?))).collect()
    }
}
