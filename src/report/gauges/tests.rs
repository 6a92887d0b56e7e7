//! The gauges: on a run in the middle as golden text, on runs by chance by their properties, and against each other.

use super::*;
use crate::config::checked::{OnFailure, Service, Window};
use crate::plan::noun::{Planned, Verdict, Wave as PlanWave};
use crate::plan::samples;
use crate::report::page::columns;
use crate::report::schema::Schema;
use crate::report::style::Style;
use crate::report::timeline::played::{START, played};
use crate::run::event::{Event, Request, What};
use patchform_sdk::message::{Answer, Done, Verdict as Health};
use proptest::prelude::*;
use serde_json::Value as Json;

/// `n` members of a service in three waves, each watched for 20 s, within a window that closes at noon in Berlin.
fn fleet(n: usize) -> Plan {
    let mut plan = samples::fleet(n, false);
    plan.rollouts[0].max_parallel = 4;
    plan.rollouts[0].on_failure = OnFailure::RollbackComponent;
    plan.rollouts[0].pace.max_failures = Some(2);
    let wave = |after, canary| PlanWave { after, canary };
    plan.waves = vec![wave(None, true), wave(Some(0), false), wave(Some(1), false)];
    let written = crate::calendar::Written {
        timezone: "Europe/Berlin".into(),
        start: Some("01:00".into()),
        duration: Some(Duration::from_secs(11 * 3_600)),
        ..Default::default()
    };
    let times = written.read().expect("it means something");
    plan.hours.windows = vec![Window { name: "night".into(), times, emergency: Vec::new() }];
    plan.services =
        vec![Service { name: "shop".into(), members: (0..n).collect(), least: 6, ..Service::default() }];
    for (i, entry) in plan.entries.iter_mut().enumerate() {
        entry.wave = if i == 0 { 0 } else { 1 + usize::from(i > 3) };
        entry.when.windows = vec![0];
        let Verdict::Change(change) = &mut entry.verdict else { continue };
        let at = change.forth.iter().position(|p| p.action == Step::Commit).unwrap();
        let soak = Planned { action: Step::Soak, expected: Duration::from_secs(20), ..change.forth[at] };
        change.forth.insert(at, soak);
    }
    plan
}

/// A run that is told step by step.
struct Told<'a> {
    plan: &'a Plan,
    run: Run,
    times: Times,
    turns: Turns,
    now: Moment,
    told: Vec<Turn>,
}

impl<'a> Told<'a> {
    fn new(plan: &'a Plan) -> Told<'a> {
        let run = Run::start(plan, "r1");
        let turns = Turns::of(plan, &run);
        let mut told = Told { plan, run, times: Times::default(), turns, now: START, told: Vec::new() };
        told.happens(0, What::taken("ops@deploy-1", 1));
        told
    }

    fn happens(&mut self, seconds: u64, what: What) {
        self.now = self.now.plus(Duration::from_secs(seconds));
        let event = Event { at: self.now, what };
        self.run.apply(&event).expect("it follows");
        self.times.see(&event);
        let turns = self.turns.see(self.plan, &self.run, &event);
        self.told.extend(turns);
    }

    fn begins(&mut self, component: usize, index: usize) {
        let action = ActionRef { component, leg: Leg::Forth, index };
        let step = action.planned(self.plan).unwrap().action;
        let snapshot = (step == Step::Snapshot).then(|| format!("s{component}"));
        self.happens(0, What::Intent { action, step, attempt: 1, snapshot });
    }

    fn answers(&mut self, component: usize, index: usize, seconds: u64, verdict: Option<Health>) {
        let action = ActionRef { component, leg: Leg::Forth, index };
        let answer = Answer::Applied(Done { verdict, ..Done::default() });
        self.happens(seconds, What::Fact { action, attempt: 1, answer });
    }

    /// Through everything before its soak.
    fn verified(&mut self, component: usize) {
        for index in 0..4 {
            self.begins(component, index);
            self.answers(component, index, 1, (index == 3).then_some(Health::Healthy));
        }
    }

    fn gauges(&self) -> Gauges<'_> {
        Gauges::of(self.plan, &self.run, &self.times, START, self.now)
    }

