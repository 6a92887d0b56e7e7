//! Where a run and its components stand, from the fold of its journal.

use super::reason::{name, rollout_name};
use super::run_view::{Ended, RunView, Settled, Stands};
use super::steady::Steady;
use super::under_way::under_way;
use crate::calendar::Interval;
use crate::config::checked::Service;
use crate::model::Moment;
use crate::model::mask::HIDDEN;
use crate::plan::downtime::leaves;
use crate::plan::noun::{Change, Plan, Step};
use crate::plan::room;
use crate::run::event::{ActionRef, Event, Leg, What};
use crate::run::{
    ASTRAY, ActionStanding, Ending, Failure, Hold, Left, Outages, Rejections, Run, Seen, Standing, Stored,
    outcome,
};
use crate::state::owed::steps;
use patchform_sdk::message::{Answer, Probed, Reload, Verdict as Verified};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// When components were worked on, as events tell it, and what they said that the fold does not keep.
#[derive(Debug, Clone, Default)]
pub struct Times {
    of: BTreeMap<usize, (Moment, Moment)>,
    /// When the last step of each began, as the clock said and by one that nobody sets.
    begun: BTreeMap<usize, (Moment, Moment, Step)>,
    /// Whose traffic was taken away.
    drained: BTreeSet<usize>,
    /// Since when components are away, and how long they were before.
    away: BTreeMap<usize, Moment>,
    was_away: BTreeMap<usize, Vec<Interval>>,
    /// When nobody drove the run, as the journal shows it: what a person took to look at it is not what it took.
    rests: Vec<Interval>,
    last: Option<Moment>,
    /// What the last step of a component printed that failed on its way back.
    printed: BTreeMap<usize, String>,
    clock: Steady,
    /// What was seen of services from outside, by their indices.
    seen: BTreeMap<usize, Seen>,
}

impl Times {
    /// What a step back printed that failed, or that was found to have ended so.
    fn see_printed(&mut self, what: &What) {
        let (action, output) = match what {
            What::Fact { action, answer: Answer::Applied(_), .. } => (action, None),
            What::Fact {
                action,
                answer: Answer::Refused { output, .. } | Answer::Unclear { output, .. },
                ..
            } => (action, Some(output)),
            What::Probe { action, found: Ok(Probed::After(_)), .. } => (action, None),
            What::Probe { action, found: Ok(found), .. } => match found.ended() {
                Some(ended) => (action, Some(&ended.output)),
                None => return,
            },
            _ => return,
        };
        match output {
            _ if action.leg == Leg::Forth => {}
            None => drop(self.printed.remove(&action.component)),
            Some(output) => drop(self.printed.insert(action.component, output.clone())),
        }
    }

    /// Takes an event in.
    pub fn see(&mut self, event: &Event) {
        self.clock.see(event);
        let at = self.steady(event.at);
        if let (What::Taken { .. }, Some(last)) = (&event.what, self.last) {
            self.rests.push(Interval { from: last, until: at });
            self.seen.values_mut().for_each(|seen| seen.lost(last, at));
        }
        self.last = Some(at);
        if let What::Seen { service, sight, took } = &event.what {
            self.seen.entry(*service).or_default().turn(at, sight, *took);
        }
        if let What::Intent { action, step, .. } = event.what {
            self.begun.insert(action.component, (event.at, at, step));
        }
        self.see_away(event);
        self.see_printed(&event.what);
        // Who waited at its gate begins when it comes there again.
        if let What::Intent { action: ActionRef { component, leg: Leg::Forth, index: 0 }, .. } = &event.what {
            self.of.remove(component);
        }
        if let Some(i) = event.what.component() {
            self.of.entry(i).or_insert((at, at)).1 = at;
        }
    }
}

impl Times {
    /// What was seen of a service from outside until then; `None` where nobody asked.
    pub fn outages(&self, service: usize, until: Moment) -> Option<Outages> {
        Some(self.seen.get(&service)?.outages(self.steady(until)))
    }

