//! Waves, canaries, budgets, zones and soaks.

use super::*;
use crate::plan::noun::{Observed, Wave};
use patchform_sdk::message::Ailment;
use std::time::Duration;

/// Independent components, in waves of these sizes that follow each other.
fn waves(sizes: &[usize], max_parallel: u64, on_failure: OnFailure) -> Plan {
    let n = sizes.iter().sum();
    let mut plan = sample::plan(&vec![&[][..]; n], max_parallel, on_failure);
    plan.rollouts[0].pace = Default::default();
    let of = sizes.iter().enumerate().flat_map(|(wave, size)| std::iter::repeat_n(wave, *size));
    plan.entries.iter_mut().zip(of).for_each(|(entry, wave)| entry.wave = wave);
    plan.waves = (0..sizes.len()).map(|k: usize| Wave { after: k.checked_sub(1), canary: false }).collect();
    plan
}

/// The same, watched for so many seconds before they are committed.
fn soaking(sizes: &[usize], seconds: u64) -> Plan {
    let mut plan = waves(sizes, 10, OnFailure::RollbackComponent);
    for i in 0..plan.entries.len() {
        crate::plan::procedure::soak(&mut change_of(&mut plan, i).forth, Duration::from_secs(seconds));
    }
    plan
}

fn look(p: &mut Played, i: usize, seconds: u64, found: Verdict) -> String {
    p.in_flight.remove(&i);
    p.apply(What::Watched { component: i, passed: Duration::from_secs(seconds), found });
    p.turn()
}

fn held(by: usize, why: Hold) -> Standing {
    Standing::Held { by, why }
}

#[test]
fn a_wave_begins_when_the_last_is_settled() {
    let mut p = Played::new(&waves(&[1, 2, 1], 10, OnFailure::RollbackComponent));
    assert_eq!(p.turn(), "gate 0");
    assert_eq!(p.well(0, 5), "gate 1, gate 2");
    assert_eq!(p.well(1, 5), "");
    // Who fails settles, too: without a budget the next one begins.
    p.well(2, 3);
    p.says(2, "ill");
    p.well(2, 2);
    assert_eq!(p.says(2, "same"), "gate 3");
}

/// A wave of which nothing can begin is settled long before it is its turn.
#[test]
fn a_wave_that_is_held_lets_nobody_overtake() {
    let mut plan = waves(&[2, 1, 1], 1, OnFailure::RollbackComponent);
    plan.entries[2].after = vec![0];
    let mut p = Played::new(&plan);
    p.apply(What::Asked(Request::Skip(0)));
    assert_eq!(p.run.standing(2), held(0, Hold::StandsOn));
    assert_eq!(p.turn(), "gate 1");
    assert_eq!(p.standings(), "skipped, forward, held, untouched");
    assert_eq!(p.well(1, 5), "gate 3");
}

#[test]
fn a_canary_that_failed_holds_the_others() {
    let mut plan = waves(&[1, 2, 1], 10, OnFailure::RollbackComponent);
    plan.waves[0].canary = true;
    let mut p = Played::new(&plan);
    p.turn();
    p.well(0, 3);
    p.says(0, "ill");
    p.well(0, 2);
    assert_eq!(p.says(0, "same"), "finish");
    for i in 1..4 {
        assert_eq!(p.run.standing(i), held(0, Hold::Canary));
    }
}

#[test]
fn a_canary_that_was_skipped_holds_the_others_and_one_of_two_does_not() {
    for (canaries, goes_on) in [(1, false), (2, true)] {
        let mut plan = waves(&[canaries, 1], 10, OnFailure::RollbackComponent);
        plan.waves[0].canary = true;
        let mut p = Played::new(&plan);
        p.apply(What::Asked(Request::Skip(0)));
        p.turn();
        if canaries == 2 {
            p.well(1, 5);
        }
        let after = p.run.standing(canaries);
        assert_eq!(after == held(0, Hold::Canary), !goes_on, "{after:?}");
    }
}

#[test]
fn when_the_budget_is_spent_nothing_more_begins_and_what_runs_ends() {
    let mut plan = waves(&[3, 2], 3, OnFailure::RollbackComponent);
    plan.rollouts[0].pace.max_failures = Some(2);
    let mut p = Played::new(&plan);
    p.turn();
    for i in [0, 1] {
        assert_eq!(p.run.failures_left(0), Some(2 - i as u64));
        p.well(i, 3);
        p.says(i, "ill");
    }
    assert_eq!(p.run.failures_left(0), Some(0));
    assert_eq!((p.run.standing(3), p.run.standing(4)), (held(1, Hold::Budget), held(1, Hold::Budget)));
    p.well(2, 5);
    assert_eq!(p.run.standing(2), Standing::Committed);
}

