//! The state: a checkpoint of what all runs so far have left behind.

use super::{FinishedRun, LEVELS_KEPT, Owed, Record, Snapshot};
use crate::config::exact::Exact;
use crate::model::{Address, Moment, PatchLevel};
use std::collections::BTreeMap;

/// Everything that is known between runs. During a run its journal is the authority, and this a checkpoint of it.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Tells this state from every other one; given once, when it is made.
    pub lineage: String,
    /// Grows by one with each change.
    pub serial: u64,
    /// Version of the program that made this serial.
    pub program: String,
    /// What is managed.
    pub records: BTreeMap<Address, Record>,
    /// The stored ways back, by id.
    pub snapshots: BTreeMap<String, Snapshot>,
    /// Levels that were rolled back, oldest first; at most one row for a component and level.
    pub rejected: Vec<Rejected>,
    /// What abandoned runs began and left undone.
    pub owed: BTreeMap<Address, Owed>,
    /// Runs that ended, oldest first.
    pub runs: Vec<FinishedRun>,
    /// Outputs of the last apply, by name.
    pub outputs: BTreeMap<String, OutputValue>,
    /// Up to where journals were folded into this.
    pub folded: Option<Folded>,
    /// The highest fencing token that a run was given, in case the folder of runs is lost; 0 for none.
    pub token: u64,
}

/// A level that was rolled back: not tried again until git names another one, or `patchform allow`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Whose level it is.
    pub component: Address,
    /// The level.
    pub level: PatchLevel,
    /// The run that rolled it back.
    pub run: String,
    /// Why, in a sentence.
    pub reason: String,
    /// When.
    pub at: Moment,
}

/// A recorded output.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputValue {
    /// Its value; null when it is sensitive.
    pub value: Exact,
    /// Whether it holds a secret, which is not stored.
    pub sensitive: bool,
}

/// A place in a run's journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// The run.
    pub run: String,
    /// How many events of its journal are folded in. Headers of segments are none.
    pub line: u64,
}

impl State {
    /// A state that knows nothing yet, with serial 0.
    pub fn new(lineage: impl Into<String>, program: impl Into<String>) -> State {
        State {
            lineage: lineage.into(),
            serial: 0,
            program: program.into(),
            records: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            rejected: Vec::new(),
            owed: BTreeMap::new(),
            runs: Vec::new(),
            outputs: BTreeMap::new(),
            folded: None,
            token: 0,
        }
    }

    /// The rejection of `level` for `component`, if there is one.
    pub fn rejection(&self, component: &Address, level: &PatchLevel) -> Option<&Rejected> {
        self.rejected.iter().find(|r| r.component == *component && r.level == *level)
    }

    /// The finished run with this id.
    pub fn run(&self, id: &str) -> Option<&FinishedRun> {
        self.runs.iter().find(|r| r.id == id)
    }

    /// Whether what the finished run with this id changed may have been dropped, since so many others came after it.
    pub fn has_forgotten_levels_of(&self, id: &str) -> bool {
        let later = self.runs.iter().rev().take_while(|r| r.id != id);
        later.filter(|r| !r.levels.is_empty()).count() >= LEVELS_KEPT
    }

    /// The finished run that put `level` where something of it is `owed` since: what stood there before comes back by taking
    /// that run back. A run that only brought the component there for the first time says nothing of a level before it,
    /// unless it is the one that left it so.
    pub fn put_by(
        &self,
        component: &Address,
        owed: &Owed,
        level: Option<&PatchLevel>,
    ) -> Option<&FinishedRun> {
        let put = |run: &&FinishedRun| {
            let left_so = run.id == owed.run;
            run.levels.get(component).is_some_and(|levels| {
                let stands = levels.after.as_ref() == level || (owed.half && left_so);
                stands && levels.before != levels.after && (levels.before.is_some() || left_so)
            })
        };
        self.runs.iter().rev().find(put)
    }

    /// The last finished run that changed `component` and whose levels are still kept.
    pub fn last_run_of(&self, component: &Address) -> Option<&FinishedRun> {
        self.runs.iter().rev().find(|r| r.levels.contains_key(component))
    }
}
