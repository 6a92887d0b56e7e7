//! A stretch of time.

use crate::model::Moment;
use std::time::Duration;

/// From a moment on, until another one, which is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    /// Its first moment.
    pub from: Moment,
    /// The first moment after it.
    pub until: Moment,
}

impl Interval {
    /// How long it is.
    pub fn length(self) -> Duration {
        self.until.since(self.from)
    }

    /// Whether a moment is in it.
    pub fn holds(self, at: Moment) -> bool {
        self.from <= at && at < self.until
    }

    /// What of it lies within another one.
    pub(super) fn within(self, bounds: Interval) -> Option<Interval> {
        let cut = Interval { from: self.from.max(bounds.from), until: self.until.min(bounds.until) };
        (cut.from < cut.until).then_some(cut)
    }
}

/// All of them in order; those that touch become one.
pub(super) fn joined(mut all: Vec<Interval>) -> Vec<Interval> {
    all.sort_unstable();
    let mut joined: Vec<Interval> = Vec::with_capacity(all.len());
    for next in all {
        match joined.last_mut() {
            Some(last) if next.from <= last.until => last.until = last.until.max(next.until),
            _ => joined.push(next),
        }
    }
    joined
}

/// What is left of `open` outside of `closed`; both are in order, and none touch.
pub(super) fn without(open: Vec<Interval>, closed: &[Interval]) -> Vec<Interval> {
    let mut left = Vec::with_capacity(open.len());
    let mut first = 0;
    for mut rest in open {
        while closed.get(first).is_some_and(|c| c.until <= rest.from) {
            first += 1;
        }
        for cut in closed[first..].iter().take_while(|c| c.from < rest.until) {
            if rest.from < cut.from {
                left.push(Interval { from: rest.from, until: cut.from });
            }
            rest.from = cut.until;
        }
        if rest.from < rest.until {
            left.push(rest);
        }
    }
    left
}
