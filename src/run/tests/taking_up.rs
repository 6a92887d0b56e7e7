//! A run that is abandoned, or taken up where it halted.

use super::*;

/// A run whose controller was lost in the patch of 0, to be abandoned.
pub(super) fn abandoned(mode: OnFailure, leaving: BTreeSet<usize>) -> Played {
    let mut p = chain(mode);
    p.turn();
    p.well(0, 2);
    p.in_flight.clear();
    p.apply(What::Taken { controller: "me".into(), token: 2 });
    p.apply(What::Asked(Request::Abandon { leaving }));
    p
}

#[test]
fn what_is_under_way_is_asked_about_before_a_run_is_abandoned() {
    for (found, next, standings) in [
        ("after", "finish", "stuck, skipped, skipped"),
        ("before", "finish", "restored, skipped, skipped"),
        ("between", "finish", "stuck, skipped, skipped"),
        ("busy", "stop: not abandoned: a step may still go on", "forward, untouched, untouched"),
        ("unknown", "stop: not abandoned: a step may still go on", "forward, untouched, untouched"),
    ] {
        for mode in [OnFailure::RollbackComponent, OnFailure::RollbackRun, OnFailure::Halt] {
            let mut p = abandoned(mode, BTreeSet::new());
            assert_eq!(p.turn(), "probe 0 in 0s");
            assert_eq!(p.says(0, found), next, "{found}");
            assert_eq!(p.standings(), standings, "{found}");
            let held: Vec<usize> = p.run.goes_on().map(|(i, _)| i).collect();
            assert_eq!(held, if p.run.is_finished() { vec![] } else { vec![0] }, "{found}");
        }
    }
    // Ctrl-C while it is asked about.
    let mut p = abandoned(OnFailure::Halt, BTreeSet::new());
    p.turn();
    p.apply(What::Asked(Request::Stop));
    assert_eq!(p.says(0, "busy"), "stop: stopped on request");
    // It is taken up again, and asked about as ever.
    p.apply(What::Taken { controller: "you".into(), token: 3 });
    assert_eq!(p.turn(), "probe 0 in 0s");
}

/// What is owed goes by how far its run had come when it was abandoned.
#[test]
fn an_abandoned_run_owes_what_came_after_its_last_change() {
    let with_reload = |plan: &mut Plan| {
        let change = change_of(plan, 0);
        change.preview.reload = Reload::Reboot;
        let forth = [Step::Gate, Step::Snapshot, Step::Patch, Step::Reload, Step::Verify, Step::Commit];
        change.forth = sample::planned(&forth);
        change.back = sample::planned(&[Step::Restore, Step::Reload, Step::Verify]);
    };
    let asked = |p: &mut Played| {
        if p.turn().starts_with("probe") {
            p.says(0, "before");
        }
    };
    // How many steps forth were well, whether it was taken back then and how many steps back were well; what is owed, and
    // whether what stands there may be half done.
    for (forth, back, owed, half) in [
        (2, None, None, false),
        (3, None, Some(Reload::Reboot), false),
        (4, None, Some(Reload::None), false),
        (5, None, None, false),
        // Its restore was begun: nobody relies on its not having begun.
        (4, Some(0), Some(Reload::Reboot), true),
        (4, Some(1), Some(Reload::Reboot), false),
        (4, Some(2), Some(Reload::None), false),
        (3, Some(0), Some(Reload::Reboot), true),
        (3, Some(1), Some(Reload::Reboot), false),
    ] {
        let mut plan = sample::plan(&[&[]], 1, OnFailure::Halt);
        with_reload(&mut plan);
        let mut p = Played::new(&plan);
        p.turn();
        p.well(0, forth);
        // Nobody hears of what begins next.
        p.in_flight.clear();
        p.apply(What::Taken { controller: "me".into(), token: 2 });
        if let Some(back) = back {
            p.apply(What::Asked(Request::Rollback));
            asked(&mut p);
            p.well(0, back);
            p.in_flight.clear();
            p.apply(What::Taken { controller: "you".into(), token: 3 });
        }
        assert_eq!(p.run.owed(0), None, "nothing is owed while it goes on");
        p.apply(What::Asked(Request::Abandon { leaving: BTreeSet::new() }));
        asked(&mut p);
        assert!(p.run.is_finished(), "{forth} forth, {back:?} back");
        assert_eq!(p.run.owed(0), owed, "{forth} forth, {back:?} back: {}", p.standings());
        assert_eq!(p.run.is_half(0, false), half, "{forth} forth, {back:?} back");
    }
}

