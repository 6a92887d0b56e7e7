//! A run as it is seen while it goes on: a fold of its own of what is told of it, which other threads look at whenever they
//! draw. So nothing that is drawn is older than the last event, however many come at once.

use crate::model::Moment;
use crate::plan::Plan;
use crate::report::gauges::{Gauges, Notes, Turn, Turns};
use crate::report::run_standing::Times;
use crate::run::Run;
use crate::run::event::Event;
use crate::world::clock;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is seen of a run.
pub struct Seen {
    plan: Arc<Plan>,
    run: Run,
    /// When it began.
    pub started: Moment,
    /// When its components were worked on.
    pub times: Times,
    /// What providers say.
    pub notes: Notes,
    turns: Turns,
}

/// The same, for whoever draws it; nothing before the run begins.
pub type Shared = Arc<Mutex<Option<Seen>>>;

impl Seen {
    /// A run as it stands after the events of its journal.
    pub fn new(plan: &Plan, run: &Run, events: &[Event]) -> Seen {
        let mut times = Times::default();
        events.iter().for_each(|event| times.see(event));
        Seen {
            plan: Arc::new(plan.clone()),
            run: run.clone(),
            // What a new run holds is that it was taken just now.
            started: events.first().map_or(run.at(), |event| event.at),
            times,
            notes: Notes::default(),
            turns: Turns::of(plan, run),
        }
    }

    /// Something happened, after which the run stands so at the latest; answers the turns that it brought.
    pub fn event(&mut self, run: &Run, event: &Event) -> Vec<Turn> {
        self.times.see(event);
        // Who told it has folded it already, and refused what cannot follow.
        if self.run.apply(event).is_err() {
            self.run = run.clone();
        }
        if let Some(component) = event.what.component() {
            self.notes.remove(&component);
        }
        self.turns.see(&self.plan, &self.run, event)
    }

    /// How it stands now.
    pub fn gauges(&self) -> Gauges<'_> {
        Gauges::of(&self.plan, &self.run, &self.times, self.started, clock::now())
    }

    /// Its id.
    pub fn id(&self) -> &str {
        self.run.id()
    }
}

/// What is seen, for a moment.
pub fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
