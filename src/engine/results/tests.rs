//! What a run leaves in the state, at every moment of it.

use super::*;
use crate::config::checked::OnFailure;
use crate::plan::noun::Step;
use crate::run::event::{ActionRef, Event, Leg, Request, What};
use crate::run::sample::{self, FORTH};
use crate::run::{Begin, Command, decide, outcome};
use crate::state::State;
use crate::state::checkpoint::checkpoint;
use patchform_sdk::message::{Answer, Done};
use std::collections::BTreeSet;

/// One turn, in which every answer is good but that of the step forth that is `refused`.
fn turn(run: &mut Run, refused: Option<&str>) {
    for command in decide(run, &BTreeSet::new()) {
        match command {
            Command::Begin(Begin { action, step, attempt, snapshot, .. }) => {
                let snapshot = snapshot.filter(|_| step == Step::Snapshot).map(|s| s.id);
                apply(run, What::Intent { action, step, attempt, snapshot });
                let bad = action.leg == Leg::Forth && refused == Some(step.name());
                let answer = if bad { Answer::refused("no") } else { Answer::applied() };
                apply(run, What::Fact { action, attempt, answer });
            }
            Command::ReadBack { component } => {
                apply(run, What::Read { component, digest: Ok(sample::before(component)) });
            }
            Command::Finish => apply(run, What::Finished),
            other => panic!("{other:?}"),
        }
    }
}

fn apply(run: &mut Run, what: What) {
    run.apply(&Event { at: Moment(0), what }).unwrap();
}

fn taken(plan: &Plan) -> Run {
    let mut run = Run::start(plan, "r");
    apply(&mut run, What::taken("me", 1));
    run
}

fn fold(plan: &Plan, run: &Run, state: &State) -> State {
    let head = Head { segment: 0, lines: run.events(), sum: String::new() };
    let at = Where { started: Moment(0), now: Moment(0), head: &head };
    checkpoint(state, results(plan, run, &outcome(run), at))
}

/// A chain of two, and a state in which the first is recorded as something else than was read: it had drifted.
fn drifted() -> (Plan, State) {
    let mut plan = sample::plan(&[&[], &[0]], 10, OnFailure::RollbackComponent);
    plan.providers = crate::plan::samples::everything().providers;
    let mut state = State::new("l1", "0.1.0");
    let record = crate::state::Record {
        provider: "release".into(),
        alias: String::new(),
        level: crate::model::PatchLevel::Single("0.9".into()),
        digest: "as recorded".into(),
        target: "t0".into(),
        claims: Vec::new(),
        run: "earlier".into(),
        at: Moment(0),
    };
    state.records.insert(plan.entries[0].address.clone(), record);
    (plan, state)
}

#[test]
fn records_do_not_depend_on_checkpoints_in_between() {
    for back in [false, true] {
        let (plan, before) = drifted();
        let mut run = taken(&plan);
        while run.standing(0) != Standing::Committed {
            turn(&mut run, None);
        }
        let mut state = fold(&plan, &run, &before);
        assert_eq!(state.records, before.records, "it may still go back");
        if back {
            apply(&mut run, What::Asked(Request::Rollback));
        }
        while !run.is_finished() {
            turn(&mut run, None);
            state = fold(&plan, &run, &state);
        }
        assert_eq!(state.records, fold(&plan, &run, &before).records);
        if back {
            assert_eq!(state.records, before.records, "with its drift");
        } else {
            assert!(state.records.len() == 2 && state.records.values().all(|r| r.run == "r"));
        }
    }
}

#[test]
fn a_refused_patch_does_not_reject_its_level() {
    for (step, rejected) in [("patch", false), ("verify", true)] {
        let (plan, state) = drifted();
        let mut run = taken(&plan);
        while !run.is_finished() {
            turn(&mut run, Some(step));
        }
        assert_eq!(outcome(&run).failed, [0]);
        assert_eq!(!fold(&plan, &run, &state).rejected.is_empty(), rejected, "{step}");
    }
}

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
    happen(&mut run, What::taken("me", 7));
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
    let results = results(&plan, &run, &crate::run::outcome(&run), at);
    let place = FORTH.iter().position(|s| *s == Step::Snapshot).unwrap() as i64;
    let made = Moment(1 + 2 * (place + 1));
    let taken = &results.taken["s"];
    assert_eq!((taken.taken, taken.expires), (made, Some(Moment(made.0 + 100))));
    let end = Moment(2 + 2 * FORTH.len() as i64);
    assert_eq!(results.finished.unwrap().finished, end);
    assert!(results.settled.iter().all(|s| s.at == end), "{:?}", results.settled);
    assert_eq!(results.token, 7);
}
