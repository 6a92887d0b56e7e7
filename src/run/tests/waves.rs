//! `on_failure = "rollback_wave"`: the component that failed and every instance of its wave.

use super::*;
use crate::plan::noun::{Observed, RolloutLimit};

/// Blocks a (0, 1, 2) and b (3, 4) in a wave each; b[0] stands on a[0]. Entry 5 is of another rollout, free.
fn plan() -> Plan {
    let mut plan = sample::plan(&[&[], &[], &[], &[0], &[], &[]], 2, OnFailure::RollbackWave);
    plan.rollouts.push(RolloutLimit {
        name: "other".into(),
        max_parallel: 10,
        on_failure: OnFailure::RollbackComponent,
        pace: Default::default(),
    });
    for (entry, wave) in plan.entries.iter_mut().zip([0, 0, 0, 1, 1, 2]) {
        entry.wave = wave;
    }
    plan.entries[5].rollout = 1;
    plan
}

#[test]
fn a_failure_takes_the_wave_back_and_nothing_else() {
    let mut p = Played::new(&plan());
    assert_eq!(p.turn(), "gate 0, gate 1, gate 5");
    assert_eq!(p.well(0, 5), "gate 2");
    assert_eq!(p.well(5, 5), "");
    p.well(1, 3);
    p.says(1, "ill");
    assert_eq!(p.standings(), "going back, going back, going back, held, untouched, committed");
    assert_eq!(p.run.standing(3), Standing::Held { by: 0, why: Hold::StandsOn });
}

#[test]
fn what_has_not_begun_is_skipped_and_says_why() {
    let mut p = Played::new(&plan());
    p.turn();
    p.well(0, 2);
    assert_eq!(p.says(0, "refused"), "gate 4", "nothing of 0 was changed; the place of 2 is free");
    assert_eq!(p.standings(), "restored, going back, skipped, held, forward, forward");
    let Standing::Skipped(why) = p.run.standing(2) else { panic!("{}", p.standings()) };
    assert_eq!(why.why(), "not begun when its wave was taken back");
    assert_eq!(p.says(1, "done"), "", "its gate answered; nothing is to undo");
    assert_eq!(p.standings(), "restored, restored, skipped, held, forward, forward");
    p.well(4, 5);
    assert_eq!(p.well(5, 5), "finish");
    assert_eq!(p.ending(), Ending::Restored);
    assert_eq!(outcome(&p.run).failed, [0], "the others only went back with it");
}

#[test]
fn dependents_that_have_begun_go_back_first() {
    let mut plan = plan();
    plan.rollouts[0].max_parallel = 10;
    let mut p = Played::new(&plan);
    assert_eq!(p.turn(), "gate 0, gate 1, gate 2, gate 4, gate 5");
    for i in [0, 3, 1] {
        p.well(i, 5);
    }
    p.well(2, 3);
    assert_eq!(p.says(2, "ill"), "restore 2, restore 1, restore 3", "it keeps its place");
    assert_eq!(p.standings(), "going back, going back, going back, going back, forward, forward");
    p.well(3, 2);
    assert_eq!(p.says(3, "same"), "restore 0");
    assert_eq!(p.well(4, 5), "", "3 went back for the sake of 0: the rest of its own wave stays");
    assert_eq!(p.run.standing(4), Standing::Committed);
}

/// A member that goes back with another block, and fails there by itself, takes its own wave back too.
#[test]
fn a_failure_on_the_way_back_of_another_takes_its_own_wave_back() {
    let mut plan = plan();
    plan.entries[0].rollout = 1;
    plan.entries[0].wave = 7;
    let mut p = Played::new(&plan);
    p.turn();
    p.well(0, 5);
    p.well(1, 5);
    p.well(2, 5);
    p.well(4, 5);
    p.well(3, 3);
    p.run.take_back(0);
    assert_eq!(p.standings(), "going back, committed, committed, going back, committed, forward");
    p.says(3, "ill");
    assert_eq!(p.standings(), "going back, committed, committed, going back, going back, forward");
}

#[test]
fn a_wave_without_that_mode_is_nobodys_concern() {
    let mut plan = plan();
    plan.rollouts[0].on_failure = OnFailure::RollbackComponent;
    let mut p = Played::new(&plan);
    p.turn();
    p.well(0, 5);
    p.well(1, 3);
    p.says(1, "ill");
    assert_eq!(p.run.standing(0), Standing::Committed);
}

/// c2 stands on c0 through c1, which the plan does not change: holding what has not begun there must not keep what has
/// from going back.
#[test]
fn what_has_begun_goes_back_through_what_is_not_changed() {
    let mut plan = sample::plan(&[&[], &[0], &[1], &[]], 10, OnFailure::RollbackWave);
    plan.rollouts.push(RolloutLimit {
        name: "other".into(),
        max_parallel: 10,
        on_failure: OnFailure::RollbackComponent,
        pace: Default::default(),
    });
    plan.entries[1].verdict = PlanVerdict::NoChange { adopt: false };
    plan.entries[2].rollout = 1;
    for (entry, wave) in plan.entries.iter_mut().zip([0, 1, 2, 0]) {
        entry.wave = wave;
    }
    let mut p = Played::new(&plan);
    p.turn();
    assert_eq!(p.well(0, 5), "gate 2");
    p.well(2, 3);
    p.well(3, 2);
    assert_eq!(p.says(3, "refused"), "", "2 answers first");
    assert_eq!(p.standings(), "going back, unchanged, going back, restored");
    assert_eq!(p.says(2, "done"), "restore 2");
    p.well(2, 2);
    assert_eq!(p.says(2, "same"), "restore 0");
}

/// Who was stuck in the middle of its way back, and was put back by a person meanwhile, waits for what began after it on its target, and
/// holds no place meanwhile: that may be the only one.
#[test]
fn who_was_put_back_by_hand_leaves_its_place_to_who_goes_back_first() {
    let mut plan = sample::plan(&[&[], &[], &[]], 1, OnFailure::RollbackWave);
    plan.entries[1].wave = 1;
    for i in 0..2 {
        let PlanVerdict::Change(change) = &mut plan.entries[i].verdict else { continue };
        change.preview.reload = Reload::Reboot;
        if let Observed::Present { identity, .. } = &mut plan.entries[i].observed {
            identity.target = "one".into();
        }
    }
    let mut p = Played::new(&plan);
    p.turn();
    p.well(0, FORTH.len());
    p.well(1, FORTH.len());
    p.well(2, 2);
    assert_eq!(p.says(2, "refused"), "restore 0");
    for _ in 0..3 {
        p.says(0, "unclear");
        p.says(0, "between");
    }
    assert_eq!(p.standings(), "stuck, committed, restored");
    p.apply(What::taken("me", 2));
    p.apply(What::Read { component: 0, digest: Ok(before(0)) });
    p.apply(What::Asked(Request::Rollback));
    assert_eq!(p.turn(), "restore 1");
    p.well(1, 2);
    assert_eq!(p.says(1, "same"), "verify#4 0");
    p.well(0, 1);
    assert_eq!(p.says(0, "same"), "finish");
    assert_eq!(p.standings(), "restored, restored, restored");
}
