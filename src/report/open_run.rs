//! A run that has not ended, as readers of the state are told of it.

use super::plan_text::short;
use super::run_standing::may_be_changing;
use super::run_standing::stands;
use super::run_view::Stands;
use crate::model::Address;
use crate::plan::Plan;
use crate::plan::noun::Verdict;
use crate::run::Run;
use std::collections::BTreeMap;

/// A run that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRunView {
    /// Its id.
    pub id: String,
    /// Who drives it now; `None` when nobody does.
    pub driver: Option<String>,
    /// Whether a person paused it.
    pub paused: bool,
    /// Whether its journal has ended, so that only the state was not written.
    pub ended: bool,
    /// How the components stand that it changes.
    pub components: BTreeMap<Address, String>,
    /// How many of them came to rest.
    pub settled: usize,
}

impl OpenRunView {
    /// How `run` of `plan` stands.
    pub fn of(plan: &Plan, run: &Run, driver: Option<String>) -> OpenRunView {
        let standing = |i: usize| stands(&run.standing(i));
        let at_rest = |s: &Stands| !matches!(s, Stands::Untouched | Stands::Forward | Stands::GoingBack);
        OpenRunView {
            id: run.id().into(),
            driver,
            paused: run.is_paused(),
            ended: run.is_finished(),
            settled: plan.changes().filter(|(i, ..)| at_rest(&standing(*i))).count(),
            components: plan
                .changes()
                .map(|(i, entry, _)| {
                    (
                        entry.address.clone(),
                        words(&entry.verdict, &standing(i), run.was_tried(i) || may_be_changing(run, i)),
                    )
                })
                .collect(),
        }
    }

    /// Whether it goes on, and by whom.
    pub fn how(&self) -> String {
        match (&self.driver, self.ended) {
            (_, true) => "has ended, and is folded in from its journal".to_string(),
            (Some(driver), false) if self.paused => format!("is paused ({driver})"),
            (Some(driver), false) => format!("is going on ({driver})"),
            (None, false) => "is open, and nobody drives it".into(),
        }
    }

    /// `run X is going on (…): 2 of 5 components came to rest`.
    pub fn sentence(&self) -> String {
        let (id, how, settled, all) = (&self.id, self.how(), self.settled, self.components.len());
        format!(
            "run {id} {how}: {settled} of its {all} components came to rest; records change when it has ended"
        )
    }
}

fn words(verdict: &Verdict, stands: &Stands, tried: bool) -> String {
    let (from, to) = match verdict {
        Verdict::Change(change) => (change.from.as_ref(), change.to.as_ref()),
        _ => (None, None),
    };
    let (from, to) = (&short(from, to), &short(to, from));
    match stands {
        Stands::Untouched | Stands::Forward | Stands::Stuck if from == to => {
            format!("{}, stays at {to}", stands.word())
        }
        Stands::Untouched => format!("not begun, {from} → {to}"),
        Stands::Forward if !tried => format!("on its way, still at {from}, {from} → {to}"),
        Stands::Forward => format!("on its way, {from} → {to}"),
        Stands::Committed => format!("done, at {to}"),
        Stands::GoingBack => format!("going back to {from}"),
        Stands::Restored if !tried => format!("not changed, was {from}"),
        Stands::Restored => format!("back at {from}"),
        Stands::Stuck if !tried => format!("stuck, still at {from}"),
        Stands::Stuck => format!("stuck between {from} and {to}"),
        Stands::Skipped | Stands::Held | Stands::Unchanged => format!("left at {from}"),
    }
}
