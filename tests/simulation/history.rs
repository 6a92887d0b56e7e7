//! A history: several runs over one platform, each planned anew over what the last one left, be it abandoned, taken back or
//! stuck; with journals that lose their ends. Planned with the product's own `diff` and `make`, recorded with its own `results`
//! and `checkpoint`. At last a run without trouble must bring everything to its level.

use super::dice::Dice;
use super::draw::draw;
use super::estate::{Course, Estate, Real};
use super::plant::{Around, Plant};
use super::platform::{self, address, level};
use super::scenario::{Scenario, Way};
use patchform::config::checked::Drain;
use patchform::engine::results::{Where, of_lost_lines, results};
use patchform::graph::Graph;
use patchform::journal::Head;
use patchform::model::{Moment, Purpose};
use patchform::plan::draft::Goal;
use patchform::plan::noun::{Entry, Observed, Plan, Step, Verdict};
use patchform::plan::{Draft, Facts, Focus, Leases, Making, diff, make};
use patchform::run::event::{Event, Request, What};
use patchform::run::{Begin, Command, Run, Standing, decide, outcome};
use patchform::state::checkpoint as settles;
use patchform::state::{Record, State, checkpoint};
use patchform_sdk::message::{Can, Coverage, Preview, PreviewOutcome, Reload, WayBack, WayBackKind};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What must hold between runs, and at the end of all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lasting {
    /// A run comes to its end, and no event of its own is refused.
    Ends,
    /// What a run left half-way, not in force or without traffic is owed, so that the next plan finds it.
    Owned,
    /// What is said to be restored or untouched is as before that run.
    Restored,
    /// What is recorded and not owed stands there.
    Recorded,
    /// A plan begins nothing where nothing is to be done, and leaves nothing out that is.
    Planned,
    /// A run without trouble brings everything to its level, and nothing is owed any more.
    Mended,
}

/// How a history broke a promise.
#[derive(Debug)]
pub struct Broke {
    pub promise: Lasting,
    pub what: String,
    pub story: Vec<String>,
}

/// How often each thing happened, and each promise was put to the test.
pub type Met = BTreeMap<String, u64>;

type Broken = (Lasting, String);

/// Something that a controller waits for.
enum Awaits {
    Answer(Begin, Course),
    Probe(Begin),
    Reading(usize),
    Watch(usize, Duration),
}

impl Awaits {
    fn component(&self) -> usize {
        match self {
            Awaits::Answer(begin, _) | Awaits::Probe(begin) => begin.action.component,
            Awaits::Reading(i) | Awaits::Watch(i, _) => *i,
        }
    }
}

struct History {
    sc: Scenario,
    plant: Option<Plant>,
    dice: Dice,
    estate: Estate,
    state: State,
    /// Where everything is to be.
    wanted: Vec<u8>,
    /// What lines have left half-way, not in force or without traffic that a disk lost and nobody misses.
    untold: BTreeSet<usize>,
    token: u64,
    now: i64,
    met: Met,
    story: Vec<String>,
}

/// One run: its plan, its journal, and what was there before.
struct Chapter {
    id: String,
    plan: Plan,
    journal: Vec<Event>,
    before: Vec<Real>,
    /// Components of which lines were lost.
    lost: BTreeSet<usize>,
    /// Of how many lines the state was made, where the journal has fewer.
    lacks: Option<u64>,
}

/// Plays the history of a seed.
pub fn play(seed: u64, plant: Option<Plant>) -> Result<Met, Box<Broke>> {
    let mut history = History::new(seed, plant);
    match history.go() {
        Ok(()) => Ok(history.met),
        Err((promise, what)) => Err(Box::new(Broke { promise, what, story: history.story })),
    }
}

fn broken<T>(promise: Lasting, what: impl Into<String>) -> Result<T, Broken> {
    Err((promise, what.into()))
}

