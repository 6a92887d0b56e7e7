//! What can still be told of a run whose plan or journal cannot be read to its end, so that it is let go of without having
//! been asked about: what it may have left undone is not forgotten.

use super::{Failure, Place, runs};
use crate::engine::lease::{self, OpenRun};
use crate::engine::results::{self, Lines, Where};
use crate::journal::{self, Expected, Head};
use crate::model::{Address, Moment};
use crate::plan::{Plan, stored};
use crate::run::event::Event;
use crate::run::outcome;
use crate::run::{Heard, Run};
use crate::state::checkpoint::Results;
use crate::world::{clock, disk};
use std::collections::BTreeSet;
use std::path::Path;

/// A run's plan, and the fold of its journal as far as that is what was written.
pub(super) struct Beginning {
    /// What was planned.
    pub plan: Plan,
    /// The fold.
    pub run: Run,
    /// Snapshots that any of its whole lines tells of, also behind the damage.
    pub heard: Heard,
    head: Head,
    started: Option<Moment>,
    /// Components of which what stands behind the damage tells.
    named: BTreeSet<usize>,
}

impl Beginning {
    /// Whether what is proved of its journal tells that this snapshot was made.
    pub fn proves(&self, snapshot: &str) -> bool {
        let made = |i| self.run.snapshots(i).iter().any(|s| s.done && s.id == snapshot);
        (0..self.run.len()).any(made)
    }

    /// When it began, where a line tells.
    pub fn started(&self) -> Option<Moment> {
        self.started
    }

    fn lines(&self) -> Lines<'_> {
        Lines { named: &self.named, heard: &self.heard }
    }
}

/// What `open` may have left, as the state takes it in, and what is known of it.
pub(super) fn left_by(place: &Place, open: &OpenRun) -> (Results, Option<Beginning>) {
    let nothing = Head { segment: 0, lines: 0, sum: String::new() };
    let at = Where { started: open.since, now: clock::now(), head: &nothing };
    let Some(known) = beginning(&place.runs, &open.id) else {
        let held: Vec<Address> = open.holds.components.iter().filter_map(|name| name.parse().ok()).collect();
        return (results::of_nothing(&open.id, held, at), None);
    };
    (left(&known, open.since, at.now), Some(known))
}

/// What a run may have left of which this is known, where it was let go of `now`. `since`: when it began, where that is not known.
fn left(known: &Beginning, since: Moment, now: Moment) -> Results {
    let at = Where { started: known.started.unwrap_or(since), now, head: &known.head };
    let (plan, run) = (&known.plan, &known.run);
    match run.is_finished() {
        true => results::results(plan, run, &outcome(run), at),
        false => results::of_beginning(plan, run, known.lines(), at),
    }
}

/// What the run `id` may have left, which ended without a line that tells it; where nobody knows what it held, of none.
pub(super) fn left_in(place: &Place, id: &str) -> (Results, Option<Beginning>) {
    let since = lease::begun(id).unwrap_or(Moment(0));
    let nothing = Head { segment: 0, lines: 0, sum: String::new() };
    let Some(known) = beginning(&place.runs, id) else {
        let at = Where { started: since, now: since, head: &nothing };
        return (results::of_nothing(id, Vec::new(), at), None);
    };
    (left(&known, since, known.run.at()), Some(known))
}

/// The plan of a run, also where its journal is damaged.
///
/// # Errors
/// There is no such run, or its plan cannot be read.
pub(super) fn plan(runs: &Path, id: &str) -> Result<Plan, Failure> {
    match runs::tell(runs, id) {
        Ok(told) => Ok(told.plan),
        Err(damaged) => beginning(runs, id).map(|known| known.plan).ok_or(damaged),
    }
}

/// What the whole lines of a run's journal tell of snapshots, where its plan cannot be read.
pub(super) fn heard_without_plan(runs: &Path, id: &str) -> Heard {
    let mut heard = Heard::nothing(id);
    // What cannot be read tells nothing.
    let _ = journal::beyond(&runs.join(id).join(runs::JOURNAL), 0, &mut |event| heard.hear(&event));
    heard
}

/// `None` where its plan cannot be read, or the journal is of another one.
pub(super) fn beginning(runs: &Path, id: &str) -> Option<Beginning> {
    let folder = runs::folder(runs, id).ok()?;
    let bytes = disk::read(&folder.join(runs::PLAN), runs::MAX_PLAN).ok()?;
    let plan = stored::read(&bytes).ok()?;
    let (mut run, mut followed, mut started) = (Run::start(&plan, id), true, None);
    let (mut named, mut heard) = (BTreeSet::new(), Heard::nothing(id));
    let mut take = |event: Event, proved: bool| {
        heard.hear(&event);
        followed &= proved && run.apply(&event).is_ok();
        started = started.or(Some(event.at));
        if !followed {
            named.extend(event.what.component());
        }
    };
    let expected = Expected { run: Some(id.into()), lineage: Some(plan.lineage.clone()) };
    let journal = folder.join(runs::JOURNAL);
    let proof = journal::prove(&journal, &expected, &mut |event| take(event, true));
    if proof.header.is_some_and(|header| Some(header.plan) != stored::digest(&bytes)) {
        return None;
    }
    // That their batch was closed is not known; that they were written is.
    proof.open.into_iter().for_each(|event| take(event, true));
    // What cannot be read there tells nothing.
    let _ = journal::beyond(&journal, proof.upto, &mut |event| take(event, false));
    Some(Beginning { plan, run, heard, head: proof.head, started, named })
}
