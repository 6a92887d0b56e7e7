//! Debian's versions, `[epoch:]upstream[-revision]`, as dpkg reads and orders them.
//!
//! Sources: deb-version(7), Debian Policy 5.6.12; `parseversion` in dpkg's lib/dpkg/parsehelp.c and `verrevcmp` in
//! lib/dpkg/version.c, whose errors and warnings are told apart here exactly as there.

use crate::digits;
use crate::parse_error::{Flaw, Verdict, shown};
use std::cmp::Ordering;

/// dpkg keeps the epoch in an `int`.
const LARGEST_EPOCH: &str = "2147483647";

/// The three parts. An absent revision is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    /// Digits, perhaps after a plus sign; absent is zero.
    pub(crate) epoch: Option<&'a str>,
    pub(crate) upstream: &'a str,
    pub(crate) revision: &'a str,
}

/// Takes a text apart. Total: what `check` refuses is split too, somehow.
pub(crate) fn split(text: &str) -> Parts<'_> {
    let (epoch, rest) = match text.split_once(':') {
        Some((epoch, rest)) => (Some(epoch), rest),
        None => (None, text),
    };
    let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
    Parts { epoch, upstream, revision }
}

/// dpkg trims blanks and tabs around a version.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// Says whether dpkg refuses the (trimmed) text, warns, or is content.
pub(crate) fn check(text: &str) -> Verdict {
    if text.is_empty() {
        return Err(Flaw::new(0, "a version is needed, but there is none"));
    }
    if let Some(at) = text.find([' ', '\t']) {
        return Err(Flaw::new(at, "a version has no blanks in it"));
    }
    if let Some(at) = text.find('\0') {
        return Err(Flaw::new(at, "U+0000 cannot stand in a version"));
    }
    let parts = split(text);
    let upstream_at = match parts.epoch {
        Some(epoch) => check_epoch(epoch)?,
        None => 0,
    };
    if upstream_at == text.len() {
        return Err(Flaw::new(text.len(), "nothing stands after the colon of the epoch"));
    }
    let revision_at = upstream_at + parts.upstream.len() + 1;
    if revision_at == text.len() {
        return Err(Flaw::new(text.len(), "nothing stands after the hyphen before the revision"));
    }
    if parts.upstream.is_empty() {
        return Err(Flaw::new(upstream_at, "there is nothing before the hyphen of the revision"));
    }
    Ok(complaint(parts.upstream, upstream_at, parts.revision, revision_at))
}

/// Checks the epoch as `strtol` and the limits around it do; answers where the upstream version starts.
fn check_epoch(epoch: &str) -> Result<usize, Flaw> {
    if epoch.is_empty() {
        return Err(Flaw::new(0, "the epoch before the colon is empty"));
    }
    // `strtol` skips white space other than the blanks that were trimmed, and takes a sign.
    let unsigned = epoch.trim_start_matches(['\n', '\r', '\u{b}', '\u{c}']);
    let digits = unsigned.strip_prefix(['+', '-']).unwrap_or(unsigned);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        let at = epoch.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
        return Err(Flaw::new(at, "the epoch before the colon is not a number"));
    }
    if unsigned.starts_with('-') && !digits::significant(digits.as_bytes()).is_empty() {
        return Err(Flaw::new(0, "the epoch before the colon is negative"));
    }
    if digits::compare(digits.as_bytes(), LARGEST_EPOCH.as_bytes()).is_gt() {
        return Err(Flaw::new(0, format!("the epoch before the colon is larger than {LARGEST_EPOCH}")));
    }
    Ok(epoch.len() + 1)
}

/// The first thing dpkg warns about.
fn complaint(upstream: &str, upstream_at: usize, revision: &str, revision_at: usize) -> Option<Flaw> {
    if !upstream.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(Flaw::new(upstream_at, "the version does not start with a digit"));
    }
    let foreign = |text: &str, allowed: &'static str| {
        text.char_indices().find(|(_, c)| !c.is_ascii_alphanumeric() && !allowed.contains(*c))
    };
    if let Some((at, c)) = foreign(upstream, ".-+~:") {
        return Some(Flaw::new(upstream_at + at, format!("{} does not belong in a version", shown(c))));
    }
    let (at, c) = foreign(revision, ".+~")?;
    Some(Flaw::new(revision_at + at, format!("{} does not belong in a revision", shown(c))))
}

