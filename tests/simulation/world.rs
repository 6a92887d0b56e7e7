//! The simulated world: what really happens at the targets, whatever controllers believe.

use super::platform::{DEADLINE, digest};
use super::rules::{Rule, Violation, broken};
use super::scenario::*;
use patchform::plan::noun::Step;
use patchform::run::Begin;
use patchform::run::event::{ActionRef, Leg};
use patchform_sdk::message::{Answer, Cause, Coverage, Done, Probed, Reload, Snapshot, Verdict};
use std::collections::BTreeMap;

/// Names an attempt for ever.
pub type Id = (ActionRef, u32);

/// Content before the run, as planned, and half-way between.
pub const BEFORE: u8 = 0;
pub const PLANNED: u8 = 1;
pub const HALF: u8 = 2;

/// One component as it really is.
#[derive(Debug, Clone, Default)]
pub struct Real {
    pub installed: u8,
    pub running: u8,
    pub drained: bool,
    pub blocked: bool,
    /// Customers were kept out, and that was proved.
    pub proved: bool,
    /// What it needs to come into force.
    pub needs: Reload,
    /// The highest token seen.
    pub token: u64,
    /// A patch of it took effect, at least in part.
    pub patched: bool,
    /// A step forth of it was not simply done.
    pub trouble_forth: bool,
    /// A step back of it was not simply done.
    pub trouble_back: bool,
    /// Of an action nobody could tell how far it came.
    pub untold: bool,
    /// A controller heard that a gate refused it.
    pub gated: bool,
    /// A controller heard that its gate was open, and its services could not spare it.
    pub missed: bool,
    /// Its gate was open when it was asked.
    pub let_in: bool,
    /// It was measured, and not well.
    pub measured_ill: bool,
    /// Its provider claimed to have stored a snapshot, and did not.
    pub snapshot_lie: bool,
}

impl Real {
    /// As before the run.
    pub fn as_before(&self) -> bool {
        self.installed == BEFORE && self.running == BEFORE && !self.drained && !self.blocked
    }

    /// As planned.
    pub fn as_planned(&self) -> bool {
        self.installed == PLANNED && self.running == PLANNED && !self.drained && !self.blocked
    }
}

/// An action that was asked of a target.
#[derive(Debug, Clone)]
pub struct Work {
    pub begin: Begin,
    pub arrived: bool,
    /// How long it takes from its arrival; `None`: it never ends.
    pub long: Option<Time>,
    pub half: bool,
    pub lies: bool,
    pub twice: bool,
    pub more: bool,
    pub grumbles: bool,
    /// It cannot tell whether it was done.
    pub unsure: bool,
}

/// What became of an action.
#[derive(Debug, Clone, PartialEq)]
enum Fate {
    No,
    Half,
    Yes(Box<Done>),
}

/// When something comes of a request.
#[derive(Debug, Clone)]
pub struct Course {
    /// When it reaches its target; `None`: never.
    pub arrives: Option<Time>,
    /// When the controller hears what. An answer of `None` is made by what happened.
    pub answers: Vec<(Time, Option<Answer>)>,
}

/// What becomes of a request at its target.
#[derive(Debug, Clone, Copy)]
pub enum Arrival {
    /// Refused: the target has seen a higher token.
    Fenced,
    /// It ends after so long; `None`: never.
    Begins(Option<Time>),
    /// Something else goes on there; it is looked at again after so long, or never.
    Waits(Option<Time>),
}

/// A stored snapshot: content of each component that it covers.
#[derive(Debug, Clone)]
pub struct Stored {
    pub of: usize,
    contents: Vec<(usize, u8, u8)>,
}

/// All targets.
#[derive(Debug, Clone)]
pub struct World {
    pub real: Vec<Real>,
    pub snapshots: BTreeMap<String, Stored>,
    pub work: BTreeMap<Id, Work>,
    known: BTreeMap<Id, Fate>,
    /// How often each step was begun.
    counts: BTreeMap<(usize, Leg, Step), u32>,
    probes: BTreeMap<usize, u32>,
    reads: BTreeMap<usize, u32>,
    /// Gates are closed until then.
    pub closed: Option<(Time, bool)>,
    pub fencing: bool,
}

