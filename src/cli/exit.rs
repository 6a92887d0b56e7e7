//! Exit codes (page 3 of the design).

use crate::ops::failure::Kind;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// An error, and nothing was changed; wrong usage too.
    Error = 1,
    /// A question was answered "yes, something".
    Something = 2,
    /// An apply failed, and all that failed is restored.
    Restored = 3,
    /// A person is needed.
    Stuck = 4,
    /// Refused by a gate before any effect, or incomplete because of gates.
    Refused = 5,
    /// Locked, leased, stale plan, or a newer state.
    Locked = 6,
    /// Stopped and resumable.
    Stopped = 7,
}

impl Exit {
    /// How the program ends after a failure.
    pub fn of(failure: Kind) -> Exit {
        match failure {
            Kind::Error => Exit::Error,
            Kind::Refused => Exit::Refused,
            Kind::Locked => Exit::Locked,
            Kind::Stopped => Exit::Stopped,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        std::process::ExitCode::from(exit as u8)
    }
}
