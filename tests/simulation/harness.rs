//! One simulated run: the loop of `engine::drive` in virtual time, with a journal that can tear and controllers that
//! die before and after every append.

use super::dice::Dice;
use super::platform::{self, DEADLINE};
use super::rules::Rules;
use super::world::{Time, World};
use patchform::config::checked::OnFailure;
use patchform::model::Moment;
use patchform::plan::noun::{Plan, Step, Verdict as PlanVerdict};
use patchform::run::event::{Event, Leg, Request, What};
use patchform::run::{Begin, Command, Ending, Run, decide, outcome};
use patchform_sdk::message::{Answer, Done, Probed, Reload, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// A defect put in on purpose, that the rules must catch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    /// Targets accept old tokens.
    NoFencing,
    /// Snapshots are said to be made, but are not.
    NoSnapshot,
    /// The reading after a way back is not taken: it is believed to be the one before.
    BelieveReading,
    /// A probe that says *before* is taken for *after*.
    BeforeIsAfter,
    /// An unclear answer is guessed to be a refusal.
    UnclearIsRefused,
    /// What was running when the controller died is guessed not to have happened.
    InterruptedIsRefused,
    /// An ill patch counts as healthy.
    IllIsHealthy,
    /// `max_parallel` is not kept.
    NoLimits,
    /// The order of the graph is not kept.
    NoOrder,
    /// Nobody is ever alone on a target, and coverage is forgotten.
    NoExclusion,
    /// `rollback_run` takes back only the component.
    SmallRollback,
    /// A fact is acted upon, but never journalled.
    FactNotWritten,
    /// The last closed batch is taken for a torn one.
    ClosedIsTorn,
}

impl Mutation {
    pub const ALL: [Mutation; 13] = [
        Mutation::NoFencing,
        Mutation::NoSnapshot,
        Mutation::BelieveReading,
        Mutation::BeforeIsAfter,
        Mutation::UnclearIsRefused,
        Mutation::InterruptedIsRefused,
        Mutation::IllIsHealthy,
        Mutation::NoLimits,
        Mutation::NoOrder,
        Mutation::NoExclusion,
        Mutation::SmallRollback,
        Mutation::FactNotWritten,
        Mutation::ClosedIsTorn,
    ];
}

/// What went wrong in a simulated run.
pub type Violation = String;

enum Arrival {
    Answer(Begin, Option<Answer>),
    Deadline(Begin),
    Probe(Begin),
    Read(usize),
}

struct Sim {
    plan: Plan,
    run: Run,
    world: World,
    rules: Rules,
    dice: Dice,
    now: Time,
    faults: usize,
    crashes: usize,
    mutation: Option<Mutation>,
    /// What is durable.
    journal: Vec<Event>,
    durable: Run,
    in_flight: BTreeMap<usize, Option<Begin>>,
    queue: BTreeMap<(Time, u64), Arrival>,
    serial: u64,
    requests: Vec<(Time, Request)>,
    batch: Vec<Event>,
    controllers: usize,
}

/// Runs one seed to its end, and says how it ended.
pub fn simulate(seed: u64, mutation: Option<Mutation>) -> Result<Ending, Violation> {
    let mut dice = Dice(seed);
    let plan = platform::plan(&mut dice);
    let world = World::new(&plan, &mut dice, mutation);
    let run = Run::start(&altered(&plan, mutation), "sim");
    let faults = dice.pick(&[0, 3, 8, 20]);
    let crashes = dice.pick(&[0, 0, 1, 4]);
    let requests = requests(&mut dice, plan.entries.len());
    let mut sim = Sim {
        rules: Rules::new(&plan),
        durable: run.clone(),
        plan,
        run,
        world,
        dice,
        now: 0,
        faults,
        crashes,
        mutation,
        journal: Vec::new(),
        in_flight: BTreeMap::new(),
        queue: BTreeMap::new(),
        serial: 0,
        requests,
        batch: Vec::new(),
        controllers: 0,
    };
    sim.go()
}

