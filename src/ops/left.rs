//! What `run abandon --leave-running` left at work stays in the way of its component also where that has another name by now, or
//! names its target in another way: its provider is asked as the abandoned run knew it.

use super::runs::Told;
use super::{Failure, Place, providers, runs};
use crate::engine::fleet::Fleet;
use crate::engine::observe;
use crate::engine::secrets::Secrets;
use crate::engine::subject;
use crate::model::Address;
use crate::plan::make::{self, LeftRunning};
use crate::plan::noun::{Entry, Observed, PinnedProvider, Verdict};
use crate::plan::{Plan, moves};
use crate::state::State;
use std::collections::{BTreeMap, BTreeSet};

/// Makes those of the readings of `entries` unsettled beside which something that was left running still goes on, or may.
///
/// # Errors
/// A provider that failed as a whole.
pub(super) fn unsettle(
    (entries, pins, moves): (&[Entry], &[PinnedProvider], &[(Address, Address)]),
    readings: &mut [Observed],
    (state, place): (&State, &Place),
    (fleet, secrets): (&Fleet, &Secrets),
) -> Result<(), Failure> {
    for told in owing(state, place) {
        for old in left_running(&told) {
            let (run, names) = (told.run.id(), names_now(old, &told, state));
            let concerned: Vec<usize> =
                (0..entries.len()).filter(|i| concerns(old, &names, &entries[*i], &readings[*i])).collect();
            let Some(first) = names.first().filter(|_| !concerned.is_empty()) else { continue };
            let Some(why) = goes_on(old, &told.plan.providers, pins, (fleet, secrets))? else { continue };
            for i in concerned {
                let name = *names.iter().find(|name| ***name == entries[i].address).unwrap_or(first);
                // Its record has that name only once the plan is carried out.
                let name = moves.iter().find(|(_, to)| to == name).map_or(name, |(from, _)| from);
                let why = format!(
                    "{why}. It was left running when this was {} in run {run}; where it never ends, or nobody can tell, \
                     `patchform state rm {}` lets go of it",
                    old.address,
                    name.quoted()
                );
                readings[i] = Observed::Unsettled { why };
            }
        }
    }
    Ok(())
}

/// What was left running on each of `targets`, and still goes on or may; of several on one the first that may change anything.
///
/// # Errors
/// A provider that failed as a whole.
pub(super) fn on_targets<'t>(
    targets: impl IntoIterator<Item = &'t str>,
    pins: &[PinnedProvider],
    (state, place): (&State, &Place),
    (fleet, secrets): (&Fleet, &Secrets),
) -> Result<BTreeMap<String, LeftRunning>, Failure> {
    let mut found: BTreeMap<String, LeftRunning> = BTreeMap::new();
    if state.owed.is_empty() {
        return Ok(found);
    }
    let targets: BTreeSet<&str> = targets.into_iter().collect();
    for told in owing(state, place) {
        for old in left_running(&told) {
            let names = names_now(old, &told, state);
            let identity = old.observed.identity().filter(|there| targets.contains(there.target.as_str()));
            let (Some(name), Some(identity)) = (names.first(), identity) else { continue };
            let alone = matches!(&old.verdict, Verdict::Change(change) if change.needs_target_alone());
            let anything = alone || identity.claims.is_empty();
            if found.get(&identity.target).is_some_and(|known| known.anything || !anything) {
                continue;
            }
            if let Some(why) = goes_on(old, &told.plan.providers, pins, (fleet, secrets))? {
                let why = format!(
                    "{}: {why}; where it never ends, or nobody can tell, `patchform state rm {}` lets go of it",
                    old.address,
                    name.quoted()
                );
                found.insert(identity.target.clone(), LeftRunning { why, anything });
            }
        }
    }
    Ok(found)
}

/// Refuses a plan that was made before something of its components, or of what they take along, was left running.
///
/// # Errors
/// Names it; or a provider failed as a whole.
pub(super) fn refuse(
    plan: &Plan,
    (state, place): (&State, &Place),
    with: (&Fleet, &Secrets),
) -> Result<(), Failure> {
    if state.owed.is_empty() {
        return Ok(());
    }
    let mut state = state.clone();
    moves::apply(&plan.moves, &mut state);
    let known = (&state, place);
    let mut readings: Vec<Observed> = plan.entries.iter().map(|entry| entry.observed.clone()).collect();
    unsettle((&plan.entries, &plan.providers, &plan.moves), &mut readings, known, with)?;
    let targets = plan.changes().filter_map(|(_, entry, _)| entry.target());
    let left = on_targets(targets, &plan.providers, known, with)?;
    for (i, entry, change) in plan.changes() {
        let there = || left.get(entry.target()?).cloned();
        let why = match &readings[i] {
            Observed::Unsettled { why } => Some(why.clone()),
            _ => there().and_then(|left| make::contested(entry, change, left)),
        };
        if let Some(why) = why {
            return Err(Failure::refused(format!("{} may not begin now: {why}", entry.address))
                .hint("wait until that has ended, then make a new plan"));
        }
    }
    Ok(())
}

/// The runs from which the state still owes something, as far as they can be read.
fn owing(state: &State, place: &Place) -> impl Iterator<Item = Told> {
    let runs: BTreeSet<&String> = state.owed.values().map(|owed| &owed.run).collect();
    runs.into_iter().filter_map(|run| runs::tell(&place.runs, run).ok())
}

