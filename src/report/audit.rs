//! What a check of a run's hash chain found: how much of it is proved, against what, and where it breaks.

use crate::model::Moment;

mod json;
mod text;

pub use json::to_json;
pub use text::{could_be_read, draw};

/// A check of one run, from its first line to its head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// The run's id.
    pub run: String,
    /// The journal's segments, in order.
    pub segments: Vec<Segment>,
    /// Lines that are proved: those of closed batches.
    pub lines: u64,
    /// SHA-256 of the last of them; `None` when the chain breaks before its end.
    pub head: Option<String>,
    /// When its first and its last event happened.
    pub between: Option<(Moment, Moment)>,
    /// SHA-256 of the plan, which the journal names, too.
    pub plan: Option<String>,
    /// Whether the run has ended.
    pub ended: bool,
    /// What the state says of the journal's end.
    pub record: Recorded,
    /// What a person should know beside, such as lines that were cut off and dropped.
    pub notices: Vec<String>,
    /// Where it first breaks; `None` when it does not.
    pub broken: Option<Break>,
}

/// One segment of a journal, as its file stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Its file's name.
    pub file: String,
    /// Lines in it.
    pub lines: u64,
    /// Bytes in it.
    pub bytes: u64,
}

/// What the state says of a journal's end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// Number of lines and head are those of the journal.
    Agrees,
    /// The run is open: its head is recorded when it ends.
    NotYet,
    /// The run has ended, and the state has no record of it.
    Missing,
    /// The state cannot be read.
    Unreadable(String),
    /// The run was let go of when no more of its journal than these first lines could be read.
    LetGo {
        /// How many.
        lines: u64,
    },
    /// The journal ends otherwise: that is the break.
    Differs,
}

/// The first thing that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// The file, within the run's folder.
    pub file: String,
    /// Its line, from 1, where it is one line.
    pub line: Option<u64>,
    /// What is wrong there.
    pub why: String,
    /// What follows from it.
    pub means: String,
}

impl Audit {
    /// Whether nothing speaks against the run being told as it was written.
    pub fn is_intact(&self) -> bool {
        self.broken.is_none()
    }
}

impl Recorded {
    /// Its name in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Recorded::Agrees => "agrees",
            Recorded::NotYet => "not_yet",
            Recorded::Missing => "missing",
            Recorded::Unreadable(_) => "unreadable",
            Recorded::LetGo { .. } => "let_go",
            Recorded::Differs => "differs",
        }
    }
}

#[cfg(test)]
mod tests;
