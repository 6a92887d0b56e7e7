//! Tables for the fold and for `decide`: a small plan, what happened, and what comes next.

use super::event::{ActionRef, Event, Leg, Request, What};
use super::sample::{self, BACK, FORTH, before, change_of};
use super::work;
use super::*;
use crate::config::checked::OnFailure;
use crate::model::Moment;
use crate::plan::noun::{Plan, Planned, Step, Verdict as PlanVerdict};
use patchform_sdk::message::{Answer, Cause, Done, Probed, Reload, Verdict};
use std::collections::BTreeSet;

mod data;
mod deadlines;
mod gates;
mod paced;
mod sets;
mod taking_up;
mod waves;

fn event(what: What) -> Event {
    Event { at: Moment(0), what }
}

fn answer(word: &str) -> Answer {
    let verdict = |verdict| Answer::Applied(Done { verdict: Some(verdict), ..Done::default() });
    match word {
        "done" => Answer::Applied(Done::default()),
        "ill" => verdict(Verdict::Ill { why: "down".into() }),
        "inconclusive" => verdict(Verdict::Inconclusive { why: "no data".into() }),
        "refused" => Answer::Refused { why: "no".into(), output: "log".into() },
        "unclear" => Answer::Unclear { why: "lost".into(), output: "half a log".into() },
        other => panic!("{other}"),
    }
}

fn found(word: &str) -> Result<Probed, String> {
    match word {
        "before" => Ok(Probed::before()),
        "after" => Ok(Probed::After(Done::default())),
        "between" => Ok(Probed::between("half")),
        "ended before" => Ok(Probed::Before { ended: Some(ended()) }),
        "ended between" => Ok(Probed::Between { why: "half".into(), ended: Some(ended()) }),
        "busy" => Ok(Probed::Busy),
        "unknown" => Err("no trace".into()),
        other => panic!("{other}"),
    }
}

/// How an action ended after its deadline.
fn ended() -> Cause {
    Cause { why: "`act` exited with code 1".into(), output: "no space".into() }
}

/// A run that is played by words.
struct Played {
    run: Run,
    in_flight: BTreeSet<usize>,
    events: Vec<Event>,
}

impl Played {
    fn new(plan: &Plan) -> Played {
        let mut played =
            Played { run: Run::start(plan, "r"), in_flight: BTreeSet::new(), events: Vec::new() };
        played.apply(What::taken("me", 1));
        played
    }

    fn apply(&mut self, what: What) {
        let event = event(what);
        self.run.apply(&event).unwrap();
        self.events.push(event);
    }

    /// What is decided now, in words; begun actions are folded and in flight.
    fn turn(&mut self) -> String {
        let commands = decide(&self.run, &self.in_flight);
        let mut words = Vec::new();
        for command in commands {
            match command {
                Command::Begin(b) => {
                    let i = b.action.component;
                    let snapshot = b.snapshot.filter(|_| b.step == Step::Snapshot).map(|s| s.id);
                    let (action, step, attempt) = (b.action, b.step, b.attempt);
                    self.apply(What::Intent { action, step, attempt, snapshot });
                    self.in_flight.insert(i);
                    let again = if attempt > 1 { format!("#{attempt}") } else { String::new() };
                    words.push(format!("{}{again} {i}", step.name()));
                }
                Command::Probe { begin, after } => {
                    self.in_flight.insert(begin.action.component);
                    words.push(format!("probe {} in {}s", begin.action.component, after.as_secs()));
                }
                Command::Watch { component, after } => {
                    self.in_flight.insert(component);
                    words.push(format!("look {component} after {} s", after.as_secs()));
                }
                Command::Ask { component, after } => {
                    self.in_flight.insert(component);
                    words.push(format!("ask {component} after {} s", after.as_secs()));
                }
                Command::ReadBack { component } => {
                    self.in_flight.insert(component);
                    words.push(format!("read {component}"));
                }
                Command::Stop { why } => {
                    words.push(format!("stop: {why}"));
                    self.apply(What::Stopped { why });
                }
                Command::Finish => {
                    words.push("finish".into());
                    self.apply(What::Finished);
                }
            }
        }
        words.join(", ")
    }

