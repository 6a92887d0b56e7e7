//! Who may begin: dependencies, holding, and the queues that `decide` reads. All of it is kept up by the fold, event
//! by event, so that a turn costs what it does and not what the plan holds.

use super::fold::Run;
use super::planted::Defect;
use super::shape::Node;
use super::standing::{Hold, Phase, Skip};
use super::work;
use std::collections::{BTreeMap, BTreeSet};

/// What waits for `decide`. Rollouts without an entry have nothing ready.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Queues {
    /// Begun, and in need of a begin, a probe or a reading.
    pub due: BTreeSet<usize>,
    /// Ready to go back, holding a place already.
    pub back_now: BTreeSet<usize>,
    /// Ready to go back, in need of a place; by rollout.
    pub back: BTreeMap<usize, BTreeSet<usize>>,
    /// Ready to begin; by rollout.
    pub forth: BTreeMap<usize, BTreeSet<usize>>,
    /// Places taken, by rollout.
    pub used: Vec<u64>,
    /// Places taken, by zone.
    pub zones: Vec<u64>,
    /// Zones in which places are taken, by rollout.
    pub open_zones: Vec<u64>,
}

impl Queues {
    pub(super) fn new(rollouts: usize, zones: usize) -> Queues {
        Queues {
            due: BTreeSet::new(),
            back_now: BTreeSet::new(),
            back: BTreeMap::new(),
            forth: BTreeMap::new(),
            used: vec![0; rollouts],
            zones: vec![0; zones],
            open_zones: vec![0; rollouts],
        }
    }

    fn take_place(&mut self, node: &Node) {
        self.used[node.rollout] += 1;
        if let Some(zone) = node.zone {
            self.zones[zone] += 1;
            self.open_zones[node.rollout] += u64::from(self.zones[zone] == 1);
        }
    }

    fn give_up_place(&mut self, node: &Node) {
        self.used[node.rollout] -= 1;
        if let Some(zone) = node.zone {
            self.zones[zone] -= 1;
            self.open_zones[node.rollout] -= u64::from(self.zones[zone] == 0);
        }
    }
}

fn put(queue: &mut BTreeMap<usize, BTreeSet<usize>>, rollout: usize, i: usize) {
    queue.entry(rollout).or_default().insert(i);
}

fn drop_from(queue: &mut BTreeMap<usize, BTreeSet<usize>>, rollout: usize, i: usize) {
    if let Some(set) = queue.get_mut(&rollout) {
        set.remove(&i);
        if set.is_empty() {
            queue.remove(&rollout);
        }
    }
}

impl Run {
    /// The one place where a phase changes: keeps places, targets and queues true.
    pub(super) fn enter(&mut self, i: usize, new: Phase) {
        work::step();
        self.unqueue(i);
        let node = &self.shape.nodes[i];
        let c = &mut self.components[i];
        let old = std::mem::replace(&mut c.phase, new);
        let new = &c.phase;
        let works = *new == Phase::Back || (*new == Phase::Forward && !c.is_watched(node));
        if works && !c.slot {
            c.slot = true;
            self.queues.take_place(node);
        }
        if !new.unsettled() && std::mem::replace(&mut c.slot, false) {
            self.queues.give_up_place(node);
        }
        if !new.unsettled() || matches!(new, Phase::Halted | Phase::Returning) {
            self.queues.due.remove(&i);
        }
        let open = |p: &Phase| p.unsettled() || p.before_start();
        self.open = self.open + usize::from(open(new)) - usize::from(open(&old));
        self.pacing.open(node.wave, open(&old), open(new));
        self.at_work = self.at_work + usize::from(new.unsettled()) - usize::from(old.unsettled());
        let stuck = |p: &Phase| matches!(p, Phase::Stuck(_));
        self.stuck = self.stuck + usize::from(stuck(new)) - usize::from(stuck(&old));
        if let Some(t) = node.target {
            let target = &mut self.targets[t];
            let alone = |p: &Phase| usize::from(p.unsettled() && node.exclusive);
            target.unsettled = target.unsettled + usize::from(new.unsettled()) - usize::from(old.unsettled());
            target.exclusive = target.exclusive + alone(new) - alone(&old);
            target.active = target.active + usize::from(new.active()) - usize::from(old.active());
            self.offer(t);
        }
        self.account(i);
    }

