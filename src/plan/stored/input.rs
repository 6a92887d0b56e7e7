//! The stored form of what expressions took from files.

use crate::config::inputs::{Digest, Input};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum StoredInput {
    Content {
        path: String,
        /// As earlier programs wrote it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sha256: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keyed: Option<StoredKeyed>,
    },
    Presence {
        path: String,
        there: bool,
    },
    Matches {
        folder: String,
        pattern: String,
        files: Vec<String>,
    },
}

/// A digest under the key that stands beside the state.
#[derive(Serialize, Deserialize)]
pub struct StoredKeyed {
    key: String,
    hmac_sha256: String,
}

impl From<&Input> for StoredInput {
    fn from(input: &Input) -> Self {
        match input.clone() {
            Input::Content { path, digest } => {
                let (sha256, keyed) = match digest {
                    None => (None, None),
                    Some(Digest::Plain(sha256)) => (Some(sha256), None),
                    Some(Digest::Keyed { key, hmac_sha256 }) => {
                        (None, Some(StoredKeyed { key, hmac_sha256 }))
                    }
                };
                StoredInput::Content { path, sha256, keyed }
            }
            Input::Presence { path, there } => StoredInput::Presence { path, there },
            Input::Matches { folder, pattern, files } => StoredInput::Matches { folder, pattern, files },
        }
    }
}

impl From<StoredInput> for Input {
    fn from(stored: StoredInput) -> Self {
        match stored {
            StoredInput::Content { path, sha256, keyed } => {
                let keyed = keyed.map(|StoredKeyed { key, hmac_sha256 }| Digest::Keyed { key, hmac_sha256 });
                Input::Content { path, digest: keyed.or(sha256.map(Digest::Plain)) }
            }
            StoredInput::Presence { path, there } => Input::Presence { path, there },
            StoredInput::Matches { folder, pattern, files } => Input::Matches { folder, pattern, files },
        }
    }
}
