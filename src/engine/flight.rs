//! What is in flight: begun, probed or read, and not answered yet; with the time until it counts as unanswered.

use crate::run::Begin;
use crate::world::clock;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// What a component is waited for. It has at most one thing in flight.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Flight {
    /// An action.
    Action(Begin),
    /// The pause before a probe.
    Pause(Begin),
    /// A probe.
    Probe(Begin),
    /// A reading.
    Reading,
}

/// All that is in flight.
#[derive(Debug, Default)]
pub(super) struct Flights {
    flying: BTreeMap<usize, (Flight, Instant, Duration)>,
    due: BTreeSet<(Instant, usize)>,
    components: BTreeSet<usize>,
}

impl Flights {
    /// Waits for `flight` of `component` for as long as `within`.
    pub(super) fn add(&mut self, component: usize, flight: Flight, within: Duration) {
        self.remove(component);
        let now = clock::steady();
        // A deadline too far to be reckoned is one that is never reached: a year.
        let due = now.checked_add(within).unwrap_or(now + Duration::from_secs(31_536_000));
        self.flying.insert(component, (flight, due, within));
        self.due.insert((due, component));
        self.components.insert(component);
    }

    /// Ends the flight of `component` if `waits` holds for it.
    pub(super) fn land(&mut self, component: usize, waits: impl Fn(&Flight) -> bool) -> bool {
        let landed = self.flying.get(&component).is_some_and(|(flight, ..)| waits(flight));
        if landed {
            self.remove(component);
        }
        landed
    }

    /// Takes out one flight whose time is up, with the time it was given.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<(usize, Flight, Duration)> {
        let (due, component) = *self.due.first()?;
        if due > now {
            return None;
        }
        let (flight, _, within) = self.remove(component)?;
        Some((component, flight, within))
    }

    fn remove(&mut self, component: usize) -> Option<(Flight, Instant, Duration)> {
        let out = self.flying.remove(&component)?;
        self.due.remove(&(out.1, component));
        self.components.remove(&component);
        Some(out)
    }

    /// When the next one is due.
    pub(super) fn first_due(&self) -> Option<Instant> {
        self.due.first().map(|(due, _)| *due)
    }

    /// Components with something in flight.
    pub(super) fn components(&self) -> &BTreeSet<usize> {
        &self.components
    }

    /// How many actions are running.
    pub(super) fn actions(&self) -> usize {
        self.flying.values().filter(|(f, ..)| matches!(f, Flight::Action(_))).count()
    }
}
