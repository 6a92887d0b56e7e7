//! A plan in a file: saved for later, and read again.

use super::Failure;
use crate::plan::{Plan, stored};
use crate::world::disk;
use std::path::Path;

/// Saves a plan.
///
/// # Errors
/// A file that cannot be written.
pub fn save(plan: &Plan, path: &Path) -> Result<(), Failure> {
    disk::write_atomic(path, &stored::write(plan))
        .map_err(|e| Failure::error(format!("cannot save the plan as {}: {e}", path.display())))
}

/// What to do about a saved plan that cannot be used.
const ANEW: &str = "make a new plan with `patchform plan --out FILE`";

/// Reads a saved plan.
///
/// # Errors
/// A file that cannot be read, is no plan, or was changed.
pub fn read_saved(path: &Path) -> Result<Plan, Failure> {
    let bytes = disk::read(path, 2 << 30)
        .map_err(|e| Failure::error(format!("cannot read the plan {}: {e}", path.display())))?;
    if bytes.is_empty() {
        let empty = format!(
            "{} is empty: the plan was not saved whole, or something emptied the file",
            path.display()
        );
        return Err(Failure::error(empty).hint(ANEW));
    }
    stored::read(&bytes).map_err(|e| {
        let message = format!("{}: {e}", path.display());
        if matches!(e, stored::PlanError::Newer { .. }) {
            Failure::locked(message)
        } else {
            Failure::error(message).hint(ANEW)
        }
    })
}
