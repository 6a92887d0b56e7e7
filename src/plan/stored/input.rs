//! The stored form of what expressions took from files and servers.

use crate::config::inputs::{Digest, Input};
use crate::config::request::Request;
use patchform_sdk::ended::millis;
use serde::{Deserialize, Serialize};
use std::time::Duration;

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
    Answer {
        url: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        headers: Vec<(String, String)>,
        status: u16,
        within_ms: u64,
        limit: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trusted: Option<String>,
        /// As earlier programs wrote it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sha256: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keyed: Option<StoredKeyed>,
    },
}

/// A digest under the key that stands beside the state.
#[derive(Serialize, Deserialize)]
pub struct StoredKeyed {
    key: String,
    hmac_sha256: String,
}

/// In the two places of the stored form.
fn apart(digest: Option<Digest>) -> (Option<String>, Option<StoredKeyed>) {
    match digest {
        None => (None, None),
        Some(Digest::Plain(sha256)) => (Some(sha256), None),
        Some(Digest::Keyed { key, hmac_sha256 }) => (None, Some(StoredKeyed { key, hmac_sha256 })),
    }
}

fn together(sha256: Option<String>, keyed: Option<StoredKeyed>) -> Option<Digest> {
    let keyed = keyed.map(|StoredKeyed { key, hmac_sha256 }| Digest::Keyed { key, hmac_sha256 });
    keyed.or(sha256.map(Digest::Plain))
}

impl From<&Input> for StoredInput {
    fn from(input: &Input) -> Self {
        match input.clone() {
            Input::Content { path, digest } => {
                let (sha256, keyed) = apart(digest);
                StoredInput::Content { path, sha256, keyed }
            }
            Input::Presence { path, there } => StoredInput::Presence { path, there },
            Input::Matches { folder, pattern, files } => StoredInput::Matches { folder, pattern, files },
            Input::Answer { request, digest } => {
                let (sha256, keyed) = apart(digest);
                StoredInput::Answer {
                    url: request.url,
                    headers: request.headers,
                    status: request.status,
                    within_ms: millis(request.within),
                    limit: request.limit,
                    trusted: request.trusted,
                    sha256,
                    keyed,
                }
            }
        }
    }
}

impl From<StoredInput> for Input {
    fn from(stored: StoredInput) -> Self {
        match stored {
            StoredInput::Content { path, sha256, keyed } => {
                Input::Content { path, digest: together(sha256, keyed) }
            }
            StoredInput::Presence { path, there } => Input::Presence { path, there },
            StoredInput::Matches { folder, pattern, files } => Input::Matches { folder, pattern, files },
            StoredInput::Answer { url, headers, status, within_ms, limit, trusted, sha256, keyed } => {
                let within = Duration::from_millis(within_ms);
                // Nothing secret or pinned is stored: see `config::inputs`.
                let (secret, pin) = (false, None);
                let request = Request { url, headers, secret, status, within, limit, trusted, sha256: pin };
                Input::Answer { request, digest: together(sha256, keyed) }
            }
        }
    }
}
