//! How one component walks its procedures: intents, facts, and the reading at the end of its way back.

use super::component::{BACK_ROUNDS, BACK_TRIES, FORTH_TRIES, Stored};
use super::damage::Damage;
use super::event::{ActionRef, Leg};
use super::fold::Run;
use super::going_back::LOSES_DATA;
use super::planted::Defect;
use super::rules::Rules;
use super::standing::{ActionStanding, Failure, Halt, Phase, Skip};
use crate::plan::noun::Step;
use patchform_sdk::message::{Answer, Done, Verdict};

/// Steps that disturb nothing, so that doing them again is always right.
fn quiet(step: Step) -> bool {
    !step.effectful() || matches!(step, Step::Fetch | Step::Snapshot | Step::Backup)
}

impl Run {
    /// The step of the current action; the callers checked that there is one.
    pub(super) fn step(&self, i: usize) -> Step {
        self.components[i].planned(&self.shape.nodes[i]).map_or(Step::Commit, |p| p.action)
    }

    pub(super) fn intent(
        &mut self,
        action: ActionRef,
        step: Step,
        attempt: u32,
        snapshot: Option<&str>,
    ) -> Result<(), Damage> {
        let wrong = |why: String| Damage::OutOfOrder { what: "intent", action, why };
        let i = action.component;
        self.known(i)?;
        let c = &self.components[i];
        let starts = match c.phase {
            Phase::Ready | Phase::Forward | Phase::Back => true,
            Phase::Returning => c.dirty == 0,
            _ => false,
        };
        if !starts || c.current != ActionStanding::Pending {
            return Err(wrong(format!("nothing may begin here; the component is {}", c.phase.standing())));
        }
        if action != c.action(i) || c.planned(&self.shape.nodes[i]).map(|p| p.action) != Some(step) {
            return Err(wrong(format!(
                "its next action is number {} {}",
                c.at(),
                super::standing::leg_name(c.leg)
            )));
        }
        if attempt != c.attempt + 1 {
            return Err(wrong(format!("attempt {attempt} follows attempt {}", c.attempt)));
        }
        if snapshot.is_some() != (step == Step::Snapshot) {
            return Err(wrong("a snapshot's id belongs to the intent of a snapshot, and to no other".into()));
        }
        self.begin(i, attempt, snapshot);
        Ok(())
    }

    fn begin(&mut self, i: usize, attempt: u32, snapshot: Option<&str>) {
        match self.components[i].phase {
            Phase::Ready => {
                self.soil(i);
                self.enter(i, Phase::Forward);
            }
            Phase::Returning => self.enter(i, Phase::Back),
            _ => {}
        }
        self.begins_to_bring_again(i);
        self.begins_anew(i, self.step(i));
        self.queues.due.remove(&i);
        let (node, c) = (&self.shape.nodes[i], &mut self.components[i]);
        (c.freed, c.spent, c.was_stuck) = (false, false, None);
        c.made_sure |= self.shape.planted.has(Defect::AnythingMakesSure)
            || c.planned(node).is_some_and(|planned| planned.action.replaces());
        c.attempt = attempt;
        c.highest = c.highest.max(attempt);
        c.current = ActionStanding::Intended;
        c.not_busy();
        if let Some(id) = snapshot {
            c.snapshots.push(Stored {
                id: id.into(),
                made: None,
                done: false,
                ruled_out: false,
                at: self.at,
            });
        }
    }

    /// Checks that `action` is the current one and its attempt the last.
    pub(super) fn current_is(
        &self,
        what: &'static str,
        action: ActionRef,
        attempt: u32,
    ) -> Result<(), Damage> {
        self.known(action.component)?;
        let c = &self.components[action.component];
        if action == c.action(action.component) && attempt == c.attempt {
            return Ok(());
        }
        let why = format!(
            "the current one is attempt {} of action {} {}",
            c.attempt,
            c.at(),
            super::standing::leg_name(c.leg)
        );
        Err(Damage::OutOfOrder { what, action, why })
    }

    pub(super) fn fact(&mut self, action: ActionRef, attempt: u32, answer: &Answer) -> Result<(), Damage> {
        self.current_is("fact", action, attempt)?;
        let i = action.component;
        if self.components[i].current != ActionStanding::Intended {
            let why = "nobody waits for its answer".into();
            return Err(Damage::OutOfOrder { what: "fact", action, why });
        }
        match answer {
            Answer::Applied(done) => self.applied(i, done),
            Answer::Refused { why, output } => self.refused(i, why, output),
            Answer::Unclear { why, output } if self.planted(Defect::UnclearIsRefused) => {
                self.refused(i, why, output);
            }
            Answer::Unclear { why, output } if self.step(i).effectful() => {
                // What was printed is kept now: the probe will not print it again.
                let lost = self.planted(Defect::OutputIsForgotten);
                let output = if lost { String::new() } else { output.clone() };
                self.unclear(i, why.clone(), output, false);
            }
            Answer::Unclear { why, output } => self.not_done(i, why, output, false),
        }
        Ok(())
    }

