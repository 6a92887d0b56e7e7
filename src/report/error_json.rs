//! Why a command with `--json` failed, as its last line on standard output (`docs/schemas/event.schema.json`).

use crate::model::Moment;
use serde::Serialize;
use serde_json::Value as Json;

/// A failure as programs read it.
#[derive(Debug, Clone, Serialize)]
pub struct ErrorView<'a> {
    /// `error`, `refused`, `locked` or `stopped`.
    pub kind: &'static str,
    /// The exit code that follows.
    pub exit_code: u8,
    /// What went wrong.
    pub message: &'a str,
    /// What to do next, one sentence each.
    pub help: &'a [String],
    /// What is wrong with the configuration, as `validate --json` says it; empty when it is something else.
    pub diagnostics: Json,
}

#[derive(Serialize)]
struct Line<'a> {
    format_version: u32,
    r#type: &'static str,
    at: String,
    #[serde(flatten)]
    error: &'a ErrorView<'a>,
}

/// One line with a newline.
pub fn error(error: &ErrorView<'_>, at: Moment) -> String {
    let format_version = super::run_json::FORMAT_VERSION;
    let line = Line { format_version, r#type: "error", at: at.to_string(), error };
    // Only strings as keys: serialising into memory cannot fail.
    serde_json::to_string(&line).unwrap_or_default() + "\n"
}
