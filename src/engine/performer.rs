//! What the loop of a run is told, and whom it has perform what was decided.

use crate::run::event::ActionRef;
use crate::run::{Baseline, Begin, Sight};
use patchform_sdk::message::{Answer, Probed, Verdict as Health};
use std::sync::mpsc::Sender;
use std::time::Duration;

/// What arrives while a run is driven.
#[derive(Debug, Clone, PartialEq)]
pub enum Happened {
    /// An action answered.
    Answered {
        /// Which.
        action: ActionRef,
        /// Of which attempt.
        attempt: u32,
        /// What it answered.
        answer: Answer,
    },
    /// A probe answered.
    Probed {
        /// Which action was probed.
        action: ActionRef,
        /// Of which attempt.
        attempt: u32,
        /// What was found; `Err` with why when nobody can tell.
        found: Result<Probed, String>,
    },
    /// A component was read.
    ReadBack {
        /// Index into the plan's entries.
        component: usize,
        /// The reading's digest; `Err` with why when it could not be read.
        digest: Result<String, String>,
    },
    /// The checks of a component that is watched answered.
    Watched {
        /// Index into the plan's entries.
        component: usize,
        /// What was found.
        found: Health,
    },
    /// A service was asked from outside.
    Seen {
        /// Index into the plan's services.
        service: usize,
        /// How it is seen.
        sight: Sight,
        /// How long the attempt took.
        took: Duration,
    },
    /// A member of a service was asked how it is, at the gate of another one.
    Member {
        /// Index into the plan's entries.
        component: usize,
        /// What is ill of it.
        ill: Option<String>,
    },
    /// A member that was ill was asked again, since somebody waits for it.
    AskedAgain {
        /// Index into the plan's entries.
        component: usize,
        /// What is ill of it.
        ill: Option<String>,
    },
    /// The person at the terminal, or the system, wants it to stop (Ctrl-C, TERM).
    Stop,
    /// The terminal was closed (HUP). Shell and system may both say so: however often, it is one wish to stop.
    HangUp,
}

impl Happened {
    /// Whether somebody wants it to stop.
    pub fn is_signal(&self) -> bool {
        matches!(self, Happened::Stop | Happened::HangUp)
    }
}

/// Who performs what was decided. None of these may block: answers come through `reply`.
pub trait Performer {
    /// Begins an action; answers [`Happened::Answered`].
    fn begin(&mut self, begin: Begin, reply: Sender<Happened>);
    /// Asks how far an action came; answers [`Happened::Probed`].
    fn probe(&mut self, begin: Begin, reply: Sender<Happened>);
    /// Reads a component; answers [`Happened::ReadBack`].
    fn read_back(&mut self, component: usize, reply: Sender<Happened>);
    /// Asks the checks of a component once, and compares with `baseline`; answers [`Happened::Watched`].
    fn watch(&mut self, component: usize, baseline: Baseline, reply: Sender<Happened>);
    /// Asks a member of a service how it is, once; answers [`Happened::AskedAgain`].
    fn ask(&mut self, component: usize, reply: Sender<Happened>);
    /// How services are seen from outside, as the run ends; who does not answer is awaited for a while, if `patient`.
    fn last_look(&mut self, patient: bool) -> Vec<(usize, Sight, Duration)>;
    /// Asks one action to stop where that is safe: its time is up. Its answer does not count any more.
    fn cancel(&mut self, action: ActionRef, attempt: u32);
    /// Asks everything that runs to stop where that is safe.
    fn cancel_all(&mut self);
}
