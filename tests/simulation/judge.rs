//! Puts the rules to the test: at each begin, after each durable event and each effect, and wherever a run comes to rest.

use super::pacing::Paced;
use super::platform::{Graph, graph};
use super::rules::{Coverage, Rule, Violation, broken};
use super::scenario::*;
use super::world::{Id, World};
use patchform::config::checked::OnFailure;
use patchform::plan::noun::Step;
use patchform::run::event::{ActionRef, Event, Leg, Request, What};
use patchform::run::{Begin, Hold, Run, Skip, Standing, outcome};
use patchform_sdk::message::{Answer, Done, Probed, Reload, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// What the rules need to remember.
pub struct Judge<'a> {
    pub sc: &'a Scenario,
    graph: Graph,
    /// Durable intents.
    intents: BTreeSet<Id>,
    begun: BTreeSet<Id>,
    snapshot_ids: BTreeSet<String>,
    /// Effectful actions without a fact.
    open: BTreeMap<usize, Id>,
    /// Unclear, and not probed to an end.
    unclear: BTreeMap<usize, Id>,
    /// What the last failing answer of a component printed.
    printed: BTreeMap<usize, (Id, String)>,
    /// Failed, and not done later.
    failed: BTreeMap<usize, Step>,
    token: u64,
    pub asked: Option<Request>,
    pub taken_back: bool,
    pub abandoned: bool,
    /// What it may let go of whatever goes on there.
    leaving: BTreeSet<usize>,
    /// Of an action there nobody could tell how far it came.
    untold: BTreeSet<usize>,
    /// The same, of the action that is open there.
    asked_in_vain: BTreeSet<usize>,
    /// Whose gate has said yes, and nothing was begun there since, nor was the run paused or taken by another controller.
    opened: BTreeSet<usize>,
    skipped: BTreeSet<usize>,
    touched: BTreeSet<usize>,
    halted: bool,
    ever_stuck: BTreeSet<usize>,
    ever_committed: BTreeSet<usize>,
    pub paced: Paced,
    pub cover: Coverage,
}

fn complains(done: &Done) -> bool {
    matches!(done.verdict, Some(Verdict::Ill { .. } | Verdict::Inconclusive { .. }))
}

