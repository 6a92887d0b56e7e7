//! Which levels a run leaves rejected (page 5.3, rule 8).

use super::fold::Run;
use super::standing::{Failure, Standing};
use crate::model::{PatchLevel, Purpose};
use crate::plan::noun::{Cause, Change, Plan};
use std::collections::BTreeSet;

/// The level of component `i` that failed and was taken back, and what went wrong. `None` when nothing went wrong with
/// it, and when nothing of it was changed: then its failure says nothing about the level.
pub fn rejected<'a>(plan: &'a Plan, run: &'a Run, i: usize) -> Option<(&'a PatchLevel, &'a Failure)> {
    let rests = match run.standing(i) {
        Standing::Restored => true,
        // Left standing when its run was abandoned.
        Standing::Stuck(_) => run.is_finished(),
        _ => false,
    };
    tried(plan, run, i).filter(|_| rests)
}

/// The level of component `i` that was tried and failed, and what went wrong.
fn tried<'a>(plan: &'a Plan, run: &'a Run, i: usize) -> Option<(&'a PatchLevel, &'a Failure)> {
    // A reload that failed says nothing about a level that was there before.
    let change = plan.change(i).filter(|change| change.cause != Cause::Owed)?;
    change.to.as_ref().zip(run.failure(i)).filter(|_| run.was_tried(i))
}

/// All levels that a run leaves rejected.
#[derive(Debug, Clone, Copy)]
pub struct Rejections<'a> {
    /// What was planned.
    pub plan: &'a Plan,
    /// What happened.
    pub run: &'a Run,
    /// Nothing failed: whoever took the run back judged all of it.
    nobody_failed: bool,
}

impl<'a> Rejections<'a> {
    /// Those of `run`.
    pub fn of(plan: &'a Plan, run: &'a Run) -> Rejections<'a> {
        // Only at the end: somebody may fail yet, and what a checkpoint has rejected it cannot take back.
        let nobody_failed = run.is_finished() && (0..run.len()).all(|i| run.failure(i).is_none());
        Rejections { plan, run, nobody_failed }
    }

    /// The levels of component `i` that are not to be tried again by themselves, and why: one that failed, or those that a
    /// person took back. What only went back with something else that failed is not rejected.
    pub fn levels(&self, i: usize) -> Vec<(&'a PatchLevel, String)> {
        if let Some((level, failure)) = rejected(self.plan, self.run, i) {
            let rest = match self.run.standing(i) {
                Standing::Stuck(_) if self.run.is_left_standing(i) => {
                    "; it was left as it stood when the run was abandoned"
                }
                Standing::Stuck(_) => "; it could not be restored, and was left so",
                _ => "",
            };
            return vec![(level, failure.why.clone() + rest)];
        }
        let Some(change) = self.plan.change(i) else { return Vec::new() };
        match (&self.plan.purpose, self.run.standing(i)) {
            (Purpose::Apply, Standing::Restored) => {
                let asked = change.cause != Cause::Owed && self.nobody_failed && self.run.was_tried(i);
                let level = change.to.as_ref().filter(|_| asked);
                level.map(|level| (level, "a person took the run back".into())).into_iter().collect()
            }
            (purpose, Standing::Committed) => left(purpose, change),
            _ => Vec::new(),
        }
    }
}

impl<'a> Rejections<'a> {
    /// As [`Rejections::levels`], of a run of which nobody can read how it went on: what failed by then is not to be tried again
    /// by itself either.
    pub fn levels_so_far(&self, i: usize) -> Vec<(&'a PatchLevel, String)> {
        let known = self.levels(i);
        if !known.is_empty() {
            return known;
        }
        let failed = tried(self.plan, self.run, i).into_iter();
        failed
            .map(|(level, why)| (level, format!("{}; what became of it after that cannot be read", why.why)))
            .collect()
    }
}

/// The levels that a person left behind on purpose: all that the run brought which was taken back, what went with it, and
/// what was found there.
fn left<'a>(purpose: &Purpose, change: &'a Change) -> Vec<(&'a PatchLevel, String)> {
    let mut left: Vec<(&PatchLevel, String)> = Vec::new();
    // Only what was owed was done: nobody judged a level.
    if change.from == change.to {
        return left;
    }
    let found = match purpose {
        Purpose::Rollback { of } => {
            for brought in &change.brought {
                let with = if brought.run == *of {
                    String::new()
                } else {
                    format!(", and run {} with it", brought.run)
                };
                left.push((&brought.level, format!("a person took run {of} back{with}")));
            }
            format!("it stood there when a person took run {of} back")
        }
        Purpose::Restore { snapshot } => format!("a person restored snapshot {snapshot}"),
        Purpose::Apply | Purpose::RefreshOnly => return left,
    };
    left.extend(change.from.as_ref().map(|level| (level, found)));
    let mut seen = BTreeSet::new();
    left.retain(|(level, _)| Some(*level) != change.to.as_ref() && seen.insert(*level));
    left
}
