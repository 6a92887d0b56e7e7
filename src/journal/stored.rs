//! The stored form of a journal's lines. Its own types: what is stored changes only on purpose.

use crate::model::Moment;
use crate::plan::noun::Step;
use crate::run::event::{ActionRef, Event, Leg, Request, What};
use crate::run::{Rules, Sight};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Duration;

/// The stored form's version. A reader refuses every higher one.
pub const FORM: u32 = 11;

/// The first line of every segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the stored form.
    pub form: u32,
    /// Version of the program that wrote the segment.
    pub program: String,
    /// Which run.
    pub run: String,
    /// Lineage of the state that the run works on.
    pub lineage: String,
    /// SHA-256 of the plan's stored form, which lies beside the journal.
    pub plan: String,
    /// Number of the segment, from 1.
    pub segment: u32,
    /// The segment that this one follows. Those between, and what stands behind the line that this one follows, were
    /// written by controllers that had lost the run: they do not count. In form 1, which does not say it: the one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u32>,
}

/// One line, without its own sum, which ends it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct StoredLine {
    /// From 0, through all segments.
    pub seq: u64,
    /// Sum of the line before; 64 zeros in the first.
    pub prev: String,
    /// Wall time.
    pub at: String,
    #[serde(flatten)]
    pub content: StoredContent,
    /// Whether this line closes a batch.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub end: bool,
}