fn unclear(why: &str, output: &str) -> Answer {
    Answer::Unclear { why: why.into(), output: output.into() }
}

fn refused(why: &str, output: &str) -> Answer {
    Answer::Refused { why: why.into(), output: output.into() }
}

fn found(verdict: Verdict) -> Answer {
    Answer::Applied(Done { verdict: Some(verdict), ..Done::default() })
}

fn ill(why: &str) -> Answer {
    found(Verdict::Ill { why: why.into() })
}

impl World {
    pub fn new(scenario: &Scenario, fencing: bool) -> World {
        World {
            real: vec![Real::default(); scenario.components.len()],
            snapshots: BTreeMap::new(),
            work: BTreeMap::new(),
            known: BTreeMap::new(),
            counts: BTreeMap::new(),
            probes: BTreeMap::new(),
            reads: BTreeMap::new(),
            closed: None,
            fencing,
        }
    }

    /// A controller asks for a step: what will come of it, and the fault that hits it.
    pub fn ask(&mut self, sc: &Scenario, begin: &Begin, now: Time) -> (Course, Option<Fault>) {
        let a = begin.action;
        let count = self.counts.entry((a.component, a.leg, begin.step)).or_default();
        *count += 1;
        let nth = *count;
        let here = (a.component, a.leg, begin.step);
        let fault = sc.mishaps.iter().find_map(|m| match m {
            Mishap::Fault { component, leg, step, nth: n, kind } => {
                ((*component, *leg, *step) == here && *n == nth).then_some(*kind)
            }
            Mishap::Always { component, leg, step, kind } => {
                ((*component, *leg, *step) == here).then_some(*kind)
            }
            _ => None,
        });
        let long = took(sc, begin, nth);
        let course = match begin.step.effectful() {
            true => self.act(begin, now, long, fault),
            false => self.look(sc, begin, now, long, fault),
        };
        (course, fault)
    }

    fn act(&mut self, begin: &Begin, now: Time, long: Time, fault: Option<Fault>) -> Course {
        let id = (begin.action, begin.attempt);
        let printed = format!("log of {} {}#{}", begin.step.name(), begin.action.component, begin.attempt);
        let long = if fault == Some(Fault::Slow) { DEADLINE - 2 } else { long };
        let ends = now + long;
        let mut works = Some(long);
        let mut course = Course { arrives: Some(now), answers: vec![(ends, None)] };
        let nothing = Course { arrives: None, answers: Vec::new() };
        match fault {
            Some(Fault::Refused | Fault::Error) => {
                return Course {
                    answers: vec![(ends, Some(refused("the target is busy", &printed)))],
                    ..nothing
                };
            }
            Some(Fault::BrokeBefore) => {
                let answer = unclear("the connection broke before it began", &printed);
                return Course { answers: vec![(ends, Some(answer))], ..nothing };
            }
            Some(Fault::BrokeDuring) => {
                works = Some(long + 3);
                course.answers = vec![(now + 1, Some(unclear("the connection broke", &printed)))];
            }
            Some(Fault::Half) => {
                course.answers = vec![(ends, Some(unclear("it died half-way", &printed)))];
            }
            Some(Fault::AnswerLost) => course.answers.clear(),
            Some(Fault::HangsPast(more)) => {
                works = Some(DEADLINE + more);
                course.answers = vec![(now + DEADLINE + more, None)];
            }
            Some(Fault::Never) => {
                works = None;
                course.answers.clear();
            }
            Some(Fault::LateRequest(late)) => {
                course.arrives = Some(now + late);
                works = Some(1);
                course.answers = vec![(now + late + 1, None)];
            }
            Some(Fault::Twice) => course.answers.push((ends + 1, None)),
            _ => {}
        }
        let work = Work {
            begin: begin.clone(),
            arrived: false,
            long: works,
            half: fault == Some(Fault::Half),
            lies: fault == Some(Fault::Lies),
            twice: fault == Some(Fault::Twice),
            more: fault == Some(Fault::CoversMore),
            grumbles: fault == Some(Fault::Grumbles),
            unsure: fault == Some(Fault::Inconclusive),
        };
        self.work.insert(id, work);
        course
    }

