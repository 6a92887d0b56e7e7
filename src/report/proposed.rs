//! What `propose` wrote: a message for each block and baseline, ready to be committed, and what has to be done by hand.

use super::assessment::SourcePlace;
use super::harmless;
use super::page::Page;
use super::size::counted;
use super::style::{Style, Tint, plain, tinted};
use crate::finding::Closing;
use crate::model::Address;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The most columns of a message's first line.
const FIRST_LINE: usize = 72;

/// What is to be told.
#[derive(Default)]
pub struct Drawn {
    /// The levels that change.
    pub changes: Vec<Change>,
    /// Levels that are written by an expression that is no text of its own: whose, the part, and from what to what.
    pub by_hand: Vec<(String, String, String, String)>,
    /// Packages of components that cannot be raised, and why; with how many findings.
    pub left: BTreeMap<(Address, String, String), usize>,
    /// Packages whose level is asked for already, and only has to be applied.
    pub asked: BTreeSet<(Address, String)>,
    /// Levels that could not be found, and why: whose, the part, why; with how many components.
    pub unresolved: BTreeMap<(String, String, String), usize>,
    /// How many constraints have no level, component by component.
    pub open: usize,
    /// Where levels of components stand.
    pub places: BTreeMap<Address, SourcePlace>,
    /// Whether what is installed was taken.
    pub adopts: bool,
    /// How many files change.
    pub files: usize,
    /// Whether they were written.
    pub written: bool,
}

/// A level that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Whose it is: a baseline, or a block.
    pub of: String,
    /// The part.
    pub part: String,
    /// The level before, if there was one.
    pub from: Option<String>,
    /// The level after.
    pub to: String,
    /// Whether that is lower.
    pub lower: bool,
    /// What that closes.
    pub closes: Vec<Closing>,
    /// How many components have it by a constraint; 0 where the level stands in the configuration.
    pub components: usize,
}

/// Draws it.
pub fn draw(drawn: &Drawn, style: Style) -> String {
    let mut page = Page::new(style);
    let mut groups: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
    for change in &drawn.changes {
        groups.entry(&change.of).or_default().push(change);
    }
    for (of, changes) in &groups {
        page.blank();
        page.line(0, 2, &[tinted(Tint::Dim, format!("A message for the commit of {of}:"))]);
        page.blank();
        message(of, changes, drawn.adopts).lines().for_each(|line| page.verbatim(4, Tint::Plain, line));
    }
    page.blank();
    for (of, part, from, to) in &drawn.by_hand {
        let place = drawn.places.iter().find(|(address, _)| address.block().to_string() == *of);
        let told = format!(
            "{part} of {of}{} has to go from {from} to {to}, and its level is no text of its own there: change it by hand",
            at(place.map(|(_, place)| place))
        );
        page.line(0, 2, &[tinted(Tint::Change, told)]);
    }
    left(drawn, &mut page);
    page.line(0, 2, &[tinted(Tint::Bold, total(drawn))]);
    if drawn.open > 0 {
        let told = match drawn.open {
            1 => "1 constraint has no level still.".to_string(),
            n => format!("{n} constraints have no level still."),
        };
        page.line(0, 2, &[tinted(Tint::Change, told)]);
    }
    if drawn.written {
        let command = tinted(Tint::Command, "patchform plan");
        page.line(0, 2, &[plain("Review the change, commit it, then: "), command]);
    }
    page.finish()
}

fn total(drawn: &Drawn) -> String {
    let lower = drawn.changes.iter().filter(|change| change.lower).count();
    let all_raised =
        !drawn.adopts && drawn.changes.iter().all(|change| change.from.is_some() && !change.lower);
    let levels = counted(drawn.changes.len(), "level");
    let lowered = match lower {
        0 => "no level was lowered".to_string(),
        1 => "1 is lower than before".to_string(),
        n => format!("{n} are lower than before"),
    };
    match (drawn.changes.len(), drawn.written) {
        (0, true) => "What nothing asks for any more was taken out of the lock file.".to_string(),
        (0, false) if drawn.files > 0 => {
            "What nothing asks for any more is to be taken out of the lock file; nothing was written."
                .to_string()
        }
        (0, false) if !drawn.unresolved.is_empty() => "Nothing was found that could be written.".to_string(),
        (0, false) if drawn.adopts => {
            "Nothing to adopt: the levels are those that are installed.".to_string()
        }
        (0, false) => "Nothing to raise.".to_string(),
        (_, true) if all_raised => format!("{levels} raised; no level was lowered."),
        (_, true) => format!("{levels} written; {lowered}."),
        (_, false) if all_raised => format!("{levels} to raise; nothing was written."),
        (_, false) => format!("{levels} to write; nothing was written."),
    }
}

