//! What a variable file holds beside its values, where it could not be read: nobody may see a secret in a complaint about syntax.

use super::Assignments;
use crate::config::load::{Sight, unseen};
use crate::config::syntax::Body;
use crate::model::{Diagnostics, FileId, Span};
use std::ops::Range;

impl Assignments<'_, '_> {
    /// Notes the variables to whom a part gives a value that could not be read: that they have none is no mistake of
    /// their own.
    pub(super) fn note_unread(&mut self, file: FileId, body: &Body, problems: &Diagnostics) {
        if !problems.has_errors() {
            return;
        }
        for gap in gaps(file, self.sources.text(file).len(), body, std::iter::empty()) {
            let declared =
                given(self.sources.snippet(gap)).into_iter().filter_map(|name| self.declared.get(name));
            self.unread.extend(declared.map(|variable| variable.name.to_string()));
        }
    }

    /// Hides what was not understood, from the lines that are shown and from the words of `problems`, if a secret may be in it.
    pub(super) fn conceal_unread(&mut self, file: FileId, body: &Body, problems: &mut Diagnostics) {
        if problems.0.is_empty() || !self.declared.values().any(|variable| variable.sensitive) {
            return;
        }
        // A name that stands twice is shown where it stood first, too.
        let repeated = problems.0.iter().filter(|problem| problem.repeats);
        let names = repeated.filter_map(|problem| problem.primary.as_ref()).map(|(at, _)| *at);
        let sight = |name: &str| match self.declared.get(name) {
            None => Sight::Nothing,
            Some(variable) if variable.sensitive => Sight::Name,
            Some(_) => Sight::Value,
        };
        let text = self.sources.shared_text(file);
        let gaps = gaps(file, text.len(), body, names).into_iter();
        let hidden: Vec<_> =
            gaps.flat_map(|gap| unseen(&text, gap.start as usize..gap.end as usize, &sight)).collect();
        for Range { start, end } in hidden {
            self.sources.conceal(Span::new(file, start, end));
        }
        self.sources.conceal_words(problems);
    }
}

/// The names to which a text seems to give values: `name = …`, `name: …`, or `"name": …` in JSON.
fn given(text: &str) -> Vec<&str> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let (mut names, mut rest) = (Vec::new(), text);
    while let Some(start) = rest.find(is_name) {
        let word = &rest[start..];
        let (word, behind) = word.split_at(word.find(|c| !is_name(c)).unwrap_or(word.len()));
        let sign = behind.trim_start_matches(['"', '\'', ' ', '\t']);
        if sign.starts_with([':', '=']) && !sign.starts_with("==") {
            names.push(word);
        }
        rest = behind;
    }
    names
}

/// The parts of a file's text that belong to no value that was read, and to none of `names`.
fn gaps(file: FileId, len: usize, body: &Body, names: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut read: Vec<Span> =
        body.attributes.iter().map(|attribute| attribute.span.to(attribute.value.span())).collect();
    read.extend(names);
    read.sort_by_key(|span| span.start);
    read.push(Span::new(file, len, len));
    let mut gaps = Vec::new();
    let mut at = 0;
    for span in read {
        let (start, end) = (span.start as usize, span.end as usize);
        if at < start {
            gaps.push(Span::new(file, at, start));
        }
        at = at.max(end);
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::given;

    #[test]
    fn names_are_found_wherever_a_value_seems_to_be_given() {
        for (text, names) in [
            ("a = 1 b-c = 2", vec!["a", "b-c"]),
            ("{ 'a': 1, \"b\" : }", vec!["a", "b"]),
            ("a: x\nb ==  2", vec!["a"]),
            ("größe = \"x", vec!["größe"]),
        ] {
            assert_eq!(given(text), names, "{text}");
        }
    }
}
