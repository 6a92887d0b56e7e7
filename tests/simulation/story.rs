//! A failing scenario for people: the plan, what was to go wrong, and what happened.

use super::plant::Plant;
use super::scenario::*;
use super::shrink::shrink;
use super::sim::{Broke, simulate};
use patchform::plan::noun::Step;
use patchform::run::event::Leg;
use patchform_sdk::message::Reload;
use std::fmt::Write as _;

/// Everything about the failure of a seed: the command that replays it, the shrunk case and its story.
pub fn failure(seed: u64, sc: &Scenario, broke: &Broke, plant: Option<Plant>) -> String {
    let small = shrink(sc, plant, broke.violation.rule);
    let mut text = format!(
        "seed {seed} breaks the rule {:?} ({}): {}\n\nreplay it with\n\n    {}PATCHFORM_SIM_SEED={seed} cargo test \
         --test simulation every_run -- --nocapture\n\n",
        broke.violation.rule,
        broke.violation.rule.demands(),
        broke.violation.what,
        plant.map(|p| format!("PATCHFORM_SIM_PLANT={} ", p.name())).unwrap_or_default(),
    );
    let _ = writeln!(
        text,
        "shrunk from {} components and {} mishaps to {} and {}:\n",
        sc.components.len(),
        sc.mishaps.len(),
        small.components.len(),
        small.mishaps.len()
    );
    text + &story(&small, plant)
}

/// The plan of a scenario, what is to go wrong, what happens, and how it ends.
pub fn story(sc: &Scenario, plant: Option<Plant>) -> String {
    let mut text = plan(sc);
    for mishap in &sc.mishaps {
        let _ = writeln!(text, "  {}", told(mishap));
    }
    let (story, end) = match simulate(sc, plant, true) {
        Ok(ended) => (ended.story, format!("it ends {}", ended.ending.name())),
        Err(broke) => {
            let end = format!("{:?}: {}", broke.violation.rule, broke.violation.what);
            (broke.story, end)
        }
    };
    let _ = write!(text, "\n{}\n         {end}\n", story.join("\n"));
    text
}

fn plan(sc: &Scenario) -> String {
    let mut text = String::new();
    for (i, r) in sc.rollouts.iter().enumerate() {
        let _ = write!(text, "  rollout r{i}: {} at once, on failure {:?}", r.max_parallel, r.on_failure);
        if r.waved {
            text += if r.canary { ", in waves, the first a canary" } else { ", in waves" };
        }
        if let Some(most) = r.max_failures {
            let _ = write!(text, ", nothing more at {most} failures");
        }
        let zones = r.max_zones.map_or_else(String::new, |most| format!(", {most} zones"));
        let _ = writeln!(text, ", {} of a zone{zones}", r.max_per_zone);
    }
    for service in &sc.services {
        let _ =
            writeln!(text, "  service {}: {} of {:?} stay up", service.name, service.least, service.members);
    }
    for (i, c) in sc.components.iter().enumerate() {
        let _ = write!(
            text,
            "  c{i}: r{}, wave {}, target {}, provider p{}, way back {:?}",
            c.rollout, c.wave, c.target, c.provider, c.way
        );
        if let Some(zone) = c.zone {
            let _ = write!(text, ", zone {zone}");
        }
        if c.soak > 0 {
            let _ = write!(text, ", watched for {} s", c.soak);
        }
        if !c.after.is_empty() {
            let on: Vec<String> = c.after.iter().map(|on| format!("c{on}")).collect();
            let _ = write!(text, ", stands on {}", on.join(" and "));
        }
        let (forth, _) = c.procedures();
        let extra =
            |s: &&Step| matches!(s, Step::Fetch | Step::Measure | Step::Drain | Step::Block | Step::Backup);
        let extra: Vec<&str> = forth.iter().filter(extra).map(|s| s.name()).collect();
        if !extra.is_empty() {
            let _ = write!(text, ", with {}", extra.join(", "));
        }
        if c.reload > Reload::None {
            let _ =
                write!(text, ", reload {:?}{}", c.reload, if c.needs_more { " (needs more)" } else { "" });
        }
        let rest = [
            (!c.changes, "does not change".to_string()),
            (c.shallow, "checks do not see content on the way back".into()),
            (c.sickness != Sickness::Well, format!("{:?}", c.sickness)),
        ];
        rest.iter().filter(|r| r.0).for_each(|r| {
            let _ = write!(text, ", {}", r.1);
        });
        text.push('\n');
    }
    text
}

fn told(mishap: &Mishap) -> String {
    let leg = |leg: &Leg| if *leg == Leg::Forth { "" } else { " (way back)" };
    match mishap {
        Mishap::Fault { component, leg: l, step, nth, kind } => {
            format!("{} of c{component}{}, time {nth}: {kind:?}", step.name(), leg(l))
        }
        Mishap::Always { component, leg: l, step, kind } => {
            format!("{} of c{component}{}, every time: {kind:?}", step.name(), leg(l))
        }
        Mishap::Probe { component, nth, kind } => format!("probe {nth} of c{component}: {kind:?}"),
        Mishap::Read { component, nth, kind } => format!("reading {nth} of c{component}: {kind:?}"),
        Mishap::Crash { from, at, then, gap } => {
            format!(
                "first append from {from} s on, {at:?}: the controller {then:?}; {gap} s later somebody takes the run"
            )
        }
        Mishap::Checkpoint { from, after, then, gap } => {
            let at = if *after { "after" } else { "before" };
            format!(
                "{at} the first checkpoint from {from} s on the controller {then:?}; {gap} s later somebody takes the run"
            )
        }
        Mishap::Return { gap, request } => {
            format!("after a stop, {gap} s later, somebody takes the run: {request:?}")
        }
        other => format!("{other:?}"),
    }
}
