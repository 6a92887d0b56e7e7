//! What services were down in the month of a plan, by the journals of its runs.

use super::runs;
use crate::model::Moment;
use crate::plan::Plan;
use crate::report::run_standing::Times;
use crate::state::State;
use std::path::Path;
use std::time::Duration;

/// Notes at each service that promises something what runs took of it in this month.
pub(super) fn note(plan: &mut Plan, state: &State, folder: &Path) {
    let begins = |service: &crate::config::checked::Service| {
        let month = service.promise.as_ref()?.zone.month(plan.made)?.0;
        Some(month.from)
    };
    let begin: Vec<Option<Moment>> = plan.services.iter().map(begins).collect();
    let Some(first) = begin.iter().flatten().min().copied() else { return };
    // Each journal is read once, whatever number of services promise something.
    for run in state.runs.iter().rev().filter(|run| run.finished >= first) {
        let told = runs::tell(folder, &run.id).ok();
        let mut times = Times::default();
        told.iter().flat_map(|told| &told.journal.events).for_each(|event| times.see(event));
        for (service, begin) in plan.services.iter_mut().zip(&begin) {
            let Some(promise) = &mut service.promise else { continue };
            if begin.is_none_or(|begin| run.finished < begin) {
                continue;
            }
            let Some(told) = &told else {
                promise.spent.unread += 1;
                continue;
            };
            let then = told.plan.services.iter().find(|then| then.name == service.name);
            let down = then.map_or(Duration::ZERO, |then| times.down(&told.plan, then, run.finished));
            promise.spent.down = promise.spent.down.saturating_add(down);
        }
    }
}
