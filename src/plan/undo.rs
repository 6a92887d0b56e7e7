//! Takes a finished run back: a new plan towards the levels before it, made by the same diff and make. It rests on
//! that run's own plan, not on the configuration, which may name other things by now.

use super::draft::{Draft, Goal, recorded_outputs};
use super::hours::Hours;
use super::later;
use super::noun::{Cause, Entry, Observed, Plan, Verdict};
use crate::config::exact::Exact;
use crate::graph::{Graph, NotAGraph};
use crate::model::{Address, PatchLevel, Purpose};
use crate::state::{FinishedRun, Record, State};
use patchform_sdk::message::SnapshotRef;
use std::collections::{BTreeMap, BTreeSet};

/// What is wanted to take `run` back, and the components it changed that its plan does not name (they were moved or
/// renamed since; nothing is planned for them).
///
/// Only components that the run changed are in it, with the levels that were observed before, and those that are there again
/// already, but owe since that run what brings them into force. They go back in reverse: a component after all that stood on it, also where others that did not change stand in between. Going
/// down and going away are allowed, because that is what was asked for.
///
/// # Errors
/// [`NotAGraph`] if the stored plan is no graph, which one that was made by `make` always is.
pub fn undo(plan: &Plan, run: &FinishedRun, state: &State) -> Result<(Draft, Vec<Address>), NotAGraph> {
    let before = |i: &usize| level_before(&plan.entries[*i], run, state);
    let changed: Vec<usize> = (0..plan.entries.len()).filter(|i| before(i).is_some()).collect();
    let place: BTreeMap<usize, usize> = changed.iter().enumerate().map(|(at, i)| (*i, at)).collect();
    let whole = plan.entries.iter().enumerate().flat_map(|(i, e)| e.after.iter().map(move |on| (i, *on)));
    let forward = Graph::build(plan.entries.len(), whole)?;
    let mut draft = Draft {
        purpose: Purpose::Rollback { of: run.id.clone() },
        lineage: state.lineage.clone(),
        providers: plan.providers.clone(),
        entries: Vec::with_capacity(changed.len()),
        goals: Vec::new(),
        components: vec![None; changed.len()],
        graph: Graph::build(0, [])?,
        unplaced: BTreeMap::new(),
        rollouts: plan.rollouts.clone(),
        traffic: plan.traffic.clone(),
        // Going back is not held up for them.
        services: Vec::new(),
        moves: Vec::new(),
        assertions: Vec::new(),
        inputs: Vec::new(),
        vendors: plan.vendors.clone(),
        // Going back needs none.
        hours: Hours { emergency: None, ..plan.hours.clone() },
        outputs: outputs(plan, run, state),
        outputs_before: Some(recorded_outputs(state)),
        secret_sources: plan.secret_sources.clone(),
    };
    for i in &changed {
        let entry = &plan.entries[*i];
        let before = before(i).flatten().cloned();
        let record = state.records.get(&entry.address);
        let mut back = Entry {
            desired: before.clone(),
            recorded: record.map(|r| r.level.clone()),
            record_digest: record.map(Record::fingerprint),
            observed: Observed::NotRead,
            verdict: Verdict::Excluded,
            // The order back is the reverse of the order forth, whoever plays which part by now.
            role: None,
            after: dependents_among(&forward, *i, &place),
            ..entry.clone()
        };
        back.lifecycle.allow_downgrade = true;
        back.lifecycle.install = true;
        // Who takes a first installation back wants it gone: there may be nothing that would bring it again.
        back.lifecycle.allow_irreversible |= before.is_none();
        draft.goals.push(before.map_or(Goal::Absent, Goal::Level));
        draft.entries.push(back);
    }
    draft.connect()?;
    let named: BTreeSet<&Address> = draft.entries.iter().map(|e| &e.address).collect();
    let lost = run.levels.keys().filter(|a| !named.contains(a)).cloned().collect();
    Ok((draft, lost))
}

/// The level to which `entry` goes back with `run`, or at which only what that left undone is to be done. `None` where there is
/// nothing of either.
fn level_before<'a>(entry: &'a Entry, run: &'a FinishedRun, state: &State) -> Option<Option<&'a PatchLevel>> {
    if let Some(levels) = run.levels.get(&entry.address) {
        return Some(levels.before.as_ref());
    }
    let Verdict::Change(change) = &entry.verdict else { return None };
    // What was owed before the run is not its work.
    let left = state.owed.get(&entry.address).is_some_and(|owed| owed.run == run.id);
    (left && change.cause != Cause::Owed).then_some(change.from.as_ref())
}

/// The outputs once the run of `plan` is taken back: those before it, unless a later run keeps others.
fn outputs(plan: &Plan, run: &FinishedRun, state: &State) -> Vec<(String, Exact, bool)> {
    let before = plan.outputs_before.clone().filter(|_| outputs_kept(plan, run, state).is_none());
    before.unwrap_or_else(|| recorded_outputs(state))
}

/// The later run for whose sake the outputs of before `run`, whose plan this is, do not come again: it brought others, and is
/// not taken back with it as a whole.
pub fn outputs_kept<'a>(plan: &Plan, run: &FinishedRun, state: &'a State) -> Option<&'a FinishedRun> {
    let now = recorded_outputs(state);
    let mut own = plan.outputs.clone();
    own.sort_by(|a, b| a.0.cmp(&b.0));
    let others = plan.outputs_before.as_ref().is_some_and(|before| *before != now) && own != now;
    later::stays(run, state).filter(|_| others)
}

/// Of what `plan` takes back by a patch, the snapshots that the run which is taken back has stored, and nobody restores.
pub fn not_restored<'a>(plan: &'a Plan, state: &State) -> Vec<(&'a Address, String)> {
    let patched = plan.changes().filter(|(.., change)| change.to.is_some() && change.restore_from.is_none());
    let stored = patched.filter_map(|(_, entry, change)| {
        let stored = snapshot_before(state, &plan.purpose, &entry.address, change.to.as_ref())?;
        Some((&entry.address, stored.id))
    });
    stored.collect()
}

/// The snapshot that the run which a plan for `purpose` takes back took of a component at `level`; of the time before a first
/// installation (`None`), such a plan may restore it to take the component away again.
pub fn snapshot_before(
    state: &State,
    purpose: &Purpose,
    component: &Address,
    level: Option<&PatchLevel>,
) -> Option<SnapshotRef> {
    let Purpose::Rollback { of } = purpose else { return None };
    let found = state.snapshots.iter().find(|(_, s)| {
        s.component == *component && s.run == *of && s.level.as_ref() == level && !s.coverage.whole_system
    });
    found.map(|(id, snapshot)| SnapshotRef { id: id.clone(), token: Some(snapshot.token.clone()) })
}

/// Places of the nearest changed entries that stand on `node`, through any that did not change.
fn dependents_among(graph: &Graph, node: usize, place: &BTreeMap<usize, usize>) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    let mut open: Vec<usize> = graph.dependents(node).iter().map(|d| *d as usize).collect();
    while let Some(next) = open.pop() {
        if !seen.insert(next) {
            continue;
        }
        match place.get(&next) {
            Some(at) => found.push(*at),
            None => open.extend(graph.dependents(next).iter().map(|d| *d as usize)),
        }
    }
    found.sort_unstable();
    found
}
