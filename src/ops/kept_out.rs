//! What is taken out of the configuration while a block of its customers, left by an abandoned run, still stands: forgetting it
//! would leave them kept out for good.

use super::runs;
use crate::engine::block;
use crate::plan::noun::{Block, Entry, Verdict};
use crate::plan::{Plan, blocking};
use crate::report::reach;
use crate::state::State;
use crate::target::Targets;
use std::path::Path;

/// Keeps the records of those whose block stands, and says how it is lifted.
pub(super) fn remember(plan: &mut Plan, state: &State, folder: &Path, targets: &Targets) {
    let lineage = plan.lineage.clone();
    for entry in plan.entries.iter_mut().filter(|entry| entry.verdict == Verdict::Forget) {
        let Some(owed) = state.owed.get(&entry.address) else { continue };
        // One whose plan is lost tells nothing.
        let Ok(told) = runs::tell(folder, &owed.run) else { continue };
        let left = told.plan.entries.into_iter().find(|left| left.address == entry.address);
        let Some(left) = left.filter(|left| left.block.as_ref().is_some_and(|block| block.at.is_none()))
        else {
            continue;
        };
        let stands = match block::stands(targets, &lineage, &left) {
            Ok(false) => continue,
            Ok(true) => "customers are still kept out of it".to_string(),
            Err(why) => format!(
                "whether customers are still kept out of it cannot be asked ({})",
                targets.masked(&why)
            ),
        };
        entry.verdict = Verdict::Blocked(Block::Refused(sentence(&stands, &owed.run, &lineage, &left)));
    }
}

fn sentence(stands: &str, run: &str, lineage: &str, left: &Entry) -> String {
    let host = reach::host(&left.connection).unwrap_or_else(|| "this machine".into());
    let lift = blocking::lifted_by(lineage, &left.address.to_string());
    format!(
        "the configuration no longer names it, but {stands} since run {run} was abandoned: it is not forgotten before they are \
         let in. Declare it again and apply, or lift the block as root on {host}: {lift}"
    )
}