    /// Component `i` answers with `word`, whatever it is waited for; then the next turn.
    fn says(&mut self, i: usize, word: &str) -> String {
        self.in_flight.remove(&i);
        let what = match self.run.current(i) {
            None => What::Read {
                component: i,
                digest: if word == "same" { Ok(before(i)) } else { Err(word.into()) },
            },
            Some((action, _)) => {
                let attempt = self.run.components[i].attempt;
                match self.run.action(action) {
                    ActionStanding::Unclear { .. } => What::Probe { action, attempt, found: found(word) },
                    _ => What::Fact { action, attempt, answer: answer(word) },
                }
            }
        };
        self.apply(what);
        self.turn()
    }

    /// Component `i` does so many actions well.
    fn well(&mut self, i: usize, times: usize) -> String {
        (0..times).map(|_| self.says(i, "done")).last().unwrap_or_default()
    }

    fn standings(&self) -> String {
        let all: Vec<String> = (0..self.run.len()).map(|i| self.run.standing(i).to_string()).collect();
        all.join(", ")
    }

    fn ending(&self) -> Ending {
        outcome(&self.run).ending
    }
}

fn chain(on_failure: OnFailure) -> Played {
    Played::new(&sample::plan(&[&[], &[0], &[1]], 10, on_failure))
}

/// A command that is named may be of several lines; what it printed is told apart from it.
#[test]
fn why_a_step_is_unclear_may_have_several_lines() {
    let mut p = Played::new(&sample::plan(&[&[]], 10, OnFailure::Halt));
    p.turn();
    while p.run.current(0).is_some_and(|(_, step)| step != Step::Patch) {
        p.says(0, "done");
    }
    let (action, _) = p.run.current(0).unwrap();
    let answer = Answer::Unclear { why: "`sh -c 'a\nb'` failed".into(), output: "said\nmuch".into() };
    p.in_flight.remove(&0);
    p.apply(What::Fact { action, attempt: 1, answer });
    p.turn();
    p.says(0, "between");
    let failure = p.run.failure(0).unwrap();
    assert_eq!((&*failure.why, &*failure.output), ("`sh -c 'a\nb'` failed; half", "said\nmuch"));
}

#[test]
fn a_chain_is_walked_step_by_step_in_order() {
    let mut p = chain(OnFailure::RollbackComponent);
    for i in 0..3 {
        let begun = if i == 0 { p.turn() } else { String::new() };
        assert!(i > 0 || begun == "gate 0");
        for step in &FORTH[1..] {
            assert_eq!(p.says(i, "done"), format!("{} {i}", step.name()));
        }
        let next = p.says(i, "done");
        assert_eq!(next, if i < 2 { format!("gate {}", i + 1) } else { "finish".into() });
    }
    assert_eq!(p.ending(), Ending::Complete);
    assert_eq!(outcome(&p.run).committed, [0, 1, 2]);
}

#[test]
fn what_is_not_changed_passes_order_and_holding_on() {
    let mut plan = sample::plan(&[&[], &[0], &[1]], 10, OnFailure::RollbackComponent);
    plan.entries[1].verdict = PlanVerdict::NoChange { adopt: false };
    let mut p = Played::new(&plan);
    assert_eq!(p.turn(), "gate 0");
    assert_eq!(p.well(0, 5), "gate 2");
    let mut p = Played::new(&plan);
    p.turn();
    assert_eq!(p.says(0, "refused"), "finish");
    assert_eq!(p.standings(), "skipped, unchanged, held");
    assert_eq!(p.run.standing(2), Standing::Held { by: 0, why: Hold::StandsOn });
    assert_eq!((p.ending(), outcome(&p.run).gated), (Ending::Incomplete, vec![0]));
}

#[test]
fn max_parallel_is_kept() {
    let mut p = Played::new(&sample::plan(&[&[], &[], &[]], 2, OnFailure::RollbackComponent));
    assert_eq!(p.turn(), "gate 0, gate 1");
    assert_eq!(p.well(1, 4), "commit 1");
    assert_eq!(p.says(1, "done"), "gate 2");
}

