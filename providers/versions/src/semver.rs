//! Semantic versions, `major.minor.patch[-pre][+build]`.
//!
//! Source: Semantic Versioning 2.0.0 (semver.org), clauses 2, 9, 10 and 11. What the world writes beside it is read
//! with a warning: a leading `v`, one or two numbers (the missing ones are 0), more than three numbers (the rest counts
//! as build metadata, which has no place in the order).

use crate::digits;
use crate::parse_error::{Flaw, Verdict, shown};
use std::cmp::Ordering;

/// The parts that count. `core` holds one to three numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    pub(crate) core: &'a str,
    pub(crate) pre: Option<&'a str>,
}

/// Takes a text apart. Total: what `check` refuses is split too, somehow.
pub(crate) fn split(text: &str) -> Parts<'_> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let core = &text[..end];
    if let Some((third, _)) = core.match_indices('.').nth(2) {
        return Parts { core: &core[..third], pre: None };
    }
    let pre = text[end..].strip_prefix('-').map(|pre| pre.split_once('+').map_or(pre, |(pre, _)| pre));
    Parts { core, pre }
}

/// Refuses what no reading of semver allows; warns about the shorthands.
pub(crate) fn check(text: &str) -> Verdict {
    if text.is_empty() {
        return Err(Flaw::new(0, "a version is needed, but there is none"));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".+-".contains(c);
    if let Some((at, c)) = text.char_indices().find(|(_, c)| !allowed(*c)) {
        return Err(Flaw::new(at, format!("{} does not belong in a version", shown(c))));
    }
    let start = usize::from(text.starts_with('v'));
    let core_end = text.find(['-', '+']).unwrap_or(text.len());
    let numbers = check_core(&text[start..core_end]).map_err(|flaw| flaw.moved(start))?;
    let (pre, build) = match text.find('+') {
        Some(plus) => (&text[core_end..plus], Some(plus + 1)),
        None => (&text[core_end..], None),
    };
    if let Some(pre) = pre.strip_prefix('-') {
        check_identifiers(pre, "pre-release", true).map_err(|flaw| flaw.moved(core_end + 1))?;
    }
    if let Some(at) = build {
        check_identifiers(&text[at..], "build metadata", false).map_err(|flaw| flaw.moved(at))?;
    }
    Ok(shorthand(start, numbers, core_end, text))
}

/// Checks the numbers between dots and counts them.
fn check_core(core: &str) -> Result<usize, Flaw> {
    let mut at = 0;
    for number in core.split('.') {
        if number.is_empty() {
            return Err(Flaw::new(at, "a number is missing here"));
        }
        if let Some(odd) = number.find(|c: char| !c.is_ascii_digit()) {
            return Err(Flaw::new(
                at + odd,
                "major, minor and patch are numbers (a pre-release follows a hyphen)",
            ));
        }
        if number.len() > 1 && number.starts_with('0') {
            return Err(Flaw::new(at, format!("{number} has a leading zero")));
        }
        at += number.len() + 1;
    }
    Ok(core.split('.').count())
}

/// Checks the identifiers between dots behind a hyphen or a plus sign.
fn check_identifiers(list: &str, of: &str, numbers_are_strict: bool) -> Result<(), Flaw> {
    let mut at = 0;
    for identifier in list.split('.') {
        if identifier.is_empty() {
            return Err(Flaw::new(at, format!("an identifier of the {of} is empty")));
        }
        if let Some(plus) = identifier.find('+') {
            return Err(Flaw::new(at + plus, "there is a second plus sign"));
        }
        if numbers_are_strict && is_number(identifier) && identifier.len() > 1 && identifier.starts_with('0')
        {
            return Err(Flaw::new(at, format!("{identifier} has a leading zero")));
        }
        at += identifier.len() + 1;
    }
    Ok(())
}

/// What makes a readable version not a semantic one.
fn shorthand(start: usize, numbers: usize, core_end: usize, text: &str) -> Option<Flaw> {
    match numbers {
        1 | 2 => {
            Some(Flaw::new(core_end, "major.minor.patch has three numbers; the missing ones are read as 0"))
        }
        4.. => {
            let third = text[start..].match_indices('.').nth(2).map_or(core_end, |(at, _)| start + at);
            Some(Flaw::new(
                third,
                "what follows the third number is read as build metadata and does not count",
            ))
        }
        _ if start == 1 => Some(Flaw::new(0, "a leading \"v\" is not part of a semantic version")),
        _ => None,
    }
}

/// Semver's precedence.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (split(a), split(b));
    compare_core(a.core, b.core).then_with(|| match (a.pre, b.pre) {
        (Some(a), Some(b)) => compare_pre(a, b),
        // A pre-release is below its release.
        (a, b) => b.is_some().cmp(&a.is_some()),
    })
}

/// Compares major, minor and patch; a missing number is zero.
pub(crate) fn compare_core(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let (x, y) = (a.next(), b.next());
        let order = digits::compare(x.unwrap_or_default().as_bytes(), y.unwrap_or_default().as_bytes());
        if order.is_ne() || (x.is_none() && y.is_none()) {
            return order;
        }
    }
}

fn compare_pre(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let order = match (a.next(), b.next()) {
            (Some(a), Some(b)) => compare_identifier(a, b),
            (None, None) => return Ordering::Equal,
            // The longer list is above.
            (a, b) => return a.is_some().cmp(&b.is_some()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

fn compare_identifier(a: &str, b: &str) -> Ordering {
    match (is_number(a), is_number(b)) {
        (true, true) => digits::compare(a.as_bytes(), b.as_bytes()),
        (false, false) => a.cmp(b),
        // Numbers are below words.
        (a, b) => b.cmp(&a),
    }
}

fn is_number(identifier: &str) -> bool {
    identifier.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_semver_refuses_and_says_where() {
        let table = [
            ("", 0, "there is none"),
            ("1.0.0 ", 5, "does not belong"),
            ("1.0.x", 4, "numbers"),
            ("1..0", 2, "missing"),
            ("v", 1, "missing"),
            ("1.2.03", 4, "leading zero"),
            ("1.2.3-", 6, "empty"),
            ("1.2.3-a..b", 8, "empty"),
            ("1.2.3-a.01", 8, "leading zero"),
            ("1.2.3+", 6, "empty"),
            ("1.2.3+a+b", 7, "second plus"),
        ];
        for (text, at, reason) in table {
            let flaw = check(text).unwrap_err();
            assert!(flaw.at == at && flaw.reason.contains(reason), "{text:?}: {flaw:?}");
        }
    }

    #[test]
    fn shorthands_are_read_with_a_warning() {
        for (text, at) in [("v1.2.3", 0), ("1", 1), ("1.2-rc.1", 3), ("1.2.3.4", 5), ("v1.2.3.4", 6)] {
            assert_eq!(check(text).unwrap().map(|flaw| flaw.at), Some(at), "{text}");
        }
        for text in ["0.0.0", "1.2.3-0.a-b.-+001.-", "10.20.30+build-7"] {
            assert_eq!(check(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn orders_as_clause_11_says() {
        let rising = [
            "1.0.0-1",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.1",
            "1.1.0",
            "2",
            "18446744073709551616.0.0",
        ];
        for (i, a) in rising.iter().enumerate() {
            for (j, b) in rising.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a} {b}");
            }
        }
        for (a, b) in [("1.0.0+a", "1.0.0+b"), ("v1", "1.0.0"), ("1.2.3.4", "1.2.3.5-rc1")] {
            assert_eq!(compare(a, b), Ordering::Equal, "{a} {b}");
        }
    }
}
