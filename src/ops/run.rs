//! `run list`, `run show`, and what is asked of a run from outside.

use super::apply::{self, Ready};
use super::inputs::Inputs;
use super::ledger::settle_ended;
use super::outputs::{self, Hide};
use super::plan::backend;
use super::{Failure, Place, runs, state};
use crate::backend::Local;
use crate::engine::inbox::{self, Fate};
use crate::engine::lease::{self, OpenRun};
use crate::plan::Plan;
use crate::plan::noun::Purpose;
use crate::provider::watch::Silent;
use crate::report::state_text::RunRow;
use crate::run::event::Request;
use crate::run::{ActionStanding, Run, Standing, outcome};
use crate::state::RunPurpose;
use crate::world::clock;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// All runs, the oldest first.
///
/// # Errors
/// The state or a lease cannot be read.
pub fn list() -> Result<Vec<RunRow>, Failure> {
    let place = Place::known()?;
    // Where nothing can be written, what has ended is shown from its journal.
    let _ = settle_ended(&place, &Local::new(&place.state));
    let open = runs::open(&place.runs)?;
    let state = state::read()?;
    let known = state.iter().flat_map(|s| &s.runs);
    let mut rows: Vec<RunRow> = known
        .filter(|run| !open.iter().any(|o| o.id == run.id))
        .map(|run| RunRow {
            id: run.id.clone(),
            started: Some(run.started),
            finished: Some(run.finished),
            outcome: run.outcome.name().into(),
            purpose: match &run.purpose {
                RunPurpose::Apply => "apply".into(),
                RunPurpose::RefreshOnly => REFRESH_ONLY.into(),
                RunPurpose::Rollback { of } => rollback_of(of),
            },
            components: run.levels.len(),
        })
        .collect();
    for run in open {
        let told = runs::tell(&place.runs, &run.id);
        rows.push(RunRow {
            started: Some(told.as_ref().map_or(run.since, runs::Told::started)),
            finished: None,
            outcome: match (&told, run.alive) {
                (Err(_), true) if runs::never_begun(&place.runs, &run.id) => "running".into(),
                (Err(_), _) => "damaged".into(),
                (Ok(told), _) if told.run.is_finished() => outcome(&told.run).ending.name().into(),
                (Ok(_), true) => "running".into(),
                (Ok(told), false) => match outcome(&told.run).ending {
                    crate::run::Ending::Stuck => "stuck".into(),
                    _ => "open".into(),
                },
            },
            purpose: match told.as_ref().map(|told| &told.plan.purpose) {
                Ok(Purpose::RefreshOnly) => REFRESH_ONLY.into(),
                Ok(Purpose::Rollback { of }) => rollback_of(of),
                _ => "apply".into(),
            },
            components: run.holds.components.len(),
            id: run.id,
        });
    }
    // Ids alone do not order runs of the same second.
    rows.sort_by(|a, b| (a.started, &a.id).cmp(&(b.started, &b.id)));
    Ok(rows)
}

const REFRESH_ONLY: &str = "refresh only";

fn rollback_of(of: &str) -> String {
    format!("rollback of {of}")
}

/// A run as its folder tells it.
///
/// # Errors
/// There is no such run, or something is damaged.
pub fn show(id: Option<&str>) -> Result<runs::Told, Failure> {
    let place = Place::known()?;
    let id = runs::named(&place.runs, id)?;
    runs::tell(&place.runs, &id)
}

/// Who drives a run now; `None` when nobody does.
///
/// # Errors
/// A lease that cannot be read.
pub fn driver(id: &str) -> Result<Option<String>, Failure> {
    let open = runs::open(&Place::known()?.runs)?;
    Ok(open.into_iter().find(|run| run.id == id && run.alive).map(|run| run.driver()))
}

/// How long an answer is waited for: longer than the loop waits for the state lock.
const PATIENCE: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(20);

/// What became of a request.
pub struct Asked {
    /// The run's id.
    pub run: String,
    /// Whether it is in the run's journal; else it lies in its inbox, and the run has not looked yet.
    pub taken: bool,
    /// Whether the run has ended meanwhile.
    pub ended: bool,
}

/// Asks something of a run that is driven elsewhere, and waits until that has taken it.
///
/// # Errors
/// Nobody drives it, it ended before it took the request, its inbox cannot be written; a component that was to be skipped
/// had begun.
pub fn ask(
    id: Option<&str>,
    request: impl FnOnce(&Plan, &Run) -> Result<Request, Failure>,
) -> Result<Asked, Failure> {
    let place = Place::known()?;
    let chosen = runs::choose(&place.runs, id)?;
    let told = begun(&place, &chosen)?;
    if told.run.is_finished() {
        return Err(too_late(&chosen.id));
    }
    if !chosen.alive {
        return Err(Failure::error(format!("nobody drives run {} now", chosen.id)).hint(format!(
            "`patchform resume {0}` finishes it, `patchform rollback {0}` takes it back",
            chosen.id
        )));
    }
    let request = request(&told.plan, &told.run)?;
    let letter = inbox::put(&place.runs.join(&chosen.id), &told.plan, &request, chosen.token);
    let letter = letter.map_err(|e| {
        Failure::error(format!("cannot put the request into the inbox of run {}: {e}", chosen.id))
    })?;
    let taken = wait(&place, &chosen, &letter)?;
    let now = runs::tell(&place.runs, &chosen.id)?.run;
    match request {
        Request::Skip(i) if taken && !matches!(now.standing(i), Standing::Skipped(_)) => {
            let address = &told.plan.entries[i].address;
            Err(Failure::error(format!("run {} had begun {address} already: it is not skipped", chosen.id)))
        }
        _ => Ok(Asked { run: chosen.id, taken, ended: now.is_finished() }),
    }
}

