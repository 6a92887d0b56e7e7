//! `run abandon`: an open run that nobody drives is ended as it stands. Its steps under way are asked about first: what
//! has ended is taken into its journal, an armed dead man's switch is decided, and what still runs is not let go of,
//! unless that is accepted by name.

use super::apply::{self, Ended, Ready};
use super::beginning::{self, Beginning};
use super::inputs::Inputs;
use super::ledger::{Ledger, settle_ended, spare_newer};
use super::outputs;
use super::plan::backend;
use super::{Failure, Place, elsewhere, run, runs};
use crate::backend::{Base, Local};
use crate::engine::lease::{self, OpenRun};
use crate::model::Moment;
use crate::plan::Plan;
use crate::provider::Watch;
use crate::report::let_go::LetGo;
use crate::run::event::Request;
use crate::run::{ActionStanding, Run};
use crate::state::State;
use crate::state::checkpoint::{Results, Settled, Standing};
use crate::state::owed::steps;
use crate::world::clock;
use patchform_sdk::detached::safe_id;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// How a run is abandoned.
pub enum Abandoned {
    /// It is driven to its end as it stands.
    Ready(Box<Ready>),
    /// Its plan or journal cannot be read, so that it only let go of what it held.
    LetGo(LetGo),
}

/// Takes the run that is to be abandoned. `leave`: addresses of components that are let go whatever goes on there. `watch` is
/// told of what its providers say.
///
/// # Errors
/// There is none, somebody drives it, it has ended meanwhile, or it does not change a component that is to be left.
pub fn open(
    id: Option<&str>,
    leave: &[String],
    inputs: &Inputs,
    lock: Duration,
    watch: Arc<dyn Watch>,
) -> Result<Abandoned, Failure> {
    let place = Place::known()?;
    let local = Local::new(&place.state).with_patience(lock);
    // Where that cannot be written, the run that is meant may be let go of all the same.
    let _ = settle_ended(&place, &local);
    let chosen = runs::choose(&place.runs, id)?;
    match runs::tell(&place.runs, &chosen.id) {
        Ok(told) if told.run.is_finished() => Err(runs::ended_meanwhile(&chosen.id)),
        Ok(told) => {
            if let Some(old) = told.is_old_now(&place.runs, local.read().ok().flatten().as_ref())? {
                return let_go(&place, &local, chosen, old);
            }
            // Nobody can ask here what stands there.
            if let Some((entry, target)) =
                elsewhere::first(elsewhere::changed(&told.plan)).filter(|_| !chosen.alive)
            {
                let why = format!(
                    "run {} works on {} of the machine {target}, and this is another one",
                    chosen.id, entry.address
                );
                return let_go(&place, &local, chosen, why);
            }
            let leaving: Result<BTreeSet<usize>, Failure> =
                leave.iter().map(|address| run::changed(&told.plan, address)).collect();
            let leaving = leaving?;
            let left = left_running(&told.plan, &told.run, &leaving);
            let request = Request::Abandon { leaving };
            let mut ready = apply::open(told, Some(request), place, inputs, lock, watch)?;
            ready.notices.extend(left);
            Ok(Abandoned::Ready(Box::new(ready)))
        }
        // Whoever drives it knows more of it than its files.
        Err(damaged) if chosen.alive => Err(damaged),
        Err(damaged) => let_go(&place, &local, chosen, damaged.message),
    }
}

/// A run that cannot be read lets go of what its lease says. What it may have left undone is noted, as far as that is known.
fn let_go(place: &Place, local: &Local, chosen: OpenRun, why: String) -> Result<Abandoned, Failure> {
    let lock = local.lock("run abandon").map_err(backend)?;
    // A state that cannot be read is no reason to hold on to a run that cannot be read either.
    let known = local.read().ok().flatten().map_or(0, |s| s.token);
    let now = clock::now();
    let lease = lease::acquire(&place.runs, &chosen.id, &chosen.holds, chosen.token.max(known), now)
        .map_err(runs::leased)?;
    drop(lock);
    let (mut results, known) = beginning::left_by(place, &chosen);
    if let (Some(known), Ok(Some(state))) = (&known, local.read()) {
        spare_newer(&mut results, &known.plan, known.started().unwrap_or(chosen.since), &state);
    }
    let told = told(&chosen.id, why, &results, known.as_ref());
    let lineage = known.map(|known| known.plan.lineage);
    let results = Results { token: lease.token(), ..results };
    let unnoted = note(local, results, lineage, chosen.since).map_err(|failure| {
        failure.hint(format!("run {} still holds its components; try again", chosen.id))
    })?;
    outputs::forget(place, &chosen.id);
    lease.release().map_err(runs::leased)?;
    Ok(Abandoned::LetGo(LetGo { unnoted, ..told }))
}

