//! Words of expressions that are neither blocks nor functions.

use super::{Article, Section, Sort};

/// Each with how it is written and what it is.
const WORDS: &[(&str, &str, &str)] = &[
    ("count", "count.index", "Within a block with `count`: the number of the instance, from 0 on."),
    (
        "each",
        "each.key, each.value",
        "Within a block with `for_each`: the key and the value of the instance. In a set both are the element.",
    ),
    (
        "optional",
        "object({ name = string, port = optional(number, 80) })",
        "In the type of a variable: an attribute of an object that may be left out, and what it is then; null without a second argument.",
    ),
    (
        "path",
        "path.module, path.root, path.cwd",
        "The folders of the module, of the root configuration, and in which patchform works.",
    ),
    (
        "self",
        "self.patch_level",
        "In the blocks inside of a component: the component itself, with its level and its arguments.",
    ),
];

/// What is said of one.
pub(super) fn find(name: &str) -> Option<Article> {
    let (name, written, about) = WORDS.iter().find(|(known, ..)| *known == name)?;
    let section =
        Section { written: (*written).into(), about: (*about).into(), rows: Vec::new(), notes: Vec::new() };
    Some(Article {
        name: (*name).into(),
        sort: Sort::Word,
        about: (*about).into(),
        sections: vec![section],
        examples: Vec::new(),
    })
}

/// Their names.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|(name, ..)| *name)
}
