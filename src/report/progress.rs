//! The live view of a run: what goes on right now, what failed, counts for the rest. A pure function from facts to
//! lines; whoever owns the terminal draws them.

use super::page::Page;
use super::reason::name;
use super::run_view::{Going, Stands};
use super::size;
use super::style::{Style, Tint, plain, tinted};
use crate::model::{Moment, period};
use crate::plan::noun::{Plan, Verdict};
use crate::run::event::Leg;
use std::time::Duration;

/// What the live view shows.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// How many components stand how.
    pub counts: &'a [(Stands, usize)],
    /// What goes on, longest first.
    pub going: &'a [Going],
    /// When the run began.
    pub started: Moment,
    /// Now.
    pub now: Moment,
}

/// At most `most` lines (at least 2), each at most as wide as the style says; the last one counts.
pub fn lines(progress: &Progress<'_>, most: usize, style: Style) -> Vec<String> {
    let room = most.max(2) - 1;
    let going = progress.going;
    // One line too few is spent on saying how many are not shown.
    let shown = if going.len() <= room { going.len() } else { room - 1 };
    let mut lines: Vec<String> = going[..shown].iter().map(|g| one(progress, g, style)).collect();
    if shown < going.len() {
        let more = format!("  … and {} more", size::count(going.len() - shown));
        lines.push(fit(&[tinted(Tint::Dim, more)], style));
    }
    lines.push(total(progress, style));
    lines
}

fn one(progress: &Progress<'_>, going: &Going, style: Style) -> String {
    let back = going.leg == Leg::Back;
    let sign = if back { tinted(Tint::Change, "  ↩ ") } else { tinted(Tint::Info, "  ● ") };
    let spent = progress.now.since(going.since);
    let mut time = seconds(spent);
    if let Some(expected) = expected(progress.plan, going).filter(|e| e.as_secs() > 0) {
        time = format!("{time} of about {}", period::show(expected));
    }
    let mut pieces = vec![
        sign,
        tinted(Tint::Bold, name(progress.plan, going.entry)),
        plain(format!("  {}", going.step.name())),
        tinted(Tint::Dim, format!("  {time}")),
    ];
    if let Some(percent) = going.percent {
        pieces.push(plain(format!("  {}%", percent.min(100))));
    }
    if !going.message.is_empty() {
        pieces.push(tinted(Tint::Dim, format!("  {}", going.message)));
    }
    fit(&pieces, style)
}

/// Whole seconds, since smaller ones would only flicker.
fn seconds(spent: Duration) -> String {
    period::show(Duration::from_secs(spent.as_secs())).replace("0ms", "0s")
}

/// The expected time of what goes on, by the plan.
fn expected(plan: &Plan, going: &Going) -> Option<Duration> {
    let Verdict::Change(change) = &plan.entries.get(going.entry)?.verdict else { return None };
    let procedure = if going.leg == Leg::Back { &change.back } else { &change.forth };
    procedure.iter().find(|p| p.action == going.step).map(|p| p.expected)
}

fn total(progress: &Progress<'_>, style: Style) -> String {
    let all: usize = progress.counts.iter().filter(|(s, _)| *s != Stands::Unchanged).map(|(_, n)| n).sum();
    let done = count(progress, Stands::Committed);
    let mut pieces = vec![tinted(Tint::Bold, format!("{} of {} done", size::count(done), size::count(all)))];
    for stands in Stands::ALL {
        let n = count(progress, stands);
        if n > 0 && !matches!(stands, Stands::Committed | Stands::Unchanged) {
            let word = format!("{} {}", size::count(n), stands.word());
            pieces.push(plain(", "));
            pieces.push(tinted(super::run_text::tint(stands), word));
        }
    }
    let spent = seconds(progress.now.since(progress.started));
    pieces.push(tinted(Tint::Dim, format!("  {spent}")));
    fit(&pieces, style)
}

fn count(progress: &Progress<'_>, stands: Stands) -> usize {
    progress.counts.iter().filter(|(s, _)| *s == stands).map(|(_, n)| n).sum()
}

/// A live line must stay one line: what does not fit is replaced by an ellipsis, and stands in the log in full.
fn fit(pieces: &[super::style::Piece], style: Style) -> String {
    let mut page = Page::new(style);
    page.clipped(pieces);
    let mut line = page.finish();
    line.truncate(line.trim_end_matches('\n').len());
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::noun::Step;
    use crate::plan::samples;
    use crate::report::page::columns;

    fn going(entry: usize, leg: Leg, step: Step) -> Going {
        Going { entry, leg, step, since: Moment(1_000), message: String::new(), percent: None }
    }

    fn draw(going: &[Going], most: usize, width: usize) -> Vec<String> {
        let plan = samples::fleet(50, false);
        let counts = [(Stands::Committed, 12), (Stands::Forward, 20), (Stands::Untouched, 18)];
        let (started, now) = (Moment(0), Moment(66_500));
        let progress = Progress { plan: &plan, counts: &counts, going, started, now };
        lines(&progress, most, Style::plain(width))
    }

    #[test]
    fn shows_what_goes_on() {
        let mut first = going(0, Leg::Forth, Step::Patch);
        (first.message, first.percent) = ("unpacking\u{1b}[2J".into(), Some(40));
        let lines = draw(&[first, going(1, Leg::Back, Step::Restore)], 5, 80);
        assert_eq!(
            lines,
            [
                "  ● release.web[0]  patch  1m 5s of about 2s  40%  unpacking\\u{1b}[2J",
                "  ↩ release.web[1]  restore  1m 5s of about 1.2s",
                "12 of 50 done, 20 in progress, 18 not begun  1m 6s",
            ]
        );
    }

    #[test]
    fn never_more_lines_or_columns_than_there_are() {
        let many: Vec<Going> = (0..20)
            .map(|i| Going { message: "x".repeat(200), ..going(i, Leg::Forth, Step::Verify) })
            .collect();
        for most in 2..25 {
            let lines = draw(&many, most, 60);
            assert!(lines.len() <= most, "{most}: {lines:#?}");
            assert!(lines.iter().all(|l| columns(l, Style::plain(60)) <= 60 && !l.contains('\n')));
        }
        assert!(draw(&many, 4, 60)[2].contains("and 18 more"));
    }
}