impl History {
    fn new(seed: u64, plant: Option<Plant>) -> History {
        // Addresses are sorted as their numbers are, up to ten.
        let mut sc = draw(seed);
        sc.components.truncate(1 + (seed % 9) as usize);
        for c in &mut sc.components {
            c.changes = true;
            c.hours = false;
            if matches!(c.way, Way::Missing | Way::Late) {
                c.way = Way::Restore;
            }
        }
        for service in &mut sc.services {
            service.members.retain(|i| *i < sc.components.len());
            service.least = service.least.min(service.members.len().saturating_sub(1) as u64);
        }
        let estate = Estate::new(sc.components.clone());
        let mut state = State::new("l", "0");
        for (i, c) in sc.components.iter().enumerate() {
            let record = Record {
                provider: format!("p{}", c.provider),
                alias: String::new(),
                level: level(0),
                digest: estate.digest(i),
                target: format!("t{}", c.target),
                claims: vec![address(i).to_string()],
                run: "earlier".into(),
                at: Moment(0),
            };
            state.records.insert(address(i), record);
        }
        let wanted = vec![0; sc.components.len()];
        let dice = Dice(seed.rotate_left(41) ^ 0x4157);
        let (met, story, untold) = (Met::new(), Vec::new(), BTreeSet::new());
        History { sc, plant, dice, estate, state, wanted, untold, token: 0, now: 0, met, story }
    }

    fn meets(&mut self, what: &str) {
        *self.met.entry(what.into()).or_default() += 1;
    }

    fn go(&mut self) -> Result<(), Broken> {
        for n in 0..1 + self.dice.below(3) {
            for i in 0..self.wanted.len() {
                self.wanted[i] += u8::from(n == 0 || self.dice.percent(30));
            }
            self.estate.trouble = self.dice.pick(&[0, 4, 12, 30]);
            self.chapter(n, true)?;
        }
        self.estate.trouble = 0;
        self.estate.heals();
        // What the last run brought up to its level first: owed work is done by itself, too.
        self.chapter(8, false)?;
        self.wanted.iter_mut().for_each(|wanted| *wanted = 9);
        self.chapter(9, false)?;
        self.is_mended()
    }

    fn chapter(&mut self, n: usize, troubled: bool) -> Result<(), Broken> {
        let plan = self.plan();
        self.story.push(format!("-- run r{n}, to {:?}", self.wanted));
        self.nothing_is_overlooked(&plan)?;
        if plan.changes().next().is_none() {
            return Ok(());
        }
        self.estate.begins();
        let before = self.estate.real.clone();
        let mut chapter = Chapter {
            id: format!("r{n}"),
            plan,
            journal: Vec::new(),
            before,
            lost: BTreeSet::new(),
            lacks: None,
        };
        let mut request = None;
        for take in 1.. {
            let run = self.drive(&mut chapter, request, troubled)?;
            if run.is_finished() {
                self.meets("a run ends");
                self.came_to_rest(&chapter, &run)?;
                return Ok(());
            }
            if take > 12 {
                return broken(Lasting::Ends, format!("it is not abandoned: {:?}", run.stopped()));
            }
            let goes_on: BTreeSet<usize> = run.goes_on().map(|(i, _)| i).collect();
            let leaving = if take > 6 { goes_on } else { BTreeSet::new() };
            request = match self.dice.below(6) {
                _ if take > 4 => Some(Request::Abandon { leaving }),
                0 | 1 => Some(Request::Abandon { leaving }),
                2 => Some(Request::Rollback),
                _ => None,
            };
        }
        Ok(())
    }

    // ------------------------------------------------------------------ planning

