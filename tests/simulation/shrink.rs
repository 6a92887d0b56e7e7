//! Makes a failing scenario small: leaves out components, edges, mishaps and peculiarities as long as the same rule is
//! broken. What is left fails by itself: it is data, and no seed is needed.

use super::plant::Plant;
use super::rules::Rule;
use super::scenario::*;
use super::sim::simulate;
use patchform::config::checked::OnFailure;
use patchform::run::event::Request;
use patchform_sdk::message::Reload;

/// The smallest scenario found that breaks the same rule.
pub fn shrink(sc: &Scenario, plant: Option<Plant>, rule: Rule) -> Scenario {
    let mut shrinker = Shrinker { best: sc.clone(), plant, rule, tries: 0 };
    while shrinker.round() {}
    shrinker.best
}

struct Shrinker {
    best: Scenario,
    plant: Option<Plant>,
    rule: Rule,
    tries: usize,
}

/// More scenarios are not tried for one failure.
const MOST_TRIES: usize = 20_000;

impl Shrinker {
    /// One pass over everything that may be left out. Whether something was.
    fn round(&mut self) -> bool {
        let before = self.best.clone();
        self.chunks(
            |sc| sc.mishaps.len(),
            |sc, from, to| {
                sc.mishaps.drain(from..to);
            },
        );
        self.chunks(
            |sc| sc.components.len(),
            |sc, from, to| {
                (from..to).rev().for_each(|i| without_component(sc, i));
            },
        );
        self.edges();
        self.peculiarities();
        self.rollouts();
        self.milder();
        self.best != before && self.tries < MOST_TRIES
    }

    /// Takes the candidate when it breaks the rule too.
    fn keep(&mut self, candidate: Scenario) -> bool {
        if candidate == self.best || self.tries >= MOST_TRIES || !candidate.could_be_planned() {
            return false;
        }
        self.tries += 1;
        let same = simulate(&candidate, self.plant, false).is_err_and(|b| b.violation.rule == self.rule);
        if same {
            self.best = candidate;
        }
        same
    }

    /// Leaves out halves, then quarters, then single ones.
    fn chunks(&mut self, len: impl Fn(&Scenario) -> usize, drop: impl Fn(&mut Scenario, usize, usize)) {
        let mut size = len(&self.best).div_ceil(2);
        while size > 0 {
            let mut from = 0;
            while from < len(&self.best) {
                let mut candidate = self.best.clone();
                drop(&mut candidate, from, (from + size).min(len(&self.best)));
                let left = 1.0 - size as f64 / len(&self.best) as f64;
                let scaled = sooner(&candidate, |at| (at as f64 * left) as Time);
                let shifted = (1..60).map(|by| sooner(&candidate, |at| at.saturating_sub(by)));
                let all: Vec<Scenario> = [candidate.clone(), scaled].into_iter().chain(shifted).collect();
                if !all.into_iter().any(|candidate| self.keep(candidate)) {
                    from += size;
                }
            }
            size /= 2;
        }
    }

    fn edges(&mut self) {
        for i in 0..self.best.components.len() {
            for k in (0..self.best.components[i].after.len()).rev() {
                let mut candidate = self.best.clone();
                candidate.components[i].after.remove(k);
                self.keep(candidate);
            }
        }
    }

