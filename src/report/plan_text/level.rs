//! How levels go from one to the other: one pair on the heading's line, or a row per part, aligned.

use crate::model::PatchLevel;
use crate::report::page::{Page, columns};
use crate::report::style::{Piece, Tint, plain, tinted};
use std::collections::{BTreeMap, BTreeSet};

use super::View;

/// Parts of a map that are shown before the rest is counted.
const FEW: usize = 12;
/// The widest that names and levels are aligned to.
const WIDEST: usize = 36;

/// `1.4.0 → 1.5.0` of two single levels, `stays at 1.4.0` of one; `None` when a table of parts is needed.
pub fn pair(from: Option<&PatchLevel>, to: Option<&PatchLevel>) -> Option<Vec<Piece>> {
    let text = |level: Option<&PatchLevel>| match level {
        None => Some("(absent)".to_string()),
        Some(PatchLevel::Single(level)) => Some(level.clone()),
        Some(PatchLevel::Map(_)) => None,
    };
    let (before, after) = (text(from)?, text(to)?);
    if before == after {
        return Some(vec![plain("stays at "), plain(after)]);
    }
    let tint = if to.is_some() { Tint::Good } else { Tint::Bad };
    Some(vec![plain(before), tinted(Tint::Dim, " → "), tinted(tint, after)])
}

/// `1.4.0 → 1.5.0` on one line; of maps the parts that change, few by name: `nginx 1.22 → 1.24, and 3 more parts`.
pub fn brief(from: Option<&PatchLevel>, to: Option<&PatchLevel>) -> String {
    if let Some(pair) = pair(from, to) {
        return pair.into_iter().map(|p| p.text).collect();
    }
    let (from, to) = (rows(from), rows(to));
    few(&differing(&from, &to), |name| format!("{name} {} → {}", of(&from, name), of(&to, name)))
}

/// A level on one line, told against the `other` one that it replaced or is replaced by: a single level whole, of a map
/// the parts that differ (all, where none does), few by name: `nginx 1.24, and 3 more parts`.
pub fn short(level: Option<&PatchLevel>, other: Option<&PatchLevel>) -> String {
    match level {
        None => "absent".into(),
        Some(PatchLevel::Single(level)) => level.clone(),
        Some(PatchLevel::Map(_)) => {
            let (level, other) = (rows(level), rows(other));
            let mut told = differing(&level, &other);
            if told.is_empty() {
                told.extend(level.keys());
            }
            few(&told, |name| format!("{name} {}", of(&level, name)))
        }
    }
}

/// Names of the parts in which two levels differ, sorted.
fn differing<'a>(one: &BTreeMap<&'a str, &'a str>, other: &BTreeMap<&'a str, &'a str>) -> Vec<&'a str> {
    let names: BTreeSet<&str> = one.keys().chain(other.keys()).copied().collect();
    names.into_iter().filter(|name| one.get(name) != other.get(name)).collect()
}

/// What a part is at.
fn of<'a>(level: &BTreeMap<&str, &'a str>, name: &str) -> &'a str {
    level.get(name).copied().unwrap_or("(absent)")
}

/// The first two of `names`, as `tell` says them, and how many more there are.
fn few(names: &[&str], tell: impl Fn(&str) -> String) -> String {
    let first: Vec<String> = names.iter().take(2).map(|name| tell(name)).collect();
    match names.len() - first.len() {
        0 if names.is_empty() => "all parts stay".into(),
        0 => first.join(", "),
        more => format!("{}, and {}", first.join(", "), crate::report::size::counted(more, "more part")),
    }
}

/// A row per part: changed ones first seen, then how many stay.
pub fn parts(
    page: &mut Page,
    view: &View<'_>,
    indent: usize,
    from: Option<&PatchLevel>,
    to: Option<&PatchLevel>,
) {
    let (from, to) = (rows(from), rows(to));
    let changed: Vec<(&str, Option<&str>, Option<&str>)> = differing(&from, &to)
        .into_iter()
        .map(|name| (name, from.get(name).copied(), to.get(name).copied()))
        .collect();
    let style = page.style();
    let widest = |texts: &mut dyn Iterator<Item = &str>| {
        texts.map(|t| columns(t, style)).filter(|w| *w <= WIDEST).max().unwrap_or(0)
    };
    let name_width = widest(&mut changed.iter().map(|row| row.0));
    let before_width = widest(&mut changed.iter().map(|row| row.1.unwrap_or("(absent)")));
    let shown = view.shown(changed.len(), FEW);
    for (name, before, after) in &changed[..shown] {
        let before = before.unwrap_or("(absent)");
        let pad = |text: &str, width: usize| " ".repeat(width.saturating_sub(columns(text, style)));
        let after = match after {
            Some(after) => tinted(Tint::Good, *after),
            None => tinted(Tint::Bad, "(absent)"),
        };
        let lead = format!("{name}{}  {before}{}", pad(name, name_width), pad(before, before_width));
        page.line(indent, indent + 4, &[plain(lead), tinted(Tint::Dim, " → "), after]);
    }
    view.more(page, indent, changed.len() - shown, "parts change");
    let stay: Vec<&str> = from.keys().copied().filter(|n| from.get(n) == to.get(n)).collect();
    match stay.len() {
        0 => {}
        1..=3 => page.line(indent, indent + 4, &[tinted(Tint::Dim, format!("stays: {}", stay.join(", ")))]),
        n => page.line(indent, indent + 4, &[tinted(Tint::Dim, format!("{n} other parts stay"))]),
    }
}

/// The parts of a level; a single one has one part without a name.
fn rows(level: Option<&PatchLevel>) -> BTreeMap<&str, &str> {
    match level {
        None => BTreeMap::new(),
        Some(PatchLevel::Single(level)) => BTreeMap::from([("level", level.as_str())]),
        Some(PatchLevel::Map(map)) => map.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(parts: &[(&str, &str)]) -> PatchLevel {
        PatchLevel::Map(parts.iter().map(|(name, level)| (name.to_string(), level.to_string())).collect())
    }

    #[test]
    fn a_long_level_is_told_by_what_changes_in_it() {
        let before = map(&[("curl", "7.88"), ("nginx", "1.22"), ("openssl", "3.0.1"), ("sudo", "1.9.1")]);
        let after = map(&[("curl", "7.88"), ("nginx", "1.24"), ("openssl", "3.0.2"), ("sudo", "1.9.2")]);
        let told = |level, other| short(Some(level), Some(other));
        assert_eq!(told(&after, &before), "nginx 1.24, openssl 3.0.2, and 1 more part");
        assert_eq!(told(&before, &after), "nginx 1.22, openssl 3.0.1, and 1 more part");
        assert_eq!(told(&after, &after), "curl 7.88, nginx 1.24, and 2 more parts");
        let less = map(&[("curl", "7.88")]);
        assert_eq!(told(&less, &after), "nginx (absent), openssl (absent), and 1 more part");
        assert_eq!(short(Some(&less), None), "curl 7.88");
        let single = PatchLevel::Single("1.4.0".into());
        assert_eq!(told(&single, &single), "1.4.0");
        assert_eq!(short(None, Some(&single)), "absent");
    }
}
