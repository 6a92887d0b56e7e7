//! Which snapshots may go: more than `keep` of one component, or older than `keep_for`.

use super::{RunOutcome, State};
use crate::config::checked::SnapshotRule;
use crate::model::{Address, Moment, Purpose};
use std::collections::{BTreeMap, BTreeSet};

/// Ids of the snapshots to drop, sorted by component and age, the oldest first.
///
/// `rule` gives a component's rule; `None` for a component that the configuration no longer names, whose snapshots
/// go when they expire. `open` names the runs that have not ended. Never dropped is a snapshot that an open run, or
/// the last finished run of its component, holds; nor one of a run that ended as it stood, until a later run of the
/// component ended well.
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
        // The runs of one component follow each other; clocks may have been set.
        snapshots.sort_by_key(|(id, s)| (turn(state, open, &s.run), s.taken, *id));
        let rule = rule(component);
        let held = Held::of(state, component);
        let count = snapshots.len();
        for (at, (id, snapshot)) in snapshots.into_iter().enumerate() {
            let newer = (count - at - 1) as u64;
            let too_many = rule.as_ref().is_some_and(|r| newer >= r.keep);
            let keep_for = rule.as_ref().and_then(|r| r.keep_for);
            let too_old = keep_for.is_some_and(|keep| now.since(snapshot.taken) > keep)
                || snapshot.expires.is_some_and(|at| now >= at);
            if (too_many || too_old) && !open.contains(&snapshot.run) && !held.by(&snapshot.run) {
                drop.push(id.clone());
            }
        }
    }
    drop
}

/// The turn of a run among all: those that are not remembered any more came first, open ones last.
fn turn(state: &State, open: &BTreeSet<String>, run: &str) -> usize {
    match state.runs.iter().rposition(|r| r.id == run) {
        _ if open.contains(run) => usize::MAX,
        Some(at) => at + 1,
        None => 0,
    }
}

/// What the finished runs of one component hold.
struct Held<'a> {
    state: &'a State,
    /// The runs that brought it to where it is: the one that its record names, and the last one that is known to have
    /// changed it. Old runs forget what they changed; records do not.
    last: [Option<&'a str>; 2],
}

impl<'a> Held<'a> {
    fn of(state: &'a State, component: &Address) -> Held<'a> {
        let recorded = state.records.get(component).map(|r| &*r.run);
        let changed = state.last_run_of(component).map(|r| &*r.id);
        Held { state, last: [recorded, changed] }
    }

    fn by(&self, run: &str) -> bool {
        self.last.contains(&Some(run)) || self.left_as_it_stood(run)
    }

    /// Whether `run` was ended as it stood, and no later one brought the component anywhere.
    fn left_as_it_stood(&self, run: &str) -> bool {
        let runs = &self.state.runs;
        let Some(at) = runs.iter().position(|r| r.id == run) else { return false };
        let later = runs[at + 1..].iter().filter(|r| r.purpose != Purpose::RefreshOnly);
        matches!(runs[at].outcome, RunOutcome::Stuck | RunOutcome::Abandoned)
            && !later.map(|r| &*r.id).any(|id| self.last.contains(&Some(id)))
    }
}

#[cfg(test)]
mod tests;
