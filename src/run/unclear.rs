//! What is unclear: it is asked about until how it ended is known, or for as long as that is worth.

use super::component::BUSY_AT_LEAST;
use super::damage::Damage;
use super::event::{ActionRef, Leg};
use super::fold::Run;
use super::planted::Defect;
use super::rules::Rules;
use super::standing::{ActionStanding, Failure, Phase};
use crate::plan::noun::Step;
use patchform_sdk::message::{Done, Probed};
use std::time::Duration;

impl Run {
    pub(super) fn unclear(&mut self, i: usize, why: String, output: String, interrupted: bool) {
        self.components[i].current = ActionStanding::Unclear { why, output, interrupted };
        self.queues.due.insert(i);
    }

    pub(super) fn probed(
        &mut self,
        action: ActionRef,
        attempt: u32,
        found: &Result<Probed, String>,
    ) -> Result<(), Damage> {
        self.current_is("probe", action, attempt)?;
        let i = action.component;
        let ActionStanding::Unclear { why, output, interrupted } = self.components[i].current.clone() else {
            let why = "it is not unclear".into();
            return Err(Damage::OutOfOrder { what: "probe", action, why });
        };
        if let Some(why) = self.goes_on_beyond(found) {
            self.components[i].goes_on = Some(why);
            return Ok(());
        }
        // How it ended says more than that its deadline had passed by then.
        let (cause, output) = match found.as_ref().ok().and_then(Probed::ended) {
            Some(ended) => (&*ended.why, if ended.output.is_empty() { &*output } else { &*ended.output }),
            None => (&*why, &*output),
        };
        match found {
            Ok(Probed::After(done)) => self.applied(i, done),
            Ok(Probed::Before { .. }) if self.planted(Defect::BeforeIsAfter) => {
                self.applied(i, &Done::default())
            }
            Ok(Probed::Busy) if self.planted(Defect::BusyIsDone) => self.applied(i, &Done::default()),
            Ok(Probed::Between { .. }) if self.planted(Defect::BetweenIsBefore) => {
                self.not_done(i, cause, output, interrupted);
            }
            Ok(Probed::Before { .. }) => {
                self.rule_out(i);
                self.not_done(i, cause, output, interrupted);
            }
            Ok(Probed::Busy) => self.still_busy(i, cause, output),
            Ok(Probed::Between { why, .. }) => {
                let half = if why.is_empty() { "it was left half-way" } else { why };
                self.half_done(i, &format!("{cause}; {half}"), output);
            }
            Err(why) => {
                self.components[i].unended = Some((action, attempt));
                self.half_done(i, &format!("{cause}; nobody can tell how far it came: {why}"), output)
            }
        }
        Ok(())
    }

    /// Why an action stays unclear beyond a run that is to end or paused: nobody knows that it has ended.
    fn goes_on_beyond(&self, found: &Result<Probed, String>) -> Option<String> {
        let holds = self.holds_still() && self.rules >= Rules::Eighth;
        match found {
            Ok(Probed::Busy) if self.abandoning => Some("it still goes on".into()),
            Err(why) if self.abandoning || holds => Some(format!("it cannot be asked about: {why}")),
            _ => None,
        }
    }

    fn still_busy(&mut self, i: usize, why: &str, output: &str) {
        self.components[i].busy = self.components[i].busy.saturating_add(1);
        let passes = self.probe_after(i);
        self.components[i].busy_for = self.components[i].busy_for.saturating_add(passes);
        if !self.is_overdue(i) {
            return;
        }
        let step = self.step(i);
        let why = format!(
            "{} still goes on after {} s of looking: {why}",
            step.name(),
            self.components[i].busy_for.as_secs()
        );
        self.components[i].may_have_had(step);
        if self.components[i].leg == Leg::Back {
            return self.get_stuck(i, why);
        }
        let turning = self.components[i].phase == Phase::Turning;
        let failure = Failure { step, why: why.clone(), output: output.into() };
        self.components[i].failure.get_or_insert(failure);
        self.hold_dependents(i);
        self.get_stuck(i, why.clone());
        // It cannot go back itself; what its rollout says of others holds all the same.
        self.react_to_stuck(i, &why, turning);
    }

    /// How long to wait before the next look at a busy action: 1 s, doubling, at most 30 s; at most 5 s while somebody waits for what
    /// goes on; at most 1 s at a patch under a dead man's switch, which must be confirmed in time.
    pub(super) fn probe_after(&self, i: usize) -> Duration {
        let guarded = self.shape.nodes[i].guarded && self.step(i) == Step::Patch;
        let longest = match self.rules >= Rules::Eighth {
            true if guarded => 1,
            true if self.holds_still() => 5,
            _ => 30,
        };
        match self.components[i].busy {
            0 => Duration::ZERO,
            n => Duration::from_secs((1 << (n - 1).min(5)).min(longest)),
        }
    }

    /// Whether the current action of component `i` was found busy for longer than is waited for.
    pub(super) fn is_overdue(&self, i: usize) -> bool {
        let c = &self.components[i];
        let deadline = c.planned(&self.shape.nodes[i]).map_or_else(Default::default, |p| p.deadline);
        c.busy_for > BUSY_AT_LEAST.max(deadline.saturating_mul(2))
    }
}