/// The plan as a defective engine would see it.
fn altered(plan: &Plan, mutation: Option<Mutation>) -> Plan {
    let mut plan = plan.clone();
    for rollout in &mut plan.rollouts {
        match mutation {
            Some(Mutation::NoLimits) => rollout.max_parallel = 1000,
            Some(Mutation::SmallRollback) => rollout.on_failure = OnFailure::RollbackComponent,
            _ => {}
        }
    }
    for entry in &mut plan.entries {
        match (&mut entry.verdict, mutation) {
            (_, Some(Mutation::NoOrder)) => entry.after.clear(),
            (PlanVerdict::Change(change), Some(Mutation::NoExclusion)) => {
                change.preview.reload = Reload::None;
            }
            _ => {}
        }
    }
    plan
}

fn requests(dice: &mut Dice, n: usize) -> Vec<(Time, Request)> {
    if dice.percent(70) {
        return Vec::new();
    }
    let mut all: Vec<(Time, Request)> = (0..1 + dice.below(3))
        .map(|_| {
            let what = match dice.below(12) {
                0..3 => Request::Pause,
                3..6 => Request::Skip(dice.below(n)),
                6..8 => Request::Stop,
                8..10 => Request::Rollback,
                10 => Request::Continue,
                _ => Request::Abandon,
            };
            (dice.below(60) as Time, what)
        })
        .collect();
    all.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    all
}

impl Sim {
    fn go(&mut self) -> Result<Ending, Violation> {
        self.take()?;
        for _ in 0..20_000 {
            if self.turn()? {
                continue;
            }
            if self.run.is_finished() || self.run.stopped().is_some() {
                self.rules.failures_are_told(&self.plan, &self.run, &self.journal)?;
                self.rules.at_the_end(&self.run, &self.world)?;
                if self.run.is_finished() || !self.take_again()? {
                    return Ok(outcome(&self.run).ending);
                }
            } else {
                self.wait()?;
            }
        }
        Err("it does not end".into())
    }

    /// Folds and journals what one turn decides, then performs it. Whether something was done.
    fn turn(&mut self) -> Result<bool, Violation> {
        let in_flight: BTreeSet<usize> = self.in_flight.keys().copied().collect();
        let commands = decide(&self.run, &in_flight);
        for command in &commands {
            match command {
                Command::Begin(begin) => {
                    let snapshot = begin.snapshot.as_ref().filter(|_| begin.step == Step::Snapshot);
                    let snapshot = snapshot.map(|s| s.id.clone());
                    let Begin { action, step, attempt, .. } = *begin;
                    self.fold(What::Intent { action, step, attempt, snapshot })?;
                }
                Command::Stop { why } => self.fold(What::Stopped { why: why.clone() })?,
                Command::Finish => self.fold(What::Finished)?,
                _ => {}
            }
        }
        if !self.append()? {
            return Ok(true);
        }
        for command in commands.iter().cloned() {
            self.perform(command)?;
        }
        if self.dice.percent(self.crashes) {
            self.crash()?;
            return Ok(true);
        }
        Ok(!commands.is_empty() && !self.run.is_finished() && self.run.stopped().is_none())
    }

    fn fold(&mut self, what: What) -> Result<(), Violation> {
        let event = Event { at: Moment(self.now as i64 * 1000), what };
        self.run.apply(&event).map_err(|e| format!("own event refused: {e}"))?;
        self.batch.push(event);
        Ok(())
    }

