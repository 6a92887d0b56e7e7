//! The file that a data block names by its `path`.

use crate::config::fields::{Fields, sentence_case};
use crate::config::syntax::Block;
use crate::model::{Diagnostic, Span};

/// A path, and where it stands.
pub(super) struct Named {
    /// As the configuration has it.
    pub path: String,
    at: Span,
}

impl Named {
    /// The file of a block; nothing where its path has no value, which was said.
    pub fn of(block: &Block, fields: &mut Fields<'_>) -> Option<Named> {
        let attribute = block.body.attribute("path")?;
        Some(Named { path: fields.text(&block.body, "path")?, at: attribute.value.span() })
    }

    /// What it holds, without a byte order mark.
    pub fn text(&self, fields: &mut Fields<'_>) -> Option<String> {
        let read = fields
            .scope
            .file_reader()
            .map_or(Err("files are not read here".into()), |files| files.read(&self.path));
        match read.map(String::from_utf8) {
            Ok(Ok(text)) => Some(text.strip_prefix('\u{feff}').map(str::to_string).unwrap_or(text)),
            Ok(Err(_)) => self.refuse(fields, "is no text", "it is not UTF-8"),
            Err(why) => self.refuse(fields, "cannot be read", &why),
        }
    }

    /// Says what is wrong with it.
    pub fn refuse<T>(&self, fields: &mut Fields<'_>, what: &str, why: &str) -> Option<T> {
        let problem = Diagnostic::error(format!("{} {what}", self.path))
            .at(self.at, "")
            .because(format!("{}.", sentence_case(why.trim_end_matches('.'))));
        fields.problems.push(problem);
        None
    }
}