/// What follows when the patch answers or is found as said; `/` between answers.
#[test]
fn a_failed_step_starts_the_way_back_from_where_it_stands() {
    let table = [
        ("refused", "finish", "restored"),
        ("unclear/before", "patch#2 0", "forward"),
        ("unclear/before/done", "verify 0", "forward"),
        ("unclear/before/unclear/before", "finish", "restored"),
        ("inconclusive", "stop: halted at patch: no data", "forward"),
        ("unclear/after", "verify 0", "forward"),
        ("unclear/between", "restore 0", "going back"),
        ("unclear/unknown", "restore 0", "going back"),
        ("unclear/busy", "probe 0 in 1s", "forward"),
        ("unclear/busy/busy/busy", "probe 0 in 4s", "forward"),
        ("done/refused", "restore 0", "going back"),
        ("done/ill", "restore 0", "going back"),
        ("done/unclear", "verify#2 0", "forward"),
        ("done/unclear/unclear", "restore 0", "going back"),
        ("done/inconclusive", "stop: halted at verify: no data", "forward"),
        ("done/ill/done/done/same", "finish", "restored"),
        ("done/ill/done/done/no route/same", "finish", "restored"),
        ("done/ill/refused", "restore#2 0", "going back"),
        ("done/ill/unclear", "probe 0 in 0s", "going back"),
        ("done/ill/unclear/after", "verify 0", "going back"),
        ("done/ill/unclear/before", "restore#2 0", "going back"),
        ("done/ill/refused/refused/refused", "stop: 1 component could not be restored", "stuck"),
        ("done/ill/done/ill/ill/ill", "stop: 1 component could not be restored", "stuck"),
        ("done/ill/done/done/a/b/c", "stop: 1 component could not be restored", "stuck"),
    ];
    for (answers, next, standing) in table {
        let mut p = Played::new(&sample::plan(&[&[]], 1, OnFailure::RollbackComponent));
        p.turn();
        assert_eq!(p.well(0, 2), "patch 0");
        let last = answers.split('/').map(|word| p.says(0, word)).last().unwrap();
        assert_eq!((last.as_str(), p.standings().as_str()), (next, standing), "{answers}");
        if next == "finish" {
            assert_eq!(p.ending(), Ending::Restored);
            assert_eq!(outcome(&p.run).failed, [0]);
        }
    }
}

#[test]
fn quiet_steps_are_tried_twice() {
    let mut p = Played::new(&sample::plan(&[&[]], 1, OnFailure::RollbackComponent));
    p.turn();
    assert_eq!(p.says(0, "done"), "snapshot 0");
    assert_eq!(p.says(0, "unclear"), "probe 0 in 0s");
    assert_eq!(p.says(0, "before"), "snapshot#2 0");
    p.says(0, "unclear");
    assert_eq!(p.says(0, "between"), "finish");
    let ids: Vec<_> = p.run.snapshots(0).iter().map(|s| (s.id.as_str(), s.done)).collect();
    assert_eq!(ids, [("r-0-1", false), ("r-0-2", false)], "each under its own id, none of them made");
    assert_eq!(p.standings(), "restored");
}

/// A provider that was killed, or a host that could not be reached, is no reason to reject a level.
#[test]
fn what_is_proved_not_to_have_happened_is_tried_once_more() {
    let plan = sample::plan(&[&[]], 1, OnFailure::RollbackComponent);
    let mut p = Played::new(&plan);
    p.turn();
    p.well(0, 2);
    assert_eq!(p.says(0, "unclear"), "probe 0 in 0s");
    assert_eq!(p.says(0, "before"), "patch#2 0");
    assert_eq!(p.says(0, "done"), "verify 0");

    let mut p = Played::new(&plan);
    p.turn();
    p.well(0, 2);
    p.says(0, "unclear");
    p.says(0, "before");
    p.says(0, "unclear");
    assert_eq!(p.says(0, "before"), "finish");
    assert_eq!((p.standings().as_str(), outcome(&p.run).failed), ("restored", vec![0]));
}

