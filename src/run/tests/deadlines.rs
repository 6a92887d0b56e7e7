//! What is not answered by its deadline may go on: it is asked about, also while nothing new begins.

use super::*;

/// Two components at their patches.
fn two() -> Played {
    let mut p = Played::new(&sample::plan(&[&[], &[]], 2, OnFailure::Halt));
    p.turn();
    p.well(0, 2);
    p.well(1, 2);
    p
}

/// Whether the deadline passes before or after the request.
#[test]
fn who_stops_a_run_waits_for_what_goes_on() {
    for first in [true, false] {
        for (answers, why) in [
            ("busy/busy/after", None),
            ("busy/busy/before", None),
            ("busy/busy/between", Some("lost; half")),
            // Where nobody can tell, it stays unclear: whoever takes the run up asks again.
            ("busy/busy/unknown", None),
            ("unknown", None),
        ] {
            let mut p = two();
            if first {
                p.says(0, "unclear");
            }
            p.apply(What::Asked(Request::Stop));
            let asked = if first { p.turn() } else { p.says(0, "unclear") };
            assert_eq!(asked, if first { "" } else { "probe 0 in 0s" }, "{answers}");
            p.says(1, "done");
            let said: Vec<String> = answers.split('/').map(|word| p.says(0, word)).collect();
            assert_eq!(said.last().map(String::as_str), Some("stop: stopped on request"), "{answers}");
            assert!(
                said.len() == 1 || said[..2] == ["probe 0 in 1s", "probe 0 in 2s"],
                "{answers}: {said:?}"
            );
            assert_eq!(p.run.failure(0).map(|failure| &*failure.why), why, "{answers}");
        }
    }
}

#[test]
fn a_run_that_halts_waits_for_what_goes_on() {
    let mut p = two();
    assert_eq!(p.says(1, "refused"), "", "it is to halt, and 0 is awaited");
    assert_eq!((p.says(0, "unclear"), p.says(0, "busy")), ("probe 0 in 0s".into(), "probe 0 in 1s".into()));
    assert!(p.says(0, "unknown").starts_with("stop: halted at patch"));
    p.apply(What::taken("me", 2));
    assert_eq!(p.turn(), "probe 0 in 0s, read 1", "what nobody could tell of is asked again");
}

#[test]
fn while_a_run_is_paused_what_goes_on_is_asked_about() {
    let mut p = two();
    p.apply(What::Asked(Request::Pause));
    assert_eq!((p.turn(), p.says(0, "unclear")), (String::new(), "probe 0 in 0s".into()));
    assert_eq!(p.says(0, "busy"), "probe 0 in 1s");
    assert_eq!((p.says(0, "after"), p.says(1, "unclear")), (String::new(), "probe 1 in 0s".into()));
    assert_eq!(p.says(1, "unknown"), "probe 1 in 30s", "nobody can tell now; it is asked again");
    p.says(1, "unknown");
    p.apply(What::Asked(Request::Continue));
    assert_eq!(p.turn(), "verify 0", "it is being asked");
    assert_eq!(p.says(1, "busy"), "probe 1 in 1s");
}

/// Up to form 10 it counted as half done.
#[test]
fn by_earlier_rules_what_nobody_can_tell_of_is_half_done_also_while_a_run_stops() {
    let mut p = Played::new(&sample::plan(&[&[]], 1, OnFailure::Halt));
    p.apply(What::Taken { controller: "old".into(), token: 2, rules: Rules::Seventh });
    p.turn();
    p.well(0, 2);
    p.says(0, "unclear");
    p.apply(What::Asked(Request::Stop));
    assert!(p.says(0, "unknown").starts_with("stop: "));
    assert!(p.run.failure(0).is_some());
}

/// A command that fails after its deadline is told as what it is.
#[test]
fn how_it_ended_says_more_than_that_its_deadline_had_passed() {
    for (answers, why) in [
        ("unclear/busy/ended before/unclear/busy/ended before", "`act` exited with code 1"),
        ("unclear/busy/ended between", "`act` exited with code 1; half"),
    ] {
        let mut p = Played::new(&sample::plan(&[&[]], 1, OnFailure::RollbackComponent));
        p.turn();
        p.well(0, 2);
        answers.split('/').for_each(|word| drop(p.says(0, word)));
        let failure = p.run.failure(0).expect("it failed");
        assert_eq!((&*failure.why, &*failure.output), (why, "no space"), "{answers}");
    }
}

/// It is looked at every second, since it must be confirmed in time; it is given up when it was looked at for long, not often.
#[test]
fn a_patch_under_a_switch_is_looked_at_often_and_not_given_up_for_that() {
    for (guarded, pause, looks) in [(true, "1s", 601), (false, "30s", 24)] {
        let mut plan = sample::plan(&[&[]], 1, OnFailure::RollbackComponent);
        if let PlanVerdict::Change(change) = &mut plan.entries[0].verdict {
            change.preview.switch = guarded.then_some(180_000);
        }
        let mut p = Played::new(&plan);
        p.turn();
        p.well(0, 2);
        p.says(0, "unclear");
        let mut last = String::new();
        for k in 1.. {
            let next = p.says(0, "busy");
            if p.standings() == "stuck" {
                assert_eq!((k, last.as_str()), (looks, &*format!("probe 0 in {pause}")));
                break;
            }
            last = next;
        }
    }
}

/// Who waits for a run that stops hears soon that what goes on has ended.
#[test]
fn while_somebody_waits_it_is_looked_at_more_often() {
    let mut p = two();
    p.says(0, "unclear");
    (0..7).for_each(|_| drop(p.says(0, "busy")));
    assert_eq!(p.says(0, "busy"), "probe 0 in 30s");
    p.apply(What::Asked(Request::Stop));
    assert_eq!(p.says(0, "busy"), "probe 0 in 5s");
}
