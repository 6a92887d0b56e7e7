//! Begins each step of a procedure: the provider's actions are passed on, the core's own (`own_steps`) are done here. Every
//! step answers applied, refused or unclear.

use super::ailing::Seen;
use super::fleet::Fleet;
use super::giving_back;
use super::hiding;
use super::secrets::Secrets;
use super::subject::{self, alias_of, provider_of};
use crate::model::PatchLevel;
use crate::plan::noun::{Change, Entry, Observed, Plan, Step, Verdict as PlanVerdict};
use crate::provider::{ProviderError, Session};
use crate::run::Baseline;
use crate::run::decide::Begin;
use crate::run::event::{ActionRef, Leg};
use crate::target::Targets;
use crate::world::failpoint;
use patchform_sdk::ended::millis;
use patchform_sdk::message::{Act, Action, Answer, Done, Probe, Probed, Reload, SnapshotRef, Verdict};
use patchform_sdk::pool::Pool;
use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Threads that wait for readings and checks at once: at least, and at most.
const THREADS: (usize, usize) = (64, 512);

/// Everything that steps are done with.
pub struct Tools {
    /// The plan that is followed.
    pub plan: Plan,
    /// The providers.
    pub fleet: Fleet,
    /// Connections, for checks.
    pub targets: Arc<Targets>,
    /// Values of sensitive variables.
    pub secrets: Secrets,
    /// The run's id.
    pub run: String,
    /// Set when nobody waits any more.
    pub cancelled: AtomicBool,
    /// Asks for a target alone when more is needed of it than the plan said.
    pub alone: Alone,
    /// What was found of members of services.
    pub seen: Seen,
}

/// Holds a target alone for the run from now on; says why that cannot be.
pub type Alone = Box<dyn Fn(&str) -> Result<(), String> + Send + Sync>;

/// Does steps without waiting for them.
pub struct Hands {
    /// What they are done with.
    pub tools: Arc<Tools>,
    pool: Pool,
    /// Ids of the actions that this controller began, where that matters: in a run with secrets, and of what moves traffic.
    own: Mutex<BTreeSet<String>>,
}

/// A snapshot that was not dropped.
pub struct NotDropped {
    /// Why.
    pub why: String,
    /// Whether it may be gone all the same: its provider does not promise that nothing was changed.
    pub may_be_gone: bool,
}

/// The provider's action for a step; `None` for the core's own steps.
pub fn action_of(step: Step) -> Option<Action> {
    Some(match step {
        Step::Fetch => Action::Fetch,
        Step::Drain => Action::Drain,
        Step::Snapshot => Action::Snapshot,
        Step::Backup => Action::Backup,
        Step::Patch => Action::Patch,
        Step::Reload => Action::Reload,
        Step::Undrain => Action::Undrain,
        Step::Uninstall => Action::Uninstall,
        Step::Restore => Action::Restore,
        Step::Gate
        | Step::Measure
        | Step::Block
        | Step::Unblock
        | Step::Verify
        | Step::Soak
        | Step::Commit => return None,
    })
}

