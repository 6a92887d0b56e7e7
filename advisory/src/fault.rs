//! Why bytes of a feed were refused, and where.

use std::fmt;

/// A reader's refusal of the whole input: what was read, where it is wrong, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}{place}: {reason}")]
pub struct Fault {
    /// What was read: `dpkg status`, `OSV document`.
    pub what: &'static str,
    /// Where it is wrong.
    pub place: Place,
    /// The reason in plain words.
    pub reason: String,
}

/// Where in the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Nowhere in particular.
    Whole,
    /// At a line, from 1.
    Line(usize),
    /// At a value of a JSON document, as a JSON pointer (RFC 6901).
    Value(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Whole => Ok(()),
            Place::Line(line) => write!(f, ", line {line}"),
            Place::Value(pointer) => write!(f, ", {pointer}"),
        }
    }
}

impl Fault {
    /// A refusal of the input as a whole.
    pub(crate) fn whole(what: &'static str, reason: impl Into<String>) -> Self {
        Fault { what, place: Place::Whole, reason: reason.into() }
    }

    /// A refusal at a line, from 1.
    pub(crate) fn line(what: &'static str, line: usize, reason: impl Into<String>) -> Self {
        Fault { what, place: Place::Line(line), reason: reason.into() }
    }

    /// A refusal at a value; the empty pointer is the whole document.
    pub(crate) fn value(what: &'static str, pointer: impl Into<String>, reason: impl Into<String>) -> Self {
        let pointer = pointer.into();
        let place = if pointer.is_empty() { Place::Whole } else { Place::Value(pointer) };
        Fault { what, place, reason: reason.into() }
    }

    /// What `serde_json` says, its place apart. Of a value in memory it knows no line.
    pub(crate) fn json(what: &'static str, error: &serde_json::Error) -> Self {
        let full = error.to_string();
        if error.line() == 0 {
            return Fault::whole(what, full);
        }
        let place = format!(" at line {} column {}", error.line(), error.column());
        let reason = full.strip_suffix(&place).unwrap_or(&full);
        Fault::line(what, error.line(), format!("{reason} (column {})", error.column()))
    }

    /// What the reader of sheets says, at the line where the row begins.
    pub(crate) fn csv(what: &'static str, error: &csv::Error) -> Self {
        let line = error.position().and_then(|position| usize::try_from(position.line()).ok());
        match line {
            Some(line) => Fault::line(what, line, error.to_string()),
            None => Fault::whole(what, error.to_string()),
        }
    }
}
