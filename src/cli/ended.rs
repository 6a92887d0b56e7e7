//! Which exit code a run has.

use super::Exit;
use crate::ops::apply::Ended;
use crate::run::Ending;

/// After `apply` and `resume`: one that took anything back never exits 0.
pub fn exit_of(ended: &Ended) -> Exit {
    match ended.outcome.as_ref().map(|o| o.ending) {
        None | Some(Ending::Complete) if ended.gated => Exit::Refused,
        None | Some(Ending::Complete) => Exit::Done,
        Some(Ending::Incomplete) => Exit::Refused,
        Some(Ending::Restored) => Exit::Restored,
        Some(Ending::Halted) => Exit::Stopped,
        Some(Ending::Stuck) => Exit::Stuck,
    }
}

/// After taking back an open run: that everything is back, or had not begun, is what was asked for.
pub fn exit_of_taking_back(ended: &Ended) -> Exit {
    match exit_of(ended) {
        Exit::Restored | Exit::Refused => Exit::Done,
        other => other,
    }
}
