//! `run list`, `run show`, and what is asked of a run from outside.

use super::ledger::settle_ended;
use super::{Failure, Place, audit, runs, state, unfolded};
use crate::backend::Local;
use crate::engine::inbox::{self, Fate};
use crate::engine::lease::OpenRun;
use crate::engine::results::{Where, results};
use crate::model::Purpose;
use crate::plan::Plan;
use crate::report::audit::could_be_read;
use crate::report::run_standing::stands;
use crate::report::state_text::RunRow;
use crate::run::event::Request;
use crate::run::{Run, Standing, outcome};
use crate::state::{FinishedRun, State};
use crate::world::clock;
use std::path::Path;
use std::time::Duration;

/// All runs, the oldest first; and what is wrong with the state, where that cannot be read: then the folders of those that ended
/// tell of them.
///
/// # Errors
/// A lease or the folder of runs cannot be read.
pub fn list() -> Result<(Vec<RunRow>, Option<Failure>), Failure> {
    let place = Place::known()?;
    // Where nothing can be written, what has ended is shown from its journal.
    let _ = settle_ended(&place, &Local::new(&place.state));
    let open = runs::open(&place.runs)?;
    let (mut rows, damaged): (Vec<RunRow>, _) = match state::read() {
        Ok(Some(state)) => {
            let unknown = unfolded::find(&place, &state)?.into_iter().map(|run| of_folder(&place, run.id));
            (state.runs.iter().map(remembered).chain(unknown).collect(), None)
        }
        unread => {
            let rows = runs::all(&place.runs)?.into_iter().map(|id| of_folder(&place, id));
            (rows.collect(), unread.err())
        }
    };
    rows.retain(|row| !open.iter().any(|open| open.id == row.id));
    let state = state::read().ok().flatten();
    rows.extend(open.into_iter().map(|run| unended(&place, run, state.as_ref())));
    // Ids alone do not order runs of the same second.
    rows.sort_by(|a, b| (a.started, &a.id).cmp(&(b.started, &b.id)));
    Ok((rows, damaged))
}

/// A run that ended, as the state remembers it.
fn remembered(run: &FinishedRun) -> RunRow {
    RunRow {
        id: run.id.clone(),
        started: Some(run.started),
        finished: Some(run.finished),
        outcome: run.outcome.name().into(),
        purpose: run.purpose.to_string(),
        components: run.levels.len(),
    }
}

/// A run that nobody holds, as its folder tells it.
fn of_folder(place: &Place, id: String) -> RunRow {
    let Ok(told) = runs::tell(&place.runs, &id) else {
        let (outcome, purpose) = ("damaged".into(), Purpose::Apply.to_string());
        return RunRow { id, started: None, finished: None, outcome, purpose, components: 0 };
    };
    let head = &told.journal.head;
    let at = Where { started: told.started(), now: told.run.at(), head };
    match results(&told.plan, &told.run, &outcome(&told.run), at).finished {
        Some(finished) => remembered(&finished),
        None => RunRow {
            id,
            started: Some(at.started),
            finished: None,
            // Nobody holds it, and its journal does not tell how it ended.
            outcome: "damaged".into(),
            purpose: told.plan.purpose.to_string(),
            components: told.plan.changes().count(),
        },
    }
}

/// A run that has not ended.
fn unended(place: &Place, run: OpenRun, state: Option<&State>) -> RunRow {
    let told = runs::tell(&place.runs, &run.id);
    RunRow {
        started: Some(told.as_ref().map_or(run.since, runs::Told::started)),
        finished: None,
        outcome: match (&told, run.alive) {
            (Err(_), true) if runs::never_begun(&place.runs, &run.id) => "running".into(),
            (Err(_), _) => "damaged".into(),
            (Ok(told), _) if told.run.is_finished() => outcome(&told.run).ending.name().into(),
            (Ok(told), false) if told.is_old(state).is_some() => "old".into(),
            (Ok(told), true) if told.run.is_paused() => "paused".into(),
            (Ok(_), true) => "running".into(),
            (Ok(told), false) => match outcome(&told.run).ending {
                crate::run::Ending::Stuck => "stuck".into(),
                _ => "open".into(),
            },
        },
        purpose: told.map_or(Purpose::Apply, |told| told.plan.purpose).to_string(),
        components: run.holds.components.len(),
        id: run.id,
    }
}

