//! Who wants to know what providers say beside their answers.

use patchform_sdk::message::Progress;

/// Told of progress and log lines, on a thread of the session: it should only pass them on.
pub trait Watch: Send + Sync {
    /// An action goes on. At most a few per second and action are passed on.
    fn progress(&self, _provider: &str, _progress: &Progress) {}

    /// A line for the log: of the provider's stderr, or about something odd that it did.
    fn log(&self, _provider: &str, _line: &str) {}
}

/// Nobody.
pub struct Silent;

impl Watch for Silent {}
