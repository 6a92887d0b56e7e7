//! The baselines whose components change: from which levels to which, and on how many components.

use super::{View, brief};
use crate::model::PatchLevel;
use crate::plan::noun::Plan;
use crate::report::page::Page;
use crate::report::size;
use crate::report::style::{Tint, plain, tinted};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Baselines shown before the rest is counted.
const FEW: usize = 8;
/// Ways to a baseline's levels that are told of each.
const WAYS: usize = 3;

/// From one level to another.
type Way<'p> = (Option<&'p PatchLevel>, Option<&'p PatchLevel>);

/// Draws them, when there are any: a line for each.
pub fn draw(page: &mut Page, plan: &Plan, view: &View<'_>) {
    let mut baselines: BTreeMap<&str, BTreeMap<Way<'_>, usize>> = BTreeMap::new();
    for (i, entry) in plan.entries.iter().enumerate() {
        let (Some(baseline), Some(change)) = (&entry.baseline, plan.change(i)) else { continue };
        let way = (change.from.as_ref(), change.to.as_ref());
        *baselines.entry(baseline).or_default().entry(way).or_default() += 1;
    }
    if baselines.is_empty() {
        return;
    }
    page.blank();
    page.line(0, 2, &[tinted(Tint::Bold, "Baselines")]);
    let shown = view.shown(baselines.len(), FEW);
    for (baseline, ways) in baselines.iter().take(shown) {
        page.line(2, 6, &[tinted(Tint::Bold, *baseline), plain(format!("  {}", told(ways)))]);
    }
    view.more(page, 2, baselines.len() - shown, "baselines");
}

/// The ways that most components go.
fn told(ways: &BTreeMap<Way<'_>, usize>) -> String {
    let mut ways: Vec<(Way<'_>, usize)> = ways.iter().map(|(way, n)| (*way, *n)).collect();
    ways.sort_by_key(|(_, n)| Reverse(*n));
    let one = |((from, to), n): &(Way<'_>, usize)| {
        format!("{} on {}", brief(*from, *to), size::counted(*n, "component"))
    };
    let mut told: Vec<String> = ways.iter().take(WAYS).map(one).collect();
    let rest: usize = ways.iter().skip(WAYS).map(|(_, n)| n).sum();
    if rest > 0 {
        told.push(format!("{} from other levels", size::counted(rest, "component")));
    }
    told.join("; ")
}
