//! Reading through the library, with patience: what it refuses is told once more without what it does not know, each
//! byte in its place.

use crate::config::fmt::scan::scan;
use crate::config::fmt::token::{Kind, Token};
use hcl_edit::expr::Expression;
use hcl_edit::parser::{Error, parse_body, parse_expr};
use hcl_edit::structure::Body;
use std::borrow::Cow;
use std::ops::Range;

/// Whether the ends of lines count outside of all brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::config) enum Lines {
    /// They do, as in a file.
    Count,
    /// They do not, as in a value from the environment.
    Free,
}

/// Why the library cannot read a text.
#[derive(Debug)]
pub(in crate::config) struct Unreadable {
    /// Where it stopped; the text's length at its end.
    pub at: usize,
    /// In its words.
    pub message: String,
}

/// Parses a body.
pub(in crate::config) fn body(text: &str) -> Result<Body, Unreadable> {
    patiently(text, Lines::Count, parse_body)
}

/// Parses an expression.
pub(super) fn expression(text: &str, lines: Lines) -> Result<Expression, Unreadable> {
    patiently(text, lines, parse_expr)
}

fn patiently<T>(text: &str, lines: Lines, parse: impl Fn(&str) -> Result<T, Error>) -> Result<T, Unreadable> {
    let first = match parse(text) {
        Ok(parsed) => return Ok(parsed),
        Err(error) => Unreadable::of(&error, text),
    };
    let again = retold(text, lines);
    if again == text {
        return Err(first);
    }
    parse(&again).map_err(|error| {
        let second = Unreadable::of(&error, &again);
        if second.at > first.at { second } else { first }
    })
}

impl Unreadable {
    /// The library cuts an offset at its input's end down to the last character; its column still tells.
    pub(super) fn of(error: &Error, input: &str) -> Unreadable {
        let (location, message) = (error.location(), error.message().to_string());
        let mut at = location.offset().min(input.len());
        while !input.is_char_boundary(at) {
            at -= 1;
        }
        if !input.is_empty() && location.offset() == input.len() - 1 {
            let line = input[..at].rfind('\n').map_or(0, |n| n + 1);
            if location.column() > input[line..at].chars().count() + 1 {
                at = input.len();
            }
        }
        Unreadable { at, message }
    }
}

/// Where an expression stands in a text, without the white space and the comments around it.
pub(in crate::config) fn trimmed(text: &str) -> Range<usize> {
    let (tokens, _) = scan(text);
    let says = |token: &&Token<'_>| !matches!(token.kind, Kind::Comment | Kind::Newline);
    let start = tokens.iter().find(says).map_or(text.len(), |first| first.at);
    let end = tokens.iter().rev().find(says).map_or(start, |last| last.at + last.text.len());
    start..end
}

/// The text without ends of lines and comments where they do not count, and with numbers that a double can hold.
fn retold(text: &str, lines: Lines) -> String {
    let (tokens, _) = scan(text);
    let mut bytes = text.as_bytes().to_vec();
    // For each bracket whether lines count in it.
    let mut free = vec![lines == Lines::Free];
    for (i, token) in tokens.iter().enumerate() {
        let place = token.at..token.at + token.text.len();
        let is_free = free.last().copied().unwrap_or_default();
        match token.kind {
            Kind::Newline | Kind::Comment if is_free => bytes[place].fill(b' '),
            // Behind a `for` the library takes a word and brackets on the next line for a call.
            _ if token.ends_line() && free.len() > 1 && i > 0 && begins_key(&tokens[i - 1], &tokens[i..]) => {
                bytes[place.clone()].fill(b' ');
                bytes[place.start] = b',';
            }
            Kind::Number if is_beyond(&token.text) => write_zero(&mut bytes[place]),
            kind if kind.opens() > 0 => free.push(kind != Kind::OpenBrace || begins_for(&tokens[i + 1..])),
            kind if kind.opens() < 0 && free.len() > 1 => drop(free.pop()),
            _ => {}
        }
    }
    // Whole tokens became ASCII.
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_string())
}

/// Whether a line that ends in a word is followed by a key in parentheses.
fn begins_key(before: &Token<'_>, behind: &[Token<'_>]) -> bool {
    let mut next = behind.iter().filter(|token| !matches!(token.kind, Kind::Comment | Kind::Newline));
    before.kind == Kind::Identifier && next.next().is_some_and(|next| next.kind == Kind::OpenParen)
}

