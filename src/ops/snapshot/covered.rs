//! What a restore of a whole system takes back beside its own component (page 5.3, rule 6): whatever was changed on that
//! target since goes back first, by its own stored way, so that nothing runs at a level that is not there any more.

use super::{Failure, Place, Snapshot, State, doomed, left, plan_that_knows, runs};
use crate::config::checked::OnFailure;
use crate::engine::fleet::Fleet;
use crate::engine::secrets::Secrets;
use crate::model::{Address, Diagnostic, PatchLevel, Purpose};
use crate::ops::runs::Told;
use crate::plan::Plan;
use crate::plan::noun::{Entry, Observed, RolloutLimit, Verdict};
use crate::run::event::What;
use crate::run::{Run, Standing};
use crate::state::FinishedRun;
use std::collections::BTreeSet;

/// A component that goes back first.
pub(super) struct Covered {
    /// The snapshot by which it does.
    pub id: String,
    /// The same.
    pub snapshot: Snapshot,
}

/// What a restore of `snapshot`, whose id is `id`, takes back.
#[derive(Default)]
pub(super) struct Coverage {
    /// What was changed there since; the one that was changed last comes first.
    pub first: Vec<Covered>,
    /// What else stands there, and may be at the same level.
    beside: BTreeSet<Address>,
    /// What it takes back as a whole.
    system: Option<String>,
}

impl Coverage {
    /// As far as patchform knows what stands on the target.
    ///
    /// # Errors
    /// Names what was changed since and cannot go back in order, and what to do.
    pub(super) fn of(
        id: &str,
        snapshot: &Snapshot,
        taken: &Plan,
        (place, state, doomed): (&Place, &State, &BTreeSet<String>),
    ) -> Result<Coverage, Failure> {
        let own = taken.entries.iter().find(|e| e.address == snapshot.component);
        let seen = own.and_then(|e| e.observed.identity()).map(|identity| &identity.target);
        let Some(target) = seen.or(state.records.get(&snapshot.component).map(|r| &r.target)) else {
            return Ok(Coverage::default());
        };
        if !snapshot.coverage.whole_system {
            return Ok(Coverage::default());
        }
        let mut coverage = Coverage { system: Some(target.clone()), ..Coverage::default() };
        let told = runs::tell(&place.runs, &snapshot.run).ok();
        let stood = told.as_ref().and_then(|told| when_asked_for(id, told));
        let there = |e: &&Entry| e.target() == Some(target);
        let then = told.iter().flat_map(|told| told.plan.entries.iter().filter(there).map(|e| &e.address));
        let now =
            state.records.iter().filter(|(_, record)| record.target == *target).map(|(address, _)| address);
        let others: BTreeSet<&Address> = then.chain(now).filter(|a| **a != snapshot.component).collect();
        for address in others {
            // What went away since comes again, and is nobody's any more.
            let record = state.records.get(address);
            let held = record.and_then(|_| held(address, snapshot, told.as_ref().zip(stood.as_ref()), state));
            let stays =
                held.as_ref().is_some_and(|level| level.as_ref() == record.map(|record| &record.level));
            if record.is_none() || stays {
                coverage.beside.insert(address.clone());
                continue;
            }
            let by =
                held.as_ref().and_then(|level| way_back(address, level.as_ref(), snapshot, state, doomed));
            coverage.first.push(by.ok_or_else(|| no_way(id, target, address, held.as_ref(), state))?);
        }
        coverage.first.sort_by(|a, b| (b.snapshot.taken, &b.id).cmp(&(a.snapshot.taken, &a.id)));
        Ok(coverage)
    }

