//! A run changes hands: a controller takes it up, from where another one left it, or a person ends it as it stands.

use super::component::WasStuck;
use super::event::Leg;
use super::fold::Run;
use super::look::{ASTRAY, DIFFERS};
use super::planted::Defect;
use super::rules::Rules;
use super::standing::{ActionStanding, Phase, Skip};
use super::work;
use crate::config::checked::OnFailure;
use crate::plan::noun::Step;
use std::collections::BTreeSet;

impl Run {
    /// A controller takes the run: what was under way is unclear, what halted or got stuck is tried again. `kept`: it was
    /// to be abandoned, and was not; what failed meanwhile does now what its rollout says.
    pub(super) fn take_up_again(&mut self, kept: bool) {
        let mut stuck = self.all_stuck();
        let mut postponed = Vec::new();
        for i in 0..self.components.len() {
            work::step();
            self.components[i].goes_on = None;
            self.components[i].leaving = false;
            self.components[i].tried_before = (0, 0);
            self.components[i].by_hand = false;
            self.components[i].made_sure = false;
            self.components[i].as_before = false;
            if kept && self.reacts_later(i) {
                postponed.push(i);
            }
            match self.components[i].phase {
                Phase::Halted if kept && self.reacts_later(i) => {}
                Phase::Forward | Phase::Turning | Phase::Back | Phase::Reading => {
                    self.interrupted(i);
                    self.asks_its_gate_again(i);
                }
                Phase::Halted => self.try_again(i),
                _ => {}
            }
        }
        for i in postponed {
            self.postponed(i);
        }
        if !stuck.is_empty() {
            if self.rules >= Rules::Fourth {
                stuck = self.all_stuck();
            }
            self.free_stuck(&stuck);
        }
    }

    fn all_stuck(&self) -> Vec<usize> {
        (0..self.components.len()).filter(|i| matches!(self.components[*i].phase, Phase::Stuck(_))).collect()
    }

    /// Tries the step at which `i` halted once more. Its failure is kept until the step is done after all: a rollback may
    /// come first. What stands there is read before it is patched or taken out: the step may have left it half-way, and a
    /// person may have put it right since.
    fn try_again(&mut self, i: usize) {
        let step = self.components[i].planned(&self.shape.nodes[i]).map(|p| p.action);
        let c = &mut self.components[i];
        c.tries = 0;
        c.current = ActionStanding::Pending;
        let replaced = matches!(step, Some(Step::Patch | Step::Uninstall));
        c.reread = replaced && (c.changed || self.rules >= Rules::Fifth);
        self.enter(i, Phase::Forward);
        self.queues.due.insert(i);
        self.asks_its_gate_again(i);
    }

    /// Whether `i` failed, and its rollout says something else than to halt.
    fn reacts_later(&self, i: usize) -> bool {
        self.shape.nodes[i].on_failure != OnFailure::Halt && self.components[i].failure.is_some()
    }

    fn postponed(&mut self, i: usize) {
        // Another one's failure may have taken it back already.
        if self.components[i].phase == Phase::Halted {
            self.take_back(i);
        }
        self.take_others_back(i);
    }

    /// A person asks to end the run as it stands. Whatever is unclear, also where something got stuck for it, is asked about
    /// once more.
    pub(super) fn abandon(&mut self, leaving: &BTreeSet<usize>) {
        self.abandoning = true;
        for i in 0..self.components.len() {
            work::step();
            let is_asked = self.is_unanswered(i);
            let c = &mut self.components[i];
            c.leaving = leaving.contains(&i);
            let unended = c.unended.is_some() && !is_asked && !c.leaving;
            c.goes_on = unended.then(|| "nobody could tell since whether it has ended".into());
        }
        let stuck = self.all_stuck();
        if stuck.iter().any(|i| self.is_unanswered(*i)) {
            self.free_stuck(&stuck);
        }
    }

    /// Whether what was begun at `i` and is unclear may still go on: not where every try of it has ended.
    pub(super) fn is_unanswered(&self, i: usize) -> bool {
        let c = &self.components[i];
        let ended = c.spent && self.rules >= Rules::Fifth;
        matches!(c.current, ActionStanding::Unclear { .. }) && !ended
    }

    fn interrupted(&mut self, i: usize) {
        let effectful =
            self.components[i].planned(&self.shape.nodes[i]).is_some_and(|p| p.action.effectful());
        let asks_again = self.rules >= Rules::Second;
        let c = &mut self.components[i];
        c.tries = 0;
        c.not_busy();
        // What was read for another controller may be old.
        c.reread |= c.expects.is_some() && c.current == ActionStanding::Pending;
        if let ActionStanding::Unclear { interrupted, .. } = &mut c.current {
            // Whoever waited for it is gone, and may not have been able to write down what was found since.
            *interrupted |= asks_again;
        }
        if c.current != ActionStanding::Intended {
            return;
        }
        if effectful && !self.shape.planted.has(Defect::InterruptedIsNotDone) {
            self.unclear(i, "its controller was lost before it answered".into(), String::new(), true);
        } else if c.phase == Phase::Turning {
            self.turned(i);
        } else {
            c.current = ActionStanding::Pending;
            self.queues.due.insert(i);
        }
    }

