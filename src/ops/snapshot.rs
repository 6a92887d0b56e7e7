//! The stored ways back: retention after a run, and `snapshot list`, `restore`, `prune`.

mod covered;

use self::covered::Coverage;
pub(super) use self::covered::refuse_more;
use super::apply::Audience;
use super::inputs::Inputs;
use super::orphans::Found;
use super::plan::{Planned, backend};
use super::providers::{Lenience, Starter};
use super::view::{self, View};
use super::{Failure, Place, beginning, doomed, elsewhere, left, orphans, runs, secrets, state};
use crate::backend::{Base, Local};
use crate::config::checked::SnapshotRule;
use crate::config::source::Sources;
use crate::engine::lease::{self, Holdings, LeaseError};
use crate::engine::perform::{Hands, NotDropped, Tools};
use crate::engine::{fleet::Fleet, observe, secrets::Secrets};
use crate::model::{Address, Diagnostics, Moment, Purpose};
use crate::plan::Plan;
use crate::plan::draft::recorded_outputs;
use crate::plan::hours::Hours;
use crate::plan::noun::{Cause, Change, Entry, Observed, Planned as Action, Step, Verdict};
use crate::provider::watch::Silent;
use crate::report::state_text::Listed;
use crate::state::{Orphan, Snapshot, State, retention};
use crate::world::clock;
use patchform_sdk::message::{Preview, Reload, SnapshotRef, WayBack, WayBackKind};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Ids of the snapshots that retention would drop now, given the rules of `plan`.
pub fn to_drop(state: &State, plan: &Plan, open: &BTreeSet<String>, now: Moment) -> Vec<String> {
    let rules: BTreeMap<&Address, &SnapshotRule> =
        plan.entries.iter().filter(|e| e.desired.is_some()).map(|e| (&e.address, &e.snapshot)).collect();
    let drop = retention::to_drop(state, |address| rules.get(address).map(|r| (*r).clone()), open, now);
    // Who has just brought back what a snapshot holds may want it once more.
    let by = |id: &String| {
        plan.changes().any(|(.., c)| c.restore_from.as_ref().is_some_and(|from| from.id == *id))
    };
    let restored = |id: &String| matches!(plan.purpose, Purpose::Restore { .. }) && by(id);
    drop.into_iter().filter(|id| !restored(id)).collect()
}

/// How long a drop may take before it is told of.
const QUICK: Duration = Duration::from_secs(2);

/// Lets go what retention does not keep after `run`; what cannot be dropped now is told and stays for the next time. `stops`: whether
/// somebody wants it to wait no longer. `now`: by a clock that nobody sets while the run goes on. Answers the ids of those that are
/// gone, and of those that may be.
pub(super) fn drop_old(
    (run, state, now): (&str, &State, Moment),
    place: &Place,
    plan: &Plan,
    hands: &Hands,
    token: u64,
    (stops, audience): (&dyn Fn() -> bool, &mut dyn Audience),
) -> Result<(Vec<String>, Vec<String>), Failure> {
    let open = runs::open(&place.runs)?.into_iter().map(|open| open.id).filter(|id| id != run).collect();
    // A component without a session in this run is left for a later one.
    let reached = to_drop(state, plan, &open, now).into_iter().filter_map(|id| {
        let of = &state.snapshots.get(&id)?.component;
        let component = plan.entries.iter().position(|entry| entry.address == *of)?;
        hands.reaches(component).then_some((id, component))
    });
    let mut left: Vec<(String, usize)> = reached.collect();
    if let Err(failure) = doomed::note(place, doomed::By::Run(run), left.iter().map(|(id, _)| id)) {
        audience.notice(&format!("old snapshots stay for now: {failure}"));
        left.clear();
    }
    let (mut dropped, mut gone) = (Vec::new(), Vec::new());
    while let Some((id, component)) = left.first() {
        let (id, address) = (id.clone(), &plan.entries[*component].address);
        let reference = SnapshotRef { id: id.clone(), token: Some(state.snapshots[&id].token.clone()) };
        let (begun, mut told) = (clock::steady(), false);
        let mut waits = || {
            if !told && begun.elapsed() > QUICK {
                told = true;
                audience.notice(&format!(
                    "all is done; the old snapshot {id} of {address} is still being dropped (a stop ends the wait for it)"
                ));
            }
            !stops()
        };
        match hands.drop_snapshot(*component, token, reference, &mut waits) {
            Some(Ok(())) => dropped.push(id),
            Some(Err(NotDropped { why, may_be_gone })) => {
                audience.notice(&format!("snapshot {id} of {address} could not be dropped: {why}"));
                gone.extend(may_be_gone.then_some(id));
            }
            None => {
                gone.push(id);
                audience.notice(
                    "stopped waiting for old snapshots that are being dropped: `patchform snapshot list` shows what may be gone",
                );
                // The others were not begun.
                break;
            }
        }
        left.remove(0);
    }
    Ok((dropped, gone))
}

