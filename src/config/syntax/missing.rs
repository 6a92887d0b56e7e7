//! Signs that are missing between two things that stand next to each other: the parser only says that it cannot go on.

use crate::config::blocks;
use crate::config::fmt::scan::tokens;
use crate::config::fmt::token::{Kind, Token};
use crate::model::{Diagnostic, FileId, Span};

/// What a bracket holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    List,
    Arguments,
    Object,
    /// A block's body: lines part what stands in it.
    Body,
    /// A `for`, an index, a template: neither commas nor lines stand between its parts.
    Other,
}

/// A bracket that is open, and what came in it since the last comma, or since its line began where lines count.
struct Open {
    inside: Inside,
    /// How many `?` wait for their `:`.
    choices: usize,
    /// Whether the sign behind a key has come.
    has_sign: bool,
}

impl Open {
    fn new(inside: Inside) -> Open {
        Open { inside, choices: 0, has_sign: false }
    }

    fn note(&mut self, kind: Kind) {
        match kind {
            Kind::Question => self.choices += 1,
            Kind::Colon if self.choices > 0 => self.choices -= 1,
            Kind::Colon | Kind::Equal => self.has_sign = true,
            Kind::Comma => *self = Open::new(self.inside),
            _ => {}
        }
    }
}

/// The first place where half an operator stands in a part of a file that stands at `base`; or where, up to `stop`, where
/// the parser stopped, a sign between two things is missing.
pub(in crate::config) fn sign(
    tokens: &[Token<'_>],
    base: usize,
    stop: usize,
    file: FileId,
) -> Option<Diagnostic> {
    let mut open = vec![Open::new(Inside::Body)];
    let mut before: Option<&Token<'_>> = None;
    let mut new_line = false;
    for (at, token) in tokens.iter().enumerate() {
        if matches!(token.kind, Kind::Comment | Kind::Newline) {
            new_line |= token.ends_line();
            continue;
        }
        let around = open.last_mut()?;
        if new_line && matches!(around.inside, Inside::Object | Inside::Body) {
            *around = Open::new(around.inside);
        }
        let span = Span::new(file, base + token.at, base + token.at + token.text.len());
        if let Some((summary, help)) = wrong(token, around) {
            return Some(Diagnostic::error(summary).at(span, "not expected here").help(help));
        }
        let is_read = base + token.at <= stop;
        if let Some(last) = before.filter(|last| is_read && stand_apart(last, token)) {
            let end = base + last.at + last.text.trim_end().len();
            if let Some(problem) = between(around, new_line, last, &tokens[at..]) {
                return Some(problem.at(Span::new(file, end, end), "expected here"));
            }
        }
        around.note(token.kind);
        match token.kind.opens() {
            1 => open.push(Open::new(inside_of(before, &tokens[at..]))),
            -1 if open.len() > 1 => drop(open.pop()),
            _ => {}
        }
        (before, new_line) = (Some(token), false);
    }
    None
}

/// What is said of a sign that can stand nowhere, or not behind a key.
fn wrong(token: &Token<'_>, around: &Open) -> Option<(&'static str, &'static str)> {
    Some(match (token.kind, &*token.text) {
        (Kind::Other, "&") => ("There is no operator `&`", "Both conditions: `&&`."),
        (Kind::Other, "|") => ("There is no operator `|`", "Either condition: `||`."),
        (Kind::Operator, "==") if around.inside == Inside::Object && !around.has_sign => {
            ("`==` cannot stand behind a key", "One `=` stands between a key and its value.")
        }
        _ => return None,
    })
}

/// What is missing before the first one of `next`, behind `last`.
fn between(around: &Open, new_line: bool, last: &Token<'_>, next: &[Token<'_>]) -> Option<Diagnostic> {
    if around.choices > 0 {
        let help = "Write the value for the other case behind it: condition ? one : other.";
        return Some(Diagnostic::error("A `:` is missing").help(help));
    }
    let comma = |help| Some(Diagnostic::error("A comma is missing").help(help));
    match around.inside {
        Inside::List => comma("The elements of a list stand apart by commas, also on lines of their own."),
        Inside::Arguments => comma("The arguments of a function stand apart by commas."),
        // Lines part the entries of an object.
        Inside::Object if new_line => None,
        Inside::Object => {
            let is_key = behind(next).is_some_and(|sign| matches!(sign, Kind::Equal | Kind::Colon));
            match (around.has_sign, is_key) {
                (true, true) => comma("On one line the entries of an object stand apart by commas."),
                (true, false) => None,
                (false, _) => Some(key(last, next, is_key)),
            }
        }
        Inside::Body | Inside::Other => None,
    }
}

/// A key of an object, and behind it no sign.
fn key(last: &Token<'_>, next: &[Token<'_>], is_key: bool) -> Diagnostic {
    let words = [Some(last), next.first()].map(|word| word.filter(|word| word.kind == Kind::Identifier));
    match words {
        [Some(one), Some(other)] if is_key => {
            Diagnostic::error("`=` is missing behind the key, or quotes around it")
                .help(format!("A key of several words stands in quotes: \"{} {}\" = …", one.text, other.text))
        }
        _ => Diagnostic::error("`=` is missing behind the key")
            .help("Write `=` between a key and its value: { name = value }."),
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
        Some(Kind::OpenBrace) if !is_for => Inside::Body,
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
