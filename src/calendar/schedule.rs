//! When a component may be worked on: within any of its windows, and in no blackout.

use super::fit::Fit;
use super::interval::{Interval, joined, without};
use super::times::Times;
use crate::model::Moment;
use std::time::Duration;

/// Windows and blackouts that hold together.
#[derive(Debug, Clone)]
pub struct Schedule<'a> {
    /// Any of them may be open; without one, every time is right.
    pub windows: Vec<&'a Times>,
    /// None of them may be.
    pub blackouts: Vec<&'a Times>,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// So far ahead is looked for something that opens: the 29th of February of 2096 and of 2104 are eight years apart.
const HORIZON: Duration = Duration::from_secs(12 * 366 * 24 * 60 * 60);
/// So far ahead is looked for an opening that is long enough.
const LOOKED: Duration = Duration::from_secs(3 * 366 * 24 * 60 * 60);
/// What stays open for so long is open for any work.
const LONG: Duration = Duration::from_secs(400 * 24 * 60 * 60);

impl<'a> Schedule<'a> {
    /// When it is open from a moment on, in order. None touch; only what is open for more than a year comes in pieces.
    pub fn openings(&self, from: Moment) -> impl Iterator<Item = Interval> + use<'a, '_> {
        Openings {
            schedule: self,
            at: from,
            step: DAY.saturating_mul(2),
            end: from.plus(HORIZON),
            ready: Vec::new().into_iter(),
            last: None,
        }
    }

    /// When work can start that takes so long.
    pub fn fit(&self, now: Moment, needs: Duration) -> Fit {
        let far = now.plus(LOOKED);
        let mut longest: Option<Interval> = None;
        for opening in self.openings(now) {
            if opening.length() >= needs {
                return if opening.from == now {
                    Fit::Now { until: opening.until }
                } else {
                    Fit::Later(opening)
                };
            }
            if longest.is_none_or(|l| l.length() < opening.length()) {
                longest = Some(opening);
            }
            if opening.from > far {
                break;
            }
        }
        Fit::Never { longest }
    }

    /// The blackout that holds at a moment, by its place among them.
    pub fn blackout_at(&self, at: Moment) -> Option<usize> {
        self.blackouts.iter().position(|times| times.is_open(at))
    }

    /// The blackouts, by their places among them, that are in the way where work which takes so long would start without any.
    pub fn in_the_way(&self, now: Moment, needs: Duration) -> Vec<usize> {
        let alone = Schedule { windows: self.windows.clone(), blackouts: Vec::new() };
        let from = match alone.fit(now, needs) {
            Fit::Now { .. } => now,
            Fit::Later(opening) => opening.from,
            Fit::Never { .. } => return Vec::new(),
        };
        let bounds = Interval { from, until: from.plus(needs) };
        let meets = |times: &&Times| times.open(bounds).into_iter().any(|open| open.within(bounds).is_some());
        (0..self.blackouts.len()).filter(|i| meets(&self.blackouts[*i])).collect()
    }

    /// When it is open within bounds.
    fn open(&self, bounds: Interval) -> Vec<Interval> {
        let cut = |times: &&Times| -> Vec<Interval> {
            times.open(bounds).into_iter().filter_map(|open| open.within(bounds)).collect()
        };
        let open = match self.windows.is_empty() {
            true => vec![bounds],
            false => joined(self.windows.iter().flat_map(cut).collect()),
        };
        without(open, &joined(self.blackouts.iter().flat_map(cut).collect()))
    }
}

/// Walks ahead in steps that become longer.
struct Openings<'a, 's> {
    schedule: &'s Schedule<'a>,
    at: Moment,
    step: Duration,
    end: Moment,
    ready: std::vec::IntoIter<Interval>,
    /// What may go on in the next step.
    last: Option<Interval>,
}

impl Iterator for Openings<'_, '_> {
    type Item = Interval;

    fn next(&mut self) -> Option<Interval> {
        loop {
            for next in self.ready.by_ref() {
                match &mut self.last {
                    Some(last) if last.until == next.from && last.length() < LONG => last.until = next.until,
                    last => {
                        if let Some(whole) = last.replace(next) {
                            return Some(whole);
                        }
                    }
                }
            }
            if self.at >= self.end {
                return self.last.take();
            }
            if self.last.is_some_and(|last| last.until < self.at) {
                return self.last.take();
            }
            let until = self.at.plus(self.step).min(self.end);
            self.ready = self.schedule.open(Interval { from: self.at, until }).into_iter();
            self.at = until;
            self.step = self.step.saturating_mul(2).min(DAY.saturating_mul(64));
        }
    }
}
