//! Before a run begins: whether its windows let anything start now, waiting until they do, and who passes them over.

use super::Failure;
use super::apply::Ready;
use crate::calendar::Fit;
use crate::model::{Moment, period};
use crate::plan::Plan;
use crate::plan::hours::{Emergency, Hours, When};
use crate::policy::{Subject, forecast};
use crate::world::{clock, machine, signal};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Told of what is waited for.
pub trait Countdown {
    /// Nothing may start yet; in so long the first may.
    fn waits(&mut self, why: &str, left: Duration);
    /// Something may start.
    fn over(&mut self);
}

/// Nothing may start now.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Closed {
    /// When the first may; `None` where none ever may.
    until: Option<Moment>,
    /// Which, why not now, and when by its clocks.
    why: String,
}

/// The clock is looked at so often: it may be set, and the machine may sleep.
const LOOK: Duration = Duration::from_millis(500);

/// Goes on when something may start: at once, or after waiting where that is wanted.
///
/// # Errors
/// Nothing may start now, and nobody waits; or nothing ever may; or the wait was broken off. Nothing was begun.
pub fn await_opening(ready: &mut Ready, wait: bool, countdown: &mut dyn Countdown) -> Result<(), Failure> {
    let pending = ready.pending();
    let mut stop: Option<Arc<AtomicBool>> = None;
    while let Some(Closed { until, why }) = closed(ready.plan(), &pending, clock::now()) {
        let refused = Failure::refused(format!("nothing was begun: {why}"));
        let Some(until) = until else {
            return Err(
                refused.hint("`patchform plan` shows what each component needs, and when it may start")
            );
        };
        if !wait {
            return Err(refused.hint("--wait waits for it; or come back then"));
        }
        ready.waits();
        let stopped =
            wait_until(until, stop.get_or_insert_with(watched), &mut |left| countdown.waits(&why, left));
        countdown.over();
        if stopped {
            return Err(Failure::stopped("stopped while waiting for a window; nothing was begun")
                .hint("give the same command again to go on waiting"));
        }
    }
    Ok(())
}

/// Waits for a moment by the wall clock; the answer is whether the wait was broken off. It ends, too, when the clock is set
/// back: what opens first is another question then.
fn wait_until(until: Moment, stop: &AtomicBool, told: &mut dyn FnMut(Duration)) -> bool {
    let mut last = clock::now();
    while last < until {
        told(until.since(last));
        std::thread::sleep(LOOK);
        if stop.load(Ordering::Relaxed) {
            return true;
        }
        let now = clock::now();
        if now < last {
            break;
        }
        last = now;
    }
    false
}

/// Set when a person or the system asks to stop.
fn watched() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&stop);
    // Without handlers a signal ends the process, which has begun nothing.
    let _ = signal::watch(move |_| told.store(true, Ordering::Relaxed));
    stop
}

/// Whether none of `pending` may start now. What waits for another one of them does not start now in any case.
fn closed(plan: &Plan, pending: &BTreeSet<usize>, now: Moment) -> Option<Closed> {
    if plan.hours.windows.is_empty() && plan.hours.blackouts.is_empty() {
        return None;
    }
    let mut first: Option<Closed> = None;
    for i in pending.iter().filter(|i| !waits_for_another(plan, pending, **i)) {
        let (entry, change) = (plan.entries.get(*i)?, plan.change(*i)?);
        // Without windows, or when they are open, it starts.
        let forecast = forecast(Subject { entry, change, next: 0 }, plan.into(), now)?;
        let next = match forecast.fit {
            Fit::Now { .. } => return None,
            Fit::Later(opening) => Closed {
                until: Some(opening.from),
                why: format!(
                    "{} may start at {}, in {}: {}",
                    entry.address,
                    forecast.told(opening.from),
                    period::show(opening.from.since(now)),
                    forecast.why_not_now()
                ),
            },
            Fit::Never { longest } => Closed { until: None, why: forecast.why_never(longest) },
        };
        let rank = |closed: &Closed| closed.until.map_or(i64::MAX, |at| at.0);
        if first.as_ref().is_none_or(|first| rank(&next) < rank(first)) {
            first = Some(next);
        }
    }
    first
}

