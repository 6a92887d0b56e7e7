//! Going-back sets (page 5.3): who goes back with whom, in which order, and what happens when somebody cannot.

use super::event::Leg;
use super::fold::Run;
use super::look::DIFFERS;
use super::planted::Defect;
use super::rules::Rules;
use super::standing::{ActionStanding, Hold, Phase, Skip};
use super::work;
use crate::config::checked::OnFailure;
use crate::plan::noun::Step;
use std::collections::BTreeSet;

/// Why what something stuck stands on has to stay as it is.
const HELD_DOWN: &str = "something that stands on it could not be restored";
/// Why a restore is not used once traffic has returned.
pub(super) const LOSES_DATA: &str = "its restore would throw away data written since traffic returned, and \
                                     snapshot { may_lose_data } was not set";

impl Run {
    /// Does what the rollout of `i`, which failed, says; `i` itself may be in a going-back set already.
    pub(super) fn react_to_failure(&mut self, i: usize, why: &str, turning: bool) {
        match self.shape.nodes[i].on_failure {
            // A run that is being abandoned goes nowhere; taken up again after all, it does what its rollout says.
            _ if self.abandoning && turning => return,
            _ if self.abandoning => return self.halt_at(i, why, false),
            OnFailure::Halt if !turning => return self.halt_at(i, why, false),
            OnFailure::Halt => {}
            _ if !turning => self.take_back(i),
            _ => {}
        }
        self.take_others_back(i);
    }

    /// Does what the rollout of `i` says of others, where `i` went wrong on its way forth and cannot go back itself.
    pub(super) fn react_to_stuck(&mut self, i: usize, why: &str, turning: bool) {
        if self.shape.nodes[i].on_failure == OnFailure::Halt && !turning {
            self.note_halt(i, why, false);
        }
        self.take_others_back(i);
    }

    pub(super) fn take_others_back(&mut self, i: usize) {
        self.count_failure(i);
        match self.shape.nodes[i].on_failure {
            OnFailure::RollbackWave => self.take_wave_back(i),
            OnFailure::RollbackRun if self.planted(Defect::RollbackRunTakesOne) => {}
            OnFailure::RollbackRun => self.take_all_back(Some(i)),
            OnFailure::RollbackComponent if self.planted(Defect::EverythingGoesBack) => {
                self.take_all_back(Some(i));
            }
            OnFailure::RollbackComponent | OnFailure::Halt => {}
        }
    }

    /// Takes back every instance of the wave of `i` that has begun, and leaves the others alone.
    fn take_wave_back(&mut self, i: usize) {
        let shape = self.shape.clone();
        let wave = shape.waves.get(&shape.nodes[i].wave).map_or(&[][..], |slice| &slice.members);
        if self.planted(Defect::RollbackWaveTakesOne) {
            return;
        }
        for m in wave {
            work::step();
            if self.components[*m].phase.before_start() {
                self.skip(*m, Skip::WaveTakenBack);
            }
        }
        for m in wave {
            work::step();
            self.take_into_set(*m, Some(i));
        }
    }

    /// Takes back everything that the run has changed: for the failure of a component, or because a person asked.
    pub(super) fn take_all_back(&mut self, cause: Option<usize>) {
        self.taking_back = true;
        self.halt = None;
        for i in 0..self.components.len() {
            work::step();
            if self.components[i].phase.before_start() && !self.planted(Defect::UntouchedBeginsAnyway) {
                self.enter(i, Phase::Skipped(Skip::TakenBack));
            }
        }
        for i in 0..self.components.len() {
            work::step();
            let stays = self.components[i].phase == Phase::Committed && self.planted(Defect::CommittedStays);
            if self.components[i].phase.may_turn() && !stays {
                self.take_into_set(i, cause);
            }
        }
    }

    /// Takes `i`, which failed, back.
    pub(super) fn take_back(&mut self, i: usize) {
        self.take_into_set(i, Some(i));
    }

