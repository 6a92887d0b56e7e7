//! How long components took in runs before: a preview only guesses.

use super::runs::{self, Told};
use crate::model::Address;
use crate::plan::Plan;
use crate::plan::noun::Verdict;
use crate::report::run_standing::{Times, view};
use crate::report::run_view::Stands;
use crate::run::event::{Request, What};
use crate::state::State;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// So many of the last runs are looked at: each journal is read whole.
const LOOKED_AT: usize = 5;

/// Notes at each change that keeps to windows how long its component took in the last run that brought it through.
pub(super) fn note(plan: &mut Plan, state: &State, folder: &Path) {
    let keeps =
        |e: &crate::plan::noun::Entry| matches!(e.verdict, Verdict::Change(_)) && !e.when.is_any_time();
    if plan.purpose.goes_back() || !plan.entries.iter().any(keeps) {
        return;
    }
    let mut took: BTreeMap<Address, Duration> = BTreeMap::new();
    for run in state.runs.iter().rev().take(LOOKED_AT) {
        // One that cannot be read tells nothing; the preview's guess stands.
        let Ok(told) = runs::tell(folder, &run.id) else { continue };
        for (address, time) in of_run(&told) {
            took.entry(address).or_insert(time);
        }
    }
    for entry in plan.entries.iter_mut().filter(|e| !e.when.is_any_time()) {
        if let Verdict::Change(change) = &mut entry.verdict {
            change.earlier = took.get(&entry.address).copied();
        }
    }
}

/// How long each component took that a run brought through; nothing where the run was paused or taken up again, since nobody
/// worked meanwhile.
fn of_run(told: &Told) -> Vec<(Address, Duration)> {
    let events = &told.journal.events;
    let taken = events.iter().filter(|e| matches!(e.what, What::Taken { .. })).count();
    let paused = events.iter().any(|e| e.what == What::Asked(Request::Pause));
    if taken > 1 || paused || told.plan.purpose.goes_back() {
        return Vec::new();
    }
    let mut times = Times::default();
    events.iter().for_each(|event| times.see(event));
    let seen = view(&told.plan, &told.run, &times, told.started(), told.run.at());
    let done = seen.components.iter().filter(|c| c.stands == Stands::Committed);
    let timed = done.filter_map(|c| {
        // What only made up for something patched nothing.
        let patched = told.plan.change(c.entry).is_some_and(|change| !change.catches_up());
        Some((told.plan.entries.get(c.entry)?.address.clone(), c.took.filter(|_| patched)?))
    });
    timed.collect()
}