    /// A component is away from its patch or drain on until it is verified, or read after it went back, and has its traffic; and not
    /// at all where the first of these was refused.
    fn see_away(&mut self, event: &Event) {
        let at = self.steady(event.at);
        let is_at = |i: usize, wanted: Step| self.begun.get(&i).is_some_and(|(_, _, step)| *step == wanted);
        let began = |i: usize| Some(self.begun.get(&i)?.1);
        let gives_back = match &event.what {
            What::Fact { action, answer: Answer::Applied(_), .. }
                if is_at(action.component, Step::Undrain) =>
            {
                true
            }
            What::Fact { action, answer: Answer::Refused { .. }, .. } => is_at(action.component, Step::Drain),
            _ => false,
        };
        match &event.what {
            What::Intent { action, step: Step::Drain, .. } => drop(self.drained.insert(action.component)),
            What::Fact { action, .. } if gives_back => drop(self.drained.remove(&action.component)),
            _ => {}
        }
        let verifies = |i: usize| is_at(i, Step::Verify);
        let back = match &event.what {
            What::Intent { action, step, .. } if leaves(*step) => {
                self.away.entry(action.component).or_insert(at);
                None
            }
            What::Fact { action, answer: Answer::Applied(done), .. } if verifies(action.component) => {
                let (i, healthy) = (action.component, done.verdict == Some(Verified::Healthy));
                (healthy && !self.drained.contains(&i)).then_some(i)
            }
            What::Fact { action, answer: Answer::Applied(_), .. } => {
                Some(action.component).filter(|_| gives_back)
            }
            What::Fact { action, answer: Answer::Refused { .. }, .. } => {
                Some(action.component).filter(|i| self.away.get(i).copied() == began(*i))
            }
            What::Read { component, .. } => Some(*component).filter(|i| !self.drained.contains(i)),
            _ => None,
        };
        if let Some((component, since)) = back.and_then(|i| Some((i, self.away.remove(&i)?))) {
            self.was_away.entry(component).or_default().push(Interval { from: since, until: at });
        }
    }

    /// How long a component was away until then, by the clock that nobody sets; `None` where it never was.
    fn away(&self, component: usize, until: Moment) -> Option<Duration> {
        let lengths = self.intervals(component, until).map(|away| away.length());
        lengths.reduce(Duration::saturating_add)
    }

    /// When a component was away until then.
    fn intervals(&self, component: usize, until: Moment) -> impl Iterator<Item = Interval> {
        let open = self.away.get(&component).map(|since| Interval { from: *since, until });
        self.was_away.get(&component).into_iter().flatten().copied().chain(open)
    }

    /// How long a service was down until then since members of it were worked on: fewer were available than it needs.
    pub fn down(&self, plan: &Plan, service: &Service, until: Moment) -> Duration {
        let until = self.steady(until);
        let serves = |i: &&usize| plan.entries.get(**i).is_some_and(room::serves);
        let serving = service.members.iter().filter(serves).count() as u64;
        let needed = serving.saturating_sub(service.floor()).saturating_add(1);
        let mut turns: Vec<(Moment, bool)> = Vec::new();
        for i in service.members.iter().filter(serves) {
            for away in self.intervals(*i, until) {
                turns.extend([(away.from, true), (away.until, false)]);
            }
        }
        // Who comes back at the moment at which another one leaves has come back.
        turns.sort_unstable();
        let (mut away, mut since, mut down) = (0u64, None, Duration::ZERO);
        for (at, leaves) in turns {
            away = if leaves { away + 1 } else { away.saturating_sub(1) };
            match since {
                None if away >= needed => since = Some(at),
                Some(from) if away < needed => {
                    down = down.saturating_add(at.since(from));
                    since = None;
                }
                _ => {}
            }
        }
        down
    }

    /// When the last step of a component began.
    pub fn begun(&self, component: usize) -> Option<Moment> {
        self.begun.get(&component).map(|(at, ..)| *at)
    }

    /// A moment by a clock that nobody sets.
    pub fn steady(&self, at: Moment) -> Moment {
        self.clock.at(at)
    }

    /// How long the last step of a component goes on by now.
    pub fn working(&self, component: usize, now: Moment) -> Duration {
        self.begun.get(&component).map_or(Duration::ZERO, |(_, at, _)| self.steady(now).since(*at))
    }

    /// How long nothing was heard of a component by now.
    pub fn quiet(&self, component: usize, now: Moment) -> Duration {
        self.of.get(&component).map_or(Duration::ZERO, |(_, last)| self.steady(now).since(*last))
    }

