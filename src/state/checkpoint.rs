//! Folds what a run did into the state. The run's own nouns lie on a higher floor, so that its results come as plain
//! data.

use super::finished::LEVELS_KEPT;
use super::{FinishedRun, Folded, OutputValue, Owed, Record, Rejected, Reloaded, Snapshot, State};
use crate::model::{Address, Moment, PatchLevel};
use patchform_sdk::message::Reload;
use std::collections::BTreeMap;

/// All that a run did up to one line of its journal. Results given again, or results of a later line of the same
/// run, may be folded over a state that holds the earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    /// The run.
    pub run: String,
    /// How many events of its journal these results are made of.
    pub line: u64,
    /// The run's fencing token.
    pub token: u64,
    /// Version of the program that folds.
    pub program: String,
    /// Components that came to rest.
    pub settled: Vec<Settled>,
    /// Snapshots that were taken, by id.
    pub taken: BTreeMap<String, Snapshot>,
    /// Ids of the snapshots that were dropped.
    pub dropped: Vec<String>,
    /// The outputs, once the run is complete.
    pub outputs: Option<BTreeMap<String, OutputValue>>,
    /// The run itself, once it ended.
    pub finished: Option<FinishedRun>,
}

/// A component that came to rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Which.
    pub component: Address,
    /// How.
    pub standing: Standing,
    /// When.
    pub at: Moment,
}

/// How a component came to rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It was patched and committed, or what was observed was adopted.
    Recorded(Reading),
    /// It is absent: taken away, or found missing and that was adopted.
    Gone,
    /// It is no longer managed.
    Forgotten,
    /// It is as it was before the run. What the state says of it stays.
    Restored {
        /// The level that failed and why; `None` when it only went back with others.
        rejected: Option<(PatchLevel, String)>,
    },
    /// Nobody knows how it stands. What the state says of it stays, and the next reading will show it as drift.
    Stuck,
    /// Its run was abandoned before what stands there was in force and verified.
    Owes {
        /// What it takes until it is in force.
        reload: Reload,
        /// Whether it may have been put there in part only.
        half: bool,
        /// What was brought into force already, where only its verification is owed.
        reloaded: Option<Reloaded>,
    },
    /// What stands there was brought into force and verified: whatever an earlier run left undone is done.
    InForce,
}

/// What was read of a component that is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Name of the provider that manages it.
    pub provider: String,
    /// Alias of that provider's block; empty for the default one.
    pub alias: String,
    /// Its level.
    pub level: PatchLevel,
    /// Digest of what it manages.
    pub digest: String,
    /// Stable identity of its host or system.
    pub target: String,
    /// What it manages there.
    pub claims: Vec<String>,
}

/// The state after `results`, one serial later; the same state when they add nothing, or when it holds results of a
/// later line of the run already: those of a controller that was taken for dead, and came late.
pub fn checkpoint(state: &State, results: Results) -> State {
    let mut next = state.clone();
    if is_late(state, &results) {
        return next;
    }
    for settled in results.settled {
        settle(&mut next, &results.run, settled);
    }
    next.snapshots.extend(results.taken);
    for id in &results.dropped {
        next.snapshots.remove(id);
    }
    if let Some(outputs) = results.outputs {
        next.outputs = outputs;
    }
    if let Some(run) = results.finished {
        remember(&mut next, run);
    }
    next.token = next.token.max(results.token);
    next.folded = Some(Folded { run: results.run, line: results.line });
    if next == *state {
        return next;
    }
    next.serial += 1;
    next.program = results.program;
    next
}

fn is_late(state: &State, results: &Results) -> bool {
    let folded = state.folded.as_ref().filter(|folded| folded.run == results.run);
    let ended = state.run(&results.run).is_some() && results.finished.is_none();
    ended || folded.is_some_and(|folded| folded.line > results.line)
}

fn settle(state: &mut State, run: &str, settled: Settled) {
    let Settled { component, standing, at } = settled;
    match standing {
        Standing::Recorded(reading) => {
            // It works after all, so that nothing speaks against it any more.
            state.rejected.retain(|r| r.component != component || r.level != reading.level);
            let Reading { provider, alias, level, digest, target, claims } = reading;
            let record = Record { provider, alias, level, digest, target, claims, run: run.to_string(), at };
            state.records.insert(component, record);
        }
        // That it is gone says nothing of what it takes until that is in force.
        Standing::Gone => {
            state.records.remove(&component);
        }
        Standing::Forgotten => {
            state.records.remove(&component);
            state.owed.remove(&component);
        }
        Standing::Restored { rejected: Some((level, reason)) } => {
            state.rejected.retain(|r| r.component != component || r.level != level);
            state.rejected.push(Rejected { component, level, run: run.to_string(), reason, at });
        }
        Standing::Restored { rejected: None } | Standing::Stuck => {}
        Standing::Owes { reload, half, reloaded } => {
            state.owed.insert(component, Owed { run: run.to_string(), reload, half, reloaded, at });
        }
        Standing::InForce => {
            state.owed.remove(&component);
        }
    }
}

/// Adds a finished run, and lets the oldest ones forget their levels: the state must not grow with every run by the
/// size of the platform.
fn remember(state: &mut State, run: FinishedRun) {
    match state.runs.iter_mut().find(|r| r.id == run.id) {
        Some(known) => *known = run,
        None => state.runs.push(run),
    }
    let with_levels = state.runs.iter_mut().rev().filter(|r| !r.levels.is_empty());
    for old in with_levels.skip(LEVELS_KEPT) {
        old.levels.clear();
    }
}

#[cfg(test)]
mod tests;
