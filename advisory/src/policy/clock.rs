//! When the clock of a term starts, and why.

use crate::day::Day;
use crate::priority::{Facts, Fix};
use std::fmt;

/// What starts a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// The vendor released the fix.
    FixReleased,
    /// KEV listed the vulnerability.
    Listed,
    /// The vulnerability was disclosed.
    Disclosed,
    /// The finding was first seen here.
    FirstSeen,
}

/// The day that a clock started on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// The first day; a term of three days ends three days later.
    pub day: Day,
    /// What happened on it.
    pub event: Event,
}

impl fmt::Display for Event {
    /// The end of "since …".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Event::FixReleased => "the fix was released",
            Event::Listed => "KEV listed it",
            Event::Disclosed => "it was disclosed",
            Event::FirstSeen => "it was first seen here",
        })
    }
}

impl Event {
    fn day(self, facts: &Facts) -> Option<Day> {
        match self {
            Event::FixReleased => match facts.fix {
                Fix::Released(day) => Some(day),
                Fix::Undated | Fix::None => None,
            },
            Event::Listed => facts.kev.map(|listing| listing.added),
            Event::Disclosed => facts.disclosed,
            Event::FirstSeen => facts.first_seen,
        }
    }
}

impl Start {
    /// The last of the events that are dated: a clock runs when all that it waits for has happened. Where none of them is
    /// dated, the disclosure stands for them, else the day it was first seen; the event says which.
    pub(super) fn of(events: &[Event], facts: &Facts) -> Option<Start> {
        let dated = |event: &Event| event.day(facts).map(|day| Start { day, event: *event });
        let last = events.iter().filter_map(dated).max_by_key(|start| start.day);
        last.or_else(|| [Event::Disclosed, Event::FirstSeen].iter().find_map(dated))
    }
}