#[test]
fn on_failure_says_how_much_goes_back() {
    let free: &[&[usize]] = &[&[], &[], &[0]];
    let mut one = Played::new(&sample::plan(free, 10, OnFailure::RollbackComponent));
    one.turn();
    assert_eq!(one.well(0, 5), "gate 2");
    one.well(1, 3);
    assert_eq!(one.says(1, "ill"), "restore 1");
    assert_eq!(one.standings(), "committed, going back, forward");

    let mut all = Played::new(&sample::plan(free, 10, OnFailure::RollbackRun));
    all.turn();
    all.well(0, 5);
    all.well(1, 3);
    assert_eq!(all.says(1, "ill"), "restore 1", "2 answers first, 0 waits for it");
    assert_eq!(all.standings(), "going back, going back, going back");
    assert_eq!(all.says(2, "done"), "restore 0", "2 had changed nothing");
    all.well(0, 2);
    all.says(0, "same");
    all.well(1, 2);
    assert_eq!(all.says(1, "same"), "finish");
    assert_eq!((all.standings().as_str(), all.ending()), ("restored, restored, restored", Ending::Restored));

    let mut halt = Played::new(&sample::plan(free, 10, OnFailure::Halt));
    halt.turn();
    halt.well(0, 2);
    halt.well(1, 3);
    assert_eq!(halt.says(1, "ill"), "", "what runs may end");
    assert_eq!(halt.says(0, "done"), "stop: halted at verify: down");
    assert_eq!(halt.ending(), Ending::Halted);
    assert_eq!(outcome(&halt.run).left.len(), 2);
    halt.apply(What::taken("me", 2));
    assert_eq!(halt.turn(), "verify 0, verify#2 1", "a resume tries again what failed");
}

/// Two free components go back because 0 failed; what 1, which was on its way forth, answers then.
#[test]
fn a_failure_in_a_going_back_set_is_kept_too() {
    for (verify, failed) in
        [("ill", &[0, 1][..]), ("refused", &[0, 1]), ("done", &[0]), ("inconclusive", &[0])]
    {
        let plan = sample::plan(&[&[], &[]], 10, OnFailure::RollbackRun);
        let mut p = Played::new(&plan);
        p.turn();
        p.well(0, 3);
        p.well(1, 3);
        assert_eq!(p.says(0, "ill"), "restore 0");
        assert_eq!(p.says(1, verify), "restore 1");
        for i in [0, 1] {
            p.well(i, 2);
            p.says(i, "same");
        }
        assert_eq!(
            (p.standings().as_str(), outcome(&p.run).failed.as_slice()),
            ("restored, restored", failed)
        );
        let named: Vec<usize> = (0..2).filter(|i| rejected(&plan, &p.run, *i).is_some()).collect();
        assert_eq!(named, failed, "{verify}");
    }
}

#[test]
fn a_failure_in_a_going_back_set_takes_the_run_back_if_its_rollout_says_so() {
    let mut plan = sample::plan(&[&[], &[], &[0]], 10, OnFailure::RollbackComponent);
    plan.rollouts.push(crate::plan::noun::RolloutLimit {
        name: "all".into(),
        max_parallel: 10,
        on_failure: OnFailure::RollbackRun,
        pace: Default::default(),
    });
    plan.entries[2].rollout = 1;
    // Both are unhealthy at once: 2 failed by itself, not only because it stands on 0.
    let mut p = Played::new(&plan);
    p.turn();
    p.well(1, 5);
    p.well(0, 5);
    p.well(2, 3);
    p.run.take_back(0);
    assert_eq!(p.standings(), "going back, committed, going back");
    p.says(2, "ill");
    assert_eq!(p.standings(), "going back, going back, going back");
}

/// What is remembered of a failure that halted the run, when it is taken up again.
#[test]
fn a_failure_that_halted_the_run_is_kept_until_its_step_is_done() {
    let plan = sample::plan(&[&[]], 1, OnFailure::Halt);
    let halted = || {
        let mut p = Played::new(&plan);
        p.turn();
        p.well(0, 3);
        assert_eq!(p.says(0, "ill"), "stop: halted at verify: down");
        p.apply(What::taken("me", 2));
        p
    };
    let mut back = halted();
    back.apply(What::Asked(Request::Rollback));
    assert_eq!(back.turn(), "restore 0");
    back.well(0, 2);
    assert_eq!(back.says(0, "same"), "finish");
    assert_eq!(rejected(&plan, &back.run, 0).map(|(_, f)| f.why.as_str()), Some("down"));

    let mut late = halted();
    assert_eq!(late.turn(), "verify#2 0");
    late.apply(What::Asked(Request::Rollback));
    assert_eq!(late.turn(), "", "its answer is awaited");
    assert_eq!(late.says(0, "inconclusive"), "restore 0");
    assert_eq!(outcome(&late.run).failed, [0]);

    let mut forth = halted();
    assert_eq!(forth.turn(), "verify#2 0");
    assert_eq!(outcome(&forth.run).failed, [0]);
    assert_eq!(forth.well(0, 2), "finish");
    assert_eq!((forth.ending(), outcome(&forth.run).failed.len()), (Ending::Complete, 0));
}

