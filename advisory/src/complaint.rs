//! What is wrong with a document, where, and by which rule.

use std::fmt;

/// One thing that is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// By which rule.
    pub kind: Kind,
    /// Where, as a JSON pointer (RFC 6901); empty for the document itself.
    pub path: String,
    /// What, and what became of it where that is not plain.
    pub reason: String,
}

/// What a document breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// JSON itself.
    Form,
    /// The schema of the standard's version.
    Schema,
    /// A test of section 6, by its number: `6.1.6`.
    Test(&'static str),
}

impl Complaint {
    pub(crate) fn new(kind: Kind, path: &str, reason: impl Into<String>) -> Self {
        Complaint { kind, path: path.to_string(), reason: reason.into() }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Kind::Test(number) = self.kind {
            write!(f, "{number} ")?;
        }
        match self.path.as_str() {
            "" => f.write_str(&self.reason),
            path => write!(f, "{path}: {}", self.reason),
        }
    }
}
