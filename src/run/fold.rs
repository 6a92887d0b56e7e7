//! A run: the fold of its journal's events over its plan. Pure and total: an event that cannot follow is an error
//! which names it, and leaves the run as it was.

use super::availability::Availability;
use super::component::{Component, Stored};
use super::damage::Damage;
use super::event::{ActionRef, Event, Leg, Request, What};
use super::order::Queues;
use super::pacing::Pacing;
use super::planted::{Defect, Planted};
use super::rules::Rules;
use super::shape::Shape;
use super::sight::Sight;
use super::standing::{ActionStanding, Failure, Halt, Phase, Skip, Standing};
use super::target::Target;
use crate::model::Moment;
use crate::plan::noun::{Plan, Step};
use patchform_sdk::message::Reload;
use std::sync::Arc;

/// One apply, resume or rollback, as its journal tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    id: Arc<str>,
    pub(super) shape: Arc<Shape>,
    pub(super) components: Vec<Component>,
    pub(super) targets: Vec<Target>,
    pub(super) queues: Queues,
    pub(super) pacing: Pacing,
    pub(super) availability: Availability,
    pub(super) token: u64,
    controller: String,
    pub(super) rules: Rules,
    pub(super) paused: bool,
    pub(super) stopping: bool,
    pub(super) abandoning: bool,
    pub(super) taking_back: bool,
    /// A reading has contradicted the journal.
    pub(super) cut: bool,
    /// More than one controller had it.
    pub(super) taken_over: bool,
    pub(super) halt: Option<Halt>,
    /// How services are seen from outside. Nothing is decided by it.
    sights: Vec<Sight>,
    stopped: Option<String>,
    finished: bool,
    /// Components that are not settled.
    pub(super) open: usize,
    /// Components that have begun, and are not settled.
    pub(super) at_work: usize,
    /// Components that are stuck.
    pub(super) stuck: usize,
    events: u64,
    pub(super) at: Moment,
}

impl Run {
    /// A run of `plan` under `id`, before its first event. What the plan cannot be followed for (no stored way back,
    /// a circle) is skipped from the start.
    pub fn start(plan: &Plan, id: &str) -> Run {
        Run::of(plan, id, Planted::default())
    }

    /// A run of a core that does one thing wrong, for the simulation, which must notice it.
    #[cfg(debug_assertions)]
    pub fn start_with(plan: &Plan, id: &str, defect: super::planted::Defect) -> Run {
        Run::of(plan, id, Planted::one(defect))
    }

    fn of(plan: &Plan, id: &str, planted: Planted) -> Run {
        let shape = Arc::new(Shape::of(plan, planted));
        let mut run = Run {
            id: id.into(),
            components: vec![Component::new(); shape.nodes.len()],
            targets: vec![Target::default(); shape.targets.len()],
            queues: Queues::new(shape.limits.len(), shape.zones.len()),
            pacing: Pacing::new(&shape),
            availability: Availability::new(shape.services.len()),
            shape,
            token: 0,
            controller: String::new(),
            rules: Rules::NOW,
            paused: false,
            stopping: false,
            abandoning: false,
            taking_back: false,
            cut: false,
            taken_over: false,
            halt: None,
            sights: vec![Sight::Unseen; plan.services.len()],
            stopped: None,
            finished: false,
            open: 0,
            at_work: 0,
            stuck: 0,
            events: 0,
            at: Moment(0),
        };
        run.lay_out();
        run
    }

    fn lay_out(&mut self) {
        let shape = self.shape.clone();
        for (i, node) in shape.nodes.iter().enumerate() {
            let waits = u32::try_from(shape.after.of(i).len()).unwrap_or(u32::MAX);
            self.components[i].waits = waits.saturating_add(u32::from(self.waits_for_wave(i)));
            if node.changes {
                self.components[i].phase = Phase::Waiting;
                self.open += 1;
            }
        }
        let waits = |i: &usize| self.components[*i].waits > 0 && !self.planted(Defect::OrderIsIgnored);
        let free: Vec<usize> = (0..shape.nodes.len()).filter(|i| !waits(i)).collect();
        for (i, node) in shape.nodes.iter().enumerate() {
            if let (Phase::Waiting, Some(why)) = (&self.components[i].phase, &node.unfit) {
                self.skip(i, Skip::Unfit(why.clone()));
            }
        }
        (0..shape.nodes.len()).for_each(|i| self.account(i));
        for i in free {
            self.dependencies_met(i);
        }
        self.keep_available();
        self.pace();
    }