    fn panel(&self, most: usize, width: usize) -> Vec<String> {
        let notes = Notes::from([(2, ("unpacking\u{1b}[2J".to_string(), Some(40)))]);
        panel(&self.gauges(), &notes, most, Style::plain(width), &|_| 3_600)
    }
}

/// The canary is done; of the second wave one is watched, one is patched, one was ill and goes back.
fn in_the_middle(plan: &Plan) -> Told<'_> {
    let mut told = Told::new(plan);
    told.verified(0);
    told.happens(20, What::Watched { component: 0, passed: Duration::from_secs(20), found: Health::Healthy });
    told.begins(0, 5);
    told.answers(0, 5, 0, None);
    (1..4).for_each(|i| told.begins(i, 0));
    (1..4).for_each(|i| told.answers(i, 0, 0, None));
    for index in 1..4 {
        told.begins(1, index);
        told.begins(3, index);
        let ill = || Health::Ill { why: "503".into() };
        told.answers(1, index, 1, (index == 3).then_some(Health::Healthy));
        told.answers(3, index, 0, (index == 3).then(ill));
    }
    told.begins(2, 1);
    told.answers(2, 1, 0, None);
    told.begins(2, 2);
    let back = ActionRef { component: 3, leg: Leg::Back, index: 0 };
    told.happens(0, What::Intent { action: back, step: Step::Restore, attempt: 1, snapshot: None });
    told.now = told.now.plus(Duration::from_secs(9));
    told
}

