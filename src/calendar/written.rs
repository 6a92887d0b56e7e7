//! The times of a window or blackout, as the configuration has them and a plan stores them.

use super::times::Times;
use std::time::Duration;

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The time zone's name.
    pub timezone: String,
    /// When it opens, such as `01:00`.
    pub start: Option<String>,
    /// On which days; all where none is said.
    pub days: Vec<String>,
    /// When it opens, as a crontab says it, in place of the two.
    pub cron: Option<String>,
    /// How long it stays open.
    pub duration: Option<Duration>,
    /// On which dates it does not open.
    pub except: Vec<String>,
    /// Whole dates, in place of all but the zone.
    pub dates: Vec<String>,
}

/// One of its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// `timezone`
    Timezone,
    /// `start`
    Start,
    /// `days`
    Days,
    /// `cron`
    Cron,
    /// `duration`
    Duration,
    /// `except`
    Except,
    /// `dates`
    Dates,
}

impl Field {
    /// The argument's name.
    pub const fn name(self) -> &'static str {
        match self {
            Field::Timezone => "timezone",
            Field::Start => "start",
            Field::Days => "days",
            Field::Cron => "cron",
            Field::Duration => "duration",
            Field::Except => "except",
            Field::Dates => "dates",
        }
    }
}

/// What is wrong with what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Where.
    pub field: Field,
    /// Which element, in a list.
    pub element: Option<usize>,
    /// What, as a sentence without its full stop.
    pub what: String,
    /// Why it is so; may be empty.
    pub why: String,
    /// What to write instead; empty where the caller knows better.
    pub help: String,
}

impl Written {
    /// What it means.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(&self) -> Result<Times, Vec<Wrong>> {
        Times::read(self)
    }

    /// What is wrong with what it says, whatever would be said in place of what it does not.
    pub fn apart(&self) -> Vec<Wrong> {
        let mut wrong = super::times::apart(self);
        wrong.retain(|wrong| self.says(wrong.field));
        wrong
    }

    /// Whether a field is written.
    pub(super) fn says(&self, field: Field) -> bool {
        match field {
            Field::Timezone => !self.timezone.is_empty(),
            Field::Start => self.start.is_some(),
            Field::Days => !self.days.is_empty(),
            Field::Cron => self.cron.is_some(),
            Field::Duration => self.duration.is_some(),
            Field::Except => !self.except.is_empty(),
            Field::Dates => !self.dates.is_empty(),
        }
    }
}
