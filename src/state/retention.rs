//! Which snapshots may go: more than `keep` of one component, or older than `keep_for`.

use super::State;
use crate::config::checked::SnapshotRule;
use crate::model::{Address, Moment};
use std::collections::{BTreeMap, BTreeSet};

/// Ids of the snapshots to drop, sorted by component and age, the oldest first.
///
/// `rule` gives a component's rule; `None` for a component that the configuration no longer names, whose snapshots
/// go when they expire. `open` names the runs that have not ended. Never dropped is a snapshot that an open run, or
/// the last finished run of its component, holds.
pub fn to_drop(
    state: &State,
    rule: impl Fn(&Address) -> Option<SnapshotRule>,
    open: &BTreeSet<String>,
    now: Moment,
) -> Vec<String> {
    let mut of_component: BTreeMap<&Address, Vec<(&String, &super::Snapshot)>> = BTreeMap::new();
    for (id, snapshot) in &state.snapshots {
        of_component.entry(&snapshot.component).or_default().push((id, snapshot));
    }
    let mut drop = Vec::new();
    for (component, mut snapshots) in of_component {
        snapshots.sort_by_key(|(id, s)| (s.taken, *id));
        let rule = rule(component);
        let last_run = state.last_run_of(component).map(|r| &r.id);
        let count = snapshots.len();
        for (at, (id, snapshot)) in snapshots.into_iter().enumerate() {
            let newer = (count - at - 1) as u64;
            let too_many = rule.as_ref().is_some_and(|r| newer >= r.keep);
            let keep_for = rule.as_ref().and_then(|r| r.keep_for);
            let too_old = keep_for.is_some_and(|keep| now.since(snapshot.taken) > keep)
                || snapshot.expires.is_some_and(|at| now >= at);
            let held = open.contains(&snapshot.run) || last_run == Some(&snapshot.run);
            if (too_many || too_old) && !held {
                drop.push(id.clone());
            }
        }
    }
    drop
}

#[cfg(test)]
mod tests;
