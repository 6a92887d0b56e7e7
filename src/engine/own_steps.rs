//! The core's own steps: the gate before a component is touched, its health before and after, and whether it reads as it should.

use super::ailing::Found;
use super::health::{self, Look};
use super::perform::{Tools, asked_again, digest_of, goal};
use super::subject::provider_of;
use crate::model::PatchLevel;
use crate::plan::levels;
use crate::plan::noun::{Change, Entry, Observed, Step};
use crate::policy;
use crate::provider::{ProviderError, Session};
use crate::report::pending::needed;
use crate::run::Baseline;
use crate::run::CHANGED_SINCE;
use crate::run::decide::Begin;
use crate::world::clock;
use patchform_sdk::message::{Act, Action, Answer, Done, Reload, Verdict};
use std::time::Duration;

impl Tools {
    /// Does one of the core's own steps. `found` is told how other members of its services are.
    pub(super) fn own_step(&self, begin: &Begin, found: Found<'_>) -> Answer {
        let Some((entry, change)) = self.changing(begin.action.component) else {
            return Answer::refused("the plan does not change this component");
        };
        match begin.step {
            Step::Gate => self.gate(begin, entry, change, found),
            Step::Measure => self.measure(entry),
            Step::Block => self.block(begin, entry),
            Step::Unblock => self.unblock(begin, entry),
            Step::Verify => self.verify(begin, entry, change),
            _ => Answer::applied(),
        }
    }

    /// Asks how the others of its services are, whether the policy lets it begin, and whether it is still what the plan was made for,
    /// in the part that it plays, too. Whether its services can spare it, the run knows.
    fn gate(&self, begin: &Begin, entry: &Entry, change: &Change, found: Found<'_>) -> Answer {
        let subject = policy::Subject { entry, change, next: begin.action.index };
        let judged = || match policy::judge(subject, (&self.plan).into(), clock::now()) {
            policy::Verdict::Pass => Ok(()),
            policy::Verdict::WaitUntil(_, why) | policy::Verdict::Refuse(why) => Err(why),
        };
        // Others may take long to answer: what is told after that holds.
        let asked = || {
            self.ask_members(&begin.asks, found);
            judged().and_then(|()| self.unchanged(begin, entry)).and_then(|()| self.in_role(entry))
        };
        judged().and_then(|()| asked()).map_or_else(Answer::refused, |()| Answer::applied())
    }

    /// Whether the component still reads as the plan says, or as this run left it.
    ///
    /// # Errors
    /// What is there now, or why it cannot be read.
    pub(super) fn unchanged(&self, begin: &Begin, entry: &Entry) -> Result<(), String> {
        let now = self.observe(entry);
        let digest = digest_of(&now).map_err(|why| format!("it cannot be read any more: {why}"))?;
        let expected = begin.expected.as_ref().or(entry.observed.identity().map(|i| &i.digest));
        if expected.is_none_or(|expected| *expected == digest) {
            return Ok(());
        }
        let now = now.level().map_or_else(|| "is absent".into(), |level| format!("stands at {level}"));
        Err(format!("{CHANGED_SINCE}, and {now}; make a new plan"))
    }

    /// Health before the patch: what is ill already is not started.
    fn measure(&self, entry: &Entry) -> Answer {
        self.health(entry, &Look::Before).answer(None)
    }

    /// Health of a component that is watched.
    pub(super) fn look(&self, component: usize, baseline: &Baseline) -> Verdict {
        let entry = self.plan.entries.get(component);
        let found = entry.and_then(|entry| self.health(entry, &Look::Glance(baseline)).verdict);
        found.unwrap_or(Verdict::Healthy)
    }

    /// The reading and the checks must agree with what this leg works towards.
    fn verify(&self, begin: &Begin, entry: &Entry, change: &Change) -> Answer {
        let goal = goal(begin, change);
        let observed = self.observe(entry);
        let digest = digest_of(&observed).ok();
        let ill = differs(&observed, goal).or_else(|| self.provider_finds(begin, entry, change));
        match ill {
            None if goal.is_some() => self.health(entry, &Look::After(&begin.baseline)).answer(digest),
            verdict => health::Found { verdict, ailments: Vec::new() }.answer(digest),
        }
    }

    /// What the provider's own `verify` complains about.
    fn provider_finds(&self, begin: &Begin, entry: &Entry, change: &Change) -> Option<Verdict> {
        let provider = provider_of(&self.plan, entry);
        if !self.fleet.can(provider, &entry.address.kind).verify || goal(begin, change).is_none() {
            return None;
        }
        let ill = |why: String| Some(Verdict::Ill { why });
        let (act, session) = match (self.act(begin, entry, change), self.session(entry)) {
            (Ok(act), Ok(session)) => (act, session),
            (Err(why), _) | (_, Err(why)) => return ill(why),
        };
        match asked_again(|| asked(session, Action::Verify, &act)) {
            Ok(Answer::Applied(Done { verdict: None | Some(Verdict::Healthy), .. })) => None,
            Ok(Answer::Applied(Done { verdict, .. })) => verdict,
            Ok(Answer::Refused { why, .. } | Answer::Unclear { why, .. }) => ill(why),
            // Nobody has said that anything is wrong.
            Err(error @ (ProviderError::Died { .. } | ProviderError::GaveUp { .. })) => {
                Some(Verdict::Inconclusive { why: error.to_string() })
            }
            Err(error) => ill(error.to_string()),
        }
    }
}

/// Asks the provider to act, and waits for its answer.
pub(super) fn asked(session: &Session, action: Action, act: &Act) -> Result<Answer, ProviderError> {
    let (answered, answer) = std::sync::mpsc::channel();
    session.act(action, act, Duration::from_millis(act.deadline), move |reply| {
        let _ = answered.send(reply);
    });
    let ended = || ProviderError::ShutDown { provider: session.name().into(), method: action.name().into() };
    answer.recv().unwrap_or_else(|_| Err(ended()))
}

/// How a reading differs from the goal, if it does.
fn differs(observed: &Observed, goal: Option<&PatchLevel>) -> Option<Verdict> {
    let ill = |why: String| Some(Verdict::Ill { why });
    match (observed, goal) {
        (Observed::NotRead, _) => ill("it was not read".into()),
        (Observed::Unreachable { why } | Observed::Unsettled { why }, _) => {
            Some(Verdict::Ill { why: format!("it cannot be read: {why}") })
        }
        (Observed::Absent(_), None) => None,
        (Observed::Absent(_), Some(goal)) => ill(format!("it is not there, {goal} was expected")),
        (Observed::Present { level, .. }, None) => ill(format!("it is still there, at {level}")),
        (Observed::Present { level, running, pending, pending_by, .. }, Some(goal)) => {
            let now = levels::managed(level, Some(goal));
            if now != *goal {
                return ill(format!("it reads {now}, {goal} was expected"));
            }
            match (running, pending) {
                (Some(running), _) if levels::managed(running, Some(goal)) != *goal => {
                    ill(format!("{goal} is installed, but {running} is running"))
                }
                (_, Reload::None) => None,
                (_, pending) => {
                    ill(format!("{goal} is installed, but still needs {}", needed(*pending, pending_by)))
                }
            }
        }
    }
}