    /// Takes one event in.
    ///
    /// # Errors
    /// The event cannot follow what came before; the run is as it was.
    pub fn apply(&mut self, event: &Event) -> Result<(), Damage> {
        let before = std::mem::replace(&mut self.at, event.at);
        self.follow(&event.what).inspect_err(|_| self.at = before)?;
        self.events += 1;
        Ok(())
    }

    fn follow(&mut self, what: &What) -> Result<(), Damage> {
        self.may_follow(what)?;
        match what {
            What::Taken { controller, token, rules } => self.taken(controller, *token, *rules)?,
            What::Intent { action, step, attempt, snapshot } => {
                self.intent(*action, *step, *attempt, snapshot.as_deref())?;
            }
            What::Fact { action, attempt, answer } => self.fact(*action, *attempt, answer)?,
            What::Probe { action, attempt, found } => self.probed(*action, *attempt, found)?,
            What::Read { component, digest } => self.read(*component, digest)?,
            What::Watched { component, passed, found } => self.watched(*component, *passed, found)?,
            What::Seen { service, sight, .. } => match self.sights.get_mut(*service) {
                Some(seen) => *seen = sight.clone(),
                None => return Err(Damage::NoSuchService { service: *service }),
            },
            What::Member { component, ill } => self.asked_how_it_is(*component, ill.as_deref())?,
            // Nothing rests on the wall clock.
            What::Clock { .. } => {}
            What::Asked(request) => self.asked(request)?,
            What::Stopped { why } => self.stopped = Some(why.clone()),
            What::Finished => self.finish()?,
        }
        self.keep_available();
        self.pace();
        self.end_waiting();
        Ok(())
    }

    fn may_follow(&self, what: &What) -> Result<(), Damage> {
        if self.finished {
            return Err(Damage::AfterEnd(what.to_string()));
        }
        if let What::Taken { .. } = what {
            return Ok(());
        }
        if self.token == 0 {
            return Err(Damage::NotTaken(what.to_string()));
        }
        match self.stopped {
            Some(_) => Err(Damage::AfterStop(what.to_string())),
            None => Ok(()),
        }
    }

    fn taken(&mut self, controller: &str, token: u64, rules: Rules) -> Result<(), Damage> {
        if token <= self.token {
            return Err(Damage::OldToken { token, earlier: self.token });
        }
        self.taken_over |= self.token != 0;
        if self.token == 0 || !self.planted(Defect::TokenStays) {
            self.token = token;
        }
        self.controller = controller.into();
        self.rules = rules;
        self.stopped = None;
        self.halt = None;
        self.sights.fill(Sight::Unseen);
        self.forget_who_was_ill();
        self.paused = false;
        self.stopping = false;
        // What was asked of an earlier controller and not done does not bind this one.
        let kept = std::mem::replace(&mut self.abandoning, false);
        self.take_up_again(kept);
        Ok(())
    }

