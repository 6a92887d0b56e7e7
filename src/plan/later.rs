//! What runs did after one that is taken back: on the same components that goes back with it, and has to be said.

use super::noun::{Brought, Plan, Verdict};
use crate::model::{Address, Purpose};
use crate::state::{FinishedRun, State};
use std::collections::BTreeSet;

/// A later run, and where its work still stands.
pub struct Later<'a> {
    /// The run.
    pub run: &'a FinishedRun,
    /// The components; none where it recorded outputs only.
    pub components: BTreeSet<&'a Address>,
}

/// Runs after `run` whose work still stands, oldest first. Where a rollback really took something back, the work of the run
/// that it was for is gone, and with it what came later.
pub fn later<'a>(run: &FinishedRun, state: &'a State) -> Vec<Later<'a>> {
    let mut standing: Vec<Later> = Vec::new();
    for next in state.runs.iter().skip_while(|known| known.id != run.id).skip(1) {
        let taken_back = match &next.purpose {
            Purpose::Rollback { of } if *of == run.id => Some(0),
            Purpose::Rollback { of } => standing.iter().position(|known| known.run.id == *of),
            _ => None,
        };
        match taken_back {
            Some(first) => standing
                .iter_mut()
                .skip(first)
                .for_each(|known| known.components.retain(|at| !next.levels.contains_key(*at))),
            None => standing.push(Later { run: next, components: next.levels.keys().collect() }),
        }
        let only_outputs = |run: &FinishedRun| run.levels.is_empty() && run.brought_outputs();
        standing.retain(|known| !known.components.is_empty() || only_outputs(known.run));
    }
    standing
}

/// Names, in a plan that takes `run` back, the later runs whose work on a component goes with it, and the levels that go.
pub fn name_in(plan: &mut Plan, run: &FinishedRun, state: &State) {
    let later = later(run, state);
    for entry in &mut plan.entries {
        let Verdict::Change(change) = &mut entry.verdict else { continue };
        let did = later.iter().filter(|later| later.components.contains(&entry.address));
        let runs: Vec<&FinishedRun> = did.map(|later| later.run).collect();
        let brought = |run: &FinishedRun| {
            let level = run.levels.get(&entry.address)?.after.clone()?;
            Some(Brought { run: run.id.clone(), level })
        };
        change.brought = [run].into_iter().chain(runs.iter().copied()).filter_map(brought).collect();
        change.newer = runs.iter().map(|run| run.id.clone()).collect();
    }
}

/// The first later run that brought outputs and is not taken back as a whole with `run`: it changed something else, too, or
/// only the outputs.
pub fn stays<'a>(run: &FinishedRun, state: &'a State) -> Option<&'a FinishedRun> {
    let goes = |later: &Later| {
        !later.components.is_empty() && later.components.iter().all(|at| run.levels.contains_key(*at))
    };
    let later = later(run, state).into_iter();
    later.filter(|later| later.run.brought_outputs()).find(|later| !goes(later)).map(|later| later.run)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::RunOutcome;
    use crate::state::sample::run;

    fn state(runs: &[(&str, Option<&str>, &[&str])]) -> State {
        let mut state = State::new("l", "0.1.0");
        for (id, of, components) in runs {
            let levels: Vec<(&str, Option<&str>, Option<&str>)> =
                components.iter().map(|c| (*c, Some("1"), Some("2"))).collect();
            let mut finished = run(id, &levels);
            if let Some(of) = of {
                finished.purpose = Purpose::Rollback { of: (*of).into() };
            }
            state.runs.push(finished);
        }
        state
    }

    #[test]
    fn what_stands_after_a_run() {
        let (a, ab): (&[&str], &[&str]) = (&["release.a"], &["release.a", "release.b"]);
        let none: &[&str] = &[];
        // Runs: id, what it takes back, components. Those after r1 whose work stands, and the first that stays in part.
        for (runs, stand, stays_so) in [
            (vec![("r1", None, a)], "", None),
            (vec![("r0", None, ab), ("r1", None, ab), ("r2", None, a)], "r2", None),
            (vec![("r1", None, a), ("r2", None, ab)], "r2", Some("r2")),
            (vec![("r1", None, a), ("r2", None, a), ("r3", None, none)], "r2 r3", Some("r3")),
            (vec![("r1", None, a), ("r2", None, ab), ("r3", Some("r2"), ab)], "", None),
            (vec![("r1", None, a), ("r2", None, a), ("r3", Some("r1"), a)], "", None),
            (vec![("r1", None, a), ("r2", Some("r1"), a), ("r3", None, a)], "r3", None),
            (vec![("r0", None, a), ("r1", None, a), ("r2", Some("r0"), a)], "r2", None),
            // A rollback that took nothing back, or less than all.
            (vec![("r1", None, a), ("r2", None, a), ("r3", Some("r1"), none)], "r2", None),
            (vec![("r1", None, a), ("r2", None, ab), ("r3", Some("r2"), none)], "r2", Some("r2")),
            (vec![("r1", None, ab), ("r2", None, ab), ("r3", Some("r1"), a)], "r2", None),
            // What came after a run that was taken back went with it.
            (vec![("r1", None, a), ("r2", None, a), ("r3", None, a), ("r4", Some("r2"), a)], "", None),
        ] {
            let state = state(&runs);
            let run = state.run("r1").unwrap();
            let ids: Vec<&str> = later(run, &state).iter().map(|later| later.run.id.as_str()).collect();
            assert_eq!(ids.join(" "), stand, "{runs:?}");
            assert_eq!(stays(run, &state).map(|run| run.id.as_str()), stays_so, "{runs:?}");
        }
    }

    #[test]
    fn a_run_that_brought_no_outputs_keeps_none() {
        let a: &[&str] = &["release.a"];
        let mut state = state(&[("r1", None, a), ("r2", None, a), ("r3", None, &[])]);
        for (outcome, stays_so) in [
            (RunOutcome::Complete, Some("r3")),
            (RunOutcome::Incomplete, None),
            (RunOutcome::Restored, None),
            (RunOutcome::Abandoned, None),
        ] {
            state.runs[2].outcome = outcome;
            let found = stays(state.run("r1").unwrap(), &state).map(|run| run.id.as_str());
            assert_eq!(found, stays_so, "{outcome:?}");
        }
    }
}
