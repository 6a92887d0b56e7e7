//! `run list`, `run show`, and what is asked of a run from outside.

use super::apply::{self, Ready};
use super::inputs::Inputs;
use super::ledger::settle_ended;
use super::plan::backend;
use super::{Failure, Place, runs, state};
use crate::backend::Local;
use crate::engine::{inbox, lease};
use crate::plan::Plan;
use crate::plan::noun::Purpose;
use crate::provider::watch::Silent;
use crate::report::state_text::RunRow;
use crate::run::event::Request;
use crate::run::{Run, outcome};
use crate::state::RunPurpose;
use crate::world::clock;
use std::sync::Arc;
use std::time::Duration;

/// All runs, the oldest first.
///
/// # Errors
/// The state or a lease cannot be read.
pub fn list() -> Result<Vec<RunRow>, Failure> {
    let place = Place::known();
    settle_ended(&place, &Local::new(&place.state))?;
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
                (Err(_), _) => "damaged".into(),
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
    let place = Place::known();
    let id = runs::named(&place.runs, id)?;
    runs::tell(&place.runs, &id)
}

/// Who drives a run now; `None` when nobody does.
///
/// # Errors
/// A lease that cannot be read.
pub fn driver(id: &str) -> Result<Option<String>, Failure> {
    let open = runs::open(&Place::known().runs)?;
    Ok(open.into_iter().find(|run| run.id == id && run.alive).map(|run| run.driver()))
}

/// Asks something of a run that is driven elsewhere; answers its id.
///
/// # Errors
/// Nobody drives it, or its inbox cannot be written.
pub fn ask(
    id: Option<&str>,
    request: impl FnOnce(&Plan, &Run) -> Result<Request, Failure>,
) -> Result<String, Failure> {
    let place = Place::known();
    let chosen = runs::choose(&place.runs, id)?;
    if !chosen.alive {
        return Err(Failure::error(format!("nobody drives run {} now", chosen.id)).hint(format!(
            "`patchform resume {0}` finishes it, `patchform rollback {0}` takes it back",
            chosen.id
        )));
    }
    let told = runs::tell(&place.runs, &chosen.id)?;
    let request = request(&told.plan, &told.run)?;
    inbox::put(&place.runs.join(&chosen.id), &told.plan, &request).map_err(|e| {
        Failure::error(format!("cannot put the request into the inbox of run {}: {e}", chosen.id))
    })?;
    Ok(chosen.id)
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
    let place = Place::known();
    let chosen = runs::choose(&place.runs, id)?;
    match runs::tell(&place.runs, &chosen.id) {
        Ok(told) => apply::open(told, Some(Request::Abandon), place, inputs, lock, Arc::new(Silent))
            .map(|ready| Abandoned::Ready(Box::new(ready))),
        Err(damaged) => {
            let local = Local::new(&place.state).with_patience(lock);
            let _lock = local.lock("run abandon").map_err(backend)?;
            // A state that cannot be read is no reason to hold on to a run that cannot be read either.
            let known = local.read().ok().flatten().map_or(0, |s| s.token);
            let now = clock::now();
            let lease = lease::acquire(&place.runs, &chosen.id, &chosen.holds, chosen.token.max(known), now)
                .map_err(runs::leased)?;
            lease.release().map_err(runs::leased)?;
            Ok(Abandoned::LetGo { id: chosen.id, why: damaged.message })
        }
    }
}
