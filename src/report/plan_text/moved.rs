//! Records that get another address, and what the configuration's own checks say.

use super::View;
use crate::plan::noun::Plan;
use crate::report::page::Page;
use crate::report::style::{Tint, plain, tinted};

/// Moves shown before the rest is counted.
const FEW: usize = 12;

/// Draws the moves.
pub fn draw(page: &mut Page, plan: &Plan, view: &View<'_>) {
    if plan.moves.is_empty() {
        return;
    }
    page.blank();
    page.line(
        0,
        2,
        &[tinted(Tint::Bold, "Moved: the records get other addresses; nothing is done to these.")],
    );
    let shown = view.shown(plan.moves.len(), FEW);
    for (from, to) in &plan.moves[..shown] {
        page.line(2, 6, &[plain(from.to_string()), tinted(Tint::Dim, " → "), plain(to.to_string())]);
    }
    view.more(page, 2, plan.moves.len() - shown, "moves");
}

/// Draws the checks that do not hold. Warnings point at their text; here they are kept with the plan.
pub fn checks(page: &mut Page, plan: &Plan) {
    let failed: Vec<_> = plan.assertions.iter().filter(|a| !a.failed.is_empty()).collect();
    if failed.is_empty() {
        return;
    }
    page.blank();
    page.line(0, 2, &[tinted(Tint::Bold, "Checks that do not hold")]);
    for check in failed {
        for said in &check.failed {
            page.line(2, 6, &[tinted(Tint::Change, "! "), plain(format!("{}: {said}", check.address))]);
        }
    }
}
