//! What a run did, as the state takes it in: a checkpoint in the middle, and the whole of it at the end.

use crate::config::exact::Exact;
use crate::journal::Head;
use crate::model::{Address, Moment, Purpose};
use crate::plan::noun::{Cause, Change, Entry, Identity, Observed, Plan, Verdict};
use crate::plan::settle;
use crate::run::event::Leg;
use crate::run::{Ending, Heard, Outcome, Rejections, Run, Standing, Stored, Undone};
use crate::state::checkpoint::{Results, Settled, Standing as Rest};
use crate::state::{FinishedRun, Levels, Orphan, OutputValue, Reloaded, RunOutcome, Snapshot};
use patchform_sdk::message::Reload;
use std::collections::{BTreeMap, BTreeSet};

/// When a run began, and where its journal stands.
#[derive(Debug, Clone, Copy)]
pub struct Where<'a> {
    /// When it began.
    pub started: Moment,
    /// Now.
    pub now: Moment,
    /// The journal's end.
    pub head: &'a Head,
}

/// What `run` did so far. A finished run brings its records, its history and the outputs.
pub fn results(plan: &Plan, run: &Run, outcome: &Outcome, at: Where<'_>) -> Results {
    let ended = run.is_finished();
    // It may be folded long after.
    let at = if ended { Where { now: run.at(), ..at } } else { at };
    let mut settled = if ended { settle::without_work(plan, at.now) } else { Vec::new() };
    let rejections = Rejections::of(plan, run);
    for (i, entry, change) in plan.changes() {
        settled.extend(rest(plan, run, rejections, (i, entry, change), at.now));
    }
    if run.is_cut() {
        settled.extend(of_lost_lines(plan, run, at.now));
    }
    let outputs = (ended && brings_outputs(plan, run, outcome)).then(|| outputs(plan));
    Results {
        run: run.id().into(),
        line: run.events(),
        token: run.token(),
        program: env!("CARGO_PKG_VERSION").into(),
        settled,
        taken: snapshots(plan, run.id(), &|i| run.snapshots(i)),
        dropped: Vec::new(),
        outputs,
        finished: ended.then(|| finished(plan, run, outcome, at)),
    }
}

/// What single lines of a journal tell that cannot be followed to its end.
#[derive(Debug, Clone, Copy)]
pub struct Lines<'a> {
    /// The components of which those tell that stand behind what can be followed.
    pub named: &'a BTreeSet<usize>,
    /// What any of them tells of snapshots.
    pub heard: &'a Heard,
}

/// What is taken as left by a run that is let go of although only a beginning of its journal could be read, of which `run` is
/// the fold. What that knows counts; whatever may have come behind it is taken as half done.
pub fn of_beginning(plan: &Plan, run: &Run, lines: Lines<'_>, at: Where<'_>) -> Results {
    let rejections = Rejections::of(plan, run);
    let mut settled = Vec::new();
    let mut levels = BTreeMap::new();
    for (i, entry, change) in plan.changes() {
        let named = lines.named.contains(&i);
        let rests = |standing| Settled { component: entry.address.clone(), standing, at: at.now };
        let standing = run.standing(i);
        if standing == Standing::Committed && !named {
            settled.extend(settle::recorded(plan, i, &reached(run, i, entry, change), at.now));
        }
        let rejected = rejections.levels_so_far(i).into_iter();
        settled.extend(
            rejected.map(|(level, why)| rests(Rest::Restored { rejected: Some((level.clone(), why)) })),
        );
        let Some((undone, half)) = run.may_owe(i, named) else { continue };
        settled.push(rests(owes(run, (i, entry, change), undone, half)));
        if change.cause != Cause::Owed {
            levels.insert(
                entry.address.clone(),
                Levels { before: change.from.clone(), after: change.to.clone() },
            );
        }
    }
    let known = Unread { run: run.id(), purpose: plan.purpose.clone(), line: run.events(), levels };
    let taken = snapshots(plan, run.id(), &|i| lines.heard.snapshots(i));
    Results { taken, ..let_go(known, settled, at) }
}

/// What may be left to do where `run` of `plan` has ended by a journal that lacked its end, and did not work there since: what the
/// lines did that are missing may be half done, or not in force.
pub fn of_lost_lines(plan: &Plan, run: &Run, now: Moment) -> Vec<Settled> {
    let owes = plan.changes().filter_map(|(i, entry, change)| {
        let (undone, half) = run.may_owe_to_lost_lines(i)?;
        // What reads as before the run is as half as it was then.
        let half = half || change.owed.as_ref().is_some_and(|owed| owed.half);
        let standing = owes(run, (i, entry, change), undone, half);
        Some(Settled { component: entry.address.clone(), standing, at: now })
    });
    owes.collect()
}

