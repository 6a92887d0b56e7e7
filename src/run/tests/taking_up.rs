//! A run that is abandoned, or taken up where it halted.

use super::*;

/// A run whose controller was lost in the patch of 0, to be abandoned.
pub(super) fn abandoned(mode: OnFailure, leaving: BTreeSet<usize>) -> Played {
    let mut p = chain(mode);
    p.turn();
    p.well(0, 2);
    p.in_flight.clear();
    p.apply(What::taken("me", 2));
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
    p.apply(What::taken("you", 3));
    assert_eq!(p.turn(), "probe 0 in 0s");
}

/// Nobody could tell whether a step had ended when its run halted there: that holds until its component reads.
#[test]
fn a_run_is_let_go_of_once_what_could_not_be_asked_about_reads() {
    for (digest, next) in [
        (Ok("half".to_string()), "finish"),
        (Err("it still runs".to_string()), "stop: not abandoned: a step may still go on"),
    ] {
        let mut p = Played::new(&sample::plan(&[&[]], 1, OnFailure::Halt));
        p.turn();
        p.well(0, 2);
        p.says(0, "unclear");
        p.says(0, "unknown");
        p.apply(What::taken("me", 2));
        assert!(p.run.awaits_look(0));
        p.apply(What::Read { component: 0, digest });
        p.apply(What::Asked(Request::Abandon { leaving: BTreeSet::new() }));
        assert_eq!(p.turn(), next);
    }
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
        p.apply(What::taken("me", 2));
        if let Some(back) = back {
            p.apply(What::Asked(Request::Rollback));
            asked(&mut p);
            p.well(0, back);
            p.in_flight.clear();
            p.apply(What::taken("you", 3));
        }
        assert_eq!(p.run.owed(0), None, "nothing is owed while it goes on");
        p.apply(What::Asked(Request::Abandon { leaving: BTreeSet::new() }));
        asked(&mut p);
        assert!(p.run.is_finished(), "{forth} forth, {back:?} back");
        assert_eq!(
            p.run.owed(0).map(|undone| undone.reload),
            owed,
            "{forth} forth, {back:?} back: {}",
            p.standings()
        );
        assert_eq!(p.run.is_half(0, false), half, "{forth} forth, {back:?} back");
    }
}

/// Lines of the journal are lost behind so many steps: what they may have done is owed unless a later controller made sure of it.
#[test]
fn what_lost_lines_may_have_done_is_owed_unless_somebody_made_sure_of_it() {
    // Behind its verification only `commit` is left, which makes sure of nothing.
    for (steps, owed) in [(1, None), (2, None), (3, None), (4, Some((Reload::None, false)))] {
        let mut p = Played::new(&sample::plan(&[&[]], 1, OnFailure::Halt));
        p.turn();
        p.well(0, steps);
        p.in_flight.clear();
        p.apply(What::taken("me", 2));
        if p.turn().starts_with("probe") {
            p.says(0, "after");
        }
        while !p.run.is_finished() {
            p.says(0, "done");
        }
        assert_eq!(p.standings(), "committed");
        let found = p.run.may_owe_to_lost_lines(0).map(|(undone, half)| (undone.reload, half));
        assert_eq!(found, owed, "behind {steps} of {FORTH:?}");
    }
}

