//! Signs that are missing between two things that stand next to each other: the parser only says that it cannot go on.

use crate::config::blocks;
use crate::config::fmt::scan::{scan, tokens};
use crate::config::fmt::token::{Kind, Token};
use crate::model::{Diagnostic, FileId, Span};

/// What a bracket holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    List,
    Arguments,
    Object,
    /// A `for`, an index, a block, a template: no commas stand there.
    Other,
}

/// Where a comma is missing in a part of a file that stands at `base`, up to `stop`, where the parser stopped.
pub(in crate::config) fn comma(text: &str, base: usize, stop: usize, file: FileId) -> Option<Diagnostic> {
    let (tokens, _) = scan(text);
    let mut open: Vec<Inside> = Vec::new();
    let mut before: Option<usize> = None;
    let mut new_line = false;
    for (at, token) in tokens.iter().enumerate().take_while(|(_, token)| base + token.at <= stop) {
        if matches!(token.kind, Kind::Comment | Kind::Newline) {
            new_line |= token.ends_line();
            continue;
        }
        let inside = open.last().copied().unwrap_or(Inside::Other);
        if let Some(last) = before.map(|before| &tokens[before])
            && stand_apart(last, token)
            && lacks_comma(inside, new_line, &tokens[at..])
        {
            let place = base + last.at + last.text.trim_end().len();
            let problem = Diagnostic::error("A comma is missing");
            return Some(problem.at(Span::new(file, place, place), "expected here").help(apart(inside)));
        }
        match token.kind.opens() {
            1 => open.push(inside_of(before.map(|before| &tokens[before]), &tokens[at..])),
            -1 => drop(open.pop()),
            _ => {}
        }
        (before, new_line) = (Some(at), false);
    }
    None
}

fn apart(inside: Inside) -> &'static str {
    match inside {
        Inside::Arguments => "The arguments of a function stand apart by commas.",
        Inside::Object => "On one line the entries of an object stand apart by commas.",
        _ => "The elements of a list stand apart by commas, also on lines of their own.",
    }
}

/// Lines part the entries of an object.
fn lacks_comma(inside: Inside, new_line: bool, next: &[Token<'_>]) -> bool {
    match inside {
        Inside::List | Inside::Arguments => true,
        Inside::Object => {
            !new_line && behind(next).is_some_and(|sign| matches!(sign, Kind::Equal | Kind::Colon))
        }
        Inside::Other => false,
    }
}

/// What stands behind a key.
fn behind(key: &[Token<'_>]) -> Option<Kind> {
    let end = key.iter().position(|token| !matches!(token.kind, Kind::OpenQuote | Kind::Literal))?;
    key.get(end..)?
        .iter()
        .map(|token| token.kind)
        .find(|kind| !matches!(kind, Kind::Identifier | Kind::Number | Kind::CloseQuote))
}

/// Whether one value ends with a token, and the next one begins with another.
fn stand_apart(last: &Token<'_>, next: &Token<'_>) -> bool {
    let is_word = |token: &Token<'_>| {
        let words = ["and", "or", "not", "if", "else", "in", "for", "is"];
        token.kind == Kind::Identifier && words.contains(&&*token.text)
    };
    let touch = last.at + last.text.len() == next.at && last.kind != Kind::CloseHeredoc;
    !touch && ends_value(last.kind) && begins_value(next.kind) && !is_word(last) && !is_word(next)
}

fn ends_value(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Identifier
            | Kind::Number
            | Kind::CloseQuote
            | Kind::CloseHeredoc
            | Kind::CloseBracket
            | Kind::CloseBrace
            | Kind::CloseParen
    )
}

fn begins_value(kind: Kind) -> bool {
    // A bracket or a parenthesis may belong to what stands before it.
    matches!(
        kind,
        Kind::Identifier | Kind::Number | Kind::OpenQuote | Kind::OpenHeredoc | Kind::OpenBrace | Kind::Bang
    )
}

/// What the bracket holds that stands first in `tokens`, behind `before`.
fn inside_of(before: Option<&Token<'_>>, tokens: &[Token<'_>]) -> Inside {
    let mut behind =
        tokens.iter().skip(1).filter(|token| !matches!(token.kind, Kind::Comment | Kind::Newline));
    let is_for = behind.next().is_some_and(|first| first.kind == Kind::Identifier && first.text == "for");
    let follows_value = before.is_some_and(|before| ends_value(before.kind));
    let is_called = before.is_some_and(|before| before.kind == Kind::Identifier);
    match tokens.first().map(|token| token.kind) {
        Some(Kind::OpenBracket) if !is_for && !follows_value => Inside::List,
        Some(Kind::OpenParen) if is_called => Inside::Arguments,
        Some(Kind::OpenBrace) if !is_for && !follows_value && before.is_some() => Inside::Object,
        _ => Inside::Other,
    }
}

/// Where `=` is missing in an item that is neither an argument nor a block: `value "hello"`, `value local.a`.
pub(in crate::config) fn equals(text: &str, base: usize, file: FileId) -> Option<Diagnostic> {
    let mut tokens = tokens(text);
    let (name, next) = (tokens.next()?, tokens.next()?);
    let begins =
        begins_value(next.kind) || matches!(next.kind, Kind::OpenBracket | Kind::OpenParen | Kind::Minus);
    let is_block = blocks::is_known(&name.text);
    if name.kind != Kind::Identifier || !begins || is_block || name.at + name.text.len() == next.at {
        return None;
    }
    let place = base + name.at + name.text.len();
    let problem = Diagnostic::error(format!("`=` is missing behind `{}`", name.text));
    let help = format!("Write `=` between an argument's name and its value: {} = …", name.text);
    Some(problem.at(Span::new(file, place, place), "expected here").help(help))
}
