//! The simulated world: what really happens at the targets, whatever controllers believe.

use super::dice::Dice;
use super::harness::Mutation;
use super::platform::digest;
use patchform::plan::noun::{Plan, Step, Verdict as PlanVerdict};
use patchform::run::Begin;
use patchform::run::event::ActionRef;
use patchform_sdk::message::{Answer, Coverage, Done, Probed, Snapshot, Verdict};
use std::collections::BTreeMap;

/// Seconds of virtual time.
pub type Time = u64;
/// Names an attempt for ever.
pub type Id = (ActionRef, u32);

/// One component as it really is: content 0 before, 1 as planned, 2 half-way.
#[derive(Debug, Clone, Default)]
pub struct Reality {
    pub content: u32,
    pub drained: bool,
    /// Its new level is ill whatever one does.
    pub bad: bool,
    /// Nobody can tell how far its actions came.
    pub mute: bool,
    /// The highest token seen.
    pub token: u64,
    pub target: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Done3 {
    No,
    Half,
    Yes,
}

/// An action that a target works on.
#[derive(Debug, Clone)]
struct Work {
    begin: Begin,
    /// When the request reaches the target.
    arrives: Time,
    /// When it takes effect.
    at: Time,
    half: bool,
    /// It says that it was done, but nothing happened.
    lies: bool,
}

/// What a controller gets, and when.
#[derive(Debug, Clone)]
pub struct Reply {
    pub at: Time,
    pub answer: Answer,
}

/// All targets.
#[derive(Debug, Clone)]
pub struct World {
    pub all: Vec<Reality>,
    whole: Vec<bool>,
    snapshots: BTreeMap<String, Vec<(usize, u32)>>,
    work: BTreeMap<Id, Work>,
    known: BTreeMap<Id, Done3>,
    mutation: Option<Mutation>,
}

fn unclear(why: &str) -> Answer {
    Answer::Unclear { why: why.into(), output: String::new() }
}

fn refused(why: &str) -> Answer {
    Answer::Refused { why: why.into(), output: String::new() }
}

impl World {
    pub fn new(plan: &Plan, dice: &mut Dice, mutation: Option<Mutation>) -> World {
        let mut targets = Vec::new();
        let trouble = dice.pick(&[0, 0, 5, 15]);
        let all = plan.entries.iter().map(|entry| {
            let name = entry.observed.identity().map(|i| i.target.clone()).unwrap_or_default();
            let target = targets.iter().position(|t| *t == name).unwrap_or_else(|| {
                targets.push(name);
                targets.len() - 1
            });
            Reality {
                bad: dice.percent(trouble),
                mute: dice.percent(trouble / 3),
                target,
                ..Reality::default()
            }
        });
        let all = all.collect();
        let whole = plan.entries.iter().map(|e| match &e.verdict {
            PlanVerdict::Change(c) => c.way_back.as_ref().is_some_and(|w| w.coverage.whole_system),
            _ => false,
        });
        World {
            all,
            whole: whole.collect(),
            snapshots: BTreeMap::new(),
            work: BTreeMap::new(),
            known: BTreeMap::new(),
            mutation,
        }
    }

    /// Whether a stored snapshot goes by this id.
    pub fn has_snapshot(&self, id: &str) -> bool {
        self.snapshots.contains_key(id)
    }

    /// A controller asks for an action: when it hears what. `None`: never.
    pub fn begin(&mut self, begin: &Begin, now: Time, dice: &mut Dice, faults: usize) -> Option<Reply> {
        let took = 1 + dice.below(4) as Time;
        let at = now + took;
        if !begin.step.effectful() {
            return self.look(begin, at, dice, faults);
        }
        let mut work = Work { begin: begin.clone(), arrives: now, at, half: false, lies: false };
        let fault = if dice.percent(faults) { 1 + dice.below(9) } else { 0 };
        let id = (begin.action, begin.attempt);
        let applied = |world: &mut World, work: Work| {
            world.work.insert(id, work);
            // The answer is made when it has happened.
            Some(Reply { at, answer: unclear("pending") })
        };
        match fault {
            1 => return Some(Reply { at, answer: refused("the target is busy with something else") }),
            2 => {
                self.known.insert(id, Done3::No);
                return Some(Reply { at, answer: unclear("the connection broke before it began") });
            }
            3 => {
                work.half = true;
                self.work.insert(id, work);
                return Some(Reply { at: at + 1, answer: unclear("it died half-way") });
            }
            4 => {
                self.work.insert(id, work);
                return Some(Reply { at: now + 1, answer: unclear("the connection broke") });
            }
            5 => {
                // Done, but the answer is lost.
                self.work.insert(id, work);
                return None;
            }
            6 => {
                // Goes on long after its deadline.
                work.at = now + 20 + dice.below(60) as Time;
                self.work.insert(id, work);
                return None;
            }
            7 if dice.percent(20) => {
                // Never ends.
                work.at = Time::MAX;
                self.work.insert(id, work);
                return None;
            }
            8 => {
                // The request arrives late: another controller may have begun something by then.
                work.arrives = now + dice.below(40) as Time;
                work.at = work.arrives + 1;
                self.work.insert(id, work);
                return None;
            }
            9 => work.lies = matches!(begin.step, Step::Patch | Step::Restore | Step::Uninstall),
            _ => {}
        }
        applied(self, work)
    }

