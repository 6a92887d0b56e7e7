//! Whose values may be shown: those of variables that say so, in a text that can be read. What cannot be judged is a secret.

use crate::config::blocks;
use crate::config::sensitivity::seems_sensitive;
use crate::config::source::Sources;
use crate::config::syntax::{Attribute, Block};
use crate::config::value::Value;
use crate::model::{Diagnostics, FileId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The variables of a folder, as far as they say who may see their values, and what else references name.
#[derive(Debug, Default)]
pub struct Declared {
    open: BTreeSet<Arc<str>>,
    /// Sensitive, or not to be judged, at one place at least: one that is declared twice may stand in `open`, too.
    closed: BTreeSet<Arc<str>>,
    /// The kinds of components there are.
    kinds: BTreeSet<Arc<str>>,
}

impl Declared {
    /// Those of `blocks`. Of a block in one of the files `unread`, the part that says so may be missing.
    pub(super) fn of<'a>(blocks: impl IntoIterator<Item = &'a Block>, unread: &BTreeSet<FileId>) -> Declared {
        let mut declared = Declared::default();
        blocks.into_iter().for_each(|block| declared.add(block, unread.contains(&block.header.file)));
        declared
    }

    /// Adds what a file declares.
    pub fn add_file(&mut self, file: FileId, sources: &Sources) {
        let mut problems = Diagnostics::default();
        let body = super::body(sources, file, &mut problems);
        body.blocks.iter().for_each(|block| self.add(block, !problems.0.is_empty()));
    }

    fn add(&mut self, block: &Block, is_doubtful: bool) {
        let Some(label) = block.labels.first() else { return };
        if &*block.kind == "component" {
            self.kinds.insert(label.text.clone());
        }
        if &*block.kind != "variable" {
            return;
        }
        match is_doubtful || is_secret(block) {
            true => self.closed.insert(label.text.clone()),
            false => self.open.insert(label.text.clone()),
        };
    }

    /// Whether everybody may see the value of the variable `name`.
    pub fn is_open(&self, name: &str) -> bool {
        self.open.contains(name) && !self.closed.contains(name)
    }

    /// Whether components of a kind are declared.
    pub(super) fn is_kind(&self, kind: &str) -> bool {
        self.kinds.contains(kind)
    }
}

/// Whether a variable is sensitive; one of which that cannot be told is, too: any word that is no argument of a variable may
/// have been meant.
fn is_secret(block: &Block) -> bool {
    let is_no = |given: &Attribute| given.value.as_literal().and_then(Value::as_bool) == Some(false);
    seems_sensitive(block)
        || block.body.attributes.iter().any(|given| match &*given.name {
            "sensitive" => !is_no(given),
            name => !blocks::VARIABLE.arguments.iter().any(|argument| argument.name == name),
        })
}
