//! The file that a data block names by its `path`.

use crate::config::fields::{Fields, sentence_case};
use crate::config::syntax::Block;
use crate::config::value::Value;
use crate::model::{Diagnostic, Span};

/// Said in place of what may repeat words of an answer that nobody may see.
pub(super) const NOT_SHOWN: &str = "what it holds is sensitive and not shown";

/// A path, and where it stands.
pub(super) struct Named {
    /// As the configuration has it.
    pub path: String,
    at: Span,
    /// Whether what it holds may not be shown.
    secret: bool,
}

impl Named {
    /// The file of a block; nothing where its path has no value, which was said.
    pub fn of(block: &Block, fields: &mut Fields<'_>) -> Option<Named> {
        let attribute = block.body.attribute("path")?;
        let (at, secret) = (attribute.value.span(), is_sensitive(block));
        Some(Named { path: fields.text(&block.body, "path")?, at, secret })
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

    /// Says what is wrong with what it holds, which nobody may hear where that is sensitive.
    pub fn misread<T>(&self, fields: &mut Fields<'_>, what: &str, why: &str) -> Option<T> {
        self.refuse(fields, what, if self.secret { NOT_SHOWN } else { why })
    }

    /// Says what is wrong with it.
    fn refuse<T>(&self, fields: &mut Fields<'_>, what: &str, why: &str) -> Option<T> {
        let problem = Diagnostic::error(format!("{} {what}", self.path))
            .at(self.at, "")
            .because(format!("{}.", sentence_case(why.trim_end_matches('.'))));
        fields.problems.push(problem);
        None
    }
}

/// Whether what a data block reads may not be shown; where that cannot be told, it may not.
pub(super) fn is_sensitive(block: &Block) -> bool {
    let flag =
        block.body.attribute("sensitive").map(|given| given.value.as_literal().and_then(Value::as_bool));
    flag.is_some_and(|flag| flag != Some(false))
}
