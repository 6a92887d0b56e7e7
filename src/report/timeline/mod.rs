//! A run as it went over time: what each component was at, from the run's first event to its last. Filled from the journal
//! alone, in one pass; the drawings only draw it.

mod axis;
mod groups;
mod mark;
mod phase;
#[cfg(test)]
pub(super) mod played;
mod svg;
#[cfg(test)]
mod tests;
mod text;

pub use axis::Zone;
pub use mark::Mark;
pub use phase::Phase;
pub use svg::svg;
pub use text::text;

use super::run_standing::{Times, stands, view};
use super::run_view::{Ended, Stands};
use super::size;
use crate::model::{Moment, period};
use crate::plan::Plan;
use crate::run::Run;
use crate::run::event::{Event, Leg, What};
use patchform_sdk::ended::millis;
use phase::is_out;
use std::time::Duration;

/// A stretch of time in which a component was at one thing, in milliseconds since the run began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// At what.
    pub phase: Phase,
    /// Its beginning.
    pub from: u64,
    /// Its end; behind the beginning.
    pub until: u64,
}

/// One component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Index into the plan's entries.
    pub entry: usize,
    /// What it was at: one span after the other, from the run's beginning to its end.
    pub spans: Vec<Span>,
    /// When it failed.
    pub failed: Vec<u64>,
    /// When it began to go back.
    pub back: Option<u64>,
    /// Where it stands in the end.
    pub stands: Stands,
    /// How long it was worked on.
    pub took: Option<Duration>,
    /// Why it is not done, in a sentence; may be empty.
    pub why: String,
}

/// A run over time. Times go by a clock that nobody sets: `started` and so much more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// The run's id.
    pub run: String,
    /// How it ended, or stands; `None` while somebody drives it.
    pub ended: Option<Ended>,
    /// When it began.
    pub started: Moment,
    /// How long it lasted, in milliseconds.
    pub length: u64,
    /// Its components, in the plan's order.
    pub rows: Vec<Row>,
    /// What happened to the run as a whole, in order.
    pub marks: Vec<Mark>,
}

impl Row {
    /// How it stands in the end: `done in 3m`, `restored`.
    fn word(&self) -> String {
        match self.took.filter(|_| self.stands == Stands::Committed) {
            Some(took) => format!("done in {}", long(millis(took))),
            None => self.stands.word().to_string(),
        }
    }
}

/// Milliseconds in words; of what is long, in whole seconds.
fn long(millis: u64) -> String {
    period::show(match millis {
        ..10_000 => Duration::from_millis(millis),
        _ => Duration::from_secs(millis / 1_000),
    })
}

/// How many components may be looked at again for each event: what one event does to others is found soon, and all of it in
/// a time that grows only with the journal.
const LOOKS: usize = 16;

/// One that is being filled.
struct Filling<'a> {
    plan: &'a Plan,
    run: Run,
    times: Times,
    started: Moment,
    /// The present, in milliseconds since the beginning.
    at: u64,
    /// Rows by entry; `None` where nothing changes.
    rows: Vec<Option<Row>>,
    /// When what uses an entry was kept away from it: from, until.
    out: Vec<Vec<(u64, u64)>>,
    marks: Vec<Mark>,
    /// When nobody drove it: from, until.
    alone: Vec<(u64, u64)>,
    /// Components that may be looked at, and whether others than the one that an event is about may have moved.
    looks: usize,
    moved: bool,
}

impl Timeline {
    /// The run `id` of `plan`, from the events of its journal. `now`: the present, where somebody drives it still.
    pub fn of(plan: &Plan, id: &str, events: &[Event], now: Option<Moment>) -> Timeline {
        let started = events.first().map_or(plan.made, |e| e.at);
        let mut filling = Filling::new(plan, id, started);
        events.iter().for_each(|event| filling.take(event));
        if let Some(now) = now {
            filling.pass(now);
        }
        filling.finish(now)
    }

    /// From when to when: `2026-11-22 02:40:07 to 02:43:10 (3m 3s), Europe/Berlin, UTC+01:00`.
    fn hours(&self, zone: &Zone) -> String {
        let day = |at| size::date(at, zone.offset).chars().take(10).collect::<String>();
        let time = |at| size::time_of_day(at, zone.offset);
        let (from, until) = (self.started, self.started.plus(Duration::from_millis(self.length)));
        let later = if day(from) == day(until) { String::new() } else { format!("{} ", day(until)) };
        let lasted = long(self.length);
        format!("{} {} to {later}{} ({lasted}), {}", day(from), time(from), time(until), zone.told())
    }

    /// What was at work at some time: the phases that a drawing has to explain.
    fn phases(&self) -> impl Iterator<Item = Phase> + '_ {
        let occurs = |phase: Phase| self.rows.iter().flat_map(|r| &r.spans).any(|s| s.phase == phase);
        Phase::LOOKS.iter().map(|l| l.phase).filter(move |phase| *phase != Phase::Over && occurs(*phase))
    }
}

impl<'a> Filling<'a> {
    fn new(plan: &'a Plan, id: &str, started: Moment) -> Self {
        let row = |entry| Row {
            entry,
            spans: vec![Span { phase: Phase::Waits, from: 0, until: 0 }],
            failed: Vec::new(),
            back: None,
            stands: Stands::Untouched,
            took: None,
            why: String::new(),
        };
        let rows = (0..plan.entries.len()).map(|i| plan.change(i).map(|_| row(i))).collect();
        let (times, marks, alone) = Default::default();
        let out = vec![Vec::new(); plan.entries.len()];
        let run = Run::start(plan, id);
        Filling { plan, run, times, started, at: 0, rows, out, marks, alone, looks: 0, moved: true }
    }

