//! One controller: the loop of `engine::drive`, as far as it can be told without threads.

use super::disk::Head;
use super::scenario::{Time, quiet};
use super::world::Id;
use patchform::run::event::{ActionRef, Event, Leg, What};
use patchform::run::{Begin, Command, Run};
use patchform_sdk::message::Probed;
use std::collections::{BTreeMap, BTreeSet};

/// How often a provider is started, as `provider::session` has it.
pub const STARTS: u32 = 4;

/// What a component is waited for.
#[derive(Debug, Clone, PartialEq)]
pub enum Flight {
    Action(Begin),
    Pause(Begin),
    Probe(Begin),
    Reading,
    /// The pause before the checks of a component that is watched since then are asked.
    Rest(Time),
    /// These checks.
    Look(Time),
    /// The pause before a member that is ill is asked again.
    Ailing,
}

/// What a controller was doing when it was put to sleep.
#[derive(Debug, Clone)]
pub enum Stage {
    /// Decide.
    Turn,
    /// Append the batch, then do this.
    Append(Vec<Command>),
    /// Look whether the journal is still its own, then do this.
    Look(Vec<Command>),
    /// Do this.
    Perform(Vec<Command>),
    /// Read the journal it has sealed, and take the run.
    Take(Option<patchform::run::event::Request>),
    /// Write a checkpoint, then go on with this.
    Checkpoint(Box<Stage>),
    /// The run stopped or finished: nothing but the state is left to write.
    Close,
}

/// One session with a provider.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    pub starts: u32,
    pub alive: bool,
    /// Rises with each death: what was asked before is answered no more.
    pub epoch: u32,
}

/// A controller.
pub struct Controller {
    pub token: u64,
    pub run: Run,
    /// Folded, and not durable yet; each with when it was folded.
    pub batch: Vec<(Time, Event)>,
    pub flights: BTreeMap<usize, (u64, Flight)>,
    pub in_flight: BTreeSet<usize>,
    /// The attempts that it began itself.
    pub begun: BTreeSet<Id>,
    /// How often an action that it began itself was proved not to have happened.
    not_done: BTreeMap<ActionRef, u32>,
    /// Its segment of the journal, and where it found the end of it.
    pub segment: usize,
    pub head: Head,
    pub asleep: Option<Time>,
    pub gone: bool,
    pub stage: Stage,
    pub sessions: [Session; 3],
    pub saved: Time,
    /// How far its wall clock is off, in seconds.
    pub skew: i64,
    pub news: bool,
}

impl Controller {
    pub fn new(token: u64, run: Run, segment: usize, now: Time, skew: i64) -> Controller {
        Controller {
            token,
            run,
            batch: Vec::new(),
            flights: BTreeMap::new(),
            in_flight: BTreeSet::new(),
            begun: BTreeSet::new(),
            not_done: BTreeMap::new(),
            segment,
            head: Head::default(),
            asleep: None,
            gone: false,
            stage: Stage::Turn,
            sessions: [Session { starts: 1, alive: true, epoch: 0 }; 3],
            saved: now,
            skew,
            news: true,
        }
    }

    pub fn fly(&mut self, component: usize, serial: u64, flight: Flight) {
        if let Flight::Action(begin) = &flight {
            self.begun.insert((begin.action, begin.attempt));
        }
        self.flights.insert(component, (serial, flight));
        self.in_flight.insert(component);
    }

    /// What is found not to have happened on a way forth that has not failed, and how often that was so of what it began itself.
    pub fn not_done(&mut self, what: &What) -> Option<(ActionRef, u32)> {
        let What::Probe { action, attempt, found } = what else { return None };
        let (_, step) = self.run.current(action.component)?;
        if found.is_err() && self.run.holds_still() {
            return None;
        }
        let before = matches!(found, Ok(Probed::Before { .. }));
        // What disturbs nothing is begun again also where it was half done, or where nobody can tell.
        let again = before || (quiet(step) && !matches!(found, Ok(Probed::After(_) | Probed::Busy)));
        if !again || action.leg == Leg::Back || self.run.failure(action.component).is_some() {
            return None;
        }
        let times = self.not_done.entry(*action).or_default();
        *times += u32::from(!before || self.begun.contains(&(*action, *attempt)));
        Some((*action, *times))
    }

    pub fn land(&mut self, component: usize) {
        self.flights.remove(&component);
        self.in_flight.remove(&component);
    }

    /// Waits no more for what is only watched.
    pub fn end_rests(&mut self) {
        self.flights.retain(|_, (_, flight)| !matches!(flight, Flight::Rest(_) | Flight::Ailing));
        self.in_flight.retain(|i| self.flights.contains_key(i));
    }

    /// Whether it waits for this action.
    pub fn waits_for(&self, begin: &Begin) -> bool {
        matches!(self.flights.get(&begin.action.component), Some((_, Flight::Action(b))) if b.action == begin.action && b.attempt == begin.attempt)
    }

    /// The actions that it waits for.
    pub fn actions(&self) -> impl Iterator<Item = &Begin> {
        self.flights.values().filter_map(|(_, flight)| match flight {
            Flight::Action(begin) => Some(begin),
            _ => None,
        })
    }

    /// Its session with a provider, started again if it died; `None` when it gave up. With the epoch.
    pub fn session(&mut self, provider: usize) -> Option<u32> {
        let session = &mut self.sessions[provider];
        if !session.alive {
            if session.starts >= STARTS {
                return None;
            }
            session.starts += 1;
            session.alive = true;
        }
        Some(session.epoch)
    }
}
