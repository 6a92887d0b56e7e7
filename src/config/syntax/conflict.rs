//! A merge conflict: the lines that version control leaves where it could not put two versions together.

use crate::model::{Diagnostic, FileId, Span};
use std::ops::Range;

/// What is said of one: in its file, what stands twice stands in both versions.
pub(in crate::config) const CONFLICT: &str = "A merge conflict is not resolved";

/// How the lines begin, in their order; the second one stands before what both versions were made from.
const SIGNS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// A conflict of which a line stands at `at`.
pub(in crate::config) fn at(text: &str, at: usize, file: FileId) -> Option<Diagnostic> {
    let line = text[..at].rfind('\n').map_or(0, |n| n + 1);
    sign(&text[line..]).map(|sign| complaint(line..line + sign.len(), file))
}

/// The first conflict in a text in which no line can begin as theirs do.
pub(in crate::config) fn first(text: &str, file: FileId) -> Option<Diagnostic> {
    lines(text).next().map(|(place, _)| complaint(place, file))
}

/// Where each conflict in a text begins.
pub(in crate::config) fn beginnings(text: &str, file: FileId) -> Vec<Span> {
    let (mut found, mut is_open) = (Vec::new(), false);
    for (place, sign) in lines(text) {
        if !is_open || sign == SIGNS[0] {
            found.push(Span::new(file, place.start, place.end));
        }
        is_open = sign != SIGNS[3];
    }
    found
}

fn lines(text: &str) -> impl Iterator<Item = (Range<usize>, &'static str)> {
    let mut at = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let start = at;
        at += line.len();
        sign(line).map(|sign| (start..start + sign.len(), sign))
    })
}

fn sign(line: &str) -> Option<&'static str> {
    SIGNS.into_iter().find(|sign| line.starts_with(sign))
}

fn complaint(place: Range<usize>, file: FileId) -> Diagnostic {
    Diagnostic::error(CONFLICT).at(Span::new(file, place.start, place.end), "left by version control").help(
        "Keep one of the two versions, and remove the lines that begin with <<<<<<<, ======= or >>>>>>>.",
    )
}
