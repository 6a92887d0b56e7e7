//! Why a feed could not be taken.

use patchform_advisory::Fault;
use std::fmt;

/// Why a feed could not be taken: where, what is wrong, and what to do where there is a plain way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The document, without secrets; empty where it is the feed as a whole.
    pub place: String,
    /// What is wrong with it.
    pub what: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl Problem {
    /// Something is wrong with a document.
    pub fn at(place: impl Into<String>, what: impl fmt::Display) -> Problem {
        Problem { place: place.into(), what: what.to_string(), hint: None }
    }

    /// A reader's refusal of a document.
    pub fn fault(place: impl Into<String>, fault: &Fault) -> Problem {
        Problem::at(place, fault)
    }

    /// With what to do next.
    pub fn hint(self, hint: impl Into<String>) -> Problem {
        Problem { hint: Some(hint.into()), ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.as_str() {
            "" => f.write_str(&self.what),
            place => write!(f, "{place}: {}", self.what),
        }
    }
}

impl std::error::Error for Problem {}