    /// Takes `i` into the going-back set, with every dependent that has begun, and with everything that a restore of
    /// the whole system would take back too. What has not begun is held.
    pub(super) fn take_into_set(&mut self, i: usize, cause: Option<usize>) {
        let shape = self.shape.clone();
        let mut set = Vec::new();
        let mut work = vec![i];
        while let Some(i) = work.pop() {
            if shape.nodes[i].changes {
                if !self.components[i].phase.may_turn() {
                    continue;
                }
                self.enter(i, Phase::Turning);
                self.components[i].back_for = cause;
                set.push(i);
                self.hold_dependents(i);
                self.sweep_target(i, &mut work);
            }
            if self.planted(Defect::HoldsEverything) {
                self.hold_everything(i);
            }
            if self.planted(Defect::DependentsStayForth) {
                continue;
            }
            for d in shape.dependents.of(i) {
                work::step();
                let node = &shape.nodes[*d];
                if node.changes || !std::mem::replace(&mut self.components[*d].back_through, true) {
                    work.push(*d);
                }
            }
        }
        for i in set {
            work::step();
            let resolving = match self.components[i].current {
                ActionStanding::Intended | ActionStanding::Unclear { .. } => self.answer_open(i),
                _ => false,
            };
            if !resolving {
                self.turned(i);
            }
        }
    }

    /// Whether the last action forth of `i` still has to be resolved before its way back begins.
    fn answer_open(&self, i: usize) -> bool {
        let c = &self.components[i];
        c.leg == Leg::Forth && c.planned(&self.shape.nodes[i]).is_some()
    }

    /// Adds what began on the target after `i` and has to go back first: everything, when the restore of `i` covers
    /// the whole system (rule 6), otherwise those whose snapshot of the whole system holds the patched `i`.
    fn sweep_target(&mut self, i: usize, work: &mut Vec<usize>) {
        if self.planted(Defect::CoverageIsForgotten) {
            return;
        }
        let node = &self.shape.nodes[i];
        if let (Some(t), Some(at)) = (node.target, self.components[i].begun_at) {
            work.extend(self.targets[t].sweep(at, node.whole));
        }
    }

    /// The last action forth of `i` is resolved: its way back begins wherever it stands, in its turn.
    pub(super) fn turned(&mut self, i: usize) {
        let shape = self.shape.clone();
        self.components[i].turn_back(&shape.nodes[i]);
        self.enter(i, Phase::Returning);
        self.settle_or_wait(i);
    }

    /// `i` is idle in a going-back set: nothing to undo, no way to undo it, or wait for its turn.
    pub(super) fn settle_or_wait(&mut self, i: usize) {
        let node = &self.shape.nodes[i];
        let c = &self.components[i];
        let why = if !c.touched() || self.is_back_by_hand(i) {
            return self.restored(i);
        } else if node.back.is_empty() || (c.changed && node.one_way) {
            "there is no way back: the plan accepted it as irreversible".to_string()
        } else if c.planned(node).is_none() {
            "its emergency plan has no step for where it stands".to_string()
        } else if self.differs_for_good(i) {
            DIFFERS.to_string()
        } else if c.pinned > 0 || self.stuck_later(i) {
            self.components[i].stuck_under = self.holder(i);
            HELD_DOWN.to_string()
        } else if self.would_lose_data(i) {
            LOSES_DATA.to_string()
        } else {
            if c.dirty == 0 {
                self.queue_back(i);
            }
            return;
        };
        self.get_stuck(i, why);
    }

    /// Whether a person has put `i` back, nothing else is to be done there, and nothing that goes back later brings its patch
    /// again.
    fn is_back_by_hand(&self, i: usize) -> bool {
        let (node, c) = (&self.shape.nodes[i], &self.components[i]);
        let later = node.target.zip(c.begun_at).is_some_and(|(t, at)| self.targets[t].is_unclean_after(at));
        c.by_hand && !c.is_away() && c.planned(node).is_none() && c.dirty == 0 && !later
    }