/// Steps that answer well, then a refusal: only a level of which something was tried is rejected.
#[test]
fn what_changed_nothing_does_not_reject_its_level() {
    for (well, last, tried) in
        [(1, "refused", false), (2, "refused", false), (2, "between", true), (3, "refused", true)]
    {
        let plan = sample::plan(&[&[]], 1, OnFailure::RollbackComponent);
        let mut p = Played::new(&plan);
        p.turn();
        p.well(0, well);
        if last == "between" {
            p.says(0, "unclear");
        }
        p.says(0, last);
        if tried {
            p.well(0, 2);
            p.says(0, "same");
        }
        assert_eq!((p.standings().as_str(), outcome(&p.run).failed.as_slice()), ("restored", &[0][..]));
        assert_eq!(rejected(&plan, &p.run, 0).is_some(), tried, "{well} {last}");
    }
}

/// What a person took back is rejected at the end of the run, not before: somebody may fail on the way.
#[test]
fn what_a_person_took_back_is_rejected_when_the_run_has_ended() {
    let plan = sample::plan(&[&[], &[]], 10, OnFailure::RollbackComponent);
    let mut p = Played::new(&plan);
    p.turn();
    p.well(0, 5);
    p.well(1, 3);
    p.apply(What::Asked(Request::Rollback));
    assert_eq!(p.turn(), "restore 0");
    p.well(0, 2);
    p.says(0, "same");
    assert_eq!(p.run.standing(0), Standing::Restored);
    assert_eq!(Rejections::of(&plan, &p.run).levels(0), []);
    p.says(1, "done");
    p.well(1, 2);
    assert_eq!(p.says(1, "same"), "finish");
    assert_eq!(Rejections::of(&plan, &p.run).levels(0).len(), 1);
}

#[test]
fn going_back_follows_the_reverse_of_the_graph_and_stops_under_what_is_stuck() {
    let mut p = chain(OnFailure::RollbackRun);
    p.turn();
    p.well(0, 5);
    p.well(1, 5);
    p.well(2, 3);
    assert_eq!(p.says(2, "ill"), "restore 2");
    p.well(2, 2);
    assert_eq!(p.says(2, "same"), "restore 1");
    p.says(1, "refused");
    p.says(1, "refused");
    assert_eq!(p.says(1, "refused"), "stop: 1 component could not be restored");
    assert_eq!(p.standings(), "committed, stuck, restored");
    p.apply(What::taken("me", 2));
    assert_eq!(p.turn(), "restore#4 1", "a resume tries again what was stuck");
    p.well(1, 2);
    assert_eq!(p.says(1, "same"), "restore 0");
    p.well(0, 2);
    assert_eq!(p.says(0, "same"), "finish");
    assert_eq!(p.ending(), Ending::Restored);
}

#[test]
fn a_lost_controller_leaves_everything_probed_or_done_again() {
    let mut p = Played::new(&sample::plan(&[&[], &[], &[]], 10, OnFailure::RollbackComponent));
    p.turn();
    p.well(0, 2);
    p.well(1, 3);
    p.in_flight.clear();
    p.apply(What::taken("me", 2));
    assert_eq!(p.turn(), "probe 0 in 0s, verify#2 1, gate#2 2");
    assert_eq!(p.says(0, "before"), "patch#2 0", "interrupted before it began: not a failure");
}

#[test]
fn a_different_reading_walks_the_way_back_once_more() {
    let mut p = Played::new(&sample::plan(&[&[]], 1, OnFailure::RollbackComponent));
    p.turn();
    p.well(0, 3);
    p.says(0, "ill");
    p.well(0, 2);
    let other = || What::Read { component: 0, digest: Ok("other".into()) };
    p.in_flight.clear();
    p.apply(other());
    assert_eq!(p.turn(), "restore#2 0");
    p.well(0, 2);
    p.in_flight.clear();
    p.apply(other());
    assert_eq!(p.turn(), "stop: 1 component could not be restored");
    let Standing::Stuck(why) = p.run.standing(0) else { panic!() };
    assert!(why.contains("reads other and not before 0"), "{why}");
}