    fn plan(&mut self) -> Plan {
        let template = platform::plan(&self.sc);
        let entry = |(i, entry): (usize, Entry)| Entry {
            desired: Some(level(self.wanted[i])),
            recorded: self.state.records.get(&entry.address).map(|record| record.level.clone()),
            record_digest: self.state.records.get(&entry.address).map(|record| record.digest.clone()),
            // Nobody falls ill here: a history is of runs that go wrong by themselves.
            ill: None,
            observed: Observed::NotRead,
            verdict: Verdict::NoChange { adopt: false },
            drain: self.sc.components[i].drains.then(|| Drain {
                from: Vec::new(),
                member: String::new(),
                wait: Duration::ZERO,
            }),
            wave: 0,
            ..entry
        };
        let entries: Vec<Entry> = template.entries.into_iter().enumerate().map(entry).collect();
        let edges: Vec<(usize, usize)> =
            entries.iter().enumerate().flat_map(|(i, e)| e.after.iter().map(move |on| (i, *on))).collect();
        let mut rollouts = template.rollouts;
        for (k, rollout) in rollouts.iter_mut().enumerate() {
            let soaks = self.sc.components.iter().find(|c| c.rollout == k).map_or(0, |c| c.soak);
            rollout.pace.soak = Duration::from_secs(soaks);
            rollout.pace.group = self.sc.rollouts[k].waved;
            rollout.pace.canary = u64::from(self.sc.rollouts[k].canary);
        }
        let draft = Draft {
            purpose: Purpose::Apply,
            lineage: "l".into(),
            providers: template.providers,
            goals: self.wanted.iter().map(|wanted| Goal::Level(level(*wanted))).collect(),
            components: (0..entries.len()).map(Some).collect(),
            graph: Graph::build(entries.len(), edges).unwrap(),
            unplaced: Default::default(),
            entries,
            rollouts,
            traffic: Vec::new(),
            services: template.services,
            moves: Vec::new(),
            assertions: Vec::new(),
            inputs: Vec::new(),
            vendors: Vec::new(),
            hours: Default::default(),
            outputs: Vec::new(),
            outputs_before: Some(Vec::new()),
            secret_sources: BTreeMap::new(),
        };
        let focus = Focus::all(&draft);
        let compare = |_: &str, a: &str, b: &str| Some(a.parse::<u8>().ok()?.cmp(&b.parse::<u8>().ok()?));
        let leases = Leases::default();
        let mut state = self.state.clone();
        if self.plant == Some(Plant::Around(Around::OwedIsNotPlanned)) {
            state.owed.clear();
        }
        let facts = Facts { state: &state, compare: &compare, leases: &leases, focus: &focus };
        let readings = (0..self.wanted.len()).map(|i| self.estate.read(i)).collect();
        let changes = diff(draft, readings, &facts);
        let previews = changes.to_preview().into_iter().map(|i| (i, self.preview(i))).collect();
        let making = Making {
            workspace: "default",
            program: "0",
            now: Moment(self.now),
            can: &|entry| self.can(entry),
            stored: &|_| None,
            left_running: &|_| None,
        };
        make(changes, previews, &making)
    }

    fn preview(&self, i: usize) -> PreviewOutcome {
        let c = &self.sc.components[i];
        let way = |kind| WayBack {
            kind,
            coverage: Coverage { whole_system: c.way == Way::Whole, data: false },
            place: String::new(),
            survives_target_loss: false,
            discards_data: false,
            size: 0,
            duration: 0,
        };
        let ways_back = match c.way {
            Way::Irreversible => Vec::new(),
            Way::Uninstall => vec![way(WayBackKind::Uninstall)],
            _ => vec![way(WayBackKind::Restore)],
        };
        PreviewOutcome::Ready(Box::new(Preview { reload: c.reload, ways_back, ..Preview::default() }))
    }

    fn can(&self, entry: &Entry) -> Can {
        let c = (0..self.wanted.len()).find(|i| address(*i) == entry.address).map(|i| &self.sc.components[i]);
        let (reload, backup) = c.map_or((true, false), |c| (c.reload != Reload::None, c.backs_up));
        Can { snapshot: true, uninstall: true, verify: true, probe: true, reload, backup, ..Can::default() }
    }