    /// Whether its restore would throw away what was written since traffic returned (rule 6).
    pub(super) fn would_lose_data(&self, i: usize) -> bool {
        let c = &self.components[i];
        self.shape.nodes[i].keeps_data && c.changed && c.served && !c.by_hand
    }

    /// The component that cannot go back and has to before `i`: one that stands on it, or began later on its target.
    fn holder(&self, i: usize) -> Option<usize> {
        let stuck = |k: &usize| {
            let c = &self.components[*k];
            matches!(c.phase, Phase::Stuck(_)) || c.stuck_under.is_some()
        };
        let mut seen = BTreeSet::new();
        let mut work = vec![i];
        while let Some(k) = work.pop() {
            for d in self.shape.dependents.of(k).iter().filter(|d| seen.insert(**d)) {
                if stuck(d) {
                    return Some(*d);
                }
                if !self.shape.nodes[*d].changes {
                    work.push(*d);
                }
            }
        }
        let (target, at) = self.shape.nodes[i].target.zip(self.components[i].begun_at)?;
        self.targets[target].begun.iter().skip(at + 1).copied().find(|k| stuck(k))
    }

    /// What had been patched on the target of component `i` before what its current action restores was saved: a restore of the
    /// whole system brings that again, also where a person has put it back since.
    fn brings_again(&self, i: usize) -> Vec<usize> {
        let (node, c) = (&self.shape.nodes[i], &self.components[i]);
        let restores = c.leg == Leg::Back && c.planned(node).is_some_and(|p| p.action == Step::Restore);
        let held = node.target.zip(c.begun_at).filter(|_| restores && node.whole);
        held.map_or_else(Vec::new, |(target, at)| self.targets[target].begun[..at].to_vec())
    }

    /// Component `i` begins its current action: what it brings again is not as a person put it any more.
    pub(super) fn begins_to_bring_again(&mut self, i: usize) {
        for k in self.brings_again(i) {
            (self.components[k].by_hand, self.components[k].put_back) = (false, false);
        }
    }

    /// The current action of component `i` is done: what it brought again stays where it is well under something stuck.
    pub(super) fn has_brought_again(&mut self, i: usize) {
        for k in self.brings_again(i) {
            let c = &self.components[k];
            if matches!(c.phase, Phase::Stuck(_)) && c.stuck_under.is_some() && self.is_well(k) {
                self.keep(k);
            }
        }
    }

    /// Whether something that began on the target after `i`, and has to go back first, is stuck.
    fn stuck_later(&self, i: usize) -> bool {
        let node = &self.shape.nodes[i];
        match (node.target, self.components[i].begun_at) {
            (Some(t), Some(at)) => self.targets[t].stuck_after(at, node.whole),
            _ => false,
        }
    }

    /// `i` is as it was read before the run.
    pub(super) fn restored(&mut self, i: usize) {
        let c = &mut self.components[i];
        let left_alone = c.stays_away.take().filter(|_| !c.changed);
        c.changed = false;
        c.differs = false;
        (c.drained, c.blocked) = (false, false);
        self.enter(i, left_alone.map_or(Phase::Restored, Phase::Skipped));
        self.clean(i);
    }

