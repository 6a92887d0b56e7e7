//! Who wants to know what providers say beside their answers.

use patchform_sdk::message::Progress;

/// Told of progress and log lines, on a thread of the session: it should only pass them on.
pub trait Watch: Send + Sync {
    /// An action goes on. At most a few per second and action are passed on.
    fn progress(&self, _provider: &str, _progress: &Progress) {}

    /// A line for the log (`PF_LOG`): of the provider's stderr, or about something odd that it did.
    fn log(&self, provider: &str, line: &str) {
        crate::world::log::line(&format!("provider {provider}"), line);
    }
}

/// Nobody.
pub struct Silent;

impl Watch for Silent {}