#[test]
fn requests() {
    let mut p = Played::new(&sample::plan(&[&[], &[0], &[]], 1, OnFailure::RollbackComponent));
    p.turn();
    p.apply(What::Asked(Request::Pause));
    assert_eq!(p.says(0, "done"), "");
    p.apply(What::Asked(Request::Skip(2)));
    p.apply(What::Asked(Request::Continue));
    assert_eq!(p.turn(), "snapshot 0");
    p.apply(What::Asked(Request::Stop));
    assert_eq!(p.says(0, "done"), "stop: stopped on request");
    assert_eq!((p.standings().as_str(), p.ending()), ("forward, untouched, skipped", Ending::Halted));
    p.apply(What::taken("you", 5));
    p.apply(What::Asked(Request::Rollback));
    assert_eq!(p.turn(), "finish", "nothing was changed yet");
    assert_eq!(p.standings(), "restored, skipped, skipped");

    // It comes when the last step is under way: nothing is left to stop.
    let mut p = Played::new(&sample::plan(&[&[], &[]], 1, OnFailure::RollbackComponent));
    p.apply(What::Asked(Request::Skip(1)));
    p.turn();
    p.well(0, 4);
    p.apply(What::Asked(Request::Stop));
    assert_eq!(p.says(0, "done"), "finish");

    let mut p = chain(OnFailure::RollbackComponent);
    p.turn();
    p.well(0, 3);
    p.apply(What::Asked(Request::Abandon { leaving: BTreeSet::new() }));
    assert_eq!(p.says(0, "done"), "finish");
    assert_eq!((p.standings().as_str(), p.ending()), ("stuck, skipped, skipped", Ending::Stuck));

    // Its controller is gone, and it is accepted that nobody asks how far the patch came.
    let mut p = taking_up::abandoned(OnFailure::RollbackComponent, [0].into());
    assert_eq!(p.turn(), "finish");
    let left = outcome(&p.run).left;
    assert_eq!(
        left,
        [Left { component: 0, drained: false, blocked: false, changed: true }],
        "it may be patched: that is told"
    );
}

#[test]
fn who_must_be_alone_on_a_target_is() {
    let mut plan = sample::plan(&[&[], &[], &[]], 10, OnFailure::RollbackComponent);
    for entry in &mut plan.entries {
        if let crate::plan::noun::Observed::Present { identity, .. } = &mut entry.observed {
            identity.target = "one".into();
        }
    }
    change_of(&mut plan, 1).preview.reload = Reload::Reboot;
    let mut p = Played::new(&plan);
    assert_eq!(p.turn(), "gate 0");
    assert_eq!(p.well(0, 5), "gate 1");
    assert_eq!(p.well(1, 4), "commit 1");
    assert_eq!(p.says(1, "done"), "gate 2");
}

/// 0 is stuck where 1 must be alone: 1 would store, and bring back, what is half-way there.
#[test]
fn who_must_be_alone_does_not_begin_beside_what_is_stuck() {
    let mut plan = sample::plan(&[&[], &[], &[]], 10, OnFailure::RollbackComponent);
    for entry in &mut plan.entries {
        if let crate::plan::noun::Observed::Present { identity, .. } = &mut entry.observed {
            identity.target = "one".into();
        }
    }
    if let Some(way_back) = &mut change_of(&mut plan, 1).way_back {
        way_back.coverage.whole_system = true;
    }
    let mut p = Played::new(&plan);
    assert_eq!(p.turn(), "gate 0");
    p.well(0, 3);
    p.says(0, "ill");
    p.says(0, "refused");
    p.says(0, "refused");
    assert_eq!(p.says(0, "refused"), "gate 2");
    assert_eq!(p.run.standing(1), Standing::Held { by: 0, why: Hold::StandsOn });
    assert_eq!(p.well(2, 5), "stop: 1 component could not be restored");
    p.apply(What::taken("me", 2));
    assert_eq!(p.turn(), "restore#4 0");
    p.well(0, 2);
    assert_eq!(p.says(0, "same"), "finish");
}

