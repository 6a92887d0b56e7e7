//! Parts of a text that fit a pattern: `regex`, `regexall`, `replace`.

use super::Takes::Text;
use super::bounds::{bounded, gathered};
use super::text::text;
use super::{Done, Fault, Function, param, plain};
use crate::config::types::{Field, Type};
use crate::config::value::{Entries, Value, key};
use regex_lite::Regex;
use std::sync::Arc;

mod fold;

pub(super) const FUNCTIONS: &[Function] = &[
    plain("replace", &[param("text", Text), param("part", Text), param("replacement", Text)], replace)
        .told(
            "the text with every part replaced; a part between slashes is a regular \
expression, whose groups the replacement calls `$1` or `${name}`",
            "replace(\"web.eu.example\", \"/(\\\\w+)\\\\.(\\\\w+)/\", \"$2-$1\")",
            "\"eu-web.example\"",
        )
        .gives(
            "string",
            &[
                "any text",
                "what to replace; between slashes it is a regular expression",
                "what to put there; `$1` is what the first group matched",
            ],
        ),
    plain("regex", &[param("pattern", Text), param("text", Text)], regex_first)
        .told(
            "what of the text fits the pattern first: the whole of it, a list of the groups, \
or an object of the named ones; an error when nothing does",
            "regex(\"^(\\\\d+)\\\\.(\\\\d+)\", \"15.3-1\")",
            "[\n  \"15\",\n  \"3\",\n]",
        )
        .gives("any", &["a regular expression", "the text to look in; it must match"]),
    plain("regexall", &[param("pattern", Text), param("text", Text)], regex_all)
        .told(
            "every part of the text that fits the pattern, each as `regex` gives it",
            "regexall(\"[0-9]+\", \"15.3-1\")",
            "tolist([\n  \"15\",\n  \"3\",\n  \"1\",\n])",
        )
        .gives("list(any)", &["a regular expression", "the text to look in"]),
];

fn replace(args: &[Value]) -> Done {
    let (s, part, by) = (text(args, 0), text(args, 1), text(args, 2));
    let inner = part.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    if let Some(pattern) = inner {
        let pattern = compile(pattern, 1)?;
        let longest = s.len().saturating_mul(by.matches('$').count()).saturating_add(by.len());
        bounded(
            pattern
                .find_iter(s)
                .count()
                .saturating_mul(longest)
                .saturating_add(s.len())
                .min(if by.contains('$') { s.len().saturating_mul(longest.max(1)) } else { usize::MAX }),
        )?;
        return Ok(Value::string(pattern.replace_all(s, by).into_owned()));
    }
    let found = if part.is_empty() { s.len() + 1 } else { s.matches(part).count() };
    bounded(found.saturating_mul(by.len()).saturating_add(s.len()))?;
    Ok(Value::string(s.replace(part, by)))
}

fn compile(pattern: &str, argument: usize) -> Result<Regex, Fault> {
    let pattern = fold::unfolded(&with_literal_braces(pattern));
    Regex::new(&pattern).map_err(|error| {
        let problem = error.to_string().replace('\n', " ");
        Fault::at(argument, format!("this is no valid regular expression: {problem}"))
    })
}

/// The type of what a pattern finds.
///
/// # Errors
/// What is wrong with the pattern.
pub fn groups(pattern: &str) -> Result<Type, Fault> {
    grouped(pattern).map(|pattern| type_of_match(&pattern))
}

fn type_of_match(pattern: &Regex) -> Type {
    let names: Vec<Option<&str>> = pattern.capture_names().skip(1).collect();
    let named = names.iter().flatten().map(|name| (key(name), Field::required(Type::String)));
    match names.first() {
        None => Type::String,
        Some(Some(_)) => Type::object(named.collect()),
        Some(None) => Type::Tuple(names.iter().map(|_| Type::String).collect()),
    }
}

/// A pattern whose groups can be told: all of them have names, or none has.
fn grouped(pattern: &str) -> Result<Regex, Fault> {
    let pattern = compile(pattern, 0)?;
    let named = pattern.capture_names().skip(1).flatten().count();
    if named > 0 && named + 1 < pattern.captures_len() {
        return Err(Fault::at(
            0,
            "either all groups have names, or none; write (?:…) for one that is not told",
        ));
    }
    Ok(pattern)
}

fn regex_first(args: &[Value]) -> Done {
    let pattern = grouped(text(args, 0))?;
    match pattern.captures(text(args, 1)) {
        Some(captures) => Ok(captured(&pattern, &captures)),
        None => Err(Fault::at(1, format!("the pattern does not match {}", args[1].brief()))),
    }
}

fn regex_all(args: &[Value]) -> Done {
    let pattern = grouped(text(args, 0))?;
    let found = pattern.captures_iter(text(args, 1)).map(|c| Ok(captured(&pattern, &c)));
    Ok(Value::list(gathered(found)?).holding(|| type_of_match(&pattern)))
}

/// The match, or its groups: a tuple, or an object when they have names.
fn captured(pattern: &Regex, captures: &regex_lite::Captures<'_>) -> Value {
    let group = |i: usize| captures.get(i).map_or(Value::null(Type::String), |m| Value::string(m.as_str()));
    let names: Vec<Option<&str>> = pattern.capture_names().skip(1).collect();
    if names.is_empty() {
        return group(0);
    }
    if names.iter().all(Option::is_none) {
        return Value::tuple((1..=names.len()).map(group).collect());
    }
    let named = names.iter().enumerate().filter_map(|(i, name)| Some((Arc::from((*name)?), group(i + 1))));
    Value::object(named.collect::<Entries>())
}

/// A brace that begins no repetition (`{2}`, `{2,}`, `{2,3}`) stands for itself, as in Go. It may be escaped anywhere.
fn with_literal_braces(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(at) = rest.find(['\\', '{']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = if rest.starts_with('\\') { escape(rest) } else { 1 };
        if taken == 1 && rest.starts_with('{') && !is_repetition(&rest[1..]) {
            out.push('\\');
        }
        out.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    out.push_str(rest);
    out
}

/// The length of an escape, with the braces that belong to it: `\n`, `\x{41}`.
fn escape(rest: &str) -> usize {
    let letter = rest.chars().nth(1).map_or(0, char::len_utf8);
    let behind = &rest[1 + letter..];
    let braced = rest[1..].starts_with(['x', 'u', 'U', 'p', 'P']) && behind.starts_with('{');
    1 + letter + if braced { behind.find('}').map_or(0, |end| end + 1) } else { 0 }
}

/// Whether `2}`, `2,}` or `2,3}` follows.
fn is_repetition(inner: &str) -> bool {
    let Some((inner, _)) = inner.split_once('}') else { return false };
    let (least, most) = inner.split_once(',').unwrap_or((inner, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_that_repeat_nothing_stand_for_themselves() {
        for (pattern, ours) in [
            ("a{2}b{2,}c{2,3}", "a{2}b{2,}c{2,3}"),
            ("{a}", "\\{a}"),
            ("a{,2}{", "a\\{,2}\\{"),
            ("\\{a\\\\{b", "\\{a\\\\\\{b"),
            ("\\x{1F600}\\p{Greek}\\d{2}\\ä{b", "\\x{1F600}\\p{Greek}\\d{2}\\ä\\{b"),
            ("ends in \\", "ends in \\"),
        ] {
            assert_eq!(with_literal_braces(pattern), ours, "{pattern}");
        }
    }
}
