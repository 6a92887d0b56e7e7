//! When a component can start, as its windows and blackouts have it.

use super::{Facts, Subject};
use crate::calendar::{Fit, Interval, Zone};
use crate::model::{Moment, period};
use crate::plan::hours::Kept;
use crate::plan::noun::{Change, Entry, Step};
use std::time::Duration;

/// When a component can start, and why not now.
#[derive(Debug, Clone)]
pub struct Forecast<'a> {
    /// When it fits.
    pub fit: Fit,
    /// How long what is left of its way forth takes, with its longest way back behind it.
    pub needs: Duration,
    kept: Kept<'a>,
    address: String,
    now: Moment,
}

/// The forecast; `None` where any time is right. Going back never waits (page 5.2).
pub fn forecast<'a>(subject: Subject<'_>, facts: Facts<'a>, now: Moment) -> Option<Forecast<'a>> {
    let Subject { entry, .. } = subject;
    if facts.purpose.goes_back() {
        return None;
    }
    let kept = facts.hours.kept(&entry.when);
    if kept.is_any_time() {
        return None;
    }
    let needs = needs(subject);
    let fit = kept.schedule().fit(now, needs);
    Some(Forecast { fit, needs, kept, address: entry.address.to_string(), now })
}

/// How long a component needs from where it is, with its longest way back behind it: what does not fit does not start.
pub fn needs(Subject { entry, change, next }: Subject<'_>) -> Duration {
    change.needs(next).saturating_add(drains(entry, change, next))
}

/// How long what a component still works on may be waited for, at each place that its traffic is taken away from. The plan
/// expects that nobody holds on to it; a window has to bear that somebody does.
fn drains(entry: &Entry, change: &Change, next: usize) -> Duration {
    let left = change.forth.get(next..).unwrap_or_default();
    let drain = entry.drain.as_ref().filter(|_| left.iter().any(|planned| planned.action == Step::Drain));
    drain.map_or(Duration::ZERO, |drain| {
        drain.wait.saturating_mul(u32::try_from(drain.from.len()).unwrap_or(u32::MAX))
    })
}

impl<'a> Forecast<'a> {
    /// When it may start; `None` where it never fits.
    pub fn starts(&self) -> Option<Moment> {
        match self.fit {
            Fit::Now { .. } => Some(self.now),
            Fit::Later(opening) => Some(opening.from),
            Fit::Never { .. } => None,
        }
    }

    /// The names of its windows.
    pub fn windows(&self) -> Vec<&'a str> {
        self.kept.window_names()
    }

    /// The names of its blackouts.
    pub fn blackouts(&self) -> Vec<&'a str> {
        self.kept.blackout_names()
    }

    /// The window that is open at a moment, or the blackout by whose clocks it is told.
    pub fn zone(&self, at: Moment) -> Option<&'a Zone> {
        self.kept.zone(at)
    }

    /// A moment by the clocks there: `2026-12-01 01:00 Europe/Berlin (+01:00)`.
    pub fn told(&self, at: Moment) -> String {
        self.kept.told(at)
    }

    /// Why it cannot start now: `it is outside of its window eu_night`.
    pub fn why_not_now(&self) -> String {
        if let Some(blackout) =
            self.kept.schedule().blackout_at(self.now).and_then(|i| self.kept.blackouts.get(i))
        {
            let reason = blackout.reason.as_ref().map_or(String::new(), |reason| format!(" ({reason})"));
            return format!("blackout {} holds{reason}", blackout.name);
        }
        let open =
            self.kept.windows.is_empty() || self.kept.windows.iter().any(|w| w.times.is_open(self.now));
        match (open, &self.windows()[..]) {
            (true, _) => {
                format!("what is left before it closes is shorter than the {} it needs", self.length())
            }
            (false, [one]) => format!("it is outside of its window {one}{}", self.in_the_way()),
            (false, many) => format!("it is outside of its windows {}{}", many.join(", "), self.in_the_way()),
        }
    }

    /// What keeps it from starting where its windows open next.
    fn in_the_way(&self) -> String {
        let found = self.kept.schedule().in_the_way(self.now, self.needs);
        let names: Vec<&str> =
            found.into_iter().filter_map(|i| Some(&*self.kept.blackouts.get(i)?.name)).collect();
        match names[..] {
            [] => String::new(),
            [one] => format!(", and where that opens next blackout {one} is in the way"),
            _ => format!(", and where that opens next blackouts {} are in the way", names.join(", ")),
        }
    }

    /// Why it never fits, and the smallest change that would make it fit.
    pub fn why_never(&self, longest: Option<Interval>) -> String {
        let Forecast { address, .. } = self;
        let needs = self.length();
        let longest_window = self.kept.windows.iter().max_by_key(|w| w.times.written.duration);
        let Some(longest) = longest else {
            let which = longest_window.map_or("its blackouts end", |_| "any of its windows opens again");
            return format!("{address} cannot start: within 12 years no time comes at which {which}");
        };
        let most = period::show(longest.length());
        match longest_window {
            Some(window) if window.times.written.duration.is_some_and(|d| d < self.needs) => format!(
                "{address} needs {needs}, way back included, and its longest opening is {most}; set duration = \"{}\" in \
                 maintenance_window {}, or give it a longer window",
                minutes(self.needs),
                window.name
            ),
            _ => format!(
                "{address} needs {needs}, way back included, and its blackouts leave {most} at most; let them end earlier, or \
                 leave it out of them"
            ),
        }
    }

    fn length(&self) -> String {
        period::show(self.needs)
    }
}

/// As `duration` takes it, rounded up.
fn minutes(needs: Duration) -> String {
    let minutes = needs.as_millis().div_ceil(60_000);
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes}m"),
        (hours, 0) => format!("{hours}h"),
        (hours, minutes) => format!("{hours}h{minutes}m"),
    }
}
