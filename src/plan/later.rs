//! What runs did after one that is taken back: on the same components that goes back with it, and has to be said.

use super::noun::{Plan, Verdict};
use crate::model::{Address, Purpose};
use crate::state::{FinishedRun, State};

/// Runs after `run` whose work still stands, oldest first: what was taken back since, and with `run` itself, does not.
pub fn later<'a>(run: &FinishedRun, state: &'a State) -> Vec<&'a FinishedRun> {
    let mut standing: Vec<&FinishedRun> = Vec::new();
    for next in state.runs.iter().skip_while(|known| known.id != run.id).skip(1) {
        match &next.purpose {
            Purpose::Rollback { of } if *of == run.id => standing.clear(),
            Purpose::Rollback { of } if standing.iter().any(|known| known.id == *of) => {
                standing.retain(|known| known.id != *of);
            }
            _ => standing.push(next),
        }
    }
    standing
}

/// Names, in a plan that takes `run` back, the later runs whose work on a component goes with it.
pub fn name_in(plan: &mut Plan, run: &FinishedRun, state: &State) {
    let later = later(run, state);
    for entry in &mut plan.entries {
        let Verdict::Change(change) = &mut entry.verdict else { continue };
        let did = later.iter().filter(|run| run.levels.contains_key(&entry.address));
        change.newer = did.map(|run| run.id.clone()).collect();
    }
}

/// The first later run that is not taken back as a whole with `run`: it changed something else, too, or only records and
/// outputs.
pub fn stays<'a>(run: &FinishedRun, state: &'a State) -> Option<&'a FinishedRun> {
    let goes = |address: &Address| run.levels.contains_key(address);
    later(run, state).into_iter().find(|later| later.levels.is_empty() || !later.levels.keys().all(goes))
}

#[cfg(test)]
mod tests {
    use super::*;
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
        // Runs: id, what it takes back, components. Those after r1 whose work stands, and the first that stays in part.
        for (runs, stand, stays_so) in [
            (vec![("r1", None, a)], "", None),
            (vec![("r0", None, ab), ("r1", None, ab), ("r2", None, a)], "r2", None),
            (vec![("r1", None, a), ("r2", None, ab)], "r2", Some("r2")),
            (vec![("r1", None, a), ("r2", None, a), ("r3", None, &[][..])], "r2 r3", Some("r3")),
            (vec![("r1", None, a), ("r2", None, ab), ("r3", Some("r2"), ab)], "", None),
            (vec![("r1", None, a), ("r2", None, a), ("r3", Some("r1"), a)], "", None),
            (vec![("r1", None, a), ("r2", Some("r1"), a), ("r3", None, a)], "r3", None),
            (vec![("r0", None, a), ("r1", None, a), ("r2", Some("r0"), a)], "r2", None),
        ] {
            let state = state(&runs);
            let run = state.run("r1").unwrap();
            let ids: Vec<&str> = later(run, &state).iter().map(|run| run.id.as_str()).collect();
            assert_eq!(ids.join(" "), stand, "{runs:?}");
            assert_eq!(stays(run, &state).map(|run| run.id.as_str()), stays_so, "{runs:?}");
        }
    }
}
