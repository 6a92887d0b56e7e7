//! When a component can start, in a plan: for people by the clocks there and here, and for programs.

use super::page::Page;
use super::size;
use super::style::{Tint, plain, tinted};
use crate::calendar::Fit;
use crate::model::{Moment, period};
use crate::plan::noun::{Change, Entry, Plan};
use crate::policy::{Forecast, Subject, forecast};
use patchform_sdk::ended::millis;
use serde::Serialize;

/// The forecast of a plan as it was when it was made.
fn of<'a>(plan: &'a Plan, entry: &Entry, change: &Change) -> Option<Forecast<'a>> {
    forecast(Subject { entry, change, next: 0 }, plan.into(), plan.made)
}

/// Draws it, with when it has its turn where what comes before it takes until a later opening; `offset` says how many seconds the clocks here are
/// ahead of UTC at a moment.
pub fn draw(
    page: &mut Page,
    (indent, column): (usize, usize),
    plan: &Plan,
    (entry, change, turn): (&Entry, &Change, Option<Moment>),
    offset: &dyn Fn(Moment) -> i32,
) {
    let Some(forecast) = of(plan, entry, change) else {
        if plan.hours.emergency.is_some() && !entry.when.is_any_time() {
            page.labelled(
                indent,
                column,
                "window",
                &[tinted(Tint::Bad, "passed over, since this is an emergency")],
            );
        }
        return;
    };
    let before =
        change.earlier.map_or(String::new(), |time| format!("; it took {} before", period::show(time)));
    let needs = format!("; it needs about {}, way back included{before}", period::show(forecast.needs));
    let needs = tinted(Tint::Dim, needs);
    let moment = |at: Moment| format!("{} ({} here)", forecast.told(at), size::date(at, offset(at)));
    let pieces = match forecast.fit {
        Fit::Now { until } => vec![plain(format!("open until {}", moment(until))), needs],
        Fit::Later(opening) => vec![
            tinted(Tint::Change, format!("starts at {}", moment(opening.from))),
            plain(format!(": {}", forecast.why_not_now())),
            needs,
        ],
        Fit::Never { longest } => vec![tinted(Tint::Bad, format!("never: {}", forecast.why_never(longest)))],
    };
    page.labelled(indent, column, "window", &pieces);
    let closes = match forecast.fit {
        Fit::Now { until } => Some(until),
        Fit::Later(opening) => Some(opening.until),
        Fit::Never { .. } => None,
    };
    if let Some(turn) = turn.filter(|turn| closes.is_some_and(|closes| closes <= *turn)) {
        let told = format!("has its turn at {} at the earliest, behind what comes before it", moment(turn));
        page.labelled(indent, column, "", &[tinted(Tint::Change, told)]);
    }
}

/// The same for programs; times by UTC.
#[derive(Serialize)]
pub struct WhenView<'a> {
    windows: Vec<&'a str>,
    blackouts: Vec<&'a str>,
    zone: Option<&'a str>,
    needs_ms: u64,
    earlier_ms: Option<u64>,
    fits: bool,
    starts: Option<String>,
    closes: Option<String>,
    why: Option<String>,
}

impl<'a> WhenView<'a> {
    /// The view; `None` where any time is right.
    pub fn of(plan: &'a Plan, entry: &Entry, change: &Change) -> Option<WhenView<'a>> {
        let forecast = of(plan, entry, change)?;
        let (closes, why) = match forecast.fit {
            Fit::Now { until } => (Some(until), None),
            Fit::Later(opening) => (Some(opening.until), Some(forecast.why_not_now())),
            Fit::Never { longest } => (None, Some(forecast.why_never(longest))),
        };
        let starts = forecast.starts();
        Some(WhenView {
            windows: forecast.windows(),
            blackouts: forecast.blackouts(),
            zone: starts.and_then(|at| forecast.zone(at)).map(|zone| zone.name()),
            needs_ms: millis(forecast.needs),
            earlier_ms: change.earlier.map(millis),
            fits: starts.is_some(),
            starts: starts.map(|at| at.to_string()),
            closes: closes.map(|at| at.to_string()),
            why,
        })
    }
}

/// Who passes windows over, and why.
#[derive(Serialize)]
pub struct EmergencyView<'a> {
    who: &'a str,
    why: &'a str,
}

impl<'a> EmergencyView<'a> {
    /// The view; `None` where nobody does.
    pub fn of(plan: &'a Plan) -> Option<EmergencyView<'a>> {
        plan.hours.emergency.as_ref().map(|e| EmergencyView { who: &e.who, why: &e.why })
    }
}

/// The sentence for people: `Emergency, declared by anna: the kernel is being exploited. …`
pub fn emergency(plan: &Plan) -> Option<String> {
    let emergency = plan.hours.emergency.as_ref()?;
    let (who, why) = (&emergency.who, &emergency.why);
    Some(format!(
        "Emergency, declared by {who}: {why}. Windows and blackouts that name {who} in `emergency` keep nothing back."
    ))
}