    /// How long a run that began at `started` was driven by now.
    pub fn elapsed(&self, started: Moment, now: Moment) -> Duration {
        self.driven(started, self.steady(now))
    }

    fn driven(&self, from: Moment, until: Moment) -> Duration {
        let rested = self.rests.iter().map(|rest| rest.until.min(until).since(rest.from.max(from)));
        until.since(from).saturating_sub(rested.sum())
    }
}

/// A run that was driven from `started` to `finished`.
pub fn view(plan: &Plan, run: &Run, times: &Times, started: Moment, finished: Moment) -> RunView {
    let outcome = outcome(run);
    let rejections = Rejections::of(plan, run);
    RunView {
        id: run.id().into(),
        ended: match outcome.ending {
            Ending::Complete if plan.leaves_out() => Ended::Incomplete,
            Ending::Complete => Ended::Complete,
            Ending::Incomplete => Ended::Incomplete,
            Ending::Restored => Ended::Restored,
            Ending::Halted => Ended::Halted,
            Ending::Stuck => Ended::Stuck,
        },
        started,
        finished,
        took: times.elapsed(started, finished),
        why: run.stopped().unwrap_or_default().into(),
        over: run.is_finished(),
        taking_back: run.is_taking_back(),
        lacks: false,
        components: plan
            .changes()
            .map(|(i, ..)| settled(rejections, times, i, finished, &outcome.left))
            .collect(),
        down: plan.services.iter().map(|service| times.down(plan, service, finished)).collect(),
        outages: (0..plan.services.len()).map(|service| times.outages(service, finished)).collect(),
    }
}

fn settled(rejections: Rejections, times: &Times, i: usize, until: Moment, left: &[Left]) -> Settled {
    let Rejections { plan, run, .. } = rejections;
    let (stands, why) = told(plan, run, i);
    let failure = run.failure(i);
    let why = if why.is_empty() { failure.map_or(String::new(), |f| f.why.clone()) } else { why };
    let left = left.iter().filter(|l| l.component == i);
    let reached = run.has_reached(i) || run.awaits_release(i);
    let stored = run.snapshots(i).iter().rev().find(|s| s.done);
    Settled {
        entry: i,
        stands,
        why,
        failed_at: failure.map(|f| f.step),
        failed_why: failure.map_or(String::new(), |f| f.why.clone()),
        output: failure.map_or(String::new(), |f| f.output.clone()),
        cause: cause(plan, run, i).unwrap_or_default(),
        printed: times.printed.get(&i).cloned().unwrap_or_default(),
        under: run.stuck_under(i),
        abandoned: run.is_left_standing(i),
        reached,
        put_back: run.is_put_back(i),
        held_back: matches!(
            run.standing(i),
            Standing::Held { why: Hold::Budget | Hold::Canary | Hold::Service(_), .. }
        ),
        tried: run.was_tried(i) || may_be_changing(run, i),
        rejected: !rejections.levels(i).is_empty(),
        away: times.away(i, times.steady(until)),
        outlasting: run.outlasting(i).map(|(action, attempt)| action.id(run.id(), attempt)),
        still_away: times.away.contains_key(&i),
        took: times.of.get(&i).map(|(from, to)| times.driven(*from, *to)),
        left: under_way(plan, run, times, i)
            .into_iter()
            .chain(left.flat_map(|left| left_behind(left, run.is_put_back(i), run.awaits_release(i))))
            .chain(run.owed(i).map(|undone| still_owed(run.is_half(i, was_half(plan, i)), undone.reload)))
            .collect(),
        snapshot: stored.map(|s| s.id.clone()),
        kept: stored.map_or(String::new(), kept),
        by_hand: match plan.change(i) {
            Some(change) if run.stuck_under(i).is_some() || matches!(run.standing(i), Standing::Stuck(_)) => {
                typed_back(change, stored, run)
            }
            _ => BTreeMap::new(),
        },
    }
}

