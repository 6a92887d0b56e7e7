//! A step that was begun and has not answered, of a run that nobody drives: what it is, and what it may still do by itself.

use super::run_standing::Times;
use crate::model::{Moment, period};
use crate::plan::noun::{Entry, Plan, Step};
use crate::run::{ActionStanding, Run};
use serde_json::Value as Json;
use std::time::Duration;

/// The argument of a component that puts its patch under a dead man's switch, for so long.
const SWITCH: &str = "confirm_within";

/// What is said of the step of component `i` that nobody has heard of; nothing where there is none.
pub fn under_way(plan: &Plan, run: &Run, times: &Times, i: usize) -> Vec<String> {
    let Some((action, step)) = run.current(i).filter(|_| !run.is_finished()) else { return Vec::new() };
    let open = matches!(run.action(action), ActionStanding::Intended | ActionStanding::Unclear { .. });
    if !open || !step.effectful() {
        return Vec::new();
    }
    let asked = format!(
        "{} was begun and has not answered: `resume` and `rollback` first ask how far it came",
        step.name()
    );
    let switch = plan.entries.get(i).filter(|_| step == Step::Patch).and_then(armed_for);
    [asked].into_iter().chain(switch.map(|within| goes_off(within, times.begun(i)))).collect()
}

/// How long the dead man's switch of its patch waits; `None` without one.
fn armed_for(entry: &Entry) -> Option<Duration> {
    entry.arguments.get(SWITCH).and_then(Json::as_str).and_then(|text| period::parse(text).ok())
}

/// It is armed just before its command starts, so that the time is no earlier than this.
fn goes_off(within: Duration, begun: Option<Moment>) -> String {
    let when = match begun {
        Some(at) => format!("from {} on", at.plus(within)),
        None => "then".into(),
    };
    format!(
        "it was begun under a dead man's switch of {}: unless `resume` or `rollback` decides it before, its target goes back by \
         itself {when}",
        period::show(within)
    )
}
