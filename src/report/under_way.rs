//! A step that was begun and has not answered, of a run that nobody drives: what it is, and what it may still do by itself.

use super::run_standing::Times;
use crate::model::{Moment, period};
use crate::plan::noun::{Plan, Step};
use crate::run::{ActionStanding, Run};
use std::time::Duration;

/// What is said of the step of component `i` that nobody has heard of; nothing where there is none.
pub fn under_way(plan: &Plan, run: &Run, times: &Times, i: usize) -> Vec<String> {
    if let Some(left) = run.soak_left(i).filter(|_| !run.is_finished()) {
        return vec![format!(
            "it is watched before it counts as done: {} of its soak are left",
            period::show(left)
        )];
    }
    let Some((action, step)) = run.current(i).filter(|_| !run.is_finished()) else { return Vec::new() };
    let open = matches!(run.action(action), ActionStanding::Intended | ActionStanding::Unclear { .. });
    if !open {
        return Vec::new();
    }
    if !step.effectful() {
        return vec![format!("{} was begun and has not answered: `resume` does it again", step.name())];
    }
    let asked = format!(
        "{} was begun and has not answered: `resume` and `rollback` first ask how far it came",
        step.name()
    );
    let switch = plan.change(i).filter(|_| step == Step::Patch).and_then(|change| change.preview.switch);
    let switch = switch.map(|within| goes_off(Duration::from_millis(within), times.begun(i)));
    [asked].into_iter().chain(switch).collect()
}

/// It is armed just before its command starts, so that the time is no earlier than this.
fn goes_off(within: Duration, begun: Option<Moment>) -> String {
    let when = match begun {
        Some(at) => format!(" about {}", at.plus(within)),
        None => String::new(),
    };
    format!(
        "it was begun under a dead man's switch of {}: unless `resume` or `rollback` decided it before, its target goes back, or \
         went back, by itself{when}",
        period::show(within)
    )
}