#[test]
fn a_restore_of_the_whole_system_takes_later_ones_back_first() {
    let mut plan = sample::plan(&[&[], &[], &[1]], 10, OnFailure::RollbackComponent);
    for i in [0, 1] {
        if let crate::plan::noun::Observed::Present { identity, .. } = &mut plan.entries[i].observed {
            identity.target = "one".into();
        }
    }
    if let Some(way_back) = &mut change_of(&mut plan, 0).way_back {
        way_back.coverage.whole_system = true;
    }
    // 0 and 1 share a target, 0 covers all of it; 1 begins later; then 2, on 1.
    let mut p = Played::new(&plan);
    assert_eq!(p.turn(), "gate 0");
    assert_eq!(p.well(0, 5), "gate 1");
    assert_eq!(p.well(1, 5), "gate 2");
    p.run.take_back(0);
    assert_eq!(p.standings(), "going back, going back, going back");
    assert_eq!(p.says(2, "done"), "restore 1");
    p.well(1, 2);
    assert_eq!(p.says(1, "same"), "restore 0");
}

/// 0 covers the whole system and went back before the others began there: they are swept by 1 all the same.
#[test]
fn what_began_after_an_earlier_way_back_is_swept_too() {
    let mut plan = sample::plan(&[&[], &[], &[], &[]], 10, OnFailure::RollbackComponent);
    for entry in &mut plan.entries {
        if let crate::plan::noun::Observed::Present { identity, .. } = &mut entry.observed {
            identity.target = "one".into();
        }
    }
    for i in [0, 1] {
        if let Some(way_back) = &mut change_of(&mut plan, i).way_back {
            way_back.coverage.whole_system = true;
        }
    }
    let mut p = Played::new(&plan);
    p.turn();
    p.well(0, 3);
    p.says(0, "ill");
    p.well(0, 2);
    assert_eq!(p.says(0, "same"), "gate 1");
    p.well(1, 5);
    p.well(2, 5);
    p.well(3, 3);
    p.run.take_back(1);
    assert_eq!(p.standings(), "restored, going back, going back, going back");
    assert_eq!(p.says(3, "done"), "restore 3");
}

#[test]
fn nothing_goes_back_under_a_later_snapshot_of_the_whole_system() {
    let mut plan = sample::plan(&[&[], &[]], 10, OnFailure::RollbackComponent);
    for entry in &mut plan.entries {
        if let crate::plan::noun::Observed::Present { identity, .. } = &mut entry.observed {
            identity.target = "one".into();
        }
    }
    if let Some(way_back) = &mut change_of(&mut plan, 1).way_back {
        way_back.coverage.whole_system = true;
    }
    // The snapshot of 1 holds 0 as it was patched: a restore of 1 after that of 0 would bring the patch again.
    let mut p = Played::new(&plan);
    p.turn();
    assert_eq!(p.well(0, 5), "gate 1");
    p.well(1, 4);
    p.in_flight.clear();
    p.run.take_back(0);
    assert_eq!(p.standings(), "going back, going back");
    assert_eq!(p.says(1, "done"), "restore 1");
    p.well(1, 2);
    assert_eq!(p.says(1, "same"), "restore 0");
}

#[test]
fn a_plan_that_cannot_be_followed_is_not_begun() {
    let mut plan = sample::plan(&[&[], &[2], &[1], &[2], &[9]], 10, OnFailure::RollbackComponent);
    change_of(&mut plan, 0).forth = sample::planned(&[Step::Patch, Step::Snapshot]);
    let mut p = Played::new(&plan);
    assert_eq!(p.turn(), "finish");
    let why: Vec<_> = (0..5)
        .map(|i| match p.run.standing(i) {
            Standing::Skipped(skip) => skip.why(),
            other => other.to_string(),
        })
        .collect();
    assert!(why[0].contains("before a snapshot is stored"), "{why:?}");
    assert!(why[1].contains("in a circle") && why[4].contains("entry 9"), "{why:?}");
    change_of(&mut plan, 0).back.clear();
    assert!(matches!(Run::start(&plan, "r").standing(0), Standing::Skipped(Skip::Unfit(_))));
    plan.entries[0].lifecycle.allow_irreversible = true;
    assert_eq!(Run::start(&plan, "r").standing(0), Standing::Untouched);
}

