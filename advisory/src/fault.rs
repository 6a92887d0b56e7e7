//! Why bytes of a feed were refused, and where.

/// A reader's refusal of the whole input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}, line {line}: {reason}")]
pub struct Fault {
    /// What was read: `dpkg status`, `OSV document`.
    pub what: &'static str,
    /// The line of the input, from 1.
    pub line: usize,
    /// The reason in plain words.
    pub reason: String,
}

impl Fault {
    /// A refusal at a line, from 1.
    pub fn new(what: &'static str, line: usize, reason: impl Into<String>) -> Self {
        Fault { what, line, reason: reason.into() }
    }

    /// What serde_json says, with its place as the reason's end.
    pub(crate) fn json(what: &'static str, error: &serde_json::Error) -> Self {
        let full = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let reason = full.strip_suffix(&place).unwrap_or(&full);
        Fault::new(what, error.line().max(1), format!("{reason} (column {})", error.column()))
    }
}
