//! What can go wrong with a provider: what was being done, to which one, and what it did instead.

use patchform_sdk::message::{
    INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND, PARSE_ERROR, RpcError, TOO_BUSY,
};
use std::time::Duration;
use thiserror::Error;

/// An error of a provider. Each says which provider and what was being done.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ProviderError {
    /// Its program could not be started.
    #[error("provider `{provider}` cannot be started: {program}: {why}")]
    Start {
        /// Which.
        provider: String,
        /// Path of its program.
        program: String,
        /// Why.
        why: String,
    },
    /// It speaks another protocol.
    #[error(
        "provider `{provider}` speaks protocol {theirs}, this program speaks {ours}: install a version of one that fits \
         the other"
    )]
    Version {
        /// Which.
        provider: String,
        /// Its protocol.
        theirs: String,
        /// This program's protocol.
        ours: String,
    },
    /// Its process ended.
    #[error("provider `{provider}` {how} while it was asked to `{method}`{stderr}")]
    Died {
        /// Which.
        provider: String,
        /// What it was doing.
        method: String,
        /// How it ended.
        how: String,
        /// The end of its log, after a line break; may be empty.
        stderr: String,
    },
    /// It died too often.
    #[error(
        "provider `{provider}` was started {starts} times in this run and is not started again (it last {how}){stderr}"
    )]
    GaveUp {
        /// Which.
        provider: String,
        /// How often it was started.
        starts: u32,
        /// How it ended last.
        how: String,
        /// The end of its log, after a line break; may be empty.
        stderr: String,
    },
    /// It did not answer in time.
    #[error("provider `{provider}` did not answer `{method}` within {}{odd}", seconds(.after))]
    Late {
        /// Which.
        provider: String,
        /// What it was asked.
        method: String,
        /// How long it had.
        after: Duration,
        /// What it printed instead, if it was no message; may be empty.
        odd: String,
    },
    /// It said something that is no message of the protocol.
    #[error("provider `{provider}` answered `{method}` with a line that {what}; it begins: {line}")]
    Nonsense {
        /// Which.
        provider: String,
        /// What it was asked.
        method: String,
        /// `is no JSON`, `is longer than 16 MiB`, …
        what: String,
        /// How the line begins.
        line: String,
    },
    /// Its answer has the wrong shape.
    #[error(
        "provider `{provider}` answered `{method}` with something else than the protocol asks for: {why}; it begins: {line}"
    )]
    Shape {
        /// Which.
        provider: String,
        /// What it was asked.
        method: String,
        /// What does not fit.
        why: String,
        /// How the answer begins.
        line: String,
    },
    /// It answered with an error.
    #[error("provider `{provider}` has no answer to `{method}`: {error}")]
    Answered {
        /// Which.
        provider: String,
        /// What it was asked.
        method: String,
        /// What it said.
        error: RpcError,
    },
    /// The session was shut down before the answer came.
    #[error("provider `{provider}` was shut down before it answered `{method}`")]
    ShutDown {
        /// Which.
        provider: String,
        /// What it was asked.
        method: String,
    },
    /// The request cannot be sent.
    #[error("provider `{provider}` cannot be asked to `{method}`: {why}")]
    Send {
        /// Which.
        provider: String,
        /// What it would have been asked.
        method: String,
        /// Why.
        why: String,
    },
}

impl ProviderError {
    /// Whether the request surely had no effect: it was never sent, or the provider said so by the error's code.
    pub fn nothing_was_done(&self) -> bool {
        match self {
            ProviderError::Start { .. }
            | ProviderError::Version { .. }
            | ProviderError::GaveUp { .. }
            | ProviderError::Send { .. } => true,
            ProviderError::Answered { error, .. } => {
                matches!(
                    error.code,
                    METHOD_NOT_FOUND | INVALID_PARAMS | INVALID_REQUEST | PARSE_ERROR | TOO_BUSY
                )
            }
            ProviderError::Died { .. }
            | ProviderError::Late { .. }
            | ProviderError::Nonsense { .. }
            | ProviderError::Shape { .. }
            | ProviderError::ShutDown { .. } => false,
        }
    }
}

fn seconds(after: &Duration) -> String {
    if after.as_millis() < 1000 {
        format!("{} ms", after.as_millis())
    } else {
        format!("{} s", after.as_secs())
    }
}
