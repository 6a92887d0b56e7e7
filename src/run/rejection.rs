//! Which levels a run leaves rejected (page 5.3, rule 8).

use super::fold::Run;
use super::standing::{Failure, Standing};
use crate::model::{PatchLevel, Purpose};
use crate::plan::noun::{Cause, Change, Plan, Verdict};

/// The level of component `i` that failed and was taken back, and what went wrong. `None` when nothing went wrong with
/// it, and when nothing of it was changed: then its failure says nothing about the level.
pub fn rejected<'a>(plan: &'a Plan, run: &'a Run, i: usize) -> Option<(&'a PatchLevel, &'a Failure)> {
    // A reload that failed says nothing about a level that was there before.
    let change = change(plan, i).filter(|change| change.cause != Cause::Owed)?;
    let rests = match run.standing(i) {
        Standing::Restored => true,
        // Left standing when its run was abandoned.
        Standing::Stuck(_) => run.is_finished(),
        _ => false,
    };
    let rejected = rests && run.was_tried(i);
    change.to.as_ref().zip(run.failure(i)).filter(|_| rejected)
}

fn change(plan: &Plan, i: usize) -> Option<&Change> {
    match &plan.entries.get(i)?.verdict {
        Verdict::Change(change) => Some(change),
        _ => None,
    }
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

    /// The level of component `i` that is not to be tried again by itself, and why: one that failed, or one that a
    /// person took back. What only went back with something else that failed is not rejected.
    pub fn level(&self, i: usize) -> Option<(&'a PatchLevel, String)> {
        if let Some((level, failure)) = rejected(self.plan, self.run, i) {
            let rest = match self.run.standing(i) {
                Standing::Stuck(_) if self.run.is_left_standing(i) => {
                    "; it was left as it stood when the run was abandoned"
                }
                Standing::Stuck(_) => "; it could not be restored, and was left so",
                _ => "",
            };
            return Some((level, failure.why.clone() + rest));
        }
        let change = change(self.plan, i)?;
        match (&self.plan.purpose, self.run.standing(i)) {
            (Purpose::Apply, Standing::Restored) => {
                let asked = change.cause != Cause::Owed && self.nobody_failed && self.run.was_tried(i);
                change.to.as_ref().filter(|_| asked).map(|level| (level, "a person took the run back".into()))
            }
            (purpose, Standing::Committed) => {
                let why = match purpose {
                    Purpose::Rollback { of } => format!("a person took run {of} back"),
                    Purpose::Restore { snapshot } => format!("a person restored snapshot {snapshot}"),
                    Purpose::Apply | Purpose::RefreshOnly => return None,
                };
                let level = change.from.as_ref().filter(|from| Some(*from) != change.to.as_ref())?;
                Some((level, why))
            }
            _ => None,
        }
    }
}