/// Whether `for NAME` stands there, behind a brace. As a key it would be followed by a sign.
fn begins_for(behind: &[Token<'_>]) -> bool {
    let mut words = behind.iter().filter(|token| !matches!(token.kind, Kind::Comment | Kind::Newline));
    words.next().is_some_and(|word| word.kind == Kind::Identifier && word.text == "for")
        && words.next().is_some_and(|word| word.kind == Kind::Identifier)
}

/// Whether a number is larger than a double can be.
fn is_beyond(digits: &str) -> bool {
    digits.len() > 4 && digits.parse::<f64>().is_ok_and(f64::is_infinite)
}

/// The digits themselves are read from the source.
fn write_zero(digits: &mut [u8]) {
    digits.fill(b'0');
    digits[1] = b'.';
}

/// The text without lines in a heredoc that begin with its marker and go on: the library ends the heredoc there.
pub(super) fn without_markers(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains("<<") {
        return text;
    }
    let mut hidden = Vec::new();
    let mut markers: Vec<String> = Vec::new();
    let (tokens, _) = scan(&text);
    for (i, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::OpenHeredoc => {
                markers.push(token.text.trim_start_matches('<').trim_start_matches('-').trim().into())
            }
            Kind::CloseHeredoc => drop(markers.pop()),
            Kind::Literal if i > 0 && tokens[i - 1].text.ends_with('\n') => {
                let indent = token.text.len() - token.text.trim_start_matches([' ', '\t']).len();
                let marker =
                    markers.last().filter(|marker| token.text[indent..].starts_with(marker.as_str()));
                hidden.extend(marker.map(|marker| token.at + indent..token.at + indent + marker.len()));
            }
            _ => {}
        }
    }
    if hidden.is_empty() {
        return text;
    }
    let mut bytes = text.into_owned().into_bytes();
    hidden.into_iter().for_each(|place| bytes[place].fill(b'.'));
    String::from_utf8(bytes).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_does_not_count_is_left_out() {
        for (text, lines, wanted) in [
            ("a = (1 # b\n + 2)\nc = 1", Lines::Count, "a = (1      + 2)\nc = 1"),
            ("{ a = 1\n b = [\n2] }", Lines::Count, "{ a = 1\n b = [ 2] }"),
            (
                "{ for k, v in m :\n k => { a = v\n b = k } }",
                Lines::Count,
                "{ for k, v in m :  k => { a = v\n b = k } }",
            ),
            ("{ for = 1\n b = 2 }", Lines::Count, "{ for = 1\n b = 2 }"),
            ("x\n + 1 // ü", Lines::Free, "x  + 1      "),
            (
                "a {\n b = { c = d\n (e) = f\n g # h\n (i) = j }\n}",
                Lines::Count,
                "a {\n b = { c = d, (e) = f\n g ,    (i) = j }\n}",
            ),
            ("[1e309, 1e30]", Lines::Count, "[0.000, 1e30]"),
            ("(<<E\n${[\n1]}E\n E\n)", Lines::Count, "(<<E\n${[ 1]}E\n E )"),
        ] {
            assert_eq!(retold(text, lines), wanted);
        }
    }

    #[test]
    fn a_marker_that_does_not_stand_alone_is_hidden() {
        for (text, wanted) in [
            ("(<<E\n  E, x\n${[\n1]}E\n E\n)", "(<<E\n  ., x\n${[\n1]}E\n E\n)"),
            ("<<-ÖX\n \tÖXY\nÖX.\n ÖX \r\n", "<<-ÖX\n \t...Y\n....\n ÖX \r\n"),
            ("[<<A\n${<<B\nA\nB c\nB\n}\nB\nA b\nA\n]", "[<<A\n${<<B\nA\n. c\nB\n}\nB\n. b\nA\n]"),
            ("a << b", "a << b"),
        ] {
            assert_eq!(without_markers(text.into()), wanted);
        }
    }

    #[test]
    fn an_expression_is_found_between_white_space_and_comments() {
        for (text, wanted) in [
            (" 1\n", "1"),
            ("/* a */ [1]\r\n# b", "[1]"),
            ("\"a\" // b", "\"a\""),
            ("<<E\n # a\nE\n", "<<E\n # a\nE"),
            ("# nothing", ""),
            ("", ""),
        ] {
            assert_eq!(&text[trimmed(text)], wanted);
        }
    }
}