/// What the state knows of a run's end where its journal does not tell it.
pub enum Beside {
    /// The journal lacks its end.
    Lacking(Failure),
    /// The run was let go of when its journal could not be read to its end. What that means, in a sentence.
    LetGo(String),
}

/// A run as its folder tells it, and what the state knows beside: that it ended where the journal does not tell that.
///
/// # Errors
/// There is no such run, or something is damaged.
pub fn show(id: Option<&str>) -> Result<(runs::Told, Option<Beside>), Failure> {
    let place = Place::known()?;
    let id = runs::named(&place.runs, id)?;
    let told = runs::tell(&place.runs, &id)?;
    // A state that cannot be read says nothing against it.
    let state = state::read().ok().flatten();
    let ended = state.as_ref().and_then(|s| s.run(&id)).filter(|_| !told.run.is_finished());
    let folder = place.runs.join(&id);
    let beside = ended.map(|ended| match audit::was_let_go(ended, false, &folder) {
        true => {
            let owes = state.iter().flat_map(|state| state.owed.values()).any(|owed| owed.run == id);
            Beside::LetGo(let_go(ended, owes))
        }
        false => Beside::Lacking(lacks_its_end(ended, &folder)),
    });
    Ok((told, beside))
}

/// `owes`: whether something that it left is still to be done.
fn let_go(ended: &FinishedRun, owes: bool) -> String {
    let FinishedRun { id, finished, journal_lines: lines, .. } = ended;
    let back = match ended.levels.is_empty() {
        true => String::new(),
        false => format!(", and `patchform rollback {id}` takes it back"),
    };
    let could = could_be_read(*lines);
    let left = match owes {
        true => format!(
            " What it may have left is in the state as still to be done: `patchform plan` does that{back}"
        ),
        false => " Nothing that it left is still to be done".to_string(),
    };
    format!(
        "run {id} was let go of at {finished}, when {could}; what stands here beyond that was put back since.{left}"
    )
}