impl Hands {
    /// Hands for one run.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn new(tools: Arc<Tools>) -> io::Result<Hands> {
        let pool = Pool::new(threads(&tools.plan), usize::MAX)?;
        Ok(Hands { tools, pool, own: Mutex::default() })
    }

    /// Begins a step; `answered` is called once, on another thread. Before, `found` is told of members of services that are asked
    /// how they are: what is ill of each that is, and of each that is well again.
    pub fn begin(
        &self,
        begin: &Begin,
        found: impl Fn(usize, Option<String>) + Send + Sync + 'static,
        answered: impl FnOnce(Answer) + Send + 'static,
    ) {
        let tools = &self.tools;
        let Some((entry, change)) = tools.changing(begin.action.component) else {
            return answered(Answer::refused("the plan does not change this component"));
        };
        if !tools.secrets.0.is_empty() || begin.step.moves_traffic() || begin.step.moves_customers() {
            self.own().insert(begin.action.id(&tools.run, begin.attempt));
        }
        if begin.step.moves_traffic() && entry.drain.is_some() {
            let (tools, begin) = (Arc::clone(tools), begin.clone());
            return self.work(move || {
                let answer = giving_back::of_answer(&begin, tools.direct(&begin));
                answered(hiding::answer(answer, &tools.secrets.mask()));
            });
        }
        match action_of(begin.step) {
            Some(action) => match (tools.act(begin, entry, change), tools.session(entry)) {
                (Ok(_), Ok(_)) if unforeseen(begin, change) || taken_again(begin) => {
                    let (tools, begin) = (Arc::clone(tools), begin.clone());
                    self.work(move || tools.look_and_act(&begin, action, answered));
                }
                (Ok(act), Ok(session)) => session.act(action, &act, due(&act), tools.passing_on(answered)),
                (Err(why), _) | (_, Err(why)) => answered(Answer::refused(why)),
            },
            // Nothing is waited for: no other thread is needed.
            None if begin.step == Step::Commit => answered(Answer::applied()),
            None => {
                let (tools, begin) = (Arc::clone(tools), begin.clone());
                self.work(move || {
                    let answer = giving_back::of_answer(&begin, tools.own_step(&begin, &found));
                    answered(hiding::answer(answer, &tools.secrets.mask()));
                });
            }
        }
    }

    /// Asks how far an unclear action came; `found` is called once, on another thread.
    pub fn probe(&self, begin: &Begin, found: impl FnOnce(Result<Probed, String>) + Send + 'static) {
        let tools = &self.tools;
        let drains = tools.changing(begin.action.component).is_some_and(|(entry, _)| entry.drain.is_some());
        let is_moved = begin.step.moves_traffic() && drains;
        if is_moved || begin.step.moves_customers() {
            let own = self.own().contains(&begin.action.id(&tools.run, begin.attempt));
            let foreign = is_moved && !tools.secrets.0.is_empty() && !own;
            let (tools, begin) = (Arc::clone(tools), begin.clone());
            return self.work(move || {
                let mask = tools.secrets.mask();
                let told = if is_moved { tools.directed(&begin) } else { tools.blocked(&begin) };
                let told =
                    giving_back::of_probe(&begin, told, own).map(|told| hiding::probed(told, &mask, foreign));
                found(told.map_err(|why| mask.apply(&why).into()));
            });
        }
        let id = begin.action.id(&tools.run, begin.attempt);
        let foreign = !tools.secrets.0.is_empty() && !self.own().contains(&id);
        let (tools, begin) = (Arc::clone(tools), begin.clone());
        self.work(move || {
            let mask = tools.secrets.mask();
            let told = tools.probed(&begin).map(|probed| hiding::probed(probed, &mask, foreign));
            found(told.map_err(|why| mask.apply(&why).into()));
        });
    }

    /// Reads a component; `read` is called once with the reading's digest, on another thread.
    pub fn read_back(&self, component: usize, read: impl FnOnce(Result<String, String>) + Send + 'static) {
        let tools = Arc::clone(&self.tools);
        self.work(move || {
            read(tools.plan.entries.get(component).map_or_else(
                || Err("the plan has no such component".into()),
                |entry| digest_of(&tools.observe(entry)),
            ));
        });
    }

    /// Asks the checks of a component that is watched; `found` is called once, on another thread.
    pub fn watch(&self, component: usize, baseline: Baseline, found: impl FnOnce(Verdict) + Send + 'static) {
        let tools = Arc::clone(&self.tools);
        self.work(move || {
            let answer =
                Answer::Applied(Done { verdict: Some(tools.look(component, &baseline)), ..Done::default() });
            match hiding::answer(answer, &tools.secrets.mask()) {
                Answer::Applied(Done { verdict: Some(verdict), .. }) => found(verdict),
                _ => found(Verdict::Inconclusive { why: "its checks gave no answer".into() }),
            }
        });
    }

    /// Asks a member of a service that was ill how it is; `found` is called once with what is ill of it, on another thread.
    pub fn ask(&self, component: usize, found: impl FnOnce(Option<String>) + Send + 'static) {
        let tools = Arc::clone(&self.tools);
        self.work(move || found(tools.ask_again(component)));
    }

    /// Asks the provider to stop an action if that is safe.
    pub fn cancel(&self, action: ActionRef, attempt: u32) {
        if let Some((entry, _)) = self.tools.changing(action.component)
            && let Ok(session) = self.tools.session(entry)
        {
            session.cancel(&action.id(&self.tools.run, attempt));
        }
        self.tools.cancel_traffic(action, attempt);
    }

    /// Whether a component's provider was started.
    pub fn reaches(&self, component: usize) -> bool {
        self.tools.plan.entries.get(component).is_some_and(|e| self.tools.session(e).is_ok())
    }

    /// Lets a snapshot go, and waits for that as long as `waits`. Why it is still there, where it is; nothing where nobody waits any more.
    pub fn drop_snapshot(
        &self,
        component: usize,
        token: u64,
        snapshot: SnapshotRef,
        waits: &mut dyn FnMut() -> bool,
    ) -> Option<Result<(), NotDropped>> {
        let not = |why: String, may_be_gone| {
            let why = self.tools.secrets.mask().apply(&why).into();
            Some(Err(NotDropped { why, may_be_gone }))
        };
        let answer = match self.begin_drop(component, token, snapshot) {
            Ok(answer) => answer,
            Err(why) => return not(why, false),
        };
        let answer = loop {
            match answer.recv_timeout(DROP_PAUSE) {
                Err(RecvTimeoutError::Timeout) if !waits() => return None,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break Err("the provider's session ended".to_string()),
                Ok(answer) => break answer.map_err(|error| error.to_string()),
            }
        };
        failpoint::pass("snapshot.dropped");
        match answer {
            Ok(Answer::Applied(_)) => Some(Ok(())),
            Ok(Answer::Refused { why, .. }) => not(why, false),
            Ok(Answer::Unclear { why, .. }) | Err(why) => not(why, true),
        }
    }

    fn begin_drop(
        &self,
        component: usize,
        token: u64,
        snapshot: SnapshotRef,
    ) -> Result<Receiver<Result<Answer, ProviderError>>, String> {
        let tools = &self.tools;
        let entry = tools.plan.entries.get(component).ok_or("the plan has no such component")?;
        let subject = subject::subject(entry, alias_of(&tools.plan, entry), &tools.secrets)
            .map_err(|e| e.to_string())?;
        let act = Act {
            // A drop that failed is tried again by the next holder of the lease, under another id: what answered the
            // first one would only say again how that ended.
            id: format!("{}.drop{token}.{}", tools.run, snapshot.id),
            token,
            deadline: millis(PROBE_DEADLINE),
            subject,
            level: None,
            expected: None,
            snapshot: Some(snapshot),
            reload: Reload::None,
            artifacts: Vec::new(),
            member: None,
        };
        let (answered, answer) = std::sync::mpsc::channel();
        failpoint::pass("snapshot.drop");
        tools.session(entry)?.act(Action::Drop, &act, PROBE_DEADLINE, move |reply| {
            let _ = answered.send(reply);
        });
        Ok(answer)
    }

    /// Lets checks end early: nobody waits for them any more.
    pub fn cancel_all(&self) {
        self.tools.cancelled.store(true, Ordering::Relaxed);
        self.tools.targets.end_questions();
    }

    fn own(&self) -> MutexGuard<'_, BTreeSet<String>> {
        // Nothing under this lock leaves a value half-changed.
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, job: impl FnOnce() + Send + 'static) {
        // The pool takes any number of jobs.
        let _ = self.pool.run(job);
    }
}