#[test]
fn no_two_of_one_zone_are_worked_on_at_once() {
    let mut plan = waves(&[5], 10, OnFailure::RollbackComponent);
    for (entry, zone) in plan.entries.iter_mut().zip(["a", "a", "b", "b", ""]) {
        entry.zone = Some(zone.to_string()).filter(|z| !z.is_empty());
    }
    let mut p = Played::new(&plan);
    assert_eq!(p.turn(), "gate 0, gate 2, gate 4");
    assert_eq!(p.well(0, 5), "gate 1");
    plan.rollouts[0].pace.max_zones = Some(1);
    let mut p = Played::new(&plan);
    assert_eq!(p.turn(), "gate 0, gate 4");
    assert_eq!(p.well(0, 5), "gate 1");
    assert_eq!(p.well(1, 5), "gate 2");
    plan.rollouts[0].pace.max_zones = None;
    plan.rollouts[0].pace.max_per_zone = 2;
    assert_eq!(Played::new(&plan).turn(), "gate 0, gate 1, gate 2, gate 3, gate 4");
}

#[test]
fn a_soak_is_watched_to_its_end_and_takes_no_place() {
    let mut plan = soaking(&[2, 1], 20);
    plan.rollouts[0].max_parallel = 1;
    let mut p = Played::new(&plan);
    assert_eq!(p.turn(), "gate 0");
    assert_eq!(p.well(0, 4), "look 0 after 2 s, gate 1");
    assert_eq!(p.well(1, 4), "look 1 after 2 s");
    assert_eq!(look(&mut p, 0, 19, Verdict::Healthy), "look 0 after 1 s");
    assert_eq!(p.run.soak_left(0), Some(Duration::from_secs(1)));
    assert_eq!(look(&mut p, 0, 1, Verdict::Healthy), "commit 0");
    p.says(0, "done");
    // The next wave waits for the other one's soak.
    assert_eq!(p.standings(), "committed, forward, untouched");
    look(&mut p, 1, 20, Verdict::Healthy);
    assert_eq!(p.says(1, "done"), "gate 2");
}

#[test]
fn what_is_ill_during_its_soak_has_failed() {
    let mut p = Played::new(&soaking(&[1, 1], 20));
    p.turn();
    p.well(0, 4);
    assert_eq!(look(&mut p, 0, 2, Verdict::Ill { why: "503".into() }), "restore 0");
    assert_eq!(p.run.failure(0).map(|f| (f.step, f.why.as_str())), Some((Step::Soak, "503")));
    assert!(
        p.run
            .clone()
            .apply(&event(What::Watched { component: 0, passed: Duration::ZERO, found: Verdict::Healthy }))
            .is_err()
    );
}

#[test]
fn another_controller_watches_only_what_is_left() {
    let mut p = Played::new(&soaking(&[1], 20));
    p.turn();
    p.well(0, 4);
    look(&mut p, 0, 15, Verdict::Healthy);
    p.in_flight.clear();
    p.apply(What::taken("another", 2));
    assert_eq!(p.run.soak_left(0), Some(Duration::from_secs(5)));
}

#[test]
fn a_soak_that_nobody_can_judge_halts_the_run_and_goes_on_when_it_is_resumed() {
    let mut p = Played::new(&soaking(&[1], 20));
    p.turn();
    p.well(0, 4);
    look(&mut p, 0, 15, Verdict::Inconclusive { why: "no data".into() });
    assert!(p.run.stopped().is_some() && p.run.halt().is_some_and(|halt| halt.inconclusive));
    p.in_flight.clear();
    p.apply(What::taken("another", 2));
    assert_eq!(p.turn(), "look 0 after 2 s");
}

/// Independent components, all of which are members of a service that keeps so many available.
fn service(n: usize, least: u64) -> Plan {
    let mut plan = waves(&[n], 10, OnFailure::RollbackComponent);
    plan.services = vec![crate::config::checked::Service {
        name: "shop".into(),
        members: (0..n).collect(),
        least,
        ..Default::default()
    }];
    plan
}

#[test]
fn no_more_begin_than_a_service_can_spare() {
    let mut p = Played::new(&service(4, 2));
    assert_eq!(p.turn(), "gate 0, gate 1");
    assert_eq!(p.well(0, 5), "gate 2");
    // One that failed serves again once it is back.
    p.well(1, 3);
    assert_eq!(p.says(1, "ill"), "restore 1");
    p.well(1, 2);
    assert_eq!(p.says(1, "same"), "gate 3");
}