impl<'a> Judge<'a> {
    pub fn new(sc: &'a Scenario) -> Judge<'a> {
        Judge {
            sc,
            graph: graph(sc),
            intents: BTreeSet::new(),
            begun: BTreeSet::new(),
            snapshot_ids: BTreeSet::new(),
            open: BTreeMap::new(),
            unclear: BTreeMap::new(),
            printed: BTreeMap::new(),
            failed: BTreeMap::new(),
            token: 0,
            asked: None,
            taken_back: false,
            abandoned: false,
            leaving: BTreeSet::new(),
            untold: BTreeSet::new(),
            asked_in_vain: BTreeSet::new(),
            opened: BTreeSet::new(),
            skipped: BTreeSet::new(),
            touched: BTreeSet::new(),
            halted: false,
            ever_stuck: BTreeSet::new(),
            ever_committed: BTreeSet::new(),
            paced: Paced::new(sc),
            cover: Coverage::default(),
        }
    }

    fn on_failure(&self, i: usize) -> OnFailure {
        self.sc.rollouts[self.sc.components[i].rollout].on_failure
    }

    /// An event is durable; `run` is the run before it.
    pub fn durable(&mut self, event: &Event, run: &Run, world: &mut World) -> Result<(), Violation> {
        match &event.what {
            What::Taken { token, .. } => {
                self.cover.tested(Rule::Token);
                if *token <= self.token {
                    return broken(Rule::Token, format!("token {token} follows token {}", self.token));
                }
                self.token = *token;
                // What was asked of an earlier controller and not done does not bind this one.
                self.asked = None;
                self.abandoned = false;
                self.halted = false;
                self.opened.clear();
                self.asked_in_vain.clear();
                self.unclear.append(&mut self.open);
            }
            What::Intent { action, step, attempt, snapshot } => {
                self.intents.insert((*action, *attempt));
                self.asked_in_vain.remove(&action.component);
                self.opens(*action, *step, run)?;
                if step.effectful() {
                    self.open.insert(action.component, (*action, *attempt));
                }
                if let Some(id) = snapshot {
                    self.cover.tested(Rule::SnapshotNamed);
                    if !self.snapshot_ids.insert(id.clone()) {
                        return broken(Rule::SnapshotNamed, format!("the id {id} is given twice"));
                    }
                }
            }
            What::Fact { action, attempt, answer } => {
                self.open.remove(&action.component);
                self.answered((*action, *attempt), answer, run, world);
            }
            What::Probe { action, attempt, found } => {
                let i = action.component;
                // Where nobody can tell, a run that is not to end goes back.
                let waits = self.abandoned || run.holds_still();
                let open = matches!(found, Ok(Probed::Busy)) || (found.is_err() && waits);
                if !open {
                    self.unclear.remove(&i);
                }
                if found.is_err() && !waits {
                    self.untold.insert(i);
                }
                if found.is_err() {
                    self.asked_in_vain.insert(i);
                }
                if let Some(ended) = found.as_ref().ok().and_then(Probed::ended) {
                    self.printed.insert(i, ((*action, *attempt), ended.output.clone()));
                }
                let real = &mut world.real[i];
                match found {
                    Ok(Probed::After(done)) if !complains(done) => {
                        let step = run.current(i).map(|(_, step)| step);
                        if self.failed.get(&i).copied() == step && run.standing(i) == Standing::Forward {
                            self.failed.remove(&i);
                        }
                    }
                    Ok(Probed::Busy) => (real.trouble_forth, real.trouble_back) = (true, true),
                    _ if action.leg == Leg::Back => real.trouble_back = true,
                    _ => real.trouble_forth = true,
                }
                self.covers_more((action.component, action.leg), found.as_ref().ok(), world);
            }
            What::Read { component, digest } => {
                let before = super::platform::digest(*component, 0, 0);
                let back = run.standing(*component) == Standing::GoingBack && run.awaits_reading(*component);
                world.real[*component].trouble_back |= back && digest.as_ref() != Ok(&before);
            }
            What::Asked(request) => self.request(request, run),
            What::Finished if self.abandoned => self.let_go(world)?,
            What::Watched { component, found, .. } => self.looked(*component, found, run, world),
            What::Member { .. } | What::Seen { .. } | What::Clock { .. } | What::Finished => {}
            What::Stopped { why } => self.leaves(why, run)?,
        }
        Ok(())
    }

    /// A run that comes to rest leaves nothing behind that may go on, unless nobody can tell, or it is to end at once.
    fn leaves(&self, why: &str, run: &Run) -> Result<(), Violation> {
        if self.abandoned || why.starts_with("stopped at once") {
            return Ok(());
        }
        let stuck = |i: usize| matches!(run.standing(i), Standing::Stuck(_));
        match self.unclear.keys().find(|i| !self.asked_in_vain.contains(i) && !stuck(**i)) {
            Some(i) => broken(Rule::Asked, format!("it stops, and a step of c{i} may go on: nobody asked")),
            None => Ok(()),
        }
    }

    /// Where windows are kept to, nothing is taken away or changed unless the gate was asked directly before.
    fn opens(&mut self, action: ActionRef, step: Step, run: &Run) -> Result<(), Violation> {
        let i = action.component;
        let opened = self.opened.remove(&i);
        let taken_away = matches!(step, Step::Drain | Step::Block | Step::Patch) && action.leg == Leg::Forth;
        // What stands half-way is brought to its end.
        let away = run.is_drained(i) || run.is_blocked(i);
        let half = run.is_changed(i) || (step != Step::Patch && away);
        if !taken_away || !self.sc.components[i].hours || half {
            return Ok(());
        }
        self.cover.tested(Rule::Window);
        match opened {
            true => Ok(()),
            false => broken(Rule::Window, format!("{} of c{i}: its gate was not asked before", step.name())),
        }
    }

    /// Of what a run lets go of nothing goes on, unless a person has accepted that.
    fn let_go(&mut self, world: &World) -> Result<(), Violation> {
        self.cover.tested(Rule::LetGo);
        let accepted = |i: &usize| self.leaving.contains(i) || self.untold.contains(i);
        let goes_on = world.work.iter().filter(|(_, w)| !quiet(w.begin.step)).find(|(id, w)| {
            let i = id.0.component;
            (w.arrived || w.begin.token >= world.real[i].token) && !accepted(&i)
        });
        match goes_on {
            Some((id, w)) => broken(
                Rule::LetGo,
                format!(
                    "{} of c{} still goes on, and the run is abandoned",
                    w.begin.step.name(),
                    id.0.component
                ),
            ),
            None => Ok(()),
        }
    }

    fn looked(&mut self, i: usize, found: &Verdict, run: &Run, world: &mut World) {
        let ill = matches!(found, Verdict::Ill { .. });
        world.real[i].trouble_forth |= ill;
        if ill {
            self.failed.entry(i).or_insert(Step::Soak);
            if self.on_failure(i) == OnFailure::Halt && !self.taken_back {
                self.halted = true;
            }
        } else if self.failed.get(&i) == Some(&Step::Soak) && run.standing(i) == Standing::Forward {
            self.failed.remove(&i);
        }
    }

    fn covers_more(&mut self, (i, leg): (usize, Leg), found: Option<&Probed>, world: &mut World) {
        if let (Leg::Forth, Some(Probed::After(Done { snapshot: Some(s), .. }))) = (leg, found) {
            world.real[i].trouble_forth |= s.coverage.whole_system && self.sc.components[i].way != Way::Whole;
        }
    }

    fn request(&mut self, request: &Request, run: &Run) {
        match request {
            Request::Pause | Request::Stop => self.asked = Some(request.clone()),
            Request::Continue => {
                self.opened.clear();
                self.asked = self.asked.take().filter(|asked| *asked != Request::Pause);
            }
            Request::Abandon { leaving } => {
                self.abandoned = true;
                self.leaving = leaving.clone();
            }
            Request::Rollback => {
                self.taken_back = true;
                self.halted = false;
                self.asked = self.asked.take().filter(|asked| *asked != Request::Pause);
            }
            Request::Skip(i) if run.standing(*i) == Standing::Untouched => {
                self.skipped.insert(*i);
            }
            Request::Skip(_) => {}
        }
    }

    fn answered(&mut self, id: Id, answer: &Answer, run: &Run, world: &mut World) {
        let (i, leg) = (id.0.component, id.0.leg);
        let step = run.current(i).map_or(Step::Commit, |(_, step)| step);
        if let Answer::Unclear { .. } = answer
            && step.effectful()
        {
            self.unclear.insert(i, id);
        }
        let failing = match answer {
            Answer::Applied(done) => complains(done),
            _ => true,
        };
        if let Answer::Refused { output, .. } | Answer::Unclear { output, .. } = answer
            && !output.is_empty()
        {
            self.printed.insert(i, (id, output.clone()));
        }
        let missed = step == Step::Gate && self.lacks(i, run, false).is_some();
        let real = &mut world.real[i];
        if step == Step::Gate && !failing {
            self.opened.insert(i);
        }
        real.gated |= step == Step::Gate && matches!(answer, Answer::Refused { .. });
        real.missed |= missed;
        if leg == Leg::Back {
            real.trouble_back |= failing;
            return;
        }
        real.trouble_forth |= failing;
        if let Answer::Applied(done) = answer {
            self.covers_more((i, leg), Some(&Probed::After(done.clone())), world);
        }
        let ill = matches!(answer, Answer::Applied(Done { verdict: Some(Verdict::Ill { .. }), .. }));
        let refused = matches!(answer, Answer::Refused { .. });
        let serious = ill && step != Step::Measure
            || refused && !matches!(step, Step::Gate)
            || ill && step == Step::Verify;
        if serious {
            self.failed.entry(i).or_insert(step);
            let forward = run.standing(i) == Standing::Forward;
            if self.on_failure(i) == OnFailure::Halt && forward && !self.taken_back {
                self.halted = true;
                self.cover.tested(Rule::Halt);
            }
        } else if !failing && self.failed.get(&i) == Some(&step) && run.standing(i) == Standing::Forward {
            self.failed.remove(&i);
        }
    }

    /// After an event that was folded `at`.
    pub fn followed(&mut self, at: Time, run: &Run) -> Result<(), Violation> {
        if run.is_taking_back() {
            // Another rollout's failure takes back what this one's halt has left.
            self.halted = false;
        }
        self.settles(at, run);
        self.gates(run)
    }

    /// After an event was folded: what was printed is kept with the failure.
    pub fn learned(&mut self, id: Id, before: bool, run: &Run) -> Result<(), Violation> {
        let i = id.0.component;
        let Some(failure) = run.failure(i).filter(|_| !before) else { return Ok(()) };
        if let Some((_, output)) = self.printed.get(&i).filter(|(printed, _)| *printed == id) {
            self.cover.tested(Rule::Learned);
            if !failure.output.contains(output) {
                return broken(Rule::Learned, format!("c{i} failed, and {output:?} is not kept with it"));
            }
        }
        Ok(())
    }

    /// A controller begins a step. `flying`: its other actions.
    pub fn begin<'b>(
        &mut self,
        begin: &Begin,
        flying: impl Iterator<Item = &'b Begin>,
        world: &World,
    ) -> Result<(), Violation> {
        let i = begin.action.component;
        let name = || format!("{} of c{i} (attempt {})", begin.step.name(), begin.attempt);
        let id = (begin.action, begin.attempt);
        self.cover.tested(Rule::Intended);
        if !self.intents.contains(&id) {
            return broken(Rule::Intended, format!("{} has no durable intent", name()));
        }
        self.cover.tested(Rule::Once);
        if !self.begun.insert(id) {
            return broken(Rule::Once, format!("{} was begun before", name()));
        }
        self.touched.insert(i);
        if begin.token > self.token {
            return broken(Rule::Token, format!("{} carries token {}, of nobody", name(), begin.token));
        }
        if begin.token < self.token {
            // A controller that was taken for dead does what it had decided; fencing and probes see to it.
            return Ok(());
        }
        self.may_anything_begin(begin, &name())?;
        if begin.step == Step::Restore && begin.snapshot.as_ref().is_some_and(|s| s.token.is_none()) {
            return broken(Rule::Learned, format!("{} does not say what its snapshot's maker said", name()));
        }
        let busy = self.busy(i, flying, world);
        self.together(begin, &busy, &name())?;
        let all = busy.keys().copied().collect::<BTreeSet<usize>>();
        match begin.action.leg {
            Leg::Forth => {
                if begin.step != Step::Gate {
                    self.cover.tested(Rule::Window);
                    if !world.real[i].let_in {
                        return broken(Rule::Window, format!("{}: its gate was never open", name()));
                    }
                }
                for on in &self.graph.needs[i] {
                    self.cover.tested(Rule::Forth);
                    if !world.real[*on].as_planned() || all.contains(on) {
                        return broken(
                            Rule::Forth,
                            format!("{}: c{on}, which it stands on, is not ready", name()),
                        );
                    }
                }
            }
            Leg::Back => {
                for d in &self.graph.needed_by[i] {
                    self.cover.tested(Rule::Back);
                    if !world.real[*d].as_before() || all.contains(d) {
                        return broken(
                            Rule::Back,
                            format!("{}: c{d}, which stands on it, is not back", name()),
                        );
                    }
                }
            }
        }
        Ok(())
    }

