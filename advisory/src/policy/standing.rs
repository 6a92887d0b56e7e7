//! How a finding stands against its deadline on a day.

use super::deadline::{Deadline, Due};
use super::exception::Exception;
use crate::day::Day;

/// Met, due or overdue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Closed in time; without a day to keep, closed at all.
    Met,
    /// Closed, so many days too late.
    MetLate {
        /// One or more.
        days: i32,
    },
    /// Open, with so many days left; 0 on the last day.
    Due {
        /// How many.
        days_left: i32,
    },
    /// Open, and so many days over.
    Overdue {
        /// One or more.
        days: i32,
    },
    /// Open, and an exception holds.
    Excepted,
    /// Open, and there is no day: [`Due`] says why.
    Undated,
}

/// A standing, and the exception that covers it. One that has expired changes nothing, but is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement<'a> {
    /// How it stands.
    pub standing: Standing,
    /// The exception that holds or, where none does, the last one that did.
    pub exception: Option<&'a Exception>,
}

impl Deadline {
    /// How the finding stands on the day `now`: `closed` is when it was closed, and `exceptions` those that cover it.
    #[must_use]
    pub fn judge<'a>(&self, now: Day, closed: Option<Day>, exceptions: &[&'a Exception]) -> Judgement<'a> {
        let begun = exceptions.iter().filter(|exception| exception.holds(now) || exception.expires() < now);
        let exception = begun.copied().max_by_key(|exception| exception.expires());
        let holds = exception.is_some_and(|exception| exception.holds(now));
        let standing = match (closed.filter(|closed| *closed <= now), self.due) {
            (Some(closed), Due::On { day, .. }) if closed > day => {
                Standing::MetLate { days: closed.days_since(day) }
            }
            (Some(_), _) => Standing::Met,
            (None, _) if holds => Standing::Excepted,
            (None, Due::On { day, .. }) if now > day => Standing::Overdue { days: now.days_since(day) },
            (None, Due::On { day, .. }) => Standing::Due { days_left: day.days_since(now) },
            (None, _) => Standing::Undated,
        };
        Judgement { standing, exception }
    }
}