/// dpkg's order.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (split(a), split(b));
    digits::compare(epoch_digits(a.epoch), epoch_digits(b.epoch))
        .then_with(|| compare_part(a.upstream.as_bytes(), b.upstream.as_bytes()))
        .then_with(|| compare_part(a.revision.as_bytes(), b.revision.as_bytes()))
}

pub(crate) fn epoch_digits(epoch: Option<&str>) -> &[u8] {
    let epoch = epoch.unwrap_or_default().as_bytes();
    &epoch[digits::run(epoch, |b| !b.is_ascii_digit())..]
}

/// `verrevcmp`: by turns a run of non-digits, character by character, and a run of digits, as a number.
fn compare_part(mut a: &[u8], mut b: &[u8]) -> Ordering {
    while !a.is_empty() || !b.is_empty() {
        while starts_with_other(a) || starts_with_other(b) {
            let order = weight(a.first()).cmp(&weight(b.first()));
            if order.is_ne() {
                return order;
            }
            // Equal weights are equal characters, so both have one.
            (a, b) = (a.get(1..).unwrap_or_default(), b.get(1..).unwrap_or_default());
        }
        let (number_a, rest_a) = digits::split_run(a);
        let (number_b, rest_b) = digits::split_run(b);
        let order = digits::compare(number_a, number_b);
        if order.is_ne() {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
    Ordering::Equal
}

fn starts_with_other(text: &[u8]) -> bool {
    text.first().is_some_and(|b| !b.is_ascii_digit())
}

/// Tilde below the end, the end below letters, letters below everything else.
fn weight(byte: Option<&u8>) -> u16 {
    match byte {
        Some(b'~') => 0,
        None => 1,
        Some(b) if b.is_ascii_digit() => 1,
        Some(b) if b.is_ascii_alphabetic() => 1 + u16::from(*b),
        // dpkg adds 256 to a signed char: bytes outside ASCII come between letters and the other characters.
        Some(b) if !b.is_ascii() => 1 + u16::from(*b),
        Some(b) => 257 + u16::from(*b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_at_the_first_colon_and_the_last_hyphen() {
        let table =
            [("1", None, "1", ""), ("0:0-0-0", Some("0"), "0-0", "0"), ("2:1:2-3", Some("2"), "1:2", "3")];
        for (text, epoch, upstream, revision) in table {
            assert_eq!(split(text), Parts { epoch, upstream, revision }, "{text}");
        }
    }

    #[test]
    fn refuses_what_dpkg_refuses_and_says_where() {
        let table = [
            ("", 0, "there is none"),
            ("1 2", 1, "blanks"),
            ("0:", 2, "after the colon"),
            (":1.0", 0, "is empty"),
            ("1.0-", 4, "after the hyphen"),
            ("a:0", 0, "not a number"),
            ("1a:0", 1, "not a number"),
            ("-1:0", 0, "negative"),
            ("2147483648:0", 0, "larger than 2147483647"),
            ("-0", 0, "before the hyphen"),
            ("0:-0", 2, "before the hyphen"),
        ];
        for (text, at, reason) in table {
            let flaw = check(text).unwrap_err();
            assert!(flaw.at == at && flaw.reason.contains(reason), "{text:?}: {flaw:?}");
        }
    }

    #[test]
    fn warns_where_dpkg_only_warns() {
        for (text, at) in [("0:abc3-0", 2), ("1_0", 1), ("0:0-0:0", 5), ("1.0-1_2", 5), ("1é", 1)] {
            assert_eq!(check(text).unwrap().unwrap().at, at, "{text}");
        }
        for text in ["1", "+1:2", "2147483647:1.0+dfsg~rc1-1ubuntu0.1~esm2"] {
            assert_eq!(check(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn orders_as_the_manual_page_shows() {
        let rising = ["1.0~~", "1.0~~a", "1.0~", "1.0", "1.0a", "1.0+b1", "1.0.1", "1.2", "1.10", "1:0"];
        for (i, a) in rising.iter().enumerate() {
            for (j, b) in rising.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a} {b}");
            }
        }
        for (a, b) in [("1.0", "0:1.0"), ("1.0", "1.0-0"), ("1.09", "1.9"), ("0.0-00", "0.0")] {
            assert_eq!(compare(a, b), Ordering::Equal, "{a} {b}");
        }
    }
}
