//! Runs that ended and that the state does not know: an earlier one was put in its place. Their folders tell what they left.

use super::plan::backend;
use super::{Failure, Place, beginning, runs};
use crate::backend::Local;
use crate::engine::results::{Where, results};
use crate::model::{Address, Diagnostic, Moment};
use crate::plan::{Plan, moves};
use crate::run::outcome;
use crate::state::State;
use crate::state::checkpoint::{Results, checkpoint};
use std::collections::BTreeSet;

/// A run that the state does not know.
pub struct Unfolded {
    /// Its id.
    pub id: String,
    /// Whether its files tell all that it did.
    pub whole: bool,
    moves: Vec<(Address, Address)>,
    results: Results,
}

/// The runs of `state`'s lineage that ended and that it does not know, in the order in which they ended.
///
/// # Errors
/// The folder of runs cannot be read.
pub fn find(place: &Place, state: &State) -> Result<Vec<Unfolded>, Failure> {
    let unknown = not_open(place)?.filter(|id| state.run(id).is_none());
    let mut found: Vec<Unfolded> = unknown.filter_map(|id| unfolded(place, state, id)).collect();
    let ended = |run: &Unfolded| run.results.finished.as_ref().map(|run| run.finished);
    found.sort_by(|a, b| (ended(a), &a.id).cmp(&(ended(b), &b.id)));
    Ok(found)
}

/// As [`find`], beside `state`, which was read a while ago: without those that have ended since, which the state of now knows.
///
/// # Errors
/// The folder of runs, or the state, cannot be read.
pub fn find_since(place: &Place, state: &State) -> Result<Vec<Unfolded>, Failure> {
    let mut found = find(place, state)?;
    if !found.is_empty() {
        let now = Local::new(&place.state).read().map_err(backend)?;
        found.retain(|run| now.as_ref().is_none_or(|now| now.run(&run.id).is_none()));
    }
    Ok(found)
}

/// Ids of the runs whose folders are there and that hold nothing any more.
fn not_open(place: &Place) -> Result<impl Iterator<Item = String>, Failure> {
    let open: BTreeSet<String> = runs::open(&place.runs)?.into_iter().map(|run| run.id).collect();
    let all = runs::all(&place.runs)?.into_iter().chain(runs::without_plan(&place.runs)?);
    Ok(all.filter(move |id| !open.contains(id)))
}

fn unfolded(place: &Place, state: &State, id: String) -> Option<Unfolded> {
    let ours = |plan: &Plan| plan.lineage == state.lineage;
    match runs::tell(&place.runs, &id) {
        Ok(told) if told.run.is_finished() => {
            let at = Where { started: told.started(), now: told.run.at(), head: &told.journal.head };
            let results = results(&told.plan, &told.run, &outcome(&told.run), at);
            ours(&told.plan).then_some(Unfolded { id, whole: true, moves: told.plan.moves, results })
        }
        // It could not even be written down, and has begun nothing.
        Ok(told) if told.run.events() <= 1 => None,
        _ if !runs::had_begun(&place.runs.join(&id)) => None,
        // It was let go of.
        _ => {
            let (results, known) = beginning::left_in(place, &id);
            let plan = known.map(|known| known.plan);
            let fits = plan.as_ref().is_none_or(ours);
            let moves = plan.map_or_else(Vec::new, |plan| plan.moves);
            fits.then_some(Unfolded { id, whole: false, moves, results })
        }
    }
}

/// Refuses to begin without a state where runs of this folder have ended: what they recorded, gave up or left undone was in it.
///
/// # Errors
/// It is lost, or the folder of runs cannot be read.
pub fn refuse_lost_state(place: &Place) -> Result<(), Failure> {
    let ended = |id: &String| match runs::tell(&place.runs, id) {
        Ok(told) => told.run.is_finished(),
        Err(_) => runs::had_begun(&place.runs.join(id)),
    };
    let Some(last) = not_open(place)?.filter(ended).max() else { return Ok(()) };
    let (state, backup) = (place.state.display(), Local::new(&place.state).backup());
    let restore = match backup.exists() {
        true => format!(
            "`patchform state push {}` puts the last one in its place, and takes in what runs did since",
            backup.display()
        ),
        false => format!("put {state} back from a backup"),
    };
    Err(Failure::error(format!("the state is gone: run {last} has ended here, and {state} does not exist"))
        .hint("without it, what runs recorded, gave up and left undone would be forgotten")
        .hint(restore)
        .hint(format!("to begin anew on purpose, move {} away", place.runs.display())))
}

/// Takes what `runs` left into `state`, in their order. What it says of a component since a run ended stays.
pub fn fold(mut state: State, runs: &[Unfolded]) -> State {
    for run in runs {
        moves::apply(&run.moves, &mut state);
        let mut results = run.results.clone();
        results.settled.retain(|settled| {
            let known = state.records.get(&settled.component).map(|record| record.at);
            let known = known.max(state.owed.get(&settled.component).map(|owed| owed.at));
            known.is_none_or(|known: Moment| known <= settled.at)
        });
        state = checkpoint(&state, results);
    }
    state
}

/// What a plan says of them.
pub fn told(runs: &[Unfolded]) -> Vec<Diagnostic> {
    let told = |run: &Unfolded| {
        Diagnostic::warning(format!("the state does not know run {}, which has ended", run.id))
            .because(
                "an earlier state was put in its place: what that run recorded, gave up or left undone is not in it, and this plan \
                 does not rest on it",
            )
            .help("`patchform state pull > FILE`, then `patchform state push FILE`, takes it in")
    };
    runs.iter().map(told).collect()
}
