//! What a run did, as the state takes it in: a checkpoint in the middle, and the whole of it at the end.

use crate::journal::Head;
use crate::model::Moment;
use crate::plan::noun::{Change, Entry, Identity, Observed, Plan, Purpose, Verdict};
use crate::plan::settle;
use crate::run::{Ending, Outcome, Run, Standing, rejected};
use crate::state::checkpoint::{Results, Settled, Standing as Rest};
use crate::state::{FinishedRun, Levels, OutputValue, RunOutcome, RunPurpose, Snapshot, State};
use std::collections::BTreeMap;

/// When a run began, and where its journal stands.
#[derive(Debug, Clone, Copy)]
pub struct Where<'a> {
    /// When it began.
    pub started: Moment,
    /// Now.
    pub now: Moment,
    /// The journal's end.
    pub head: &'a Head,
}

/// What `run` did so far; `base` is the state as it stands. A finished run brings its history and the outputs.
pub fn results(plan: &Plan, run: &Run, outcome: &Outcome, base: &State, at: Where<'_>) -> Results {
    let ended = run.is_finished();
    // It may be folded long after.
    let at = if ended { Where { now: run.at(), ..at } } else { at };
    let mut settled = if ended { settle::without_work(plan, at.now) } else { Vec::new() };
    for (i, entry, change) in plan.changes() {
        settled.extend(rest(plan, run, base, i, entry, change, at.now));
    }
    let complete = matches!(outcome.ending, Ending::Complete | Ending::Incomplete);
    let outputs = (ended && complete && plan.purpose == Purpose::Apply).then(|| outputs(plan));
    Results {
        run: run.id().into(),
        line: at.head.lines,
        token: run.token(),
        program: env!("CARGO_PKG_VERSION").into(),
        settled,
        taken: snapshots(plan, run),
        dropped: Vec::new(),
        outputs,
        finished: ended.then(|| finished(plan, run, outcome, at)),
    }
}

/// How one component came to rest, if it did.
fn rest(
    plan: &Plan,
    run: &Run,
    base: &State,
    i: usize,
    entry: &Entry,
    change: &Change,
    now: Moment,
) -> Vec<Settled> {
    let settled = |standing| Settled { component: entry.address.clone(), standing, at: now };
    match run.standing(i) {
        Standing::Committed => {
            settle::recorded(plan, i, &reached(run, i, entry, change), now).into_iter().collect()
        }
        Standing::Restored => {
            // An earlier checkpoint of this run may have recorded the new level already.
            let ours = base.records.get(&entry.address).is_some_and(|r| r.run == run.id());
            let back = ours.then(|| settle::recorded(plan, i, &entry.observed, now)).flatten();
            let rejected = rejected(plan, run, i).map(|(level, f)| (level.clone(), f.why.clone()));
            back.into_iter().chain([settled(Rest::Restored { rejected })]).collect()
        }
        Standing::Stuck(_) => vec![settled(Rest::Stuck)],
        _ => Vec::new(),
    }
}

/// A committed component as it was verified.
fn reached(run: &Run, i: usize, entry: &Entry, change: &Change) -> Observed {
    let before = entry.observed.identity().cloned().unwrap_or_default();
    let digest = run.verified(i).map_or_else(|| before.digest.clone(), Into::into);
    let identity = Identity { digest, ..before };
    match &change.to {
        Some(level) => {
            Observed::Present { level: level.clone(), running: None, pending: Default::default(), identity }
        }
        None => Observed::Absent(identity),
    }
}

fn snapshots(plan: &Plan, run: &Run) -> BTreeMap<String, Snapshot> {
    let mut all = BTreeMap::new();
    for (i, entry, change) in plan.changes() {
        for stored in run.snapshots(i).iter().filter(|s| s.done) {
            let made = stored.made.clone().unwrap_or_default();
            let snapshot = Snapshot {
                component: entry.address.clone(),
                run: run.id().into(),
                level: change.from.clone(),
                token: made.token,
                place: made.place,
                coverage: made.coverage,
                taken: stored.at,
                size: made.size,
                digest: made.digest,
                expires: entry.snapshot.keep_for.map(|keep| stored.at.plus(keep)),
                survives_target_loss: made.survives_target_loss,
            };
            all.insert(stored.id.clone(), snapshot);
        }
    }
    all
}