#[test]
fn a_run_in_the_middle_at_two_widths() {
    let plan = fleet(9);
    let mut told = in_the_middle(&plan);
    assert_eq!(
        told.panel(20, 110).join("\n"),
        "\
── run r1 ──
release.web  wave 2 of 3: 0 of 3 done, 1 going back, 1 in progress, 1 watched (11s left); 5 in later waves
failures  the default rollout 1 of 2
service.shop  7 of 9 up, 6 must be: 1 more may be away
window night  closes in 8h 19m, at 2026-11-22 12:00 Europe/Berlin (+01:00) (2026-11-22 12:00 here)
  ● release.web[2]  patch  9s of about 2s  40%  unpacking\\u{1b}[2J
  ↩ release.web[3]  restore  9s of about 1s
  ● release.web[1]  soak  11s left of 20s
1 of 9 done, 1 going back, 2 in progress, 5 not begun  36s"
    );
    told.happens(0, What::Asked(Request::Pause));
    assert_eq!(
        told.panel(20, 60).join("\n"),
        "\
── run r1 ──
release.web  wave 2 of 3: 0 of 3 done, 1 going back, 1 in
    progress, 1 watched (11s left); 5 in later waves
failures  the default rollout 1 of 2
service.shop  7 of 9 up, 6 must be: 1 more may be away
window night  closes in 8h 19m, at 2026-11-22 12:00
    Europe/Berlin (+01:00) (2026-11-22 12:00 here)
  ● release.web[2]  patch  9s of about 2s  40%  unpacking\\…
  ↩ release.web[3]  restore  9s of about 1s
  ● release.web[1]  soak  11s left of 20s
Paused: nothing new begins, 2 running steps end first. To
    go on: patchform run continue r1
1 of 9 done, 1 going back, 2 in progress, 5 not begun  36s"
    );
    // What is most urgent stays where there is little room.
    let few = told.panel(7, 110);
    assert_eq!(few.len(), 7);
    assert!(few[2].starts_with("window night") && few[4].contains("more at work"), "{few:#?}");
}

#[test]
fn a_window_tells_what_does_not_start_any_more() {
    let plan = fleet(9);
    let mut told = in_the_middle(&plan);
    // before noon in Berlin → what is said of it
    for (left, says) in [
        (60, "closes in 1m, at"),
        (
            20,
            "closes in 20s, at 2026-11-22 12:00 Europe/Berlin (+01:00) (2026-11-22 12:00 here); 5 components not begun will not start any more",
        ),
        (
            0,
            "is closed until 2026-11-23 01:00 Europe/Berlin (+01:00) (2026-11-23 01:00 here); 5 components not begun will not start in this run",
        ),
    ] {
        told.now = Moment(Moment::parse("2026-11-22T11:00:00Z").unwrap().0 - left * 1_000);
        let (lines, hours) = (told.panel(20, 200), told.gauges().hours);
        assert!(lines.iter().any(|line| line.contains(says)), "{says}: {lines:#?}");
        assert_eq!((hours[0].waiting, hours[0].late), (5, if left == 60 { 0 } else { 5 }));
    }
    // Far from closing nothing is said; and who goes back keeps to no hours.
    let mut far = fleet(9);
    far.hours.windows[0].times = crate::calendar::Written {
        timezone: "UTC".into(),
        dates: vec!["2026-11-01..2027-11-01".into()],
        ..Default::default()
    }
    .read()
    .unwrap();
    let told = Told::new(&far);
    assert!(told.panel(20, 100).iter().all(|line| !line.contains("window")));
    assert_eq!(told.gauges().hours[0].waiting, 9);
    let mut back = fleet(9);
    back.purpose = crate::model::Purpose::Rollback { of: "r0".into() };
    assert_eq!(Told::new(&back).gauges().hours, []);
}

#[test]
fn every_course_is_told() {
    let plan = fleet(9);
    let course = |request: Option<Request>| {
        let mut told = in_the_middle(&plan);
        request.into_iter().for_each(|request| told.happens(0, What::Asked(request)));
        let lines = told.panel(20, 110);
        (told.gauges().course, lines[lines.len() - 2].clone())
    };
    assert_eq!(course(None).0, Course::Forth);
    for (request, expected, says) in [
        (Request::Pause, Course::Paused, "To go on: patchform run continue r1"),
        (Request::Stop, Course::Stopping, "2 running steps end first. A second Ctrl-C stops waiting for it"),
        (Request::Rollback, Course::Back, "Going back: everything"),
        (Request::Abandon { leaving: BTreeSet::new() }, Course::Abandoned, "it ends as it stands"),
    ] {
        let (course, line) = course(Some(request));
        assert_eq!(course, expected);
        assert!(line.contains(says), "{line}");
    }
}

/// Whoever pauses a run learns whom customers miss meanwhile.
#[test]
fn what_stands_between_two_steps_is_named_while_nothing_begins() {
    let plan = fleet(9);
    let mut told = in_the_middle(&plan);
    told.happens(0, What::Asked(Request::Pause));
    let mut gauges = told.gauges();
    gauges.between = (1..6).map(|i| (i, "has no traffic")).collect();
    let says = super::told(&gauges, &Notes::new(), Style::plain(200), &|_| 0);
    let says = says.split_whitespace().collect::<Vec<_>>().join(" ");
    let wanted = "2 running steps end first, and until then release.web[1] has no traffic, release.web[2] has no traffic, \
                  release.web[3] has no traffic, 2 more likewise. To go on:";
    assert!(says.contains(wanted), "{says}");
}

#[test]
fn turns_are_told_once_each() {
    let plan = fleet(9);
    let told = in_the_middle(&plan);
    let lines: String = told.told.iter().map(|t| t.line(START, Style::plain(100), 3_600)).collect();
    assert_eq!(
        lines,
        "\
03:40:07  release.web  wave 1 of 3, the canary, begins: 1 component
03:40:07  release.web  wave 1 of 3, the canary, is settled: 1 of 1 done
03:40:07  release.web  wave 2 of 3 begins: 3 components
"
    );
    // Whoever takes it up hears of what comes, not of what was.
    let mut later = Turns::of(&plan, &told.run);
    let event = Event { at: told.now, what: What::Asked(Request::Pause) };
    assert_eq!(later.see(&plan, &told.run, &event), []);
}

#[test]
fn a_budget_that_is_spent_and_a_service_without_room_stand_out() {
    let plan = fleet(9);
    let told = in_the_middle(&plan);
    let mut gauges = told.gauges();
    gauges.budgets[0].used = 2;
    (gauges.services[0].up, gauges.services[0].spare) = (6, 0);
    gauges.services[0].ill = vec!["release.web[7]".into()];
    let lines = panel(&gauges, &Notes::new(), 20, Style::plain(100), &|_| 0);
    let says = |text: &str| lines.iter().any(|line| line.contains(text));
    assert!(says("the default rollout 2 of 2: nothing more begins"), "{lines:#?}");
    assert!(says("6 of 9 up, 6 must be: no more may be away; release.web[7] is ill"), "{lines:#?}");
    gauges.services[0].ill.push("release.web[8]".into());
    let lines = panel(&gauges, &Notes::new(), 20, Style::plain(100), &|_| 0);
    assert!(lines.iter().any(|line| line.contains("release.web[7] and 1 more are ill")), "{lines:#?}");
    let text = super::told(&gauges, &Notes::new(), Style::plain(60), &|_| 3_600);
    assert!(text.starts_with("03:40:43  1 of 9 done,"), "{text}");
    assert!(text.lines().all(|l| columns(l, Style::plain(60)) <= 60), "{text}");
}

fn schema() -> Schema {
    Schema::parse(include_str!("../../../docs/schemas/event.schema.json"))
}

#[test]
fn programs_read_the_same_numbers() {
    let plan = fleet(9);
    let told = in_the_middle(&plan);
    let json: Json = serde_json::from_str(&line(&told.gauges())).unwrap();
    assert_eq!(schema().complaints(&json), Vec::<String>::new());
    schema().assert_strict(&json, &["/counts", "/waves/*/waves/*/counts"]);
    assert_eq!(
        json["counts"],
        serde_json::json!({ "committed": 1, "forward": 2, "going_back": 1, "untouched": 5 })
    );
    assert_eq!(
        (&json["waves"][0]["at"], &json["waves"][0]["waves"][1]["soak_left_ms"]),
        (&2.into(), &11_000.into())
    );
    assert_eq!(
        json["failures"],
        serde_json::json!([{ "rollout": "the default rollout", "used": 1, "allowed": 2 }])
    );
    assert_eq!((&json["services"][0]["up"], &json["services"][0]["spare"]), (&7.into(), &1.into()));
    assert_eq!(json["hours"][0]["until"], "2026-11-22T11:00:00.000Z");
    assert_eq!(
        (&json["going"][0]["address"], &json["going"][0]["spent_ms"]),
        (&"release.web[2]".into(), &9_000.into())
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn on_any_run_the_numbers_add_up_and_fit(n in 1usize..40, seed: u64, ill in 0u64..30, cut: u16, most in 0usize..25, width in 40usize..130) {
        let plan = fleet(n);
        let mut events = played(&plan, seed, ill);
        events.truncate(1 + usize::from(cut) % events.len().max(1));
        let (mut run, mut times) = (Run::start(&plan, "r1"), Times::default());
        let mut turns = Turns::of(&plan, &run);
        let mut told = Vec::new();
        for event in &events {
            run.apply(event).expect("it follows");
            times.see(event);
            told.extend(turns.see(&plan, &run, event));
        }
        let gauges = Gauges::of(&plan, &run, &times, START, run.at());
        prop_assert_eq!(gauges.counts.values().sum::<usize>(), n);
        for waves in &gauges.waves {
            prop_assert_eq!(waves.waves.iter().map(|w| w.split.all()).sum::<usize>(), n);
            prop_assert!(!waves.waves[waves.at].split.is_settled());
        }
        for service in &gauges.services {
            let room = (service.up as u64).saturating_sub(service.least);
            prop_assert_eq!(service.spare, room);
        }
        let begun = |k: usize, settled| told.iter().filter(|t| t.number == k && t.settled.is_some() == settled).count();
        prop_assert!((1..=3).all(|k| begun(k, true) <= begun(k, false) && begun(k, false) <= 1));
        let lines = panel(&gauges, &Notes::new(), most, Style::plain(width), &|_| 0);
        prop_assert!(lines.len() <= most.max(5), "{:#?}", lines);
        prop_assert!(lines.iter().all(|l| columns(l, Style::plain(width)) <= width && !l.contains('\n')), "{:#?}", lines);
        let json: Json = serde_json::from_str(&line(&gauges)).unwrap();
        prop_assert_eq!(schema().complaints(&json), Vec::<String>::new());
    }
}