    /// Makes the batch durable; `false` when the controller died around it.
    fn append(&mut self) -> Result<bool, Violation> {
        if self.batch.is_empty() {
            return Ok(true);
        }
        let mut batch = std::mem::take(&mut self.batch);
        if self.dice.percent(self.crashes) && self.controllers < 12 {
            if self.dice.percent(50) {
                // Torn: nothing of an unclosed batch counts.
                self.run = self.durable.clone();
            } else {
                self.keep(batch);
            }
            self.crash()?;
            return Ok(false);
        }
        if self.mutation == Some(Mutation::FactNotWritten) {
            let lost = batch.iter().position(|e| matches!(e.what, What::Fact { .. }));
            if let Some(k) = lost.filter(|_| self.dice.percent(5)) {
                batch.remove(k);
            }
        }
        self.keep(batch);
        Ok(true)
    }

    fn keep(&mut self, batch: Vec<Event>) {
        self.journal.extend(batch);
        self.durable = self.run.clone();
    }

    /// The controller dies; the next one reads the journal.
    fn crash(&mut self) -> Result<(), Violation> {
        self.in_flight.clear();
        self.queue.clear();
        self.batch.clear();
        if self.mutation == Some(Mutation::ClosedIsTorn) {
            self.journal.pop();
        }
        let mut replayed = Run::start(&altered(&self.plan, self.mutation), "sim");
        for event in &self.journal {
            replayed.apply(event).map_err(|e| format!("journal refused: {e}"))?;
        }
        if replayed != self.durable {
            return Err("the replayed run is not the live one".into());
        }
        self.run = replayed;
        self.now += self.dice.below(30) as Time;
        self.take()
    }

    /// A controller takes the run.
    fn take(&mut self) -> Result<(), Violation> {
        self.controllers += 1;
        if self.run.is_finished() {
            return Ok(());
        }
        let token = self.run.token() + 1 + self.dice.below(3) as u64;
        self.fold(What::Taken { controller: "c".into(), token })?;
        if self.mutation == Some(Mutation::InterruptedIsRefused) {
            self.guess_refused()?;
        }
        let batch = std::mem::take(&mut self.batch);
        self.keep(batch);
        Ok(())
    }

    fn guess_refused(&mut self) -> Result<(), Violation> {
        for i in 0..self.run.len() {
            let Some((action, _)) = self.run.current(i) else { continue };
            if let patchform::run::ActionStanding::Unclear { .. } = self.run.action(action) {
                let attempt = self.rules.attempts.get(&action).copied().unwrap_or(1);
                self.fold(What::Probe { action, attempt, found: Ok(Probed::Before) })?;
            }
        }
        Ok(())
    }

    /// After a stop: resume, roll back, or leave it. Whether it goes on.
    fn take_again(&mut self) -> Result<bool, Violation> {
        if self.controllers > 6 || self.dice.percent(40) {
            return Ok(false);
        }
        if self.dice.percent(50) {
            self.faults = 0;
        }
        self.now += 5;
        self.take()?;
        if self.dice.percent(30) {
            let request = self.dice.pick(&[0, 0, 1]);
            let request = if request == 0 { Request::Rollback } else { Request::Abandon };
            self.fold(What::Asked(request))?;
        }
        Ok(true)
    }

    fn push(&mut self, at: Time, arrival: Arrival) {
        self.serial += 1;
        self.queue.insert((at.max(self.now), self.serial), arrival);
    }

    fn perform(&mut self, command: Command) -> Result<(), Violation> {
        match command {
            Command::Begin(begin) => {
                let running = self.in_flight.values().flatten();
                self.rules.may_begin(&self.plan, &begin, running, &self.world)?;
                let i = begin.action.component;
                self.in_flight.insert(i, Some(begin.clone()));
                let faults = if begin.action.leg == Leg::Back { self.faults / 2 } else { self.faults };
                match self.world.begin(&begin, self.now, &mut self.dice, faults) {
                    Some(reply) => {
                        let answer = begin.step.effectful() && reply.answer == pending();
                        let answer = (!answer).then_some(reply.answer);
                        if self.dice.percent(3) {
                            // It answers twice.
                            self.push(reply.at + 1, Arrival::Answer(begin.clone(), answer.clone()));
                        }
                        self.push(reply.at, Arrival::Answer(begin, answer));
                    }
                    None => self.push(self.now + DEADLINE.as_secs(), Arrival::Deadline(begin)),
                }
            }
            Command::Probe { begin, after } => {
                self.in_flight.insert(begin.action.component, None);
                self.push(self.now + 1 + after.as_secs(), Arrival::Probe(begin));
            }
            Command::ReadBack { component } => {
                self.in_flight.insert(component, None);
                self.push(self.now + 1, Arrival::Read(component));
            }
            Command::Stop { .. } | Command::Finish => {}
        }
        Ok(())
    }