/// `snapshot list`: the state with what open runs did, the orphans, and the runs that took a stored snapshot and whose folder is gone.
///
/// # Errors
/// There is no state, or it or the folder of runs cannot be read.
pub fn list() -> Result<(Listed, View), Failure> {
    let place = Place::known()?;
    let seen = view::required()?;
    let state = seen.state.clone();
    let Found { orphans, unrecorded, unproved, mut planless, nameless } = orphans::find(&place, &state)?;
    let kept: BTreeSet<String> = runs::all(&place.runs)?.into_iter().collect();
    let (mut lost, taken) = (BTreeSet::new(), state.snapshots.values().map(|s| &s.run));
    for run in taken.filter(|run| !kept.contains(*run)) {
        let folder = place.runs.join(run).is_dir();
        if folder { &mut planless } else { &mut lost }.insert(run.clone());
    }
    let doomed = doomed::noted(&place, &state)?;
    Ok((Listed { state, orphans, unrecorded, unproved, doomed, nameless, planless, lost }, seen))
}

/// What `snapshot prune` did.
#[derive(Debug, Default)]
pub struct Pruned {
    /// Ids of those that are gone.
    pub dropped: Vec<String>,
    /// Those that stay on purpose, or that nobody knows how to drop: each with why.
    pub kept: Vec<String>,
    /// Those whose drop failed: each with why.
    pub failed: Vec<String>,
}

/// `snapshot prune`: lets go what retention does not keep, by the newest rules that runs know, and orphans.
///
/// # Errors
/// There is no state, or it cannot be read or written.
pub fn prune(inputs: &Inputs, patience: Duration) -> Result<Pruned, Failure> {
    let place = Place::known()?;
    runs::refuse_while_driven(&place.runs, "snapshot prune")?;
    let state = state::required()?;
    let open: BTreeSet<String> = runs::open(&place.runs)?.into_iter().map(|r| r.id).collect();
    let orphans = orphans::find(&place, &state)?.orphans;
    let known = Known::of(&place, &state, &orphans)?;
    let rule = |address: &Address| known.rules.get(address).cloned().flatten();
    let mut doomed = retention::to_drop(&state, rule, &open, clock::now());
    // What a run or another prune began and did not end may be gone, whatever the rules say now.
    let mut begun = doomed::noted(&place, &state)?;
    for id in &begun {
        if !doomed.contains(id) {
            doomed.push(id.clone());
        }
    }
    let Pruned { mut dropped, mut kept, mut failed } = Pruned::default();
    let mut by_run: BTreeMap<&String, Vec<Doomed<'_>>> = BTreeMap::new();
    let stored = doomed.into_iter().map(|id| Doomed::stored(id, &state));
    // What a run left half done may have no other way back: its orphans wait until that is done.
    let needed =
        |o: &&Orphan| state.owed.get(&o.component).is_some_and(|owed| owed.half && owed.run == o.run);
    let (needed, orphans): (Vec<&Orphan>, Vec<&Orphan>) = orphans.iter().partition(needed);
    kept.extend(needed.into_iter().map(|o| {
        format!(
            "{}: run {} may have left {} half done, and this may be its only way back; it is dropped once that is done \
             (patchform plan)",
            o.id, o.run, o.component
        )
    }));
    for one in stored.chain(orphans.into_iter().map(Doomed::orphan)) {
        match known.reached_by.get(one.component) {
            Some(run) => by_run.entry(run).or_default().push(one),
            None => kept.push(format!("{}: no run that is kept knows {}", one.id, one.component)),
        }
    }
    if by_run.is_empty() {
        return Ok(Pruned { dropped, kept, failed });
    }
    let started = by_run
        .into_iter()
        .map(|(run, all)| Ok((hands_for(&place, beginning::plan(&place.runs, run)?, inputs, run)?, all)));
    let started = started.collect::<Result<Vec<_>, Failure>>()?;
    let lock = Local::new(&place.state).with_patience(patience).lock("snapshot prune").map_err(backend)?;
    let lease = lease::acquire(&place.runs, lease::PRUNE, &Holdings::default(), state.token, clock::now());
    let lease = lease.map_err(|error| match error {
        LeaseError::Driven { .. } => Failure::locked("another `patchform snapshot prune` is at work"),
        other => runs::leased(other),
    })?;
    drop(lock);
    let ids = started.iter().flat_map(|(_, all)| all).filter(|one| one.orphan.is_none());
    let noted: BTreeSet<&String> = begun.iter().chain(ids.map(|one| &one.id)).collect();
    doomed::note(&place, doomed::By::Prune, noted)?;
    doomed::forget_runs(&place)?;
    for (hands, all) in started {
        for one in all {
            match one.drop_through(&hands, lease.token()) {
                Ok(()) => {
                    if let Some(orphan) = one.orphan {
                        failed.extend(orphans::note_dropped(&place, orphan).err().map(|e| e.to_string()));
                    }
                    dropped.push(one.id);
                }
                Err(NotDropped { why, may_be_gone }) => {
                    failed.push(format!("{}: {why}", one.id));
                    if may_be_gone && one.orphan.is_none() {
                        begun.insert(one.id);
                    }
                }
            }
        }
    }
    forget(&place, &dropped, lease.token(), patience)?;
    begun.retain(|id| !dropped.contains(id));
    doomed::note(&place, doomed::By::Prune, &begun)?;
    lease.release().map_err(runs::leased)?;
    Ok(Pruned { dropped, kept, failed })
}

