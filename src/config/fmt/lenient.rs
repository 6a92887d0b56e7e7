//! What is formatted though it is refused when it is read, as terraform does: a key that stands twice in an object, a
//! heredoc without lines.

use super::scan;
use super::token::{Kind, Token};
use crate::config::source::Sources;
use crate::config::syntax;
use crate::model::Diagnostics;
use std::fmt::Write as _;

/// Whether nothing else is wrong with a text.
pub(super) fn can_be_laid_out(text: &str) -> bool {
    let mut sources = Sources::new();
    let mut problems = Diagnostics::default();
    let file = sources.add_text("", &respelt(text, &scan::scan(text).0));
    syntax::read(&sources, file, &mut problems);
    !problems.has_errors()
}

/// The text with a name of its own for each key of an object, and with a line in each heredoc.
fn respelt(text: &str, tokens: &[Token<'_>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    // Of each bracket, whether it is an object's.
    let mut objects = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| tokens[before].kind);
        let behind = tokens.get(at + 1).map(|next| next.kind);
        out.push_str(&text[end..token.at]);
        end = token.at + token.text.len();
        match (token.kind, behind) {
            (Kind::Identifier, Some(Kind::Equal | Kind::Colon)) if objects.last() == Some(&true) => {
                let _ = write!(out, "key_{at}");
            }
            (Kind::OpenHeredoc, Some(Kind::CloseHeredoc)) => {
                out.push_str(&token.text);
                out.push('\n');
            }
            _ => out.push_str(&token.text),
        }
        match token.kind.opens() {
            1 => {
                let is_body = matches!(before, Some(Kind::Identifier | Kind::CloseQuote) | None);
                objects.push(token.kind == Kind::OpenBrace && !is_body);
            }
            -1 => drop(objects.pop()),
            _ => {}
        }
    }
    out
}
