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
    /// Whether what stands there may have been put there in part only: the patch, or the restore on the way back, began and was
    /// not finished. Whatever level is read then, it is patched again.
    pub half: bool,
    /// When the run was abandoned.
    pub at: Moment,
}

impl Owed {
    /// What is owed, in words: `reload and verify`.
    pub fn steps(&self) -> &'static str {
        steps(self.half, self.reload)
    }
}

/// What is to be done, in words, where that may be half of a patch, and so much brings it into force.
pub fn steps(half: bool, reload: Reload) -> &'static str {
    match (half, reload) {
        (true, Reload::None) => "patch and verify",
        (true, _) => "patch, reload and verify",
        (false, Reload::None) => "verify",
        (false, _) => "reload and verify",
    }
}
