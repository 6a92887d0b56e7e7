//! One simulated run: controllers, people and misfortune in virtual time, over one disk and one world.

use super::controller::{Controller, Flight, Stage};
use super::disk::{Disk, Head, Reading};
use super::judge::Judge;
use super::ledger::Ledger;
use super::plant::{Around, Plant};
use super::platform::{self, DEADLINE};
use super::rules::{Coverage, Rule, Violation, broken};
use super::scenario::*;
use super::world::{Arrival, Id, World};
use patchform::model::Moment;
use patchform::plan::noun::{Plan, Step};
use patchform::run::event::{Event, Leg, Request, What};
use patchform::run::{Begin, Command, Ending, FORTH_TRIES, Run, Standing, decide, outcome};
use patchform_sdk::message::{Answer, Done, Verdict};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How a simulated run ended well.
pub struct Ended {
    pub ending: Ending,
    pub cover: Coverage,
    pub story: Vec<String>,
}

/// How it broke a rule.
pub struct Broke {
    pub violation: Violation,
    pub story: Vec<String>,
}

/// What happens next.
enum Occurs {
    /// A request reaches its target.
    Arrives(Id),
    /// An action takes effect.
    Ends(Id),
    /// A controller hears an answer; `None`: what happened tells.
    Answers(usize, Begin, Option<Answer>, u32),
    Probes(usize, Begin, u32),
    Reads(usize, usize, u32),
    /// The time of a flight is up.
    Due(usize, usize, u64),
    Wakes(usize),
    /// Somebody takes the run.
    Takes(Option<Request>),
    /// Index into the scenario's mishaps.
    Mishap(usize),
}

pub(super) struct Sim<'a> {
    sc: &'a Scenario,
    plan: Plan,
    plant: Option<Plant>,
    world: World,
    judge: Judge<'a>,
    disk: Disk,
    ledger: Ledger,
    /// The fold of what is durable.
    shadow: Run,
    queue: BTreeMap<(Time, u64), Occurs>,
    serial: u64,
    /// How often in a row nobody could tell how far something came, while a run was paused.
    in_vain: u32,
    now: Time,
    /// How far the wall clock has jumped.
    jumped: i64,
    controllers: Vec<Controller>,
    appends: u32,
    /// Mishaps that have hit.
    used: BTreeSet<usize>,
    returns: VecDeque<(Time, Option<Request>)>,
    taking: bool,
    tell: bool,
    story: Vec<String>,
}

/// Runs a scenario to its end. `tell`: keep the story.
pub fn simulate(sc: &Scenario, plant: Option<Plant>, tell: bool) -> Result<Ended, Box<Broke>> {
    let plan = platform::plan(sc);
    let shadow = start(&plan, plant);
    let mut sim = Sim {
        sc,
        plant,
        world: World::new(sc, plant != Some(Plant::Around(Around::NoFencing))),
        judge: Judge::new(sc),
        disk: Disk::new(),
        ledger: Ledger::new(&plan),
        shadow,
        plan,
        queue: BTreeMap::new(),
        serial: 0,
        in_vain: 0,
        now: 0,
        jumped: 0,
        controllers: Vec::new(),
        appends: 0,
        used: BTreeSet::new(),
        returns: VecDeque::new(),
        taking: false,
        tell,
        story: Vec::new(),
    };
    match sim.go() {
        Ok(()) => Ok(Ended { ending: outcome(&sim.shadow).ending, cover: sim.judge.cover, story: sim.story }),
        Err(violation) => Err(Box::new(Broke { violation, story: sim.story })),
    }
}

fn start(plan: &Plan, plant: Option<Plant>) -> Run {
    match plant {
        Some(Plant::Core(defect)) => Run::start_with(plan, "sim", defect),
        _ => Run::start(plan, "sim"),
    }
}

