//! The targets of a history: what really stands there through several runs, whatever was recorded of it.

use super::dice::Dice;
use super::platform::{address, level};
use super::scenario::{Component, Sickness, Way};
use patchform::model::PatchLevel;
use patchform::plan::noun::{Change, Identity, Observed, Plan, Step};
use patchform::run::event::{ActionRef, Leg};
use patchform::run::{Begin, CHANGED_SINCE};
use patchform_sdk::message::{Answer, Coverage, Done, Probed, Reload, Snapshot, Verdict};
use std::collections::BTreeMap;

/// What stands somewhere: a level, and whether all of it.
pub type Content = (u8, bool);

/// One component as it really is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Real {
    pub installed: Content,
    pub running: Content,
    pub drained: bool,
}

impl Real {
    /// Whole, in force and with traffic, at whatever level.
    pub fn is_clean(&self) -> bool {
        self.is_in_force() && !self.drained
    }

    /// The same content as before, in force at least as it was, and with traffic where it had some. A way back reloads and
    /// verifies (page 5.3, rule 7): what was half there, or not in force, may be whole and in force now.
    pub fn is_as_good_as(&self, before: &Real) -> bool {
        let runs = self.running == before.running || self.running == self.installed;
        let same = self.installed == before.installed || self.installed == (before.installed.0, true);
        same && runs && (before.drained || !self.drained)
    }

    /// Whole and in force.
    pub fn is_in_force(&self) -> bool {
        self.installed.1 && self.running == self.installed
    }
}

/// How far an attempt came.
#[derive(Debug, Clone)]
enum Fate {
    No,
    Half,
    Yes(Box<Done>),
}

/// What a step comes to.
pub enum Course {
    /// It answers.
    Answers(Answer),
    /// It is done to some part, and nobody hears of it.
    Silent,
}

/// All targets.
pub struct Estate {
    components: Vec<Component>,
    pub real: Vec<Real>,
    /// What each snapshot holds of whom.
    snapshots: BTreeMap<String, Vec<(usize, Content, Content)>>,
    /// What became of each attempt of the run that goes on: an attempt that comes again is not done again.
    fates: BTreeMap<(ActionRef, u32), Fate>,
    /// Percent of steps that go wrong.
    pub trouble: usize,
}

fn unclear() -> Course {
    Course::Answers(Answer::Unclear { why: "the connection broke".into(), output: String::new() })
}

fn found(verdict: Verdict, digest: String) -> Course {
    Course::Answers(Answer::Applied(Done { verdict: Some(verdict), digest: Some(digest), ..Done::default() }))
}

impl Estate {
    pub fn new(components: Vec<Component>) -> Estate {
        let clean = Real { installed: (0, true), running: (0, true), drained: false };
        Estate {
            real: vec![clean; components.len()],
            components,
            snapshots: BTreeMap::new(),
            fates: BTreeMap::new(),
            trouble: 0,
        }
    }

    /// A new run begins: its attempts are not those of the last one.
    pub fn begins(&mut self) {
        self.fates.clear();
    }

    /// What was sick is well from now on.
    pub fn heals(&mut self) {
        self.components.iter_mut().for_each(|c| c.sickness = Sickness::Well);
    }

    /// What a reading says. Its digest is of all that the component manages, files included (page 6.1): it sees whether all of a
    /// level is there. None sees what runs, or who has traffic.
    pub fn digest(&self, i: usize) -> String {
        let (level, whole) = self.real[i].installed;
        let seen = if whole { "whole" } else { "in part" };
        format!("{i}:{level} {seen}")
    }

    pub fn read(&self, i: usize) -> Observed {
        Observed::Present {
            level: self.level(i),
            running: None,
            pending: Reload::None,
            pending_by: Vec::new(),
            identity: Identity {
                target: format!("t{}", self.components[i].target),
                claims: vec![address(i).to_string()],
                digest: self.digest(i),
            },
        }
    }

    pub fn level(&self, i: usize) -> PatchLevel {
        level(self.real[i].installed.0)
    }

    /// A step of a plan is asked for.
    pub fn ask(&mut self, plan: &Plan, begin: &Begin, dice: &mut Dice) -> Course {
        let i = begin.action.component;
        let Some(change) = plan.change(i) else { return Course::Silent };
        let troubled = dice.percent(self.trouble);
        if !begin.step.effectful() {
            return self.look(plan, change, begin, troubled);
        }
        let id = (begin.action, begin.attempt);
        // Traffic is the core's own, and a target state, safe when it is true already and safe twice (page 5.2): it is taken
        // away and given back as often as it is asked for, whatever became of an attempt with that id.
        let traffic = matches!(begin.step, Step::Drain | Step::Undrain);
        let known = self.fates.get(&id).cloned().filter(|fate| !traffic && !matches!(fate, Fate::No));
        if let Some(fate) = known {
            return match fate {
                Fate::Yes(done) => Course::Answers(Answer::Applied(*done)),
                _ => unclear(),
            };
        }
        self.fates.insert(id, Fate::No);
        match if troubled { dice.below(5) } else { 9 } {
            0 => return Course::Answers(Answer::refused("the target is busy")),
            1 => return unclear(),
            _ => {}
        }
        if begin.step == Step::Patch && !self.is_expected(plan, begin) {
            return Course::Answers(Answer::refused(CHANGED_SINCE));
        }
        let half = troubled && dice.percent(60);
        let Some(done) = self.effect(plan, change, begin, half.then_some(dice)) else {
            self.fates.insert(id, Fate::Half);
            return unclear();
        };
        self.fates.insert(id, Fate::Yes(Box::new(done.clone())));
        if troubled { unclear() } else { Course::Answers(Answer::Applied(done)) }
    }

