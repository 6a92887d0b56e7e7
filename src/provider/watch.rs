//! Who wants to know what providers say beside their answers.

use crate::target::{self, Waiting};
use patchform_sdk::message::Progress;
use std::sync::Arc;

/// Told of progress and log lines, on a thread of the session: it should only pass them on.
pub trait Watch: Send + Sync {
    /// An action goes on. At most a few per second and action are passed on.
    fn progress(&self, _provider: &str, _progress: &Progress) {}

    /// A host does not answer, and is tried again.
    fn waits(&self, _waiting: &Waiting) {}

    /// A line for the log (`PF_LOG`): of the provider's stderr, or about something odd that it did.
    fn log(&self, provider: &str, line: &str) {
        crate::world::log::line(&format!("provider {provider}"), line);
    }
}

/// Who watches providers watches the hosts that they work on, too.
pub struct OfTargets(pub Arc<dyn Watch>);

impl target::Watch for OfTargets {
    fn waits(&self, waiting: &Waiting) {
        self.0.waits(waiting);
    }
}

/// Nobody.
pub struct Silent;

impl Watch for Silent {}