    /// Makes each component as ordinary as possible.
    fn peculiarities(&mut self) {
        let plain: [fn(&mut Component, usize); 18] = [
            |c, _| c.soak = 0,
            |c, _| c.zone = None,
            |c, _| c.hours = false,
            |c, _| c.fetches = false,
            |c, _| c.measures = false,
            |c, _| c.drains = false,
            |c, _| c.blocks = false,
            |c, _| c.backs_up = false,
            |c, _| c.needs_more = false,
            |c, _| c.shallow = false,
            |c, _| c.reload = Reload::None,
            |c, _| c.reload = c.reload.min(Reload::Service),
            |c, _| c.way = Way::Restore,
            |c, _| c.sickness = Sickness::Well,
            |c, _| c.changes = true,
            |c, _| c.provider = 0,
            // A wave of its own.
            |c, i| c.wave = c.rollout * WAVES + i,
            // A target of its own.
            |c, i| c.target = 100 + i,
        ];
        // Waves follow the order of components: the last one gets its own first.
        for i in (0..self.best.components.len()).rev() {
            for change in plain {
                let mut candidate = self.best.clone();
                change(&mut candidate.components[i], i);
                self.keep(candidate);
            }
        }
        let mut candidate = self.best.clone();
        candidate.uneven = 0;
        self.keep(candidate);
    }

    fn rollouts(&mut self) {
        for k in (0..self.best.services.len()).rev() {
            let mut candidate = self.best.clone();
            candidate.services.remove(k);
            self.keep(candidate);
        }
        for i in 0..self.best.components.len() {
            let mut candidate = self.best.clone();
            let before = candidate.components[..i].iter().filter(|c| c.rollout == 0).map(|c| c.wave);
            let wave = before.max().unwrap_or(0);
            (candidate.components[i].rollout, candidate.components[i].wave) = (0, wave);
            self.keep(candidate);
        }
        let used = self.best.components.iter().map(|c| c.rollout + 1).max().unwrap_or(1);
        let mut candidate = self.best.clone();
        candidate.rollouts.truncate(used);
        self.keep(candidate);
        for r in 0..self.best.rollouts.len() {
            let mut candidate = self.best.clone();
            candidate.rollouts[r].on_failure = OnFailure::RollbackComponent;
            self.keep(candidate);
            let mut candidate = self.best.clone();
            candidate.rollouts[r].max_parallel = 1000;
            self.keep(candidate);
            let mut candidate = self.best.clone();
            candidate.rollouts[r].max_failures = None;
            self.keep(candidate);
            let mut candidate = self.best.clone();
            (candidate.rollouts[r].waved, candidate.rollouts[r].canary) = (false, false);
            self.keep(candidate);
        }
    }

    /// Replaces what happens by something simpler.
    fn milder(&mut self) {
        for m in 0..self.best.mishaps.len() {
            for simpler in simpler(&self.best.mishaps[m]) {
                let mut candidate = self.best.clone();
                candidate.mishaps[m] = simpler;
                self.keep(candidate);
            }
        }
    }
}

/// The same, with everything that happens at a time happening sooner: a smaller plan is done sooner.
fn sooner(sc: &Scenario, earlier: impl Fn(Time) -> Time) -> Scenario {
    let mut sc = sc.clone();
    for mishap in &mut sc.mishaps {
        match mishap {
            Mishap::Crash { from: at, .. }
            | Mishap::Checkpoint { from: at, .. }
            | Mishap::Death { at, .. }
            | Mishap::Jump { at, .. }
            | Mishap::Closed { at, .. }
            | Mishap::Ails { at, .. }
            | Mishap::Asked { at, .. }
            | Mishap::Interrupt { at } => *at = earlier(*at),
            Mishap::Fault { .. }
            | Mishap::Always { .. }
            | Mishap::Probe { .. }
            | Mishap::Read { .. }
            | Mishap::PutBack { .. }
            | Mishap::Return { .. } => {}
        }
    }
    sc
}