    /// Waits for what comes next, and folds it.
    fn wait(&mut self) -> Result<(), Violation> {
        let next = self.queue.first_key_value().map(|((at, _), _)| *at);
        if let Some((at, _)) = self.requests.last().filter(|(at, _)| next.is_none_or(|next| *at <= next)) {
            self.now = self.now.max(*at);
            if let Some((_, request)) = self.requests.pop() {
                let known = !matches!(request, Request::Skip(i) if !self.rules.changes(i));
                return if known { self.fold(What::Asked(request)) } else { Ok(()) };
            }
        }
        let Some(at) = next else {
            return match self.run.is_paused() {
                true => self.fold(What::Asked(Request::Continue)),
                false => Err("nothing is in flight, and nothing is decided".into()),
            };
        };
        self.now = at;
        self.world.advance(at);
        while let Some(entry) = self.queue.first_entry() {
            if entry.key().0 > at {
                break;
            }
            let arrival = entry.remove();
            self.arrive(arrival)?;
        }
        Ok(())
    }

    fn arrive(&mut self, arrival: Arrival) -> Result<(), Violation> {
        match arrival {
            Arrival::Answer(begin, answer) => {
                if self.in_flight.get(&begin.action.component) != Some(&Some(begin.clone())) {
                    return Ok(());
                }
                let id = (begin.action, begin.attempt);
                let answer = answer.unwrap_or_else(|| self.world.answer(id, &begin));
                self.answered(begin, answer)
            }
            Arrival::Deadline(begin) => {
                self.answered(begin, Answer::Unclear { why: "no answer".into(), output: String::new() })
            }
            Arrival::Probe(begin) => {
                self.in_flight.remove(&begin.action.component);
                let mut found = self.world.probe(&begin, self.now, &mut self.dice);
                if self.mutation == Some(Mutation::BeforeIsAfter) && found == Ok(Probed::Before) {
                    found = Ok(Probed::After(Done::default()));
                }
                self.fold(What::Probe { action: begin.action, attempt: begin.attempt, found })
            }
            Arrival::Read(component) => {
                self.in_flight.remove(&component);
                let mut digest = Ok(self.world.read(component));
                if self.dice.percent(self.faults / 2) {
                    digest = Err("unreachable".into());
                }
                if self.mutation == Some(Mutation::BelieveReading) {
                    digest = Ok(platform::digest(component, 0));
                }
                self.fold(What::Read { component, digest })
            }
        }
    }

    fn answered(&mut self, begin: Begin, mut answer: Answer) -> Result<(), Violation> {
        self.in_flight.remove(&begin.action.component);
        match (self.mutation, &mut answer) {
            (Some(Mutation::UnclearIsRefused), Answer::Unclear { why, output }) => {
                answer = Answer::Refused { why: why.clone(), output: output.clone() };
            }
            (Some(Mutation::IllIsHealthy), Answer::Applied(done)) => {
                if let Some(Verdict::Ill { .. }) = done.verdict {
                    done.verdict = None;
                }
            }
            _ => {}
        }
        self.fold(What::Fact { action: begin.action, attempt: begin.attempt, answer })
    }
}

/// The world's word for an answer that is made when it has happened.
fn pending() -> Answer {
    Answer::Unclear { why: "pending".into(), output: String::new() }
}
