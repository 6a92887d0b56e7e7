//! How long a component is expected not to serve while it is patched.

use crate::plan::noun::{Change, Step};
use std::time::Duration;

/// From its patch until it is verified: what comes before does not disturb it, and while it is watched it serves. From its
/// drain on, where it has one.
pub fn downtime(change: &Change) -> Duration {
    let away = change.forth.iter().skip_while(|p| !leaves(p.action));
    let away = away.take_while(|p| !matches!(p.action, Step::Soak | Step::Commit));
    away.map(|p| p.expected).fold(Duration::ZERO, Duration::saturating_add)
}

/// Whether a component does not serve from a step on.
pub fn leaves(step: Step) -> bool {
    matches!(step, Step::Drain | Step::Patch | Step::Uninstall | Step::Restore)
}
