//! What `propose` wrote: a message for each block, ready to be committed, and what has to be done by hand.

use super::assessment::SourcePlace;
use super::harmless;
use super::page::Page;
use super::size::counted;
use super::style::{Style, Tint, plain, tinted};
use crate::finding::{Proposal, Proposals};
use crate::model::Address;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The most columns of a message's first line.
const FIRST_LINE: usize = 72;

/// Draws it; `places` say where components stand, `written` whether the files were changed.
pub fn draw(
    proposals: &Proposals,
    by_hand: &[Proposal],
    places: &BTreeMap<Address, SourcePlace>,
    written: bool,
    style: Style,
) -> String {
    let mut page = Page::new(style);
    let mut blocks: BTreeMap<&Address, Vec<&Proposal>> = BTreeMap::new();
    for proposal in &proposals.all {
        blocks.entry(&proposal.block).or_default().push(proposal);
    }
    for (block, raised) in &blocks {
        page.blank();
        page.line(0, 2, &[tinted(Tint::Dim, format!("A message for the commit of {block}:"))]);
        page.blank();
        message(block, raised).lines().for_each(|line| page.verbatim(4, Tint::Plain, line));
    }
    page.blank();
    for proposal in by_hand {
        let Proposal { block, package, from, to, .. } = proposal;
        let place = places.iter().find(|(address, _)| address.block() == *block).map(|(_, place)| place);
        let told = format!(
            "{package} of {block}{} has to go from {from} to {to}, and its level is no text of its own there: change it by hand",
            at(place)
        );
        page.line(0, 2, &[tinted(Tint::Change, told)]);
    }
    left(proposals, places, &mut page);
    let total = match (proposals.all.len(), written) {
        (0, _) => "Nothing to raise.".to_string(),
        (n, true) => format!("{} raised; no level was lowered.", counted(n, "level")),
        (n, false) => format!("{} to raise; nothing was written.", counted(n, "level")),
    };
    page.line(0, 2, &[tinted(Tint::Bold, total)]);
    if written {
        let command = tinted(Tint::Command, "patchform plan");
        page.line(0, 2, &[plain("Review the change, commit it, then: "), command]);
    }
    page.finish()
}

/// A first line of at most 72 columns, then what is raised and what that closes.
fn message(block: &Address, raised: &[&Proposal]) -> String {
    let closes: usize = raised.iter().map(|proposal| proposal.closes.len()).sum();
    let first = match raised {
        [one] => format!("Raise {} of {block} to {}", one.package, one.to),
        several => format!("Raise {} of {block}", counted(several.len(), "level")),
    };
    let first = match first.chars().count() > FIRST_LINE {
        true => format!("Close {}", counted(closes, "finding")),
        false => first,
    };
    let mut text = format!("{first}\n");
    for proposal in raised {
        let Proposal { package, from, to, .. } = proposal;
        // Writing into a String cannot fail.
        let _ = writeln!(text, "\n{package} {from} -> {to} closes");
        for closing in &proposal.closes {
            let _ = writeln!(text, "- {} ({})", closing.vulnerability, closing.told);
        }
    }
    text.lines().map(|line| format!("{}\n", harmless::one_line(line))).collect()
}

/// What cannot be raised, by reason; never silently.
fn left(proposals: &Proposals, places: &BTreeMap<Address, SourcePlace>, page: &mut Page) {
    let mut reasons: BTreeMap<&str, (usize, Vec<String>)> = BTreeMap::new();
    for ((component, package, why), findings) in &proposals.left {
        let (count, names) = reasons.entry(why).or_default();
        *count += findings;
        names.push(format!("{package} of {component}{}", at(places.get(component))));
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
    for (component, package) in &proposals.asked {
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