/// Whether a step touches more than its claims although the plan did not say so: a patch that asks for a reboot after all.
fn unforeseen(begin: &Begin, change: &Change) -> bool {
    begin.step == Step::Reload && begin.reload >= Reload::Reboot && !change.needs_target_alone()
}

/// Whether a snapshot is taken another time: what its gate saw may be long ago, or the journal an older copy of itself.
fn taken_again(begin: &Begin) -> bool {
    begin.step == Step::Snapshot && begin.action.leg == Leg::Forth && begin.attempt > 1
}

fn due(act: &Act) -> Duration {
    Duration::from_millis(act.deadline)
}

/// As many threads as steps may go on at once, within bounds: the time that a step has must not pass while it waits for
/// a thread. A thread is only started when it is needed.
fn threads(plan: &Plan) -> usize {
    let together = plan.rollouts.iter().fold(0, |sum: u64, rollout| sum.saturating_add(rollout.max_parallel));
    let together = usize::try_from(together).unwrap_or(usize::MAX);
    together.min(plan.changes().count()).clamp(THREADS.0, THREADS.1)
}

/// How often whoever waits for a drop is asked whether he still does.
const DROP_PAUSE: Duration = Duration::from_millis(100);
/// How long a probe may take.
pub(super) const PROBE_DEADLINE: Duration = Duration::from_secs(120);

