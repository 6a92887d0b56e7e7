//! Files in which other programs keep their hosts: inventories of Ansible, configurations of ssh, states of Terraform.

mod ini;
mod inventory;
mod literal;
mod range;
mod reached;
mod ssh;
mod ssh_line;
mod terraform;
mod tree;
mod vars;
mod words;

pub use inventory::{Host, Inventory};
pub use reached::{Reached, reached};
pub use ssh::{Login, logins};
pub use terraform::outputs;

use std::fmt;

/// The most hosts of one file: more than anybody can have meant.
const MOST: usize = 100_000;

/// Why a file is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misread {
    /// The file, where it is not the one that was asked for.
    pub file: Option<String>,
    /// The line, from 1; none where that is not known, or `what` says it.
    pub line: Option<usize>,
    /// What is wrong, in a sentence without its place.
    pub what: String,
}

impl Misread {
    fn at(line: usize, what: impl Into<String>) -> Misread {
        Misread { file: None, line: Some(line), what: what.into() }
    }

    fn whole(what: impl Into<String>) -> Misread {
        Misread { file: None, line: None, what: what.into() }
    }

    /// The same, of this file.
    fn of(self, file: &str) -> Misread {
        Misread { file: Some(self.file.unwrap_or_else(|| file.to_string())), ..self }
    }
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "{file}, line {line}: {}", self.what),
            (Some(file), None) => write!(f, "{file}: {}", self.what),
            (None, Some(line)) => write!(f, "line {line}: {}", self.what),
            (None, None) => f.write_str(&self.what),
        }
    }
}
