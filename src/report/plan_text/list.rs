//! The components that change: each in full while they are few; by block, with counts, when they are many.

use super::change::Subject;
use super::{View, change, level};
use crate::model::Address;
use crate::plan::along::Along;
use crate::plan::noun::Plan;
use crate::report::mark::{Counts, Mark};
use crate::report::order::turns;
use crate::report::page::Page;
use crate::report::size;
use crate::report::style::{Tint, plain, tinted};
use std::collections::BTreeMap;

/// So many components are each shown in full.
const FEW: usize = 40;
/// So many blocks are each shown, when there are more components.
const BLOCKS: usize = 20;
/// So many ways of changing are told apart within a block.
const WAYS: usize = 5;

/// Draws what changes.
pub fn draw(page: &mut Page, plan: &Plan, view: &View<'_>) {
    let (along, turns) = (Along::of(plan), turns(plan));
    let subject = |(at, entry, change)| Subject { plan, along: &along, turns: &turns, at, entry, change };
    let changing: Vec<Subject<'_>> = plan.changes().map(subject).collect();
    if view.full || changing.len() <= FEW {
        for subject in changing {
            page.blank();
            change::draw(page, view, subject);
        }
        return;
    }
    // Entries are sorted by address, so that the instances of a block stand together.
    let blocks: Vec<&[Subject<'_>]> =
        changing.chunk_by(|a, b| same_block(&a.entry.address, &b.entry.address)).collect();
    let shown = view.shown(blocks.len(), BLOCKS);
    for block in &blocks[..shown] {
        page.blank();
        draw_block(page, view, block);
    }
    let rest = &blocks[shown..];
    if !rest.is_empty() {
        let counts = Counts::of(rest.iter().flat_map(|b| b.iter()).map(|s| s.entry));
        let each: Vec<String> =
            counts.present().map(|(m, n)| format!("{} {}", size::count(n), m.counted())).collect();
        page.blank();
        let more = format!("blocks ({})", each.join(", "));
        view.more(page, 2, rest.len(), &more);
    }
}

fn same_block(a: &Address, b: &Address) -> bool {
    a.kind == b.kind && a.name == b.name && a.module == b.module
}

/// The first instance in full, then how many are like it and how many are not.
fn draw_block(page: &mut Page, view: &View<'_>, block: &[Subject<'_>]) {
    let Some((first, rest)) = block.split_first() else { return };
    change::draw(page, view, *first);
    if rest.is_empty() {
        return;
    }
    let mut ways: BTreeMap<(Mark, String), usize> = BTreeMap::new();
    for Subject { change, .. } in rest {
        let levels = level::brief(change.from.as_ref(), change.to.as_ref());
        *ways.entry((Mark::of_change(change), levels)).or_default() += 1;
    }
    let shown = view.shown(ways.len(), WAYS);
    let name = first.entry.address.block();
    for ((mark, levels), n) in ways.iter().take(shown) {
        let count = format!("{} more of {name}  ", size::count(*n));
        let sign = tinted(mark.tint(), format!("{} ", mark.sign()));
        page.line(2, 6, &[sign, tinted(Tint::Bold, count), plain(levels)]);
    }
    let others: usize = ways.values().skip(shown).sum();
    if others > 0 {
        let more = format!("of {name}, in {} other ways", size::count(ways.len() - shown));
        view.more(page, 4, others, &more);
    } else {
        let command = tinted(Tint::Command, format!("{} --full", view.again));
        page.line(4, 6, &[tinted(Tint::Dim, "each of them: "), command]);
    }
}
