//! The plan as a person reads it before saying yes: what changes, why, in which order, how long it takes, and how each
//! step is undone. Nothing is left out silently: what is summarised says how many there are and how to see them all.

use super::mark::{Counts, Mark};
use super::order::Order;
use super::page::Page;
use super::style::{Style, Tint, plain, tinted};
use crate::config::exact::Exact;
use crate::model::{Moment, Purpose};
use crate::plan::noun::Plan;
use std::collections::BTreeMap;

mod baselines;
mod change;
mod diff;
mod level;
mod list;
mod moved;
mod outputs;
mod quiet;
mod sequence;
mod services;
mod snapshots;
mod summary;
mod waves;
mod way;

pub(super) use level::{brief, short};
pub use snapshots::Dropping;
pub use summary::summary;

/// What the view needs besides the plan.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// How to draw.
    pub style: Style,
    /// Show everything, however much it is (`--full`).
    pub full: bool,
    /// The command that shows this plan again, for "… 9 more": `patchform plan`, `patchform show my.plan`.
    pub again: &'a str,
    /// Snapshots that retention will drop after the run.
    pub dropping: &'a [Dropping],
    /// Outputs as the state has them; `None` when there is no state yet.
    pub recorded_outputs: Option<&'a BTreeMap<String, Exact>>,
    /// Seconds that local time is ahead of UTC at a moment.
    pub zone: fn(Moment) -> i32,
}

impl<'a> View<'a> {
    /// A view of a plan that was just made, with nothing to drop and no outputs recorded, in UTC.
    pub const fn new(style: Style) -> View<'a> {
        let zone = |_| 0;
        View { style, full: false, again: "patchform plan", dropping: &[], recorded_outputs: None, zone }
    }

    fn offset(&self, at: Moment) -> i32 {
        (self.zone)(at)
    }

    /// How many of `n` things to show when `few` are shown in the summarised form.
    fn shown(&self, n: usize, few: usize) -> usize {
        // One line for one thing is no longer than the line that would say that it is missing.
        if self.full || n <= few + 1 { n } else { few }
    }

    /// Says how many of `what` are not shown, and how to see them.
    fn more(&self, page: &mut Page, indent: usize, n: usize, what: &str) {
        if n > 0 {
            let counted = format!("… {} more {what}: ", super::size::count(n));
            let command = tinted(Tint::Command, format!("{} --full", self.again));
            page.line(indent, indent + 2, &[tinted(Tint::Dim, counted), command]);
        }
    }
}

/// Draws a plan.
pub fn render(plan: &Plan, view: &View<'_>) -> String {
    let mut page = Page::new(view.style);
    let counts = Counts::of(&plan.entries);
    let order = Order::of(plan);
    introduce(&mut page, plan, &counts);
    list::draw(&mut page, plan, view);
    quiet::draw(&mut page, plan, view);
    sequence::draw(&mut page, plan, &order, view);
    waves::draw(&mut page, plan, view);
    baselines::draw(&mut page, plan, view);
    services::draw(&mut page, plan, view);
    snapshots::draw(&mut page, plan, view);
    moved::draw(&mut page, plan, view);
    outputs::draw(&mut page, plan, view);
    moved::checks(&mut page, plan);
    page.blank();
    summary::draw(&mut page, plan, &counts, &order);
    page.finish()
}

/// The first sentence, and the legend of the signs in use.
fn introduce(page: &mut Page, plan: &Plan, counts: &Counts) {
    let sentence = match &plan.purpose {
        Purpose::Restore { snapshot } => {
            let these = if plan.entries.len() > 1 { "these components" } else { "this component" };
            format!("patchform will take {these} back to snapshot {snapshot}.")
        }
        Purpose::Apply if counts.acting() > 0 => {
            "patchform will take these components to their declared levels.".to_string()
        }
        Purpose::Apply => return,
        Purpose::RefreshOnly => {
            "patchform will only record what it observed; nothing is patched.".to_string()
        }
        Purpose::Rollback { .. } if counts.acting() == 0 => return,
        Purpose::Rollback { of } => format!("patchform will take run {of} back, to the levels before it."),
    };
    page.line(0, 2, &[tinted(Tint::Bold, sentence)]);
    if let Some(emergency) = super::hours::emergency(plan) {
        page.line(0, 2, &[tinted(Tint::Bad, emergency)]);
    }
    let mut pieces = Vec::new();
    for (mark, _) in counts.present().filter(|(m, _)| !m.sign().trim().is_empty()) {
        pieces.push(tinted(mark.tint(), mark.sign()));
        // A sign stays with its word when the legend wraps.
        pieces.push(plain(format!("\u{a0}{}   ", mark.word().replace(' ', "\u{a0}"))));
    }
    page.line(2, 2, &pieces);
}

/// The sign and the address that open a component's lines.
fn heading(mark: Mark, address: &str) -> [super::style::Piece; 2] {
    [tinted(mark.tint(), format!("{} ", mark.sign())), tinted(Tint::Bold, address)]
}

#[cfg(test)]
mod tests;