    /// Takes its place from `i` where its rollout has handed out more than it may.
    pub(super) fn give_up_place_beyond(&mut self, i: usize) {
        let node = &self.shape.nodes[i];
        let beyond = node.zone.is_some_and(|z| self.queues.zones[z] > self.shape.zones[z]);
        if beyond || self.queues.used[node.rollout] > self.shape.limits[node.rollout] {
            self.give_up_place(i);
        }
    }

    /// `i` holds its place no more, where it has one: another one may begin.
    pub(super) fn give_up_place(&mut self, i: usize) {
        if std::mem::replace(&mut self.components[i].slot, false) {
            self.queues.give_up_place(&self.shape.nodes[i]);
        }
    }

    /// Lets `i` begin when it is its rollout's and its target's turn.
    pub(super) fn queue_forth(&mut self, i: usize) {
        let node = &self.shape.nodes[i];
        match node.target {
            Some(t) => {
                self.targets[t].forth.insert(i);
                self.offer(t);
            }
            None => put(&mut self.queues.forth, node.rollout, i),
        }
    }

    /// Lets `i` go back when it is its rollout's and its target's turn.
    pub(super) fn queue_back(&mut self, i: usize) {
        match (self.shape.nodes[i].target, self.components[i].begun_at) {
            (Some(t), Some(at)) => {
                self.targets[t].back.insert(at);
                self.offer(t);
            }
            _ => self.put_back(i),
        }
    }

    fn put_back(&mut self, i: usize) {
        if self.components[i].slot {
            self.queues.back_now.insert(i);
        } else {
            put(&mut self.queues.back, self.shape.nodes[i].rollout, i);
        }
    }

    fn drop_back(&mut self, i: usize) {
        self.queues.back_now.remove(&i);
        drop_from(&mut self.queues.back, self.shape.nodes[i].rollout, i);
    }

    fn unqueue(&mut self, i: usize) {
        let node = &self.shape.nodes[i];
        let c = &self.components[i];
        match (&c.phase, node.target) {
            (Phase::Ready, None) => drop_from(&mut self.queues.forth, node.rollout, i),
            (Phase::Ready, Some(t)) => {
                self.targets[t].forth.remove(&i);
            }
            (Phase::Returning, Some(t)) => {
                if let Some(at) = c.begun_at {
                    self.targets[t].back.remove(&at);
                }
            }
            (Phase::Returning, None) => self.drop_back(i),
            _ => {}
        }
    }

    /// Offers the queues whoever target `t` admits now.
    pub(super) fn offer(&mut self, t: usize) {
        let shape = self.shape.clone();
        let forth = self.targets[t].admit_forth(&shape);
        let old = std::mem::replace(&mut self.targets[t].offered_forth, forth);
        if old != forth {
            if let Some(i) = old {
                drop_from(&mut self.queues.forth, shape.nodes[i].rollout, i);
            }
            if let Some(i) = forth {
                put(&mut self.queues.forth, shape.nodes[i].rollout, i);
            }
        }
        let back = self.targets[t].admit_back(&shape);
        let old = std::mem::replace(&mut self.targets[t].offered_back, back);
        if old != back {
            if let Some(i) = old {
                self.drop_back(i);
            }
            if let Some(i) = back {
                self.put_back(i);
            }
        }
    }

    /// Everything that `i` stands on is committed or had nothing to do. What the plan does not change passes this on.
    pub(super) fn dependencies_met(&mut self, i: usize) {
        let shape = self.shape.clone();
        let mut work = vec![i];
        while let Some(i) = work.pop() {
            if shape.nodes[i].changes {
                if self.components[i].phase == Phase::Waiting {
                    self.enter(i, Phase::Ready);
                    self.queue_forth(i);
                }
                continue;
            }
            self.satisfy_dependents(i, &mut work);
        }
    }

