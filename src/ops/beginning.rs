//! What can still be told of a run whose plan or journal cannot be read to its end, so that it is let go of without having
//! been asked about: what it may have left undone is not forgotten.

use super::{Place, runs};
use crate::engine::lease::OpenRun;
use crate::engine::results::{self, Where};
use crate::journal::{self, Expected, Head};
use crate::model::{Address, Moment};
use crate::plan::{Plan, stored};
use crate::run::Run;
use crate::run::event::Event;
use crate::run::outcome;
use crate::state::checkpoint::Results;
use crate::world::{clock, disk};
use std::collections::BTreeSet;
use std::path::Path;

/// A run's plan, and the fold of its journal as far as that is what was written.
struct Beginning {
    plan: Plan,
    run: Run,
    head: Head,
    started: Option<Moment>,
    /// Components of which what stands behind the damage tells.
    named: BTreeSet<usize>,
}

/// What `open` may have left, as the state takes it in, and the lineage of the state that it belongs to, where that is known.
pub(super) fn left_by(place: &Place, open: &OpenRun) -> (Results, Option<String>) {
    let nothing = Head { segment: 0, lines: 0, sum: String::new() };
    let at = Where { started: open.since, now: clock::now(), head: &nothing };
    let Some(known) = beginning(&place.runs, &open.id) else {
        let held: Vec<Address> = open.holds.components.iter().filter_map(|name| name.parse().ok()).collect();
        return (results::of_nothing(&open.id, held, at), None);
    };
    let at = Where { started: known.started.unwrap_or(at.started), head: &known.head, ..at };
    let results = match known.run.is_finished() {
        true => results::results(&known.plan, &known.run, &outcome(&known.run), at),
        false => results::of_beginning(&known.plan, &known.run, &known.named, at),
    };
    (results, Some(known.plan.lineage))
}

/// The plan of a run whose journal is damaged.
pub(super) fn plan(runs: &Path, id: &str) -> Option<Plan> {
    beginning(runs, id).map(|known| known.plan)
}

/// `None` where its plan cannot be read, or the journal is of another one.
fn beginning(runs: &Path, id: &str) -> Option<Beginning> {
    let folder = runs::folder(runs, id).ok()?;
    let bytes = disk::read(&folder.join(runs::PLAN), runs::MAX_PLAN).ok()?;
    let plan = stored::read(&bytes).ok()?;
    let (mut run, mut followed, mut started) = (Run::start(&plan, id), true, None);
    let mut named = BTreeSet::new();
    let mut take = |event: Event, proved: bool| {
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
    // What cannot be read there tells nothing.
    let _ = journal::beyond(&journal, proof.head.lines, &mut |event| take(event, false));
    Some(Beginning { plan, run, head: proof.head, started, named })
}