    fn may_anything_begin(&mut self, begin: &Begin, name: &str) -> Result<(), Violation> {
        let i = begin.action.component;
        self.cover.tested(Rule::Probed);
        if let Some((action, attempt)) = self.unclear.get(&i) {
            return broken(Rule::Probed, format!("{name}: attempt {attempt} of {action:?} is unclear"));
        }
        if self.asked.is_some() || self.abandoned || self.skipped.contains(&i) {
            return broken(Rule::Asked, format!("{name} begins, and {:?} was asked for", self.asked));
        }
        if self.halted {
            return broken(Rule::Halt, format!("{name} begins after a failure that halts"));
        }
        Ok(())
    }

    /// The other components on which something goes on.
    fn busy<'b>(
        &self,
        i: usize,
        flying: impl Iterator<Item = &'b Begin>,
        world: &World,
    ) -> BTreeMap<usize, ()> {
        let real = |id: &Id| &world.real[id.0.component];
        // What disturbs nothing may be begun again while nobody knows whether it still goes on.
        let going_on = world.work.iter().filter(|(_, w)| w.arrived && !quiet(w.begin.step));
        let going_on = going_on.filter(|(id, w)| w.begin.token >= real(id).token);
        let going_on = going_on.map(|(id, _)| id.0.component);
        let flying = flying.filter(|b| !self.only_recorded(b));
        let mut busy: BTreeMap<usize, ()> = flying.map(|b| (b.action.component, ())).collect();
        // What never ends is stuck at last, and takes up no place.
        busy.extend(going_on.filter(|k| !self.ever_stuck.contains(k)).map(|k| (k, ())));
        busy.remove(&i);
        busy
    }

    /// Whether nothing is left to do of a step but to record what was watched.
    fn only_recorded(&self, begin: &Begin) -> bool {
        begin.step == Step::Commit && self.sc.components[begin.action.component].soak > 0
    }

    fn together(&mut self, begin: &Begin, busy: &BTreeMap<usize, ()>, name: &str) -> Result<(), Violation> {
        if self.only_recorded(begin) {
            return Ok(());
        }
        let me = &self.sc.components[begin.action.component];
        let others = || busy.keys().map(|k| (*k, &self.sc.components[*k]));
        let together = 1 + others().filter(|(_, c)| c.rollout == me.rollout).count() as u64;
        let most = self.sc.rollouts[me.rollout].max_parallel;
        let mine = others().filter(|(_, c)| c.target == me.target && (c.alone() || me.alone()));
        let beside: Vec<usize> = mine.map(|(k, _)| k).collect();
        if together > 1 {
            self.cover.tested(Rule::Parallel);
        }
        if me.alone() {
            self.cover.tested(Rule::Alone);
        }
        let (action, first) = (begin.action, begin.attempt == 1);
        let begins = action.leg == Leg::Forth && action.index == 0 && first;
        self.zoned(me, busy.keys().map(|k| &self.sc.components[*k]), begins, name)?;
        if together > most {
            return broken(Rule::Parallel, format!("{name}: {together} at once, of at most {most}"));
        }
        if let Some(k) = beside.first() {
            return broken(Rule::Alone, format!("{name}: c{k} is at work on the same target"));
        }
        Ok(())
    }

    /// Something happened in the world or became durable.
    pub fn step(&mut self, run: &Run, world: &World) -> Result<(), Violation> {
        let mut disturbed = vec![0; self.sc.rollouts.len()];
        for (i, real) in world.real.iter().enumerate() {
            let standing = run.standing(i);
            let (rule, holds) = match &standing {
                Standing::Committed => {
                    self.ever_committed.insert(i);
                    // Until the next controller reads it, nobody knows that a person has put it back.
                    (Rule::Committed, real.as_planned() || (run.is_kept(i) && real.as_before()))
                }
                Standing::Restored => (Rule::Restored, real.as_before()),
                Standing::Stuck(why) => {
                    self.ever_stuck.insert(i);
                    (Rule::Stuck, !why.is_empty())
                }
                Standing::Unchanged | Standing::Untouched | Standing::Skipped(_) | Standing::Held { .. } => {
                    (Rule::Untouched, real.as_before())
                }
                Standing::Forward | Standing::GoingBack => (Rule::Available, true),
            };
            self.cover.tested(rule);
            if !holds {
                return broken(rule, format!("c{i} is {standing}, and really: {}", really(world, i)));
            }
            if !(real.as_planned() || real.as_before() || self.ever_stuck.contains(&i)) {
                let rollout = self.sc.components[i].rollout;
                disturbed[rollout] += 1;
                if disturbed[rollout] > self.sc.rollouts[rollout].max_parallel {
                    return broken(
                        Rule::Available,
                        format!("{} of r{rollout} are half-way", disturbed[rollout]),
                    );
                }
            }
        }
        Ok(())
    }

    /// A run came to rest: it stopped, or finished.
    pub fn rest(&mut self, run: &Run, world: &World) -> Result<(), Violation> {
        self.left(run, world)?;
        self.told(run, world)?;
        let stopped_by_itself = run.stopped().is_some_and(|why| why.contains("could not be restored"));
        if run.stopped().is_some_and(|why| why.starts_with("nothing can go on")) {
            return broken(Rule::GoesOn, run.stopped().unwrap_or_default());
        }
        let o = outcome(run);
        if run.is_finished() && !(o.unfinished.is_empty() && o.untouched.is_empty()) {
            return broken(Rule::Ends, "it is finished, and not settled");
        }
        if !o.stuck.is_empty() && run.is_finished() && !self.abandoned {
            return broken(Rule::Stuck, "it is finished, and something is stuck");
        }
        self.causes(run, world)?;
        if (run.is_finished() || stopped_by_itself) && !self.abandoned {
            self.goes_on(run, world)?;
            self.taken_back(run)?;
        }
        Ok(())
    }

    fn left(&mut self, run: &Run, world: &World) -> Result<(), Violation> {
        let o = outcome(run);
        for (i, real) in world.real.iter().enumerate() {
            let standing = run.standing(i);
            if let Standing::Stuck(_) = standing
                && !o.stuck.contains(&i)
            {
                return broken(Rule::Stuck, format!("c{i} is stuck, and the outcome does not name it"));
            }
            if !matches!(standing, Standing::Stuck(_) | Standing::Forward | Standing::GoingBack) {
                continue;
            }
            // What nobody knows yet will be probed, and is told as unclear.
            let open = self.open.contains_key(&i) || self.unclear.contains_key(&i);
            if open && !matches!(standing, Standing::Stuck(_)) {
                continue;
            }
            self.cover.tested(Rule::Left);
            let listed = o.left.iter().find(|left| left.component == i);
            let content = (real.installed, real.running) != (0, 0);
            if (real.drained && !listed.is_some_and(|l| l.drained))
                || (real.blocked && !listed.is_some_and(|l| l.blocked))
                || (content && !listed.is_some_and(|l| l.changed))
            {
                let what =
                    format!("c{i} is {standing}, and really: {}; listed: {listed:?}", really(world, i));
                return broken(Rule::Left, what);
            }
        }
        Ok(())
    }

    fn told(&mut self, run: &Run, world: &World) -> Result<(), Violation> {
        for (i, step) in &self.failed {
            self.cover.tested(Rule::Told);
            let back =
                matches!(run.standing(*i), Standing::Restored | Standing::Stuck(_) | Standing::GoingBack);
            if back && run.failure(*i).is_none() {
                return broken(Rule::Told, format!("{} of c{i} failed, and nobody is told", step.name()));
            }
        }
        for i in 0..run.len() {
            let restored = run.standing(i) == Standing::Restored;
            if restored && run.failure(i).is_some_and(|f| f.step == Step::Gate) && world.real[i].gated {
                return broken(Rule::Told, format!("a gate refused c{i}, and that is told as its failure"));
            }
        }
        for (id, stored) in &world.snapshots {
            self.cover.tested(Rule::Learned);
            if !run.snapshots(stored.of).iter().any(|s| s.id == *id) {
                return broken(Rule::Learned, format!("the run forgot the snapshot {id} of c{}", stored.of));
            }
        }
        Ok(())
    }

    /// Whoever goes back has a cause, and whoever is stuck.
    fn causes(&mut self, run: &Run, world: &World) -> Result<(), Violation> {
        let stuck: BTreeSet<usize> =
            (0..run.len()).filter(|i| is_stuck(run, *i) || run.is_kept(*i)).collect();
        let to_go_back = self.going_back_set(run, world);
        for i in 0..run.len() {
            let standing = run.standing(i);
            let back = matches!(standing, Standing::GoingBack | Standing::Restored | Standing::Stuck(_));
            if back && !self.abandoned {
                self.cover.tested(Rule::Needless);
                // Behind its drain a gate refused it: its traffic is given back.
                let refused = world.real[i].gated || world.real[i].missed;
                let refused = refused && run.failure(i).is_none() && !run.is_changed(i);
                let excused = refused && standing != Standing::Restored;
                if !to_go_back.contains(&i) && !excused {
                    return broken(Rule::Needless, format!("c{i} is {standing}, and nothing takes it back"));
                }
            }
            let c = &self.sc.components[i];
            let real = &world.real[i];
            let own = real.trouble_back || real.snapshot_lie || c.way == Way::Irreversible;
            if stuck.contains(&i) && !own && !self.abandoned {
                self.cover.tested(Rule::StuckNeedless);
                let above = self.graph.needed_by[i].iter().any(|d| stuck.contains(d));
                let beside = |k: &usize| {
                    let other = &self.sc.components[*k];
                    *k != i && other.target == c.target && (other.way == Way::Whole || c.way == Way::Whole)
                };
                if !above && !stuck.iter().any(beside) {
                    return broken(Rule::StuckNeedless, format!("c{i} is stuck without a cause"));
                }
                let well = self.ever_committed.contains(&i) && real.as_planned() && run.failure(i).is_none();
                if well && is_stuck(run, i) {
                    return broken(Rule::StuckNeedless, format!("c{i} is stuck, and well"));
                }
            }
        }
        Ok(())
    }

    /// Everything that may go back: what failed, and what goes back with it.
    fn going_back_set(&self, run: &Run, world: &World) -> BTreeSet<usize> {
        let failed = |i: &usize| run.failure(*i).is_some() && world.real[*i].trouble_forth;
        let mut work: Vec<usize> = (0..run.len()).filter(failed).collect();
        let all = self.taken_back || work.iter().any(|i| self.on_failure(*i) == OnFailure::RollbackRun);
        if all {
            return (0..run.len()).collect();
        }
        let mut set = BTreeSet::new();
        while let Some(i) = work.pop() {
            if !set.insert(i) {
                continue;
            }
            work.extend(self.graph.needed_by[i].iter());
            if self.wave_failed(run, i) {
                work.extend(
                    (0..run.len()).filter(|k| self.sc.components[*k].wave == self.sc.components[i].wave),
                );
            }
            let c = &self.sc.components[i];
            let beside = |k: &usize| {
                let other = &self.sc.components[*k];
                other.target == c.target && (other.way == Way::Whole || c.way == Way::Whole)
            };
            work.extend((0..run.len()).filter(beside));
        }
        set
    }

    /// Nothing is left that could have gone on.
    fn goes_on(&mut self, run: &Run, world: &World) -> Result<(), Violation> {
        for i in 0..run.len() {
            let c = &self.sc.components[i];
            let standing = run.standing(i);
            let cause = match &standing {
                Standing::Skipped(Skip::Asked) => self.skipped.contains(&i),
                Standing::Skipped(Skip::Gate(_)) => world.real[i].gated || world.real[i].missed,
                Standing::Skipped(Skip::Ill(_)) => world.real[i].measured_ill,
                Standing::Skipped(Skip::Unfit(_)) => c.unfit(),
                Standing::Skipped(Skip::TakenBack) => {
                    let failed =
                        |k: usize| run.failure(k).is_some() && self.on_failure(k) == OnFailure::RollbackRun;
                    self.taken_back || (0..run.len()).any(failed)
                }
                Standing::Skipped(Skip::WaveTakenBack) => {
                    (0..run.len()).any(|k| self.wave_failed(run, k) && self.sc.components[k].wave == c.wave)
                }
                Standing::Skipped(Skip::Abandoned) => self.abandoned,
                Standing::Held { why: Hold::Budget, .. } => self.spent(i, run),
                Standing::Held { why: Hold::Canary, .. } => self.canary_kept(i, run),
                Standing::Held { why: Hold::Service(_), .. } => self.needed(i, run),
                Standing::Held { .. } => {
                    // What is kept is still to go back.
                    let stands = |on: &usize| run.standing(*on) == Standing::Committed && !run.is_kept(*on);
                    let below = !self.graph.needs[i].iter().all(stands);
                    let closed = (0..run.len()).any(|k| {
                        let other = &self.sc.components[k];
                        let alone = other.alone() || c.alone();
                        // What was kept, and was read as put back before what held it was, got stuck between the two readings.
                        let was_stuck = self.ever_stuck.contains(&k) || run.is_put_back(k);
                        was_stuck && alone && other.target == c.target
                    });
                    // What held it was committed later, after a stop.
                    let late = self.graph.needs[i].iter().any(|on| world.real[*on].trouble_forth);
                    below || closed || late
                }
                Standing::Untouched => false,
                _ => continue,
            };
            self.cover.tested(Rule::GoesOn);
            if !cause {
                return broken(Rule::GoesOn, format!("c{i} is {standing} ({standing:?}) without a cause"));
            }
        }
        Ok(())
    }

    fn wave_failed(&self, run: &Run, i: usize) -> bool {
        self.on_failure(i) == OnFailure::RollbackWave && run.failure(i).is_some()
    }

    fn taken_back(&mut self, run: &Run) -> Result<(), Violation> {
        let failed = |i: &usize| {
            self.on_failure(*i) == OnFailure::RollbackRun
                && run.failure(*i).is_some()
                && run.standing(*i) == Standing::Restored
        };
        let cause = self.taken_back || (0..run.len()).any(|i| failed(&i));
        let stays = |i: &usize| run.standing(*i) == Standing::Committed && !run.is_kept(*i);
        let kept = (0..run.len()).find(stays);
        if cause {
            self.cover.tested(Rule::TakenBack);
        }
        for i in 0..run.len() {
            if !self.wave_failed(run, i) || run.standing(i) != Standing::Restored {
                continue;
            }
            self.cover.tested(Rule::TakenBack);
            let mut wave =
                (0..run.len()).filter(|k| self.sc.components[*k].wave == self.sc.components[i].wave);
            if let Some(k) = wave.find(stays) {
                return broken(Rule::TakenBack, format!("c{k} stays committed, and c{i} of its wave failed"));
            }
        }
        match kept.filter(|_| cause) {
            Some(i) => broken(Rule::TakenBack, format!("c{i} stays committed in a run that is taken back")),
            None => Ok(()),
        }
    }
}

fn is_stuck(run: &Run, i: usize) -> bool {
    matches!(run.standing(i), Standing::Stuck(_))
}

/// One component of the world, for people.
pub fn really(world: &World, i: usize) -> String {
    let real = &world.real[i];
    let content = |c: u8| ["as before", "as planned", "half-way"][c as usize];
    let drained = if real.drained { ", drained" } else { "" };
    let blocked = if real.blocked { ", blocked" } else { "" };
    let needs = if real.needs > Reload::None { format!(", needs {:?}", real.needs) } else { String::new() };
    format!(
        "installed {}, running {}{drained}{blocked}{needs}",
        content(real.installed),
        content(real.running)
    )
}
