//! What a reader passed over, or took although its format forbids it.

use std::fmt;

/// One thing that a person who keeps the feed should know. The rest of the feed is not harmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The line of the input, from 1, where the entry begins.
    pub line: usize,
    /// The entry: an advisory's id or a package's name; empty where it has none.
    pub entry: String,
    /// What is wrong, and what became of it.
    pub reason: String,
    /// Whether nothing at all could be read of the entry, not even which one it is.
    pub unread: bool,
}

impl Remark {
    pub(crate) fn new(line: usize, entry: &str, reason: impl Into<String>) -> Self {
        Remark { line, entry: entry.to_string(), reason: reason.into(), unread: false }
    }

    /// Of an entry that could not be read.
    pub(crate) fn unread(line: usize, reason: impl Into<String>) -> Self {
        Remark { unread: true, ..Remark::new(line, "", reason) }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry.as_str() {
            "" => write!(f, "line {}: {}", self.line, self.reason),
            entry => write!(f, "line {}: {entry}: {}", self.line, self.reason),
        }
    }
}
