//! Gates that are asked again directly before anything is taken away.

use super::*;

/// One component: gate, snapshot, gate, patch, verify, commit.
fn keeps_hours() -> Played {
    let mut plan = sample::plan(&[&[]], 1, OnFailure::Halt);
    crate::plan::procedure::ask_again(&mut change_of(&mut plan, 0).forth, true);
    Played::new(&plan)
}

#[test]
fn a_gate_that_has_closed_meanwhile_skips_what_was_only_prepared() {
    let mut p = keeps_hours();
    assert_eq!(
        (p.turn(), p.says(0, "done"), p.says(0, "done")),
        ("gate 0".into(), "snapshot 0".into(), "gate 0".into())
    );
    assert_eq!(p.says(0, "refused"), "finish");
    assert_eq!(p.run.standing(0), Standing::Skipped(Skip::Gate("no".into())));
    assert!(p.run.failure(0).is_none() && p.run.snapshots(0)[0].done, "its snapshot is still known");
}

#[test]
fn whoever_goes_on_before_the_patch_asks_again() {
    // The patch was asked for, and did not happen.
    let mut p = keeps_hours();
    p.turn();
    assert_eq!(p.well(0, 3), "patch 0");
    p.in_flight.clear();
    p.apply(What::taken("you", 2));
    assert_eq!(p.turn(), "probe 0 in 0s");
    assert_eq!(p.says(0, "before"), "gate#2 0");
    assert_eq!(
        (p.says(0, "done"), p.says(0, "refused")),
        ("patch#2 0".into(), "stop: halted at patch: no".into())
    );
    // It halted the run, and changed nothing.
    p.apply(What::taken("he", 3));
    assert_eq!((p.turn(), p.says(0, "done")), ("gate#3 0".into(), "patch#3 0".into()));
    // What may be half-way is brought to its end.
    p.in_flight.clear();
    p.apply(What::taken("she", 4));
    p.turn();
    assert_eq!(p.says(0, "after"), "verify#3 0");

    // The run was paused in between.
    let mut p = keeps_hours();
    p.turn();
    p.well(0, 2);
    p.apply(What::Asked(Request::Pause));
    assert_eq!(p.says(0, "done"), "");
    p.apply(What::Asked(Request::Continue));
    assert_eq!(p.turn(), "gate#2 0");
}

#[test]
fn a_patch_that_never_happens_is_not_tried_for_ever_behind_its_gate() {
    let mut p = keeps_hours();
    p.turn();
    assert_eq!(p.well(0, 3), "patch 0");
    assert_eq!((p.says(0, "unclear"), p.says(0, "before")), ("probe 0 in 0s".into(), "gate#2 0".into()));
    assert_eq!((p.says(0, "done"), p.says(0, "unclear")), ("patch#2 0".into(), "probe 0 in 0s".into()));
    assert_eq!(p.says(0, "before"), "stop: halted at patch: lost");
    // Another controller tries as often.
    p.apply(What::taken("you", 2));
    assert_eq!(p.turn(), "gate#3 0");
    assert_eq!((p.says(0, "done"), p.says(0, "unclear")), ("patch#3 0".into(), "probe 0 in 0s".into()));
    assert_eq!((p.says(0, "before"), p.says(0, "done")), ("gate#4 0".into(), "patch#4 0".into()));
    assert_eq!(
        (p.says(0, "unclear"), p.says(0, "before")),
        ("probe 0 in 0s".into(), "stop: halted at patch: lost".into())
    );
    // Journals of before go on as they did.
    let mut p = keeps_hours();
    p.apply(What::Taken { controller: "before".into(), token: 2, rules: Rules::Fifth });
    p.turn();
    p.well(0, 3);
    for attempt in 2..6 {
        p.says(0, "unclear");
        assert_eq!(p.says(0, "before"), format!("gate#{attempt} 0"));
        p.says(0, "done");
    }
}

/// The same with traffic: gate, gate, drain, snapshot, gate, patch, verify, undrain, commit.
fn drains() -> Played {
    let mut plan = sample::plan(&[&[], &[0]], 2, OnFailure::RollbackRun);
    let change = change_of(&mut plan, 0);
    let step = |action| Planned { action, ..change.forth[0] };
    let (drain, undrain) = (step(Step::Drain), step(Step::Undrain));
    change.forth.insert(1, drain);
    change.forth.insert(5, undrain);
    change.back.insert(0, drain);
    change.back.push(undrain);
    crate::plan::procedure::ask_again(&mut change.forth, true);
    Played::new(&plan)
}

#[test]
fn a_gate_that_has_closed_behind_a_drain_gives_the_traffic_back_and_skips() {
    let mut p = drains();
    p.turn();
    assert_eq!(p.well(0, 4), "gate 0");
    assert_eq!(p.says(0, "refused"), "undrain 0");
    assert_eq!(p.standings(), "going back, held");
    let refused = Skip::Gate("no".into());
    assert_eq!(p.run.stays_away(0), Some(&refused), "it says meanwhile what it is left alone for");
    // Nothing of that is a failure: what its rollout says of others does not count.
    assert_eq!(p.says(0, "done"), "finish");
    assert_eq!((p.run.standing(0), p.run.stays_away(0)), (Standing::Skipped(refused), None));
    assert!(p.run.failure(0).is_none() && !p.run.is_drained(0));
    assert_eq!((p.ending(), outcome(&p.run).gated), (Ending::Incomplete, vec![0]));
}

/// Traffic that cannot be given back says nothing of the patch: a resume tries that again.
#[test]
fn traffic_that_nobody_can_give_back_halts_the_run_and_takes_nothing_back() {
    let mut p = drains();
    p.turn();
    assert_eq!(p.well(0, 7), "undrain 0");
    assert_eq!(p.says(0, "inconclusive"), "stop: halted at undrain: no data");
    assert!(p.run.is_drained(0) && p.run.failure(0).is_none());
    p.in_flight.clear();
    p.apply(What::taken("you", 2));
    assert_eq!(p.turn(), "undrain#2 0");
    assert_eq!(p.says(0, "done"), "commit 0");
}

#[test]
fn whoever_goes_on_behind_a_drain_asks_again_before_the_patch() {
    let mut p = drains();
    p.turn();
    assert_eq!(p.well(0, 5), "patch 0");
    p.in_flight.clear();
    p.apply(What::taken("you", 2));
    p.turn();
    assert_eq!(p.says(0, "before"), "gate#2 0");
    assert_eq!(p.says(0, "refused"), "undrain 0");
    // Its controller dies there, and the next one gives the traffic back.
    p.in_flight.clear();
    p.apply(What::taken("he", 3));
    p.turn();
    assert_eq!(p.says(0, "before"), "undrain#2 0");
    assert_eq!(p.says(0, "done"), "finish");
    assert_eq!(p.run.standing(0), Standing::Skipped(Skip::Gate("no".into())));
}

#[test]
fn a_gate_of_the_beginning_alone_is_not_asked_again() {
    let mut p = Played::new(&sample::plan(&[&[]], 1, OnFailure::Halt));
    p.turn();
    assert_eq!(p.well(0, 2), "patch 0");
    p.in_flight.clear();
    p.apply(What::taken("you", 2));
    p.turn();
    assert_eq!(p.says(0, "before"), "patch#2 0");
}