    /// A new plan sees what an earlier run left.
    fn nothing_is_overlooked(&mut self, plan: &Plan) -> Result<(), Broken> {
        for (i, entry) in plan.entries.iter().enumerate() {
            let real = &self.estate.real[i];
            if !matches!(entry.verdict, Verdict::NoChange { .. }) {
                continue;
            }
            *self.met.entry("a plan leaves something as it is".into()).or_default() += 1;
            let well = real.installed.0 == self.wanted[i] && (real.is_clean() || self.untold.contains(&i));
            if !well || self.state.owed.contains_key(&entry.address) {
                return broken(
                    Lasting::Planned,
                    format!("c{i} is {real:?}, and the plan changes nothing there"),
                );
            }
        }
        Ok(())
    }

    // ------------------------------------------------------------------ a run

    /// A controller takes the run, and drives it until it stops, ends or dies.
    fn drive(
        &mut self,
        chapter: &mut Chapter,
        request: Option<Request>,
        troubled: bool,
    ) -> Result<Run, Broken> {
        let mut run = match self.plant {
            Some(Plant::Core(defect)) => Run::start_with(&chapter.plan, &chapter.id, defect),
            _ => Run::start(&chapter.plan, &chapter.id),
        };
        for event in &chapter.journal {
            if let Err(damage) = run.apply(event) {
                return broken(Lasting::Ends, format!("the journal cannot be followed: {damage}"));
            }
        }
        let folded = self.state.folded.as_ref().filter(|folded| folded.run == chapter.id);
        let lacks = folded.map(|folded| folded.line).filter(|line| *line > run.events());
        chapter.lacks = lacks.or(chapter.lacks.map(|_| run.events()));
        self.take(chapter, &mut run, request)?;
        self.save(chapter, &run);
        let mut awaits: Vec<Awaits> = Vec::new();
        for _ in 0..5_000 {
            self.decide(chapter, &mut run, &mut awaits)?;
            if run.is_finished() || run.stopped().is_some() {
                self.save(chapter, &run);
                self.story.push(format!("it rests: {}", outcome(&run).ending.name()));
                return Ok(run);
            }
            if self.dice.percent(10) {
                self.save(chapter, &run);
            }
            if troubled && self.dice.percent(3) {
                self.dies(chapter);
                return Ok(run);
            }
            if troubled && self.dice.percent(2) {
                let request = match self.dice.below(4) {
                    0 => Request::Rollback,
                    1 => Request::Stop,
                    _ => Request::Abandon { leaving: BTreeSet::new() },
                };
                self.meets(&format!("request {}", request.name()));
                self.fold(chapter, &mut run, What::Asked(request))?;
                continue;
            }
            if awaits.is_empty() {
                return broken(Lasting::Ends, "nothing is in flight, and nothing is decided");
            }
            let next = self.dice.below(awaits.len());
            let next = awaits.swap_remove(next);
            self.hears(chapter, &mut run, next)?;
        }
        broken(Lasting::Ends, "it does not end")
    }

    /// A controller dies; now and then its disk has lost the last lines.
    fn dies(&mut self, chapter: &mut Chapter) {
        self.meets("a controller dies");
        self.story.push("the controller dies".into());
        if self.dice.percent(40) && chapter.journal.len() > 1 {
            let most = self.dice.pick(&[4, 12, 40]);
            let lines = 1 + self.dice.below((chapter.journal.len() - 1).min(most));
            for event in chapter.journal.split_off(chapter.journal.len() - lines) {
                chapter.lost.extend(self.concerns(&event.what));
            }
            self.meets("a journal loses its end");
            self.story.push(format!("its journal loses {lines} lines, {} are left", chapter.journal.len()));
        }
    }

    /// The components at which something may have happened of which a line tells.
    fn concerns(&self, what: &What) -> Vec<usize> {
        let i = match what {
            What::Intent { action, .. } | What::Fact { action, .. } | What::Probe { action, .. } => {
                action.component
            }
            What::Read { component, .. } | What::Watched { component, .. } => *component,
            _ => return Vec::new(),
        };
        let all = &self.sc.components;
        let with = |k: &usize| *k == i || (all[i].way == Way::Whole && all[*k].target == all[i].target);
        (0..all.len()).filter(with).collect()
    }