/// A reading contradicts the journal, and another one does not any more: what runs there is nobody's word.
#[test]
fn what_reads_as_before_again_is_not_known_to_be_in_force() {
    let mut p = chain(OnFailure::Halt);
    p.turn();
    p.well(0, 1);
    p.in_flight.clear();
    for (token, read) in [(2, "other".to_string()), (3, before(0))] {
        p.apply(What::taken("me", token));
        p.apply(What::Read { component: 0, digest: Ok(read) });
    }
    p.apply(What::Asked(Request::Abandon { leaving: BTreeSet::new() }));
    assert_eq!(p.turn(), "probe 0 in 0s");
    assert_eq!(p.says(0, "before"), "finish");
    assert!(p.run.is_finished() && p.run.is_cut(), "{}", p.standings());
    assert_eq!(p.standings(), "restored, skipped, skipped");
    let owed = p.run.may_owe_to_lost_lines(0).map(|(undone, half)| (undone.reload, half));
    assert_eq!(owed, Some((Reload::None, false)));
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
    p.apply(What::taken("me", 2));
    p.apply(What::Asked(Request::Abandon { leaving: BTreeSet::new() }));
    assert_eq!(p.turn(), "probe 0 in 0s, probe 1 in 0s");
    p.says(0, "between");
    assert_eq!(p.says(1, "busy"), "stop: not abandoned: a step may still go on");
    assert_eq!(p.standings(), "forward, forward");
    p.apply(What::taken("you", 3));
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
        p.apply(What::taken("me", 2));
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
    p.apply(What::taken("you", 3));
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

/// The patch halted and changed nothing: what stands there when a person resumes the run, which may have put it right, is what
/// the next try expects.
#[test]
fn what_was_put_right_by_hand_is_what_the_next_try_expects() {
    for (rules, next) in [(Rules::Fifth, "read 0"), (Rules::Fourth, "patch#2 0")] {
        let mut p = Played::new(&sample::plan(&[&[]], 1, OnFailure::Halt));
        p.turn();
        p.well(0, 2);
        assert_eq!(p.says(0, "refused"), "stop: halted at patch: no");
        p.apply(What::Taken { controller: "you".into(), token: 2, rules });
        assert_eq!(p.turn(), next, "{rules:?}");
    }
    let mut p = Played::new(&sample::plan(&[&[]], 1, OnFailure::Halt));
    p.turn();
    p.well(0, 2);
    p.says(0, "refused");
    p.apply(What::taken("you", 2));
    p.turn();
    p.in_flight.clear();
    p.apply(What::Read { component: 0, digest: Ok("by hand".into()) });
    let [Command::Begin(begin)] = &decide(&p.run, &p.in_flight)[..] else { panic!("it is tried again") };
    assert_eq!((begin.step, begin.expected.as_deref()), (Step::Patch, Some("by hand")));
    // What a person put there is taken back with the rest.
    assert!(p.run.components[0].changed);
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
    p.apply(What::taken("me", 2));
    assert_eq!(p.turn(), "probe 0 in 0s, probe 1 in 0s");
    assert_eq!(p.says(0, "before"), "");
    assert_eq!(p.says(1, "after"), "verify 1");
    assert_eq!(p.well(1, 2), "restore#2 0");
    assert_eq!(p.standings(), "going back, committed");
}

/// Two have no way back; one of them is verified when its controller dies, and stands on what could go back.
#[test]
fn what_gets_stuck_when_a_run_changes_hands_holds_what_it_stands_on() {
    for (rules, expected) in
        [(Rules::Fourth, "committed, stuck, stuck"), (Rules::Third, "going back, stuck, stuck")]
    {
        let mut plan = sample::plan(&[&[], &[], &[0]], 10, OnFailure::RollbackComponent);
        for i in [1, 2] {
            plan.entries[i].lifecycle.allow_irreversible = true;
            change_of(&mut plan, i).way_back = None;
            change_of(&mut plan, i).back.clear();
        }
        let mut p = Played::new(&plan);
        p.turn();
        p.well(1, 5);
        p.well(0, 5);
        assert_eq!(p.well(2, 3), "verify 2");
        p.apply(What::Asked(Request::Rollback));
        p.in_flight.clear();
        p.apply(What::Taken { controller: "you".into(), token: 2, rules });
        let told = p.turn();
        assert_eq!(p.standings(), expected, "{rules:?}: {told}");
        // Whoever takes it next finds all of them.
        p.apply(What::taken("you", 3));
        p.turn();
        assert_eq!(p.standings(), "committed, stuck, stuck", "{rules:?}");
    }
}

/// A controller of the program before form 3.
fn taken_by_first(token: u64) -> What {
    What::Taken { controller: "old".into(), token, rules: Rules::First }
}

/// The disk was too full to write down what was found: whoever takes the run asks again, and does again what had not happened.
#[test]
fn what_was_unclear_when_its_controller_was_lost_is_done_again() {
    let taken_by = |rules| What::Taken { controller: "you".into(), token: 2, rules };
    for (rules, next, again) in [
        // What another one had begun is no try of this one.
        (Rules::Third, "patch#2 0", "patch#3 0"),
        (Rules::Second, "patch#2 0", "finish"),
        (Rules::First, "finish", ""),
    ] {
        let mut p = chain(OnFailure::RollbackComponent);
        p.turn();
        p.well(0, 2);
        assert_eq!(p.says(0, "unclear"), "probe 0 in 0s");
        p.in_flight.clear();
        p.apply(taken_by(rules));
        assert_eq!(p.turn(), "probe 0 in 0s");
        assert_eq!(p.says(0, "before"), next);
        if !again.is_empty() {
            p.says(0, "unclear");
            assert_eq!(p.says(0, "before"), again, "{rules:?}");
        }
    }
}

/// 1 stands on 0, which is at its level, and cannot be restored.
fn stuck_on_what_is_well(mode: OnFailure) -> Played {
    let mut p = Played::new(&sample::plan(&[&[], &[0]], 10, mode));
    p.turn();
    p.well(0, 5);
    p.well(1, 3);
    p.says(1, "ill");
    for _ in 0..BACK_TRIES {
        p.says(1, "refused");
    }
    p
}

#[test]
fn what_is_well_stays_as_it_is_under_something_stuck() {
    for mode in [OnFailure::RollbackComponent, OnFailure::RollbackRun] {
        let mut p = stuck_on_what_is_well(mode);
        if mode == OnFailure::RollbackComponent {
            assert!(!p.run.is_kept(0));
            p.apply(What::taken("you", 2));
            p.apply(What::Asked(Request::Rollback));
            p.turn();
            for _ in 0..BACK_TRIES {
                p.says(1, "refused");
            }
        }
        assert_eq!(p.standings(), "committed, stuck");
        assert!(p.run.is_kept(0) && p.run.has_reached(0));
        assert_eq!(p.run.stopped(), Some("1 component could not be restored"));
        // Once the way is free it goes back.
        p.apply(What::taken("you", 3));
        let tried = p.turn();
        assert!(tried.starts_with("restore") && tried.ends_with(" 1"), "{tried}");
        p.well(1, 2);
        assert_eq!(p.says(1, "same"), "restore 0");
        p.well(0, 2);
        assert_eq!(p.says(0, "same"), "finish");
        assert_eq!(p.standings(), "restored, restored");
    }
}

/// As an earlier program had it: its journals are read by its rules.
#[test]
fn what_is_well_was_stuck_under_something_stuck() {
    let mut p = stuck_on_what_is_well(OnFailure::RollbackComponent);
    p.apply(taken_by_first(2));
    p.apply(What::Asked(Request::Rollback));
    p.turn();
    for _ in 0..BACK_TRIES {
        p.says(1, "refused");
    }
    assert_eq!(p.standings(), "stuck, stuck");
    p.apply(What::taken("you", 3));
    p.turn();
    for _ in 0..BACK_TRIES {
        p.says(1, "refused");
    }
    assert_eq!(p.standings(), "committed, stuck");
}

#[test]
fn what_a_person_has_put_back_is_not_restored_again() {
    let read = |digest: &str| What::Read { component: 1, digest: Ok(digest.into()) };
    for (digest, next) in [(before(1), "verify"), ("other".into(), "restore")] {
        let mut p = stuck_on_what_is_well(OnFailure::RollbackRun);
        assert!(p.run.may_be_put_back(1) && p.run.may_be_put_back(0));
        p.apply(What::taken("you", 2));
        p.apply(read(&digest));
        let told = p.turn();
        assert!(told.starts_with(next), "{digest}: {told}");
        // A reading that comes later says nothing of before.
        assert!(p.run.apply(&event(read(&digest))).is_err());
        if next == "verify" {
            assert_eq!(p.says(1, "done"), "read 1");
            assert_eq!(p.says(1, "same"), "restore 0");
        }
    }
}

/// What was kept and was put back by hand is not said to be at its planned level.
#[test]
fn what_was_kept_and_put_back_by_hand_is_not_well_any_more() {
    let mut plan = sample::plan(&[&[], &[0]], 10, OnFailure::RollbackRun);
    plan.entries[1].lifecycle.allow_irreversible = true;
    change_of(&mut plan, 1).back = Vec::new();
    let mut p = Played::new(&plan);
    p.turn();
    p.well(0, 5);
    p.well(1, 3);
    p.says(1, "ill");
    assert_eq!(p.standings(), "committed, stuck");
    let read = |i: usize| What::Read { component: i, digest: Ok(before(i)) };
    p.apply(What::taken("you", 2));
    p.apply(read(0));
    assert_eq!(
        (p.turn().as_str(), p.standings().as_str()),
        ("stop: 2 components could not be restored", "stuck, stuck")
    );
    p.apply(What::taken("you", 3));
    p.apply(read(0));
    p.apply(read(1));
    assert_eq!(p.turn(), "verify 0");
    p.says(0, "done");
    assert_eq!(p.says(0, "same"), "finish");
}

/// However its restore failed, and whether anybody can tell how far that came.
#[test]
fn what_a_person_has_put_back_is_not_asked_about() {
    for found in ["between", "before", "unknown"] {
        let mut p = Played::new(&sample::plan(&[&[]], 1, OnFailure::RollbackComponent));
        p.turn();
        p.well(0, 3);
        p.says(0, "ill");
        for _ in 0..BACK_TRIES {
            p.says(0, "unclear");
            p.says(0, found);
        }
        assert_eq!(p.standings(), "stuck");
        p.apply(What::taken("you", 2));
        let asked = p.turn();
        assert_eq!(asked, "probe 0 in 0s", "{found}");
        p.in_flight.clear();
        p.apply(What::taken("you", 3));
        p.apply(What::Read { component: 0, digest: Ok(before(0)) });
        assert_eq!(p.turn(), "verify#4 0", "{found}");
        assert_eq!(p.says(0, "done"), "read 0");
        assert_eq!(p.says(0, "same"), "finish");
    }
}

/// Irreversible: nothing but a person takes it back, and then the run ends.
#[test]
fn what_has_no_way_back_ends_when_a_person_has_put_it_back() {
    let mut plan = sample::plan(&[&[]], 1, OnFailure::RollbackComponent);
    plan.entries[0].lifecycle.allow_irreversible = true;
    change_of(&mut plan, 0).back = Vec::new();
    let mut p = Played::new(&plan);
    p.turn();
    p.well(0, 3);
    assert_eq!(p.says(0, "ill"), "stop: 1 component could not be restored");
    p.apply(What::taken("you", 2));
    p.apply(What::Read { component: 0, digest: Ok(before(0)) });
    assert_eq!(p.turn(), "finish");
    assert_eq!(p.standings(), "restored");
}