fn outputs(plan: &Plan) -> BTreeMap<String, OutputValue> {
    let value = |(name, value, sensitive): &(String, serde_json::Value, bool)| {
        (name.clone(), OutputValue { value: value.clone(), sensitive: *sensitive })
    };
    plan.outputs.iter().map(value).collect()
}

fn finished(plan: &Plan, run: &Run, outcome: &Outcome, at: Where<'_>) -> FinishedRun {
    let levels = outcome.committed.iter().filter_map(|i| {
        let entry = plan.entries.get(*i)?;
        let Verdict::Change(change) = &entry.verdict else { return None };
        Some((entry.address.clone(), Levels { before: change.from.clone(), after: change.to.clone() }))
    });
    FinishedRun {
        id: run.id().into(),
        started: at.started,
        finished: at.now,
        outcome: ended_as(outcome.ending, run),
        purpose: match &plan.purpose {
            Purpose::Apply => RunPurpose::Apply,
            Purpose::RefreshOnly => RunPurpose::RefreshOnly,
            Purpose::Rollback { of } => RunPurpose::Rollback { of: of.clone() },
        },
        journal_lines: at.head.lines,
        journal_head: at.head.sum.clone(),
        levels: levels.collect(),
    }
}

fn ended_as(ending: Ending, run: &Run) -> RunOutcome {
    match ending {
        _ if run.is_abandoned() => RunOutcome::Abandoned,
        Ending::Complete => RunOutcome::Complete,
        Ending::Incomplete => RunOutcome::Incomplete,
        Ending::Restored => RunOutcome::Restored,
        Ending::Halted | Ending::Stuck => RunOutcome::Stuck,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::noun::Step;
    use crate::run::event::{ActionRef, Event, Leg, What};
    use crate::run::sample::{self, FORTH};
    use patchform_sdk::message::{Answer, Done};

    #[test]
    fn what_is_folded_later_happened_when_the_journal_says() {
        let mut plan = sample::plan(&[&[]], 1, crate::config::checked::OnFailure::Halt);
        plan.entries[0].snapshot.keep_for = Some(std::time::Duration::from_millis(100));
        let mut run = Run::start(&plan, "r");
        let mut now = 0;
        let mut happen = |run: &mut Run, what| {
            now += 1;
            run.apply(&Event { at: Moment(now), what }).unwrap();
        };
        happen(&mut run, What::Taken { controller: "me".into(), token: 7 });
        for (index, step) in FORTH.into_iter().enumerate() {
            let action = ActionRef { component: 0, leg: Leg::Forth, index };
            let snapshot = (step == Step::Snapshot).then(|| "s".to_string());
            happen(&mut run, What::Intent { action, step, attempt: 1, snapshot });
            let answer = Answer::Applied(Done::default());
            happen(&mut run, What::Fact { action, attempt: 1, answer });
        }
        happen(&mut run, What::Finished);
        let head = Head { segment: 1, lines: 1, sum: String::new() };
        let at = Where { started: Moment(1), now: Moment(9_000), head: &head };
        let results = results(&plan, &run, &crate::run::outcome(&run), &State::new("l", "p"), at);
        let place = FORTH.iter().position(|s| *s == Step::Snapshot).unwrap() as i64;
        let made = Moment(1 + 2 * (place + 1));
        let taken = &results.taken["s"];
        assert_eq!((taken.taken, taken.expires), (made, Some(Moment(made.0 + 100))));
        let end = Moment(2 + 2 * FORTH.len() as i64);
        assert_eq!(results.finished.unwrap().finished, end);
        assert!(results.settled.iter().all(|s| s.at == end), "{:?}", results.settled);
        assert_eq!(results.token, 7);
    }
}