    /// As `ops::opening` takes a run: what its journal may not know is read first.
    fn take(&mut self, chapter: &mut Chapter, run: &mut Run, request: Option<Request>) -> Result<(), Broken> {
        let reads = |i: &usize| match &request {
            Some(Request::Rollback) => run.awaits_look(*i),
            Some(Request::Abandon { leaving }) => run.awaits_look(*i) && !leaving.contains(i),
            _ => run.may_be_put_back(*i),
        };
        let looked: Vec<usize> = (0..run.len()).filter(|i| run.token() > 0 && reads(i)).collect();
        self.token += 1;
        self.story.push(format!("taken, asked for {request:?}, {looked:?} are read"));
        self.fold(chapter, run, What::taken("c", self.token))?;
        for component in looked {
            if run.awaits_look(component) {
                let digest = Ok(self.estate.digest(component));
                self.fold(chapter, run, What::Read { component, digest })?;
            }
        }
        if let Some(request) = request {
            self.meets(&format!("taken to {}", request.name()));
            self.fold(chapter, run, What::Asked(request))?;
        }
        Ok(())
    }

    fn fold(&mut self, chapter: &mut Chapter, run: &mut Run, what: What) -> Result<(), Broken> {
        self.now += 1_000;
        let event = Event { at: Moment(self.now), what };
        if let Err(damage) = run.apply(&event) {
            return broken(Lasting::Ends, format!("{}: {damage}", event.what));
        }
        chapter.journal.push(event);
        Ok(())
    }

    /// As `ops::ledger` folds a run into the state.
    fn save(&mut self, chapter: &Chapter, run: &Run) {
        let head = Head { segment: 0, lines: run.events(), sum: String::new() };
        let at = Where { started: Moment(0), now: Moment(self.now), head: &head };
        let mut all = results(&chapter.plan, run, &outcome(run), at);
        if chapter.lacks.is_some() && !run.is_cut() {
            all.settled.extend(of_lost_lines(&chapter.plan, run, at.now));
        }
        if self.plant == Some(Plant::Around(Around::DoneIsStillOwed)) {
            all.settled.retain(|settled| settled.standing != settles::Standing::InForce);
        }
        all.line = all.line.max(chapter.lacks.unwrap_or(0));
        self.state = checkpoint(&self.state, all);
    }

    fn decide(
        &mut self,
        chapter: &mut Chapter,
        run: &mut Run,
        awaits: &mut Vec<Awaits>,
    ) -> Result<(), Broken> {
        if run.is_stopping() || run.is_abandoned() || run.halt().is_some() {
            awaits.retain(|a| !matches!(a, Awaits::Watch(..)));
        }
        loop {
            let in_flight: BTreeSet<usize> = awaits.iter().map(Awaits::component).collect();
            let commands = decide(run, &in_flight);
            if commands.is_empty() {
                return Ok(());
            }
            for command in commands {
                match command {
                    Command::Begin(begin) => {
                        let snapshot = begin.snapshot.as_ref().filter(|_| begin.step == Step::Snapshot);
                        let snapshot = snapshot.map(|s| s.id.clone());
                        let Begin { action, step, attempt, .. } = begin;
                        self.fold(chapter, run, What::Intent { action, step, attempt, snapshot })?;
                        let course = self.estate.ask(&chapter.plan, &begin, &mut self.dice);
                        self.story.push(format!("{} {:?} of c{}", step.name(), action.leg, action.component));
                        awaits.push(Awaits::Answer(begin, course));
                    }
                    Command::Probe { begin, .. } => awaits.push(Awaits::Probe(begin)),
                    Command::ReadBack { component } => awaits.push(Awaits::Reading(component)),
                    Command::Watch { component, after } => awaits.push(Awaits::Watch(component, after)),
                    // Nobody falls ill in a history.
                    Command::Ask { .. } => {}
                    Command::Stop { why } => self.fold(chapter, run, What::Stopped { why })?,
                    Command::Finish => self.fold(chapter, run, What::Finished)?,
                }
            }
        }
    }