    /// It was done.
    pub(super) fn applied(&mut self, i: usize, done: &Done) {
        let step = self.step(i);
        if step.effectful() {
            // Nothing is begun beside an earlier one.
            self.components[i].unended = None;
        }
        self.note_effect(i, step, done);
        let is_missed = matches!(step, Step::Gate | Step::Measure).then(|| self.missed_by(i)).flatten();
        match self.components[i].leg {
            Leg::Forth => match &done.verdict {
                None | Some(Verdict::Healthy) if let Some(service) = is_missed => {
                    self.stands_back(i, service)
                }
                Some(Verdict::Ill { .. }) if self.planted(Defect::IllIsHealthy) => self.advance(i),
                Some(Verdict::Ill { why }) if step == Step::Measure => {
                    self.stay_away(i, Skip::Ill(why.clone()), why)
                }
                Some(Verdict::Ill { .. })
                    if step == Step::Block && self.planted(Defect::UnprovedIsPatched) =>
                {
                    self.advance(i);
                }
                Some(Verdict::Ill { why }) => self.fail(i, why, &done.output),
                Some(Verdict::Inconclusive { why }) => self.inconclusive(i, why),
                _ if self.covers_too_much(i, step, done) => {
                    self.fail(
                        i,
                        "the snapshot covers the whole system, which the plan did not say",
                        &done.output,
                    );
                }
                _ => self.advance(i),
            },
            Leg::Back => match &done.verdict {
                Some(Verdict::Ill { why } | Verdict::Inconclusive { why }) => self.back_failed(i, why),
                _ => self.advance(i),
            },
        }
    }

    /// A restore of it would take others back that nobody held off meanwhile.
    fn covers_too_much(&self, i: usize, step: Step, done: &Done) -> bool {
        let whole = done.snapshot.as_ref().is_some_and(|s| s.coverage.whole_system);
        step == Step::Snapshot && whole && !self.shape.nodes[i].whole
    }

    fn note_effect(&mut self, i: usize, step: Step, done: &Done) {
        let planted = self.shape.planted;
        if step == Step::Measure {
            self.measured(i, done);
        }
        self.asked_itself(i, step, done);
        let c = &mut self.components[i];
        let forgotten = (step == Step::Drain && planted.has(Defect::DrainIsForgotten))
            || (step == Step::Block && planted.has(Defect::BlockIsForgotten));
        if !forgotten {
            c.may_have_had(step);
        }
        if matches!(done.verdict, Some(Verdict::Inconclusive { .. })) {
            // It is done once more: until then nothing is known to be in force.
            return;
        }
        match step {
            _ if step.replaces() && planted.has(Defect::ReloadIsForgotten) => {}
            _ if step.replaces() => {
                c.reload = done.reload;
                c.needs = done.reload;
            }
            Step::Reload => c.reload = Default::default(),
            Step::Verify => c.verified = done.digest.clone(),
            Step::Undrain => c.drained = false,
            Step::Unblock => c.blocked = false,
            Step::Snapshot => {
                if let Some(stored) = c.snapshots.last_mut() {
                    if !planted.has(Defect::SnapshotIsForgotten) {
                        stored.made = done.snapshot.clone();
                    }
                    stored.done = true;
                    stored.at = self.at;
                }
            }
            _ => {}
        }
    }

    /// The snapshot that was asked for last does not exist, where that was the current action.
    pub(super) fn rule_out(&mut self, i: usize) {
        if self.step(i) == Step::Snapshot
            && let Some(stored) = self.components[i].snapshots.last_mut()
        {
            stored.ruled_out = true;
        }
    }

    /// A promise that nothing changed.
    fn refused(&mut self, i: usize, why: &str, output: &str) {
        self.rule_out(i);
        self.refused_as_changed(i, why);
        match (self.components[i].leg, self.step(i)) {
            (Leg::Back, _) => self.back_failed(i, why),
            (Leg::Forth, Step::Gate) if self.planted(Defect::GateIsAFailure) => self.fail(i, why, output),
            (Leg::Forth, Step::Gate) if self.planted(Defect::GateIsPassed) => self.advance(i),
            (Leg::Forth, Step::Gate) => self.stay_away(i, Skip::Gate(why.into()), why),
            (Leg::Forth, _) => self.fail(i, why, output),
        }
    }