#[test]
fn a_member_that_is_away_for_good_holds_the_others_when_none_can_be_spared() {
    let mut p = Played::new(&service(3, 2));
    assert_eq!(p.turn(), "gate 0");
    assert_eq!(p.says(0, "done"), "snapshot 0");
    p.well(0, 2);
    p.says(0, "ill");
    for _ in 0..3 {
        p.says(0, "refused");
    }
    assert_eq!(p.standings(), "stuck, held, held");
    assert_eq!(p.run.standing(1), held(0, Hold::Service(0)));
    // A service without room at all.
    assert_eq!(Played::new(&service(2, 2)).standings(), "held, held");
}

#[test]
fn whose_traffic_somebody_else_took_away_serves_nobody_when_it_is_patched_either() {
    let mut plan = service(3, 1);
    (plan.entries[0].ill, plan.entries[0].idle) = (Some("in maintenance".into()), true);
    let mut p = Played::new(&plan);
    assert_eq!(p.turn(), "gate 0, gate 1");
    p.well(0, 5);
    assert_eq!((p.run.away(0), p.run.room(0)), (2, 0), "the third one waits");
    assert_eq!(p.well(1, 5), "gate 2");
}

/// A member is asked at another one's gate.
fn found(p: &mut Played, component: usize, ill: Option<&str>) {
    p.apply(What::Member { component, ill: ill.map(str::to_string) });
}

/// A member that is ill is asked again, so often that nobody waits for it any more; the last turn.
fn stays_ill(p: &mut Played, component: usize) -> String {
    for _ in 1..12 {
        p.in_flight.remove(&component);
        found(p, component, Some("503"));
        assert_eq!(p.turn(), format!("ask {component} after 5 s"));
    }
    p.in_flight.remove(&component);
    found(p, component, Some("503"));
    p.turn()
}

#[test]
fn whoever_cannot_be_spared_beside_an_ill_one_waits_for_those_at_work() {
    let mut p = Played::new(&service(5, 3));
    assert_eq!(p.turn(), "gate 0, gate 1");
    found(&mut p, 4, Some("503"));
    assert_eq!(p.says(0, "done"), "ask 4 after 5 s");
    assert_eq!(stays_ill(&mut p, 4), "gate 4", "it serves nobody, and may be worked on");
    assert_eq!(p.says(1, "done"), "snapshot 1");
    assert_eq!(p.standings(), "untouched, forward, untouched, untouched, forward");
    assert_eq!(p.run.ailing(4), Some("503"));
    assert_eq!(p.well(1, 4), "gate#2 0", "the next attempt, once another one is back");
    assert_eq!(p.run.others_of_services(0), [1, 2, 3].into());
    // Who is worked on is judged by its own steps.
    assert!(!p.run.is_news(4, false) && !p.run.is_news(9, true) && p.run.is_news(2, true));
    p.well(4, 5);
    assert_eq!(p.run.ailing(4), None, "it was verified");
}

#[test]
fn who_is_ill_for_good_holds_those_that_cannot_be_spared() {
    let mut plan = service(4, 3);
    plan.entries[3].verdict = crate::plan::noun::Verdict::NoChange { adopt: false };
    let mut p = Played::new(&plan);
    assert_eq!(p.turn(), "gate 0");
    found(&mut p, 3, Some("503"));
    assert_eq!(p.says(0, "done"), "ask 3 after 5 s");
    assert_eq!(p.standings(), "untouched, untouched, untouched, unchanged");
    assert_eq!(stays_ill(&mut p, 3), "finish");
    assert_eq!(p.run.standing(0), held(3, Hold::Service(0)));
    // Another controller asks anew.
    let mut p = Played::new(&plan);
    p.turn();
    found(&mut p, 3, Some("503"));
    p.in_flight.clear();
    p.apply(What::taken("another", 2));
    assert_eq!(p.run.ailing(3), None);
    assert_eq!(p.turn(), "gate#2 0");
    found(&mut p, 3, Some("503"));
    found(&mut p, 3, None);
    assert_eq!(p.says(0, "done"), "snapshot 0");
}

/// A member that the plan found ill waits for a later wave, and those before it for room: nothing would ever go on.
#[test]
fn what_waits_for_somebody_who_waits_for_it_is_held() {
    let mut plan = waves(&[2, 1], 10, OnFailure::RollbackComponent);
    plan.services = service(3, 2).services;
    plan.entries[2].ill = Some("503".into());
    let mut p = Played::new(&plan);
    assert_eq!(p.turn(), "gate 2", "once nobody before it can begin, its wave may");
    assert_eq!(p.standings(), "held, held, forward");
    assert_eq!(p.run.standing(0), held(2, Hold::Service(0)));
}

