//! Levels that were given up under a name that is not declared any more: a component that was renamed without a `moved` block
//! is another one to everything else.

use crate::model::{Address, Diagnostic};
use crate::plan::Plan;
use crate::plan::noun::{Cause, Entry, Verdict};
use crate::state::{Rejected, State};

/// What `plan` brings where the state has no record, and what was given up of the same kind under a name that is gone.
pub fn given_up(plan: &Plan, state: &State) -> Vec<Diagnostic> {
    let declared = |address: &Address| {
        let entry = plan.entries.binary_search_by(|entry| entry.address.cmp(address)).ok();
        entry.is_some_and(|i| plan.entries[i].desired.is_some())
    };
    let gone: Vec<&Rejected> = state.rejected.iter().filter(|r| !declared(&r.component)).collect();
    if gone.is_empty() {
        return Vec::new();
    }
    let warning = |entry: &Entry| {
        let Verdict::Change(change) = &entry.verdict else { return None };
        let is_new = matches!(change.cause, Cause::Install | Cause::Unrecorded);
        let level = change.to.as_ref().filter(|_| is_new)?;
        let same = |r: &&&Rejected| r.level == *level && r.component.kind == entry.address.kind;
        let Rejected { component, run, reason, .. } = gone.iter().find(same)?;
        let new = &entry.address;
        let way_out = match state.records.contains_key(component) {
            true => format!(
                "`patchform state mv '{component}' '{new}'` tells so, and the level is not tried again"
            ),
            false => format!("leave {new} at the level that it has until the cause is mended"),
        };
        Some(
            Diagnostic::warning(format!(
                "{level} was given up at {component}, which is not declared any more"
            ))
            .because(format!("Run {run} gave it up ({reason}), and this plan brings {new} to it."))
            .help(format!("if {new} is the same component under another name: {way_out}")),
        )
    };
    plan.entries.iter().filter_map(warning).collect()
}