    /// Whether what stands there is what the plan, or a later reading, says.
    fn is_expected(&self, plan: &Plan, begin: &Begin) -> bool {
        let i = begin.action.component;
        let planned = plan.entries[i].observed.identity().map(|identity| identity.digest.as_str());
        begin.expected.as_deref().or(planned) == Some(&self.digest(i))
    }

    /// `half`: only half of it happens, where a step has halves. `None` then.
    fn effect(
        &mut self,
        plan: &Plan,
        change: &Change,
        begin: &Begin,
        half: Option<&mut Dice>,
    ) -> Option<Done> {
        let i = begin.action.component;
        let number = |level: Option<&PatchLevel>| level.and_then(|l| l.to_string().parse().ok()).unwrap_or(0);
        let reload = self.components[i].reload;
        let mut done = Done::default();
        match begin.step {
            Step::Patch | Step::Restore | Step::Uninstall => {
                let snapshot = begin.snapshot.as_ref().and_then(|s| self.snapshots.get(&s.id)).cloned();
                let content = match (begin.step, &snapshot) {
                    (Step::Patch, _) => (number(change.to.as_ref()), true),
                    (Step::Restore, Some(held)) => held.iter().find(|(k, ..)| *k == i)?.1,
                    // Of what it was before, it can only tell the level.
                    _ => (number(plan.entries[i].observed.level()), true),
                };
                if let Some(dice) = half {
                    let shown = if dice.percent(50) { content.0 } else { self.real[i].installed.0 };
                    self.put(i, (shown, false));
                    return None;
                }
                match snapshot.filter(|held| held.len() > 1 && begin.step == Step::Restore) {
                    Some(held) => held.into_iter().for_each(|(k, installed, running)| {
                        (self.real[k].installed, self.real[k].running) = (installed, running);
                    }),
                    None => self.put(i, content),
                }
                done.reload = reload;
            }
            Step::Reload => self.real[i].running = self.real[i].installed,
            Step::Drain => self.real[i].drained = true,
            Step::Undrain => self.real[i].drained = false,
            Step::Snapshot => {
                let whole = self.components[i].way == Way::Whole;
                let id = begin.snapshot.as_ref().map(|s| s.id.clone()).unwrap_or_default();
                let beside =
                    |k: &usize| *k == i || (whole && self.components[*k].target == self.components[i].target);
                let content = |k: usize| (k, self.real[k].installed, self.real[k].running);
                let held = (0..self.real.len()).filter(beside).map(content).collect();
                self.snapshots.insert(id.clone(), held);
                let coverage = Coverage { whole_system: whole, data: false };
                done.snapshot =
                    Some(Box::new(Snapshot { token: id.into(), coverage, ..Snapshot::default() }));
            }
            _ => {}
        }
        Some(done)
    }

    fn put(&mut self, i: usize, content: Content) {
        self.real[i].installed = content;
        if self.components[i].reload == Reload::None {
            self.real[i].running = content;
        }
    }

    /// The core's own steps.
    fn look(&self, plan: &Plan, change: &Change, begin: &Begin, troubled: bool) -> Course {
        let i = begin.action.component;
        let back = begin.action.leg == Leg::Back;
        let real = &self.real[i];
        let ill = |why: &str| found(Verdict::Ill { why: why.into() }, self.digest(i));
        match begin.step {
            Step::Gate if !self.is_expected(plan, begin) => Course::Answers(Answer::refused(CHANGED_SINCE)),
            Step::Gate if troubled => Course::Answers(Answer::refused("not now")),
            Step::Measure if self.components[i].sickness == Sickness::Ill => ill("it was ill already"),
            Step::Verify if troubled => ill("it does not answer"),
            Step::Verify if real.running != real.installed => ill("another level runs"),
            Step::Verify if !back && !real.installed.1 => ill("only a part of it is there"),
            Step::Verify if !back && change.to.as_ref() != Some(&self.level(i)) => ill("it is another level"),
            Step::Verify if !back && self.sick(i) => ill("the new level does not answer"),
            Step::Gate | Step::Commit => Course::Answers(Answer::applied()),
            _ => found(Verdict::Healthy, self.digest(i)),
        }
    }

    /// The first new level of some is ill, whatever one does.
    fn sick(&self, i: usize) -> bool {
        self.components[i].sickness == Sickness::Bad && self.real[i].installed.0 == 1
    }

    /// A look at what is watched.
    pub fn watched(&self, i: usize, dice: &mut Dice) -> Verdict {
        match dice.percent(self.trouble) {
            true => Verdict::Ill { why: "it does not answer any more".into() },
            false if self.sick(i) => Verdict::Ill { why: "the new level does not answer".into() },
            false => Verdict::Healthy,
        }
    }

    /// How far did it come?
    pub fn probe(&self, begin: &Begin, dice: &mut Dice) -> Result<Probed, String> {
        if dice.percent(self.trouble / 2) {
            return Err("its target keeps no trace".into());
        }
        Ok(match self.fates.get(&(begin.action, begin.attempt)) {
            Some(Fate::Yes(done)) => Probed::After((**done).clone()),
            Some(Fate::Half) => Probed::between("half of it is there"),
            Some(Fate::No) | None => Probed::before(),
        })
    }
}