/// A header or an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StoredContent {
    Segment(Header),
    Event(StoredEvent),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StoredEvent {
    Taken {
        controller: String,
        token: u64,
        /// Forms 1 and 2 do not say it.
        #[serde(default, skip_serializing_if = "StoredRules::is_first")]
        rules: StoredRules,
    },
    Intent {
        action: StoredAction,
        step: StoredStep,
        attempt: u32,
        snapshot: Option<String>,
    },
    Fact {
        action: StoredAction,
        attempt: u32,
        answer: StoredAnswer,
    },
    Probe {
        action: StoredAction,
        attempt: u32,
        found: StoredFound,
    },
    Read {
        component: usize,
        digest: Result<String, String>,
    },
    /// From form 4 on.
    Watched {
        component: usize,
        /// Milliseconds.
        passed: u64,
        found: StoredVerdict,
    },
    /// From form 6 on.
    Seen {
        service: usize,
        sight: StoredSight,
        /// Milliseconds.
        took: u64,
    },
    /// From form 9 on.
    Member {
        component: usize,
        ill: Option<String>,
    },
    Clock {
        ahead_ms: i64,
    },
    Asked(StoredRequest),
    Stopped {
        why: String,
    },
    Finished,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StoredSight {
    Unseen,
    Up,
    Down(String),
    Unknown(String),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StoredRules {
    #[default]
    First,
    Second,
    Third,
    Fourth,
    Fifth,
    Sixth,
    Seventh,
    Eighth,
}

impl StoredRules {
    fn is_first(&self) -> bool {
        *self == StoredRules::First
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct StoredAction {
    component: usize,
    leg: StoredLeg,
    index: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredLeg {
    Forth,
    Back,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StoredStep {
    Gate,
    Fetch,
    Measure,
    Drain,
    Block,
    Snapshot,
    Backup,
    Patch,
    Reload,
    Verify,
    Unblock,
    Undrain,
    /// From form 4 on.
    Soak,
    Commit,
    Uninstall,
    Restore,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StoredRequest {
    Pause,
    Continue,
    Skip(usize),
    Stop,
    Rollback,
    Abandon,
    /// As `abandon`, whatever goes on at these components.
    AbandonLeaving(BTreeSet<usize>),
}

/// Both directions between two enums of the same names.
macro_rules! same {
    ($inner:ty, $stored:ty: $($name:ident),*) => {
        impl From<$inner> for $stored {
            fn from(inner: $inner) -> Self {
                match inner { $(<$inner>::$name => <$stored>::$name),* }
            }
        }
        impl From<$stored> for $inner {
            fn from(stored: $stored) -> Self {
                match stored { $(<$stored>::$name => <$inner>::$name),* }
            }
        }
    };
}

mod answer;

use answer::{StoredAnswer, StoredFound, StoredVerdict};

same!(Rules, StoredRules: First, Second, Third, Fourth, Fifth, Sixth, Seventh, Eighth);
same!(Leg, StoredLeg: Forth, Back);
same!(Step, StoredStep: Gate, Fetch, Measure, Drain, Block, Snapshot, Backup, Patch, Reload, Verify, Unblock, Undrain, Soak, Commit,
      Uninstall, Restore);

impl From<ActionRef> for StoredAction {
    fn from(a: ActionRef) -> Self {
        StoredAction { component: a.component, leg: a.leg.into(), index: a.index }
    }
}

impl From<StoredAction> for ActionRef {
    fn from(a: StoredAction) -> Self {
        ActionRef { component: a.component, leg: a.leg.into(), index: a.index }
    }
}

impl From<&Sight> for StoredSight {
    fn from(sight: &Sight) -> Self {
        match sight {
            Sight::Unseen => StoredSight::Unseen,
            Sight::Up => StoredSight::Up,
            Sight::Down(why) => StoredSight::Down(why.clone()),
            Sight::Unknown(why) => StoredSight::Unknown(why.clone()),
        }
    }
}

impl From<StoredSight> for Sight {
    fn from(stored: StoredSight) -> Self {
        match stored {
            StoredSight::Unseen => Sight::Unseen,
            StoredSight::Up => Sight::Up,
            StoredSight::Down(why) => Sight::Down(why),
            StoredSight::Unknown(why) => Sight::Unknown(why),
        }
    }
}

impl From<&Request> for StoredRequest {
    fn from(request: &Request) -> Self {
        match request {
            Request::Pause => StoredRequest::Pause,
            Request::Continue => StoredRequest::Continue,
            Request::Skip(i) => StoredRequest::Skip(*i),
            Request::Stop => StoredRequest::Stop,
            Request::Rollback => StoredRequest::Rollback,
            Request::Abandon { leaving } if leaving.is_empty() => StoredRequest::Abandon,
            Request::Abandon { leaving } => StoredRequest::AbandonLeaving(leaving.clone()),
        }
    }
}

impl From<StoredRequest> for Request {
    fn from(request: StoredRequest) -> Self {
        match request {
            StoredRequest::Pause => Request::Pause,
            StoredRequest::Continue => Request::Continue,
            StoredRequest::Skip(i) => Request::Skip(i),
            StoredRequest::Stop => Request::Stop,
            StoredRequest::Rollback => Request::Rollback,
            StoredRequest::Abandon => Request::Abandon { leaving: BTreeSet::new() },
            StoredRequest::AbandonLeaving(leaving) => Request::Abandon { leaving },
        }
    }
}

impl From<&What> for StoredEvent {
    fn from(what: &What) -> Self {
        match what {
            What::Taken { controller, token, rules } => {
                StoredEvent::Taken { controller: controller.clone(), token: *token, rules: (*rules).into() }
            }
            What::Intent { action, step, attempt, snapshot } => StoredEvent::Intent {
                action: (*action).into(),
                step: (*step).into(),
                attempt: *attempt,
                snapshot: snapshot.clone(),
            },
            What::Fact { action, attempt, answer } => {
                StoredEvent::Fact { action: (*action).into(), attempt: *attempt, answer: answer.into() }
            }
            What::Probe { action, attempt, found } => {
                StoredEvent::Probe { action: (*action).into(), attempt: *attempt, found: found.into() }
            }
            What::Read { component, digest } => {
                StoredEvent::Read { component: *component, digest: digest.clone() }
            }
            What::Watched { component, passed, found } => StoredEvent::Watched {
                component: *component,
                passed: u64::try_from(passed.as_millis()).unwrap_or(u64::MAX),
                found: found.into(),
            },
            What::Seen { service, sight, took } => StoredEvent::Seen {
                service: *service,
                sight: sight.into(),
                took: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            },
            What::Member { component, ill } => {
                StoredEvent::Member { component: *component, ill: ill.clone() }
            }
            What::Clock { ahead_ms } => StoredEvent::Clock { ahead_ms: *ahead_ms },
            What::Asked(request) => StoredEvent::Asked(request.into()),
            What::Stopped { why } => StoredEvent::Stopped { why: why.clone() },
            What::Finished => StoredEvent::Finished,
        }
    }
}

impl From<StoredEvent> for What {
    fn from(event: StoredEvent) -> Self {
        match event {
            StoredEvent::Taken { controller, token, rules } => {
                What::Taken { controller, token, rules: rules.into() }
            }
            StoredEvent::Intent { action, step, attempt, snapshot } => {
                What::Intent { action: action.into(), step: step.into(), attempt, snapshot }
            }
            StoredEvent::Fact { action, attempt, answer } => {
                What::Fact { action: action.into(), attempt, answer: answer.into() }
            }
            StoredEvent::Probe { action, attempt, found } => {
                What::Probe { action: action.into(), attempt, found: found.into() }
            }
            StoredEvent::Read { component, digest } => What::Read { component, digest },
            StoredEvent::Watched { component, passed, found } => {
                What::Watched { component, passed: Duration::from_millis(passed), found: found.into() }
            }
            StoredEvent::Seen { service, sight, took } => {
                What::Seen { service, sight: sight.into(), took: Duration::from_millis(took) }
            }
            StoredEvent::Member { component, ill } => What::Member { component, ill },
            StoredEvent::Clock { ahead_ms } => What::Clock { ahead_ms },
            StoredEvent::Asked(request) => What::Asked(request.into()),
            StoredEvent::Stopped { why } => What::Stopped { why },
            StoredEvent::Finished => What::Finished,
        }
    }
}

impl StoredEvent {
    /// The inner event, with its time.
    pub(super) fn at(self, at: Moment) -> Event {
        Event { at, what: self.into() }
    }
}
