//! `run list`: what was done, when, how it ended, and what is still open.

use super::{Clock, age};
use crate::model::{Moment, period};
use crate::report::page::Page;
use crate::report::size;
use crate::report::style::{Style, Tint, plain, tinted};
use crate::report::table::Table;
use std::time::Duration;

/// A run, as the state or its folder tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Its id.
    pub id: String,
    /// When it began; `None` when its journal cannot be read.
    pub started: Option<Moment>,
    /// When it ended; `None` when it has not.
    pub finished: Option<Moment>,
    /// `complete`, `restored`, … or `running`, `paused`, `open`, `damaged`.
    pub outcome: String,
    /// What it is for: `apply`, `rollback of …`.
    pub purpose: String,
    /// How many components it changed, or is to change.
    pub components: usize,
}

/// Draws them in the order given, and what to do with those that nobody drives.
pub fn run_list(rows: &[RunRow], clock: Clock, style: Style) -> String {
    let mut page = Page::new(style);
    if rows.is_empty() {
        page.line(0, 2, &[plain("There was no run yet.")]);
        return page.finish();
    }
    let mut table = Table::new(&["run", "purpose", "began", ">took", "outcome", ">changed"]);
    for run in rows {
        table.row(vec![
            tinted(Tint::Bold, &run.id),
            plain(run.purpose.replacen(" of ", "\u{a0}of ", 1)),
            plain(run.started.map_or(String::new(), |at| clock.date(at))),
            plain(took(run, clock)),
            tinted(tint(&run.outcome), &run.outcome),
            plain(size::count(run.components)),
        ]);
    }
    table.draw(&mut page, 0);
    for run in rows.iter().filter(|r| r.finished.is_none()) {
        let (what, verb) = match run.outcome.as_str() {
            "open" => ("was not finished: ", "resume"),
            "stuck" => ("is stuck; what is to be repaired, and how it goes on then: ", "run show"),
            "paused" => ("is paused; to let it go on: ", "run continue"),
            _ => continue,
        };
        page.blank();
        let command = tinted(Tint::Command, format!("patchform {verb} {}", run.id));
        page.line(0, 2, &[plain(format!("{} {what}", run.id)), command]);
    }
    page.finish()
}

/// How long it took; how long ago it began, for one that has not ended.
fn took(run: &RunRow, clock: Clock) -> String {
    match (run.started, run.finished) {
        // The clock was set back meanwhile: `run show` knows by how much.
        (Some(from), Some(to)) if to < from => "?".into(),
        (Some(from), Some(to)) => short(to.since(from)),
        (Some(from), None) => format!("{}\u{a0}so\u{a0}far", age(from, clock.now)),
        _ => String::new(),
    }
}

/// Without thousandths once there are seconds.
fn short(took: Duration) -> String {
    let whole = if took.as_secs() > 9 { Duration::from_secs(took.as_secs()) } else { took };
    period::show(whole).replace(' ', "\u{a0}")
}

fn tint(outcome: &str) -> Tint {
    match outcome {
        "complete" => Tint::Good,
        "running" | "paused" => Tint::Info,
        "restored" | "incomplete" | "abandoned" | "open" => Tint::Change,
        _ => Tint::Bad,
    }
}
