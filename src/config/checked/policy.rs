//! A checked `policy` block: a rule book with its open rows filled in, and what it lets pass.

use patchform_advisory::policy::{Exception, Profile};

/// `policy "PROFILE" { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The rule book.
    pub profile: Profile,
    /// What it lets pass, in the order written.
    pub exceptions: Vec<Exception>,
}
