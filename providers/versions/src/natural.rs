//! The order for everything without a reference program: appliances, firmware, rule sets, images.
//!
//! A version is a list of numbers and words; whatever stands between them only separates. Numbers compare by value,
//! words without regard to case. At the first difference: `~`, then a pre-release word (`dev` `snapshot` `alpha` `beta`
//! `preview` = `pre`, `rc`), then the end of the version, then any other word, then a number. So `1.0~x`, `1.0-rc1`,
//! `1.0`, `1.0a`, `1.0-hotfix`, `1.0.1` rise. A `v` before the first number does not count. Two different texts are
//! never equal: where all that counts is the same (`1.0-1` and `1.0.1`, `01` and `1`) their bytes decide, so that an
//! unknown vendor's two levels are never taken for one.

use crate::digits;
use crate::parse_error::{Flaw, Verdict, shown};
use std::cmp::Ordering;

/// Words that mean "before the release", lowest first. Single letters are not among them: `1.0.2a` follows `1.0.2`.
const PRE_RELEASE: [(&str, u8); 7] =
    [("dev", 0), ("snapshot", 1), ("alpha", 2), ("beta", 3), ("preview", 4), ("pre", 4), ("rc", 5)];

/// Refuses only what could not be seen or told apart in a message.
pub(crate) fn check(text: &str) -> Verdict {
    if text.is_empty() {
        return Err(Flaw::new(0, "a version is needed, but there is none"));
    }
    if let Some((at, c)) = text.char_indices().find(|(_, c)| c.is_control()) {
        return Err(Flaw::new(at, format!("{} cannot stand in a version", shown(c))));
    }
    if text.trim_start().len() < text.len() {
        return Err(Flaw::new(0, "a version does not start with a blank"));
    }
    if text.trim_end().len() < text.len() {
        return Err(Flaw::new(text.trim_end().len(), "a version does not end with a blank"));
    }
    Ok(None)
}

/// The natural order, then the order of the bytes.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (Pieces(without_v(a).as_bytes()), Pieces(without_v(b).as_bytes()));
    loop {
        let (x, y) = (left.next(), right.next());
        let order = x.cmp(&y);
        if order.is_ne() {
            return order;
        }
        if x == Piece::End {
            return a.cmp(b);
        }
    }
}

/// The text without a `v` that stands directly before a first number.
pub(crate) fn without_v(text: &str) -> &str {
    match text.strip_prefix(['v', 'V']) {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest,
        _ => text,
    }
}

/// One piece of a version, in rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Piece<'a> {
    Tilde,
    PreRelease(u8),
    End,
    Word(Word<'a>),
    /// Without leading zeros, so that a longer number is larger.
    Number(usize, &'a [u8]),
}

/// Letters, compared without regard to their case.
#[derive(Debug, Clone, Copy)]
struct Word<'a>(&'a [u8]);

impl Ord for Word<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (self.0.iter(), other.0.iter());
        a.map(u8::to_ascii_lowercase).cmp(b.map(u8::to_ascii_lowercase))
    }
}

impl PartialOrd for Word<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Word<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for Word<'_> {}

/// The pieces of a version; after the last an `End` for ever.
struct Pieces<'a>(&'a [u8]);

impl<'a> Pieces<'a> {
    fn next(&mut self) -> Piece<'a> {
        let skip = digits::run(self.0, |b| !b.is_ascii_digit() && !is_letter(b) && *b != b'~');
        let rest = &self.0[skip..];
        let (piece, length) = match rest.first() {
            None => (Piece::End, 0),
            Some(b'~') => (Piece::Tilde, 1),
            Some(b) if b.is_ascii_digit() => {
                let (run, _) = digits::split_run(rest);
                let number = digits::significant(run);
                (Piece::Number(number.len(), number), run.len())
            }
            Some(_) => {
                let length = digits::run(rest, is_letter);
                (word(&rest[..length]), length)
            }
        };
        self.0 = &rest[length..];
        piece
    }
}

/// Letters of every script count: a byte outside ASCII is one of theirs.
fn is_letter(byte: &u8) -> bool {
    byte.is_ascii_alphabetic() || !byte.is_ascii()
}

fn word(letters: &[u8]) -> Piece<'_> {
    let pre = PRE_RELEASE.iter().find(|(name, _)| letters.eq_ignore_ascii_case(name.as_bytes()));
    pre.map_or(Piece::Word(Word(letters)), |(_, rank)| Piece::PreRelease(*rank))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rises(versions: &[&str]) {
        for (i, a) in versions.iter().enumerate() {
            for (j, b) in versions.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn pre_releases_come_before_and_additions_after() {
        rises(&[
            "1.0~x",
            "1.0-dev",
            "1.0-SNAPSHOT",
            "1.0alpha1",
            "1.0.beta",
            "1.0.beta2",
            "1.0_pre3",
            "1.0-rc1",
            "1.0 RC 2",
            "1.0",
            "1.0a",
            "1.0b",
            "1.0-hotfix",
            "1.0.0",
            "1.0.1",
            "1.2",
            "1.10",
        ]);
    }

    #[test]
    fn vendors_versions_rise() {
        rises(&["1.0.2", "1.0.2a", "1.0.2t", "1.0.2za", "1.1.0"]); // OpenSSL up to 1.1.1 (it skips 1.0.2 aa to az)
        rises(&["15.2(4)M6", "15.2(4)M6a", "15.2(4)M7", "15.2(7)E1", "15.10(1)S"]); // Cisco IOS
        rises(&["21.4R3", "21.4R3-S5", "21.4R3-S5.4", "22.2R1"]); // Junos
        rises(&["7.0 Update 3", "7.0 Update 3c", "7.0 Update 3k", "8.0"]); // vSphere
        rises(&["U32 v2.36 (07/16/2020)", "U32 v2.40 (02/10/2020)"]); // HPE firmware
        rises(&["R2024-03-31", "R2024-04-01"]);
    }

    #[test]
    fn a_leading_v_does_not_count_but_two_texts_are_never_equal() {
        rises(&["v1.2", "1.3", "v1.4"]);
        rises(&["1.2", "v1.2", "1.2.1"]);
        rises(&["1-1", "1.01", "1.1"]);
    }

    #[test]
    fn refuses_what_cannot_be_seen() {
        for (text, at) in [("", 0), (" 1", 0), ("1 ", 1), ("1\n2", 1), ("1\u{7f}", 1)] {
            assert_eq!(check(text).unwrap_err().at, at, "{text:?}");
        }
        assert_eq!(check("U32 v2.36 (07/16/2020)"), Ok(None));
    }
}