    /// `i` cannot be restored. Going back continues elsewhere; what `i` stands on stays as it is: at its planned level where it
    /// is well there, else it is stuck, too. Nobody who cannot share a target with what is stuck begins there.
    pub(super) fn get_stuck(&mut self, i: usize, why: String) {
        let shape = self.shape.clone();
        let mut work = vec![(i, why)];
        while let Some((i, why)) = work.pop() {
            if matches!(self.components[i].phase, Phase::Stuck(_)) {
                continue;
            }
            let kept = self.components[i].stuck_under.is_some() && self.is_well(i);
            match kept {
                true => self.keep(i),
                false => self.enter(i, Phase::Stuck(why)),
            }
            let mut pinned = Vec::new();
            if self.planted(Defect::StuckHoldsEverything) {
                pinned.extend(0..self.components.len());
            }
            if !self.planted(Defect::StuckHoldsNothing) {
                self.pin(i, &mut pinned);
            }
            if let (Some(t), Some(at)) = (shape.nodes[i].target, self.components[i].begun_at) {
                let whole = shape.nodes[i].whole;
                let target = &mut self.targets[t];
                target.stuck = target.stuck.max(Some(at));
                if whole {
                    target.stuck_whole = target.stuck_whole.max(Some(at));
                }
                let earlier = target.begun.iter().take(at);
                pinned.extend(earlier.filter(|k| whole || shape.nodes[**k].whole));
                if !kept {
                    self.close_target(t, i);
                }
            }
            for p in pinned {
                work::step();
                if self.components[p].phase == Phase::Returning {
                    self.components[p].stuck_under = Some(i);
                    work.push((p, HELD_DOWN.into()));
                }
            }
        }
    }

    /// Counts `i` as stuck with everything that it stands on, through what the plan does not change.
    fn pin(&mut self, i: usize, pinned: &mut Vec<usize>) {
        let shape = self.shape.clone();
        let mut work = vec![i];
        while let Some(i) = work.pop() {
            for p in shape.after.of(i) {
                work::step();
                self.components[*p].pinned += 1;
                if shape.nodes[*p].changes {
                    pinned.push(*p);
                } else if self.components[*p].pinned == 1 {
                    work.push(*p);
                }
            }
        }
    }

    /// `by` is stuck on target `t`: where it must be alone nothing begins any more, and elsewhere nobody begins who must
    /// be alone. A reboot would disturb what is half-way, and a snapshot of the whole system would hold it.
    fn close_target(&mut self, t: usize, by: usize) {
        let shape = self.shape.clone();
        for m in &shape.targets[t] {
            work::step();
            let alone = shape.nodes[by].exclusive || shape.nodes[*m].exclusive;
            if alone && self.components[*m].phase.before_start() {
                self.enter(*m, Phase::Held(by, Hold::StandsOn));
                self.hold_dependents(*m);
            }
        }
    }

    fn hold_everything(&mut self, by: usize) {
        for k in 0..self.components.len() {
            work::step();
            if self.components[k].phase.before_start() {
                self.enter(k, Phase::Held(by, Hold::StandsOn));
            }
        }
    }

    /// Whether `i`, which waits for its way back, stands at its planned level, in force, verified and with traffic.
    pub(super) fn is_well(&self, i: usize) -> bool {
        let c = &self.components[i];
        let well = self.has_reached(i) && c.failure.is_none() && !c.is_away() && !c.by_hand;
        self.rules >= Rules::Second && well && !self.planted(Defect::WellIsStuck)
    }

    /// `i` is well, and stays as it is: something could not be restored that has to go back first.
    pub(super) fn keep(&mut self, i: usize) {
        let c = &mut self.components[i];
        c.leg = Leg::Forth;
        c.current = ActionStanding::Pending;
        self.enter(i, Phase::Committed);
    }

    /// Whether `i` is to go back, and stays as it is, since something could not be restored that has to go back first.
    pub fn is_kept(&self, i: usize) -> bool {
        self.components.get(i).is_some_and(|c| c.phase == Phase::Committed && c.stuck_under.is_some())
    }

    /// Takes what had to stay under something stuck into its going-back set again.
    pub(super) fn take_kept_back(&mut self) {
        let kept: Vec<usize> = (0..self.components.len()).filter(|i| self.is_kept(*i)).collect();
        for i in &kept {
            self.components[*i].stuck_under = None;
            self.components[*i].freed = true;
        }
        for i in kept {
            if !self.planted(Defect::KeptIsForgotten) {
                self.take_into_set(i, self.components[i].back_for);
            }
        }
    }
}