/// What is taken as left by a run that is let go of although its plan cannot be read: each of `components`, which it held, may be
/// half done.
pub fn of_nothing(run: &str, components: Vec<Address>, at: Where<'_>) -> Results {
    let owes = Rest::Owes { reload: Reload::Service, half: true, reloaded: None };
    let rests = |component| Settled { component, standing: owes.clone(), at: at.now };
    let known = Unread { run, purpose: Purpose::Apply, line: 0, levels: BTreeMap::new() };
    let_go(known, components.into_iter().map(rests).collect(), at)
}

/// What is known of a run that could not be read to its end.
struct Unread<'a> {
    run: &'a str,
    purpose: Purpose,
    line: u64,
    levels: BTreeMap<Address, Levels>,
}

fn let_go(known: Unread<'_>, settled: Vec<Settled>, at: Where<'_>) -> Results {
    Results {
        run: known.run.into(),
        line: known.line,
        token: 0,
        program: env!("CARGO_PKG_VERSION").into(),
        settled,
        taken: BTreeMap::new(),
        dropped: Vec::new(),
        outputs: None,
        finished: Some(FinishedRun {
            id: known.run.into(),
            started: at.started,
            finished: at.now,
            outcome: RunOutcome::Abandoned,
            purpose: known.purpose,
            journal_lines: at.head.lines,
            journal_head: at.head.sum.clone(),
            levels: known.levels,
        }),
    }
}

/// How one component came to rest, if it did.
fn rest(
    plan: &Plan,
    run: &Run,
    rejections: Rejections,
    (i, entry, change): (usize, &Entry, &Change),
    now: Moment,
) -> Vec<Settled> {
    let settled = |standing| Settled { component: entry.address.clone(), standing, at: now };
    let half = change.owed.as_ref().is_some_and(|owed| owed.half);
    let rejected = || {
        let levels = rejections.levels(i).into_iter();
        levels.map(|(level, why)| settled(Rest::Restored { rejected: Some((level.clone(), why)) }))
    };
    let or = |rejected: Vec<Settled>, rest: Rest| match rejected.is_empty() {
        true => vec![settled(rest)],
        false => rejected,
    };
    match run.standing(i) {
        // Until the run has ended every component may still go back, and then its record stays as it was.
        Standing::Committed if run.is_finished() => {
            let recorded = settle::recorded(plan, i, &reached(run, i, entry, change), now);
            let in_force = settled(Rest::InForce);
            // With where it came from, when that was taken back.
            recorded.into_iter().chain(rejected()).chain([in_force]).collect()
        }
        Standing::Restored => {
            // Until the run has ended a reading may still contradict it; and what was half before is half again.
            let in_force = run.is_finished() && run.is_back_in_force(i) && !half;
            // It stands again where an abandoned run had left it, which nobody had recorded: now it was made sure of.
            let owed = in_force && change.owed.is_some();
            let recorded = owed.then(|| settle::recorded(plan, i, &entry.observed, now)).flatten();
            let in_force = in_force.then(|| settled(Rest::InForce));
            let owes = run.owed(i).map(|undone| settled(owes(run, (i, entry, change), undone, half)));
            let restored = or(rejected().collect(), Rest::Restored { rejected: None });
            restored.into_iter().chain(recorded).chain(in_force).chain(owes).collect()
        }
        // Left standing by an abandoned run: its record stays, and nobody takes its level for a good one.
        Standing::Stuck(_) => {
            let half = run.is_half(i, half);
            // Where this run changed nothing, all that was owed before is owed still.
            let adds = run.is_changed(i) || change.owed.is_none();
            let owes = run
                .owed(i)
                .filter(|_| adds)
                .map(|undone| settled(owes(run, (i, entry, change), undone, half)));
            or(rejected().collect(), Rest::Stuck).into_iter().chain(owes).collect()
        }
        _ => Vec::new(),
    }
}

/// What is owed to a component, with the level that was brought into force already.
fn owes(run: &Run, (i, entry, change): (usize, &Entry, &Change), undone: Undone, half: bool) -> Rest {
    let reloaded = undone.reloaded.map(|(leg, reload)| match leg {
        Leg::Forth => Reloaded { level: change.to.clone(), digest: run.verified(i).map(Into::into), reload },
        Leg::Back => {
            let digest = entry.observed.identity().map(|identity| identity.digest.clone());
            Reloaded { level: change.from.clone(), digest, reload }
        }
    });
    Rest::Owes { reload: undone.reload, half, reloaded }
}

/// A committed component as it was verified.
fn reached(run: &Run, i: usize, entry: &Entry, change: &Change) -> Observed {
    let before = entry.observed.identity().cloned().unwrap_or_default();
    let digest = run.verified(i).map_or_else(|| before.digest.clone(), Into::into);
    let identity = Identity { digest, ..before };
    match &change.to {
        Some(level) => {
            let (pending, pending_by) = Default::default();
            Observed::Present { level: level.clone(), running: None, pending, pending_by, identity }
        }
        None => Observed::Absent(identity),
    }
}

/// The snapshots that a run asked for, of each component of its plan.
pub type Asked<'a> = &'a dyn Fn(usize) -> &'a [Stored];

