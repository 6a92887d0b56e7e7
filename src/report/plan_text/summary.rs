//! The last line: how much there is to do, and how long it takes.

use crate::model::{Purpose, period};
use crate::plan::noun::Plan;
use crate::report::mark::{Counts, Mark, unread};
use crate::report::order::Order;
use crate::report::page::Page;
use crate::report::size;
use crate::report::style::{Piece, Tint, plain, tinted};

/// The summary line of a plan without colours, as it is also printed above the question before apply.
pub fn summary(plan: &Plan) -> String {
    pieces(plan, &Counts::of(&plan.entries), &Order::of(plan)).into_iter().map(|p| p.text).collect()
}

/// Draws it.
pub(super) fn draw(page: &mut Page, plan: &Plan, counts: &Counts, order: &Order) {
    page.line(0, 2, &pieces(plan, counts, order));
}

fn pieces(plan: &Plan, counts: &Counts, order: &Order) -> Vec<Piece> {
    let unread = plan.entries.iter().filter(|e| unread(e)).count();
    let quiet = |mark| matches!(mark, Mark::Unchanged | Mark::Excluded);
    if counts.present().all(|(mark, _)| quiet(mark)) {
        return nothing_to_do(plan, counts, unread);
    }
    let mut pieces =
        vec![tinted(Tint::Bold, if counts.acting() > 0 { "Plan: " } else { "Nothing to patch: " })];
    for (i, (mark, n)) in counts.present().enumerate() {
        pieces.push(plain(if i > 0 { ", " } else { "" }));
        pieces.push(tinted(mark.tint(), format!("{} {}", size::count(n), mark.counted())));
    }
    if unread > 0 {
        pieces.push(plain(format!(" ({} of them not read)", size::count(unread))));
    }
    if !order.longest.is_zero() {
        pieces.push(plain(format!("; longest path {}", period::show(order.longest))));
    }
    pieces.push(plain("."));
    pieces
}

fn nothing_to_do(plan: &Plan, counts: &Counts, unread: usize) -> Vec<Piece> {
    let left_out = counts.get(Mark::Excluded);
    let mut pieces = vec![match unread {
        0 => tinted(Tint::Good, "No changes."),
        _ => tinted(Tint::Change, "Nothing to patch, as far as could be read."),
    }];
    if let (Purpose::Rollback { of }, 0) = (&plan.purpose, unread) {
        pieces.push(plain(format!(" What run {of} changed is at the levels before it already.")));
        return pieces;
    }
    pieces.push(plain(match (left_out, unread, counts.get(Mark::Unchanged)) {
        (0, 0, 0) => " The configuration names no component.".into(),
        (0, 0, _) if plan.purpose == Purpose::RefreshOnly => " The state records what was read.".into(),
        (0, 0, _) => " The platform is at its declared levels.".into(),
        (0, _, _) => format!(
            " What was read is at its declared level; {} could not be read.",
            size::counted(unread, "component")
        ),
        (_, 0, _) => format!(" {} left out by --target or --exclude.", was(left_out)),
        _ => format!(
            " {} left out by --target or --exclude; {} could not be read.",
            was(left_out),
            size::counted(unread, "component")
        ),
    }));
    pieces
}

fn was(n: usize) -> String {
    format!("{} {}", size::counted(n, "component"), if n == 1 { "was" } else { "were" })
}
