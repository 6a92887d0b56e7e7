//! What a person steers a run by while it goes on: how far its waves are, which budgets are left, when its hours close, what is
//! at work. A pure function of the plan, the run and the time; the screen, plain lines and JSON only tell it.

mod hours;
mod json;
mod panel;
#[cfg(test)]
mod tests;
mod turns;
mod waves;

pub use hours::Hours;
pub use json::line;
pub use panel::{Notes, panel, told};
pub use turns::{Turn, Turns};
pub use waves::{Split, Wave, Waves};

use super::reason::{name, rollout_name};
use super::run_standing::{Times, stands};
use super::run_view::Stands;
use crate::model::Moment;
use crate::plan::Plan;
use crate::plan::noun::Step;
use crate::run::Run;
use crate::run::event::{ActionRef, Leg};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How a run stands while it goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Gauges<'a> {
    /// Its plan.
    pub plan: &'a Plan,
    /// Its id.
    pub run: &'a str,
    /// Where it is headed.
    pub course: Course,
    /// How many components stand how; of those that the plan changes.
    pub counts: BTreeMap<Stands, usize>,
    /// What goes in more than one wave, where it is not all settled.
    pub waves: Vec<Waves>,
    /// The failures that rollouts allow.
    pub budgets: Vec<Budget>,
    /// The services of which something changes.
    pub services: Vec<Available>,
    /// The hours of what has not begun.
    pub hours: Vec<Hours<'a>>,
    /// What is at work, longest first; what is only watched comes last.
    pub going: Vec<Going>,
    /// What stands between two of its steps, and how that is felt: worst first.
    pub between: Vec<(usize, &'static str)>,
    /// How long the run goes on.
    pub elapsed: Duration,
    /// Now.
    pub now: Moment,
}

/// Where a run is headed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Course {
    /// On.
    Forth,
    /// Nothing new begins until a person says so.
    Paused,
    /// What is running ends, then the run stops.
    Stopping,
    /// Something failed at which it halts, and why.
    Halting(String),
    /// Everything goes back.
    Back,
    /// It ends as it stands.
    Abandoned,
}

/// The failures that a rollout allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// The rollout, as messages call it.
    pub rollout: String,
    /// How many there were, as far as they count.
    pub used: u64,
    /// At so many nothing more begins.
    pub most: u64,
}

/// What of a service is available.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Available {
    /// The service.
    pub name: String,
    /// All of its members.
    pub members: usize,
    /// How many of them serve now.
    pub up: usize,
    /// How many have to.
    pub least: u64,
    /// How many more may be away.
    pub spare: u64,
    /// Members that were found ill while it went on, as messages call them.
    pub ill: Vec<String>,
}

/// Something that is at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Going {
    /// Index into the plan's entries.
    pub entry: usize,
    /// Which way.
    pub leg: Leg,
    /// What is being done.
    pub step: Step,
    /// How long.
    pub spent: Duration,
    /// How long it is expected to take.
    pub expected: Duration,
    /// How much of its soak is left, where it is watched.
    pub left: Option<Duration>,
}

impl<'a> Gauges<'a> {
    /// Those of `run` of `plan`, which began at `started` and whose events `times` has seen.
    pub fn of(plan: &'a Plan, run: &'a Run, times: &Times, started: Moment, now: Moment) -> Gauges<'a> {
        let standing: Vec<Stands> = (0..run.len()).map(|i| stands(&run.standing(i))).collect();
        let mut counts = BTreeMap::new();
        for s in standing.iter().filter(|s| **s != Stands::Unchanged) {
            *counts.entry(*s).or_insert(0) += 1;
        }
        let going = going(plan, run, times, &standing, now);
        Gauges {
            plan,
            run: run.id(),
            course: course(run),
            counts,
            waves: waves::waves(plan, run, &standing, &going),
            budgets: budgets(plan, run),
            services: services(plan, run),
            hours: hours::hours(plan, &standing, now),
            between: between(run, &standing, &going),
            going,
            elapsed: times.elapsed(started, now),
            now,
        }
    }
}

