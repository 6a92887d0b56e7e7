//! Carriage returns that end no line: some editors show them as line ends, others not at all.

use crate::config::fmt::scan::tokens;
use crate::config::fmt::token::Kind;
use crate::model::{Diagnostic, FileId, Span};
use std::borrow::Cow;

/// A text with spaces in their places, and a complaint about the first one that does not stand in a comment.
pub(super) fn blanked(text: &str, file: FileId) -> (Cow<'_, str>, Option<Diagnostic>) {
    let returns = text.match_indices('\r').map(|(at, _)| at);
    let lone: Vec<usize> = returns.filter(|at| !text[at + 1..].starts_with('\n')).collect();
    if lone.is_empty() {
        return (Cow::Borrowed(text), None);
    }
    let comments = tokens(text).filter(|token| token.kind == Kind::Comment);
    let mut comments = comments.map(|token| token.at..token.at + token.text.len()).peekable();
    let first = lone.iter().find(|at| {
        while comments.next_if(|comment| comment.end <= **at).is_some() {}
        !comments.peek().is_some_and(|comment| comment.contains(at))
    });
    let mut blanked = String::with_capacity(text.len());
    let mut end = 0;
    for at in &lone {
        blanked.push_str(&text[end..*at]);
        blanked.push(' ');
        end = at + 1;
    }
    blanked.push_str(&text[end..]);
    (Cow::Owned(blanked), first.map(|at| complaint(file, *at)))
}

fn complaint(file: FileId, at: usize) -> Diagnostic {
    Diagnostic::error("A carriage return ends no line here")
        .at(Span::new(file, at, at + 1), "no line feed follows it")
        .help("Save the file with line ends of one kind, LF or CRLF; within a text a carriage return is written \\r.")
}
