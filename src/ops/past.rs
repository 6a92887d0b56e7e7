//! What runs before tell of a plan that is made: how long its components took, where a preview only guesses, and for how long
//! its services were down in this month. Each journal is read once.

use super::runs::{self, Told};
use crate::config::checked::Service;
use crate::model::{Address, Moment};
use crate::plan::Plan;
use crate::plan::noun::{Entry, Verdict};
use crate::report::run_standing::{Times, view};
use crate::report::run_view::Stands;
use crate::run::event::{Request, What};
use crate::state::State;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

/// So many of the last runs tell how long components took: each journal is read whole.
const LOOKED_AT: usize = 5;

/// Notes at each change that keeps to windows, or is part of a service, how long its component took in the last run that
/// brought it through; and at each service that promises something what runs took of it in this month.
pub(super) fn note(plan: &mut Plan, state: &State, folder: &Path) {
    let counts = whose_time_counts(plan);
    let begins = |service: &Service| {
        let month = service.promise.as_ref()?.zone.month(plan.made)?.0;
        Some(month.from)
    };
    let begins: Vec<Option<Moment>> = plan.services.iter().map(begins).collect();
    let first = begins.iter().flatten().min().copied();
    let mut took: BTreeMap<Address, Duration> = BTreeMap::new();
    for (k, run) in state.runs.iter().rev().enumerate() {
        let (teaches, spends) =
            (k < LOOKED_AT && !counts.is_empty(), first.is_some_and(|first| run.finished >= first));
        if !teaches && !spends {
            continue;
        }
        let told = runs::tell(folder, &run.id).ok();
        let mut times = Times::default();
        told.iter().flat_map(|told| &told.journal.events).for_each(|event| times.see(event));
        // One that cannot be read teaches nothing; the preview's guess stands.
        if let Some(told) = told.as_ref().filter(|_| teaches) {
            for (address, time) in lengths(told, &times) {
                took.entry(address).or_insert(time);
            }
        }
        for (service, begin) in plan.services.iter_mut().zip(&begins).filter(|_| spends) {
            let Some(promise) = &mut service.promise else { continue };
            if begin.is_none_or(|begin| run.finished < begin) {
                continue;
            }
            let Some(told) = &told else {
                promise.spent.unread += 1;
                continue;
            };
            let mut then = told.plan.services.iter().enumerate();
            let then = then.find(|(_, then)| then.name == service.name);
            let down =
                then.map_or(Duration::ZERO, |(k, then)| spent(&times, &told.plan, (k, then), run.finished));
            promise.spent.down = promise.spent.down.saturating_add(down);
        }
    }
    for i in counts {
        let Entry { address, verdict, .. } = &mut plan.entries[i];
        if let Verdict::Change(change) = verdict {
            change.earlier = took.get(address).copied();
        }
    }
}

/// For how long a run took a service down: as it was seen from outside, else as its members tell. Where nobody could see it for a
/// while, the longer of the two.
fn spent(times: &Times, plan: &Plan, (k, service): (usize, &Service), until: Moment) -> Duration {
    let told = || times.down(plan, service, until);
    match times.outages(k, until) {
        Some(seen) if seen.unknown.is_zero() => seen.down,
        Some(seen) => seen.down.max(told()),
        None => told(),
    }
}

/// The changes (their indices) of which a window or a service wants to know how long they take.
fn whose_time_counts(plan: &Plan) -> BTreeSet<usize> {
    if plan.purpose.goes_back() {
        return BTreeSet::new();
    }
    let serves: BTreeSet<usize> = plan.services.iter().flat_map(|s| &s.members).copied().collect();
    let counts = |(i, entry): &(usize, &Entry)| !entry.when.is_any_time() || serves.contains(i);
    plan.changes().map(|(i, entry, _)| (i, entry)).filter(counts).map(|(i, _)| i).collect()
}

/// How long each component took that a run brought through; nothing where the run was paused or taken up again, since nobody
/// worked meanwhile.
fn lengths(told: &Told, times: &Times) -> Vec<(Address, Duration)> {
    let events = &told.journal.events;
    let taken = events.iter().filter(|e| matches!(e.what, What::Taken { .. })).count();
    let paused = events.iter().any(|e| e.what == What::Asked(Request::Pause));
    if taken > 1 || paused || told.plan.purpose.goes_back() {
        return Vec::new();
    }
    let seen = view(&told.plan, &told.run, times, told.started(), told.run.at());
    let done = seen.components.iter().filter(|c| c.stands == Stands::Committed);
    let timed = done.filter_map(|c| {
        // What only made up for something patched nothing.
        let patched = told.plan.change(c.entry).is_some_and(|change| !change.catches_up());
        Some((told.plan.entries.get(c.entry)?.address.clone(), c.took.filter(|_| patched)?))
    });
    timed.collect()
}