/// The component whose action of `run` has this id; `None` for an id of another run or of no component's action.
pub fn component_of(run: &str, id: &str) -> Option<usize> {
    id.strip_prefix(run)?.strip_prefix('.')?.split('.').next()?.parse().ok()
}

/// An action that was not answered: whether it was ever sent decides between refused and unclear.
pub(super) fn unanswered(error: ProviderError) -> Answer {
    if error.nothing_was_done() {
        Answer::refused(error.to_string())
    } else {
        Answer::unclear(error.to_string())
    }
}

/// The digest of a reading, or why there is none.
///
/// # Errors
/// It could not be read, or was not.
pub fn digest_of(observed: &Observed) -> Result<String, String> {
    match observed {
        Observed::Unreachable { why } | Observed::Unsettled { why } => Err(why.clone()),
        other => other.identity().map(|i| i.digest.clone()).ok_or_else(|| "it was not read".into()),
    }
}

impl Tools {
    pub(super) fn changing(&self, component: usize) -> Option<(&Entry, &Change)> {
        let entry = self.plan.entries.get(component)?;
        match &entry.verdict {
            PlanVerdict::Change(change) => Some((entry, change)),
            _ => None,
        }
    }

    pub(super) fn session(&self, entry: &Entry) -> Result<&Session, String> {
        let name = provider_of(&self.plan, entry);
        self.fleet.session(name).ok_or_else(|| format!("provider `{name}` is not started"))
    }

    /// The request of an attempt.
    pub(super) fn act(&self, begin: &Begin, entry: &Entry, change: &Change) -> Result<Act, String> {
        let subject =
            subject::subject(entry, alias_of(&self.plan, entry), &self.secrets).map_err(|e| e.to_string())?;
        let deadline = begin.action.planned(&self.plan).map_or(PROBE_DEADLINE, |planned| planned.deadline);
        let goal = goal(begin, change);
        // A plan that takes a component away patches to "absent" by taking back just the patch.
        let expected = (begin.step == Step::Patch
            || (begin.step == Step::Uninstall && begin.action.leg == Leg::Forth))
            .then(|| begin.expected.clone().or_else(|| entry.observed.identity().map(|i| i.digest.clone())))
            .flatten();
        Ok(Act {
            id: begin.action.id(&self.run, begin.attempt),
            token: begin.token,
            deadline: millis(deadline),
            subject,
            level: goal.cloned().map(Into::into),
            expected,
            snapshot: match (begin.step, begin.action.leg) {
                (Step::Restore, Leg::Forth) => change.restore_from.clone(),
                (Step::Verify, Leg::Forth) => change.restore_from.clone().or_else(|| begin.snapshot.clone()),
                _ => begin.snapshot.clone(),
            },
            reload: begin.reload,
            artifacts: change.artifacts.clone(),
            member: None,
        })
    }