    /// Tries the way back of everything stuck once more, and of what had to stay under it; what still cannot go back is stuck
    /// again at once.
    pub(super) fn free_stuck(&mut self, stuck: &[usize]) {
        for c in &mut self.components {
            c.pinned = 0;
        }
        for target in &mut self.targets {
            target.stuck = None;
            target.stuck_whole = None;
        }
        for i in stuck {
            work::step();
            let unclear = matches!(self.components[*i].current, ActionStanding::Unclear { .. });
            let c = &mut self.components[*i];
            if let Phase::Stuck(why) = &c.phase {
                c.was_stuck = Some(WasStuck { why: why.clone(), under: c.stuck_under, back: c.back });
            }
            c.tries = 0;
            c.rounds = 0;
            c.stuck_under = None;
            c.freed = true;
            c.not_busy();
            let phase = match c.leg {
                _ if !unclear => Phase::Returning,
                Leg::Forth => Phase::Turning,
                Leg::Back => Phase::Back,
            };
            self.enter(*i, phase);
            // To ask how far it came disturbs nothing; what it does then waits for its turn.
            self.give_up_place_beyond(*i);
            if self.shape.nodes[*i].target.is_some_and(|t| self.targets[t].active > 1) {
                self.give_up_place(*i);
            }
        }
        self.take_kept_back();
        for i in stuck {
            work::step();
            match self.components[*i].phase {
                Phase::Returning => self.turned(*i),
                Phase::Turning | Phase::Back => {
                    self.queues.due.insert(*i);
                }
                _ => {}
            }
        }
    }

    /// Whether the step that `i` would do next on its way forth has failed already.
    fn failed_here(&self, i: usize) -> bool {
        let c = &self.components[i];
        let next = c.planned(&self.shape.nodes[i]).map(|planned| planned.action);
        c.leg == Leg::Forth && c.failure.as_ref().is_some_and(|failure| Some(failure.step) == next)
    }

    /// How far the unsettled `i` came, for people: no more than the journal knows.
    fn half_way(&self, i: usize, unanswered: Option<Step>) -> String {
        let (node, c) = (&self.shape.nodes[i], &self.components[i]);
        let contradicts = [(c.differs, DIFFERS), (c.astray, ASTRAY)].into_iter().find(|(found, _)| *found);
        if let (Some((_, why)), None) = (contradicts, unanswered) {
            return format!("when {why}");
        }
        let next = c.planned(node).map_or("its end", |p| p.action.name());
        let before = node.forth.get(..c.forth).unwrap_or_default();
        let done = before.iter().rev().find(|p| p.action.effectful()).map(|p| p.action.name());
        match (unanswered, &c.phase, done) {
            (Some(step), ..) => {
                format!("while {} was under way, and nobody knows how far it came", step.name())
            }
            (None, Phase::Halted | Phase::Forward, _) if self.failed_here(i) && self.is_half(i, false) => {
                format!("after {next} had failed, which may have been done in part")
            }
            (None, Phase::Halted, _) => format!("after {next} had failed"),
            // It halted there, and was not tried again since.
            (None, Phase::Forward, _) if self.failed_here(i) => format!("after {next} had failed"),
            (None, Phase::Forward, Some(done)) => format!("after {done} was done, before {next}"),
            (None, Phase::Forward, None) => format!("before {next}"),
            (None, Phase::Returning | Phase::Back, _) if c.put_back => {
                format!("after it was put back by hand, before {next}")
            }
            (None, Phase::Back, _) => format!("on its way back, before {next}"),
            (None, Phase::Reading, _) => "after it had gone back, before it was read again".into(),
            (None, ..) => "before it went back".into(),
        }
    }

    /// The run ends as it stands: what changed something is stuck, for a person to look at.
    pub(super) fn abandon_all(&mut self) {
        for i in 0..self.components.len() {
            work::step();
            // It was kept under something stuck, and nothing was begun there since.
            let c = &self.components[i];
            let well = c.freed && c.phase == Phase::Returning && !c.put_back && self.is_well(i);
            let open = self.is_unanswered(i) || self.components[i].current == ActionStanding::Intended;
            let c = &mut self.components[i];
            let step = c.planned(&self.shape.nodes[i]).map(|p| p.action);
            let unanswered = step.filter(|step| open && step.effectful() && c.phase.unsettled());
            if let Some(step) = unanswered {
                // Nobody will ask how far it came: what it may have done is left, and told.
                c.may_have_had(step);
            }
            if c.phase.before_start() {
                self.enter(i, Phase::Skipped(Skip::Abandoned));
            } else if well {
                self.keep(i);
            } else if c.phase.unsettled()
                && let (Some(was), None) = (c.was_stuck.take(), unanswered)
            {
                // What was put there is there no more where it does not read so.
                let restores = self.shape.nodes[i].restores_at().filter(|_| !c.by_hand);
                (c.back, c.stuck_under) = (restores.map_or(was.back, |k| k.min(was.back)), was.under);
                self.enter(i, Phase::Stuck(was.why));
            } else if c.phase.unsettled()
                && (c.touched() || unanswered.is_some())
                && !self.shape.planted.has(Defect::AbandonedIsRestored)
            {
                let why = format!("the run was abandoned {}", self.half_way(i, unanswered));
                self.components[i].left = true;
                self.enter(i, Phase::Stuck(why));
            } else if c.phase.unsettled() {
                self.restored(i);
            }
        }
    }
}
