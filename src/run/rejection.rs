//! Which levels a run leaves rejected (page 5.3, rule 8).

use super::fold::Run;
use super::standing::{Failure, Standing};
use crate::model::PatchLevel;
use crate::plan::noun::{Plan, Verdict};

/// The level of component `i` that failed and was taken back, and what went wrong. `None` when nothing went wrong with
/// it, and when nothing of it was changed: then its failure says nothing about the level.
pub fn rejected<'a>(plan: &'a Plan, run: &'a Run, i: usize) -> Option<(&'a PatchLevel, &'a Failure)> {
    let Verdict::Change(change) = &plan.entries.get(i)?.verdict else { return None };
    let rejected = run.standing(i) == Standing::Restored && run.was_tried(i);
    change.to.as_ref().zip(run.failure(i)).filter(|_| rejected)
}
