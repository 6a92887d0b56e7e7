//! What a run leaves in the state: checkpoints while it goes on, all of it at its end, and the end of a run whose
//! controller died before it could write that down.

use super::apply::Audience;
use super::opening::mark_begun;
use super::outputs::{self, Hide};
use super::plan::backend;
use super::{Failure, Place, runs, secrets};
use crate::backend::{Base, Local};
use crate::engine::results::{self, Where};
use crate::engine::{lease, marks};
use crate::journal::Head;
use crate::model::{Mask, Moment};
use crate::plan::{Plan, superseded};
use crate::run::{Run, outcome};
use crate::state::State;
use crate::state::checkpoint::{Results, checkpoint};
use crate::world::{clock, failpoint};
use std::path::Path;
use std::time::{Duration, Instant};

/// At most this long between two checkpoints of the state in the middle of a run.
const CHECKPOINT: Duration = Duration::from_secs(30);

/// What a run leaves in the state.
pub(super) struct Ledger {
    /// When the run began.
    pub started: Moment,
    /// The state that this run's results are folded into.
    pub state: State,
    /// What stands on disk.
    pub base: Base,
    pub saved_at: Instant,
    /// Of how many lines of the journal the state was made, where that has fewer: it lacks its end.
    pub lacks: Option<u64>,
}

/// Of how many lines of its journal the state was made, where the run in `folder` that it tells of has fewer; as many as it has
/// where that was so when it was taken before.
pub(super) fn lacks(state: &State, run: &Run, folder: &Path) -> Option<u64> {
    let folded = state.folded.as_ref().filter(|folded| folded.run == run.id());
    let more = folded.map(|folded| folded.line).filter(|line| *line > run.events());
    more.or_else(|| marks::is_cut(folder).then(|| run.events()))
}

impl Ledger {
    /// Whether the next checkpoint is due.
    pub fn is_due(&self) -> bool {
        self.saved_at.elapsed() > CHECKPOINT
    }

    /// Folds what is known so far into the state. That it cannot be written is told and is no reason to stop: the
    /// journal has everything.
    pub fn checkpoint(&mut self, plan: &Plan, run: &Run, local: &Local, audience: &mut dyn Audience) {
        let head = Head { segment: 0, lines: run.events(), sum: String::new() };
        if let Err(failure) = self.fold(plan, run, local, &head, Vec::new()) {
            audience
                .notice(&format!("the state could not be written; the journal has everything: {failure}"));
        }
        self.saved_at = clock::steady();
    }

    pub fn fold(
        &mut self,
        plan: &Plan,
        run: &Run,
        local: &Local,
        head: &Head,
        dropped: Vec<String>,
    ) -> Result<(), Failure> {
        let at = Where { started: self.started, now: clock::now(), head };
        let mut results = results::results(plan, run, &outcome(run), at);
        if self.lacks.is_some() && !run.is_cut() {
            results.settled.extend(results::of_lost_lines(plan, run, at.now));
        }
        results.line = results.line.max(self.lacks.unwrap_or(0));
        spare_newer(&mut results, plan, self.started, &self.state);
        self.take_in(Results { dropped, ..results }, local)
    }

    /// Takes `results` into the state on disk.
    pub fn take_in(&mut self, results: Results, local: &Local) -> Result<(), Failure> {
        let lock = local.lock("apply").map_err(backend)?;
        // Another run on other components may have written since: its changes are kept.
        if let Some(now) = local.read().map_err(backend)? {
            self.base = Base::of(Some(&now));
            self.state = now;
        }
        let run = results.run.clone();
        let next = checkpoint(&self.state, results);
        if next.serial != self.state.serial || self.base == Base::Absent {
            self.base = local.write(&lock, &self.base, &next, Some(&run)).map_err(backend)?;
            self.state = next;
        }
        Ok(())
    }
}

/// Takes out of `results` of a run of `plan` what a later run recorded of its components: its folder was away then, and nothing
/// of it goes over that.
pub(super) fn spare_newer(results: &mut Results, plan: &Plan, started: Moment, state: &State) {
    let newer = superseded(plan, &results.run, started, state);
    results.settled.retain(|settled| !newer.contains_key(&settled.component));
    if let Some(run) = &mut results.finished {
        run.levels.retain(|component, _| !newer.contains_key(component));
    }
}

/// A run that the state knows as begun and not as ended, and whose folder is gone, is open still: nobody knows what it held or
/// did, until a person lets go of it.
fn reopen_lost(place: &Place, state: &State) -> Result<(), Failure> {
    let Some(folded) = state.folded.as_ref().filter(|folded| state.run(&folded.run).is_none()) else {
        return Ok(());
    };
    let folder = place.runs.join(&folded.run);
    if !folder.exists() {
        std::fs::create_dir_all(&folder).map_err(Failure::error)?;
        mark_begun(&folder, state.token)?;
    }
    Ok(())
}

/// Ends what a dead controller left nearly ended: a run that finished in its journal is folded into the state, and one
/// that never began (killed before its first line was durable) is forgotten. Others are left as they are.
///
/// # Errors
/// The state or a lease cannot be read or written.
pub(super) fn settle_ended(place: &Place, local: &Local) -> Result<(), Failure> {
    let state = local.read().ok().flatten();
    if let Some(state) = &state {
        reopen_lost(place, state)?;
    }
    for open in runs::open(&place.runs)?.into_iter().filter(|run| !run.alive) {
        let folder = place.runs.join(&open.id);
        if !lease::is_there(&folder) && state.as_ref().is_some_and(|state| state.run(&open.id).is_some()) {
            // An earlier patchform let go of it, which left no mark.
            let _ = marks::mark_ended(&folder);
            continue;
        }
        let ended = runs::tell(&place.runs, &open.id).ok().filter(|told| told.run.is_finished());
        if ended.is_none() && !runs::never_begun(&place.runs, &open.id) {
            continue;
        }
        let now = clock::now();
        let lock = local.lock("settling a run").map_err(backend)?;
        let above = local.read().map_err(backend)?.map_or(0, |s| s.token).max(open.token);
        // Somebody else may settle it at the same time.
        let Ok(lease) = lease::acquire(&place.runs, &open.id, &open.holds, above, now) else { continue };
        drop(lock);
        if let Some(told) = ended {
            let state = local.read().map_err(backend)?;
            let base = Base::of(state.as_ref());
            let lineage = told.plan.lineage.clone();
            let state = state.unwrap_or_else(|| State::new(lineage, env!("CARGO_PKG_VERSION")));
            let lacks = lacks(&state, &told.run, &folder);
            let mut ledger =
                Ledger { started: told.started(), state, base, saved_at: clock::steady(), lacks };
            ledger.fold(&told.plan, &told.run, local, &told.journal.head, Vec::new())?;
            failpoint::pass("settle.folded");
            // Secrets are not known here: what was taken in was masked then.
            let masked = Mask::default();
            let hide = match secrets::has_any(&told.plan) {
                true => Hide::These(&masked, &told.journal.events),
                false => Hide::Nothing,
            };
            outputs::keep(place, &told.run, &hide);
        }
        lease.release().map_err(runs::leased)?;
    }
    Ok(())
}