    fn take(&mut self, event: &Event) {
        self.times.see(event);
        let before = self.at;
        self.pass(event.at);
        if let What::Taken { .. } = event.what
            && self.run.token() > 0
        {
            self.alone.push((before, self.at));
        }
        let component = event.what.component();
        let failed_before = component.is_some_and(|i| self.run.failure(i).is_some());
        let stood = component.map(|i| stands(&self.run.standing(i)));
        // Who is asked again and as ill as before is no news.
        let as_before = matches!(&event.what, What::Member { component, ill: Some(_) } if self.run.ailing(*component).is_some());
        // Whoever read the journal folded it already, and refused what cannot follow.
        if self.run.apply(event).is_err() {
            return;
        }
        self.marks.extend(Mark::of(self.plan, event, self.at).filter(|_| !as_before));
        if let Some(i) = component {
            self.look(i);
            self.note(i, event, failed_before);
            self.moved |= stood != Some(stands(&self.run.standing(i)));
        } else {
            self.moved = true;
        }
        self.looks = self.looks.saturating_add(LOOKS);
        if self.moved && self.looks >= self.rows.len() {
            self.look_at_all();
        }
    }

    /// Time goes on to what a clock says; never back, whatever that says.
    fn pass(&mut self, at: Moment) {
        // The time in which nobody drove it is drawn, too.
        let passed = millis(self.times.steady(at).since(self.started));
        self.at = self.at.max(passed);
    }

    /// What component `i` is at from now on.
    fn look(&mut self, i: usize) {
        let phase = Phase::at(&self.run, i);
        let out = is_out(&self.run, i);
        let Some(Some(row)) = self.rows.get_mut(i) else { return };
        let times = &mut self.out[i];
        match (times.last_mut().filter(|(_, until)| *until == u64::MAX), out) {
            (Some((_, until)), false) => *until = self.at,
            (None, true) => times.push((self.at, u64::MAX)),
            _ => {}
        }
        let Some(last) = row.spans.last_mut() else { return };
        if last.phase == phase {
            return;
        }
        last.until = self.at;
        // What took no time at all is not drawn.
        if last.from == last.until {
            row.spans.pop();
        }
        match row.spans.last() {
            Some(before) if before.phase == phase => {}
            _ => row.spans.push(Span { phase, from: self.at, until: self.at }),
        }
    }

    fn look_at_all(&mut self) {
        (0..self.rows.len()).for_each(|i| self.look(i));
        (self.looks, self.moved) = (0, false);
    }

    fn note(&mut self, i: usize, event: &Event, failed_before: bool) {
        let Some(Some(row)) = self.rows.get_mut(i) else { return };
        if !failed_before && self.run.failure(i).is_some() {
            row.failed.push(self.at);
        }
        if matches!(&event.what, What::Intent { action, .. } if action.leg == Leg::Back) {
            row.back.get_or_insert(self.at);
        }
    }

    fn finish(mut self, now: Option<Moment>) -> Timeline {
        self.look_at_all();
        let length = self.at;
        let finished = self.started.plus(Duration::from_millis(length));
        let seen = view(self.plan, &self.run, &self.times, self.started, finished);
        let mut rows: Vec<Row> = self.rows.into_iter().flatten().collect();
        let out = self.out;
        for (row, settled) in rows.iter_mut().zip(seen.components) {
            if let Some(last) = row.spans.last_mut() {
                last.until = length;
            }
            row.spans.retain(|s| s.from < s.until);
            row.spans = with_gaps(&row.spans, &self.alone, &out[row.entry]);
            (row.stands, row.took) = (settled.stands, settled.took);
            row.why = match settled.cause.is_empty() || settled.stands == Stands::Stuck {
                true => settled.why,
                false => settled.cause,
            };
        }
        self.marks.extend(Mark::of_hours(self.plan, self.started, length));
        self.marks.sort_by_key(|mark| mark.at);
        Timeline {
            run: self.run.id().into(),
            ended: now.is_none().then_some(seen.ended),
            started: self.started,
            length,
            rows,
            marks: self.marks,
        }
    }
}

/// The same spans, with what nobody drove taken out of those that were not settled; `out_then`: when what uses it was kept away.
fn with_gaps(spans: &[Span], alone: &[(u64, u64)], out_then: &[(u64, u64)]) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    let mut gaps = alone.iter().copied().filter(|(from, until)| from < until).peekable();
    for span in spans {
        let mut from = span.from;
        while from < span.until {
            while gaps.next_if(|(_, until)| *until <= from).is_some() {}
            let (phase, until) = match gaps.peek() {
                _ if span.phase == Phase::Over => (Phase::Over, span.until),
                Some((gap, until)) if *gap <= from => {
                    let out = out_then.iter().any(|(since, back)| since <= gap && gap < back);
                    (if out { Phase::Out } else { Phase::Alone }, span.until.min(*until))
                }
                Some((gap, _)) => (span.phase, span.until.min(*gap)),
                None => (span.phase, span.until),
            };
            match out.last_mut() {
                Some(last) if last.phase == phase => last.until = until,
                _ => out.push(Span { phase, from, until }),
            }
            from = until;
        }
    }
    out
}
