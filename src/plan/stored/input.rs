//! The stored form of what expressions took from files.

use crate::config::inputs::Input;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum StoredInput {
    Content {
        path: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sha256: Option<String>,
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

impl From<&Input> for StoredInput {
    fn from(input: &Input) -> Self {
        match input.clone() {
            Input::Content { path, sha256 } => StoredInput::Content { path, sha256 },
            Input::Presence { path, there } => StoredInput::Presence { path, there },
            Input::Matches { folder, pattern, files } => StoredInput::Matches { folder, pattern, files },
        }
    }
}

impl From<StoredInput> for Input {
    fn from(stored: StoredInput) -> Self {
        match stored {
            StoredInput::Content { path, sha256 } => Input::Content { path, sha256 },
            StoredInput::Presence { path, there } => Input::Presence { path, there },
            StoredInput::Matches { folder, pattern, files } => Input::Matches { folder, pattern, files },
        }
    }
}
