//! Values of secrets that are written in the configuration: no message may show their lines.

use super::{Parsed, unread};
use crate::config::modules;
use crate::config::source::Sources;
use crate::config::syntax::{Attribute, Block};
use crate::config::value::Value;
use crate::model::{FileId, Span};

impl Parsed {
    /// Puts stars in place of the defaults of sensitive variables, and of values that a call writes out for such a variable
    /// of its module, and of addresses with a password, wherever the texts are shown. Where a file could not be read in
    /// full, what seems to be such a default is concealed, too.
    pub fn conceal(&self, sources: &mut Sources) {
        for file in self.gaps.files() {
            conceal_unread(file, sources);
        }
        for folder in &self.folders {
            let secrets = folder.blocks.iter().filter(|block| is_secret(block));
            let defaults = secrets.filter_map(|block| block.body.attribute("default"));
            defaults.for_each(|default| sources.conceal(default.value.span()));
            let calls = folder.blocks.iter().filter(|block| &*block.kind == "module");
            let sources_of = calls.clone().filter_map(|call| call.body.attribute("source"));
            sources_of.filter(|source| holds_password(source)).for_each(|s| sources.conceal(s.value.span()));
            for span in calls.flat_map(|call| self.given(folder, call)) {
                sources.conceal(span);
            }
        }
    }

    /// Where a call writes out what a sensitive variable of its module gets.
    fn given<'a>(&'a self, folder: &super::Folder, call: &'a Block) -> impl Iterator<Item = Span> + 'a {
        let called = call.labels.first().and_then(|label| folder.calls.get(&label.text));
        let blocks = called.map_or(&[][..], |called| &self.folders[*called].blocks);
        let secrets = blocks.iter().filter(|block| is_secret(block)).filter_map(|block| block.labels.first());
        let given = secrets.filter_map(|label| call.body.attribute(&label.text));
        given.filter(|given| is_written_out(given)).map(|given| given.value.span())
    }
}

/// Puts stars in place of what seems to be the default of a sensitive variable, in a file whose syntax is wrong.
pub fn conceal_unread(file: FileId, sources: &mut Sources) {
    for range in unread::secrets(&sources.shared_text(file)) {
        sources.conceal(Span::new(file, range.start, range.end));
    }
}

/// Whether a variable is sensitive; one of which that cannot be told is, too.
fn is_secret(block: &Block) -> bool {
    let sensitive = block.body.attribute("sensitive");
    let is_no = |given: &Attribute| given.value.as_literal().and_then(Value::as_bool) == Some(false);
    &*block.kind == "variable" && sensitive.is_some_and(|given| !is_no(given))
}

/// Whether the address of a repository holds a password, which is refused.
fn holds_password(source: &Attribute) -> bool {
    source.value.as_literal().and_then(Value::as_str).is_some_and(|text| modules::starred(text).is_some())
}

/// A reference may be read by everybody: it tells no secret.
fn is_written_out(given: &Attribute) -> bool {
    given.value.references().is_empty()
}
