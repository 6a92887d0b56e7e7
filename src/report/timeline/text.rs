//! A timeline for a terminal or a pipe: one line for each component, one sign for each piece of time.

use super::axis::{Zone, ticks};
use super::groups::groups;
use super::{Phase, Row, Timeline};
use crate::plan::Plan;
use crate::report::page::{Page, columns};
use crate::report::reason::name;
use crate::report::run_text::tint;
use crate::report::run_view::Stands;
use crate::report::size;
use crate::report::style::{Piece, Style, Tint, plain, tinted};
use std::time::Duration;

/// Columns of one label of the axis, with room before the next.
const LABEL: usize = 10;
/// Failures whose reason stands below the bars; `run show` tells the others.
const REASONS: usize = 12;
/// Marks that are listed.
const MARKS: usize = 35;
/// How marks are called: where more than one falls into one place, the first shows.
const CALLED: &[u8; MARKS] = b"123456789abcdefghijklmnopqrstuvwxyz";

/// What a place shows where something failed.
const FAILED: char = '✗';

/// How the bars lie on the page.
struct Sheet<'a> {
    plan: &'a Plan,
    timeline: &'a Timeline,
    style: Style,
    /// Columns of addresses, of bars, and of the words behind them.
    names: usize,
    bars: usize,
    words: usize,
}

/// Draws `timeline` of a run of `plan`.
pub fn text(plan: &Plan, timeline: &Timeline, zone: &Zone, style: Style) -> String {
    let width = style.columns();
    let longest = timeline.rows.iter().map(|r| columns(&name(plan, r.entry), style)).max().unwrap_or(0);
    let names = longest.min(width / 3);
    let words = timeline.rows.iter().map(|r| columns(&r.word(), style)).max().unwrap_or(0);
    // Two blanks before each of the three.
    let bars = width.saturating_sub(names + words + 6).max(1);
    let sheet = Sheet { plan, timeline, style, names, bars, words };
    let mut page = Page::new(style);
    sheet.head(&mut page, zone);
    sheet.axis(&mut page, zone);
    sheet.mark_signs(&mut page);
    for group in groups(plan, timeline) {
        if !group.name.is_empty() {
            page.line(0, 2, &[tinted(Tint::Bold, group.name)]);
        }
        for at in group.rows {
            sheet.row(&mut page, &timeline.rows[at]);
        }
    }
    sheet.legend(&mut page);
    sheet.marks(&mut page, zone);
    sheet.reasons(&mut page);
    page.finish()
}