    /// Adds to `plan`, whose only entry is the one that is restored, those that go back first, each after the one before. Where
    /// something goes wrong, all of it stays as it was.
    pub(super) fn put_before(&self, plan: &mut Plan, place: &Place, state: &State) -> Result<(), Failure> {
        let mut order = Vec::new();
        for covered in &self.first {
            let address = &covered.snapshot.component;
            let from = plan_that_knows(place, state, &covered.snapshot)?;
            let entry = from.entries.iter().find(|e| e.address == *address).cloned().ok_or_else(|| {
                Failure::refused(format!(
                    "{address}, which goes back first, had another name when its snapshot {} was taken",
                    covered.id
                ))
                .hint(format!(
                    "`patchform run show {}` tells that name, and `patchform state mv {} NAME` gives it back for the time of \
                     the restore",
                    covered.snapshot.run,
                    address.quoted()
                ))
            })?;
            order.push(address.clone());
            graft(plan, from, entry);
        }
        if order.is_empty() {
            return Ok(());
        }
        let last = plan.entries[0].address.clone();
        plan.entries.sort_by(|a, b| a.address.cmp(&b.address));
        let at = |address: &Address| plan.entries.iter().position(|e| e.address == *address);
        let order: Vec<usize> = order.iter().chain([&last]).filter_map(at).collect();
        for pair in order.windows(2) {
            plan.entries[pair[1]].after = vec![pair[0]];
        }
        let rollout = plan.rollouts.pop().unwrap_or_default();
        plan.rollouts = vec![RolloutLimit { on_failure: OnFailure::RollbackRun, ..rollout }];
        Ok(())
    }

    /// Makes those readings unsettled beside which something goes on that was left running.
    ///
    /// # Errors
    /// It goes on where the whole system is to be taken back, or a provider failed as a whole.
    pub(super) fn unsettle(
        &self,
        (plan, read): (&Plan, &mut [Observed]),
        known: (&State, &Place),
        with: (&Fleet, &Secrets),
    ) -> Result<(), Failure> {
        left::unsettle((&plan.entries, &plan.providers, &[]), read, known, with)?;
        let Some(target) = &self.system else { return Ok(()) };
        match left::on_targets([target.as_str()], &plan.providers, known, with)?.remove(target) {
            None => Ok(()),
            Some(left) => Err(Failure::refused(format!(
                "a restore of the whole system takes along what was left running there: {}",
                left.why
            ))
            .hint("wait until that has ended, or end it; `patchform plan` tells how it stands")),
        }
    }

    /// What a person hears of everything that stands there.
    pub(super) fn warning(&self, id: &str) -> Option<Diagnostic> {
        let beside: Vec<String> = self.beside.iter().map(Address::to_string).collect();
        (!beside.is_empty()).then(|| {
            Diagnostic::warning(format!("snapshot {id} is of the whole system: what else stands there goes back with it")).help(
                format!(
                    "{}: at the level that the state knows, and with everything else as it was then, such as settings and data. What was \
                     changed outside patchform since is lost, and not brought into force again; `patchform plan` tells of it before.",
                    beside.join(", ")
                ),
            )
        })
    }
}

/// Refuses the plan of a restore that was made before something else of its target was changed.
///
/// # Errors
/// Names that; or what of it cannot go back in order.
pub(in crate::ops) fn refuse_more(plan: &Plan, place: &Place, state: &State) -> Result<(), Failure> {
    let Purpose::Restore { snapshot: id } = &plan.purpose else { return Ok(()) };
    let Some(snapshot) = state.snapshots.get(id) else { return Ok(()) };
    let taken = plan_that_knows(place, state, snapshot)?;
    let doomed = doomed::noted(place, state)?;
    let first = Coverage::of(id, snapshot, &taken, (place, state, &doomed))?.first;
    let planned = |covered: &&Covered| plan.entries.iter().any(|e| e.address == covered.snapshot.component);
    match first.iter().find(|covered| !planned(covered)) {
        None => Ok(()),
        Some(more) => Err(Failure::refused(format!(
            "{} was changed since this was planned, and a restore of the whole system takes it back, too",
            more.snapshot.component
        ))
        .hint(format!("`patchform snapshot restore {id}` again plans that as well"))),
    }
}

/// The level of `address` that `snapshot` of the whole system holds (inner `None`: it was not there); `None` where nobody knows it.
fn held(
    address: &Address,
    snapshot: &Snapshot,
    stood: Option<(&Told, &Run)>,
    state: &State,
) -> Option<Option<PatchLevel>> {
    if let Some(level) = stood.and_then(|stood| held_by_run(address, stood)) {
        return Some(level);
    }
    let record = state.records.get(address)?;
    if record.at <= snapshot.taken {
        return Some(Some(record.level.clone()));
    }
    let since = |run: &&FinishedRun| {
        run.levels.contains_key(address) && (run.started > snapshot.taken || run.id == snapshot.run)
    };
    let first = state.runs.iter().filter(since).min_by_key(|run| (run.started, &run.id))?;
    // Which of the two the run that took it changed first only its journal tells.
    (first.id != snapshot.run).then(|| first.levels[address].before.clone())
}