/// Two free components; the patches of both are unclear, and only one of them has ended.
#[test]
fn what_failed_while_a_run_was_to_be_abandoned_goes_back_later() {
    let plan = sample::plan(&[&[], &[]], 2, OnFailure::RollbackComponent);
    let mut p = Played::new(&plan);
    p.turn();
    p.well(0, 2);
    p.well(1, 2);
    p.in_flight.clear();
    p.apply(What::Taken { controller: "me".into(), token: 2 });
    p.apply(What::Asked(Request::Abandon { leaving: BTreeSet::new() }));
    assert_eq!(p.turn(), "probe 0 in 0s, probe 1 in 0s");
    p.says(0, "between");
    assert_eq!(p.says(1, "busy"), "stop: not abandoned: a step may still go on");
    assert_eq!(p.standings(), "forward, forward");
    p.apply(What::Taken { controller: "you".into(), token: 3 });
    assert_eq!(p.standings(), "going back, forward");
    assert_eq!(p.turn(), "probe 1 in 0s, restore 0");
}

/// A patch that halted half-way is read before it is tried again, and expects what was read.
#[test]
fn what_a_run_left_half_way_itself_is_what_the_next_try_expects() {
    let plan = sample::plan(&[&[]], 1, OnFailure::Halt);
    let halted = || {
        let mut p = Played::new(&plan);
        p.turn();
        p.well(0, 2);
        p.says(0, "unclear");
        assert_eq!(p.says(0, "between"), "stop: halted at patch: lost; half");
        p.apply(What::Taken { controller: "me".into(), token: 2 });
        assert_eq!(p.turn(), "read 0");
        p
    };
    let read = |p: &mut Played, digest: Result<String, String>| {
        p.in_flight.remove(&0);
        p.apply(What::Read { component: 0, digest });
    };
    let mut p = halted();
    read(&mut p, Ok("half".into()));
    let [Command::Begin(begin)] = &decide(&p.run, &p.in_flight)[..] else { panic!("it is tried again") };
    assert_eq!((begin.step, begin.expected.as_deref()), (Step::Patch, Some("half")));
    // What was read for a controller that is gone may be old.
    p.apply(What::Taken { controller: "you".into(), token: 3 });
    assert_eq!(p.turn(), "read 0");
    read(&mut p, Ok("more".into()));
    assert_eq!(p.turn(), "patch#2 0");
    assert_eq!(p.says(0, "done"), "verify 0");
    // It cannot be read.
    let mut p = halted();
    read(&mut p, Err("no route".into()));
    assert_eq!(p.turn(), "stop: halted at patch: it cannot be read again: no route");
    // A rollback does not wait for the reading.
    let mut p = halted();
    p.apply(What::Asked(Request::Rollback));
    assert!(!p.run.awaits_reading(0));
    assert_eq!(p.turn(), "restore 0");
}

/// What got stuck in its way back is asked about at once, and goes on with it when its rollout has a place for it.
#[test]
fn what_was_stuck_waits_for_a_place_of_its_rollout() {
    let mut p = Played::new(&sample::plan(&[&[], &[]], 1, OnFailure::RollbackComponent));
    p.turn();
    p.well(0, 2);
    p.says(0, "unclear");
    assert_eq!(p.says(0, "between"), "restore 0");
    p.says(0, "unclear");
    while p.run.standing(0) == Standing::GoingBack {
        p.says(0, "busy");
    }
    assert_eq!(p.well(1, 2), "patch 1");
    p.in_flight.clear();
    p.apply(What::Taken { controller: "me".into(), token: 2 });
    assert_eq!(p.turn(), "probe 0 in 0s, probe 1 in 0s");
    assert_eq!(p.says(0, "before"), "");
    assert_eq!(p.says(1, "after"), "verify 1");
    assert_eq!(p.well(1, 2), "restore#2 0");
    assert_eq!(p.standings(), "going back, committed");
}