    fn asked(&mut self, request: &Request) -> Result<(), Damage> {
        if matches!(request, Request::Pause | Request::Continue | Request::Stop) {
            // Whoever could not be asked before may be asked now.
            self.components.iter_mut().for_each(|c| c.goes_on = None);
        }
        match request {
            Request::Pause => self.paused = true,
            Request::Continue => {
                self.paused = false;
                (0..self.components.len()).for_each(|i| self.asks_its_gate_again(i));
            }
            Request::Stop => self.stopping = true,
            Request::Abandon { leaving } => {
                leaving.iter().try_for_each(|i| self.known(*i))?;
                self.abandon(leaving);
            }
            Request::Rollback => {
                self.paused = false;
                self.take_all_back(None);
            }
            Request::Skip(i) => {
                self.known(*i)?;
                if self.components[*i].phase.before_start() && !self.planted(Defect::SkipIsIgnored) {
                    self.skip(*i, Skip::Asked);
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Damage> {
        if self.abandoning {
            self.abandon_all();
        }
        let stuck = self.stuck > 0 && !self.planted(Defect::StuckIsFinished);
        if self.open > 0 || (stuck && !self.abandoning) {
            return Err(Damage::EndedEarly { open: self.open.max(self.stuck) });
        }
        self.finished = true;
        Ok(())
    }

    /// Whether a simulation has the core do this wrong.
    pub(super) fn planted(&self, defect: Defect) -> bool {
        self.shape.planted.has(defect)
    }

    pub(super) fn known(&self, component: usize) -> Result<(), Damage> {
        match self.shape.nodes.get(component) {
            Some(node) if node.changes => Ok(()),
            _ => Err(Damage::NoSuchComponent { component }),
        }
    }

    /// How a service (by its index) is seen from outside now.
    pub fn sight(&self, service: usize) -> Option<&Sight> {
        self.sights.get(service)
    }

    /// The run's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How many events were taken in.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// When the last event happened; the beginning of time before the first.
    pub fn at(&self) -> Moment {
        self.at
    }

    /// The fencing token of the controller that has it; 0 before the first.
    pub fn token(&self) -> u64 {
        self.token
    }

    /// The controller that took it last.
    pub fn controller(&self) -> &str {
        &self.controller
    }

    /// Whether it ended for good.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Why it was left on purpose, resumable; `None` while somebody drives it or after its end.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// Whether a person paused it.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Whether it was asked to stop.
    pub fn is_stopping(&self) -> bool {
        self.stopping
    }

    /// Whether nothing new begins for now: it is paused, or is to stop or to halt.
    pub fn holds_still(&self) -> bool {
        self.paused || self.stopping || self.halt.is_some()
    }

    /// Whether a person asked to end it as it stands.
    pub fn is_abandoned(&self) -> bool {
        self.abandoning
    }

    /// Components that it cannot let go of, since a step there still goes on or cannot be asked about; with why. Known once
    /// it was asked to abandon or to stop, and all of them were asked.
    pub fn goes_on(&self) -> impl Iterator<Item = (usize, &str)> {
        self.components.iter().enumerate().filter_map(|(i, c)| Some((i, c.goes_on.as_deref()?)))
    }

    /// Whether component `i` was let go while its step may still go on.
    pub fn is_left_running(&self, i: usize) -> bool {
        self.abandoning && self.components.get(i).is_some_and(|c| c.leaving)
    }

    /// Whether component `i` was left as it stood when the run was abandoned; else a stuck one could not be restored.
    pub fn is_left_standing(&self, i: usize) -> bool {
        self.components.get(i).is_some_and(|c| c.left)
    }

    /// Whether a reading of component `i` is waited for.
    pub fn awaits_reading(&self, i: usize) -> bool {
        let awaits = |c: &Component| c.phase == Phase::Reading || (c.phase == Phase::Forward && c.reread);
        self.components.get(i).is_some_and(awaits)
    }

    /// Whether everything that it changed is being taken back.
    pub fn is_taking_back(&self) -> bool {
        self.taking_back
    }

    /// Where it halted by itself.
    pub fn halt(&self) -> Option<&Halt> {
        self.halt.as_ref()
    }

    /// Number of entries of its plan.
    pub fn len(&self) -> usize {
        self.components.len()
    }

    /// Whether its plan has no entries.
    pub fn is_empty(&self) -> bool {
        self.components.is_empty()
    }

    /// Where component `i` stands; `Unchanged` for an index that the plan does not have.
    pub fn standing(&self, i: usize) -> Standing {
        self.components.get(i).map_or(Standing::Unchanged, |c| c.phase.standing())
    }

    /// What went wrong with component `i` on its way forth.
    pub fn failure(&self, i: usize) -> Option<&Failure> {
        self.components.get(i)?.failure.as_ref()
    }

    /// Whether component `i` began before component `k`, both on one target.
    pub fn began_before(&self, i: usize, k: usize) -> bool {
        let (a, b) = (&self.shape.nodes[i], &self.shape.nodes[k]);
        let begun = |i: usize| self.components[i].begun_at;
        a.target.is_some() && a.target == b.target && begun(i).zip(begun(k)).is_some_and(|(i, k)| i < k)
    }

    /// The component for whose failure component `i` went back; `None` where it did not, and where a person asked.
    pub fn back_for(&self, i: usize) -> Option<usize> {
        self.components.get(i)?.back_for
    }

    /// Why component `i` is left alone once what uses it has come back, where nothing else is to be undone there.
    pub fn stays_away(&self, i: usize) -> Option<&Skip> {
        let c = self.components.get(i)?;
        c.stays_away.as_ref().filter(|_| !c.changed)
    }

    /// The component that could not be restored, so that the stuck component `i` had to stay as it is.
    pub fn stuck_under(&self, i: usize) -> Option<usize> {
        self.components.get(i)?.stuck_under
    }

    /// The action of the stuck component `i` that nobody waits for any more, and its attempt: it still went on when it was
    /// looked at last, or could not be asked about, or was left running.
    pub fn outlasting(&self, i: usize) -> Option<(ActionRef, u32)> {
        let c = self.components.get(i).filter(|c| matches!(c.phase, Phase::Stuck(_)))?;
        let last = || self.tried_last(i).filter(|_| self.is_overdue(i) || self.is_left_running(i));
        c.unended.or_else(last)
    }

    /// The action of component `i` that was begun last, and its attempt.
    pub fn tried_last(&self, i: usize) -> Option<(ActionRef, u32)> {
        self.components.get(i).map(|c| (c.action(i), c.attempt))
    }

    /// Whether something of component `i` was, or may have been, changed in this run, even if it was taken back since.
    pub fn was_tried(&self, i: usize) -> bool {
        self.components.get(i).is_some_and(|c| c.tried)
    }

    /// The snapshots that were asked for, in order: the last `done` one is the way back, the others may be orphans.
    pub fn snapshots(&self, i: usize) -> &[Stored] {
        self.components.get(i).map_or(&[], |c| &c.snapshots)
    }

    /// What the last patch or restore of component `i` said is needed for it to be in force.
    pub fn reload(&self, i: usize) -> Reload {
        self.components.get(i).map_or(Reload::None, |c| c.reload)
    }

    /// Digest of the last reading of component `i` that was verified.
    pub fn verified(&self, i: usize) -> Option<&str> {
        self.components.get(i)?.verified.as_deref()
    }

    /// Whether something of component `i` may differ from the reading before the run.
    pub fn is_changed(&self, i: usize) -> bool {
        self.components.get(i).is_some_and(|c| c.changed)
    }

    /// Whether traffic may be taken away from component `i`.
    pub fn is_drained(&self, i: usize) -> bool {
        self.components.get(i).is_some_and(|c| c.drained)
    }

    /// Whether customers may be kept out of component `i`.
    pub fn is_blocked(&self, i: usize) -> bool {
        self.components.get(i).is_some_and(|c| c.blocked)
    }

    /// The action that component `i` is at: its leg, index and step; `None` before its start and at its end.
    pub fn current(&self, i: usize) -> Option<(ActionRef, Step)> {
        let c = self.components.get(i)?;
        let planned = c.planned(&self.shape.nodes[i])?;
        c.phase.unsettled().then(|| (c.action(i), planned.action))
    }

    /// Where one action stands. Actions of a way back that had nothing to do count as done.
    pub fn action(&self, action: ActionRef) -> ActionStanding {
        let Some(c) = self.components.get(action.component) else { return ActionStanding::Pending };
        let at = match action.leg {
            Leg::Forth => c.forth,
            Leg::Back => c.back,
        };
        match action.index.cmp(&at) {
            std::cmp::Ordering::Equal if action.leg == c.leg => c.current.clone(),
            std::cmp::Ordering::Less if action.leg == Leg::Forth || c.leg == Leg::Back => {
                ActionStanding::Done
            }
            _ => ActionStanding::Pending,
        }
    }
}
