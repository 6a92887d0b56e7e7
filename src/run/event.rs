//! What a journal says, in order. A run is the fold of its events.

use super::rules::Rules;
use super::sight::Sight;
use crate::model::Moment;
use crate::plan::noun::{Plan, Planned, Step};
use patchform_sdk::message::{Answer, Probed, Verdict};
use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

/// One line of a journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Wall time when it was written.
    pub at: Moment,
    /// What happened.
    pub what: What,
}

/// Which way a component is going.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leg {
    /// The operation plan.
    Forth,
    /// The emergency plan.
    Back,
}

/// One action of one component: component (index into the plan's entries), leg, index into that leg's procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionRef {
    /// Index into the plan's entries.
    pub component: usize,
    /// Which procedure.
    pub leg: Leg,
    /// Index into the procedure.
    pub index: usize,
}

impl ActionRef {
    /// The id under which a provider knows an attempt of it in `run`; its detached command has it, too.
    pub fn id(self, run: &str, attempt: u32) -> String {
        let leg = match self.leg {
            Leg::Forth => "forth",
            Leg::Back => "back",
        };
        format!("{run}.{}.{leg}{}.{attempt}", self.component, self.index)
    }

    /// As the plan has it.
    pub fn planned(self, plan: &Plan) -> Option<&Planned> {
        let change = plan.change(self.component)?;
        let procedure = match self.leg {
            Leg::Forth => &change.forth,
            Leg::Back => &change.back,
        };
        procedure.get(self.index)
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A controller took the run: the first line, and again at each resume or rollback.
    Taken {
        /// Host, user and process, for a person.
        controller: String,
        /// Fencing token; higher than every earlier one.
        token: u64,
        /// What it is folded by from here on.
        rules: Rules,
    },
    /// An action is about to begin.
    Intent {
        /// Which.
        action: ActionRef,
        /// What it does, so that a journal can be read without its plan.
        step: Step,
        /// From 1.
        attempt: u32,
        /// The snapshot's id, for a snapshot: recorded before it is made.
        snapshot: Option<String>,
    },
    /// An action answered.
    Fact {
        /// Which.
        action: ActionRef,
        /// Of which attempt.
        attempt: u32,
        /// What it answered. The core's own actions (gate, measure, verify, commit) answer in the same words.
        answer: Answer,
    },
    /// An unclear action was probed.
    Probe {
        /// Which.
        action: ActionRef,
        /// Of which attempt.
        attempt: u32,
        /// What was found; `Err` with why when nobody can tell.
        found: Result<Probed, String>,
    },
    /// A component was read: after it was restored, where the reading decides and not the message; before a patch that
    /// halted half-way is tried again, which then expects what was read; and before a person takes a run back, where the
    /// journal does not know it as changed.
    Read {
        /// Index into the plan's entries.
        component: usize,
        /// The reading's digest; `Err` with why when it could not be read.
        digest: Result<String, String>,
    },
    /// A component that is watched before it is committed was asked about.
    Watched {
        /// Index into the plan's entries.
        component: usize,
        /// How long it was watched since it was asked last, or since the watch began or was taken up; by a steady clock, in
        /// whole milliseconds.
        passed: Duration,
        /// What was found.
        found: Verdict,
    },
    /// A service came to be seen in another way from outside.
    Seen {
        /// Index into the plan's services.
        service: usize,
        /// How it is seen from now on.
        sight: Sight,
        /// How long the attempt took that told so, in whole milliseconds.
        took: Duration,
    },
    /// A member of a service was asked how it is, at the gate of another one, and stands otherwise than before.
    Member {
        /// Index into the plan's entries.
        component: usize,
        /// What is ill of it; `None` when it is well again.
        ill: Option<String>,
    },
    /// The wall clock, which only dates the lines, was set (or the machine slept): from here on it is this much ahead of
    /// where it would be, in milliseconds; below 0: behind. What is waited for goes by a steady clock and is not
    /// shortened.
    Clock {
        /// Milliseconds; never 0.
        ahead_ms: i64,
    },
    /// A person asked for something.
    Asked(Request),
    /// The controller stops on purpose and leaves the run resumable.
    Stopped {
        /// Why.
        why: String,
    },
    /// The run ended.
    Finished,
}

/// What a person may ask of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Start nothing new until `Continue`.
    Pause,
    /// Go on.
    Continue,
    /// Leave this component (index) alone if it has not begun.
    Skip(usize),
    /// Let running actions finish, then stop, resumable.
    Stop,
    /// Take back everything that the run has changed.
    Rollback,
    /// End the run as it stands; what is left is named. Steps under way are asked about first, and where one still goes
    /// on, or cannot be asked about, the run is not ended.
    Abandon {
        /// Components (indices) that are let go although nobody knows whether their step still goes on.
        leaving: BTreeSet<usize>,
    },
}

impl What {
    /// A controller of this program takes the run.
    pub fn taken(controller: &str, token: u64) -> What {
        What::Taken { controller: controller.into(), token, rules: Rules::NOW }
    }

    /// The component that it is about, by its index into the plan's entries.
    pub fn component(&self) -> Option<usize> {
        match self {
            What::Intent { action, .. } | What::Fact { action, .. } | What::Probe { action, .. } => {
                Some(action.component)
            }
            What::Read { component, .. } | What::Watched { component, .. } => Some(*component),
            _ => None,
        }
    }
}

impl fmt::Display for What {
    /// `intent to patch component 3 (attempt 1)`: for messages about a journal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Taken { token, .. } => write!(f, "taken with token {token}"),
            What::Intent { action, step, attempt, .. } => {
                write!(f, "intent to {} component {} (attempt {attempt})", step.name(), action.component)
            }
            What::Fact { action, attempt, .. } => {
                write!(f, "fact about component {} (attempt {attempt})", action.component)
            }
            What::Probe { action, attempt, .. } => {
                write!(f, "probe of component {} (attempt {attempt})", action.component)
            }
            What::Read { component, .. } => write!(f, "reading of component {component}"),
            What::Watched { component, .. } => write!(f, "watch of component {component}"),
            What::Seen { service, sight, .. } => write!(f, "service {service} seen {}", sight.name()),
            What::Member { component, ill: Some(_) } => write!(f, "component {component} found ill"),
            What::Member { component, ill: None } => write!(f, "component {component} found well again"),
            What::Clock { ahead_ms } => write!(f, "clock set by {ahead_ms} ms"),
            What::Asked(request) => write!(f, "request {}", request.name()),
            What::Stopped { .. } => f.write_str("stop"),
            What::Finished => f.write_str("end"),
        }
    }
}

impl Request {
    /// Its name in messages, journals and request files.
    pub const fn name(&self) -> &'static str {
        match self {
            Request::Pause => "pause",
            Request::Continue => "continue",
            Request::Skip(_) => "skip",
            Request::Stop => "stop",
            Request::Rollback => "rollback",
            Request::Abandon { .. } => "abandon",
        }
    }
}