    /// The core's own steps, which change nothing.
    fn look(&mut self, sc: &Scenario, begin: &Begin, now: Time, long: Time, fault: Option<Fault>) -> Course {
        let i = begin.action.component;
        let c = &sc.components[i];
        let back = begin.action.leg == Leg::Back;
        let real = &self.real[i];
        let closed = self.closed.filter(|(until, _)| *until > now);
        let digest = digest(i, real.installed, real.running);
        let healthy = Answer::Applied(Done {
            verdict: Some(Verdict::Healthy),
            digest: Some(digest),
            ..Done::default()
        });
        let answer = match (begin.step, fault) {
            (Step::Commit, _) => Answer::applied(),
            (_, Some(Fault::AnswerLost)) => return Course { arrives: None, answers: Vec::new() },
            (_, Some(Fault::BrokeBefore)) => unclear("the look timed out", ""),
            (Step::Gate, Some(Fault::Error | Fault::Refused)) => refused("not now", ""),
            (Step::Gate, _) if closed.is_some_and(|(_, waits)| waits) => {
                refused("it may not start before tomorrow", "")
            }
            (Step::Gate, _) if closed.is_some() => refused("a freeze holds", ""),
            (Step::Gate, _) if !real.as_before_content() => {
                refused("it was changed since the plan was made", "")
            }
            (Step::Verify | Step::Measure, Some(Fault::Inconclusive)) => {
                found(Verdict::Inconclusive { why: "who knows".into() })
            }
            (Step::Verify | Step::Measure, Some(Fault::Error)) => ill("it does not answer"),
            (Step::Verify | Step::Measure, Some(Fault::Refused)) => refused("it cannot be looked at", ""),
            (Step::Measure, _) if c.sickness == Sickness::Ill || sc.ails(i, now) => ill("it was ill already"),
            (Step::Verify, _) if !back && c.sickness == Sickness::Bad => ill("the new level does not answer"),
            (Step::Verify, _) if !back && !real.as_planned_content() => ill("it is not at the new level"),
            (Step::Verify, _) if back && !c.shallow && !real.as_before_content() => {
                ill("it is not at the old level")
            }
            _ => healthy,
        };
        let long = if fault == Some(Fault::Slow) { DEADLINE - 2 } else { long };
        let real = &mut self.real[i];
        let well = matches!(&answer, Answer::Applied(Done { verdict: None | Some(Verdict::Healthy), .. }));
        real.measured_ill |= begin.step == Step::Measure && !well;
        real.let_in |= begin.step == Step::Gate && well;
        Course { arrives: None, answers: vec![(now + long, Some(answer))] }
    }

    /// A request reaches its target, which takes note of the token and does one thing after the other.
    pub fn arrive(&mut self, id: Id) -> Arrival {
        let Some(work) = self.work.get(&id) else { return Arrival::Waits(None) };
        let (token, long) = (work.begin.token, work.long);
        let i = id.0.component;
        if token < self.real[i].token && self.fencing {
            self.work.remove(&id);
            self.known.insert(id, Fate::No);
            return Arrival::Fenced;
        }
        let others =
            self.work.iter().filter(|(other, w)| other.0.component == i && **other != id && w.arrived);
        let busy: Vec<Option<Time>> = others.map(|(_, w)| w.long).collect();
        if !busy.is_empty() {
            return Arrival::Waits(busy.iter().all(Option::is_some).then_some(1));
        }
        self.real[i].token = self.real[i].token.max(token);
        if let Some(work) = self.work.get_mut(&id) {
            work.arrived = true;
        }
        Arrival::Begins(long)
    }

