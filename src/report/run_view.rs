//! A run as the reports need it: plain data, filled from the fold of its journal.

use crate::model::{Moment, PatchLevel};
use crate::plan::noun::{Plan, Step, Verdict};
use crate::run::Outages;
use crate::run::event::ActionRef;
use std::collections::BTreeMap;
use std::time::Duration;

/// Where a component stands in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stands {
    /// A person is needed.
    Stuck,
    /// It is as it was before the run.
    Restored,
    /// It goes back.
    GoingBack,
    /// It is being patched.
    Forward,
    /// It is at the planned level.
    Committed,
    /// It was left alone.
    Skipped,
    /// Something that it stands on was not committed.
    Held,
    /// It has not begun.
    Untouched,
    /// The plan does not change it.
    Unchanged,
}

impl Stands {
    /// Every standing, those first that matter most to a tired person.
    pub const ALL: [Stands; 9] = [
        Stands::Stuck,
        Stands::Restored,
        Stands::GoingBack,
        Stands::Forward,
        Stands::Committed,
        Stands::Skipped,
        Stands::Held,
        Stands::Untouched,
        Stands::Unchanged,
    ];

    /// Its words in text.
    pub const fn word(self) -> &'static str {
        match self {
            Stands::Stuck => "stuck",
            Stands::Restored => "restored",
            Stands::GoingBack => "going back",
            Stands::Forward => "in progress",
            Stands::Committed => "done",
            Stands::Skipped => "skipped",
            Stands::Held => "held",
            Stands::Untouched => "not begun",
            Stands::Unchanged => "unchanged",
        }
    }

    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Stands::Stuck => "stuck",
            Stands::Restored => "restored",
            Stands::GoingBack => "going_back",
            Stands::Forward => "forward",
            Stands::Committed => "committed",
            Stands::Skipped => "skipped",
            Stands::Held => "held",
            Stands::Untouched => "untouched",
            Stands::Unchanged => "unchanged",
        }
    }
}

/// How a run ended, or stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ended {
    /// All is committed.
    Complete,
    /// Some were skipped or held, none failed.
    Incomplete,
    /// What failed is restored.
    Restored,
    /// It stopped, and can be resumed.
    Halted,
    /// A person is needed.
    Stuck,
}

impl Ended {
    /// Its name in text and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Ended::Complete => "complete",
            Ended::Incomplete => "incomplete",
            Ended::Restored => "restored",
            Ended::Halted => "halted",
            Ended::Stuck => "stuck",
        }
    }
}

/// One component of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Index into the plan's entries.
    pub entry: usize,
    /// Where it stands.
    pub stands: Stands,
    /// Why it was skipped or held, is stuck, or else why it failed: a sentence. Empty when all went well.
    pub why: String,
    /// The step at which it failed.
    pub failed_at: Option<Step>,
    /// Why that step failed; empty when none did.
    pub failed_why: String,
    /// The end of what that step printed; may be empty.
    pub output: String,
    /// What went wrong first, where it went back or is stuck: its own failure, or that of another component for which
    /// it went back. Empty otherwise.
    pub cause: String,
    /// What the last step of its way back printed that failed.
    pub printed: String,
    /// The component that could not go back and has to before this one; for a stuck one, and for one that stays at its
    /// planned level for that.
    pub under: Option<usize>,
    /// How long it did not serve since it was worked on; `None` where that took nothing from it.
    pub away: Option<Duration>,
    /// Whether it does not serve yet, as far as the run knows.
    pub still_away: bool,
    /// Whether its rollout or service holds it: the next plan takes it up.
    pub held_back: bool,
    /// Whether it was left as it stood when the run was abandoned; for a stuck component, which else could not be restored.
    pub abandoned: bool,
    /// Whether it stands at its planned level, verified, and its way back was not begun.
    pub reached: bool,
    /// Whether a person put it back, and it reads as before the run.
    pub put_back: bool,
    /// Whether the run changed something there, or may have, even if it was taken back since.
    pub tried: bool,
    /// Whether its level was taken back and will not be tried again.
    pub rejected: bool,
    /// How long it was worked on.
    pub took: Option<Duration>,
    /// The id of the action that still went on when nobody waited for it any more; for a stuck component.
    pub outlasting: Option<String>,
    /// What is not as it should stay, such as `traffic is still away from it`; empty unless halted or stuck, or put back by hand
    /// without a step that brings it into force.
    pub left: Vec<String>,
    /// The snapshot that a person may use; for a stuck component.
    pub snapshot: Option<String>,
    /// Where its provider keeps it, `at …`, else under which name, `token …`; empty where that is not known.
    pub kept: String,
    /// What a person types on its way back, by action; of a stuck component.
    pub by_hand: BTreeMap<Step, String>,
}

impl Settled {
    /// Whether it was to go back, and stays at its planned level since something else could not be restored.
    pub fn is_kept(&self) -> bool {
        self.stands == Stands::Committed && self.under.is_some()
    }
}

/// A run that ended or stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunView {
    /// Its id.
    pub id: String,
    /// How it ended.
    pub ended: Ended,
    /// When it began.
    pub started: Moment,
    /// When it ended or stopped.
    pub finished: Moment,
    /// How long that was, by a clock that nobody sets.
    pub took: Duration,
    /// Why it stopped; empty unless halted.
    pub why: String,
    /// Whether it is over: there is nothing to resume, or to go on taking back.
    pub over: bool,
    /// Whether a person asked for everything to go back: what is left to do goes that way.
    pub taking_back: bool,
    /// Whether its journal is known to lack its end, so that it does not tell all that the run did.
    pub lacks: bool,
    /// The components that the plan changes or holds, in the plan's order.
    pub components: Vec<Settled>,
    /// How long each of the plan's services was down for it, as far as its members tell.
    pub down: Vec<Duration>,
    /// What was seen of each from outside; `None` where nobody asked.
    pub outages: Vec<Option<Outages>>,
}

impl RunView {
    /// How many components stand like this.
    pub fn count(&self, stands: Stands) -> usize {
        self.components.iter().filter(|c| c.stands == stands).count()
    }
}

/// Levels before and after the planned change of an entry; the observed level twice when it does not change.
pub fn levels(plan: &Plan, entry: usize) -> (Option<&PatchLevel>, Option<&PatchLevel>) {
    match plan.entries.get(entry).map(|e| (&e.verdict, &e.observed)) {
        Some((Verdict::Change(change), _)) => (change.from.as_ref(), change.to.as_ref()),
        Some((_, observed)) => (observed.level(), observed.level()),
        None => (None, None),
    }
}

/// The step that an action does, by the plan.
pub fn step_of(plan: &Plan, action: ActionRef) -> Option<Step> {
    action.planned(plan).map(|planned| planned.action)
}
