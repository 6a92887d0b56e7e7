//! Which part a component plays in a cluster, and how that is asked.

use std::time::Duration;

/// `role { … }`: a command on the target, whose answer is the part that a component plays in a cluster now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Program and arguments.
    pub command: Vec<String>,
    /// How long an answer may take.
    pub timeout: Duration,
    /// What it answered when the plan was made; known to a plan alone, and where a service goes by it.
    pub found: Option<String>,
}