#[test]
fn who_was_ill_and_is_well_again_waits_until_it_can_be_spared() {
    let mut plan = service(4, 2);
    for i in 0..4 {
        let forth = &mut change_of(&mut plan, i).forth;
        forth.insert(1, Planned { action: Step::Measure, ..forth[0] });
    }
    let mut p = Played::new(&plan);
    assert_eq!(p.turn(), "gate 0, gate 1");
    found(&mut p, 3, Some("503"));
    assert_eq!(p.says(0, "done"), "ask 3 after 5 s", "0 is sent back");
    assert_eq!(stays_ill(&mut p, 3), "gate 3", "3 serves nobody");
    assert_eq!(p.says(3, "done"), "measure 3");
    found(&mut p, 2, Some("503"));
    p.says(3, "done");
    assert_eq!((p.run.standing(3), p.run.ailing(3)), (Standing::Untouched, None), "it is well, and missed");
}

#[test]
fn what_stays_ill_as_it_was_serves_nobody_though_nothing_failed() {
    let mut p = Played::new(&service(3, 1));
    p.turn();
    p.well(0, 3);
    let ailment = Ailment { check: "up".into(), ill: true, why: "it is ill, as it was before".into() };
    let done = Done { verdict: Some(Verdict::Healthy), ailments: [ailment].into(), ..Done::default() };
    let (action, _) = p.run.current(0).unwrap();
    p.in_flight.remove(&0);
    p.apply(What::Fact { action, attempt: 1, answer: Answer::Applied(done) });
    p.turn();
    p.well(0, 1);
    assert_eq!((p.run.standing(0), p.run.away(0)), (Standing::Committed, 2));
    assert!(p.run.ailing(0).is_some());
}

#[test]
fn failures_that_are_spent_meanwhile_hold_who_was_sent_back_from_its_gate() {
    let mut plan = service(5, 3);
    plan.rollouts[0].pace.max_failures = Some(1);
    let mut p = Played::new(&plan);
    assert_eq!(p.turn(), "gate 0, gate 1");
    p.well(0, 3);
    p.says(0, "ill");
    found(&mut p, 4, Some("503"));
    p.says(1, "done");
    assert_eq!(p.run.standing(1), held(0, Hold::Budget));
}

#[test]
fn who_is_well_again_soon_holds_nobody_and_is_not_worked_on_as_ill() {
    let mut p = Played::new(&service(4, 3));
    assert_eq!(p.turn(), "gate 0");
    found(&mut p, 3, Some("503"));
    assert_eq!(p.says(0, "done"), "ask 3 after 5 s");
    // As long as others are at work it is asked as often as it takes, and from then on as often as from the beginning.
    p.in_flight.remove(&3);
    found(&mut p, 3, None);
    assert_eq!(p.turn(), "gate#2 0");
    found(&mut p, 3, Some("503"));
    assert_eq!(p.says(0, "done"), "ask 3 after 5 s");
    // What is asked for meanwhile counts at once.
    p.in_flight.clear();
    p.apply(What::Asked(Request::Pause));
    assert_eq!(p.turn(), "");
    p.apply(What::Asked(Request::Continue));
    assert_eq!(p.turn(), "ask 3 after 5 s");
    p.in_flight.clear();
    p.apply(What::Asked(Request::Skip(3)));
    assert_eq!(p.turn(), "ask 3 after 5 s", "it is ill all the same, and missed by the others");
    assert_eq!(stays_ill(&mut p, 3), "finish");
}

/// A run that goes on by the rules of a controller of before.
fn of_before(plan: &Plan, rules: Rules) -> Played {
    let mut p = Played::new(plan);
    p.turn();
    p.in_flight.clear();
    p.apply(What::Taken { controller: "before".into(), token: 2, rules });
    p.turn();
    p
}

#[test]
fn a_journal_of_the_sixth_rules_holds_at_once() {
    let mut p = of_before(&service(4, 3), Rules::Sixth);
    found(&mut p, 3, Some("503"));
    assert_eq!(p.says(0, "done"), "gate 3");
}

#[test]
fn a_journal_of_before_lets_whoever_is_at_its_gate_go_on() {
    let mut p = of_before(&service(5, 3), Rules::Fifth);
    found(&mut p, 4, Some("503"));
    assert_eq!(p.says(0, "done"), "snapshot 0, gate 4");
}

#[test]
fn what_the_plan_found_away_may_be_worked_on_and_counts() {
    let mut plan = service(3, 1);
    plan.entries[2].observed = Observed::Absent(plan.entries[2].observed.identity().unwrap().clone());
    assert_eq!(Played::new(&plan).turn(), "gate 0, gate 2");
}