    /// `i` is committed: its dependents wait for one less.
    pub(super) fn committed(&mut self, i: usize) {
        self.enter(i, Phase::Committed);
        let mut met = Vec::new();
        self.satisfy_dependents(i, &mut met);
        for d in met {
            self.dependencies_met(d);
        }
    }

    fn satisfy_dependents(&mut self, i: usize, met: &mut Vec<usize>) {
        let shape = self.shape.clone();
        for d in shape.dependents.of(i) {
            work::step();
            if self.waits_less(*d) {
                met.push(*d);
            }
        }
    }

    /// `i` waits for one less; whether that was the last.
    pub(super) fn waits_less(&mut self, i: usize) -> bool {
        let c = &mut self.components[i];
        c.waits = c.waits.saturating_sub(1);
        c.waits == 0
    }

    /// Leaves `i`, which has not begun or changed nothing, alone; what stands on it is held.
    pub(super) fn skip(&mut self, i: usize, why: Skip) {
        self.enter(i, Phase::Skipped(why));
        self.clean(i);
        self.hold_dependents(i);
    }

    /// Holds what stands on `i` and has not begun, transitively.
    pub(super) fn hold_dependents(&mut self, i: usize) {
        if self.planted(Defect::HoldsNothing) {
            return;
        }
        let shape = self.shape.clone();
        let mut work = vec![(i, i)];
        while let Some((i, by)) = work.pop() {
            for d in shape.dependents.of(i) {
                work::step();
                if !shape.nodes[*d].changes {
                    if !std::mem::replace(&mut self.components[*d].held_through, true) {
                        work.push((*d, by));
                    }
                } else if self.components[*d].phase.before_start() {
                    self.enter(*d, Phase::Held(by, Hold::StandsOn));
                    work.push((*d, *d));
                }
            }
        }
    }

    /// `i` has begun: what it stands on may not go back before it is clean again.
    pub(super) fn soil(&mut self, i: usize) {
        if self.planted(Defect::BackDoesNotWait) {
            return;
        }
        let c = &mut self.components[i];
        if std::mem::replace(&mut c.unclean, true) {
            return;
        }
        if let Some(t) = self.shape.nodes[i].target {
            let target = &mut self.targets[t];
            c.begun_at = Some(target.begun.len());
            target.unclean.insert(target.begun.len());
            if self.shape.nodes[i].whole {
                target.unclean_whole.insert(target.begun.len());
            }
            target.begun.push(i);
        }
        let shape = self.shape.clone();
        let mut work = vec![i];
        while let Some(i) = work.pop() {
            for p in shape.after.of(i) {
                work::step();
                self.components[*p].dirty += 1;
                if self.components[*p].dirty == 1 && !shape.nodes[*p].changes {
                    work.push(*p);
                }
            }
        }
    }

    /// `i` is as it was before the run: what it stands on may go back now, if it is to.
    pub(super) fn clean(&mut self, i: usize) {
        if !std::mem::replace(&mut self.components[i].unclean, false) {
            return;
        }
        let shape = self.shape.clone();
        if let (Some(t), Some(at)) = (shape.nodes[i].target, self.components[i].begun_at) {
            self.targets[t].unclean.remove(&at);
            self.targets[t].unclean_whole.remove(&at);
            self.offer(t);
        }
        let mut work = vec![i];
        while let Some(i) = work.pop() {
            for p in shape.after.of(i) {
                work::step();
                let c = &mut self.components[*p];
                c.dirty = c.dirty.saturating_sub(1);
                if c.dirty > 0 {
                    continue;
                }
                if !shape.nodes[*p].changes {
                    work.push(*p);
                } else if c.phase == Phase::Returning {
                    self.queue_back(*p);
                }
            }
        }
    }
}
