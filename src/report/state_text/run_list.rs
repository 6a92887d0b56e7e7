//! `run list` and `run show`: what was done, when, and how it ended.

use super::{age, when};
use crate::model::{Moment, PatchLevel, period};
use crate::report::page::Page;
use crate::report::plan_text::brief;
use crate::report::size;
use crate::report::style::{Style, Tint, plain, tinted};
use crate::report::table::Table;
use crate::state::{FinishedRun, RunOutcome, RunPurpose, State};

/// A run that has not ended, as its folder tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRun {
    /// Its id.
    pub id: String,
    /// When it began.
    pub started: Moment,
    /// What it is for, in a word: `apply`, `rollback of …`.
    pub purpose: String,
    /// Who drives it, when somebody does: host, user, process.
    pub driver: Option<String>,
    /// How many components it holds.
    pub components: usize,
}

/// Draws all runs, the newest first, open ones above.
pub fn run_list(state: &State, open: &[OpenRun], now: Moment, style: Style) -> String {
    let mut page = Page::new(style);
    if state.runs.is_empty() && open.is_empty() {
        page.line(0, 2, &[plain("There was no run yet.")]);
        return page.finish();
    }
    let mut table = Table::new(&["run", "purpose", "began", ">took", "outcome", ">changed"]);
    for run in open {
        let (tint, word) = match &run.driver {
            Some(driver) => (Tint::Info, format!("running: {driver}")),
            None => (Tint::Change, "stopped, resumable".to_string()),
        };
        table.row(vec![
            tinted(Tint::Bold, &run.id),
            plain(&run.purpose),
            plain(size::date(run.started)),
            plain(age(run.started, now)),
            tinted(tint, word),
            plain(size::count(run.components)),
        ]);
    }
    for run in state.runs.iter().rev() {
        table.row(vec![
            tinted(Tint::Bold, &run.id),
            plain(purpose(&run.purpose)),
            plain(size::date(run.started)),
            plain(period::show(run.finished.since(run.started))),
            tinted(tint(run.outcome), run.outcome.name()),
            plain(if run.levels.is_empty() { String::new() } else { size::count(run.levels.len()) }),
        ]);
    }
    table.draw(&mut page, 0);
    for run in open.iter().filter(|r| r.driver.is_none()) {
        page.blank();
        let command = tinted(Tint::Command, format!("patchform resume {}", run.id));
        page.line(0, 2, &[plain(format!("{} was not finished: ", run.id)), command]);
    }
    page.finish()
}

/// Draws one finished run with the levels that it changed.
pub fn run_show(run: &FinishedRun, now: Moment, style: Style) -> String {
    let mut page = Page::new(style);
    page.line(0, 2, &[tinted(Tint::Bold, format!("Run {}", run.id))]);
    page.labelled(2, 10, "purpose", &[plain(purpose(&run.purpose))]);
    page.labelled(2, 10, "outcome", &[tinted(tint(run.outcome), run.outcome.name())]);
    page.labelled(2, 10, "began", &[plain(when(run.started, now))]);
    page.labelled(2, 10, "took", &[plain(period::show(run.finished.since(run.started)))]);
    let lines =
        format!("{}, ending in {}", size::counted(count(run.journal_lines), "line"), run.journal_head);
    page.labelled(2, 10, "journal", &[tinted(Tint::Dim, lines)]);
    if run.levels.is_empty() {
        return page.finish();
    }
    let mut table = Table::new(&["component", "level"]);
    for (address, levels) in &run.levels {
        let same = levels.before == levels.after;
        let stays = |level: &Option<PatchLevel>| {
            level.as_ref().map_or("stays absent".to_string(), |l| format!("stays {l}"))
        };
        let text =
            if same { stays(&levels.after) } else { brief(levels.before.as_ref(), levels.after.as_ref()) };
        table.row(vec![tinted(Tint::Bold, address.to_string()), plain(text)]);
    }
    page.blank();
    table.draw(&mut page, 2);
    page.finish()
}

fn count(lines: u64) -> usize {
    usize::try_from(lines).unwrap_or(usize::MAX)
}

fn purpose(purpose: &RunPurpose) -> String {
    match purpose {
        RunPurpose::Apply => "apply".into(),
        RunPurpose::RefreshOnly => "refresh only".into(),
        RunPurpose::Rollback { of } => format!("rollback of {of}"),
    }
}

const fn tint(outcome: RunOutcome) -> Tint {
    match outcome {
        RunOutcome::Complete => Tint::Good,
        RunOutcome::Incomplete | RunOutcome::Restored | RunOutcome::Abandoned => Tint::Change,
        RunOutcome::Stuck => Tint::Bad,
    }
}
