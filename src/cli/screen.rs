//! The lower lines of a terminal while a run goes on: redrawn a few times a second, with what ended scrolling above.
//!
//! The cursor is never hidden and no mode of the terminal is changed, so that nothing needs to be put back however the
//! program ends.

use super::painter::Painter;
use super::waits;
use crate::engine::perform;
use crate::model::{Moment, period};
use crate::plan::Plan;
use crate::plan::noun::Step;
use crate::provider::Watch;
use crate::provider::watch::Silent;
use crate::report::progress::{Progress, lines};
use crate::report::run_standing::{Tally, stands};
use crate::report::run_view::Going;
use crate::report::style::Style;
use crate::run::Run;
use crate::run::event::{Event, Leg, What};
use crate::target::Waiting;
use crate::world::{clock, machine};
use patchform_sdk::message;
use std::collections::BTreeMap;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often it is redrawn.
const EVERY: Duration = Duration::from_millis(200);
/// Most lines that it takes; at most half of the terminal.
const MOST: usize = 12;

/// What the view shows, as the run and its providers tell it.
#[derive(Default)]
struct Seen {
    run: String,
    plan: Option<Arc<Plan>>,
    started: Moment,
    going: BTreeMap<usize, Going>,
    tally: Tally,
    /// When all components were counted last.
    counted: Option<Instant>,
}

/// What providers say goes into the view.
struct Notes {
    seen: Arc<Mutex<Seen>>,
    painter: Arc<Mutex<Painter>>,
    style: Style,
}

/// The view. It goes when it is dropped.
pub struct Screen {
    seen: Arc<Mutex<Seen>>,
    painter: Arc<Mutex<Painter>>,
    style: Style,
    thread: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Screen {
    /// Nothing is drawn until the run begins.
    pub fn new(style: Style) -> Screen {
        Screen { seen: Arc::default(), painter: Arc::default(), style, thread: None }
    }

    /// Who is to be told of what providers say.
    pub fn watch(&self) -> Arc<dyn Watch> {
        Arc::new(Notes {
            seen: Arc::clone(&self.seen),
            painter: Arc::clone(&self.painter),
            style: self.style,
        })
    }

    /// The run begins: the view is drawn from now on.
    pub fn begins(&mut self, run: &str, plan: &Plan, started: Moment) {
        let (plan, tally) = (Some(Arc::new(plan.clone())), Tally::new(plan));
        *lock(&self.seen) = Seen { run: run.into(), plan, started, tally, ..Seen::default() };
        let (stop, stopped) = mpsc::channel();
        let (seen, painter, style) = (Arc::clone(&self.seen), Arc::clone(&self.painter), self.style);
        let paint = move || {
            while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                let lines = lock(&seen).draw(style);
                lock(&painter).paint(lines);
            }
        };
        // Without the thread there is only no view: lines still scroll.
        let thread = std::thread::Builder::new().name("screen".into()).spawn(paint).ok();
        self.thread = thread.map(|thread| (stop, thread));
    }

    /// Something happened.
    pub fn event(&self, plan: &Plan, run: &Run, event: &Event) {
        lock(&self.seen).event(plan, run, event);
    }

    /// Writes above the view.
    pub fn above(&self, write: impl FnOnce()) {
        lock(&self.painter).above(write);
    }

    /// Takes the view away.
    pub fn close(&mut self) {
        if let Some((stop, thread)) = self.thread.take() {
            drop(stop);
            let _ = thread.join();
        }
        lock(&self.painter).wipe();
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.close();
    }
}

impl Seen {
    fn event(&mut self, plan: &Plan, run: &Run, event: &Event) {
        match &event.what {
            What::Intent { action, step, .. } => {
                let (leg, entry, since) = (action.leg, action.component, event.at);
                let going = Going { entry, leg, step: *step, since, message: String::new(), percent: None };
                self.going.insert(entry, going);
            }
            What::Fact { action, .. } => {
                self.going.remove(&action.component);
            }
            _ => {}
        }
        if let Some(i) = event.what.component().filter(|i| *i < plan.entries.len()) {
            self.soak(i, run, event);
            self.tally.set(i, stands(&run.standing(i)));
        }
        // An event may move others too; counting all of them each time would be quadratic.
        if self.counted.is_none_or(|at| at.elapsed() >= EVERY) {
            self.tally = Tally::counted(run);
            self.counted = Some(clock::steady());
        }
    }

    /// A watched component has no step that begins and ends.
    fn soak(&mut self, entry: usize, run: &Run, event: &Event) {
        let soaks = |g: &Going| g.step == Step::Soak;
        let Some(left) = run.soak_left(entry) else {
            if self.going.get(&entry).is_some_and(soaks) {
                self.going.remove(&entry);
            }
            return;
        };
        let since = self.going.get(&entry).filter(|g| soaks(g)).map_or(event.at, |g| g.since);
        let message = format!("{} left", period::show(Duration::from_secs(left.as_secs())));
        let going = Going { entry, leg: Leg::Forth, step: Step::Soak, since, message, percent: None };
        self.going.insert(entry, going);
    }

    fn draw(&self, style: Style) -> Vec<String> {
        let Some(plan) = &self.plan else { return Vec::new() };
        let (columns, rows) = machine::terminal_size().unwrap_or((style.width, 24));
        let mut going: Vec<Going> = self.going.values().cloned().collect();
        going.sort_by_key(|g| (g.since, g.entry));
        let counts = self.tally.counts();
        let progress =
            Progress { plan, counts: &counts, going: &going, started: self.started, now: clock::now() };
        lines(&progress, (rows / 2).min(MOST), Style { width: columns, ..style })
    }
}

impl Watch for Notes {
    fn progress(&self, _provider: &str, progress: &message::Progress) {
        let mut seen = lock(&self.seen);
        let Some(component) = perform::component_of(&seen.run, &progress.id) else { return };
        if let Some(going) = seen.going.get_mut(&component) {
            going.message.clone_from(&progress.message);
            // From 0 to 100 by the clamp; a fraction that is no number is none.
            going.percent =
                progress.fraction.filter(|f| f.is_finite()).map(|f| (f.clamp(0.0, 1.0) * 100.0) as u8);
        }
    }

    fn waits(&self, waiting: &Waiting) {
        waits::above(&self.painter, waiting, self.style);
    }

    fn log(&self, provider: &str, line: &str) {
        lock(&self.painter).above(|| Silent.log(provider, line));
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