/// Nobody works on them while a run is paused or has stopped, and customers may miss them.
fn between(run: &Run, standing: &[Stands], going: &[Going]) -> Vec<(usize, &'static str)> {
    let felt = |i: usize| {
        if run.is_blocked(i) {
            Some((0, "keeps customers out"))
        } else if run.is_drained(i) {
            Some((1, "has no traffic"))
        } else {
            run.is_changed(i).then_some((2, "is changed and not verified"))
        }
    };
    let is_between = |i: &usize| {
        matches!(standing[*i], Stands::Forward | Stands::GoingBack) && going.iter().all(|g| g.entry != *i)
    };
    let found = (0..standing.len()).filter(is_between);
    let mut found: Vec<_> = found.filter_map(|i| felt(i).map(|(rank, how)| (rank, i, how))).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, i, how)| (i, how)).collect()
}

fn course(run: &Run) -> Course {
    match run.halt() {
        _ if run.is_abandoned() => Course::Abandoned,
        _ if run.is_stopping() => Course::Stopping,
        Some(halt) => Course::Halting(format!("{}: {}", halt.step.name(), halt.why)),
        None if run.is_paused() => Course::Paused,
        None if run.is_taking_back() => Course::Back,
        None => Course::Forth,
    }
}

fn budgets(plan: &Plan, run: &Run) -> Vec<Budget> {
    let used: BTreeSet<usize> = plan.changes().map(|(_, entry, _)| entry.rollout).collect();
    let budget = |k: usize| {
        let rollout = plan.rollouts.get(k)?;
        let (most, left) = (rollout.pace.max_failures?, run.failures_left(k)?);
        Some(Budget { rollout: rollout_name(&rollout.name), used: most.saturating_sub(left), most })
    };
    used.into_iter().filter_map(budget).collect()
}

fn services(plan: &Plan, run: &Run) -> Vec<Available> {
    let touched = plan.services.iter().enumerate().filter(|(_, service)| plan.changes_any(service));
    let available = |(k, service): (usize, &crate::config::checked::Service)| Available {
        name: service.address(),
        members: service.members.len(),
        up: service.members.len().saturating_sub(run.away(k)),
        least: service.least,
        spare: run.room(k),
        ill: service.members.iter().filter(|i| run.ailing(**i).is_some()).map(|i| name(plan, *i)).collect(),
    };
    touched.map(available).collect()
}

fn going(plan: &Plan, run: &Run, times: &Times, standing: &[Stands], now: Moment) -> Vec<Going> {
    let at_work = |(i, s): (usize, &Stands)| match s {
        Stands::Forward | Stands::GoingBack => one(plan, run, times, i, now),
        _ => None,
    };
    let mut going: Vec<Going> = standing.iter().enumerate().filter_map(at_work).collect();
    going.sort_by_key(|g| (g.left, std::cmp::Reverse(g.spent), g.entry));
    going
}

fn one(plan: &Plan, run: &Run, times: &Times, entry: usize, now: Moment) -> Option<Going> {
    let (action, step) = run.current(entry)?;
    let expected = expected(plan, action);
    if let Some(left) = run.soak_left(entry) {
        // The run knows it as it was when its checks were asked last.
        let left = left.saturating_sub(times.quiet(entry, now));
        let spent = expected.saturating_sub(left);
        return Some(Going { entry, leg: Leg::Forth, step: Step::Soak, spent, expected, left: Some(left) });
    }
    let begun = matches!(
        run.action(action),
        crate::run::ActionStanding::Intended | crate::run::ActionStanding::Unclear { .. }
    );
    let spent = times.working(entry, now);
    begun.then_some(Going { entry, leg: action.leg, step, spent, expected, left: None })
}

/// How long an action is expected to take: forth with what earlier runs have taught, except a soak, which is as long as it is.
fn expected(plan: &Plan, action: ActionRef) -> Duration {
    let (Some(planned), Some(change)) = (action.planned(plan), plan.change(action.component)) else {
        return Duration::ZERO;
    };
    match action.leg {
        Leg::Forth if planned.action != Step::Soak => change.learned(planned.expected),
        _ => planned.expected,
    }
}
