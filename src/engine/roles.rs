//! Which parts members of clusters play: asked when a plan is made, and again before one is worked on.

use super::perform::Tools;
use crate::plan::Draft;
use crate::plan::noun::Entry;
use crate::plan::roles::Answers;
use crate::target::{Targets, role};
use patchform_sdk::chunk;

/// Asks these entries of a draft. Who has no role block is not in the answer.
pub fn look(draft: &Draft, asked: &[usize], targets: &Targets) -> Answers {
    let one = |i: &usize| {
        let entry = draft.entries.get(*i)?;
        Some((*i, role::ask(entry.role.as_deref()?, &entry.connection, targets)))
    };
    chunk::abreast(asked, one).into_iter().flatten().flatten().collect()
}

impl Tools {
    /// Whether a component still plays the part by which it was put into its place.
    ///
    /// # Errors
    /// It does not, or nobody can tell: a sentence.
    pub(super) fn in_role(&self, entry: &Entry) -> Result<(), String> {
        let Some((asked, planned)) =
            entry.role.as_deref().and_then(|role| Some((role, role.found.as_ref()?)))
        else {
            return Ok(());
        };
        let now = role::ask(asked, &entry.connection, &self.targets)
            .map_err(|why| format!("nobody can tell its role any more: {why}"))?;
        match now == *planned {
            true => Ok(()),
            false => Err(format!(
                "it was {planned} when the plan was made, and is {now} now, so that the plan's order is not that of its service \
                 any more; make a new plan"
            )),
        }
    }
}
