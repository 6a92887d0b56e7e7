//! Snapshots that a run will take, and those that retention drops after it.

use super::View;
use crate::model::{Address, Moment, period};
use crate::plan::noun::{Entry, Plan, Step};
use crate::report::page::Page;
use crate::report::size;
use crate::report::style::{Tint, plain, tinted};
use patchform_sdk::message::WayBackKind;
use std::collections::BTreeMap;

/// A snapshot that retention will drop after the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropping {
    /// Whose it is.
    pub address: Address,
    /// Its id.
    pub id: String,
    /// When it was taken.
    pub taken: Moment,
    /// Why it goes: `more than 2 are kept`, `older than 14d`.
    pub why: String,
}

/// Snapshots shown before the rest is counted.
const FEW: usize = 8;

/// Draws both lists.
pub fn draw(page: &mut Page, plan: &Plan, view: &View<'_>) {
    let taking: Vec<_> = plan
        .changes()
        .filter(|(_, _, change)| change.forth.iter().any(|p| p.action == Step::Snapshot))
        .collect();
    if taking.is_empty() && view.dropping.is_empty() {
        return;
    }
    let total = taking
        .iter()
        .filter_map(|(_, _, c)| c.way_back.as_ref())
        .map(|w| w.size)
        .fold(0, u64::saturating_add);
    let sum = match total {
        0 => String::new(),
        total => format!("  ({} to take, about {})", size::count(taking.len()), size::bytes(total)),
    };
    page.blank();
    page.line(0, 2, &[tinted(Tint::Bold, "Snapshots"), tinted(Tint::Dim, sum)]);
    let mut by_rule: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    for (_, entry, _) in &taking {
        by_rule.entry(rule(entry)).or_default().push(entry);
    }
    let rules = view.shown(by_rule.len(), FEW);
    for (rule, entries) in by_rule.iter().take(rules) {
        let shown = view.shown(entries.len(), FEW);
        let names: Vec<String> = entries[..shown].iter().map(|e| e.address.to_string()).collect();
        let more = match entries.len() - shown {
            0 => String::new(),
            n => format!(" and {} more", size::count(n)),
        };
        page.labelled(
            2,
            6,
            "take",
            &[plain(names.join(", ")), tinted(Tint::Dim, format!("{more}  ({rule})"))],
        );
    }
    view.more(page, 2, by_rule.len() - rules, "ways of keeping them");
    if taking.iter().filter_map(|(_, _, c)| c.way_back.as_ref()).any(|w| w.kind == WayBackKind::Restore) {
        let covers =
            "the component alone, without data, and lost with its target, unless said otherwise above";
        page.labelled(2, 6, "cover", &[tinted(Tint::Dim, covers)]);
    }
    dropping(page, view);
}

/// What goes, by the reason why; the ids only in full.
fn dropping(page: &mut Page, view: &View<'_>) {
    let mut by_why: BTreeMap<&str, Vec<&Dropping>> = BTreeMap::new();
    for old in view.dropping {
        by_why.entry(&old.why).or_default().push(old);
    }
    for (why, olds) in by_why {
        let shown = view.shown(olds.len(), FEW);
        let name = |old: &&Dropping| {
            let id = if view.full { format!("{}\u{a0}of\u{a0}", old.id) } else { String::new() };
            let taken = size::date(old.taken, view.offset(old.taken));
            format!("{id}{} (of\u{a0}{taken})", old.address)
        };
        let names: Vec<String> = olds[..shown].iter().map(name).collect();
        let more = match olds.len() - shown {
            0 => String::new(),
            n => format!(" and {} more", size::count(n)),
        };
        let why = tinted(Tint::Dim, format!("{more}  ({why})"));
        page.labelled(2, 6, "drop", &[plain(names.join(", ")), why]);
    }
}

/// How long a component's snapshots are kept.
fn rule(entry: &Entry) -> String {
    let days = entry.snapshot.keep_for.map_or(String::new(), |d| format!(" for {}", period::show(d)));
    match entry.snapshot.keep {
        1 => format!("the newest one is kept{days}"),
        n => format!("the newest {n} are kept{days}"),
    }
}
