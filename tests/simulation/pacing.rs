//! Rules for how rollouts go on: waves, canaries, budgets, zones and soaks, reckoned apart from the engine's own.

use super::judge::Judge;
use super::rules::{Rule, Violation, broken};
use super::scenario::{Component, Scenario, Time, WAVES};
use patchform::config::checked::OnFailure;
use patchform::plan::noun::Step;
use patchform::run::event::{Leg, What};
use patchform::run::{Run, Skip, Standing};
use patchform_sdk::message::{Answer, Done, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// What these rules need to remember.
#[derive(Default)]
pub struct Paced {
    /// What is being watched: since when nobody has looked at it, and for how long it was watched until then. It counts from
    /// the answer that brings a component there, whenever that becomes durable: its new level is in force and has its traffic
    /// from then on. What a controller has heard and not written down is lost with it, and is heard anew.
    watched: BTreeMap<usize, (Time, Time)>,
    /// What was ill when it was looked at last, without a verification since.
    ill: BTreeSet<usize>,
    /// Who was found at its gate by the event at hand, and must not pass it; and who must.
    stays: Option<usize>,
    goes: Option<usize>,
    /// What was settled once.
    settled: BTreeSet<usize>,
    /// What was recorded as done, once.
    committed: BTreeSet<usize>,
    /// Members that were found ill at the gate of another one.
    ailing: BTreeSet<usize>,
    /// What was ill when the plan was made, and was not measured since.
    unwell: BTreeSet<usize>,
    /// Whatever was stuck, or found ill, once.
    away: BTreeSet<usize>,
    /// Who serves, or did when it was to go back, and has not begun with that.
    serving: BTreeSet<usize>,
    /// Who is to go back, and has an action that was begun there and not answered.
    returning: BTreeSet<usize>,
}

impl Paced {
    pub fn new(sc: &Scenario) -> Paced {
        let unwell: BTreeSet<usize> = (0..sc.components.len()).filter(|i| sc.ails(*i, 0)).collect();
        Paced { away: unwell.clone(), unwell, ..Paced::default() }
    }
}

impl Judge<'_> {
    fn wave(&self, wave: usize) -> impl Iterator<Item = (usize, &Component)> {
        let all = self.sc.components.iter().enumerate();
        all.filter(move |(_, c)| c.wave == wave && c.changes)
    }

    /// The waves that come before that of `c`.
    fn earlier(&self, c: &Component) -> std::ops::Range<usize> {
        let first = c.rollout * WAVES;
        let waved = self.sc.rollouts[c.rollout].waved;
        if waved { first..c.wave } else { first..first }
    }

    /// Why nobody of the rollout of `i` may begin since too many failed.
    pub fn spent(&self, i: usize, run: &Run) -> bool {
        let rollout = self.sc.components[i].rollout;
        let Some(most) = self.sc.rollouts[rollout].max_failures else { return false };
        let failed = |k: &usize| self.sc.components[*k].rollout == rollout && run.failure(*k).is_some();
        (0..run.len()).filter(failed).count() as u64 >= most
    }

    /// Whether a canary keeps `i` from beginning: one that failed, or none that was ever committed.
    pub fn canary_failed(&self, i: usize, run: &Run) -> bool {
        self.canary_lacks(i, run, |k| self.paced.committed.contains(&k))
    }

    /// Whether a canary kept `i` from beginning. One that was taken back again before the others could begin warned them, too.
    pub fn canary_kept(&self, i: usize, run: &Run) -> bool {
        self.canary_lacks(i, run, |k| run.standing(k) == Standing::Committed && !run.is_kept(k))
    }

    fn canary_lacks(&self, i: usize, run: &Run, stands: impl Fn(usize) -> bool) -> bool {
        let c = &self.sc.components[i];
        let first = self.earlier(c).find(|wave| self.wave(*wave).next().is_some());
        let Some(first) = first.filter(|first| *first == c.rollout * WAVES) else { return false };
        self.sc.rollouts[c.rollout].canary
            && (self.wave(first).any(|(k, _)| run.failure(k).is_some())
                || !self.wave(first).any(|(k, _)| stands(k)))
    }

    /// An event is durable that was folded `at`; `run` is the run before it.
    pub fn paced(&mut self, what: &What, at: Time, run: &Run) -> Result<(), Violation> {
        match what {
            What::Intent { action, step, .. } if action.leg == Leg::Forth => {
                let i = action.component;
                if run.standing(i) == Standing::Untouched {
                    self.begins(i, run)?;
                    if let Some(lack) = self.lacks(i, run, true) {
                        return broken(Rule::Served, format!("c{i} begins, and {lack}"));
                    }
                }
                if *step == Step::Commit && self.sc.components[i].soak > 0 {
                    self.soaked(i)?;
                }
            }
            What::Intent { action, .. } => {
                self.goes_back(action.component, run)?;
                self.paced.serving.remove(&action.component);
                self.paced.returning.insert(action.component);
            }
            What::Fact { action, answer, .. } if action.leg == Leg::Forth => {
                let well = Some(Verdict::Healthy);
                let verified = matches!(answer, Answer::Applied(Done { verdict, .. }) if *verdict == well);
                let step = run.current(action.component).map(|(_, step)| step);
                if verified && step == Some(Step::Verify) {
                    self.paced.ill.remove(&action.component);
                }
                let Answer::Applied(Done { verdict, .. }) = answer else { return Ok(()) };
                let i = action.component;
                match step {
                    Some(Step::Measure) if *verdict == well => {
                        self.paced.ailing.remove(&i);
                        self.paced.unwell.remove(&i);
                        self.passes(i, run);
                    }
                    Some(Step::Verify) if *verdict == well => drop(self.paced.ailing.remove(&i)),
                    Some(Step::Gate) => self.passes(i, run),
                    _ => {}
                }
            }
            What::Fact { action, answer: Answer::Applied(Done { verdict, .. }), .. } => {
                self.paced.returning.remove(&action.component);
                let verified = run.current(action.component).is_some_and(|(_, step)| step == Step::Verify);
                if verified && *verdict == Some(Verdict::Healthy) {
                    self.paced.ailing.remove(&action.component);
                }
            }
            What::Fact { action, answer, .. } if !matches!(answer, Answer::Unclear { .. }) => {
                self.paced.returning.remove(&action.component);
            }
            // While nobody has the run nobody watches.
            What::Taken { .. } => {
                self.paced.ailing.clear();
                self.paced.watched.values_mut().for_each(|(since, _)| *since = at);
            }
            What::Member { component, ill: Some(_) } => {
                self.paced.ailing.insert(*component);
                self.paced.away.insert(*component);
            }
            What::Member { component, ill: None } => drop(self.paced.ailing.remove(component)),
            What::Watched { component, found: Verdict::Ill { .. }, .. } => {
                self.paced.ill.insert(*component);
                self.paced.watched.remove(component);
            }
            What::Watched { component, passed, .. } => self.looks(*component, passed.as_secs(), at)?,
            _ => {}
        }
        Ok(())
    }

    fn begins(&mut self, i: usize, run: &Run) -> Result<(), Violation> {
        let c = &self.sc.components[i];
        let rollout = &self.sc.rollouts[c.rollout];
        let before: Vec<usize> = self.earlier(c).flat_map(|wave| self.wave(wave)).map(|(k, _)| k).collect();
        let waits = !before.is_empty();
        let open = before.into_iter().find(|k| !self.paced.settled.contains(k));
        let (spent, canary) = (self.spent(i, run), self.canary_failed(i, run));
        let halts = rollout.on_failure == OnFailure::Halt;
        let budget = rollout.max_failures.is_some() && !halts;
        if waits {
            self.cover.tested(Rule::Waves);
            if rollout.canary {
                self.cover.tested(Rule::Canary);
            }
        }
        if budget {
            self.cover.tested(Rule::Budget);
        }
        if let Some(k) = open {
            return broken(Rule::Waves, format!("c{i} begins, and c{k} of an earlier wave is not settled"));
        }
        if canary {
            return broken(Rule::Canary, format!("c{i} begins, and its canary was not committed"));
        }
        if spent && budget {
            return broken(Rule::Budget, format!("c{i} begins, and its rollout's failures are spent"));
        }
        Ok(())
    }

    /// Whether `k` serves, as far as `run` knows.
    fn serves(&self, run: &Run, k: usize) -> bool {
        match run.standing(k) {
            _ if self.paced.ailing.contains(&k) => false,
            Standing::Forward => {
                run.soak_left(k).is_some() || run.current(k).map(|(_, s)| s) == Some(Step::Commit)
            }
            Standing::GoingBack | Standing::Stuck(_) | Standing::Skipped(Skip::Ill(_)) => false,
            Standing::Committed => true,
            _ => !self.paced.unwell.contains(&k),
        }
    }

    /// Who begins is away from then on: enough others must serve. The service of which too few do; whether who is only to be
    /// `recorded` does, the core need not know yet.
    pub fn lacks(&mut self, i: usize, run: &Run, recorded: bool) -> Option<String> {
        for service in self.sc.services.iter().filter(|s| s.members.contains(&i)) {
            self.cover.tested(Rule::Served);
            let counts = |k: &usize| recorded || run.current(*k).is_none_or(|(_, step)| step != Step::Commit);
            let serves = |k: &&usize| **k != i && counts(k) && self.serves(run, **k);
            let serve = service.members.iter().filter(serves).count() as u64;
            // Who serves nobody himself is not missed.
            let serves = !self.paced.ailing.contains(&i) && !self.paced.unwell.contains(&i);
            if serve < service.least && serves {
                return Some(format!("{serve} of {} serve, not {}", service.name, service.least));
            }
        }
        None
    }

    /// `i` begins to go back. Where it served until then enough others must, unless nobody is at work there whose end would change
    /// that.
    fn goes_back(&mut self, i: usize, run: &Run) -> Result<(), Violation> {
        if !self.paced.serving.contains(&i) || run.failure(i).is_some() || self.paced.ailing.contains(&i) {
            return Ok(());
        }
        for service in self.sc.services.iter().filter(|s| s.members.contains(&i)) {
            self.cover.tested(Rule::ServedBack);
            let others = service.members.iter().copied().filter(|k| *k != i);
            let until_back =
                |k: usize| run.standing(k) == Standing::GoingBack && self.paced.serving.contains(&k);
            let serve = others.clone().filter(|k| self.serves(run, *k) || until_back(*k)).count() as u64;
            let is_at_work = |k: usize| match run.standing(k) {
                Standing::GoingBack => self.paced.returning.contains(&k),
                Standing::Forward => !self.serves(run, k),
                _ => false,
            };
            if serve < service.least && others.clone().any(is_at_work) {
                let name = &service.name;
                return broken(
                    Rule::ServedBack,
                    format!(
                        "c{i} goes back, {serve} of {name} serve, not {}, and others come back",
                        service.least
                    ),
                );
            }
        }
        Ok(())
    }

    /// The gate of `i` is open: whoever cannot be spared must not pass it.
    fn passes(&mut self, i: usize, run: &Run) {
        // Of those that are out already one may go on, where another one comes back.
        let comes_back = (0..run.len()).any(|k| run.stays_away(k).is_some());
        if comes_back && (run.is_drained(i) || run.is_blocked(i)) {
            return;
        }
        if run.standing(i) == Standing::Forward && self.lacks(i, run, true).is_some() {
            self.paced.stays = Some(i);
        } else if run.standing(i) == Standing::Forward && self.lacks(i, run, false).is_none() {
            self.paced.goes = Some(i);
        }
    }

    /// After an event: whoever was found at an open gate has passed it if others could spare it, and only then.
    pub fn gates(&mut self, run: &Run) -> Result<(), Violation> {
        if let Some(i) = self.paced.stays.take().filter(|i| run.standing(*i) == Standing::Forward) {
            return broken(Rule::Served, format!("c{i} passes its gate, and cannot be spared"));
        }
        match self.paced.goes.take().filter(|i| run.standing(*i) == Standing::Untouched) {
            Some(i) => broken(Rule::Served, format!("c{i} is sent back from its gate, and can be spared")),
            None => Ok(()),
        }
    }

    /// Whether a service of `i` can spare nobody now.
    pub fn needed(&self, i: usize, run: &Run) -> bool {
        self.sc.services.iter().filter(|s| s.members.contains(&i)).any(|service| {
            let gone = |k: &&usize| self.paced.away.contains(*k) || !self.serves(run, **k);
            (service.members.len() - service.members.iter().filter(gone).count()) as u64 <= service.least
        })
    }

    fn soaked(&mut self, i: usize) -> Result<(), Violation> {
        self.cover.tested(Rule::Soaked);
        let watched = self.paced.watched.get(&i).map_or(0, |(_, long)| *long);
        let soak = self.sc.components[i].soak;
        if watched < soak {
            return broken(Rule::Soaked, format!("c{i} was watched for {watched} of {soak} s"));
        }
        if self.paced.ill.contains(&i) {
            return broken(Rule::Soaked, format!("c{i} was ill when it was looked at last"));
        }
        Ok(())
    }

    /// Somebody looks at what is watched, and says for how long it was watched since the last look.
    fn looks(&mut self, i: usize, said: Time, at: Time) -> Result<(), Violation> {
        self.cover.tested(Rule::Soaked);
        let Some((since, long)) = self.paced.watched.get_mut(&i) else {
            return broken(Rule::Soaked, format!("c{i} is looked at, and nobody watches it"));
        };
        let passed = at - *since;
        (*since, *long) = (at, *long + passed);
        if said > passed {
            return broken(Rule::Soaked, format!("c{i} is said to be watched for {said} s, of {passed} s"));
        }
        Ok(())
    }

    /// After an event that was folded `at`: what is settled now, and what is watched.
    pub fn settles(&mut self, at: Time, run: &Run) {
        for i in 0..run.len() {
            if self.serves(run, i) {
                self.paced.serving.insert(i);
            } else if run.standing(i) != Standing::GoingBack {
                self.paced.serving.remove(&i);
            }
            if run.standing(i) != Standing::GoingBack {
                self.paced.returning.remove(&i);
            }
            if run.soak_left(i).is_some() {
                self.paced.watched.entry(i).or_insert((at, 0));
            }
            match run.standing(i) {
                Standing::Untouched | Standing::Forward | Standing::GoingBack | Standing::Unchanged => {
                    continue;
                }
                Standing::Committed => drop(self.paced.committed.insert(i)),
                Standing::Stuck(_) | Standing::Skipped(Skip::Ill(_)) => drop(self.paced.away.insert(i)),
                _ => {}
            }
            self.paced.settled.insert(i);
        }
    }

    /// How many of one zone may be at work beside `me`, of `others`, and of how many zones where it begins to go `forth`.
    pub fn zoned<'c>(
        &mut self,
        me: &Component,
        others: impl Iterator<Item = &'c Component>,
        forth: bool,
        name: &str,
    ) -> Result<(), Violation> {
        let Some(zone) = me.zone else { return Ok(()) };
        let sharing: Vec<usize> = others.filter(|c| c.rollout == me.rollout).filter_map(|c| c.zone).collect();
        let together = 1 + sharing.iter().filter(|z| **z == zone).count() as u64;
        let most = self.sc.rollouts[me.rollout].max_per_zone;
        self.cover.tested(Rule::Zones);
        if together > most {
            return broken(Rule::Zones, format!("{name}: {together} of zone {zone}, of at most {most}"));
        }
        let open: BTreeSet<usize> = sharing.into_iter().chain([zone]).collect();
        let most = self.sc.rollouts[me.rollout].max_zones.filter(|_| forth);
        if let Some(most) = most.filter(|most| open.len() as u64 > *most) {
            return broken(Rule::Zones, format!("{name}: in {} zones, of at most {most}", open.len()));
        }
        Ok(())
    }
}
