//! The state as readers see it: the checkpoint on disk, and what the journals of open runs say on top of it (page 5.4).
//! It is only looked at: what is written is always made from the checkpoint.

use super::plan::backend;
use super::{Failure, Place, runs};
use crate::backend::Local;
use crate::engine::lease::OpenRun;
use crate::engine::results::{Where, results};
use crate::report::open_run::OpenRunView;
use crate::run::outcome;
use crate::state::{State, checkpoint};

/// What a reader sees.
pub struct View {
    /// The checkpoint with every readable open journal folded in; its serial is the checkpoint's.
    pub state: State,
    /// The runs that have not ended.
    pub open: Vec<OpenRunView>,
    /// Journals that could not be folded, and why.
    pub damaged: Vec<String>,
}

/// What is seen of the working folder now; `None` when there is neither a state nor an open run.
///
/// # Errors
/// The state or a lease cannot be read.
pub fn look(place: &Place, local: &Local) -> Result<Option<View>, Failure> {
    // In this order: a run that ends in between is in the state, and its journal says nothing else.
    let open = runs::open(&place.runs)?;
    Ok(folded(place, local.read().map_err(backend)?, &open))
}

/// As [`look`], in the working folder that was used last; there must be a state.
///
/// # Errors
/// As [`look`]; there is none.
pub fn required() -> Result<View, Failure> {
    let place = Place::known()?;
    look(&place, &Local::new(&place.state))?.ok_or_else(|| super::state::none(&place))
}

fn folded(place: &Place, state: Option<State>, open: &[OpenRun]) -> Option<View> {
    let (mut seen, mut views, mut damaged) = (state, Vec::new(), Vec::new());
    for run in open {
        match runs::tell(&place.runs, &run.id) {
            Ok(told) => {
                let before =
                    seen.unwrap_or_else(|| State::new(&told.plan.lineage, env!("CARGO_PKG_VERSION")));
                if before.lineage == told.plan.lineage {
                    seen = Some(fold(&before, &told));
                } else {
                    damaged.push(format!(
                        "run {} belongs to another state than this one, and is not shown",
                        run.id
                    ));
                    seen = Some(before);
                }
                views.push(OpenRunView::of(&told.plan, &told.run, run.alive.then(|| run.driver())));
            }
            // Killed before its first line was durable: it did nothing.
            Err(_) if runs::never_begun(&place.runs, &run.id) => {}
            Err(why) => damaged.push(format!(
                "what run {} did since the last checkpoint of the state is not shown: {}",
                run.id, why.message
            )),
        }
    }
    seen.map(|state| View { state, open: views, damaged })
}

fn fold(state: &State, told: &runs::Told) -> State {
    let at = Where { started: told.started(), now: told.run.at(), head: &told.journal.head };
    let results = results(&told.plan, &told.run, &outcome(&told.run), at);
    State { serial: state.serial, ..checkpoint::checkpoint(state, results) }
}

impl View {
    /// What a person should know beside what was asked for, one sentence each.
    pub fn notices(&self) -> Vec<String> {
        self.open.iter().map(OpenRunView::sentence).chain(self.damaged.iter().cloned()).collect()
    }
}
