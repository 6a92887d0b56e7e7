//! `rollback`: takes an open run back from its journal, or a finished one by a new plan.

use super::apply::{self, Ready};
use super::inputs::Inputs;
use super::ledger::settle_ended;
use super::plan::{self, Planned, Stages, backend};
use super::providers::{Lenience, Starter};
use super::{Failure, Place, beginning, elsewhere, runs, secrets};
use crate::backend::Local;
use crate::config::source::Sources;
use crate::model::{Address, Diagnostic, Diagnostics};
use crate::plan::{Focus, later, undo};
use crate::run::event::Request;
use crate::state::{LEVELS_KEPT, RunOutcome};
use std::collections::BTreeSet;
use std::time::Duration;

/// How a run is taken back.
pub enum Way {
    /// An open one: everything that it changed goes back.
    Back(Box<Ready>),
    /// A finished one: by a new plan, which is to be approved.
    NewPlan(Box<Planned>),
}

/// Finds the run and how it is taken back.
///
/// # Errors
/// There is no such run, its levels are not kept any more, or something cannot be read.
pub fn open(
    run: Option<&str>,
    inputs: &Inputs,
    lock: Duration,
    stages: &mut dyn Stages,
) -> Result<Way, Failure> {
    let place = Place::known()?;
    settle_ended(&place, &Local::new(&place.state).with_patience(lock))?;
    let opened = runs::open(&place.runs)?;
    if run.is_none() || opened.iter().any(|r| Some(r.id.as_str()) == run) {
        let chosen = runs::choose(&place.runs, run).map_err(|failure| match opened.is_empty() {
            true => failure.hint("`patchform rollback RUN` takes a finished one back"),
            false => failure,
        })?;
        let told = runs::tell(&place.runs, &chosen.id)?;
        let ready = apply::open(told, Some(Request::Rollback), place, inputs, lock, stages.watch())?;
        return Ok(Way::Back(Box::new(ready)));
    }
    finished(run.unwrap_or_default(), place, inputs, stages).map(|planned| Way::NewPlan(Box::new(planned)))
}

/// Why there is nothing to take back: no such run, or only half of what is kept of one.
fn unknown(place: &Place, id: &str, remembered: bool) -> Failure {
    let folder = place.runs.join(id);
    match (remembered, runs::folder(&place.runs, id).is_ok_and(|folder| folder.is_dir())) {
        (false, false) => Failure::error(format!("there is no run {id}"))
            .hint("`patchform run list` shows all runs and how they stand"),
        (false, true) => Failure::error(format!(
            "{} does not remember run {id}, so that it cannot be taken back",
            place.state.display()
        ))
        .hint(format!(
            "an earlier state was put in its place, or it was dropped from it; `patchform run show {id}` tells what it did, \
             and declaring the earlier levels takes its components there"
        )),
        (true, _) => Failure::error(format!(
            "run {id} cannot be taken back: its folder {} is not there any more",
            folder.display()
        ))
        .hint("put it back from a backup, or declare the earlier levels"),
    }
}

fn finished(id: &str, place: Place, inputs: &Inputs, stages: &mut dyn Stages) -> Result<Planned, Failure> {
    let state = Local::new(&place.state).read().map_err(backend)?;
    let known = state.as_ref().and_then(|s| s.run(id)).cloned();
    let (Some(state), Some(run)) = (state, known) else { return Err(unknown(&place, id, false)) };
    if !place.runs.join(id).is_dir() {
        return Err(unknown(&place, id, true));
    }
    // Not even its plan was there.
    if run.outcome == RunOutcome::Abandoned && run.journal_head.is_empty() {
        return Err(Failure::error(format!(
            "run {id} cannot be taken back: its plan could not be read when it was let go of, so that nobody knows which levels \
             stood there before"
        ))
        .hint("declare the earlier levels, or restore one of the snapshots that `patchform snapshot list` names"));
    }
    // The state says what it changed; of the journal nothing is needed.
    let ran = beginning::plan(&place.runs, id)?;
    elsewhere::refuse(&format!("run {id}"), elsewhere::changed(&ran))?;
    let (draft, lost) = undo::undo(&ran, &run, &state).map_err(Failure::error)?;
    if let Some(renamed) = lost.first() {
        let had: Vec<&Address> =
            ran.changes().map(|(_, e, _)| &e.address).filter(|a| !state.records.contains_key(a)).collect();
        let how = "gives it back for the time of the rollback. Or declare the earlier levels";
        let way_out = match (&had[..], lost.len()) {
            ([had], 1) => format!("`patchform state mv {} {}` {how}", renamed.quoted(), had.quoted()),
            _ => format!(
                "`patchform show` of its plan or `patchform run show {id}` tells the name that it had; `patchform state mv {} \
                 NAME` {how}",
                renamed.quoted()
            ),
        };
        let more = match lost.len() - 1 {
            0 => String::new(),
            more => format!(", nor {more} others"),
        };
        return Err(Failure::refused(format!(
            "run {id} cannot be taken back as a whole: it did not know {renamed} under this name{more}, and what stands on each \
             other goes back in order"
        ))
        .hint(way_out));
    }
    if draft.entries.is_empty() {
        return Err(match state.has_forgotten_levels_of(id) {
            true => Failure::error(format!(
                "run {id} cannot be taken back: what runs changed is kept of the last {LEVELS_KEPT} of them"
            ))
            .hint("declare the earlier levels"),
            false => Failure::error(format!("run {id} changed nothing that could be taken back")),
        });
    }
    let secrets = secrets::again(&ran, inputs)?;
    let starter = Starter::new(&place, stages.watch());
    elsewhere::keep_to(&starter.targets, elsewhere::changed(&ran));
    let needed: BTreeSet<usize> = draft.entries.iter().flat_map(|e| e.providers(&draft.traffic)).collect();
    let lenience = Lenience { accepted: &inputs.accepted, is_open: true, may_be_missing: false };
    let fleet = starter.pinned_fleet(&draft.providers, &needed, &secrets, &lenience)?.fleet;
    let focus = Focus::all(&draft);
    let readings = plan::read(&draft, &focus, &fleet, &secrets, true, stages)?;
    let mut plan = plan::readings_to_plan(
        draft,
        readings,
        &focus,
        &state,
        &fleet,
        &starter.targets,
        &secrets,
        &place,
        stages,
    )?;
    later::name_in(&mut plan, &run, &state);
    let mut warnings = Diagnostics::default();
    if let Some(by) = undo::outputs_kept(&ran, &run, &state) {
        warnings.push(
            Diagnostic::warning(format!(
                "the outputs stay as they are: run {} came later, and is not taken back as a whole",
                by.id
            ))
            .help(
                "Where they are wrong then, the next `patchform apply` records what the configuration says.",
            ),
        );
    }
    if let Some(warning) = not_restored(&undo::not_restored(&plan, &state)) {
        warnings.push(warning);
    }
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

/// What a person hears who may expect more than the level to come back.
fn not_restored(stored: &[(&Address, String)]) -> Option<Diagnostic> {
    let (first, id) = stored.first()?;
    let go = match stored.len() - 1 {
        0 => format!("{first} goes back by a patch: its snapshot is not restored"),
        1 => format!("{first} and 1 other go back by a patch: their snapshots are not restored"),
        more => format!("{first} and {more} others go back by a patch: their snapshots are not restored"),
    };
    Some(Diagnostic::warning(go).help(format!(
        "What else has changed there, such as data and settings, stays as it is. `patchform snapshot restore {id}` brings what stood \
         there before, and loses what came since."
    )))
}
