//! A run that ended, as the state remembers it.

use crate::model::{Address, Moment, PatchLevel, Purpose};
use std::collections::BTreeMap;

/// A run that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedRun {
    /// Its id.
    pub id: String,
    /// When it began.
    pub started: Moment,
    /// When it ended.
    pub finished: Moment,
    /// How it ended.
    pub outcome: RunOutcome,
    /// What it was for.
    pub purpose: Purpose,
    /// How many lines its journal has.
    pub journal_lines: u64,
    /// SHA-256 of the journal's last line: a journal that was changed afterwards no longer ends in it.
    pub journal_head: String,
    /// What it changed, for `rollback`; kept for the last [`LEVELS_KEPT`] runs only.
    pub levels: BTreeMap<Address, Levels>,
}

impl FinishedRun {
    /// Whether its plan's outputs were recorded: it went through, at least in part, and was for that.
    pub fn brought_outputs(&self) -> bool {
        let went_through = match self.outcome {
            RunOutcome::Complete => true,
            RunOutcome::Incomplete => !self.levels.is_empty(),
            RunOutcome::Restored | RunOutcome::Stuck | RunOutcome::Abandoned => false,
        };
        went_through && matches!(self.purpose, Purpose::Apply | Purpose::Rollback { .. })
    }
}

/// How many of the last runs keep the levels that they changed, and so can be taken back.
pub const LEVELS_KEPT: usize = 10;

/// A component's levels before and after a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Levels {
    /// Observed before the run; `None` when absent.
    pub before: Option<PatchLevel>,
    /// After it; `None` when the run took it away.
    pub after: Option<PatchLevel>,
}

/// How a run ended (page 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RunOutcome {
    /// Everything is committed.
    Complete,
    /// Some components were skipped or held, none failed.
    Incomplete,
    /// What failed is restored.
    Restored,
    /// Something could not be restored.
    Stuck,
    /// A person ended it as it stood.
    Abandoned,
}

impl RunOutcome {
    /// Every outcome.
    pub const ALL: [RunOutcome; 5] = [
        RunOutcome::Complete,
        RunOutcome::Incomplete,
        RunOutcome::Restored,
        RunOutcome::Stuck,
        RunOutcome::Abandoned,
    ];

    /// Its name in messages and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            RunOutcome::Complete => "complete",
            RunOutcome::Incomplete => "incomplete",
            RunOutcome::Restored => "restored",
            RunOutcome::Stuck => "stuck",
            RunOutcome::Abandoned => "abandoned",
        }
    }
}
