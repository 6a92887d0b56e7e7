//! `--target` and `--exclude`: which components a plan is about.
//!
//! `--target A` takes A and all that A stands on, so that nothing is patched on top of what is not ready.
//! `--exclude A` leaves out A and all that stands on A, for the same reason. Given both, what is excluded stays out.
//! An address of a block stands for all its instances, one of a module for everything in it.

use super::Draft;
use crate::model::Selection;

/// Which entries of a draft a plan is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Focus(Vec<bool>);

/// Addresses that name no component.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no component {}; `patchform graph` and `patchform state list` show what there is",
    .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
)]
pub struct NoSuchComponent(pub Vec<Selection>);

impl Focus {
    /// Every entry.
    pub fn all(draft: &Draft) -> Focus {
        Focus(vec![true; draft.entries.len()])
    }

    /// What `--target` and `--exclude` leave.
    ///
    /// # Errors
    /// An address that covers no entry.
    pub fn of(
        draft: &Draft,
        targets: &[Selection],
        excludes: &[Selection],
    ) -> Result<Focus, NoSuchComponent> {
        let mut unknown = Vec::new();
        let mut covered = |addresses: &[Selection]| {
            let mut found = Vec::new();
            for address in addresses {
                let before = found.len();
                let entries = draft.entries.iter().enumerate();
                found.extend(entries.filter(|(_, e)| address.covers(&e.address)).map(|(i, _)| i));
                if found.len() == before {
                    unknown.push(address.clone());
                }
            }
            found
        };
        let (targets_found, excludes_found) = (covered(targets), covered(excludes));
        if !unknown.is_empty() {
            return Err(NoSuchComponent(unknown));
        }
        let mut focus = match targets {
            [] => vec![true; draft.entries.len()],
            _ => draft.graph.with_dependencies(targets_found),
        };
        for (kept, out) in focus.iter_mut().zip(draft.graph.with_dependents(excludes_found)) {
            *kept &= !out;
        }
        Ok(Focus(focus))
    }

    /// Whether the plan is about this entry.
    pub fn holds(&self, entry: usize) -> bool {
        self.0.get(entry).copied().unwrap_or(false)
    }
}
