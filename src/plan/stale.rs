//! Whether a saved plan is still good (page 3, "Stale plans"): it is refused only if the lineage, or the record or
//! reading of a component in it or of one that these rest on, or a file that an expression read, is not what it was.

use super::noun::{Entry, Observed, Plan, Verdict};
use crate::config::inputs::Key;
use crate::config::scope::Files;
use crate::model::{Address, Purpose};
use crate::state::{Record, State};
use std::collections::{BTreeMap, BTreeSet};

/// What is no longer as it was when the plan was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stale {
    /// It belongs to another state.
    #[error("the plan was made for the state with lineage {planned}, and this one has {found}")]
    Lineage {
        /// The plan's.
        planned: String,
        /// The state's.
        found: String,
    },
    /// A file that an expression read is another one now: a sentence.
    #[error("{0}")]
    Input(String),
    /// A run changed it since.
    #[error("the record of {0} was changed since the plan was made")]
    Record(Address),
    /// A run that ended left something undone there since, or something else than the plan does.
    #[error("run {run} left {steps} of {component} undone since the plan was made")]
    Owed {
        /// Which.
        component: Address,
        /// The run.
        run: String,
        /// What is to be done, in words.
        steps: &'static str,
    },
    /// What it does because an abandoned run did not was done since.
    #[error("what was still to be done at {0} was done since the plan was made")]
    Done(Address),
    /// Something changed on its target since.
    #[error("{0} was changed on its target since the plan was made")]
    Reading(Address),
    /// It was readable, and is no longer.
    #[error("{component} cannot be read any more: {why}")]
    Unread {
        /// Which.
        component: Address,
        /// Why.
        why: String,
    },
}

/// Indices of the entries that the plan rests on: what it changes, adopts or forgets, and all that these stand on.
/// They are to be read again before it is applied.
pub fn rests_on(plan: &Plan) -> Vec<usize> {
    let mut open: Vec<usize> = (0..plan.entries.len()).filter(|i| plan.entries[*i].verdict.acts()).collect();
    let mut found: BTreeSet<usize> = open.iter().copied().collect();
    while let Some(i) = open.pop() {
        open.extend(
            plan.entries[i].after.iter().copied().filter(|on| *on < plan.entries.len() && found.insert(*on)),
        );
    }
    found.into_iter().collect()
}

/// Which files are no longer what expressions took from them, as `files` has them now; `key` is that of the state.
pub fn stale_inputs(plan: &Plan, files: &dyn Files, key: Option<&Key>) -> Vec<Stale> {
    let differences = plan.inputs.iter().flat_map(|input| input.differences(&input.again(files, key)));
    differences.map(Stale::Input).collect()
}

/// What is no longer as it was; nothing when the plan is still good. `readings` are of now, by entry, one for each
/// of [`rests_on`]; what the plan did not read need not be read.
pub fn stale(plan: &Plan, state: &State, readings: &BTreeMap<usize, Observed>) -> Vec<Stale> {
    if plan.lineage != state.lineage {
        return vec![Stale::Lineage { planned: plan.lineage.clone(), found: state.lineage.clone() }];
    }
    let mut stale = Vec::new();
    for i in rests_on(plan) {
        let entry = &plan.entries[i];
        if state.records.get(&entry.address).map(Record::fingerprint) != entry.record_digest {
            stale.push(Stale::Record(entry.address.clone()));
        }
        stale.extend(owed(plan, entry, state));
        let Some(planned) = entry.observed.identity() else { continue };
        let unread = |why: &str| Stale::Unread { component: entry.address.clone(), why: why.into() };
        match readings.get(&i) {
            None | Some(Observed::NotRead) => stale.push(unread("it was not read")),
            Some(Observed::Unreachable { why } | Observed::Unsettled { why }) => stale.push(unread(why)),
            Some(now) if now.identity() != Some(planned) => stale.push(Stale::Reading(entry.address.clone())),
            Some(_) => {}
        }
    }
    stale
}

/// Whether something else is owed at a component now than the plan knows. Of what it leaves as it is for another reason than
/// that it is where it should be, it knows nothing.
fn owed(plan: &Plan, entry: &Entry, state: &State) -> Option<Stale> {
    let planned = match &entry.verdict {
        Verdict::Change(change) => change.owed.as_ref(),
        Verdict::NoChange { .. } if plan.purpose == Purpose::Apply => None,
        _ => return None,
    };
    let component = entry.address.clone();
    let now = state.owed.get(&entry.address).map(|owed| entry.observed.owes(owed));
    match now {
        now if now.as_ref() == planned => None,
        Some(now) => Some(Stale::Owed { component, run: now.run.clone(), steps: now.steps() }),
        None => Some(Stale::Done(component)),
    }
}