/// Every event of a rich run, offered where it does not belong: never a panic, and the run is as it was.
#[test]
fn an_event_that_cannot_follow_is_named_and_changes_nothing() {
    let mut p = chain(OnFailure::RollbackRun);
    p.turn();
    p.well(0, 5);
    p.well(1, 3);
    p.says(1, "unclear");
    p.says(1, "ill");
    p.well(1, 2);
    p.says(1, "same");
    p.well(0, 2);
    p.says(0, "same");
    let action = |component, leg, index| ActionRef { component, leg, index };
    let mut offered = p.events.clone();
    for component in [0, 2, 7, usize::MAX] {
        for leg in [Leg::Forth, Leg::Back] {
            for index in [0, 1, 99] {
                let action = action(component, leg, index);
                let step = if leg == Leg::Forth { FORTH[index % 5] } else { BACK[index % 2] };
                offered.push(event(What::Intent { action, step, attempt: 1, snapshot: None }));
                offered.push(event(What::Fact { action, attempt: 1, answer: answer("done") }));
                offered.push(event(What::Probe { action, attempt: 1, found: found("busy") }));
            }
        }
        offered.push(event(What::Read { component, digest: Ok("x".into()) }));
        offered.push(event(What::Asked(Request::Skip(component))));
    }
    offered.push(event(What::Finished));
    let mut run = Run::start(&sample::plan(&[&[], &[0], &[1]], 10, OnFailure::RollbackRun), "r");
    let mut refused = 0;
    for right in &p.events {
        for wrong in &offered {
            let mut other = run.clone();
            if let Err(damage) = other.apply(wrong) {
                refused += 1;
                assert_eq!(other, run, "{damage}");
                assert!(!damage.to_string().is_empty());
            }
        }
        run.apply(right).unwrap();
    }
    assert_eq!(run, p.run);
    assert!(refused > 1_000, "{refused}");
}

/// Folding and deciding cost the same per component, whatever the shape and the size.
#[test]
fn the_cost_grows_with_the_plan_and_not_with_its_square() {
    type Shape = fn(usize) -> Vec<usize>;
    let shapes: [(&str, Shape); 4] = [
        ("chain", |i| if i > 0 { vec![i - 1] } else { vec![] }),
        ("fan", |i| if i > 0 { vec![0] } else { vec![] }),
        ("random", |i| {
            let mut on: Vec<usize> = (1..4).filter(|_| i > 0).map(|k| (i * 7919 * k) % i).collect();
            on.sort_unstable();
            on.dedup();
            on
        }),
        ("free", |_| vec![]),
    ];
    for (name, shape) in shapes {
        for failing in [false, true] {
            let cost = |n: usize| {
                let after: Vec<Vec<usize>> = (0..n).map(shape).collect();
                let after: Vec<&[usize]> = after.iter().map(Vec::as_slice).collect();
                let plan = sample::plan(&after, 10, OnFailure::RollbackRun);
                let fails = if failing { n - 1 } else { n };
                let before = work::steps();
                let ending = walk(&plan, fails);
                assert_eq!(ending, if failing { Ending::Restored } else { Ending::Complete });
                work::steps() - before
            };
            let (small, large) = (cost(200), cost(2_000));
            println!("{name}, failing {failing}: {} steps for each of 2,000", large / 2_000);
            // Ten times the plan is ten times the work; the square would be a hundred times.
            assert!(large < small * 12, "{name}, failing {failing}: {small} steps, then {large}");
        }
    }
}

/// Walks a whole run; component `fails` is ill.
fn walk(plan: &Plan, fails: usize) -> Ending {
    let mut run = Run::start(plan, "r");
    let none = BTreeSet::new();
    run.apply(&event(What::taken("me", 1))).unwrap();
    while !run.is_finished() {
        for command in decide(&run, &none) {
            match command {
                Command::Begin(b) => {
                    let snapshot = b.snapshot.filter(|_| b.step == Step::Snapshot).map(|s| s.id);
                    let (action, step, attempt) = (b.action, b.step, b.attempt);
                    run.apply(&event(What::Intent { action, step, attempt, snapshot })).unwrap();
                    let ill = action.component == fails && action.leg == Leg::Forth && step == Step::Verify;
                    let answer = answer(if ill { "ill" } else { "done" });
                    run.apply(&event(What::Fact { action, attempt, answer })).unwrap();
                }
                Command::ReadBack { component } => {
                    run.apply(&event(What::Read { component, digest: Ok(before(component)) })).unwrap();
                }
                Command::Finish => run.apply(&event(What::Finished)).unwrap(),
                other => panic!("{other:?}"),
            }
        }
    }
    outcome(&run).ending
}