/// What a person is told of `results`, which the run left as far as is known.
fn told(id: &str, why: String, results: &Results, known: Option<&Beginning>) -> LetGo {
    let mut told = LetGo::of(id, why);
    for Settled { component, standing, .. } in &results.settled {
        match standing {
            Standing::Owes { reload, half, .. } => told.left.push((component.clone(), steps(*half, *reload))),
            Standing::Restored { rejected: Some((level, why)) } => {
                told.given_up.push((component.clone(), format!("{level} is given up: {why}")));
            }
            _ => {}
        }
    }
    told.known = results.finished.as_ref().is_some_and(|run| !run.levels.is_empty());
    told.unproved = results.taken.keys().filter(|id| known.is_some_and(|known| !known.proves(id))).count();
    told
}

/// Takes into the state what a run that cannot be read may have left. `lineage`: of the state that it belongs to, where that
/// is known. Says why there is no state that could take it in.
///
/// # Errors
/// There is one, and it cannot be written.
fn note(
    local: &Local,
    results: Results,
    lineage: Option<String>,
    started: Moment,
) -> Result<Option<String>, Failure> {
    let state = match local.read() {
        Ok(state) => state,
        Err(unreadable) => return Ok(Some(unreadable.to_string())),
    };
    let base = Base::of(state.as_ref());
    let state = match (state, lineage) {
        (Some(state), Some(lineage)) if state.lineage != lineage => {
            return Ok(Some("the run belongs to another state than this one".into()));
        }
        (Some(state), _) => state,
        (None, Some(lineage)) => State::new(lineage, env!("CARGO_PKG_VERSION")),
        (None, None) => return Ok(Some("there is none".into())),
    };
    // A checkpoint may have been made of lines that cannot be read any more.
    let folded = state.folded.as_ref().filter(|folded| folded.run == results.run);
    let line = results.line.max(folded.map_or(0, |folded| folded.line));
    let mut ledger = Ledger { started, state, base, saved_at: clock::steady(), lacks: None };
    ledger.take_in(Results { line, ..results }, local).map(|()| None)
}

/// What is let go although it may still go on at its target.
fn left_running(plan: &Plan, run: &Run, leaving: &BTreeSet<usize>) -> Option<String> {
    let open = |i: &&usize| {
        let Some((action, step)) = run.current(**i) else { return false };
        step.effectful()
            && matches!(run.action(action), ActionStanding::Intended | ActionStanding::Unclear { .. })
    };
    let left: Vec<usize> = leaving.iter().filter(open).copied().collect();
    (!left.is_empty()).then(|| {
        format!(
            "left as accepted: a step was under way at {}, and is not asked about. Its command may still run there, and a \
             dead man's switch that it armed may still take it back",
            addresses(plan, left)
        )
    })
}

/// Says why a run was not abandoned after all.
///
/// # Errors
/// It was not.
pub fn is_over(ended: &Ended) -> Result<(), Failure> {
    let Some(run) = ended.run.as_ref().filter(|run| !run.is_finished()) else { return Ok(()) };
    let id = run.id();
    let held: Vec<(usize, &str)> = run.goes_on().collect();
    if held.is_empty() {
        return Err(Failure::stopped(format!(
            "run {id} was not abandoned: {}",
            run.stopped().unwrap_or_default()
        )));
    }
    let lines: Vec<String> = held
        .iter()
        .map(|(i, why)| {
            let step = run.current(*i).map_or("step", |(_, step)| step.name());
            format!("  {}: {step} was under way, and {why}", ended.plan.entries[*i].address)
        })
        .collect();
    let leave: Vec<String> = held
        .iter()
        .map(|(i, _)| format!("--leave-running {}", ended.plan.entries[*i].address.quoted()))
        .collect();
    let folder = held.first().and_then(|(i, _)| run.outlasting(*i).or(run.tried_last(*i)));
    let folder = folder.map_or(String::new(), |(action, attempt)| safe_id(&action.id(id, attempt)));
    Err(Failure::stopped(format!("run {id} was not abandoned\n{}", lines.join("\n")))
        .hint(format!("wait until it has ended, then `patchform run abandon {id}` again; or go on with `patchform resume {id}` or `patchform rollback {id}`"))
        .hint(format!(
            "a command that hangs is ended by hand, with all that it has started: docs/operations.md says how (A stuck run); its \
             folder is actions/{folder}, and where that was removed, `pgrep -of 'actions/{folder} [^0-9]'` finds its number"
        ))
        .hint(format!(
            "`patchform run abandon {id} {}` lets go all the same: the command goes on, and a dead man's switch that it \
             armed may still take it back",
            leave.join(" ")
        )))
}

fn addresses(plan: &Plan, entries: Vec<usize>) -> String {
    let names: Vec<String> = entries.iter().map(|i| plan.entries[*i].address.to_string()).collect();
    names.join(", ")
}
