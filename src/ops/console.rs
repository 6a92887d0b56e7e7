//! `console`: expressions on the values of a checked configuration.

use super::Failure;
use super::checking::{self, Unresolved};
use super::files::FilesOnDisk;
use super::inputs::Inputs;
use super::project;
use crate::backend::local;
use crate::config::check::{self, Came, Known};
use crate::config::console;
use crate::config::levels::Resolved;
use crate::config::load::{conceal_unread, says_sensitive};
use crate::config::source::Sources;
use crate::config::syntax;
use crate::model::{Diagnostics, Span};
use crate::provider::watch::Silent;
use std::rc::Rc;
use std::sync::Arc;

/// What an expression's place is called in messages.
const PLACE: &str = "<console>";
/// Shorter secrets are not looked for in lines: `80` would keep every port out of the history.
const SHORTEST_SECRET: usize = 4;

/// Answers expressions.
pub struct Console {
    known: Known,
    names: Vec<String>,
    secrets: Vec<String>,
    folder: String,
    workspace: String,
    files: FilesOnDisk,
    /// Complaints about the configuration that are no errors.
    pub warnings: (Diagnostics, Sources),
}

/// What an expression came to.
pub struct Answer {
    /// The value as the console shows it, or what is known of it.
    pub text: String,
    /// Whether a secret is in the value, or in the expression: then it must not be kept.
    pub secret: bool,
}

impl Console {
    /// Reads and checks the configuration of the working folder; where there is none, only functions are known.
    ///
    /// # Errors
    /// What is wrong with the configuration.
    pub fn open(inputs: &Inputs) -> Result<Console, Failure> {
        let bare =
            inputs.given.is_empty() && project::configuration_files(std::path::Path::new("."))?.is_empty();
        let (known, files, warnings) = if bare {
            (Known::default(), FilesOnDisk::default(), (Diagnostics::default(), Sources::new()))
        } else {
            let inputs = Inputs { may_lack: true, ..inputs.clone() };
            let checked = checking::checked(&inputs, Arc::new(Silent), Unresolved::Refused, check::known)?;
            let files = FilesOnDisk::but(local::files(&checked.place.state));
            (checked.config, files, (checked.warnings, checked.sources))
        };
        let secrets = known.secrets().into_iter().filter(|text| text.len() >= SHORTEST_SECRET).collect();
        let folder = project::working_folder();
        Ok(Console {
            names: known.names(),
            files,
            known,
            secrets,
            folder,
            workspace: super::workspace::current()?,
            warnings,
        })
    }

    /// The value of an expression.
    ///
    /// # Errors
    /// What is wrong with it, and its text.
    pub fn answer(&self, text: &str) -> Result<Answer, Box<(Diagnostics, Sources)>> {
        let mut sources = Sources::new();
        match self.evaluate(text, &mut sources) {
            Ok(Came::Open { lacking, ty, is_secret }) => {
                let text = console::render_open(&lacking, ty.as_deref(), is_secret);
                Ok(Answer { text, secret: is_secret })
            }
            Ok(Came::To(value)) => {
                let secret = value.deep_marks().is_sensitive() || self.holds_secret(text);
                Ok(Answer { text: console::render(&value), secret })
            }
            Err(problems) => Err(Box::new((problems, sources))),
        }
    }

    fn evaluate(&self, text: &str, sources: &mut Sources) -> Result<Came, Diagnostics> {
        let file = sources.add_text(PLACE, text);
        conceal_unread(file, &mut |_| Rc::default(), sources);
        let start = text.len() - text.trim_start().len();
        let expr = syntax::read_part(sources, Span::new(file, start, text.trim_end().len()))?;
        self.known
            .evaluate(&expr, &project::around(&self.files, &self.folder, &self.workspace, Resolved::NONE))
    }

    /// Whether the value of a secret stands in a text, or something that it says to be one.
    pub fn holds_secret(&self, text: &str) -> bool {
        says_sensitive(text) || self.secrets.iter().any(|secret| text.contains(secret.as_str()))
    }

    /// Where the word at the end of `line` begins, and what may stand in its place.
    pub fn complete(&self, line: &str) -> (usize, Vec<String>) {
        let value = |text: &str| match self.evaluate(text, &mut Sources::new()) {
            Ok(Came::To(value)) => Some(value),
            Ok(Came::Open { .. }) | Err(_) => None,
        };
        console::complete(line, &self.names, &value)
    }
}
