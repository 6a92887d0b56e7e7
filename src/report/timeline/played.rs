//! Runs for tests, as the core itself decides them, with answers and lengths of time by chance.

use crate::model::Moment;
use crate::plan::Plan;
use crate::plan::noun::Step;
use crate::run::event::{Event, Request, What};
use crate::run::{Begin, Command, Run, decide};
use patchform_sdk::message::{Answer, Done, Probed, Verdict};
use std::collections::BTreeSet;
use std::time::Duration;

/// Where the journals begin.
pub(in crate::report) const START: Moment = Moment(1_795_315_207_000);

/// Numbers by chance, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most.max(1)
    }
}

struct Played<'a> {
    plan: &'a Plan,
    run: Run,
    now: Moment,
    events: Vec<Event>,
    dice: Dice,
}

/// What waits for an answer.
enum Open {
    Action(Begin),
    Probe(Begin),
    Watch(usize, Duration),
    Read(usize),
}

/// The events of a run of `plan`. `ill`: of a hundred answers, so many are bad ones; with any, people and crashes step in.
pub(in crate::report) fn played(plan: &Plan, seed: u64, ill: u64) -> Vec<Event> {
    let mut played =
        Played { plan, run: Run::start(plan, "r1"), now: START, events: Vec::new(), dice: Dice(seed) };
    played.happens(What::taken("ops@deploy-1, process 4711", 1));
    let mut open: Vec<Open> = Vec::new();
    for turn in 0..20_000u64 {
        let flying: BTreeSet<usize> = open.iter().map(Open::component).collect();
        for command in decide(&played.run, &flying) {
            open.extend(played.obey(command));
        }
        if played.run.is_finished() || (played.run.stopped().is_some() && played.dice.below(2) == 0) {
            break;
        }
        if played.run.stopped().is_some() || (ill > 0 && played.dice.below(400) == 0) {
            open.clear();
            played.passes(600_000);
            played.happens(What::taken("ops@deploy-2, process 12", turn + 2));
            continue;
        }
        if ill > 0 && played.dice.below(150) == 0 {
            let request =
                [Request::Pause, Request::Stop, Request::Rollback][played.dice.below(3) as usize].clone();
            played.happens(What::Asked(request));
        }
        if ill > 0 && played.dice.below(150) == 0 {
            let ahead_ms = played.dice.below(7_200_000) as i64 - 3_600_000;
            played.now = Moment(played.now.0 + ahead_ms);
            played.happens(What::Clock { ahead_ms });
        }
        match open.is_empty() {
            true if played.run.is_paused() => played.happens(What::Asked(Request::Continue)),
            true => {}
            false => {
                let which = played.dice.below(open.len() as u64) as usize;
                let answered = open.swap_remove(which);
                played.answers(answered, ill);
            }
        }
    }
    played.events
}

impl Open {
    fn component(&self) -> usize {
        match self {
            Open::Action(begin) | Open::Probe(begin) => begin.action.component,
            Open::Watch(i, _) | Open::Read(i) => *i,
        }
    }
}

impl Played<'_> {
    fn happens(&mut self, what: What) {
        let event = Event { at: self.now, what };
        if self.run.apply(&event).is_ok() {
            self.events.push(event);
        }
    }

    fn passes(&mut self, most: u64) {
        let passed = self.dice.below(most);
        self.now = self.now.plus(Duration::from_millis(passed));
    }

    fn obey(&mut self, command: Command) -> Option<Open> {
        match command {
            Command::Begin(begin) => {
                let snapshot = begin.snapshot.clone().filter(|_| begin.step == Step::Snapshot).map(|s| s.id);
                let (action, step, attempt) = (begin.action, begin.step, begin.attempt);
                self.happens(What::Intent { action, step, attempt, snapshot });
                Some(Open::Action(begin))
            }
            Command::Probe { begin, .. } => Some(Open::Probe(begin)),
            Command::Watch { component, after } => Some(Open::Watch(component, after)),
            Command::ReadBack { component } => Some(Open::Read(component)),
            // No member falls ill.
            Command::Ask { .. } => None,
            Command::Stop { why } => {
                self.happens(What::Stopped { why });
                None
            }
            Command::Finish => {
                self.happens(What::Finished);
                None
            }
        }
    }

    fn answers(&mut self, open: Open, ill: u64) {
        let bad = self.dice.below(100) < ill;
        self.passes(if matches!(open, Open::Watch(..)) { 1 } else { 4_000 });
        let what = match open {
            Open::Action(begin) => {
                let (why, output) = ("no space left on device".to_string(), String::new());
                let answer = match self.dice.below(3) {
                    0 if bad && begin.step.effectful() => Answer::Unclear { why, output },
                    1 if bad && begin.step == Step::Verify => {
                        Answer::Applied(Done { verdict: Some(Verdict::Ill { why }), ..Done::default() })
                    }
                    _ if bad => Answer::Refused { why, output },
                    _ => Answer::Applied(Done::default()),
                };
                What::Fact { action: begin.action, attempt: begin.attempt, answer }
            }
            Open::Probe(begin) => {
                let found = match self.dice.below(3) {
                    0 => Ok(Probed::Busy),
                    1 if bad => Err("the host does not answer".into()),
                    1 => Ok(Probed::before()),
                    _ => Ok(Probed::After(Done::default())),
                };
                What::Probe { action: begin.action, attempt: begin.attempt, found }
            }
            Open::Watch(component, after) => {
                self.now = self.now.plus(after);
                let found = match bad {
                    true => Verdict::Ill { why: "load 0.9, expected < 0.5".into() },
                    false => Verdict::Healthy,
                };
                What::Watched { component, passed: after, found }
            }
            Open::Read(component) => {
                let before = self.plan.entries[component].observed.identity().map(|i| i.digest.clone());
                let digest = if bad { Err("no route".into()) } else { Ok(before.unwrap_or_default()) };
                What::Read { component, digest }
            }
        };
        self.happens(what);
    }
}
