//! How rollouts go on: a wave begins when the one before it is settled, and nothing more begins when their failures are spent
//! or a canary was not committed (page 2.2). Kept up by the fold; what follows from an event is done at its end, so that
//! everything that the event takes back or leaves alone is known by then.

use super::fold::Run;
use super::planted::Defect;
use super::shape::Shape;
use super::standing::{Hold, Phase};
use super::work;
use std::collections::{BTreeMap, BTreeSet};

/// What rollouts wait for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pacing {
    /// Members of each wave that are not settled.
    open: BTreeMap<usize, usize>,
    /// Waves that were settled by the event at hand.
    settled: BTreeSet<usize>,
    /// Waves that let others begin, or held them.
    passed: BTreeSet<usize>,
    /// What failed, by rollout, in order.
    failures: Vec<Vec<usize>>,
    /// Rollouts of which the failures are to be counted after the event at hand.
    recount: BTreeSet<usize>,
}

impl Pacing {
    pub(super) fn new(shape: &Shape) -> Pacing {
        Pacing {
            open: shape.waves.iter().map(|(wave, slice)| (*wave, slice.members.len())).collect(),
            settled: BTreeSet::new(),
            passed: BTreeSet::new(),
            failures: vec![Vec::new(); shape.limits.len()],
            recount: BTreeSet::new(),
        }
    }

    /// A member of `wave` is open now or not, and was before.
    pub(super) fn open(&mut self, wave: usize, before: bool, now: bool) {
        let Some(open) = self.open.get_mut(&wave).filter(|_| before != now) else { return };
        match now {
            true => *open += 1,
            false => *open -= 1,
        }
        if *open == 0 {
            self.settled.insert(wave);
        }
    }
}

impl Run {
    /// Whether component `i` has to wait until another wave is settled.
    pub(super) fn waits_for_wave(&self, i: usize) -> bool {
        let node = &self.shape.nodes[i];
        let waits =
            node.changes && self.shape.waves.get(&node.wave).is_some_and(|slice| slice.after.is_some());
        waits && !self.planted(Defect::WavesAreIgnored)
    }

    /// Component `i` has failed, and does not halt the run: it counts against what its rollout allows, once.
    pub(super) fn count_failure(&mut self, i: usize) {
        if !std::mem::replace(&mut self.components[i].counted, true) {
            let rollout = self.shape.nodes[i].rollout;
            self.pacing.failures[rollout].push(i);
            self.pacing.recount.insert(rollout);
        }
    }

    /// Component `i` waits to begin again: failures that were counted since it began may keep it from that.
    pub(super) fn waits_again(&mut self, i: usize) {
        self.pacing.recount.insert(self.shape.nodes[i].rollout);
    }

    /// How many of a wave (by its number) are not settled.
    pub fn open_in_wave(&self, wave: usize) -> usize {
        self.pacing.open.get(&wave).copied().unwrap_or(0)
    }

    /// How many more may fail under `rollout` before nothing more begins; `None` where however many may.
    pub fn failures_left(&self, rollout: usize) -> Option<u64> {
        let most = (*self.shape.budgets.get(rollout)?)?;
        Some(most.saturating_sub(self.pacing.failures[rollout].len() as u64))
    }

    /// Does what follows from the failures and settled waves of an event.
    pub(super) fn pace(&mut self) {
        while let Some(rollout) = self.pacing.recount.pop_first() {
            let spent = self.failures_left(rollout) == Some(0) && !self.planted(Defect::BudgetIsIgnored);
            if let Some(by) = self.pacing.failures[rollout].last().copied().filter(|_| spent) {
                let of = |i: &usize| self.shape.nodes[*i].rollout == rollout;
                let all: Vec<usize> = (0..self.components.len()).filter(of).collect();
                self.hold(&all, by, Hold::Budget);
            }
        }
        while let Some(wave) = self.pacing.settled.pop_first() {
            if self.passes(wave) {
                match self.failed_canary(wave) {
                    Some(by) => self.hold_after(wave, by),
                    None => self.begin_after(wave),
                }
            }
        }
    }

    /// Whether those that wait for `wave` wait no more; once. Going back opens a wave again, and settles it once more; and one
    /// of which nothing can begin is settled before it is its turn.
    fn passes(&mut self, wave: usize) -> bool {
        let turn = self.shape.waves[&wave].after.is_none_or(|after| self.pacing.passed.contains(&after));
        turn && self.pacing.open.get(&wave) == Some(&0) && self.pacing.passed.insert(wave)
    }

    /// Why no wave may follow `wave`: the canary that failed, or the first where none was committed.
    fn failed_canary(&self, wave: usize) -> Option<usize> {
        let slice = &self.shape.waves[&wave];
        if !slice.canary || self.planted(Defect::CanaryIsForgotten) {
            return None;
        }
        let stands = |i: &usize| self.components[*i].phase == Phase::Committed && !self.is_kept(*i);
        let failed = slice.members.iter().find(|i| self.components[**i].failure.is_some());
        let none = || slice.members.first().filter(|_| !slice.members.iter().any(stands));
        failed.or_else(none).copied()
    }

    fn begin_after(&mut self, wave: usize) {
        let shape = self.shape.clone();
        let next = &shape.waves[&wave].next;
        self.pacing.settled.extend(next);
        for m in next.iter().flat_map(|next| &shape.waves[next].members) {
            work::step();
            if self.waits_for_wave(*m) && self.waits_less(*m) {
                self.dependencies_met(*m);
            }
        }
    }

    /// Holds everything that would follow `wave`.
    fn hold_after(&mut self, wave: usize, by: usize) {
        let shape = self.shape.clone();
        let mut waves = shape.waves[&wave].next.clone();
        while let Some(next) = waves.pop() {
            self.pacing.passed.insert(next);
            self.hold(&shape.waves[&next].members, by, Hold::Canary);
            waves.extend(&shape.waves[&next].next);
        }
    }

    pub(super) fn hold(&mut self, all: &[usize], by: usize, why: Hold) {
        for i in all {
            work::step();
            if self.components[*i].phase.before_start() {
                self.enter(*i, Phase::Held(by, why));
                self.hold_dependents(*i);
            }
        }
    }
}