/// What a run left running, as its plan knew it.
fn left_running(told: &Told) -> impl Iterator<Item = &Entry> {
    let left = told.plan.entries.iter().enumerate().filter(|(i, _)| told.run.is_left_running(*i));
    left.map(|(_, old)| old)
}

/// Under which names the state remembers what a run left undone at `old`, an entry of its plan: its own; else any at which the run
/// itself left nothing, since it was renamed. None where that is done, or was forgotten.
fn names_now<'a>(old: &Entry, told: &'a Told, state: &'a State) -> Vec<&'a Address> {
    let run = told.run.id();
    let owing = || state.owed.iter().filter(|(_, owed)| owed.run == run).map(|(address, _)| address);
    if let Some(own) = owing().find(|address| **address == old.address) {
        return vec![own];
    }
    let owed = |(i, entry): (usize, &'a Entry)| told.run.owed(i).map(|_| &entry.address);
    let own: BTreeSet<&Address> = told.plan.entries.iter().enumerate().filter_map(owed).collect();
    owing().filter(|address| address.kind == old.address.kind && !own.contains(address)).collect()
}

/// Whether what goes on at `old` would be in the way of `entry`, and its own reading cannot tell.
fn concerns(old: &Entry, names: &[&Address], entry: &Entry, reading: &Observed) -> bool {
    let same = (&entry.address, &entry.arguments, &entry.connection)
        == (&old.address, &old.arguments, &old.connection);
    let unread = match reading {
        Observed::NotRead => entry.desired.is_some(),
        Observed::Unreachable { .. } | Observed::Unsettled { .. } => true,
        Observed::Absent(_) | Observed::Present { .. } => false,
    };
    if same || unread {
        return false;
    }
    let (now, then) = (reading.identity(), old.observed.identity());
    let there = now.zip(then).filter(|(now, then)| now.target == then.target);
    // It has gone to another host: what goes on at the one it has left is not in its way.
    let elsewhere = entry.connection != old.connection && now.is_some() && there.is_none();
    let claims_it =
        there.is_some_and(|(now, then)| now.claims.iter().any(|claim| then.claims.contains(claim)));
    claims_it || (names.contains(&&entry.address) && !elsewhere)
}

/// Why what was read need not stay, as far as the provider of `old` knows; `None` where all has ended.
fn goes_on(
    old: &Entry,
    then: &[PinnedProvider],
    pins: &[PinnedProvider],
    (fleet, secrets): (&Fleet, &Secrets),
) -> Result<Option<String>, Failure> {
    let Some(pinned) = then.get(old.provider) else { return Ok(None) };
    let unknown =
        |why: &str| Ok(Some(format!("it is not known whether an earlier action still goes on there: {why}")));
    let named = |pin: &&PinnedProvider| pin.name == pinned.name;
    let alike = pins.iter().find(|pin| named(pin) && pin.alias == pinned.alias);
    let unused = format!("nothing that is declared needs the provider {} any more", pinned.name);
    let Some(pin) = alike.or_else(|| pins.iter().find(named)) else { return unknown(&unused) };
    if let Err(missing) = subject::subject(old, &pin.alias, secrets) {
        return unknown(&missing.to_string());
    }
    let asked = [Entry { provider: 0, ..old.clone() }];
    let read = observe::observe(fleet, std::slice::from_ref(pin), &asked, &[0], secrets);
    match read.map_err(providers::missing)?.pop() {
        Some(Observed::Unsettled { why }) => Ok(Some(why)),
        // A provider asks for what goes on before it reads.
        Some(Observed::Absent(_) | Observed::Present { .. } | Observed::Unreachable { .. }) => Ok(None),
        Some(Observed::NotRead) | None => unknown(&unused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::samples;
    use serde_json::json;

    #[test]
    fn it_is_in_the_way_under_any_name_and_not_on_another_host() {
        let old = samples::fleet(1, false).entries.remove(0);
        let names = [&old.address];
        let seen = |target: &str, claim: &str| {
            let mut seen = old.observed.clone();
            if let Observed::Present { identity, .. } = &mut seen {
                identity.target = target.into();
                identity.claims = vec![claim.into()];
            }
            seen
        };
        let then = old.observed.identity().unwrap();
        let (target, claim) = (then.target.as_str(), then.claims.first().map_or("", String::as_str));
        let labelled = Entry { arguments: json!({ "target": "switch-1.example" }), ..old.clone() };
        let mut moved = labelled.clone();
        moved.connection.arguments.insert("host".into(), json!("elsewhere"));
        let renamed = Entry { address: "command.other".parse().unwrap(), ..old.clone() };
        for (what, names, entry, reading, expected) in [
            ("its own reading tells", &names[..], &old, seen(target, claim), false),
            ("its target has another name", &names, &labelled, seen("other", claim), true),
            ("reached in another way", &names, &moved, seen(target, claim), true),
            ("another host", &names, &moved, seen("other", claim), false),
            ("declared anew, claims the same", &names, &renamed, seen(target, claim), true),
            ("claims something else", &names, &renamed, seen(target, "another"), false),
            ("not to be read", &names, &labelled, Observed::NotRead, false),
        ] {
            assert_eq!(concerns(&old, names, entry, &reading), expected, "{what}");
        }
        // Its record is to be forgotten.
        let gone = Entry { desired: None, arguments: json!({}), ..old.clone() };
        assert!(concerns(&old, &names, &gone, &Observed::NotRead));
    }
}
