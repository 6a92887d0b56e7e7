//! The deadline that a profile sets for a finding.

use super::clock::{Event, Start};
use super::condition::Answer;
use super::profile::{Profile, Row, Term};
use crate::day::Day;
use crate::priority::{Facts, Fix, Priority};
use std::fmt;

/// Until when, by which row, from when, and what had to be assumed. It is a function of its inputs, so it is computed
/// anew whenever one changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Deadline {
    /// The name of the profile.
    pub profile: String,
    /// The name of the row that decided.
    pub row: String,
    /// Who rules so.
    pub source: String,
    /// Until when.
    pub due: Due,
    /// What has to be done besides.
    pub also: Option<String>,
    /// What is unknown and counted as the worse.
    pub assumed: Vec<&'static str>,
}

/// Until when a finding has to be gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Until the end of that day.
    On {
        /// The last day in time.
        day: Day,
        /// When the clock started.
        start: Start,
    },
    /// With the next planned upgrade.
    NextUpgrade,
    /// There is no fix yet, so the clock has not started.
    NoFix,
    /// The clock cannot start: nothing that it waits for is dated.
    Undated,
    /// The profile leaves the term open, and it is not filled in.
    Open,
}

impl Profile {
    /// The deadline of a finding, by the first row that holds; none where no row does, so the profile says nothing of it.
    #[must_use]
    pub fn deadline(&self, facts: &Facts, priority: Priority) -> Option<Deadline> {
        self.rows.iter().find_map(|row| {
            let assumed = row.assumptions(facts, priority)?;
            Some(Deadline {
                profile: self.name.clone(),
                row: row.name.clone(),
                source: self.source.clone(),
                due: row.due(facts),
                also: row.also.clone(),
                assumed,
            })
        })
    }
}

impl Row {
    /// What has to be assumed for the row to hold; none where it does not.
    fn assumptions(&self, facts: &Facts, priority: Priority) -> Option<Vec<&'static str>> {
        let mut assumed = Vec::new();
        for condition in &self.when {
            match condition.answer(facts, priority) {
                Answer::Known(true) => {}
                Answer::Assumed(true, what) => assumed.push(what),
                Answer::Known(false) | Answer::Assumed(false, _) => return None,
            }
        }
        Some(assumed)
    }

    fn due(&self, facts: &Facts) -> Due {
        let waits = facts.fix == Fix::None && self.from.contains(&Event::FixReleased);
        let start = Start::of(&self.from, facts);
        let on = |day: fn(Day, Term) -> Day| match start {
            Some(start) => Due::On { day: day(start.day, self.within), start },
            None => Due::Undated,
        };
        match self.within {
            Term::Open => Due::Open,
            Term::NextUpgrade => Due::NextUpgrade,
            Term::Listed => listed(facts).unwrap_or(Due::Undated),
            _ if waits => Due::NoFix,
            Term::Days(_) | Term::Months(_) => on(after),
        }
    }
}

/// The day that KEV names.
fn listed(facts: &Facts) -> Option<Due> {
    let listing = facts.kev?;
    Some(Due::On { day: listing.due?, start: Start { day: listing.added, event: Event::Listed } })
}

fn after(day: Day, term: Term) -> Day {
    match term {
        Term::Days(days) => day.plus_days(days),
        Term::Months(months) => day.plus_months(months),
        Term::Listed | Term::NextUpgrade | Term::Open => day,
    }
}

impl Deadline {
    /// The day, where there is one.
    #[must_use]
    pub fn day(&self) -> Option<Day> {
        match self.due {
            Due::On { day, .. } => Some(day),
            _ => None,
        }
    }

    /// The strictest of several profiles' deadlines: the earliest day; without any, the first that is not a day.
    #[must_use]
    pub fn strictest(deadlines: Vec<Deadline>) -> Option<Deadline> {
        deadlines.into_iter().min_by_key(|deadline| deadline.day().map_or((1, None), |day| (0, Some(day))))
    }
}

impl fmt::Display for Deadline {
    /// `2026-06-13 (bod-26-04: in KEV, exposed, automatable, total; since KEV listed it on 2026-06-10)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Deadline { profile, row, .. } = self;
        match self.due {
            Due::On { day, start } => {
                write!(f, "{day} ({profile}: {row}; since {} on {}", start.event, start.day)?;
            }
            Due::NextUpgrade => write!(f, "with the next upgrade ({profile}: {row}")?,
            Due::NoFix => write!(f, "no fix yet ({profile}: {row}")?,
            Due::Undated => write!(f, "no day, for nothing is dated ({profile}: {row}")?,
            Due::Open => write!(f, "no term is set ({profile}: {row}")?,
        }
        if !self.assumed.is_empty() {
            write!(f, "; assumed: {}", self.assumed.join(", "))?;
        }
        f.write_str(")")
    }
}
