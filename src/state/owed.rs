//! What an abandoned run began at a component and left undone.

use crate::model::Moment;
use patchform_sdk::message::Reload;

/// What stands at a component is not in force yet, or nobody made sure of it: the run that put it there was abandoned
/// before that. It is owed until a run has done it, whatever the readings say: not every kind can read what runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// The run.
    pub run: String,
    /// What it takes until what stands there is in force; `None` where only the verification is owed.
    pub reload: Reload,
    /// When the run was abandoned.
    pub at: Moment,
}

impl Owed {
    /// What is owed, in words: `reload and verify`.
    pub fn steps(&self) -> &'static str {
        match self.reload {
            Reload::None => "verify",
            _ => "reload and verify",
        }
    }
}
