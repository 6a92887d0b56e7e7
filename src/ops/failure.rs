//! Why a command did not do what was asked; its kind picks the exit code.

use crate::config::source::Sources;
use crate::model::{Diagnostic, Diagnostics};
use crate::world::disk;
use std::path::Path;
use std::{fmt, io};

/// Which exit code a failure has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something is wrong and nothing was changed.
    Error,
    /// A gate said no before any effect.
    Refused,
    /// Locked, leased, stale, or written by a newer version.
    Locked,
    /// A run was stopped in its middle, and can be resumed.
    Stopped,
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub struct Failure {
    /// Which exit code it has.
    pub kind: Kind,
    /// What was being done, to what, and what went wrong.
    pub message: String,
    /// What to do next, one sentence each.
    pub hints: Vec<String>,
    /// What is wrong with the configuration, when that is it.
    pub diagnostics: Option<Box<(Sources, Diagnostics)>>,
}

impl Failure {
    /// Something is wrong and nothing was changed.
    pub fn error(message: impl fmt::Display) -> Self {
        Failure { kind: Kind::Error, message: message.to_string(), hints: Vec::new(), diagnostics: None }
    }

    /// A gate said no before any effect.
    pub fn refused(message: impl fmt::Display) -> Self {
        Failure { kind: Kind::Refused, ..Failure::error(message) }
    }

    /// Locked, leased, stale, or written by a newer version.
    pub fn locked(message: impl fmt::Display) -> Self {
        Failure { kind: Kind::Locked, ..Failure::error(message) }
    }

    /// A run was stopped in its middle, and can be resumed.
    pub fn stopped(message: impl fmt::Display) -> Self {
        Failure { kind: Kind::Stopped, ..Failure::error(message) }
    }

    /// A file of patchform's own that cannot be read: `error` says why.
    pub fn unreadable(path: &Path, error: &io::Error) -> Self {
        Failure::error(format!("cannot read {}: {error}", path.display())).at(path, error)
    }

    /// Adds what to do where a file is another user's, and that is why this failed.
    pub fn at(self, path: &Path, error: &io::Error) -> Self {
        let denied = error.kind() == io::ErrorKind::PermissionDenied;
        match disk::other_owner(path).filter(|_| denied) {
            Some((owner, own)) => {
                let name = |user| if user == 0 { "root".to_string() } else { format!("user {user}") };
                let (owner, own) = (name(owner), name(own));
                self.hint(format!("it belongs to {owner}, and this is {own}: run patchform as {owner}, or have all of it given to {own}"))
            }
            None => self,
        }
    }

    /// The configuration is wrong.
    pub fn configuration(sources: Sources, diagnostics: Diagnostics) -> Self {
        let errors = diagnostics.0.iter().filter(|d| d.severity == crate::model::Severity::Error).count();
        let s = if errors == 1 { "" } else { "s" };
        Failure {
            diagnostics: Some(Box::new((sources, diagnostics))),
            ..Failure::error(format!("the configuration has {errors} error{s}; nothing was done"))
        }
    }

    /// A failure that a diagnostic without a place in the configuration tells.
    pub fn diagnostic(diagnostic: Diagnostic) -> Self {
        let detail =
            if diagnostic.detail.is_empty() { String::new() } else { format!(": {}", diagnostic.detail) };
        let failure = Failure::error(format!("{}{detail}", diagnostic.summary));
        if diagnostic.help.is_empty() { failure } else { failure.hint(diagnostic.help) }
    }

    /// As a diagnostic without a place.
    pub fn into_diagnostic(self) -> Diagnostic {
        Diagnostic::error(self.message).help(self.hints.join("\n"))
    }

    /// Adds what to do next.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