impl Sim<'_> {
    fn planted(&self, around: Around) -> bool {
        self.plant == Some(Plant::Around(around))
    }

    fn happened(&mut self, what: &str) {
        self.judge.cover.happened(what);
    }

    fn say(&mut self, what: impl FnOnce() -> String) {
        if self.tell {
            self.story.push(format!("{:>5} s  {}", self.now, what()));
        }
    }

    fn push(&mut self, at: Time, occurs: Occurs) {
        self.serial += 1;
        // What happens in the same second happens at the targets first.
        let first = matches!(occurs, Occurs::Arrives(_) | Occurs::Ends(_));
        let order = if first { self.serial } else { self.serial | 1 << 62 };
        self.queue.insert((at.max(self.now), order), occurs);
    }

    fn go(&mut self) -> Result<(), Violation> {
        self.disk.state = self.ledger.base.clone();
        let sc = self.sc;
        for (k, mishap) in sc.mishaps.iter().enumerate() {
            match mishap {
                Mishap::Death { at, .. }
                | Mishap::Jump { at, .. }
                | Mishap::Closed { at, .. }
                | Mishap::Asked { at, .. }
                | Mishap::Interrupt { at } => self.push(*at, Occurs::Mishap(k)),
                Mishap::Return { gap, request } => self.returns.push_back((*gap, request.clone())),
                _ => {}
            }
        }
        self.schedule_take(0, None);
        for _ in 0..30_000 {
            let Some(entry) = self.queue.first_entry() else {
                if self.person_continues()? {
                    continue;
                }
                return self.at_the_end();
            };
            self.now = entry.key().0;
            let occurs = entry.remove();
            self.occur(occurs)?;
            if self.queue.first_key_value().is_none_or(|((at, _), _)| *at > self.now) {
                self.turns()?;
            }
        }
        broken(Rule::Ends, "it does not end")
    }

    /// Nothing happens any more: a paused run goes on when a person says so.
    fn person_continues(&mut self) -> Result<bool, Violation> {
        let Some(k) = (0..self.controllers.len()).find(|k| !self.controllers[*k].gone) else {
            return Ok(false);
        };
        self.judge.cover.tested(Rule::Ends);
        if !self.controllers[k].run.is_paused() {
            return broken(Rule::Ends, "nothing is in flight, and nothing is decided");
        }
        self.fold(k, What::Asked(Request::Continue))?;
        self.turns()?;
        Ok(true)
    }

    fn turns(&mut self) -> Result<(), Violation> {
        for k in 0..self.controllers.len() {
            let c = &mut self.controllers[k];
            if c.news && !c.gone && c.asleep.is_none() {
                c.news = false;
                self.proceed(k, Stage::Turn)?;
            }
        }
        Ok(())
    }

    fn occur(&mut self, occurs: Occurs) -> Result<(), Violation> {
        let to = match &occurs {
            Occurs::Answers(k, ..) | Occurs::Probes(k, ..) | Occurs::Reads(k, ..) | Occurs::Due(k, ..) => {
                Some(*k)
            }
            _ => None,
        };
        if let Some(c) = to.map(|k| &self.controllers[k]) {
            if c.gone {
                return Ok(());
            }
            if let Some(until) = c.asleep {
                // It lies in the pipe until somebody reads it.
                self.push(until + 1, occurs);
                return Ok(());
            }
        }
        match occurs {
            Occurs::Arrives(id) => {
                match self.world.arrive(id) {
                    Arrival::Begins(Some(long)) => self.push(self.now + long, Occurs::Ends(id)),
                    Arrival::Waits(Some(long)) => {
                        self.happened("a request waits at its target");
                        self.push(self.now + long, Occurs::Arrives(id));
                    }
                    Arrival::Begins(None) | Arrival::Waits(None) => {}
                    Arrival::Fenced => {
                        self.happened("fenced: an old request");
                        self.judge.cover.tested(Rule::Fencing);
                        self.say(|| format!("the target of c{} refuses an old token", id.0.component));
                    }
                }
                Ok(())
            }
            Occurs::Ends(id) => self.ends(id),
            Occurs::Answers(k, begin, answer, epoch) => self.answers(k, &begin, answer, epoch),
            Occurs::Probes(k, begin, epoch) => self.probes(k, begin, epoch),
            Occurs::Reads(k, component, epoch) => self.reads(k, component, epoch),
            Occurs::Due(k, component, serial) => self.due(k, component, serial),
            Occurs::Takes(request) => self.takes(request),
            Occurs::Mishap(m) => self.mishap(m),
            Occurs::Wakes(k) => {
                let c = &mut self.controllers[k];
                c.asleep = None;
                let stage = std::mem::replace(&mut c.stage, Stage::Turn);
                if c.gone { Ok(()) } else { self.proceed(k, stage) }
            }
        }
    }

    fn ends(&mut self, id: Id) -> Result<(), Violation> {
        if let Some(work) = self.world.work.get(&id)
            && self.tell
        {
            let (step, i, half) =
                (work.begin.step, id.0.component, if work.half { " (half of it)" } else { "" });
            self.say(|| format!("{} of c{i} takes effect{half}", step.name()));
        }
        let step = self.world.work.get(&id).map(|w| w.begin.step);
        match step {
            Some(Step::Patch) => {
                self.judge.cover.tested(Rule::WayBack);
                if self.sc.components[id.0.component].blocks {
                    self.judge.cover.tested(Rule::Proof);
                }
                if self.world.work.get(&id).is_some_and(|w| w.begin.expected.is_some()) {
                    self.judge.cover.tested(Rule::Own);
                }
            }
            Some(Step::Reload) => self.judge.cover.tested(Rule::Reload),
            _ => {}
        }
        self.world.end(self.sc, id)?;
        self.judge.step(&self.shadow, &self.world)
    }

    // ------------------------------------------------------------------ arrivals

    fn fold(&mut self, k: usize, what: What) -> Result<(), Violation> {
        let c = &mut self.controllers[k];
        let at = Moment((self.now as i64 + self.jumped + c.skew) * 1000);
        let event = Event { at, what };
        self.judge.cover.tested(Rule::Fold);
        let not_done = c.not_done(&event.what);
        if let Err(damage) = c.run.apply(&event) {
            return broken(Rule::Fold, format!("{}: {damage}", event.what));
        }
        if let Some((action, times)) = not_done {
            self.judge.cover.tested(Rule::Again);
            if c.run.failure(action.component).is_some() && times < FORTH_TRIES {
                return broken(Rule::Again, format!("{}, and c{} failed", event.what, action.component));
            }
        }
        c.batch.push((self.now, event));
        c.news = true;
        Ok(())
    }

    fn answers(
        &mut self,
        k: usize,
        begin: &Begin,
        answer: Option<Answer>,
        epoch: u32,
    ) -> Result<(), Violation> {
        let provider = self.sc.components[begin.action.component].provider;
        let c = &mut self.controllers[k];
        if !c.waits_for(begin) || (begin.step.effectful() && c.sessions[provider].epoch != epoch) {
            self.happened("an answer that nobody waits for");
            return Ok(());
        }
        let id = (begin.action, begin.attempt);
        if answer.is_none() && self.world.work.contains_key(&id) {
            // It had to wait for something else there.
            self.push(self.now + 1, Occurs::Answers(k, begin.clone(), None, epoch));
            return Ok(());
        }
        let c = &mut self.controllers[k];
        c.land(begin.action.component);
        let answer = answer.unwrap_or_else(|| self.world.answer(id));
        if matches!(answer, Answer::Applied(_)) {
            self.members(k, begin)?;
        }
        self.say(|| format!("controller {k} hears of {}: {}", named(begin), told(&answer)));
        self.fold(k, What::Fact { action: begin.action, attempt: begin.attempt, answer })
    }

    /// What a gate that is open found of the other members of its services.
    fn members(&mut self, k: usize, begin: &Begin) -> Result<(), Violation> {
        for m in &begin.asks {
            let ails = self.sc.ails(*m, self.now);
            if self.controllers[k].run.is_news(*m, ails) {
                self.happened(if ails { "a member is ill" } else { "a member is well again" });
                self.say(|| format!("c{m} is {}", if ails { "ill" } else { "well again" }));
                self.fold(k, What::Member { component: *m, ill: ails.then(|| "it does not answer".into()) })?;
            }
        }
        Ok(())
    }

    /// A member that was ill is asked again.
    fn asked_again(&mut self, k: usize, component: usize) -> Result<(), Violation> {
        let ails = self.sc.ails(component, self.now);
        self.happened("a member that is ill is asked again");
        self.controllers[k].news = true;
        if self.controllers[k].run.counts_again(component, ails) {
            self.say(|| format!("c{component}, asked again, is {}", if ails { "ill" } else { "well" }));
            let ill = ails.then(|| "it does not answer".into());
            self.fold(k, What::Member { component, ill })?;
        }
        Ok(())
    }

    fn probes(&mut self, k: usize, begin: Begin, epoch: u32) -> Result<(), Violation> {
        let i = begin.action.component;
        let waits = matches!(self.controllers[k].flights.get(&i), Some((_, Flight::Probe(b))) if *b == begin);
        if !waits || self.controllers[k].sessions[self.sc.components[i].provider].epoch != epoch {
            return Ok(());
        }
        let (found, look) = self.world.probe(self.sc, &begin);
        if let Some(look) = look {
            self.happened(&format!("probe {look:?}"));
        }
        let Some(found) = found else { return Ok(()) };
        self.controllers[k].land(i);
        self.say(|| format!("controller {k} probes {}: {found:?}", named(&begin)));
        self.probed(k, What::Probe { action: begin.action, attempt: begin.attempt, found })
    }

    /// A paused run asks again and again about what nobody can tell of: sooner or later a person has it go on.
    fn probed(&mut self, k: usize, what: What) -> Result<(), Violation> {
        let vain = matches!(what, What::Probe { found: Err(_), .. });
        self.fold(k, what)?;
        self.in_vain = if vain && self.controllers[k].run.is_paused() { self.in_vain + 1 } else { 0 };
        if self.in_vain == 3 {
            self.fold(k, What::Asked(Request::Continue))?;
        }
        Ok(())
    }

    fn reads(&mut self, k: usize, component: usize, epoch: u32) -> Result<(), Violation> {
        let waits = matches!(self.controllers[k].flights.get(&component), Some((_, Flight::Reading)));
        if !waits || self.controllers[k].sessions[self.sc.components[component].provider].epoch != epoch {
            return Ok(());
        }
        let (digest, look) = self.world.read(self.sc, component);
        if let Some(look) = look {
            self.happened(&format!("reading {look:?}"));
        }
        let Some(digest) = digest else { return Ok(()) };
        self.controllers[k].land(component);
        if !self.controllers[k].run.awaits_reading(component) {
            self.happened("a reading that nobody waits for");
            self.controllers[k].news = true;
            return Ok(());
        }
        self.say(|| format!("controller {k} reads c{component}: {digest:?}"));
        self.fold(k, What::Read { component, digest })
    }

    fn due(&mut self, k: usize, component: usize, serial: u64) -> Result<(), Violation> {
        let c = &mut self.controllers[k];
        if c.flights.get(&component).is_none_or(|(s, _)| *s != serial) {
            return Ok(());
        }
        let Some((_, flight)) = c.flights.remove(&component) else { return Ok(()) };
        c.in_flight.remove(&component);
        let why = "no answer within its time".to_string();
        match flight {
            Flight::Pause(begin) => self.begin_probe(k, begin),
            Flight::Action(Begin { action, attempt, .. }) => {
                self.happened("a deadline passed");
                let answer = Answer::Unclear { why, output: String::new() };
                self.fold(k, What::Fact { action, attempt, answer })
            }
            Flight::Probe(Begin { action, attempt, .. }) => {
                self.probed(k, What::Probe { action, attempt, found: Err(why) })
            }
            // It goes back meanwhile.
            Flight::Rest(_) | Flight::Look(_) if self.controllers[k].run.soak_left(component).is_none() => {
                self.controllers[k].news = true;
                Ok(())
            }
            Flight::Reading if !self.controllers[k].run.awaits_reading(component) => {
                self.controllers[k].news = true;
                Ok(())
            }
            Flight::Rest(since) => {
                self.fly(k, component, Flight::Look(since), 1);
                Ok(())
            }
            Flight::Look(since) => {
                let found = match self.sc.components[component].sickness {
                    Sickness::Fades => Verdict::Ill { why: "it does not answer any more".into() },
                    _ => Verdict::Healthy,
                };
                self.happened("a look at what is watched");
                if found != Verdict::Healthy {
                    self.happened("a watched component turns ill");
                }
                let passed = std::time::Duration::from_secs(self.now - since);
                self.fold(k, What::Watched { component, passed, found })
            }
            Flight::Ailing => self.asked_again(k, component),
            Flight::Reading => self.fold(k, What::Read { component, digest: Err(why) }),
        }
    }

    fn fly(&mut self, k: usize, component: usize, flight: Flight, within: Time) {
        self.push(self.now + within, Occurs::Due(k, component, self.serial + 1));
        let serial = self.serial;
        self.controllers[k].fly(component, serial, flight);
    }

    fn begin_probe(&mut self, k: usize, begin: Begin) -> Result<(), Violation> {
        let i = begin.action.component;
        let Some(epoch) = self.controllers[k].session(self.sc.components[i].provider) else {
            let found = Err("its provider gave up".into());
            return self.probed(k, What::Probe { action: begin.action, attempt: begin.attempt, found });
        };
        self.fly(k, i, Flight::Probe(begin.clone()), 120);
        self.push(self.now + 1, Occurs::Probes(k, begin, epoch));
        Ok(())
    }

    // ------------------------------------------------------------------ misfortune and people

    fn mishap(&mut self, m: usize) -> Result<(), Violation> {
        let sc = self.sc;
        let active = (0..self.controllers.len()).find(|k| {
            let c = &self.controllers[*k];
            !c.gone && c.asleep.is_none()
        });
        match &sc.mishaps[m] {
            Mishap::Jump { by, .. } => {
                self.happened(if *by < 0 { "the clock goes back" } else { "the clock jumps" });
                self.jumped += by;
            }
            Mishap::Closed { at, long, waits } => {
                self.happened(if *waits { "gates wait" } else { "gates refuse" });
                self.world.closed = Some((at + long, *waits));
            }
            Mishap::Death { provider, kills, .. } => self.death(active, *provider, *kills),
            Mishap::Asked { request, .. } => {
                let known = !matches!(request, Request::Skip(i) if !sc.components[*i].changes);
                if let Some(k) = active.filter(|_| known) {
                    self.happened(&format!("request {}", request.name()));
                    self.say(|| format!("a person asks for {request:?}"));
                    self.judge.cover.tested(Rule::Asked);
                    self.fold(k, What::Asked(request.clone()))?;
                }
            }
            Mishap::Interrupt { .. } => {
                let Some(k) = active else { return Ok(()) };
                if self.controllers[k].run.is_stopping() {
                    self.happened("interrupted twice");
                    self.say(|| "Ctrl-C a second time".into());
                    self.fold(k, What::Stopped { why: "stopped at once on request".into() })?;
                    self.controllers[k].news = false;
                    return self.proceed(k, Stage::Append(Vec::new()));
                }
                self.happened("interrupted once");
                self.say(|| "Ctrl-C".into());
                self.fold(k, What::Asked(Request::Stop))?;
            }
            _ => {}
        }
        Ok(())
    }

    fn death(&mut self, active: Option<usize>, provider: usize, kills: bool) {
        let Some(k) = active else { return };
        self.happened("a provider dies");
        self.say(|| format!("provider p{provider} of controller {k} dies"));
        self.world.death(self.sc, provider, self.controllers[k].token, kills);
        let c = &mut self.controllers[k];
        let session = &mut c.sessions[provider];
        session.alive = false;
        session.epoch += 1;
        let epoch = session.epoch;
        if session.starts >= super::controller::STARTS {
            self.happened("a provider gives up");
        }
        let flights: Vec<(usize, Flight)> =
            self.controllers[k].flights.iter().map(|(i, (_, flight))| (*i, flight.clone())).collect();
        for (i, flight) in flights.into_iter().filter(|(i, _)| self.sc.components[*i].provider == provider) {
            match flight {
                Flight::Action(begin) if begin.step.effectful() => {
                    let answer = Answer::Unclear { why: "its provider died".into(), output: String::new() };
                    self.push(self.now, Occurs::Answers(k, begin, Some(answer), epoch));
                }
                // Nobody can tell: asked again.
                Flight::Probe(_) | Flight::Reading => {
                    let serial = self.controllers[k].flights[&i].0;
                    self.push(self.now, Occurs::Due(k, i, serial));
                }
                _ => {}
            }
        }
    }

    fn schedule_take(&mut self, gap: Time, request: Option<Request>) {
        if !self.taking {
            self.taking = true;
            self.push(self.now + gap, Occurs::Takes(request));
        }
    }

    /// Somebody resumes the run, or takes it back, on this machine or on another.
    fn takes(&mut self, request: Option<Request>) -> Result<(), Violation> {
        self.taking = false;
        let holds = |c: &Controller| !c.gone && (c.asleep.is_none() || matches!(c.stage, Stage::Take(_)));
        if self.controllers.iter().any(holds) {
            self.happened("refused: the run is driven");
            return Ok(());
        }
        if self.shadow.is_finished() {
            return self.settle();
        }
        if self.controllers.iter().any(|c| !c.gone) {
            self.happened("taken from a controller that sleeps");
        }
        self.disk.token += 1;
        self.disk.lease = true;
        let reads_first = self.planted(Around::ReadsBeforeItSeals);
        let segment = if reads_first { usize::MAX } else { self.disk.seal() };
        let (run, head) =
            if reads_first { self.replay()? } else { (start(&self.plan, self.plant), Head::default()) };
        let k = self.controllers.len();
        let skew = [0, 0, -4000, 7][k % 4];
        let mut c = Controller::new(self.disk.token, run, segment, self.now, skew);
        c.head = head;
        c.stage = Stage::Take(request);
        c.asleep = Some(self.now + 1);
        c.news = false;
        self.controllers.push(c);
        self.push(self.now + 1, Occurs::Wakes(k));
        Ok(())
    }

    /// The run that the journal tells, which must be the one that was driven.
    fn replay(&mut self) -> Result<(Run, Head), Violation> {
        let how = Reading {
            cuts: !self.planted(Around::SealCutsNothing),
            takes_torn: self.planted(Around::TornCounts),
            drops_closed: self.planted(Around::ClosedIsTorn),
        };
        self.judge.cover.tested(Rule::Journal);
        let (events, head) = match self.disk.read(how) {
            Ok(read) => read,
            Err(why) => return broken(Rule::Journal, why),
        };
        let mut run = start(&self.plan, self.plant);
        for event in &events {
            if let Err(damage) = run.apply(event) {
                return broken(Rule::Replay, format!("the journal cannot be followed: {damage}"));
            }
        }
        self.judge.cover.tested(Rule::Replay);
        if run != self.shadow {
            return broken(Rule::Replay, "the replayed run is not the one that was driven");
        }
        Ok((run, head))
    }

    /// The run as the first lines of the journal tell it.
    fn told_up_to(&self, lines: u64) -> Result<Run, Violation> {
        if lines >= self.shadow.events() {
            return Ok(self.shadow.clone());
        }
        let how = Reading { cuts: true, takes_torn: false, drops_closed: false };
        let events = self.disk.read(how).map(|(events, _)| events).unwrap_or_default();
        let mut run = start(&self.plan, self.plant);
        for event in events.iter().take(usize::try_from(lines).unwrap_or(usize::MAX)) {
            if let Err(damage) = run.apply(event) {
                return broken(Rule::Replay, format!("the journal cannot be followed: {damage}"));
            }
        }
        Ok(run)
    }

    // ------------------------------------------------------------------ the loop

    fn proceed(&mut self, k: usize, mut stage: Stage) -> Result<(), Violation> {
        loop {
            stage = match stage {
                Stage::Turn => Stage::Append(self.decide(k)?),
                Stage::Take(request) => self.take(k, request)?,
                Stage::Append(commands) => match self.append(k, commands)? {
                    Some(next) => next,
                    None => return Ok(()),
                },
                Stage::Look(commands) => match self.look(k, commands)? {
                    Some(next) => next,
                    None => return Ok(()),
                },
                Stage::Checkpoint(next) => match self.checkpoint(k, *next)? {
                    Some(next) => next,
                    None => return Ok(()),
                },
                Stage::Perform(commands) => match self.perform_all(k, commands)? {
                    Some(next) => next,
                    None => return Ok(()),
                },
                Stage::Close => return self.close(k),
            };
        }
    }

    fn take(&mut self, k: usize, request: Option<Request>) -> Result<Stage, Violation> {
        if self.planted(Around::ReadsBeforeItSeals) {
            self.controllers[k].segment = self.disk.seal();
        } else {
            let (run, head) = self.replay()?;
            (self.controllers[k].run, self.controllers[k].head) = (run, head);
        }
        self.disk.open(self.controllers[k].segment, self.controllers[k].head);
        let token = self.controllers[k].token;
        self.say(|| format!("controller {k} takes the run with token {token}, asked for {request:?}"));
        if self.controllers[k].run.is_finished() {
            return Ok(Stage::Checkpoint(Box::new(Stage::Close)));
        }
        let looked = self.looked(k);
        self.fold(k, What::taken(&format!("c{k}"), token))?;
        for component in looked {
            if self.controllers[k].run.may_be_put_back(component) {
                let digest = self.world.look_before(component);
                if digest.is_err() {
                    self.happened("a reading before a run is taken finds a step that still goes on");
                }
                self.fold(k, What::Read { component, digest })?;
            }
        }
        if let Some(request) = request {
            self.happened(&format!("taken to {}", request.name()));
            if matches!(&request, Request::Abandon { leaving } if !leaving.is_empty()) {
                self.happened("a person accepts what may go on");
            }
            self.fold(k, What::Asked(request))?;
        }
        // The first checkpoint is due at once.
        self.controllers[k].saved = 0;
        Ok(Stage::Append(Vec::new()))
    }

    /// What is stuck, or kept under it, and is read before the run is taken; a person may have put it back, or some of it.
    fn looked(&mut self, k: usize) -> Vec<usize> {
        let run = &self.controllers[k].run;
        let stuck: Vec<usize> = (0..run.len()).filter(|i| run.may_be_put_back(*i)).collect();
        if self.sc.mishaps.contains(&Mishap::PutBack { taken: k + 1 }) {
            let is_stuck = |i: usize| matches!(run.standing(i), Standing::Stuck(_));
            let some = |i: &&usize| (**i + k) % 4 < if is_stuck(**i) { 3 } else { 2 };
            let by_hand: Vec<usize> = stuck.iter().filter(some).copied().collect();
            for i in by_hand.into_iter().filter(|i| self.world.put_back(*i)) {
                self.judge.cover.happened("a person puts back what is stuck");
                if self.tell {
                    self.story.push(format!("{:>5} s  a person puts c{i} back by hand", self.now));
                }
            }
        }
        stuck
    }

    fn decide(&mut self, k: usize) -> Result<Vec<Command>, Violation> {
        let mut all = Vec::new();
        let c = &mut self.controllers[k];
        if c.run.is_stopping() || c.run.is_abandoned() || c.run.halt().is_some() {
            // As the engine does: what is left of a soak is known without it.
            c.end_rests();
        }
        loop {
            let c = &self.controllers[k];
            let commands = decide(&c.run, &c.in_flight);
            if commands.is_empty() {
                return Ok(all);
            }
            for command in &commands {
                match command {
                    Command::Begin(begin) => {
                        let snapshot = begin.snapshot.as_ref().filter(|_| begin.step == Step::Snapshot);
                        let snapshot = snapshot.map(|s| s.id.clone());
                        let Begin { action, step, attempt, .. } = *begin;
                        self.fly(k, action.component, Flight::Action(begin.clone()), DEADLINE);
                        self.fold(k, What::Intent { action, step, attempt, snapshot })?;
                    }
                    Command::Probe { begin, after } => {
                        self.fly(k, begin.action.component, Flight::Pause(begin.clone()), after.as_secs());
                    }
                    Command::Watch { component, after } => {
                        // Whole seconds: a look is never too early.
                        let after = after.as_millis().div_ceil(1000) as Time;
                        let early = if self.planted(Around::WatchesInHindsight) { 3 } else { 0 };
                        self.fly(k, *component, Flight::Rest(self.now.saturating_sub(early)), after);
                    }
                    Command::Ask { component, after } => {
                        self.fly(k, *component, Flight::Ailing, after.as_secs());
                    }
                    Command::ReadBack { component } => self.fly(k, *component, Flight::Reading, 120),
                    Command::Stop { why } => self.fold(k, What::Stopped { why: why.clone() })?,
                    Command::Finish => self.fold(k, What::Finished)?,
                }
            }
            all.extend(commands);
            if all.len() > 10_000 {
                return broken(Rule::Ends, "one turn does not end");
            }
        }
    }

    /// The crash that is to hit the controller here; each hits once.
    fn crash(&mut self, here: impl Fn(Place) -> bool) -> Option<(Place, Then, Time)> {
        let now = self.now;
        let hits = |m: &Mishap| match m {
            Mishap::Crash { from, at, then, gap } if *from <= now && here(*at) => Some((*at, *then, *gap)),
            _ => None,
        };
        self.hits_once(hits)
    }

    fn hits_once<T>(&mut self, hits: impl Fn(&Mishap) -> Option<T>) -> Option<T> {
        let unused = self.sc.mishaps.iter().enumerate().filter(|(m, _)| !self.used.contains(m));
        let (m, hit) = unused.filter_map(|(m, mishap)| Some((m, hits(mishap)?))).next()?;
        self.used.insert(m);
        Some(hit)
    }

    fn hit(&mut self, k: usize, (at, then, gap): (&str, Then, Time), stage: Stage) {
        let what = match then {
            Then::Dies => format!("controller {k} dies {at}"),
            Then::Sleeps(long) => format!("controller {k} falls asleep {at} for {long} s"),
        };
        let kind = if then == Then::Dies { "dies" } else { "sleeps" };
        self.happened(&format!("a controller {kind} {at}"));
        self.say(|| what);
        match then {
            Then::Dies => self.controllers[k].gone = true,
            Then::Sleeps(long) => {
                self.controllers[k].asleep = Some(self.now + long);
                self.controllers[k].stage = stage;
                self.push(self.now + long, Occurs::Wakes(k));
            }
        }
        self.schedule_take(gap, None);
    }

    fn append(&mut self, k: usize, commands: Vec<Command>) -> Result<Option<Stage>, Violation> {
        self.controllers[k].news = false;
        if self.controllers[k].batch.is_empty() {
            return Ok(Some(Stage::Perform(commands)));
        }
        let n = self.appends;
        self.appends += 1;
        if let Some((_, then, gap)) = self.crash(|at| at == Place::Before) {
            self.hit(k, ("before an append", then, gap), Stage::Append(commands));
            return Ok(None);
        }
        if self.planted(Around::ActsBeforeItWrites) {
            for command in &commands {
                self.perform(k, command.clone())?;
            }
        }
        if self.planted(Around::CheckpointRunsAhead) && self.ledger.is_due(&self.controllers[k], self.now) {
            let run = self.controllers[k].run.clone();
            self.write_state(&run, self.now)?;
        }
        let c = &mut self.controllers[k];
        let (mut folded, mut batch): (Vec<Time>, Vec<Event>) =
            std::mem::take(&mut c.batch).into_iter().unzip();
        let segment = c.segment;
        if let Some((Place::Torn(lines), then, gap)) = self.crash(|at| matches!(at, Place::Torn(_))) {
            self.disk.write(segment, &batch[..lines.min(batch.len())], false);
            self.hit(k, ("while an append is torn", then, gap), Stage::Close);
            return Ok(None);
        }
        if self.planted(Around::FactIsNotWritten)
            && let Some(fact) =
                batch.iter().position(|e| matches!(e.what, What::Fact { .. })).filter(|_| n % 7 == 3)
        {
            batch.remove(fact);
            folded.remove(fact);
        }
        let counts = self.disk.counts(segment);
        self.disk.write(segment, &batch, true);
        match counts {
            true => self.durable(k, &folded, &batch)?,
            false => self.happened("an append behind a seal"),
        }
        if let Some((_, then, gap)) = self.crash(|at| at == Place::Written) {
            self.hit(k, ("after an append", then, gap), Stage::Look(commands));
            return Ok(None);
        }
        Ok(Some(Stage::Look(commands)))
    }

    /// A batch counts from now on. `folded`: when each of its events was.
    fn durable(&mut self, k: usize, folded: &[Time], batch: &[Event]) -> Result<(), Violation> {
        for (heard, event) in folded.iter().zip(batch) {
            self.judge.durable(event, &self.shadow, &mut self.world)?;
            self.judge.paced(&event.what, *heard, &self.shadow)?;
            let at = match &event.what {
                What::Fact { action, attempt, .. } | What::Probe { action, attempt, .. } => {
                    Some((*action, *attempt))
                }
                _ => None,
            };
            let before = at.is_some_and(|id| self.shadow.failure(id.0.component).is_some());
            if let Err(damage) = self.shadow.apply(event) {
                return broken(Rule::Replay, format!("the journal cannot be followed: {damage}"));
            }
            self.judge.followed(*heard, &self.shadow)?;
            if let Some(id) = at {
                self.judge.learned(id, before, &self.shadow)?;
            }
        }
        self.judge.cover.tested(Rule::Replay);
        if self.controllers[k].run != self.shadow {
            return broken(Rule::Replay, "the live run is not what its journal tells");
        }
        self.judge.step(&self.shadow, &self.world)
    }

    /// A controller that finds its journal sealed begins nothing, and goes.
    fn look(&mut self, k: usize, commands: Vec<Command>) -> Result<Option<Stage>, Violation> {
        if self.disk.sealed(self.controllers[k].segment) && !self.planted(Around::SealIsNotLookedAt) {
            self.happened("a controller finds its journal sealed");
            self.say(|| format!("controller {k} finds its journal sealed, and goes"));
            self.controllers[k].gone = true;
            return Ok(None);
        }
        let next = match self.ledger.is_due(&self.controllers[k], self.now) {
            true => Stage::Checkpoint(Box::new(Stage::Perform(commands))),
            false => Stage::Perform(commands),
        };
        if let Some((_, then, gap)) = self.crash(|at| at == Place::Done) {
            self.hit(k, ("before it acts", then, gap), next);
            return Ok(None);
        }
        Ok(Some(next))
    }

    fn checkpoint(&mut self, k: usize, next: Stage) -> Result<Option<Stage>, Violation> {
        let now = self.now;
        let hit = self.hits_once(|m| match m {
            Mishap::Checkpoint { from, after, then, gap } if *from <= now => Some((*after, *then, *gap)),
            _ => None,
        });
        if let Some((false, then, gap)) = hit {
            self.hit(k, ("before a checkpoint", then, gap), Stage::Checkpoint(Box::new(next)));
            return Ok(None);
        }
        let at = self.now as i64 + self.jumped + self.controllers[k].skew;
        let skipped = self.planted(Around::EndIsNotFolded) && self.controllers[k].run.is_finished();
        if !skipped {
            let run = self.controllers[k].run.clone();
            self.write_state(&run, at.max(0) as Time)?;
        }
        self.controllers[k].saved = self.now.max(1);
        if let Some((true, then, gap)) = hit {
            self.hit(k, ("after a checkpoint", then, gap), next);
            return Ok(None);
        }
        Ok(Some(next))
    }

    /// A checkpoint, which must be a fold of the journal.
    fn write_state(&mut self, run: &Run, at: Time) -> Result<(), Violation> {
        self.judge.cover.tested(Rule::State);
        let told = self.told_up_to(run.events())?;
        self.ledger.checkpoint(&self.plan, run, &told, &mut self.disk, at);
        self.ledger.holds(&self.disk)
    }

    fn perform_all(&mut self, k: usize, commands: Vec<Command>) -> Result<Option<Stage>, Violation> {
        for (n, command) in commands.iter().enumerate() {
            if let Some((_, then, gap)) = self.crash(|at| at == Place::Begun(n)) {
                self.hit(k, ("while it acts", then, gap), Stage::Perform(commands[n..].to_vec()));
                return Ok(None);
            }
            if !self.planted(Around::ActsBeforeItWrites) {
                self.perform(k, command.clone())?;
            }
        }
        let c = &self.controllers[k];
        if !c.run.is_finished() && c.run.stopped().is_none() {
            // A run that was just taken decides at once.
            let first = commands.is_empty() && c.flights.is_empty() && !c.run.is_paused();
            return Ok(first.then_some(Stage::Turn));
        }
        if c.run == self.shadow {
            if self.shadow.is_abandoned() && !self.shadow.is_finished() {
                self.happened("a run is not abandoned: something goes on");
            }
            let ending = outcome(&self.shadow).ending;
            self.say(|| format!("the run rests: {}", ending.name()));
            self.judge.rest(&self.shadow, &self.world)?;
            self.judge.cover.tested(Rule::Lease);
            if !self.disk.lease && !self.shadow.is_finished() {
                return broken(Rule::Lease, "the run lost its lease");
            }
        }
        Ok(Some(Stage::Checkpoint(Box::new(Stage::Close))))
    }

    fn perform(&mut self, k: usize, command: Command) -> Result<(), Violation> {
        match command {
            Command::Begin(begin) => self.begin(k, begin),
            Command::ReadBack { component } => {
                let epoch = self.controllers[k].session(self.sc.components[component].provider);
                match epoch {
                    Some(epoch) => self.push(self.now + 1, Occurs::Reads(k, component, epoch)),
                    None => {
                        self.controllers[k].land(component);
                        self.fold(k, What::Read { component, digest: Err("its provider gave up".into()) })?;
                    }
                }
                Ok(())
            }
            Command::Probe { .. }
            | Command::Watch { .. }
            | Command::Ask { .. }
            | Command::Stop { .. }
            | Command::Finish => Ok(()),
        }
    }

    fn begin(&mut self, k: usize, begin: Begin) -> Result<(), Violation> {
        let i = begin.action.component;
        self.say(|| format!("controller {k} begins {}", named(&begin)));
        let others = self.controllers[k].actions().filter(|b| b.action.component != i);
        self.judge.begin(&begin, others, &self.world)?;
        let leg = if begin.action.leg == Leg::Forth { "forth" } else { "back" };
        self.happened(&format!("step {leg}: {}", begin.step.name()));
        let Some(epoch) = self.controllers[k].session(self.sc.components[i].provider) else {
            let why = "its provider gave up".to_string();
            let answer = match begin.step {
                Step::Commit => Answer::applied(),
                Step::Verify | Step::Measure => {
                    self.world.real[i].measured_ill |= begin.step == Step::Measure;
                    Answer::Applied(Done { verdict: Some(Verdict::Ill { why }), ..Done::default() })
                }
                _ => Answer::Refused { why, output: String::new() },
            };
            let epoch = self.controllers[k].sessions[self.sc.components[i].provider].epoch;
            self.push(self.now, Occurs::Answers(k, begin, Some(answer), epoch));
            return Ok(());
        };
        let id = (begin.action, begin.attempt);
        let (course, fault) = self.world.ask(self.sc, &begin, self.now);
        if let Some(fault) = fault {
            self.happened(&format!("fault {}", fault.name()));
            self.say(|| format!("  and {fault:?}"));
        }
        if let Some(at) = course.arrives {
            self.push(at, Occurs::Arrives(id));
        }
        for (at, answer) in course.answers {
            self.push(at, Occurs::Answers(k, begin.clone(), answer, epoch));
        }
        Ok(())
    }

    fn close(&mut self, k: usize) -> Result<(), Violation> {
        self.controllers[k].gone = true;
        if self.controllers[k].run.is_finished() {
            self.disk.lease = false;
            return Ok(());
        }
        if self.planted(Around::LeaseIsLost) {
            self.disk.lease = false;
        }
        if let Some((gap, request)) = self.returns.pop_front() {
            self.schedule_take(gap, request);
        }
        Ok(())
    }

    /// Ends what a dead controller left nearly ended (`ops::ledger::settle_ended`).
    fn settle(&mut self) -> Result<(), Violation> {
        if self.disk.lease {
            self.happened("a finished run is settled by somebody else");
            let (run, _) = self.replay()?;
            if !self.planted(Around::EndIsNotFolded) {
                self.write_state(&run, self.now)?;
            }
            self.disk.lease = false;
        }
        Ok(())
    }

    fn at_the_end(&mut self) -> Result<(), Violation> {
        self.replay()?;
        if self.shadow.is_finished() {
            self.settle()?;
            self.judge.cover.tested(Rule::Record);
            self.ledger.tells_the_truth(
                &self.sc.components,
                self.judge.taken_back,
                &self.shadow,
                &self.world,
                &self.disk,
            )?;
        } else {
            self.judge.cover.tested(Rule::Lease);
            if !self.disk.lease {
                return broken(Rule::Lease, "an unfinished run lost its lease");
            }
        }
        let ending = outcome(&self.shadow).ending;
        let (name, finished) = (ending.name(), self.shadow.is_finished());
        self.happened(&format!("ending {name}{}", if finished { "" } else { ", open" }));
        self.judge.step(&self.shadow, &self.world)
    }
}

/// An attempt, for people.
fn named(begin: &Begin) -> String {
    let back = if begin.action.leg == Leg::Back { " (way back)" } else { "" };
    let attempt = if begin.attempt > 1 { format!(", attempt {}", begin.attempt) } else { String::new() };
    format!("{} of c{}{back}{attempt}", begin.step.name(), begin.action.component)
}

/// An answer, for people.
fn told(answer: &Answer) -> String {
    match answer {
        Answer::Applied(done) => match &done.verdict {
            Some(Verdict::Ill { why }) => format!("ill, {why}"),
            Some(Verdict::Inconclusive { why }) => format!("inconclusive, {why}"),
            _ => "done".into(),
        },
        Answer::Refused { why, .. } => format!("refused, {why}"),
        Answer::Unclear { why, .. } => format!("unclear, {why}"),
    }
}