    /// How far an action of a provider came.
    ///
    /// # Errors
    /// Nobody can tell.
    fn probed(&self, begin: &Begin) -> Result<Probed, String> {
        let (entry, change) =
            self.changing(begin.action.component).ok_or("the plan does not change this component")?;
        let provider = provider_of(&self.plan, entry);
        if !self.fleet.can(provider, &entry.address.kind).probe {
            return Err(format!("provider `{provider}` cannot say how far an action came"));
        }
        let action = action_of(begin.step).ok_or("only a provider's action is probed")?;
        let (probe, session) = (Probe { action, act: self.act(begin, entry, change)? }, self.session(entry)?);
        asked_again(|| asked_how_far(session, &probe)).map_err(|error| error.to_string())
    }

    /// An answer goes on without its secrets.
    fn passing_on(
        &self,
        answered: impl FnOnce(Answer) + Send + 'static,
    ) -> impl FnOnce(Result<Answer, ProviderError>) + Send + 'static {
        let mask = self.secrets.mask();
        move |reply| answered(hiding::answer(reply.unwrap_or_else(unanswered), &mask))
    }

    /// Acts where what the step needs beyond its gate is so.
    fn look_and_act(&self, begin: &Begin, action: Action, answered: impl FnOnce(Answer) + Send + 'static) {
        let Some((entry, change)) = self.changing(begin.action.component) else {
            return answered(Answer::refused("the plan does not change this component"));
        };
        let allowed = if taken_again(begin) { self.unchanged(begin, entry) } else { self.has_alone(entry) };
        match allowed.and_then(|()| Ok((self.act(begin, entry, change)?, self.session(entry)?))) {
            Ok((act, session)) => session.act(action, &act, due(&act), self.passing_on(answered)),
            Err(why) => answered(Answer::refused(why)),
        }
    }

    /// Whether the run holds the target alone: other runs may be at work there.
    fn has_alone(&self, entry: &Entry) -> Result<(), String> {
        let target = entry.observed.identity().map_or("", |i| i.target.as_str());
        (self.alone)(target)
            .map_err(|why| format!("it needs a reboot, which the plan did not foresee, and {why}"))
    }

    pub(super) fn observe(&self, entry: &Entry) -> Observed {
        let mut observed = self.try_observe(entry).unwrap_or_else(|why| Observed::Unreachable { why });
        if let Observed::Unreachable { why } | Observed::Unsettled { why } = &mut observed {
            self.secrets.mask().hide(why);
        }
        observed
    }

    fn try_observe(&self, entry: &Entry) -> Result<Observed, String> {
        let level = subject::level_of(entry);
        let desired = subject::desired(entry, alias_of(&self.plan, entry), &level, &self.secrets);
        let desired = desired.map_err(|e| e.to_string())?;
        let session = self.session(entry)?;
        let readings = asked_again(|| session.read(std::slice::from_ref(&desired)));
        let readings = readings.map_err(|e| e.to_string())?;
        readings.into_iter().next().map(Observed::from).ok_or_else(|| "the provider gave no reading".into())
    }
}

/// A question has no effect: a provider that died over it is asked once more.
pub(super) fn asked_again<T>(ask: impl Fn() -> Result<T, ProviderError>) -> Result<T, ProviderError> {
    match ask() {
        Err(ProviderError::Died { .. }) => ask(),
        answered => answered,
    }
}

/// Probes, and waits for the answer.
pub(super) fn asked_how_far(session: &Session, probe: &Probe) -> Result<Probed, ProviderError> {
    let (answered, answer) = std::sync::mpsc::channel();
    session.probe(probe, PROBE_DEADLINE, move |reply| {
        let _ = answered.send(reply);
    });
    let ended = || ProviderError::ShutDown { provider: session.name().into(), method: "probe".into() };
    answer.recv().unwrap_or_else(|_| Err(ended()))
}

/// The level that a leg works towards; `None` when the component is to be absent.
pub(super) fn goal<'a>(begin: &Begin, change: &'a Change) -> Option<&'a PatchLevel> {
    match begin.action.leg {
        Leg::Forth => change.to.as_ref(),
        Leg::Back => change.from.as_ref(),
    }
}

#[cfg(test)]
mod tests;