impl Sheet<'_> {
    fn head(&self, page: &mut Page, zone: &Zone) {
        let Timeline { run, ended, rows, .. } = self.timeline;
        let ended = ended.map_or("goes on", |ended| ended.name());
        let count = size::counted(rows.len(), "component");
        page.line(0, 2, &[tinted(Tint::Bold, format!("Run {run}")), plain(format!(": {ended}; {count}"))]);
        page.line(0, 2, &[tinted(Tint::Dim, self.timeline.hours(zone))]);
        page.blank();
    }

    /// Where a moment stands among the bars.
    fn place(&self, at: u64) -> usize {
        let (at, length) = (u128::from(at), u128::from(self.timeline.length.max(1)));
        usize::try_from(at * self.bars as u128 / length).unwrap_or(0).min(self.bars - 1)
    }

    fn axis(&self, page: &mut Page, zone: &Zone) {
        let Timeline { started, length, .. } = self.timeline;
        let mut labels = String::new();
        let mut used = 0;
        for (at, label) in ticks(*started, *length, (self.bars / LABEL).max(1), zone) {
            let place = self.place(at);
            if place < used || place + label.len() > self.bars + self.words {
                continue;
            }
            labels.extend(std::iter::repeat_n(' ', place - used));
            labels.push_str(&label);
            used = place + label.len() + 1;
            labels.push(' ');
        }
        if !labels.is_empty() {
            page.row(self.names + 4, &[tinted(Tint::Dim, labels)]);
        }
    }

    fn mark_signs(&self, page: &mut Page) {
        let mut signs = vec![' '; self.bars];
        for (mark, called) in self.timeline.marks.iter().zip(CALLED).rev() {
            signs[self.place(mark.at)] = char::from(*called);
        }
        if !self.timeline.marks.is_empty() {
            page.row(self.names + 4, &[tinted(Tint::Info, signs.into_iter().collect::<String>())]);
        }
    }

    fn row(&self, page: &mut Page, row: &Row) {
        let address = shortened(&name(self.plan, row.entry), self.names, self.style);
        let pad = self.names.saturating_sub(columns(&address, self.style));
        let mut pieces = vec![tinted(Tint::Bold, address), plain(" ".repeat(pad + 2))];
        pieces.extend(self.bar(row));
        pieces.push(plain("  "));
        pieces.push(tinted(tint(row.stands), row.word()));
        page.row(2, &pieces);
    }

    /// One sign for each place: of what falls into it, that which disturbs most.
    fn bar(&self, row: &Row) -> Vec<Piece> {
        let mut places = vec![(Phase::Over, None); self.bars];
        for span in &row.spans {
            let last = self.place(span.until.saturating_sub(1).max(span.from));
            for (phase, _) in &mut places[self.place(span.from)..=last] {
                *phase = span.phase.max(*phase);
            }
        }
        for at in &row.failed {
            places[self.place(*at)].1 = Some(FAILED);
        }
        let one = |(phase, sign): &(Phase, Option<char>)| match sign {
            Some(sign) => tinted(Tint::Bad, sign.to_string()),
            None => tinted(phase.look().tint, phase.look().sign.to_string()),
        };
        places.iter().map(one).collect()
    }

    fn legend(&self, page: &mut Page) {
        page.blank();
        let mut words = Vec::new();
        for phase in self.timeline.phases() {
            words.push(tinted(phase.look().tint, phase.look().sign.to_string()));
            words.push(plain(format!("\u{a0}{}  ", phase.look().name.replace(' ', "\u{a0}"))));
        }
        if self.timeline.rows.iter().any(|row| !row.failed.is_empty()) {
            words.extend([tinted(Tint::Bad, FAILED.to_string()), plain("\u{a0}failed")]);
        }
        if !words.is_empty() {
            page.line(2, 2, &words);
        }
    }

    fn marks(&self, page: &mut Page, zone: &Zone) {
        let marks = &self.timeline.marks;
        if marks.is_empty() {
            return;
        }
        page.blank();
        for (mark, called) in marks.iter().zip(CALLED) {
            let at = self.timeline.started.plus(Duration::from_millis(mark.at));
            let called = tinted(Tint::Info, char::from(*called).to_string());
            let time = tinted(Tint::Dim, format!("  {}  ", size::time_of_day(at, zone.offset)));
            page.line(2, 15, &[called, time, plain(&mark.what)]);
        }
        self.more(page, marks.len().saturating_sub(MARKS));
    }

    /// Why components are not done.
    fn reasons(&self, page: &mut Page) {
        let told = |row: &&Row| {
            !row.why.is_empty()
                && matches!(row.stands, Stands::Stuck | Stands::Restored | Stands::Skipped | Stands::Held)
        };
        let mut rows: Vec<&Row> = self.timeline.rows.iter().filter(told).collect();
        rows.sort_by_key(|row| (row.stands, row.entry));
        if rows.is_empty() {
            return;
        }
        page.blank();
        for row in rows.iter().take(REASONS) {
            let address = tinted(Tint::Bold, name(self.plan, row.entry));
            let stands = tinted(tint(row.stands), format!("  {}: ", row.stands.word()));
            page.line(2, 4, &[address, stands, plain(&row.why)]);
        }
        self.more(page, rows.len().saturating_sub(REASONS));
    }

    fn more(&self, page: &mut Page, left_out: usize) {
        if left_out > 0 {
            let run = &self.timeline.run;
            let more = format!("… and {} more: ", size::count(left_out));
            page.line(
                2,
                4,
                &[tinted(Tint::Dim, more), tinted(Tint::Command, format!("patchform run show {run}"))],
            );
        }
    }
}

/// An address in at most `most` columns: what tells instances apart stands at its end.
fn shortened(address: &str, most: usize, style: Style) -> String {
    if columns(address, style) <= most {
        return address.to_string();
    }
    let room = most.saturating_sub(columns("…", style));
    let (mut used, mut tail) = (0, Vec::new());
    for c in address.chars().rev() {
        used += columns(&c.to_string(), style);
        if used > room {
            break;
        }
        tail.push(c);
    }
    std::iter::once('…').chain(tail.into_iter().rev()).collect()
}
