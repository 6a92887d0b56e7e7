//! Objects with very many entries. The library compares each key with all before it, so they are taken out of the text
//! that it reads, and read in slices.

use super::{Chunk, Lines, Lowering, Unreadable, retold};
use crate::config::expr::{Expr, Key, Node};
use crate::config::fmt::scan::tokens;
use crate::config::fmt::token::{Kind, Token};
use crate::config::lower::retold::without_markers;
use crate::config::syntax::translate;
use crate::config::value::Value;
use crate::config::words::Words;
use crate::model::parts::in_parts;
use crate::model::{Diagnostic, Span};
use hcl_edit::expr::ObjectKey;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// An object with more entries is read in slices of so many.
const SLICE: usize = 256;
/// So many slices are read by one thread.
const ALONE: usize = 4;

/// A text as the library can read it, each byte in its place.
pub(in crate::config) struct Readable<'t> {
    /// Without the entries of large objects.
    pub text: Cow<'t, str>,
    /// These objects, in order.
    pub large: Vec<Large>,
}

/// An object whose entries stand no longer in the text.
pub(in crate::config) struct Large {
    /// Where its brace opens.
    at: usize,
    /// Its entries, some in each slice.
    slices: Vec<Range<usize>>,
}

impl<'t> Readable<'t> {
    /// A text without large objects, as nearly every one is.
    pub fn plain(text: impl Into<Cow<'t, str>>) -> Readable<'t> {
        Readable { text: text.into(), large: Vec::new() }
    }

    pub fn of(text: &'t str) -> Readable<'t> {
        Readable::sliced(text, SLICE, true)
    }

    /// `outermost`: whether the text may itself be a large object.
    pub(super) fn sliced(text: &'t str, most: usize, outermost: bool) -> Readable<'t> {
        // The library takes no `\r\n` behind `for`.
        let taken: Cow<'t, str> =
            if text.contains("for\r\n") { text.replace("for\r\n", "for \n").into() } else { text.into() };
        let taken = without_markers(taken);
        let assigned = text.bytes().filter(|byte| matches!(byte, b'=' | b':')).count();
        if assigned <= most {
            return Readable::plain(taken);
        }
        let large = find(text, most, outermost);
        let mut bytes = taken.into_owned().into_bytes();
        for Range { start, end } in large.iter().map(Large::range) {
            bytes[start..end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        }
        // Whole entries became spaces: what is left is as valid as it was.
        Readable { text: String::from_utf8(bytes).unwrap_or_default().into(), large }
    }
}

impl Large {
    fn range(&self) -> Range<usize> {
        let end = self.slices.last().map_or(self.at + 1, |slice| slice.end);
        self.at + 1..end
    }
}

/// What is open where the search stands.
struct Open {
    at: usize,
    brace: bool,
    /// Whether it is an object that lists its entries; otherwise a block, a `for`, any other bracket.
    object: bool,
    /// Whether a `for` begins in it.
    is_for: bool,
    /// Where an entry may end.
    ends: Vec<usize>,
}

impl Open {
    /// What a block holds may look like a `for`.
    fn begins_with_for(&mut self) {
        self.is_for = self.object || !self.brace;
        self.object = false;
    }
}

/// The outermost objects of more than `most` entries.
fn find(text: &str, most: usize, outermost: bool) -> Vec<Large> {
    let mut found: Vec<Large> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut before: Option<Token<'_>> = None;
    for token in tokens(text) {
        match token.kind.opens() {
            1 => {
                let value = before.as_ref().map_or(outermost, |before| begins_value(before, open.last()));
                let brace = token.kind == Kind::OpenBrace;
                open.push(Open {
                    at: token.at,
                    brace,
                    object: brace && value,
                    is_for: false,
                    ends: Vec::new(),
                });
            }
            -1 => {
                let closed = open.pop().filter(|open| open.object && open.ends.len() > most);
                if let Some(Open { at, ends, .. }) = closed {
                    while found.pop_if(|inner| inner.at > at).is_some() {}
                    found.push(Large { at, slices: slices(at + 1, &ends, token.at, most) });
                }
            }
            _ if token.kind == Kind::Identifier && token.text == "for" => {
                // At the beginning of a slice it would be no key.
                let behind = before.as_ref().map_or(0, |before| before.at + before.text.len());
                if let Some(open) = open.last_mut() {
                    if before.as_ref().is_some_and(|before| before.at == open.at) {
                        open.begins_with_for();
                    }
                    while open.ends.pop_if(|end| *end >= behind).is_some() {}
                }
            }
            _ if token.kind == Kind::Comma || token.ends_line() => {
                open.iter_mut()
                    .last()
                    .into_iter()
                    .for_each(|open| open.ends.push(token.at + token.text.len()));
            }
            _ => {}
        }
        if !matches!(token.kind, Kind::Comment | Kind::Newline) {
            before = Some(token);
        }
    }
    found
}

/// Whether a value may stand behind a token. A brace behind a name or a label opens a block, if the name is not the `in`
/// of a `for`.
fn begins_value(before: &Token<'_>, around: Option<&Open>) -> bool {
    match before.kind {
        Kind::Identifier => before.text == "in" && around.is_some_and(|around| around.is_for),
        Kind::Equal | Kind::Colon | Kind::Comma | Kind::Question | Kind::OpenParen | Kind::OpenBracket => {
            true
        }
        Kind::Operator => true,
        _ => false,
    }
}

fn slices(start: usize, ends: &[usize], end: usize, most: usize) -> Vec<Range<usize>> {
    let mut start = start;
    let cuts = ends.chunks(most.max(1)).filter_map(<[usize]>::last).copied().chain([end]);
    cuts.map(|cut| std::mem::replace(&mut start, cut)..cut).collect()
}

impl Lowering<'_> {
    /// The entries of the large object that stands at `span`.
    pub(super) fn large(&mut self, span: Span) -> Option<Node> {
        let at = (span.start as usize).checked_sub(self.chunk.base)?;
        let large = self.chunk.large.binary_search_by_key(&at, |large| large.at).ok()?;
        let large = &self.chunk.large[large];
        let (chunk, depth) = (self.chunk, self.depth);
        let parts = in_parts(&large.slices, ALONE, |slices| {
            let words = &mut Words::new();
            let mut lowering = Lowering { depth, ..Lowering::of(chunk, words) };
            let mut entries = Vec::with_capacity(slices.len() * SLICE);
            slices.iter().for_each(|slice| lowering.slice(slice, &mut entries));
            (entries, lowering.problems)
        });
        let mut entries = Vec::with_capacity(parts.iter().map(|(entries, _)| entries.len()).sum());
        for (part, problems) in parts {
            entries.extend(part);
            self.problems.0.extend(problems.0);
        }
        self.refuse_repeated(&entries);
        Some(Node::Object(entries))
    }

    fn slice(&mut self, slice: &Range<usize>, entries: &mut Vec<(Key, Expr)>) {
        // The brace takes the place of what stands before the slice: a brace or the end of an entry.
        let text = format!("{{{}\n}}", &self.chunk.text[slice.clone()]);
        let base = self.chunk.base + slice.start - 1;
        let readable = Readable::sliced(&text, SLICE, false);
        let parsed = match retold::expression(&readable.text, Lines::Count) {
            Ok(parsed) => parsed,
            Err(error) => return self.problems.push(self.unreadable(&error, &text, base)),
        };
        // No slice begins with `for`.
        let Some(object) = parsed.as_object() else { return };
        let chunk =
            Chunk { text: &text, base, file: self.chunk.file, large: &readable.large, lines: Lines::Count };
        let mut inner = Lowering { depth: self.depth, ..Lowering::of(chunk, &mut *self.words) };
        entries.extend(object.iter().map(|(key, value): (&ObjectKey, _)| {
            let key = inner.key(key);
            (key, inner.expr(value.expr()))
        }));
        let problems = inner.problems;
        self.problems.0.extend(problems.0);
    }

    fn unreadable(&self, error: &Unreadable, text: &str, base: usize) -> Diagnostic {
        let mut problem = translate::error(error, text, 0, text.len(), self.chunk.file);
        let places = problem.primary.iter_mut().chain(&mut problem.related);
        places.for_each(|(span, _)| {
            *span = Span::new(span.file, base + span.start as usize, base + span.end as usize);
        });
        problem
    }

    /// The library refuses a key that stands twice; it has seen one slice at a time.
    fn refuse_repeated(&mut self, entries: &[(Key, Expr)]) {
        let mut seen: BTreeMap<(bool, &str), Span> = BTreeMap::new();
        for (key, _) in entries {
            let (name, span) = match key {
                Key::Word(word, span) => ((true, &**word), *span),
                Key::Computed(expr) => match expr.as_literal().and_then(Value::as_str) {
                    Some(text) => ((false, text), expr.span()),
                    None => continue,
                },
            };
            if let Some(first) = seen.insert(name, span) {
                let problem = Diagnostic::error("This key stands twice in the object");
                self.problems.push(problem.at(span, "given again here").and(first, "first given here"));
            }
        }
    }
}

#[cfg(test)]
mod tests;