/// What a person types for each step of the way back of which its provider said so.
fn typed_back(change: &Change, stored: Option<&Stored>, run: &Run) -> BTreeMap<Step, String> {
    let before = change.from.as_ref().map_or(String::new(), ToString::to_string);
    let restore = stored.and_then(|stored| stored.made.as_ref()?.by_hand.as_ref());
    let told = |step: Step| match step {
        Step::Restore => restore,
        step => change.preview.by_hand.get(step.name()),
    };
    let steps = change.back.iter().map(|planned| planned.action);
    steps.filter_map(|step| Some((step, told(step)?.typed(&before, run.token(), HIDDEN)))).collect()
}

/// Whether what was begun there and has not answered may have changed it.
pub fn may_be_changing(run: &Run, i: usize) -> bool {
    run.current(i).is_some_and(|(action, step)| {
        matches!(step, Step::Patch | Step::Reload | Step::Restore | Step::Uninstall)
            && matches!(run.action(action), ActionStanding::Intended | ActionStanding::Unclear { .. })
    })
}

/// Where a snapshot is, else what its provider calls it: its id is known to patchform only.
pub fn kept(stored: &Stored) -> String {
    let Some(made) = &stored.made else { return String::new() };
    match &made.token {
        _ if !made.place.is_empty() => format!("at {}", made.place),
        Json::Null => String::new(),
        Json::String(text) => format!("token {text}"),
        other => format!("token {other}"),
    }
}

/// Where a component stands.
pub fn stands(standing: &Standing) -> Stands {
    match standing {
        Standing::Unchanged => Stands::Unchanged,
        Standing::Untouched => Stands::Untouched,
        Standing::Forward => Stands::Forward,
        Standing::Committed => Stands::Committed,
        Standing::GoingBack => Stands::GoingBack,
        Standing::Restored => Stands::Restored,
        Standing::Stuck(_) => Stands::Stuck,
        Standing::Skipped(_) => Stands::Skipped,
        Standing::Held { .. } => Stands::Held,
    }
}

/// What went wrong first with a component that goes back, went back or is stuck.
fn cause(plan: &Plan, run: &Run, i: usize) -> Option<String> {
    let back = matches!(run.standing(i), Standing::GoingBack | Standing::Restored | Standing::Stuck(_));
    let back = back || run.is_kept(i);
    let told = |failure: &Failure| format!("{} failed: {}", failure.step.name(), failure.why);
    match (run.back_for(i).filter(|by| *by != i), run.failure(i)) {
        _ if !back => None,
        (_, Some(failure)) => Some(told(failure)),
        (Some(by), None) => {
            let why = run.failure(by).map_or_else(String::new, |f| format!(": {}", told(f)));
            // It had to go back, and could not.
            let went = if run.standing(i) == Standing::Restored { "it went" } else { "it was to go" };
            Some(format!("{went} back because of {}{why}", name(plan, by)))
        }
        (None, None) => run.is_taking_back().then(|| "a person asked to take the run back".into()),
    }
}

fn told(plan: &Plan, run: &Run, i: usize) -> (Stands, String) {
    let standing = &run.standing(i);
    let why = match standing {
        Standing::Stuck(_) | Standing::Committed if let Some(by) = run.stuck_under(i) => {
            let could = if run.is_kept(by) { "could not" } else { "could not be restored" };
            let astray = if run.is_astray(i) { format!("; and {ASTRAY}") } else { String::new() };
            format!("{} has to go back first, and {could}{astray}", name(plan, by))
        }
        Standing::Stuck(why) => why.clone(),
        Standing::Skipped(why) => why.why(),
        Standing::GoingBack => run
            .stays_away(i)
            .map_or(String::new(), |skip| format!("{}; what uses it comes back first", skip.why())),
        Standing::Held { by, why } => held(plan, run, i, *by, *why),
        _ => String::new(),
    };
    (stands(standing), why)
}

fn held(plan: &Plan, run: &Run, i: usize, by: usize, why: Hold) -> String {
    let ill = run.ailing(by).map_or(String::new(), |ill| format!(" ({ill})"));
    let (by, name_of_it) = (name(plan, by), name(plan, i));
    let rollout = || plan.entries.get(i).and_then(|e| plan.rollouts.get(e.rollout)).map_or("", |r| &r.name);
    match why {
        Hold::StandsOn => format!("waits for {by}"),
        Hold::Budget => format!("{} allows no more failures after that of {by}", rollout_name(rollout())),
        Hold::Canary => format!("its canary {by} was not committed"),
        Hold::Service(k) => {
            let (name, least) =
                plan.services.get(k).map_or_else(Default::default, |s| (s.address(), s.least));
            let others = if by == name_of_it { String::new() } else { format!(", and {by} is not{ill}") };
            format!("{name} keeps {least} of its members available{others}")
        }
    }
}

