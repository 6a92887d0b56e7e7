//! What a plan, and the run that follows it, is for.

use std::fmt;

/// What a plan or a run is for. Displayed as a person reads it: `rollback of 20261122-024000-123-3f9a`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Towards the configuration's levels.
    Apply,
    /// Only records what is observed.
    RefreshOnly,
    /// Takes a finished run back: towards the levels before it.
    Rollback {
        /// The run taken back.
        of: String,
    },
    /// Brings back what a snapshot holds, of one component.
    Restore {
        /// The snapshot's id.
        snapshot: String,
    },
}

impl Purpose {
    /// Whether it leads to an earlier time, where a level is not refused for being lower or having failed before.
    pub fn goes_back(&self) -> bool {
        matches!(self, Purpose::Rollback { .. } | Purpose::Restore { .. })
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Purpose::Apply => f.write_str("apply"),
            Purpose::RefreshOnly => f.write_str("refresh only"),
            Purpose::Rollback { of } => write!(f, "rollback of {of}"),
            Purpose::Restore { snapshot } => write!(f, "restore of {snapshot}"),
        }
    }
}