    fn hears(&mut self, chapter: &mut Chapter, run: &mut Run, next: Awaits) -> Result<(), Broken> {
        let what = match next {
            Awaits::Answer(Begin { action, attempt, .. }, course) => {
                let Course::Answers(answer) = course else {
                    return broken(Lasting::Ends, "a step that the plan does not have");
                };
                self.story.push(format!("  c{}: {answer:?}", action.component));
                What::Fact { action, attempt, answer }
            }
            Awaits::Probe(begin) => {
                let found = self.estate.probe(&begin, &mut self.dice);
                self.story.push(format!("  c{} is probed: {found:?}", begin.action.component));
                What::Probe { action: begin.action, attempt: begin.attempt, found }
            }
            Awaits::Reading(component) if !run.awaits_reading(component) => return Ok(()),
            Awaits::Reading(component) => What::Read { component, digest: Ok(self.estate.digest(component)) },
            Awaits::Watch(component, _) if run.soak_left(component).is_none() => return Ok(()),
            Awaits::Watch(component, passed) => {
                What::Watched { component, passed, found: self.estate.watched(component, &mut self.dice) }
            }
        };
        self.fold(chapter, run, what)
    }

    // ------------------------------------------------------------------ what must hold

    /// A run has ended, and the state knows it.
    fn came_to_rest(&mut self, chapter: &Chapter, run: &Run) -> Result<(), Broken> {
        let known_cut = run.is_cut() || chapter.lacks.is_some();
        if known_cut {
            self.meets("a run ends whose journal is known to lack its end");
        }
        for i in 0..run.len() {
            let (real, before) = (self.estate.real[i], chapter.before[i]);
            let standing = run.standing(i);
            let owed = self
                .state
                .owed
                .get(&address(i))
                .map(|owed| owed.at(Some(&self.estate.level(i)), &self.estate.digest(i)));
            let told =
                || format!("c{i} is {standing}, and really {real:?} (before: {before:?}); owed: {owed:?}");
            // What is known of the rest tells what stands there whole, in force and with traffic, or that it has to be made so.
            let covers = owed.as_ref().is_some_and(|owed| {
                (real.installed.1 || owed.half)
                    && (real.is_in_force() || owed.half || owed.reload > Reload::None)
            });
            // The journal is the only authority on a run (page 5.4): of lines that a disk has lost after it had said that they
            // are durable, and that nobody misses, nobody can tell.
            let unknown = chapter.lost.contains(&i) && !known_cut;
            if real.is_clean() || covers {
                self.untold.remove(&i);
            } else if unknown {
                self.untold.insert(i);
            }
            if unknown {
                continue;
            }
            if !real.is_clean() {
                self.meets("something is left");
                if !covers && !self.untold.contains(&i) {
                    return broken(Lasting::Owned, told());
                }
            }
            let as_before = matches!(
                standing,
                Standing::Restored | Standing::Skipped(_) | Standing::Held { .. } | Standing::Untouched
            );
            if as_before && owed.is_none() && !real.is_as_good_as(&before) {
                return broken(Lasting::Restored, told());
            }
            if standing == Standing::Committed && owed.is_none() {
                let record = self.state.records.get(&address(i));
                let stands = record
                    .is_some_and(|r| r.level == self.estate.level(i) && r.digest == self.estate.digest(i));
                if !(stands && real.is_clean()) {
                    return broken(Lasting::Recorded, format!("{}; recorded: {record:?}", told()));
                }
            }
        }
        Ok(())
    }

    fn is_mended(&mut self) -> Result<(), Broken> {
        self.meets("everything is mended");
        for (i, real) in self.estate.real.iter().enumerate() {
            let record = self.state.records.get(&address(i)).map(|record| record.level.clone());
            if !real.is_clean() || real.installed.0 != 9 || record != Some(level(9)) {
                return broken(Lasting::Mended, format!("c{i} is {real:?}, recorded at {record:?}"));
            }
        }
        match self.state.owed.first_key_value() {
            Some((address, owed)) => broken(Lasting::Mended, format!("{address} is owed {owed:?}")),
            None => Ok(()),
        }
    }
}
