//! The gauges as programs read them: one line of the type `progress`, among the events of a run.

use super::{Course, Gauges, Going, Hours, Split, Waves};
use crate::plan::Plan;
use crate::report::reason::name;
use crate::report::run_json::FORMAT_VERSION;
use crate::report::run_view::Stands;
use crate::run::leg_name;
use patchform_sdk::ended::millis;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct View<'a> {
    format_version: u32,
    run: &'a str,
    at: String,
    #[serde(rename = "type")]
    kind: &'static str,
    course: &'static str,
    why: Option<&'a str>,
    elapsed_ms: u64,
    counts: BTreeMap<&'static str, usize>,
    waves: Vec<WavesView<'a>>,
    failures: Vec<BudgetView<'a>>,
    services: Vec<ServiceView<'a>>,
    hours: Vec<HoursView<'a>>,
    going: Vec<GoingView>,
}

#[derive(Serialize)]
struct WavesView<'a> {
    name: &'a str,
    /// From 1.
    at: usize,
    waves: Vec<WaveView>,
}

#[derive(Serialize)]
struct WaveView {
    canary: bool,
    counts: BTreeMap<&'static str, usize>,
    failed: usize,
    watched: usize,
    soak_left_ms: u64,
}

#[derive(Serialize)]
struct BudgetView<'a> {
    rollout: &'a str,
    used: u64,
    allowed: u64,
}

#[derive(Serialize)]
struct ServiceView<'a> {
    name: &'a str,
    members: usize,
    up: usize,
    min_available: u64,
    spare: u64,
    ill: &'a [String],
}

#[derive(Serialize)]
struct HoursView<'a> {
    windows: Vec<&'a str>,
    blackouts: Vec<&'a str>,
    open: bool,
    until: Option<String>,
    waiting: usize,
    too_late: usize,
}

#[derive(Serialize)]
struct GoingView {
    address: String,
    leg: &'static str,
    step: &'static str,
    spent_ms: u64,
    expected_ms: u64,
    left_ms: Option<u64>,
}

/// One line with a newline.
pub fn line(gauges: &Gauges<'_>) -> String {
    let (course, why) = match &gauges.course {
        Course::Forth => ("forth", None),
        Course::Paused => ("paused", None),
        Course::Stopping => ("stopping", None),
        Course::Halting(why) => ("halting", Some(why.as_str())),
        Course::Back => ("back", None),
        Course::Abandoned => ("abandoned", None),
    };
    let view = View {
        format_version: FORMAT_VERSION,
        run: gauges.run,
        at: gauges.now.to_string(),
        kind: "progress",
        course,
        why,
        elapsed_ms: millis(gauges.elapsed),
        counts: counts(&gauges.counts),
        waves: gauges.waves.iter().map(waves).collect(),
        failures: gauges
            .budgets
            .iter()
            .map(|b| BudgetView { rollout: &b.rollout, used: b.used, allowed: b.most })
            .collect(),
        services: gauges
            .services
            .iter()
            .map(|s| ServiceView {
                name: &s.name,
                members: s.members,
                up: s.up,
                min_available: s.least,
                spare: s.spare,
                ill: &s.ill,
            })
            .collect(),
        hours: gauges.hours.iter().map(hours).collect(),
        going: gauges.going.iter().map(|g| going(gauges.plan, g)).collect(),
    };
    // Only strings as keys and no type that can refuse: serialising into memory cannot fail.
    let mut text = serde_json::to_string(&view).unwrap_or_default();
    text.push('\n');
    text
}

fn counts(counts: &BTreeMap<Stands, usize>) -> BTreeMap<&'static str, usize> {
    counts.iter().map(|(stands, n)| (stands.name(), *n)).collect()
}

fn waves(waves: &Waves) -> WavesView<'_> {
    let wave = |canary: bool, split: &Split| WaveView {
        canary,
        counts: counts(&split.counts),
        failed: split.failed,
        watched: split.watched,
        soak_left_ms: millis(split.soak_left),
    };
    WavesView {
        name: &waves.name,
        at: waves.at + 1,
        waves: waves.waves.iter().map(|w| wave(w.canary, &w.split)).collect(),
    }
}

fn hours<'a>(hours: &Hours<'a>) -> HoursView<'a> {
    HoursView {
        windows: hours.kept.window_names(),
        blackouts: hours.kept.blackout_names(),
        open: hours.open,
        until: hours.until.map(|at| at.to_string()),
        waiting: hours.waiting,
        too_late: hours.late,
    }
}

fn going(plan: &Plan, going: &Going) -> GoingView {
    GoingView {
        address: name(plan, going.entry),
        leg: leg_name(going.leg),
        step: going.step.name(),
        spent_ms: millis(going.spent),
        expected_ms: millis(going.expected),
        left_ms: going.left.map(millis),
    }
}
