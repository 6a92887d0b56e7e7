//! Ways back that throw data away (rule 6 of page 5.3), and what cannot go back at all.

use super::*;

/// One component that is drained before its snapshot, and may not lose data.
fn drained(may_lose: bool) -> Plan {
    let mut plan = sample::plan(&[&[]], 1, OnFailure::RollbackComponent);
    plan.entries[0].snapshot.may_lose_data = may_lose;
    let change = change_of(&mut plan, 0);
    change.forth = sample::planned(&[
        Step::Drain,
        Step::Snapshot,
        Step::Patch,
        Step::Undrain,
        Step::Verify,
        Step::Commit,
    ]);
    change.back = sample::planned(&[Step::Drain, Step::Restore, Step::Verify, Step::Undrain]);
    change.way_back.as_mut().unwrap().discards_data = true;
    plan
}

const LOSES: &str = "throw away data written since traffic returned";

/// How many steps go well, what the next one answers, and how it ends.
#[test]
fn a_restore_that_throws_data_away_is_used_only_while_traffic_is_away() {
    for (may_lose, well, last, next) in [
        (false, 2, "refused", "undrain 0"),
        (false, 2, "unclear/between", "drain 0"),
        (false, 3, "refused", "drain 0"),
        (false, 3, "unclear/before/unclear/before", "drain 0"),
        (false, 3, "unclear/unknown", "stop: 1 component could not be restored"),
        (false, 4, "ill", "stop: 1 component could not be restored"),
        (true, 4, "ill", "drain 0"),
    ] {
        let mut p = Played::new(&drained(may_lose));
        assert_eq!(p.turn(), "drain 0");
        p.well(0, well);
        let said = last.split('/').map(|word| p.says(0, word)).last().unwrap();
        assert_eq!(said, next, "{may_lose} {well} {last}");
        if let Standing::Stuck(why) = p.run.standing(0) {
            assert!(why.contains(LOSES), "{why}");
        }
    }
}

/// The way back is walked once more when the reading is not the one before, but not over data written meanwhile.
#[test]
fn a_second_round_does_not_throw_away_what_the_first_one_let_in() {
    for (may_lose, next) in [(false, "stop: 1 component could not be restored"), (true, "drain#2 0")] {
        let mut p = Played::new(&drained(may_lose));
        p.turn();
        p.well(0, 3);
        assert_eq!(p.says(0, "refused"), "drain 0");
        assert_eq!(p.well(0, 4), "read 0");
        p.in_flight.clear();
        p.apply(What::Read { component: 0, digest: Ok("other".into()) });
        assert_eq!(p.turn(), next, "{may_lose}");
    }
}

#[test]
fn a_plan_whose_only_way_back_throws_data_away_is_not_followed() {
    let mut plan = sample::plan(&[&[]], 1, OnFailure::RollbackComponent);
    change_of(&mut plan, 0).way_back.as_mut().unwrap().discards_data = true;
    let Standing::Skipped(skip) = Run::start(&plan, "r").standing(0) else { panic!("it would be begun") };
    assert!(skip.why().contains("may_lose_data"), "{}", skip.why());
    plan.entries[0].snapshot.may_lose_data = true;
    assert_eq!(Run::start(&plan, "r").standing(0), Standing::Untouched);
}

/// What cannot be taken back gets its traffic again only while nothing has changed there.
#[test]
fn without_a_way_back_traffic_returns_only_to_what_was_not_changed() {
    for (well, last, next, standing) in [
        (1, "refused", "undrain 0", "restored"),
        (1, "unclear/before/unclear/before", "undrain 0", "restored"),
        (1, "unclear/between", "stop: 1 component could not be restored", "stuck"),
        (2, "ill", "stop: 1 component could not be restored", "stuck"),
    ] {
        let mut plan = sample::plan(&[&[]], 1, OnFailure::RollbackComponent);
        plan.entries[0].lifecycle.allow_irreversible = true;
        let change = change_of(&mut plan, 0);
        change.forth =
            sample::planned(&[Step::Drain, Step::Patch, Step::Verify, Step::Undrain, Step::Commit]);
        change.back = sample::planned(&[Step::Undrain]);
        change.way_back = None;
        let mut p = Played::new(&plan);
        assert_eq!(p.turn(), "drain 0");
        p.well(0, well);
        let said = last.split('/').map(|word| p.says(0, word)).last().unwrap();
        assert_eq!(said, next, "{well} {last}");
        if standing == "restored" {
            p.well(0, 1);
        }
        assert_eq!(p.standings(), standing, "{well} {last}");
        let left = outcome(&p.run).left;
        assert_eq!(left.iter().any(|left| left.drained), standing == "stuck");
    }
}

/// A patch that never comes to an end cannot be taken back; what its rollout says of others holds all the same.
#[test]
fn a_patch_that_hangs_is_stuck_and_takes_others_back() {
    for (mode, standings, ending) in [
        (OnFailure::RollbackComponent, "stuck, committed, held", Ending::Stuck),
        (OnFailure::RollbackWave, "stuck, restored, held", Ending::Stuck),
        (OnFailure::RollbackRun, "stuck, restored, held", Ending::Stuck),
        (OnFailure::Halt, "stuck, committed, held", Ending::Stuck),
    ] {
        let mut p = Played::new(&sample::plan(&[&[], &[], &[0]], 10, mode));
        p.turn();
        p.well(1, 5);
        p.well(0, 2);
        p.says(0, "unclear");
        let mut busy = 0;
        while p.run.standing(0) == Standing::Forward {
            p.says(0, "busy");
            busy += 1;
            assert!(busy < 1_000);
        }
        assert_eq!(p.run.failure(0).unwrap().output, "half a log");
        let outlasting = p.run.outlasting(0).map(|(action, attempt)| action.id("R", attempt));
        assert_eq!((outlasting.as_deref(), p.run.outlasting(1)), (Some("R.0.forth2.1"), None));
        if p.run.standing(1) == Standing::GoingBack {
            p.well(1, 2);
            p.says(1, "same");
        }
        assert_eq!((p.standings().as_str(), p.ending()), (standings, ending), "{mode:?}");
        assert!(p.run.stopped().is_some(), "{mode:?}");
        assert_eq!(p.run.halt().is_some(), mode == OnFailure::Halt);
    }
}

/// Who is to blame is told of everybody: the failure that began it, and the one that could not be restored.
#[test]
fn causes_are_kept() {
    let mut p = Played::new(&sample::plan(&[&[], &[0], &[1]], 10, OnFailure::RollbackRun));
    p.turn();
    p.well(0, 5);
    p.well(1, 5);
    p.well(2, 3);
    p.says(2, "ill");
    p.well(2, 2);
    p.says(2, "same");
    for _ in 0..3 {
        p.says(1, "refused");
    }
    assert_eq!(p.standings(), "committed, stuck, restored");
    let causes: Vec<_> = (0..3).map(|i| (p.run.back_for(i), p.run.stuck_under(i))).collect();
    assert_eq!(causes, [(Some(2), Some(1)), (Some(2), None), (Some(2), None)]);
}