/// The run that took the snapshot `id`, as it stood when that was asked for, whatever became of it later.
fn when_asked_for(id: &str, told: &Told) -> Option<Run> {
    let mut run = Run::start(&told.plan, told.run.id());
    let asks = |what: &What| matches!(what, What::Intent { snapshot: Some(asked), .. } if asked == id);
    for event in told.journal.events.iter().take_while(|event| !asks(&event.what)) {
        run.apply(event).ok()?;
    }
    Some(run)
}

/// As the run that took the snapshot tells it, which stood so then.
fn held_by_run(address: &Address, (told, run): (&Told, &Run)) -> Option<Option<PatchLevel>> {
    let i = told.plan.entries.iter().position(|e| e.address == *address)?;
    let entry = &told.plan.entries[i];
    entry.observed.identity()?;
    Some(match &entry.verdict {
        Verdict::Change(change) if run.standing(i) == Standing::Committed => change.to.clone(),
        _ => entry.observed.level().cloned(),
    })
}

/// The first snapshot of `address` since `snapshot` was taken, where it holds `level`.
fn way_back(
    address: &Address,
    level: Option<&PatchLevel>,
    snapshot: &Snapshot,
    state: &State,
    doomed: &BTreeSet<String>,
) -> Option<Covered> {
    let since = state.snapshots.iter().filter(|(_, s)| s.component == *address && s.taken >= snapshot.taken);
    let (id, own) = since.min_by_key(|(id, s)| (s.taken, *id))?;
    let fits = own.level.as_ref() == level && !doomed.contains(id);
    fits.then(|| Covered { id: id.clone(), snapshot: own.clone() })
}

fn no_way(
    id: &str,
    target: &str,
    address: &Address,
    held: Option<&Option<PatchLevel>>,
    state: &State,
) -> Failure {
    let now = state.records.get(address).map_or("nothing".into(), |record| record.level.to_string());
    let (what, way_out) = match held {
        Some(level) => {
            let level = level.as_ref().map_or("nothing".into(), PatchLevel::to_string);
            let way_out = format!(
                "take {address} to {level} first: declare that and `patchform apply`, or `patchform rollback RUN` with the run \
                 that changed it; then restore the snapshot"
            );
            (format!("from {now} to {level}, and no stored snapshot of its own does that in order"), way_out)
        }
        None => (
            format!("from {now} to what stood there then, which is not known any more"),
            format!(
                "where that is wanted all the same: `patchform state rm {}` first, restore the snapshot, and `patchform apply` \
                 records what it finds there",
                address.quoted()
            ),
        ),
    };
    Failure::refused(format!(
        "snapshot {id} is of the whole system of {target}: it would take {address} back too, {what}"
    ))
    .hint(way_out)
}

/// Puts `entry` of the plan `from` into `plan`, with what it has indices of.
fn graft(plan: &mut Plan, mut from: Plan, entry: Entry) {
    let pinned = from.providers.swap_remove(entry.provider);
    let same = plan.providers.iter().position(|p| (&p.name, &p.alias) == (&pinned.name, &pinned.alias));
    let provider = same.unwrap_or(plan.providers.len());
    match same {
        Some(at) if from.made > plan.made => plan.providers[at] = pinned,
        Some(_) => {}
        None => plan.providers.push(pinned),
    }
    for (name, origin) in from.secret_sources {
        plan.secret_sources.entry(name).or_insert(origin);
    }
    plan.entries.push(Entry {
        provider,
        rollout: 0,
        wave: plan.entries.len(),
        after: Vec::new(),
        // None of its steps asks for these.
        vendor: None,
        when: Default::default(),
        drain: None,
        block: None,
        silence: None,
        role: None,
        ..entry
    });
}