fn left_behind(left: &Left, put_back: bool, verified: bool) -> Vec<String> {
    let drained = left.drained.then(|| "traffic may still be away from it".to_string());
    let blocked = left.blocked.then(|| "customers may still be kept out of it".to_string());
    // What was found well where it was to come to is nothing that was left.
    let changed = (left.changed && !verified).then(|| match put_back {
        true => "it reads as before the run, but nobody made sure that this is in force".to_string(),
        false => "it may differ from what was read before the run".to_string(),
    });
    drained.into_iter().chain(blocked).chain(changed).collect()
}

/// What the next plan has as work, since an abandoned run did not do it.
fn still_owed(half: bool, reload: Reload) -> String {
    let are = if half || reload != Reload::None { "are" } else { "is" };
    format!("{} {are} still to be done there: the next plan says so", steps(half, reload))
}

/// Whether component `i` was left half done before the run already.
fn was_half(plan: &Plan, i: usize) -> bool {
    plan.change(i).and_then(|change| change.owed.as_ref()).is_some_and(|owed| owed.half)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Rules;
    use patchform_sdk::message::Done;

    /// Whose drain was refused has its traffic, and who is given it back has it again.
    #[test]
    fn who_has_traffic_is_not_away() {
        let (at, back) =
            (|index| ActionRef { component: 0, leg: Leg::Forth, index }, Answer::Applied(Done::default()));
        let well = Answer::Applied(Done { verdict: Some(Verified::Healthy), ..Done::default() });
        let intent = |index, step| What::Intent { action: at(index), step, attempt: 1, snapshot: None };
        let fact = |index, answer| What::Fact { action: at(index), attempt: 1, answer };
        for (second, answer, away) in [
            (None, Answer::refused("held"), Some(10)),
            (None, Answer::unclear("lost"), None),
            (Some((Step::Patch, Answer::refused("no"))), back.clone(), None),
            (Some((Step::Verify, well)), back.clone(), None),
            (Some((Step::Undrain, back.clone())), back.clone(), Some(30)),
        ] {
            let mut times = Times::default();
            let mut story = vec![(0, intent(0, Step::Drain)), (10, fact(0, answer))];
            if let Some((step, answer)) = second {
                story.extend([(20, intent(1, step)), (30, fact(1, answer))]);
            }
            for (at, what) in story {
                times.see(&Event { at: Moment(at), what });
            }
            assert_eq!(times.away.is_empty(), away.is_some(), "{away:?}");
            if let Some(millis) = away {
                assert_eq!(times.away(0, Moment(99)), Some(Duration::from_millis(millis)));
            }
        }
    }

    /// Whoever stops a run in the evening and resumes it in the morning has not patched all night.
    #[test]
    fn what_a_person_takes_is_not_what_it_took() {
        let action = ActionRef { component: 0, leg: Leg::Forth, index: 0 };
        let taken = |token| What::Taken { controller: "c".into(), token, rules: Rules::NOW };
        let fact = || What::Fact { action, attempt: 1, answer: Answer::Applied(Done::default()) };
        let intent = || What::Intent { action, step: Step::Patch, attempt: 1, snapshot: None };
        let mut times = Times::default();
        let story = [
            (0, taken(1)),
            (10, intent()),
            (1_010, What::Stopped { why: "Ctrl-C".into() }),
            (86_401_010, taken(2)),
            (86_401_020, What::Clock { ahead_ms: 500 }),
            (86_402_510, fact()),
        ];
        for (at, what) in story {
            times.see(&Event { at: Moment(at), what });
        }
        assert_eq!(times.driven(times.of[&0].0, times.of[&0].1), Duration::from_millis(2_000));
        assert_eq!(times.elapsed(Moment(0), Moment(86_402_610)), Duration::from_millis(2_110));
    }
}