    /// Proved not to have happened: again, as often as only its controller died; once, where its provider or target may have
    /// failed it.
    pub(super) fn not_done(&mut self, i: usize, why: &str, output: &str, interrupted: bool) {
        let harmless = self.rules >= Rules::Third && !self.planted(Defect::FailsAtOnce);
        let once_more = harmless || quiet(self.step(i));
        let again = interrupted || (once_more && self.components[i].tries + 1 < FORTH_TRIES);
        match self.components[i].leg {
            Leg::Back => self.back_failed(i, why),
            // Nobody goes on forth in a going-back set.
            Leg::Forth if again && self.components[i].phase == Phase::Turning => self.turned(i),
            Leg::Forth if again => {
                self.components[i].tries += u32::from(!interrupted);
                self.again(i);
                self.asks_its_gate_again(i);
            }
            Leg::Forth => self.fail(i, why, output),
        }
    }

    /// Some of it may have happened.
    pub(super) fn half_done(&mut self, i: usize, why: &str, output: &str) {
        let step = self.step(i);
        if quiet(step) {
            return self.not_done(i, why, output, false);
        }
        if !self.planted(Defect::HalfIsForgotten) {
            self.components[i].may_have_had(step);
        }
        match self.components[i].leg {
            Leg::Back => self.back_failed(i, why),
            Leg::Forth => self.fail(i, why, output),
        }
    }

    fn again(&mut self, i: usize) {
        self.components[i].current = ActionStanding::Pending;
        self.go_on(i);
    }

    /// What stands behind a gate that was asked once more, directly before anything is taken away or changed, asks it anew: it
    /// was open for that moment only. What is half done is brought to its end.
    pub(super) fn asks_its_gate_again(&mut self, i: usize) {
        let planted = self.shape.planted;
        let (c, node) = (&mut self.components[i], &self.shape.nodes[i]);
        let takes_away =
            c.planned(node).is_some_and(|planned| matches!(planned.action, Step::Drain | Step::Block));
        let half = c.changed || (c.is_away() && (takes_away || planted.has(Defect::DrainedIsNotAsked)));
        let idle = c.phase == Phase::Forward && c.current == ActionStanding::Pending && !half;
        let gate = c.forth.checked_sub(1).filter(|at| *at > 0 && node.forth[*at].action == Step::Gate);
        if let (true, Some(gate), false) = (idle, gate, planted.has(Defect::GateIsAskedOnce)) {
            if self.rules >= Rules::Sixth && !planted.has(Defect::TriesAreForgotten) {
                c.tried_before = (c.forth, c.tries);
            }
            c.step_back(gate);
        }
    }

    /// The current action may begin; one that was taken up beyond what its rollout allows waits for its turn.
    fn go_on(&mut self, i: usize) {
        let c = &self.components[i];
        if c.phase == Phase::Back && !c.slot {
            self.enter(i, Phase::Returning);
            self.settle_or_wait(i);
        } else {
            self.queues.due.insert(i);
        }
    }

    /// The next action, or the end of the leg.
    pub(super) fn advance(&mut self, i: usize) {
        self.has_brought_again(i);
        let step = self.step(i);
        let node = &self.shape.nodes[i];
        let c = &mut self.components[i];
        c.made_sure |= step == Step::Verify;
        if c.phase == Phase::Forward && c.failure.as_ref().is_some_and(|f| f.step == step) {
            // It failed and halted the run; tried again, it was done.
            c.failure = None;
        }
        c.was_stuck = None;
        c.next(node);
        let ended = c.planned(node).is_none();
        let watched = c.phase == Phase::Forward && c.is_watched(node);
        match (c.leg, ended) {
            (Leg::Forth, false)
                if c.phase == Phase::Turning && self.shape.planted.has(Defect::TurnedGoesOn) =>
            {
                self.enter(i, Phase::Forward);
                self.queues.due.insert(i);
            }
            (Leg::Forth, _) if c.phase == Phase::Turning => self.turned(i),
            (Leg::Forth, true) => self.committed(i),
            (Leg::Forth, false) if watched => {
                self.give_up_place(i);
                self.account(i);
                self.queues.due.insert(i);
            }
            (Leg::Back, true) if c.changed => {
                self.enter(i, Phase::Reading);
                self.queues.due.insert(i);
            }
            (Leg::Back, true) => self.restored(i),
            (_, false) => self.go_on(i),
        }
    }

    /// Do not start: nothing was changed yet, so it is left alone rather than failed. Traffic that is away returns first.
    pub(super) fn stay_away(&mut self, i: usize, skip: Skip, why: &str) {
        let c = &mut self.components[i];
        if c.changed {
            self.fail(i, why, "");
        } else if c.phase == Phase::Turning {
            self.turned(i);
        } else if c.is_away() && !self.shape.planted.has(Defect::RefusedStaysDrained) {
            c.stays_away = Some(skip);
            self.hold_dependents(i);
            self.turned(i);
        } else {
            self.skip(i, skip);
        }
    }

