//! The services of a plan as programs read them: what stays up, for how long it is down, and what is promised.

use crate::config::checked::{Promise, Service};
use crate::plan::Plan;
use crate::plan::downtime::{Outlook, downtime, of_service};
use crate::report::emergency::tried;
use crate::report::reason::name;
use patchform_sdk::ended::millis;
use serde::Serialize;
use std::collections::BTreeMap;

/// What stays up.
#[derive(Serialize)]
pub(super) struct ServiceView<'a> {
    name: &'a str,
    members: Vec<String>,
    min_available: u64,
    order: &'a [String],
    probe: Option<ProbeView>,
    expected_downtime_ms: BTreeMap<String, u64>,
    expected_down_ms: u64,
    promise: Option<PromiseView<'a>>,
}

/// How it is asked from outside while its members are worked on.
#[derive(Serialize)]
struct ProbeView {
    tries: String,
    every_ms: u64,
}

/// What is promised for the month in which the plan was made.
#[derive(Serialize)]
struct PromiseView<'a> {
    availability: String,
    timezone: &'a str,
    month: String,
    allowed_ms: u64,
    spent_ms: u64,
    unread_runs: u64,
}

pub(super) fn service_of<'a>(plan: &Plan, service: &'a Service) -> ServiceView<'a> {
    let away = |i: &usize| Some((name(plan, *i), millis(downtime(plan.change(*i)?))));
    let outlook = Outlook::of(plan, service);
    let down = outlook.as_ref().map_or_else(|| of_service(plan, service), |outlook| outlook.expected);
    ServiceView {
        name: &service.name,
        members: service.members.iter().map(|i| name(plan, *i)).collect(),
        min_available: service.least,
        order: &service.order,
        probe: service.outside.as_ref().map(|outside| ProbeView {
            tries: tried(&outside.probe),
            every_ms: millis(outside.probe.interval),
        }),
        expected_downtime_ms: service.members.iter().filter_map(away).collect(),
        expected_down_ms: millis(down),
        promise: outlook.map(promise),
    }
}

fn promise(outlook: Outlook<'_>) -> PromiseView<'_> {
    let Promise { availability, zone, spent } = outlook.promise;
    PromiseView {
        availability: availability.to_string(),
        timezone: zone.name(),
        month: outlook.name,
        allowed_ms: millis(outlook.budget),
        spent_ms: millis(spent.down),
        unread_runs: spent.unread,
    }
}