fn lacks_its_end(ended: &FinishedRun, folder: &Path) -> Failure {
    let (id, outcome, lines) = (&ended.id, ended.outcome.name(), ended.journal_lines);
    let journal = folder.join(runs::JOURNAL);
    Failure::error(format!(
        "the journal of run {id} lacks its end: the state says that the run ended {outcome}, with {lines} lines in {}",
        journal.display()
    ))
    .hint("put the folder back from a backup; it is an older copy, or was cut off")
    .hint(format!("`patchform plan` shows how the components stand, `patchform run show --verify {id}` what is there"))
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

/// A request that is in the run's journal.
pub struct Asked {
    /// The run's id.
    pub run: String,
    /// Whether the run has ended meanwhile.
    pub ended: bool,
}

/// Asks something of a run that is driven elsewhere, and waits until that has taken it.
///
/// # Errors
/// Nobody drives it, its controller does not answer, it ended before it took the request, its inbox cannot be written; a
/// component that was to be skipped had begun.
pub fn ask(
    id: Option<&str>,
    request: impl FnOnce(&Plan, &Run) -> Result<Request, Failure>,
) -> Result<Asked, Failure> {
    let place = Place::known()?;
    let chosen = runs::choose(&place.runs, id)?;
    let told = begun(&place, &chosen)?;
    if told.run.is_finished() {
        return Err(match chosen.alive {
            true => all_done(&chosen),
            false => too_late(&chosen.id),
        });
    }
    if !chosen.alive {
        return Err(Failure::error(format!("nobody drives run {} now", chosen.id)).hint(format!(
            "`patchform resume {0}` finishes it, `patchform rollback {0}` takes it back",
            chosen.id
        )));
    }
    let request = request(&told.plan, &told.run)?;
    let letter = inbox::put(&place.runs.join(&chosen.id), &told.plan, &request, told.run.token());
    let letter = letter.map_err(|e| {
        Failure::error(format!("cannot put the request into the inbox of run {}: {e}", chosen.id))
    })?;
    wait(&place, &chosen, &letter)?;
    let now = runs::tell(&place.runs, &chosen.id)?.run;
    match request {
        Request::Skip(i) if !matches!(now.standing(i), Standing::Skipped(_)) => {
            let address = &told.plan.entries[i].address;
            Err(Failure::error(format!(
                "run {} had begun {address} already: it is not skipped, it is {} now",
                chosen.id,
                stands(&now.standing(i)).word()
            ))
            .hint(format!("`patchform run show {}` tells how it goes on", chosen.id)))
        }
        _ => Ok(Asked { run: chosen.id, ended: now.is_finished() }),
    }
}

/// What a run tells. One that is just being opened is waited for.
fn begun(place: &Place, run: &OpenRun) -> Result<runs::Told, Failure> {
    let asked = clock::steady();
    loop {
        // Asked before it is read: what began between the two is no error.
        let empty = run.alive && runs::never_begun(&place.runs, &run.id);
        match runs::tell(&place.runs, &run.id) {
            Err(_) if empty && asked.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            told => return told,
        }
    }
}

/// Waits until the letter is journalled. What nobody takes is withdrawn, so that nothing comes of it later.
fn wait(place: &Place, run: &OpenRun, letter: &Path) -> Result<(), Failure> {
    let begun = clock::steady();
    loop {
        let driven =
            runs::open(&place.runs)?.iter().any(|r| r.id == run.id && r.alive && r.token == run.token);
        let late = begun.elapsed() > PATIENCE;
        match inbox::fate(letter) {
            Fate::Taken => return Ok(()),
            Fate::Refused(why) => {
                return Err(Failure::error(format!("run {} did not take the request: {why}", run.id)));
            }
            // Whoever cannot take it back was too slow: it was read just now.
            Fate::Waits if !driven && inbox::take_back(letter).is_ok() => return Err(too_late(&run.id)),
            Fate::Waits if late && inbox::take_back(letter).is_ok() => return Err(not_taken(run)),
            Fate::Held if !driven => {
                inbox::forget(letter);
                return Err(too_late(&run.id));
            }
            Fate::Waits | Fate::Held if begun.elapsed() > PATIENCE * 2 => return Err(in_hand(run)),
            Fate::Waits | Fate::Held => std::thread::sleep(PAUSE),
        }
    }
}

fn not_taken(run: &OpenRun) -> Failure {
    let (id, driver, secs) = (&run.id, run.driver(), PATIENCE.as_secs());
    Failure::error(format!(
        "run {id}, driven by {driver}, did not take the request within {secs} s; it was withdrawn, and nothing comes of it"
    ))
    .hint(format!(
        "look whether that process hangs; when it is ended, `patchform resume {id}` or `patchform rollback {id}` takes over"
    ))
}

fn in_hand(run: &OpenRun) -> Failure {
    let (id, driver) = (&run.id, run.driver());
    Failure::error(format!(
        "run {id}, driven by {driver}, has the request in hand and does not answer; it may still take it"
    ))
    .hint(format!("`patchform run show {id}` tells whether it did"))
}

fn too_late(id: &str) -> Failure {
    Failure::error(format!("run {id} ended or stopped before it could take the request"))
        .hint(format!("`patchform run show {id}` tells how it stands"))
}

fn all_done(run: &OpenRun) -> Failure {
    Failure::error(format!("run {} has ended; {} is dropping old snapshots", run.id, run.driver())).hint(
        "Ctrl-C there, or SIGTERM, ends the wait for that; `patchform snapshot list` marks what may be gone then",
    )
}

/// `run continue`: the request.
///
/// # Errors
/// The run is stopping, which nothing takes back.
pub fn go_on(run: &Run) -> Result<Request, Failure> {
    if run.is_stopping() {
        return Err(Failure::error(format!("run {} is stopping: nothing new begins any more", run.id()))
            .hint(format!("`patchform resume {}` goes on with it when it has stopped", run.id())));
    }
    Ok(Request::Continue)
}

/// `run skip ADDRESS`: the request for a component of the plan.
///
/// # Errors
/// The plan does not change that component.
pub fn skip(plan: &Plan, address: &str) -> Result<Request, Failure> {
    changed(plan, address).map(Request::Skip)
}

/// The entry of a component that the run changes.
pub(super) fn changed(plan: &Plan, address: &str) -> Result<usize, Failure> {
    let address = state::address(address)?;
    let found = plan.changes().find(|(_, e, _)| e.address == address);
    found.map(|(i, ..)| i).ok_or_else(|| Failure::error(format!("this run does not change {address}")))
}
