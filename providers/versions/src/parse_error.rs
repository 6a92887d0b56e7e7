//! What is wrong with a version or a constraint, and where.

use std::fmt;

/// A text that the scheme's reference program refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", sentence(.text, .what, .at, .reason))]
pub struct ParseError {
    /// The text as it was given.
    pub text: String,
    /// What it should have been: `dpkg version`, `constraint`.
    pub what: String,
    /// Byte offset into `text` of the first thing that is wrong; `text.len()` where something is missing at the end.
    pub at: usize,
    /// Why it is refused; starts in lower case, has no full stop.
    pub reason: String,
}

/// A text that the scheme's reference program reads, but complains about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseWarning {
    /// Byte offset into the version's text.
    pub at: usize,
    /// What is odd; starts in lower case, has no full stop.
    pub reason: String,
}

impl fmt::Display for ParseWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// A complaint of one scheme, before it is known which text it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) at: usize,
    pub(crate) reason: String,
}

impl Flaw {
    pub(crate) fn new(at: usize, reason: impl Into<String>) -> Self {
        Flaw { at, reason: reason.into() }
    }

    /// The same flaw seen from a text in which this one starts at `offset`.
    pub(crate) fn moved(self, offset: usize) -> Self {
        Flaw { at: self.at + offset, ..self }
    }

    pub(crate) fn into_error(self, text: &str, what: &str) -> ParseError {
        ParseError { text: text.to_string(), what: what.to_string(), at: self.at, reason: self.reason }
    }
}

/// What a scheme says of a text: refused, or read, perhaps with a complaint.
pub(crate) type Verdict = Result<Option<Flaw>, Flaw>;

/// How a character is shown in a message: as itself where it can be seen, else by its number.
pub(crate) fn shown(c: char) -> String {
    if c.is_control() || (c.is_whitespace() && c != ' ') {
        format!("U+{:04X}", u32::from(c))
    } else {
        format!("\"{c}\"")
    }
}

fn sentence(text: &str, what: &str, at: &usize, reason: &str) -> String {
    let before = text.get(..*at).unwrap_or(text);
    let place = if text.is_empty() {
        String::new()
    } else if *at >= text.len() {
        ", at its end".to_string()
    } else {
        format!(", at character {}", before.chars().count() + 1)
    };
    format!("{text:?} is not a valid {what}: {reason}{place}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_the_text_the_reason_and_the_place() {
        let at = |at, text: &str| Flaw::new(at, "no").into_error(text, "rpm version").to_string();
        assert_eq!(at(2, "é:1"), "\"é:1\" is not a valid rpm version: no, at character 2");
        assert_eq!(at(3, "1.0"), "\"1.0\" is not a valid rpm version: no, at its end");
        assert_eq!(at(0, ""), "\"\" is not a valid rpm version: no");
    }

    #[test]
    fn characters_that_cannot_be_seen_are_shown_by_number() {
        assert_eq!(
            (shown('x'), shown('\n'), shown('\u{a0}')),
            ("\"x\"".into(), "U+000A".into(), "U+00A0".into())
        );
    }
}