    /// Nobody can tell whether it is well: the run halts there, and a resume tries the step again.
    pub(super) fn inconclusive(&mut self, i: usize, why: &str) {
        if self.components[i].phase == Phase::Turning {
            return self.turned(i);
        }
        self.halt_at(i, why, true);
    }

    pub(super) fn halt_at(&mut self, i: usize, why: &str, inconclusive: bool) {
        self.note_halt(i, why, inconclusive);
        self.components[i].current = ActionStanding::Failed(why.into());
        self.enter(i, Phase::Halted);
    }

    pub(super) fn note_halt(&mut self, i: usize, why: &str, inconclusive: bool) {
        let step = self.step(i);
        self.halt.get_or_insert(Halt { component: i, step, why: why.into(), inconclusive });
    }

    /// An action of the way back was not done: every one is a target state, so it is tried again, then stuck.
    fn back_failed(&mut self, i: usize, why: &str) {
        let step = self.step(i);
        let c = &mut self.components[i];
        c.tries += 1;
        // Under every controller that had it.
        let tried = c.attempt.saturating_sub(c.floor);
        if c.tries < BACK_TRIES || self.planted(Defect::TriesForever) {
            return self.again(i);
        }
        self.components[i].spent = true;
        let why = format!("{} failed {tried} times, lastly: {why}", step.name());
        self.get_stuck(i, why);
    }

    /// The way forth failed: keeps why, and does what the rollout says.
    pub(super) fn fail(&mut self, i: usize, why: &str, output: &str) {
        let step = self.step(i);
        let turning = self.components[i].phase == Phase::Turning;
        let failure = Failure { step, why: why.into(), output: output.into() };
        let c = &mut self.components[i];
        c.current = ActionStanding::Failed(why.into());
        if turning {
            // It goes back with others already, and failed by itself all the same: both are told.
            c.failure.get_or_insert(failure);
            self.turned(i);
        } else if !self.shape.planted.has(Defect::FailureIsForgotten) {
            c.failure = Some(failure);
        }
        self.react_to_failure(i, why, turning);
    }

    /// The reading after the way back decides, not the messages (page 5.3, rule 7); so does one before it.
    pub(super) fn read(&mut self, i: usize, digest: &Result<String, String>) -> Result<(), Damage> {
        self.known(i)?;
        let unended = self.components[i].unended;
        // Whatever goes on there makes a reading unsettled.
        self.components[i].unended = unended.filter(|_| digest.is_err());
        if !self.awaits_reading(i) {
            return match self.looked_at(i, digest) {
                Err(_) if unended.is_some() => Ok(()),
                looked => looked,
            };
        }
        if self.components[i].phase == Phase::Forward {
            self.reread(i, digest);
            return Ok(());
        }
        let node = &self.shape.nodes[i];
        let c = &mut self.components[i];
        match digest {
            Ok(_) if self.shape.planted.has(Defect::ReadingIsBelieved) => self.restored(i),
            Ok(digest) if *digest == node.before => {
                c.walked_back = true;
                self.restored(i);
            }
            // Once more would throw away what was written since it was given its traffic back.
            Ok(_) if node.keeps_data && c.served => self.get_stuck(i, LOSES_DATA.into()),
            Ok(_) if c.rounds + 1 < BACK_ROUNDS => {
                c.rounds += 1;
                (c.by_hand, c.put_back) = (false, false);
                c.turn_back(node);
                if self.shape.planted.has(Defect::AttemptsBeginAnew) {
                    (self.components[i].floor, self.components[i].attempt) = (0, 0);
                }
                self.enter(i, Phase::Back);
                self.queues.due.insert(i);
            }
            Ok(digest) => {
                let why = format!(
                    "its way back was walked {BACK_ROUNDS} times, but it reads {digest} and not {} as before the run",
                    node.before
                );
                self.get_stuck(i, why);
            }
            Err(why) => {
                c.tries += 1;
                if c.tries >= BACK_TRIES {
                    let why = format!("its way back was walked, but it cannot be read: {why}");
                    self.get_stuck(i, why);
                }
            }
        }
        Ok(())
    }

    /// What stands there is what the next try expects, whether its own patch left it half-way or a person put it right: a
    /// person has resumed the run, and the reading decides what is there.
    fn reread(&mut self, i: usize, digest: &Result<String, String>) {
        match digest {
            Ok(digest) => {
                let changed = *digest != self.shape.nodes[i].before;
                let c = &mut self.components[i];
                c.reread = false;
                if changed {
                    c.may_have_had(Step::Patch);
                }
                if !self.shape.planted.has(Defect::OwnTraceIsAStranger) {
                    c.expects = Some(digest.clone());
                }
            }
            Err(why) => self.halt_at(i, &format!("it cannot be read again: {why}"), false),
        }
    }
}