    /// The core's own actions, which change nothing.
    fn look(&self, begin: &Begin, at: Time, dice: &mut Dice, faults: usize) -> Option<Reply> {
        let real = &self.all[begin.action.component];
        let back = begin.action.leg == patchform::run::event::Leg::Back;
        let fault = if dice.percent(faults) { 1 + dice.below(3) } else { 0 };
        let healthy = Answer::Applied(Done::default());
        let verdict = |verdict| Answer::Applied(Done { verdict: Some(verdict), ..Done::default() });
        let answer = match (begin.step, fault) {
            (_, 1) => return None,
            (Step::Gate, 2) => refused("not now"),
            (Step::Verify | Step::Measure, 2) if dice.percent(30) => {
                verdict(Verdict::Inconclusive { why: "who knows".into() })
            }
            (_, 3) => unclear("the probe timed out"),
            // On the way back the checks see only health; the reading sees the content.
            (Step::Verify, _) if !back && (real.content != 1 || real.bad) => {
                verdict(Verdict::Ill { why: "it does not answer".into() })
            }
            _ => healthy,
        };
        Some(Reply { at, answer })
    }

    /// Lets everything happen that is due by `now`.
    pub fn advance(&mut self, now: Time) {
        let mut due: Vec<(Time, Id)> =
            self.work.iter().filter(|(_, w)| w.at <= now).map(|(id, w)| (w.at, *id)).collect();
        due.sort_unstable();
        for (_, id) in due {
            if let Some(work) = self.work.remove(&id) {
                let done = self.effect(&work);
                self.known.insert(id, done);
            }
        }
    }

    fn effect(&mut self, work: &Work) -> Done3 {
        let (begin, i) = (&work.begin, work.begin.action.component);
        let fencing = self.mutation != Some(Mutation::NoFencing);
        if begin.token < self.all[i].token && fencing {
            return Done3::No;
        }
        self.all[i].token = self.all[i].token.max(begin.token);
        if work.lies {
            return Done3::Yes;
        }
        let half = work.half;
        match begin.step {
            Step::Snapshot if !half && self.mutation != Some(Mutation::NoSnapshot) => {
                let id = begin.snapshot.as_ref().map(|s| s.id.clone()).unwrap_or_default();
                let covers = |k: usize| k == i || (self.whole[i] && self.all[k].target == self.all[i].target);
                let content = (0..self.all.len()).filter(|k| covers(*k)).map(|k| (k, self.all[k].content));
                let content = content.collect();
                self.snapshots.insert(id, content);
            }
            // It expects the content that was planned on, and refuses any other.
            Step::Patch if self.all[i].content != 0 => return Done3::No,
            Step::Patch => self.all[i].content = if half { 2 } else { 1 },
            Step::Uninstall => self.all[i].content = if half { 2 } else { 0 },
            Step::Restore if half => self.all[i].content = 2,
            Step::Restore => {
                let id = begin.snapshot.as_ref().map(|s| s.id.as_str()).unwrap_or_default();
                for (k, content) in self.snapshots.get(id).cloned().unwrap_or_default() {
                    self.all[k].content = content;
                }
            }
            Step::Drain => self.all[i].drained = true,
            Step::Undrain if !half => self.all[i].drained = false,
            _ => {}
        }
        if half { Done3::Half } else { Done3::Yes }
    }

    /// What an action that a controller still waits for answers now.
    pub fn answer(&self, id: Id, begin: &Begin) -> Answer {
        match self.known.get(&id) {
            Some(Done3::Yes) => Answer::Applied(self.done(begin)),
            Some(Done3::Half) => unclear("it died half-way"),
            Some(Done3::No) => refused("a newer controller has it, or it changed meanwhile"),
            None => unclear("no word"),
        }
    }

    fn done(&self, begin: &Begin) -> Done {
        let coverage = Coverage { whole_system: self.whole[begin.action.component], data: false };
        let snapshot = Snapshot { coverage, ..Snapshot::default() };
        Done { snapshot: (begin.step == Step::Snapshot).then_some(snapshot), ..Done::default() }
    }

    /// How far did it come? The request carries the asker's token.
    pub fn probe(&mut self, begin: &Begin, now: Time, dice: &mut Dice) -> Result<Probed, String> {
        let id = (begin.action, begin.attempt);
        let real = &mut self.all[begin.action.component];
        real.token = real.token.max(begin.token);
        // A request of this controller is on its pipe: it comes before the probe. One of an earlier controller may
        // still be on its way; the token stops it.
        if self.work.get(&id).is_some_and(|w| w.arrives <= now || w.begin.token == begin.token) {
            return Ok(Probed::Busy);
        }
        if real.mute || dice.percent(2) {
            return Err("its target keeps no trace".into());
        }
        Ok(match self.known.get(&id) {
            Some(Done3::Yes) => Probed::After(self.done(begin)),
            Some(Done3::Half) => Probed::Between { why: "half of it is there".into() },
            Some(Done3::No) | None => Probed::Before,
        })
    }

    /// The reading's digest.
    pub fn read(&self, i: usize) -> String {
        digest(i, self.all[i].content)
    }
}
