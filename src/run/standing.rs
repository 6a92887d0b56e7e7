//! Where a component and its actions stand, for people and for the outcome.

use super::event::Leg;
use crate::plan::noun::Step;
use std::fmt;

/// Where a component stands (page 5.1). A pure function of its actions' standings and of its neighbours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The plan does not change it.
    Unchanged,
    /// It has not begun.
    Untouched,
    /// It is on its way forth.
    Forward,
    /// It is at the planned level, and recorded.
    Committed,
    /// It is, or will be, on its way back.
    GoingBack,
    /// It is as it was read before the run.
    Restored,
    /// It could not be restored: a person is needed.
    Stuck(String),
    /// It was left alone.
    Skipped(Skip),
    /// It did not begin, for another one's sake.
    Held {
        /// Index of the entry that holds it.
        by: usize,
        /// Why that does.
        why: Hold,
    },
}

/// Why one component holds another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// It stands on it, or shares its target with it, and that is not at its level.
    StandsOn,
    /// It is the last failure that its rollout allows.
    Budget,
    /// It is its canary, and was not committed.
    Canary,
    /// It is a member of the same service (by its index), which can spare no more.
    Service(usize),
}

impl fmt::Display for Standing {
    /// One or two words, for messages: `going back`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Standing::Unchanged => "unchanged",
            Standing::Untouched => "untouched",
            Standing::Forward => "forward",
            Standing::Committed => "committed",
            Standing::GoingBack => "going back",
            Standing::Restored => "restored",
            Standing::Stuck(_) => "stuck",
            Standing::Skipped(_) => "skipped",
            Standing::Held { .. } => "held",
        })
    }
}

/// Why a component was left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skip {
    /// A person asked for it.
    Asked,
    /// A gate refused it.
    Gate(String),
    /// It was ill already before its patch.
    Ill(String),
    /// Its wave is taken back; it had not begun.
    WaveTakenBack,
    /// The run is taken back; it had not begun.
    TakenBack,
    /// The run was abandoned; it had not begun.
    Abandoned,
    /// The plan cannot be followed here: no stored way back, a circle, a missing reading.
    Unfit(String),
}

impl Skip {
    /// In a sentence.
    pub fn why(&self) -> String {
        match self {
            Skip::Asked => "skipped on request".into(),
            Skip::Gate(why) => format!("refused by a gate: {why}"),
            Skip::Ill(why) => format!("ill already before its patch: {why}"),
            Skip::WaveTakenBack => "not begun when its wave was taken back".into(),
            Skip::TakenBack => "not begun when the run was taken back".into(),
            Skip::Abandoned => "not begun when the run was abandoned".into(),
            Skip::Unfit(why) => format!("the plan cannot be followed: {why}"),
        }
    }
}

/// What went wrong with a component on its way forth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The step that failed.
    pub step: Step,
    /// Why, in a sentence.
    pub why: String,
    /// The end of what was printed; may be empty.
    pub output: String,
}

/// Where one action stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionStanding {
    /// Not begun (or to be done again).
    Pending,
    /// Begun, without an answer.
    Intended,
    /// Nobody knows how far it came: it will be probed.
    Unclear {
        /// Why.
        why: String,
        /// The end of what it printed.
        output: String,
        /// Whether the answer is missing because the controller that waited for it is gone.
        interrupted: bool,
    },
    /// It went wrong, and the run halted there.
    Failed(String),
    /// Done, or not needed.
    Done,
}

/// Why a run stopped by itself, resumable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Halt {
    /// Index of the entry at which it halted.
    pub component: usize,
    /// Where in its procedure.
    pub step: Step,
    /// Why, in a sentence.
    pub why: String,
    /// Whether this was a verdict that nobody could give, not a failure.
    pub inconclusive: bool,
}

/// Phases of a component inside the fold; finer than [`Standing`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Phase {
    Unchanged,
    /// Something that it stands on is not committed yet.
    Waiting,
    /// May begin.
    Ready,
    Forward,
    /// Failed under `on_failure = "halt"`, or inconclusive.
    Halted,
    Committed,
    /// In a going-back set while its last action forth is not resolved.
    Turning,
    /// In a going-back set, idle, waiting for its turn.
    Returning,
    /// On its way back.
    Back,
    /// Its way back is walked; the reading decides.
    Reading,
    Restored,
    Stuck(String),
    Skipped(Skip),
    Held(usize, Hold),
}

impl Phase {
    /// Begun and not settled.
    pub(super) fn unsettled(&self) -> bool {
        matches!(
            self,
            Phase::Forward | Phase::Halted | Phase::Turning | Phase::Returning | Phase::Back | Phase::Reading
        )
    }

    /// Something goes on at its target, or was left half-way there.
    pub(super) fn active(&self) -> bool {
        self.unsettled() && *self != Phase::Returning
    }

    /// May be taken into a going-back set.
    pub(super) fn may_turn(&self) -> bool {
        matches!(self, Phase::Forward | Phase::Halted | Phase::Committed)
    }

    /// Not begun, and may still begin.
    pub(super) fn before_start(&self) -> bool {
        matches!(self, Phase::Waiting | Phase::Ready)
    }

    /// As people see it.
    pub(super) fn standing(&self) -> Standing {
        match self {
            Phase::Unchanged => Standing::Unchanged,
            Phase::Waiting | Phase::Ready => Standing::Untouched,
            Phase::Forward | Phase::Halted => Standing::Forward,
            Phase::Committed => Standing::Committed,
            Phase::Turning | Phase::Returning | Phase::Back | Phase::Reading => Standing::GoingBack,
            Phase::Restored => Standing::Restored,
            Phase::Stuck(why) => Standing::Stuck(why.clone()),
            Phase::Skipped(why) => Standing::Skipped(why.clone()),
            Phase::Held(by, why) => Standing::Held { by: *by, why: *why },
        }
    }
}

/// The name of a leg in messages.
pub fn leg_name(leg: Leg) -> &'static str {
    match leg {
        Leg::Forth => "forth",
        Leg::Back => "back",
    }
}
