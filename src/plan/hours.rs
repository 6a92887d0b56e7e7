//! The hours that a plan keeps: windows and blackouts of its components, and who passes them over.

use crate::calendar::{Schedule, Times, Zone};
use crate::config::checked::{Blackout, Window};
use crate::model::{Moment, Offset};

/// Windows and blackouts; [`When`] refers to them by index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hours {
    /// Windows.
    pub windows: Vec<Window>,
    /// Blackouts.
    pub blackouts: Vec<Blackout>,
    /// Who passes over what lets them, and why.
    pub emergency: Option<Emergency>,
}

/// An emergency, as somebody declared it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emergency {
    /// The login name.
    pub who: String,
    /// Why.
    pub why: String,
}

/// When a component may be worked on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct When {
    /// Any of these windows must be open; none means any time.
    pub windows: Vec<usize>,
    /// None of these blackouts may hold.
    pub blackouts: Vec<usize>,
}

impl When {
    /// Whether nothing is said.
    pub fn is_any_time(&self) -> bool {
        self.windows.is_empty() && self.blackouts.is_empty()
    }
}

/// The windows and blackouts of a component that nobody passes over, with their names.
#[derive(Debug, Clone)]
pub struct Kept<'a> {
    /// Its windows; none means any time.
    pub windows: Vec<&'a Window>,
    /// Its blackouts.
    pub blackouts: Vec<&'a Blackout>,
}

impl Kept<'_> {
    /// Whether nothing is left to keep to.
    pub fn is_any_time(&self) -> bool {
        self.windows.is_empty() && self.blackouts.is_empty()
    }
}

impl Hours {
    /// What a component has to keep to. One window that may be passed over opens it altogether.
    pub fn kept(&self, when: &When) -> Kept<'_> {
        let mut windows: Vec<&Window> = when.windows.iter().filter_map(|i| self.windows.get(*i)).collect();
        if windows.iter().any(|window| self.passes_over(&window.emergency)) {
            windows.clear();
        }
        let blackouts = when.blackouts.iter().filter_map(|i| self.blackouts.get(*i));
        Kept { windows, blackouts: blackouts.filter(|b| !self.passes_over(&b.emergency)).collect() }
    }

    /// Everybody who may pass over something that a component keeps to.
    pub fn who_may<'a>(&'a self, all: impl Iterator<Item = &'a When>) -> Vec<&'a str> {
        let mut names: Vec<&str> = Vec::new();
        for when in all {
            names.extend(
                when.windows
                    .iter()
                    .filter_map(|i| self.windows.get(*i))
                    .flat_map(|w| w.emergency.iter())
                    .map(String::as_str),
            );
            names.extend(
                when.blackouts
                    .iter()
                    .filter_map(|i| self.blackouts.get(*i))
                    .flat_map(|b| b.emergency.iter())
                    .map(String::as_str),
            );
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    fn passes_over(&self, allowed: &[String]) -> bool {
        self.emergency.as_ref().is_some_and(|e| allowed.contains(&e.who))
    }
}

impl<'a> Kept<'a> {
    /// When it is open.
    pub fn schedule(&self) -> Schedule<'a> {
        Schedule {
            windows: self.windows.iter().map(|w| &w.times).collect(),
            blackouts: self.blackouts.iter().map(|b| &b.times).collect(),
        }
    }

    /// Every time that counts, windows first.
    pub fn times(&self) -> impl Iterator<Item = &'a Times> {
        self.windows.iter().map(|w| &w.times).chain(self.blackouts.iter().map(|b| &b.times))
    }

    /// The zone of the window that is open at a moment, or else that by whose clocks it is told.
    pub fn zone(&self, at: Moment) -> Option<&'a Zone> {
        let window = self.windows.iter().find(|w| w.times.is_open(at)).map(|w| &w.times.zone);
        window.or_else(|| self.times().next().map(|times| &times.zone))
    }

    /// A moment by the clocks there: `2026-12-01 01:00 Europe/Berlin (+01:00)`.
    pub fn told(&self, at: Moment) -> String {
        self.zone(at).map_or_else(|| at.to_string(), |zone| told(zone, at))
    }

    /// The names of its windows.
    pub fn window_names(&self) -> Vec<&'a str> {
        self.windows.iter().map(|w| w.name.as_str()).collect()
    }

    /// The names of its blackouts.
    pub fn blackout_names(&self) -> Vec<&'a str> {
        self.blackouts.iter().map(|b| b.name.as_str()).collect()
    }
}

/// A moment by a zone's clocks.
fn told(zone: &Zone, at: Moment) -> String {
    let offset = zone.offset_minutes(at);
    let wall = Moment(at.0.saturating_add(i64::from(offset) * 60_000)).to_string();
    let date = wall.get(..16).map_or_else(|| wall.clone(), |date| date.replace('T', " "));
    format!("{date} {} ({})", zone.name(), Offset(offset, ":"))
}
