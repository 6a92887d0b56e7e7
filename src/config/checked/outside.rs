//! A probe from outside: whether a service answers while its members are worked on.

use super::{Check, Connection};

/// `probe "…" { … }` of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct Outside {
    /// What is tried, how long a try may take, and the pause between two.
    pub probe: Check,
    /// Where a command runs.
    pub at: Connection,
}
