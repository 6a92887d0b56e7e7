//! Which block a place of a configuration lies in, in words: what `validate --json` calls its context.

use super::load::is_configuration;
use super::source::Sources;
use super::split::{Shape, split};
use super::syntax::from_json::Outline;
use crate::model::FileId;
use std::collections::BTreeMap;
use std::ops::Range;

/// The blocks at the top of files, by their places.
pub struct Contexts(BTreeMap<FileId, Blocks>);

enum Blocks {
    /// In order, each with its header: `component "apt" "web"`.
    Headers(Vec<(Range<usize>, String)>),
    Json(Outline),
}

impl Contexts {
    /// Of some files; those that are no configuration have no blocks.
    pub fn of(sources: &Sources, files: impl Iterator<Item = FileId>) -> Contexts {
        let mut all = BTreeMap::new();
        for file in files.filter(|file| is_configuration(sources.path(*file)) && sources.is_readable(*file)) {
            all.entry(file).or_insert_with(|| Blocks::of(sources.text(file), sources.path(file), file));
        }
        Contexts(all)
    }

    /// The header of the block at the top that holds a place; in JSON the names around it.
    pub fn at(&self, file: FileId, at: usize) -> Option<String> {
        match self.0.get(&file)? {
            Blocks::Headers(blocks) => {
                let next = blocks.partition_point(|(range, _)| range.start <= at);
                let (range, header) = blocks.get(next.checked_sub(1)?)?;
                (at < range.end).then(|| header.clone())
            }
            Blocks::Json(outline) => outline.context(at as u32),
        }
    }
}

impl Blocks {
    fn of(text: &str, path: &str, file: FileId) -> Blocks {
        if path.ends_with(".json") {
            return Outline::of(text, file).map_or(Blocks::Headers(Vec::new()), Blocks::Json);
        }
        let pieces = split(text, file, 0..text.len()).pieces.into_iter();
        let headers = pieces.filter_map(|piece| match piece.shape {
            Shape::Block { body } => {
                let header = text[piece.range.start..body.start].trim_end_matches('{').trim_end();
                Some((piece.range, header.to_string()))
            }
            Shape::Attribute | Shape::Other => None,
        });
        Blocks::Headers(headers.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(path: &str, text: &str, place: &str) -> Option<String> {
        let mut sources = Sources::new();
        let file = sources.add_text(path, text);
        let at = text.find(place).expect("a place");
        Contexts::of(&sources, [file].into_iter()).at(file, at)
    }

    #[test]
    fn the_block_that_holds_a_place_is_told() {
        let text = "output \"h\" {\n  value = <<EOT\nserver {\n  listen ${here}\n}\nEOT\n}\n# component {\n  component \"apt\" \"web\" {\nx = { \n deep {\nb {\n there = 1\n } } }\n}\nalone = 1\nbehind {}\n";
        for (place, wanted) in [
            ("here", Some("output \"h\"")),
            ("output", Some("output \"h\"")),
            ("there", Some("component \"apt\" \"web\"")),
            ("alone", None),
            ("# comp", None),
            ("behind", Some("behind")),
        ] {
            assert_eq!(context("main.pf.hcl", text, place).as_deref(), wanted, "{place}");
        }
        let text = "{ \"output\": { \"a\": { \"value\": \"here\" } }, \"component\": [{ \"apt\": { \"web\": {} } }] }";
        assert_eq!(context("a.pf.json", text, "here").as_deref(), Some("output.a"));
        assert_eq!(context("a.pf.json", "{", "{"), None);
        assert_eq!(context("patchform.pfvars", "a = {\n here = 1 }", "here"), None);
    }
}