    /// An action takes effect.
    pub fn end(&mut self, sc: &Scenario, id: Id) -> Result<(), Violation> {
        let Some(work) = self.work.remove(&id) else { return Ok(()) };
        let i = id.0.component;
        if work.begin.token < self.real[i].token && !self.fencing {
            return broken(
                Rule::Fencing,
                format!(
                    "{} of c{i} takes effect with token {}, but its target has seen {}",
                    work.begin.step.name(),
                    work.begin.token,
                    self.real[i].token
                ),
            );
        }
        let mut fate = self.effect(sc, &work)?;
        if work.twice {
            fate = self.effect(sc, &work).map(|second| if fate == Fate::No { second } else { fate })?;
        }
        self.known.insert(id, fate);
        Ok(())
    }

    fn effect(&mut self, sc: &Scenario, work: &Work) -> Result<Fate, Violation> {
        let (begin, i) = (&work.begin, work.begin.action.component);
        let c = &sc.components[i];
        let mut done = Done { output: format!("log of {} {i}", begin.step.name()), ..Done::default() };
        if work.grumbles {
            done.verdict = Some(Verdict::Ill { why: format!("{} complains", begin.step.name()) });
        }
        if work.lies {
            done.reload = self.real[i].needs;
            self.real[i].snapshot_lie |= begin.step == Step::Snapshot;
            if begin.step == Step::Snapshot {
                done.snapshot = Some(made(begin, c.way == Way::Whole));
            }
            return Ok(Fate::Yes(Box::new(done)));
        }
        if work.unsure {
            done.verdict = Some(Verdict::Inconclusive { why: "who knows whether anybody comes".into() });
        }
        let half = work.half;
        match begin.step {
            // Whoever could not tell has done it, or has not.
            Step::Undrain | Step::Unblock if work.unsure && begin.attempt % 2 == 1 => {}
            Step::Snapshot if !half => {
                let whole = c.way == Way::Whole || work.more;
                self.store(sc, begin, whole)?;
                done.snapshot = Some(made(begin, whole));
            }
            // It expects the content that was planned on, or read again, and refuses any other.
            Step::Patch if !self.expects(begin) && !work.twice => {
                let surprised = begin.token >= self.real[i].token && !self.real[i].untold;
                if surprised {
                    return broken(Rule::Own, format!("c{i} is not patched, for what this run did to it"));
                }
                return Ok(Fate::No);
            }
            Step::Patch if c.blocks && !self.real[i].proved => {
                return broken(
                    Rule::Proof,
                    format!("c{i} is patched, and nobody proved that customers are kept out"),
                );
            }
            Step::Patch => {
                self.no_patch_without_a_way_back(sc, i)?;
                self.put(c, i, if half { HALF } else { PLANNED });
                self.real[i].patched = true;
                if c.needs_more && c.reload == Reload::Service {
                    self.real[i].needs = Reload::Reboot;
                }
                done.reload = self.real[i].needs;
            }
            Step::Uninstall => {
                self.put(c, i, if half { HALF } else { BEFORE });
                done.reload = self.real[i].needs;
            }
            Step::Restore if half => self.put(c, i, HALF),
            Step::Restore => {
                if !self.restore(sc, begin) {
                    return Ok(Fate::No);
                }
                done.reload = self.real[i].needs;
            }
            Step::Reload => self.reload(begin, half)?,
            Step::Drain => self.real[i].drained = true,
            Step::Block => {
                self.real[i].blocked = true;
                self.real[i].proved |= !half && !work.grumbles;
            }
            Step::Unblock if !half => self.real[i].blocked = false,
            Step::Undrain if !half => self.real[i].drained = false,
            _ => {}
        }
        Ok(if half { Fate::Half } else { Fate::Yes(Box::new(done)) })
    }

    /// Whether the content is the one that a patch expects.
    fn expects(&self, begin: &Begin) -> bool {
        let i = begin.action.component;
        let real = &self.real[i];
        match &begin.expected {
            Some(read) => *read == digest(i, real.installed, real.running),
            None => real.installed == BEFORE,
        }
    }

    fn put(&mut self, c: &Component, i: usize, content: u8) {
        let real = &mut self.real[i];
        real.installed = content;
        if c.reload == Reload::None {
            real.running = content;
        } else {
            real.needs = c.reload;
        }
    }

