//! What abandoned runs left undone and a plan does not do: said beside it.

use super::reason::left;
use crate::model::{Address, Diagnostic};
use crate::plan::noun::Verdict;
use crate::plan::{Plan, blocking};
use crate::state::{Owed, State};

/// What abandoned runs left undone and `plan` does not do: where the component is blocked, held or left out, and where neither
/// the configuration nor a record names it.
pub fn left_undone(plan: &Plan, state: &State) -> Vec<Diagnostic> {
    let warning = |(address, owed): (&Address, &Owed)| {
        let entry = plan.entries.binary_search_by(|entry| entry.address.cmp(address)).ok();
        let entry = entry.map(|i| &plan.entries[i]);
        let owed = entry.map_or_else(|| owed.clone(), |entry| entry.observed.owes(owed));
        let help = match entry.map(|entry| &entry.verdict) {
            Some(Verdict::Change(_)) => return None,
            Some(Verdict::Forget) => {
                "this plan forgets that, too: declare it again before it is applied, and it is done"
                    .to_string()
            }
            Some(_) => "this plan does not do it: a later one does, once nothing is in the way".to_string(),
            None => format!(
                "no plan does it, since there is neither a block nor a record of it: declare it again, or look at its \
                 target and forget it with `patchform state rm {}`",
                address.quoted()
            ),
        };
        let summary = format!("{address} still needs {}", owed.steps());
        let kept_out = entry
            .filter(|entry| entry.block.as_ref().is_some_and(|block| block.at.is_none()))
            .map_or(String::new(), |_| {
                let lift = blocking::lifted_by(&plan.lineage, &address.to_string());
                format!(
                    "; customers may still be kept out of it, and are let in by `{lift}`, as root on its host"
                )
            });
        Some(Diagnostic::warning(summary).because(left(&owed) + &kept_out).help(help))
    };
    state.owed.iter().filter_map(warning).collect()
}