/// A first line of at most 72 columns, then what changes and what that closes.
fn message(of: &str, changes: &[&Change], adopts: bool) -> String {
    let closes: usize = changes.iter().map(|change| change.closes.len()).sum();
    let verb = match () {
        () if adopts => "Adopt",
        () if changes.iter().all(|change| change.from.is_none()) => "Resolve",
        () if changes.iter().any(|change| change.lower) => "Change",
        () => "Raise",
    };
    let first = match changes {
        [one] => format!("{verb} {} of {of} to {}", one.part, one.to),
        several => format!("{verb} {} of {of}", counted(several.len(), "level")),
    };
    let first = match first.chars().count() > FIRST_LINE {
        true if closes > 0 => format!("Close {}", counted(closes, "finding")),
        true => format!("{verb} {}", counted(changes.len(), "level")),
        false => first,
    };
    let mut text = format!("{first}\n\n");
    for change in changes {
        let Change { part, from, to, lower, closes, components, .. } = change;
        let from = from.as_ref().map_or(String::new(), |from| format!("{from} "));
        let lower = if *lower { ", which is lower" } else { "" };
        let on = if *components > 0 {
            format!(" on {}", counted(*components, "component"))
        } else {
            String::new()
        };
        let end = if closes.is_empty() { "" } else { " closes" };
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{part} {from}-> {to}{lower}{on}{end}");
        for closing in closes {
            let _ = writeln!(text, "- {} ({})", closing.vulnerability, closing.told);
        }
        if !closes.is_empty() {
            text.push('\n');
        }
    }
    text.trim_end().lines().map(|line| wrapped(&harmless::one_line(line))).collect()
}

/// A line of a message, broken between words where it is longer than git's tools show; what follows is indented.
fn wrapped(line: &str) -> String {
    let (mut text, mut column) = (String::new(), 0);
    for word in line.split(' ') {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > FIRST_LINE {
            text.push_str("\n  ");
            column = 2;
        } else if column > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += width;
    }
    text + "\n"
}

/// What cannot be raised, by reason; never silently.
fn left(drawn: &Drawn, page: &mut Page) {
    for ((of, part, why), components) in &drawn.unresolved {
        let on =
            if *components > 1 { format!(" ({})", counted(*components, "component")) } else { String::new() };
        page.line(0, 2, &[tinted(Tint::Change, format!("{part} of {of}{on} is left as it is: {why}"))]);
    }
    let mut reasons: BTreeMap<&str, (usize, Vec<String>)> = BTreeMap::new();
    for ((component, package, why), findings) in &drawn.left {
        let (count, names) = reasons.entry(why).or_default();
        *count += findings;
        names.push(format!("{package} of {component}{}", at(drawn.places.get(component))));
    }
    for (why, (findings, names)) in reasons {
        let shown = names.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
        let more = match names.len().saturating_sub(3) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        let told = format!("Left as they are, {}: {why}: {shown}{more}", counted(findings, "finding"));
        page.line(0, 2, &[tinted(Tint::Dim, told)]);
    }
    for (component, package) in &drawn.asked {
        let told = format!(
            "{package} of {component}: the configuration asks for the fixed level already; `patchform apply` brings it"
        );
        page.line(0, 2, &[tinted(Tint::Info, told)]);
    }
}

/// ` (main.pf.hcl:12)`, which editors and terminals open.
fn at(place: Option<&SourcePlace>) -> String {
    place.map_or(String::new(), |SourcePlace { file, line }| format!(" ({file}:{line})"))
}

#[cfg(test)]
mod tests {
    use super::{FIRST_LINE, wrapped};

    #[test]
    fn a_message_is_broken_between_words_only() {
        let line = format!("- CVE-2026-1 ({})", ["total"; 40].join(" "));
        let text = wrapped(&line);
        assert!(text.lines().all(|line| line.chars().count() <= FIRST_LINE), "{text}");
        assert_eq!(text.split_whitespace().collect::<Vec<_>>(), line.split(' ').collect::<Vec<_>>());
        assert_eq!(wrapped(""), "\n");
    }
}