/// What a run tells. One that is just being opened is waited for.
fn begun(place: &Place, run: &OpenRun) -> Result<runs::Told, Failure> {
    let asked = clock::steady();
    loop {
        match runs::tell(&place.runs, &run.id) {
            Err(_) if run.alive && runs::never_begun(&place.runs, &run.id) && asked.elapsed() < PATIENCE => {
                std::thread::sleep(PAUSE);
            }
            told => return told,
        }
    }
}

/// Waits until the letter is journalled; answers whether it was.
fn wait(place: &Place, run: &OpenRun, letter: &Path) -> Result<bool, Failure> {
    let begun = clock::steady();
    loop {
        let driven =
            runs::open(&place.runs)?.iter().any(|r| r.id == run.id && r.alive && r.token == run.token);
        match inbox::fate(letter) {
            Fate::Taken => return Ok(true),
            Fate::Refused(why) => {
                return Err(Failure::error(format!("run {} did not take the request: {why}", run.id)));
            }
            // Whoever cannot take it back was too slow: it was read just now.
            Fate::Waits if !driven && inbox::take_back(letter).is_ok() => return Err(too_late(&run.id)),
            Fate::Waits if begun.elapsed() > PATIENCE => return Ok(false),
            Fate::Waits => std::thread::sleep(PAUSE),
        }
    }
}

fn too_late(id: &str) -> Failure {
    Failure::error(format!("run {id} ended or stopped before it could take the request"))
        .hint(format!("`patchform run show {id}` tells how it stands"))
}

/// `run skip ADDRESS`: the request for a component of the plan.
///
/// # Errors
/// The plan does not change that component.
pub fn skip(plan: &Plan, address: &str) -> Result<Request, Failure> {
    let address = state::address(address)?;
    let found = plan.changes().find(|(_, e, _)| e.address == address);
    found
        .map(|(i, ..)| Request::Skip(i))
        .ok_or_else(|| Failure::error(format!("this run does not change {address}")))
}

/// How a run is abandoned.
pub enum Abandoned {
    /// It is driven to its end as it stands.
    Ready(Box<Ready>),
    /// Its plan or journal cannot be read, so that it only let go of what it held.
    LetGo {
        /// Its id.
        id: String,
        /// Why nothing more can be said of it.
        why: String,
    },
}

/// `run abandon`: an open run that nobody drives is ended as it stands.
///
/// # Errors
/// There is none, or somebody drives it.
pub fn abandon(id: Option<&str>, inputs: &Inputs, lock: Duration) -> Result<Abandoned, Failure> {
    let place = Place::known()?;
    let chosen = runs::choose(&place.runs, id)?;
    match runs::tell(&place.runs, &chosen.id) {
        Ok(told) => {
            let under_way = under_way(&told.plan, &told.run);
            let mut ready = apply::open(told, Some(Request::Abandon), place, inputs, lock, Arc::new(Silent))?;
            ready.notices.extend(under_way);
            Ok(Abandoned::Ready(Box::new(ready)))
        }
        Err(damaged) => {
            let local = Local::new(&place.state).with_patience(lock);
            let _lock = local.lock("run abandon").map_err(backend)?;
            // A state that cannot be read is no reason to hold on to a run that cannot be read either.
            let known = local.read().ok().flatten().map_or(0, |s| s.token);
            let now = clock::now();
            let lease = lease::acquire(&place.runs, &chosen.id, &chosen.holds, chosen.token.max(known), now)
                .map_err(runs::leased)?;
            outputs::keep(&place, &chosen.id, &Hide::Everything);
            lease.release().map_err(runs::leased)?;
            Ok(Abandoned::LetGo { id: chosen.id, why: damaged.message })
        }
    }
}

/// What nobody waits for any more, but may still go on at its target.
fn under_way(plan: &Plan, run: &Run) -> Option<String> {
    let open = |i: &usize| {
        let Some((action, step)) = run.current(*i) else { return false };
        let asked = matches!(run.action(action), ActionStanding::Intended | ActionStanding::Unclear { .. });
        step.effectful() && asked
    };
    let names: Vec<String> =
        (0..run.len()).filter(open).map(|i| plan.entries[i].address.to_string()).collect();
    (!names.is_empty()).then(|| {
        format!(
            "a step was under way at {}: its command may still run there, and a dead man's switch that it armed still \
             goes back by itself. Wait until both are over before the next apply",
            names.join(", ")
        )
    })
}
