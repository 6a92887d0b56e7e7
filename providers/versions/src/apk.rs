//! Alpine's versions, `1.2.3b_rc4-r5`, as apk-tools 2 reads and orders them.
//!
//! Sources: the grammar of `apk version --check` (apk-tools, src/version.c) and Alpine's package policy: numbers between
//! dots, a letter, suffixes (`_alpha _beta _pre _rc` before the release, `_cvs _svn _git _hg _p` after it) with a number
//! each, the revision `-rN`. A number behind a dot that starts with zeros is a fraction: `1.01` is below `1.1`.

use crate::digits;
use crate::parse_error::{Flaw, Verdict, shown};
use std::cmp::Ordering;

const BEFORE_RELEASE: [&str; 4] = ["alpha", "beta", "pre", "rc"];
const AFTER_RELEASE: [&str; 5] = ["cvs", "svn", "git", "hg", "p"];

/// apk reads no longer number.
const MOST_DIGITS: usize = 17;

/// Refuses what `apk version --check` refuses.
pub(crate) fn check(text: &str) -> Verdict {
    if text.is_empty() {
        return Err(Flaw::new(0, "a version is needed, but there is none"));
    }
    let mut tokens = Tokens::new(text);
    while tokens.try_next()? != Token::End {}
    Ok(None)
}

/// apk's order. Text that `check` refuses ends where it is wrong.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (Tokens::new(a), Tokens::new(b));
    loop {
        let (x, y) = (left.next(), right.next());
        if x != y || x == Token::End {
            return x.cmp(&y);
        }
    }
}

/// One piece of a version, in rising order: what stands where another version has something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    Before(usize),
    End,
    Revision(u64),
    SuffixNumber(u64),
    After(usize),
    Letter(u8),
    /// The first number, one behind a letter, and what follows the zeros of a fraction.
    Number(u64),
    /// How many zeros a fraction starts with, the most being lowest; or a plain number behind a dot.
    Fraction(std::cmp::Reverse<usize>),
    Part(u64),
}

/// Where the reader stands: what it has just read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Start,
    Zeros,
    Number,
    Letter,
    Suffix,
    SuffixNumber,
    Revision,
}

struct Tokens<'a> {
    text: &'a [u8],
    at: usize,
    place: Place,
}

impl<'a> Tokens<'a> {
    fn new(text: &'a str) -> Self {
        Tokens { text: text.as_bytes(), at: 0, place: Place::Start }
    }

    fn next(&mut self) -> Token {
        self.try_next().unwrap_or(Token::End)
    }

    fn try_next(&mut self) -> Result<Token, Flaw> {
        let rest = &self.text[self.at..];
        let Some(first) = rest.first() else {
            return Ok(Token::End);
        };
        match (self.place, first) {
            (Place::Start, _) | (Place::Letter, b'0'..=b'9') => self.number(Place::Number).map(Token::Number),
            (Place::Zeros, _) => self.number_or_zero().map(Token::Number),
            (Place::Number, b'a'..=b'z') => {
                (self.at, self.place) = (self.at + 1, Place::Letter);
                Ok(Token::Letter(*first))
            }
            (Place::Number, b'.') => self.part(),
            (Place::Suffix, b'0'..=b'9') => self.number(Place::SuffixNumber).map(Token::SuffixNumber),
            (Place::Number | Place::Letter | Place::Suffix | Place::SuffixNumber, b'_') => self.suffix(),
            (place, b'-') if place < Place::Revision && rest.get(1) == Some(&b'r') => {
                self.at += 2;
                self.place = Place::Revision;
                self.number_or_zero().map(Token::Revision)
            }
            _ => Err(self.flaw("does not belong here (an Alpine version looks like 1.2.3b_rc4-r5)")),
        }
    }

    /// What follows a dot: a number, or the zeros that a fraction starts with.
    fn part(&mut self) -> Result<Token, Flaw> {
        self.at += 1;
        let zeros = digits::run(&self.text[self.at..], |b| *b == b'0');
        if zeros == 0 {
            return self.number(Place::Number).map(Token::Part);
        }
        (self.at, self.place) = (self.at + zeros, Place::Zeros);
        Ok(Token::Fraction(std::cmp::Reverse(zeros)))
    }

    fn suffix(&mut self) -> Result<Token, Flaw> {
        self.at += 1;
        let rest = &self.text[self.at..];
        let named = |names: &[&str]| names.iter().position(|name| rest.starts_with(name.as_bytes()));
        let (token, name) = if let Some(i) = named(&BEFORE_RELEASE) {
            (Token::Before(i), BEFORE_RELEASE[i])
        } else if let Some(i) = named(&AFTER_RELEASE) {
            (Token::After(i), AFTER_RELEASE[i])
        } else {
            return Err(Flaw::new(
                self.at,
                "this suffix is unknown (apk knows alpha beta pre rc and cvs svn git hg p)",
            ));
        };
        (self.at, self.place) = (self.at + name.len(), Place::Suffix);
        Ok(token)
    }

    fn number(&mut self, place: Place) -> Result<u64, Flaw> {
        if !self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            return Err(self.flaw("stands where a number is needed"));
        }
        let number = self.number_or_zero()?;
        self.place = place;
        Ok(number)
    }

    /// The digits that come now, none being zero.
    fn number_or_zero(&mut self) -> Result<u64, Flaw> {
        let (run, _) = digits::split_run(&self.text[self.at..]);
        if run.len() > MOST_DIGITS {
            return Err(Flaw::new(self.at, format!("a number has more than {MOST_DIGITS} digits")));
        }
        self.at += run.len();
        if self.place == Place::Zeros {
            self.place = Place::Number;
        }
        Ok(run.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
    }

    /// A flaw that names the character where the reader stands.
    fn flaw(&self, reason: &str) -> Flaw {
        // The reader only steps over ASCII, so it always stands at the start of a character.
        let rest = String::from_utf8_lossy(&self.text[self.at..]);
        match rest.chars().next() {
            Some(c) => Flaw::new(self.at, format!("{} {reason}", shown(c))),
            None => Flaw::new(self.at, "a number is missing"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_as_apk_does() {
        let rising = [
            "1_alpha", "1_alpha2", "1_beta", "1_rc", "1", "1-r1", "1-r10", "1_svn1", "1_p", "1_p1", "1a",
            "1b", "1.00", "1.0", "1.01", "1.1_rc1", "1.1", "1.1.1", "1.2", "1.10", "006.1", "20060720",
        ];
        for (i, a) in rising.iter().enumerate() {
            for (j, b) in rising.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a} {b}");
            }
        }
        for (a, b) in [("1-r1", "1-r01"), ("1-r", "1-r0"), ("06", "6")] {
            assert_eq!(compare(a, b), Ordering::Equal, "{a} {b}");
        }
    }

    #[test]
    fn refuses_what_apk_refuses_and_says_where() {
        let table = [
            ("", 0, "there is none"),
            ("a", 0, "number is needed"),
            (".1", 0, "number is needed"),
            ("1..2", 2, "number is needed"),
            ("1.", 2, "missing"),
            ("1A", 1, "does not belong"),
            ("1_foo", 2, "unknown"),
            ("1-1", 1, "does not belong"),
            ("1-r1-r2", 4, "does not belong"),
            ("1.123456789012345678", 2, "more than 17 digits"),
            ("1é", 1, "\"é\" does not belong"),
        ];
        for (text, at, reason) in table {
            let flaw = check(text).unwrap_err();
            assert!(flaw.at == at && flaw.reason.contains(reason), "{text:?}: {flaw:?}");
        }
    }
}
