//! The formatter: a configuration's text in the one style that `terraform fmt` gives it.
//!
//! It works on tokens, not on the tree: comments, escapes, heredocs and line endings stay as they were written. Only
//! spaces change, and the few outdated spellings that `shape` renews. Whether the tokens are still the same is checked.

mod label;
mod lenient;
mod line;
pub(super) mod scan;
mod shape;
mod spacing;
pub(super) mod token;

use super::source::Sources;
use super::syntax;
use crate::model::{Diagnostic, Diagnostics, FileId, Span};
use token::Token;

/// The text of `file`, formatted.
///
/// # Errors
/// What is wrong with its syntax: only what can be read is formatted.
pub fn format(sources: &Sources, file: FileId) -> Result<String, Diagnostics> {
    let mut problems = Diagnostics::default();
    syntax::read(sources, file, &mut problems);
    let text = sources.text(file);
    if problems.has_errors() && !lenient::can_be_laid_out(text) {
        return Err(problems);
    }
    formatted(text).ok_or_else(|| would_change(file, text.len()).into())
}

/// A valid text, formatted; nothing if its tokens would be others then, which must never be.
fn formatted(text: &str) -> Option<String> {
    let (tokens, behind) = scan::scan(text);
    let mut tokens = shape::renew(tokens);
    line::lay_out(&mut tokens);
    let mut out = written(&tokens, text.len());
    let (again, _) = scan::scan(&out);
    let alike = tokens.len() == again.len()
        && tokens.iter().zip(&again).all(|(a, b)| a.kind == b.kind && a.text == b.text);
    if !alike {
        return None;
    }
    // Nothing follows that they could stand before, so terraform leaves them alone, as spaces.
    out.extend(std::iter::repeat_n(' ', behind));
    Some(out)
}

fn written(tokens: &[Token<'_>], length: usize) -> String {
    let mut out = String::with_capacity(length + length / 4);
    for token in tokens {
        out.extend(std::iter::repeat_n(' ', token.spaces));
        out.push_str(&token.text);
    }
    out
}

/// How a text ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfinished {
    /// Nothing is open.
    Nothing,
    /// A bracket, a block, a template sequence or a heredoc is open.
    Open,
    /// It ends within quotes.
    Text,
    /// It ends within a comment.
    Comment,
}

/// What is open at the end of a text, which may be invalid.
pub(super) fn unfinished(text: &str) -> Unfinished {
    scan::unfinished(text)
}

fn would_change(file: FileId, length: usize) -> Diagnostic {
    Diagnostic::error("Formatting would change what this file means")
        .at(Span::new(file, 0, length), "")
        .help("This is a mistake of patchform's. Please report it, with the file.")
}

#[cfg(test)]
mod tests;
