//! What is in flight: begun, probed or read, and not answered yet; with the time until it counts as unanswered.

use crate::run::Begin;
use crate::world::clock;
use patchform_sdk::ended::millis;
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
    /// The pause before the checks of a component that is watched since then are asked.
    Rest(Instant),
    /// These checks.
    Look(Instant),
    /// The pause before a member of a service that is ill is asked again.
    Ailing,
    /// Its answer.
    Asked,
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

    /// Waits for no pause any more before anything is looked at that may well be left alone: what is left of a soak is known without it.
    pub(super) fn end_rests(&mut self) {
        let rests = self.flying.iter().filter(|(_, (f, ..))| matches!(f, Flight::Rest(_) | Flight::Ailing));
        for component in rests.map(|(component, _)| *component).collect::<Vec<_>>() {
            self.remove(component);
        }
    }

    /// Waits no more before what is unclear is asked about: it is asked now.
    pub(super) fn end_pauses(&mut self) {
        let pauses = self.flying.iter().filter(|(_, (f, ..))| matches!(f, Flight::Pause(_)));
        for component in pauses.map(|(component, _)| *component).collect::<Vec<_>>() {
            if let Some((flight, ..)) = self.remove(component) {
                self.add(component, flight, Duration::ZERO);
            }
        }
    }

    /// For how long a component was watched whose checks were asked; they answer now.
    pub(super) fn end_look(&mut self, component: usize) -> Option<Duration> {
        let (Flight::Look(since), ..) = self.flying.get(&component)? else { return None };
        let passed = watched_for(*since);
        self.remove(component);
        Some(passed)
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

/// For how long something has been watched, in whole milliseconds: so the journal holds it. With the fraction a run would call
/// a soak over that is not, by its journal, and nobody could take that run up.
pub(super) fn watched_for(since: Instant) -> Duration {
    Duration::from_millis(millis(since.elapsed()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::noun::Step;
    use crate::run::Baseline;
    use crate::run::event::{ActionRef, Leg};
    use patchform_sdk::message::Reload;

    #[test]
    fn without_pauses_a_probe_is_due_and_nobody_rests() {
        let begin = Begin {
            action: ActionRef { component: 0, leg: Leg::Forth, index: 2 },
            step: Step::Patch,
            attempt: 1,
            token: 1,
            snapshot: None,
            reload: Reload::None,
            expected: None,
            baseline: Baseline::default(),
            asks: BTreeSet::new(),
        };
        let mut flights = Flights::default();
        flights.add(0, Flight::Pause(begin.clone()), Duration::from_secs(30));
        flights.add(1, Flight::Rest(clock::steady()), Duration::from_secs(30));
        flights.add(2, Flight::Probe(begin.clone()), Duration::from_secs(30));
        flights.end_rests();
        assert_eq!(flights.take_due(clock::steady()), None);
        assert_eq!(
            flights.components(),
            &BTreeSet::from([0, 2]),
            "what is unclear is asked about when it is due"
        );
        flights.end_pauses();
        assert_eq!(flights.take_due(clock::steady()), Some((0, Flight::Pause(begin), Duration::ZERO)));
        assert_eq!(flights.components(), &BTreeSet::from([2]), "its answer is still waited for");
    }

    #[test]
    fn a_look_counts_for_as_long_as_its_journal_says() {
        let mut flights = Flights::default();
        let since = clock::steady().checked_sub(Duration::from_micros(1_000_900)).expect("a second ago");
        flights.add(0, Flight::Look(since), Duration::from_secs(1));
        let passed = flights.end_look(0).expect("it is watched");
        assert!(passed >= Duration::from_secs(1), "{passed:?}");
        assert_eq!(passed.subsec_nanos() % 1_000_000, 0, "{passed:?}");
    }
}
