//! What happened to a run as a whole while it went on: requests, hours that closed, a clock that was set, another controller.

use crate::model::{Moment, period};
use crate::plan::Plan;
use crate::plan::hours::When;
use crate::report::reason::name;
use crate::run::Sight;
use crate::run::event::{Event, Request, What};
use patchform_sdk::ended::millis;
use std::collections::BTreeSet;
use std::time::Duration;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// When, in milliseconds since the run began.
    pub at: u64,
    /// What, in words.
    pub what: String,
}

/// Openings of hours that are told of; a run of many nights is told of the first ones.
const OPENINGS: usize = 60;

impl Mark {
    /// Of an event, where it is about the run.
    pub(super) fn of(plan: &Plan, event: &Event, at: u64) -> Option<Mark> {
        let what = match &event.what {
            What::Taken { controller, .. } if at > 0 => format!("{controller} drives the run"),
            What::Asked(request) => asked(plan, request),
            What::Clock { ahead_ms } => {
                let by = period::show(Duration::from_secs(ahead_ms.unsigned_abs() / 1000));
                let way = if *ahead_ms < 0 { "back" } else { "forward, or the machine slept" };
                format!("the clock was set {way} by {by}; times here go on as before")
            }
            What::Stopped { why } => format!("stopped: {why}"),
            What::Seen { service, sight, .. } => seen(&plan.services.get(*service)?.address(), sight)?,
            What::Member { component, ill: Some(why) } => format!("{} is ill: {why}", name(plan, *component)),
            What::Member { component, ill: None } => format!("{} is well again", name(plan, *component)),
            _ => return None,
        };
        Some(Mark { at, what })
    }

    /// Of the hours that the plan's components keep, from `started` on for so long.
    pub(super) fn of_hours(plan: &Plan, started: Moment, length: u64) -> Vec<Mark> {
        let kept: BTreeSet<(&[usize], &[usize])> =
            plan.changes().map(|(_, e, _)| (&e.when.windows[..], &e.when.blackouts[..])).collect();
        let end = started.plus(Duration::from_millis(length));
        let mut marks = BTreeSet::new();
        for (windows, blackouts) in kept {
            let kept = plan.hours.kept(&When { windows: windows.into(), blackouts: blackouts.into() });
            if kept.is_any_time() {
                continue;
            }
            let names = kept.windows.iter().map(|w| format!("maintenance_window.{}", w.name));
            let names = names.chain(kept.blackouts.iter().map(|b| format!("blackout.{}", b.name)));
            let names = names.collect::<Vec<_>>().join(", ");
            let schedule = kept.schedule();
            for open in schedule.openings(started).take_while(|o| o.from <= end).take(OPENINGS) {
                if open.from > started {
                    marks.insert((open.from, format!("{names}: open")));
                }
                if open.until <= end {
                    marks.insert((open.until, format!("{names}: closed, nothing new begins")));
                }
            }
        }
        let at = |at: Moment| millis(at.since(started)).min(length);
        marks.into_iter().map(|(moment, what)| Mark { at: at(moment), what }).collect()
    }
}

fn seen(service: &str, sight: &Sight) -> Option<String> {
    Some(match sight {
        Sight::Up => format!("{service} answers from outside"),
        Sight::Down(_) => format!("{service} does not answer from outside"),
        Sight::Unknown(_) => format!("{service} cannot be asked from outside"),
        Sight::Unseen => return None,
    })
}

fn asked(plan: &Plan, request: &Request) -> String {
    match request {
        Request::Pause => "asked to pause: nothing new begins".into(),
        Request::Continue => "asked to go on".into(),
        Request::Skip(entry) => format!("asked to leave {} alone", name(plan, *entry)),
        Request::Stop => "asked to stop".into(),
        Request::Rollback => "asked to take everything back".into(),
        Request::Abandon { .. } => "asked to abandon".into(),
    }
}