    fn reload(&mut self, begin: &Begin, half: bool) -> Result<(), Violation> {
        let real = &mut self.real[begin.action.component];
        if begin.reload < real.needs {
            return broken(
                Rule::Reload,
                format!("c{} needs {:?}, and gets {:?}", begin.action.component, real.needs, begin.reload),
            );
        }
        real.running = if half { HALF } else { real.installed };
        if !half {
            real.needs = Reload::None;
        }
        Ok(())
    }

    fn store(&mut self, sc: &Scenario, begin: &Begin, whole: bool) -> Result<(), Violation> {
        let i = begin.action.component;
        let Some(snapshot) = &begin.snapshot else {
            return broken(Rule::SnapshotNamed, format!("a snapshot of c{i} without an id"));
        };
        let target = sc.components[i].target;
        let covers = |k: &usize| *k == i || (whole && sc.components[*k].target == target);
        let content = |k: usize| (k, self.real[k].installed, self.real[k].running);
        let contents = (0..self.real.len()).filter(covers).map(content).collect();
        self.snapshots.insert(snapshot.id.clone(), Stored { of: i, contents });
        Ok(())
    }

    /// Whether there was such a snapshot.
    fn restore(&mut self, sc: &Scenario, begin: &Begin) -> bool {
        let i = begin.action.component;
        let named = begin.snapshot.as_ref();
        let stored = named.and_then(|s| self.snapshots.get(&s.id)).filter(|stored| stored.of == i).cloned();
        // It is found again by what the provider said when it made it.
        let token = named.and_then(|s| s.token.as_ref()).and_then(|t| t.as_str());
        let (Some(stored), true) = (stored, named.map(|s| s.id.as_str()) == token) else { return false };
        let whole = stored.contents.len() > 1;
        for (k, installed, running) in stored.contents {
            if whole {
                self.real[k].installed = installed;
                self.real[k].running = running;
            } else {
                self.put(&sc.components[k], k, installed);
            }
        }
        true
    }

    fn no_patch_without_a_way_back(&self, sc: &Scenario, i: usize) -> Result<(), Violation> {
        let stored = self.snapshots.values().any(|s| s.of == i && s.contents.contains(&(i, BEFORE, BEFORE)));
        match sc.components[i].way {
            Way::Uninstall | Way::Irreversible => Ok(()),
            _ if stored || self.real[i].snapshot_lie => Ok(()),
            way => {
                broken(Rule::WayBack, format!("c{i} is patched, and its way back ({way:?}) is not stored"))
            }
        }
    }

    /// A person puts a component back as it was before the run, where nothing goes on; whether that was done.
    pub fn put_back(&mut self, i: usize) -> bool {
        let quiet = self.work.keys().all(|id| id.0.component != i);
        if quiet {
            let real = &mut self.real[i];
            (real.installed, real.running, real.needs) = (BEFORE, BEFORE, Reload::None);
        }
        quiet
    }

    /// A provider of the controller with this token dies: what has not reached its target is lost. `kills`: what it worked
    /// on dies half-way.
    pub fn death(&mut self, sc: &Scenario, provider: usize, token: u64, kills: bool) {
        self.work.retain(|id, work| {
            let its = sc.components[id.0.component].provider == provider && work.begin.token == token;
            work.arrived || !its
        });
        for (id, work) in self.work.iter_mut().filter(|_| kills) {
            if sc.components[id.0.component].provider == provider && work.arrived {
                work.half = true;
            }
        }
    }

    /// What an action that a controller still waits for answers now.
    pub fn answer(&self, id: Id) -> Answer {
        match self.known.get(&id) {
            Some(Fate::Yes(done)) => Answer::Applied((**done).clone()),
            Some(Fate::Half) => unclear("it died half-way", "log of half a step"),
            Some(Fate::No) => {
                refused("a newer controller has it, or it changed meanwhile", "log of a refusal")
            }
            None => unclear("no word", ""),
        }
    }