/// Whether something that it stands on, through any that do not change, is to be done before.
fn waits_for_another(plan: &Plan, pending: &BTreeSet<usize>, i: usize) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = plan.entries[i].after.clone();
    while let Some(on) = open.pop() {
        if pending.contains(&on) {
            return true;
        }
        if seen.insert(on) {
            open.extend(plan.entries.get(on).into_iter().flat_map(|e| &e.after));
        }
    }
    false
}

/// Declares an emergency for a plan that is about to be made.
///
/// # Errors
/// No reason is given, or nothing lets this person pass it over.
pub(super) fn declare(why: &str, hours: &mut Hours, whens: &[&When]) -> Result<(), Failure> {
    let (who, why) = (machine::login(), why.trim());
    if why.is_empty() {
        return Err(Failure::error("--emergency needs a reason, which the plan and the run record")
            .hint("give it as --emergency \"CVE-2026-1234 is being exploited\""));
    }
    let may = hours.who_may(whens.iter().copied());
    if !may.contains(&who.as_str()) {
        let failure = Failure::refused(format!(
            "no maintenance window and no blackout of this plan lets {who} pass it over"
        ));
        return Err(match may.is_empty() {
            true => failure.hint(format!(
                "whoever may says so in the configuration, where that can be reviewed: emergency = [\"{who}\"] in the window"
            )),
            false => failure.hint(format!("these may: {}", may.join(", "))),
        });
    }
    hours.emergency = Some(Emergency { who, why: why.to_string() });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::samples;

    fn at(text: &str) -> Moment {
        Moment::parse(text).expect(text)
    }

    #[test]
    fn the_first_that_may_start_counts_and_what_waits_for_another_does_not() {
        let mut plan = samples::windows();
        let monday = plan.made;
        let closed =
            |plan: &Plan, pending: &[usize], now| closed(plan, &pending.iter().copied().collect(), now);
        let only = |plan: &Plan, i| closed(plan, &[i], monday).expect("closed");
        assert_eq!(only(&plan, 0).until, Some(at("2026-11-24T00:00:00Z")));
        assert!(only(&plan, 0).why.contains("release.a may start at 2026-11-24 01:00 Europe/Berlin (+01:00), in 12h: it is outside of its window eu_night"), "{:?}", only(&plan, 0));
        assert_eq!(only(&plan, 1).until, Some(at("2026-11-24T15:00:00Z")));
        assert_eq!(only(&plan, 2).until, None);
        assert!(
            only(&plan, 2).why.contains("set duration = \"4h1m\" in maintenance_window eu_night"),
            "{:?}",
            only(&plan, 2)
        );
        // The earliest of several; one that never fits does not keep others back.
        assert_eq!(closed(&plan, &[0, 1, 2], monday).and_then(|c| c.until), Some(at("2026-11-24T00:00:00Z")));
        assert_eq!(
            closed(&plan, &[0, 3], monday),
            None,
            "its window is open, and anna passes the blackout over"
        );
        assert_eq!(closed(&plan, &[4, 0], monday), None, "anna passes its window over");
        assert_eq!(closed(&plan, &[], monday), None);
        // What stands on another one cannot start before it.
        plan.entries[3].after = vec![0];
        assert_eq!(closed(&plan, &[0, 3], monday).and_then(|c| c.until), Some(at("2026-11-24T00:00:00Z")));
        assert_eq!(closed(&plan, &[3], monday), None, "what it stands on is done");
        // Going back never waits.
        plan.purpose = crate::model::Purpose::Rollback { of: "r1".into() };
        assert_eq!(closed(&plan, &[0], monday), None);
    }
}