/// A snapshot that is to go.
struct Doomed<'a> {
    id: String,
    component: &'a Address,
    /// What its provider said when it made it; nobody knows that of an orphan.
    token: Option<serde_json::Value>,
    orphan: Option<&'a Orphan>,
}

impl<'a> Doomed<'a> {
    fn stored(id: String, state: &'a State) -> Doomed<'a> {
        let snapshot = &state.snapshots[&id];
        Doomed { id, component: &snapshot.component, token: Some(snapshot.token.clone()), orphan: None }
    }

    fn orphan(orphan: &'a Orphan) -> Doomed<'a> {
        Doomed { id: orphan.id.clone(), component: &orphan.component, token: None, orphan: Some(orphan) }
    }

    fn drop_through(&self, hands: &Hands, token: u64) -> Result<(), NotDropped> {
        let entry = hands.tools.plan.entries.iter().position(|e| e.address == *self.component);
        let entry = entry.ok_or_else(|| NotDropped {
            why: format!("its run does not know {} any more", self.component),
            may_be_gone: false,
        })?;
        let reference = SnapshotRef { id: self.id.clone(), token: self.token.clone() };
        hands.drop_snapshot(entry, token, reference, &mut || true).unwrap_or(Ok(()))
    }
}

/// What the runs know of the components that have snapshots.
#[derive(Default)]
struct Known {
    /// The rule of the newest plan that names the component; `None` when it is no longer managed there.
    rules: BTreeMap<Address, Option<SnapshotRule>>,
    /// The newest run whose plan has the component with all that its provider needs.
    reached_by: BTreeMap<Address, String>,
}

impl Known {
    /// Looks through the plans from the newest on, until nothing more can be learned. A plan that cannot be read tells
    /// nothing.
    fn of(place: &Place, state: &State, orphans: &[Orphan]) -> Result<Known, Failure> {
        let mut known = Known::default();
        let wanted: BTreeSet<&Address> = state
            .snapshots
            .values()
            .map(|s| &s.component)
            .chain(orphans.iter().map(|o| &o.component))
            .collect();
        for id in runs::all(&place.runs)?.into_iter().rev() {
            if known.reached_by.len() == wanted.len() {
                break;
            }
            let Ok(plan) = beginning::plan(&place.runs, &id) else { continue };
            for entry in plan.entries.into_iter().filter(|e| wanted.contains(&e.address)) {
                let managed = entry.desired.is_some();
                if managed && !known.reached_by.contains_key(&entry.address) {
                    known.reached_by.insert(entry.address.clone(), id.clone());
                }
                known.rules.entry(entry.address).or_insert(managed.then_some(entry.snapshot));
            }
        }
        Ok(known)
    }
}

/// `snapshot forget`: takes one out of the state that is gone, or that nobody can drop. Answers where it lay.
///
/// # Errors
/// There is no such snapshot, a run goes on, or the state cannot be written.
pub fn forget_one(id: &str, patience: Duration) -> Result<String, Failure> {
    let place = Place::known()?;
    runs::refuse_while_driven(&place.runs, "snapshot forget")?;
    let state = state::required()?;
    if let Some(snapshot) = state.snapshots.get(id) {
        forget(&place, &[id.to_string()], state.token, patience)?;
        return Ok(snapshot.place.clone());
    }
    let orphans = orphans::find(&place, &state)?.orphans;
    let orphan = orphans.iter().find(|orphan| orphan.id == id).ok_or_else(|| unknown(id, &place, &state))?;
    orphans::note_dropped(&place, orphan)?;
    Ok(orphan.place.clone())
}

fn forget(place: &Place, dropped: &[String], token: u64, patience: Duration) -> Result<(), Failure> {
    if dropped.is_empty() {
        return Ok(());
    }
    let local = Local::new(&place.state).with_patience(patience);
    let lock = local.lock("snapshot prune").map_err(backend)?;
    let Some(mut state) = local.read().map_err(backend)? else { return Ok(()) };
    let base = Base::of(Some(&state));
    state.snapshots.retain(|id, _| !dropped.contains(id));
    state.token = state.token.max(token);
    state.serial += 1;
    local.write(&lock, &base, &state, None).map_err(backend)?;
    Ok(())
}

fn hands_for(place: &Place, plan: Plan, inputs: &Inputs, run: &str) -> Result<Hands, Failure> {
    let (starter, fleet, secrets) = start(place, &plan, &all(&plan), inputs)?;
    Hands::new(Arc::new(Tools {
        plan,
        fleet,
        targets: Arc::clone(&starter.targets),
        secrets,
        run: run.into(),
        cancelled: AtomicBool::new(false),
        alone: Box::new(|_| Ok(())),
        seen: Default::default(),
    }))
    .map_err(|e| Failure::error(format!("no thread can be started: {e}")))
}

fn all(plan: &Plan) -> BTreeSet<usize> {
    plan.entries.iter().filter(|e| e.desired.is_some()).map(|e| e.provider).collect()
}

fn start(
    place: &Place,
    plan: &Plan,
    needed: &BTreeSet<usize>,
    inputs: &Inputs,
) -> Result<(Starter, Fleet, Secrets), Failure> {
    let secrets = secrets::again(plan, inputs)?;
    let starter = Starter::new(place, Arc::new(Silent));
    elsewhere::keep_to(&starter.targets, &plan.entries);
    let fleet = starter.pinned_fleet(&plan.providers, needed, &secrets, &Lenience::default())?.fleet;
    Ok((starter, fleet, secrets))
}

/// `snapshot restore`: a plan of one component, towards what the snapshot holds, and of those that go back before it, since that is
/// of their whole system. Snapshots of the present are taken first, so that this can fail and be undone as any patch.
///
/// # Errors
/// There is no such snapshot, its run is not kept, or a component cannot be read, is another machine's, or has no way back.
pub fn restore(id: &str, inputs: &Inputs) -> Result<Planned, Failure> {
    let place = Place::known()?;
    let state = state::required()?;
    let snapshot = state.snapshots.get(id).cloned().ok_or_else(|| unknown(id, &place, &state))?;
    let doomed = doomed::noted(&place, &state)?;
    if doomed.contains(id) {
        return Err(Failure::refused(format!(
            "snapshot {id} may be gone: somebody began to drop it, and how that ended is not known"
        ))
        .hint("`patchform snapshot prune` ends that; `patchform snapshot list` shows what is left then"));
    }
    let taken = plan_that_knows(&place, &state, &snapshot)?;
    let entry = taken.entries.iter().find(|e| e.address == snapshot.component).cloned();
    let entry = entry.ok_or_else(|| {
        Failure::error(format!("run {}, which took it, does not know {}", snapshot.run, snapshot.component)).hint(format!(
            "it was renamed since: `patchform run show {}` tells the name that it had, and `patchform state mv {} NAME` gives it \
             back for the time of the restore",
            snapshot.run, snapshot.component.quoted()
        ))
    })?;
    let rollout = taken.rollouts.get(entry.rollout).cloned();
    let coverage = Coverage::of(id, &snapshot, &taken, (&place, &state, &doomed))?;
    let mut plan = Plan {
        program: env!("CARGO_PKG_VERSION").into(),
        made: clock::now(),
        lineage: state.lineage.clone(),
        purpose: Purpose::Restore { snapshot: id.to_string() },
        entries: vec![Entry { after: Vec::new(), rollout: 0, wave: 0, ..entry }],
        outputs: recorded_outputs(&state),
        outputs_before: Some(recorded_outputs(&state)),
        moves: Vec::new(),
        assertions: Vec::new(),
        inputs: Vec::new(),
        rollouts: rollout.into_iter().collect(),
        hours: Hours { emergency: None, ..taken.hours.clone() },
        waves: Vec::new(),
        services: Vec::new(),
        ..taken
    };
    coverage.put_before(&mut plan, &place, &state)?;
    elsewhere::refuse(&format!("snapshot {id}"), &plan.entries)?;
    let needed = plan.entries.iter().map(|e| e.provider).collect();
    let (starter, fleet, secrets) = start(&place, &plan, &needed, inputs)?;
    let every: Vec<usize> = (0..plan.entries.len()).collect();
    let mut read = observe::observe(&fleet, &plan.providers, &plan.entries, &every, &secrets)
        .map_err(super::providers::missing)?;
    coverage.unsettle((&plan, &mut read), (&state, &place), (&fleet, &secrets))?;
    for (entry, observed) in plan.entries.iter_mut().zip(read) {
        let first = coverage.first.iter().find(|first| first.snapshot.component == entry.address);
        let (id, snapshot) = first.map_or((id, &snapshot), |first| (&first.id, &first.snapshot));
        aim(entry, observed, (id, snapshot), &place, &state)?;
    }
    let warnings = Diagnostics(coverage.warning(id).into_iter().collect());
    Ok(Planned {
        plan,
        sources: Sources::new(),
        warnings,
        place,
        fleet,
        starter,
        secrets,
        state: Some(state),
    })
}

/// Lets `entry`, which was read, go back to the snapshot.
fn aim(
    entry: &mut Entry,
    observed: Observed,
    (id, snapshot): (&str, &Snapshot),
    place: &Place,
    state: &State,
) -> Result<(), Failure> {
    let record = state.records.get(&entry.address);
    entry.recorded = record.map(|r| r.level.clone());
    entry.record_digest = record.map(crate::state::Record::fingerprint);
    entry.desired = snapshot.level.clone().or(entry.desired.take());
    entry.observed = observed;
    // An open run may be why nobody can tell what stands there.
    refuse_if_leased(place, entry)?;
    match &entry.observed {
        Observed::Unreachable { why } => {
            return Err(Failure::refused(format!("{} cannot be read: {why}", entry.address)));
        }
        Observed::Unsettled { why } => {
            let what = format!("what {} reads now need not stay: {why}", entry.address);
            return Err(Failure::refused(what).hint("wait until that has ended, then try again"));
        }
        _ => {}
    }
    entry.verdict = Verdict::Change(Box::new(Change {
        owed: state.owed.get(&entry.address).map(|owed| entry.observed.owes(owed)),
        ..change(id, snapshot, entry)
    }));
    Ok(())
}

/// Why a snapshot that the state does not know is not restored.
fn unknown(id: &str, place: &Place, state: &State) -> Failure {
    const LIST: &str = "`patchform snapshot list` shows all snapshots";
    let open = runs::open(&place.runs).unwrap_or_default();
    if let Some(run) = open.iter().map(|run| &run.id).find(|run| id.starts_with(&**run)) {
        return Failure::locked(format!(
            "snapshot {id} is for the way back of run {run}, which has not ended"
        ))
        .hint(format!(
            "`patchform rollback {run}` goes back by it; `patchform run show {run}` tells how the run stands"
        ));
    }
    let orphans = orphans::find(place, state).unwrap_or_default().orphans;
    match orphans.iter().find(|orphan| orphan.id == id) {
        Some(orphan) => Failure::error(format!(
            "snapshot {id} is an orphan: run {} asked for it, and nobody saw whether it was made, or what its provider needs \
             to find it again",
            orphan.run
        ))
        .hint(format!(
            "`patchform snapshot list` says where it would be kept; put {} right by hand from there, or restore another one",
            orphan.component
        )),
        None => Failure::error(format!("there is no snapshot {id}")).hint(LIST),
    }
}

/// The plan of the run that took `snapshot`; where that is lost, the newest one that reaches its component.
fn plan_that_knows(place: &Place, state: &State, snapshot: &Snapshot) -> Result<Plan, Failure> {
    let lost = match beginning::plan(&place.runs, &snapshot.run) {
        Ok(plan) => return Ok(plan),
        Err(lost) => lost,
    };
    match Known::of(place, state, &[])?.reached_by.get(&snapshot.component) {
        Some(run) => beginning::plan(&place.runs, run),
        None => Err(lost),
    }
}

fn refuse_if_leased(place: &Place, entry: &Entry) -> Result<(), Failure> {
    let leases = runs::leases(&place.runs)?;
    match leases.on(&entry.address, entry.observed.identity()) {
        None => Ok(()),
        Some(run) => Err(Failure::locked(format!(
            "run {run}, which has not ended, holds {} or its target",
            entry.address
        ))
        .hint(format!(
            "`patchform run show {run}` tells how it stands; `patchform rollback {run}` takes back what it did"
        ))),
    }
}

fn change(id: &str, snapshot: &Snapshot, entry: &Entry) -> Change {
    let checks: Duration = entry.checks.iter().map(|c| c.within + c.timeout).sum();
    let act = |action: Step, seconds: u64| {
        let expected = Duration::from_secs(seconds);
        Action { action, expected, deadline: Duration::from_secs(600) + checks }
    };
    let way_back = WayBack {
        kind: WayBackKind::Restore,
        coverage: snapshot.coverage.clone(),
        place: String::new(),
        survives_target_loss: false,
        discards_data: snapshot.coverage.data,
        size: snapshot.size,
        duration: 0,
    };
    Change {
        from: entry.observed.level().cloned(),
        to: snapshot.level.clone(),
        cause: Cause::Change,
        altered: false,
        newer: Vec::new(),
        brought: Vec::new(),
        owed: None,
        put_by: None,
        earlier: None,
        downgrade: false,
        preview: Preview { reload: Reload::None, ..Preview::default() },
        artifacts: Vec::new(),
        way_back: Some(way_back),
        restore_from: Some(SnapshotRef { id: id.into(), token: Some(snapshot.token.clone()) }),
        forth: vec![
            act(Step::Gate, 0),
            act(Step::Snapshot, 1),
            act(Step::Restore, 5),
            act(Step::Reload, 2),
            act(Step::Verify, 1),
            act(Step::Commit, 0),
        ],
        back: vec![act(Step::Restore, 5), act(Step::Reload, 2), act(Step::Verify, 1)],
    }
}

/// Snapshots that retention will drop after `plan` was carried out on `state`: id and why.
pub fn will_drop(state: &State, plan: &Plan) -> Vec<(String, String)> {
    // It is not carried out then.
    if !super::plan::has_work(plan) {
        return Vec::new();
    }
    // Copied only where the plan changes something.
    let mut after = Cow::Borrowed(state);
    let now = clock::now();
    for (i, entry, change) in plan.changes() {
        let after = after.to_mut();
        if change.forth.iter().any(|p| p.action == Step::Snapshot) {
            let new = Snapshot {
                component: entry.address.clone(),
                run: String::new(),
                level: change.from.clone(),
                token: serde_json::Value::Null,
                place: String::new(),
                coverage: Default::default(),
                taken: now,
                size: 0,
                digest: None,
                expires: None,
                survives_target_loss: false,
            };
            after.snapshots.insert(format!("new {i}"), new);
        }
        // The run that is to come becomes the last one of its components.
        for run in &mut after.runs {
            run.levels.remove(&entry.address);
        }
        if let Some(record) = after.records.get_mut(&entry.address) {
            record.run = String::new();
        }
    }
    let keeps: BTreeMap<&Address, u64> = plan.entries.iter().map(|e| (&e.address, e.snapshot.keep)).collect();
    let doomed = to_drop(&after, plan, &BTreeSet::new(), now)
        .into_iter()
        .filter(|id| state.snapshots.contains_key(id));
    let why = |id: &str| {
        let snapshot = &state.snapshots[id];
        match (snapshot.expires.filter(|at| *at <= now), keeps.get(&snapshot.component)) {
            (Some(at), _) => format!("expired on {at}"),
            (None, Some(keep)) => format!("more than {keep} would be kept"),
            (None, None) => "it is too old".into(),
        }
    };
    doomed.map(|id| (id.clone(), why(&id))).collect()
}