fn snapshots(plan: &Plan, run: &str, asked: Asked<'_>) -> BTreeMap<String, Snapshot> {
    let mut all = BTreeMap::new();
    for (i, entry, change) in plan.changes() {
        for stored in asked(i).iter().filter(|s| s.done) {
            let made = stored.made.clone().unwrap_or_default();
            let snapshot = Snapshot {
                component: entry.address.clone(),
                run: run.into(),
                level: change.from.clone(),
                token: made.token,
                place: made.place,
                coverage: made.coverage,
                taken: stored.at,
                size: made.size,
                digest: made.digest,
                expires: entry.snapshot.keep_for.map(|keep| stored.at.plus(keep)),
                survives_target_loss: made.survives_target_loss,
            };
            all.insert(stored.id.clone(), snapshot);
        }
    }
    all
}

/// Snapshots that `run` of `plan` asked for and never saw made, and of which nobody proved that they do not exist.
pub fn orphans(plan: &Plan, run: &str, asked: Asked<'_>) -> Vec<Orphan> {
    let mut orphans = Vec::new();
    for (i, entry, change) in plan.changes() {
        let place = change.way_back.as_ref().map_or(String::new(), |w| w.place.clone());
        for stored in asked(i).iter().filter(|s| !s.done && !s.ruled_out) {
            orphans.push(Orphan {
                id: stored.id.clone(),
                component: entry.address.clone(),
                run: run.into(),
                level: change.from.clone(),
                asked: stored.at,
                place: place.clone(),
            });
        }
    }
    orphans
}

/// Snapshots that `run` of `plan`, which began at `started`, may have asked for in lines that its journal lacks.
pub fn lost(plan: &Plan, run: &Run, started: Moment) -> Vec<Orphan> {
    let orphans = plan.changes().filter_map(|(i, entry, change)| {
        Some(Orphan {
            id: run.lost_snapshot(i)?,
            component: entry.address.clone(),
            run: run.id().into(),
            level: change.from.clone(),
            asked: started,
            place: change.way_back.as_ref().map_or(String::new(), |way| way.place.clone()),
        })
    });
    orphans.collect()
}

/// Snapshots that `run` of `plan` saw made, for a state that knows nothing of them.
pub fn taken(plan: &Plan, run: &str, asked: Asked<'_>) -> Vec<Orphan> {
    let orphan = |(id, s): (String, Snapshot)| Orphan {
        id,
        component: s.component,
        run: s.run,
        level: s.level,
        asked: s.taken,
        place: s.place,
    };
    snapshots(plan, run, asked).into_iter().map(orphan).collect()
}

/// Whether the plan's outputs hold from now on: the run went through, and nobody asked for its end. A run that changed
/// nothing because all was blocked did not.
fn brings_outputs(plan: &Plan, run: &Run, outcome: &Outcome) -> bool {
    let went_through = match outcome.ending {
        Ending::Complete => !plan.leaves_out() || plan.changes().next().is_some(),
        Ending::Incomplete => !outcome.committed.is_empty(),
        _ => false,
    };
    matches!(plan.purpose, Purpose::Apply | Purpose::Rollback { .. })
        && went_through
        && !run.is_taking_back()
        && !run.is_abandoned()
}

fn outputs(plan: &Plan) -> BTreeMap<String, OutputValue> {
    let value = |(name, value, sensitive): &(String, Exact, bool)| {
        (name.clone(), OutputValue { value: value.clone(), sensitive: *sensitive })
    };
    plan.outputs.iter().map(value).collect()
}

fn finished(plan: &Plan, run: &Run, outcome: &Outcome, at: Where<'_>) -> FinishedRun {
    // What an abandoned run left half-way is part of what `rollback` takes back.
    let left = outcome.stuck.iter().filter(|i| run.is_changed(**i) && !run.is_put_back(**i));
    let levels = outcome.committed.iter().chain(left).filter_map(|i| {
        let entry = plan.entries.get(*i)?;
        let Verdict::Change(change) = &entry.verdict else { return None };
        // Where the level stayed there is nothing that `rollback` could bring back.
        if change.cause == Cause::Owed {
            return None;
        }
        Some((entry.address.clone(), Levels { before: change.from.clone(), after: change.to.clone() }))
    });
    FinishedRun {
        id: run.id().into(),
        started: at.started,
        finished: at.now,
        outcome: ended_as(outcome.ending, plan, run),
        purpose: plan.purpose.clone(),
        journal_lines: at.head.lines,
        journal_head: at.head.sum.clone(),
        levels: levels.collect(),
    }
}

fn ended_as(ending: Ending, plan: &Plan, run: &Run) -> RunOutcome {
    match ending {
        _ if run.is_abandoned() => RunOutcome::Abandoned,
        Ending::Complete if !plan.leaves_out() => RunOutcome::Complete,
        Ending::Complete | Ending::Incomplete => RunOutcome::Incomplete,
        Ending::Restored => RunOutcome::Restored,
        Ending::Halted | Ending::Stuck => RunOutcome::Stuck,
    }
}

#[cfg(test)]
mod tests;