    /// How far did it come? The request carries the asker's token. `None`: no answer.
    pub fn probe(&mut self, sc: &Scenario, begin: &Begin) -> (Option<Result<Probed, String>>, Option<Look>) {
        let i = begin.action.component;
        let nth = bump(&mut self.probes, i);
        let look = sc.mishaps.iter().find_map(|m| match m {
            Mishap::Probe { component, nth: n, kind } if (*component, *n) == (i, nth) => Some(*kind),
            _ => None,
        });
        let id = (begin.action, begin.attempt);
        let real = &mut self.real[i];
        real.token = real.token.max(begin.token);
        // A request of this controller is on its pipe: it comes before the probe. One of an earlier controller may
        // still be on its way; the token stops it.
        if self.work.get(&id).is_some_and(|w| w.arrived || w.begin.token == begin.token) {
            return (Some(Ok(Probed::Busy)), None);
        }
        let answer = match (look, sc.components[i].sickness) {
            (Some(Look::Lost), _) => None,
            (Some(Look::Fails), _) | (_, Sickness::Mute) => {
                real.untold = true;
                Some(Err("its target keeps no trace".into()))
            }
            _ => Some(Ok(match self.known.get(&id) {
                Some(Fate::Yes(done)) => Probed::After((**done).clone()),
                Some(Fate::Half) => {
                    Probed::Between { why: "half of it is there".into(), ended: ended("it died half-way") }
                }
                Some(Fate::No) => Probed::Before { ended: ended("it was refused") },
                None => Probed::before(),
            })),
        };
        (answer, look)
    }

    /// What is read of a component. Where an earlier step goes on, what is there need not stay, and its
    /// provider says so (docs/protocol.md, `unsettled`).
    pub fn look_before(&self, i: usize) -> Result<String, String> {
        match self.work.iter().find(|(id, w)| id.0.component == i && w.arrived && !quiet(w.begin.step)) {
            Some((_, work)) => Err(format!("{} still goes on there", work.begin.step.name())),
            None => Ok(digest(i, self.real[i].installed, self.real[i].running)),
        }
    }

    /// A reading's digest. `None`: no answer.
    pub fn read(&mut self, sc: &Scenario, i: usize) -> (Option<Result<String, String>>, Option<Look>) {
        let nth = bump(&mut self.reads, i);
        let look = sc.mishaps.iter().find_map(|m| match m {
            Mishap::Read { component, nth: n, kind } if (*component, *n) == (i, nth) => Some(*kind),
            _ => None,
        });
        let answer = match look {
            Some(Look::Lost) => None,
            Some(Look::Fails) => Some(Err("unreachable".into())),
            None => Some(self.look_before(i)),
        };
        (answer, look)
    }
}

impl Real {
    fn as_planned_content(&self) -> bool {
        self.installed == PLANNED && self.running == PLANNED
    }

    fn as_before_content(&self) -> bool {
        self.installed == BEFORE && self.running == BEFORE
    }
}

fn made(begin: &Begin, whole_system: bool) -> Box<Snapshot> {
    let id = begin.snapshot.as_ref().map(|s| s.id.clone()).unwrap_or_default();
    let coverage = Coverage { whole_system, data: false };
    Box::new(Snapshot { token: id.into(), coverage, ..Snapshot::default() })
}

fn bump(counts: &mut BTreeMap<usize, u32>, i: usize) -> u32 {
    let count = counts.entry(i).or_default();
    *count += 1;
    *count
}

/// How long a step takes: the same wherever the same step of the same scenario is taken the same time.
fn took(sc: &Scenario, begin: &Begin, nth: u32) -> Time {
    if sc.uneven == 0 {
        return 1;
    }
    let a = begin.action;
    let place = (a.component as u64) << 32
        | u64::from(a.leg == Leg::Back) << 31
        | (a.index as u64) << 16
        | u64::from(nth);
    1 + super::dice::Dice(sc.uneven ^ place.wrapping_mul(0x9e37_79b9_7f4a_7c15)).next() % 4
}

/// How an action ended that was asked about later: its log is longer by then.
fn ended(why: &str) -> Option<Cause> {
    Some(Cause { why: why.into(), output: "log up to its end".into() })
}