fn simpler(mishap: &Mishap) -> Vec<Mishap> {
    let halves = |n: Time| {
        let earlier =
            [0, 1, n / 4, n / 2, n * 3 / 4, n.saturating_sub(9), n.saturating_sub(3), n.saturating_sub(1)];
        earlier.into_iter().filter(move |less| *less < n)
    };
    match mishap.clone() {
        Mishap::Crash { from, at, then, gap } => {
            let dies = Mishap::Crash { from, at, then: Then::Dies, gap };
            let earlier = halves(from).map(|from| Mishap::Crash { from, at, then, gap });
            let gaps = halves(gap).map(|gap| Mishap::Crash { from, at, then, gap });
            std::iter::once(dies).chain(earlier).chain(gaps).collect()
        }
        Mishap::Checkpoint { from, after, then, gap } => {
            let dies = Mishap::Checkpoint { from, after, then: Then::Dies, gap };
            let earlier = halves(from).map(|from| Mishap::Checkpoint { from, after, then, gap });
            let gaps = halves(gap).map(|gap| Mishap::Checkpoint { from, after, then, gap });
            std::iter::once(dies).chain(earlier).chain(gaps).collect()
        }
        Mishap::Asked { at, request } => {
            halves(at).map(|at| Mishap::Asked { at, request: request.clone() }).collect()
        }
        Mishap::Interrupt { at } => halves(at).map(|at| Mishap::Interrupt { at }).collect(),
        Mishap::Death { at, provider, kills } => {
            let gentle = Mishap::Death { at, provider, kills: false };
            halves(at).map(|at| Mishap::Death { at, provider, kills }).chain([gentle]).collect()
        }
        Mishap::Closed { at, long, waits } => {
            halves(at).map(|at| Mishap::Closed { at, long, waits }).collect()
        }
        Mishap::Ails { component, at, long } => {
            halves(at).map(|at| Mishap::Ails { component, at, long }).collect()
        }
        Mishap::Return { gap, request } => {
            let plain = Mishap::Return { gap: 0, request: None };
            vec![plain, Mishap::Return { gap: 0, request }, Mishap::Return { gap, request: None }]
        }
        Mishap::Fault { component, leg, step, nth, kind } => {
            gentler(kind).map(|kind| Mishap::Fault { component, leg, step, nth, kind }).collect()
        }
        Mishap::Always { component, leg, step, kind } => {
            let once = Mishap::Fault { component, leg, step, nth: 1, kind };
            let below = gentler(kind).map(|kind| Mishap::Always { component, leg, step, kind });
            std::iter::once(once).chain(below).collect()
        }
        Mishap::Probe { .. } | Mishap::Read { .. } | Mishap::Jump { .. } | Mishap::PutBack { .. } => {
            Vec::new()
        }
    }
}

fn gentler(kind: Fault) -> impl Iterator<Item = Fault> {
    [Fault::Refused, Fault::Half, Fault::AnswerLost].into_iter().filter(move |gentler| *gentler < kind)
}

/// Leaves a component out: what stood on it stands on what it stood on.
fn without_component(sc: &mut Scenario, gone: usize) {
    for service in &mut sc.services {
        service.members.retain(|k| *k != gone);
        service.members.iter_mut().filter(|k| **k > gone).for_each(|k| *k -= 1);
        service.least = service.least.min(service.members.len() as u64);
    }
    let below = sc.components.remove(gone).after;
    let moved = |i: usize| if i > gone { i - 1 } else { i };
    for c in &mut sc.components {
        if c.after.contains(&gone) {
            c.after.extend(&below);
        }
        c.after.retain(|on| *on != gone);
        c.after = c.after.iter().map(|on| moved(*on)).collect();
        c.after.sort_unstable();
        c.after.dedup();
    }
    sc.mishaps.retain_mut(|m| match m {
        Mishap::Fault { component, .. }
        | Mishap::Always { component, .. }
        | Mishap::Probe { component, .. }
        | Mishap::Read { component, .. }
        | Mishap::Ails { component, .. }
        | Mishap::Asked { request: Request::Skip(component), .. } => {
            let stays = *component != gone;
            *component = moved(*component);
            stays
        }
        Mishap::Asked { request: Request::Abandon { leaving }, .. }
        | Mishap::Return { request: Some(Request::Abandon { leaving }), .. } => {
            *leaving = leaving.iter().filter(|left| **left != gone).map(|left| moved(*left)).collect();
            true
        }
        _ => true,
    });
}
