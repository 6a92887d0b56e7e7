//! The emergency steps of a component that could not be restored: its way back as a person can do it by hand.

use crate::config::checked::{Check, Probe};
use crate::plan::noun::{Change, Entry, Plan, Step, Verdict};
use crate::report::page::Page;
use crate::report::plan_text::reload;
use crate::report::reason::name;
use crate::report::run_view::Settled;
use crate::report::style::{Tint, plain, tinted};

/// Draws what is known and what to do, in full.
pub fn emergency(page: &mut Page, plan: &Plan, stuck: &Settled) {
    let title = format!("Emergency steps for {}", name(plan, stuck.entry));
    page.line(0, 2, &[tinted(Tint::Bad, title)]);
    if !stuck.why.is_empty() {
        page.labelled(2, 10, "why", &[plain(&stuck.why)]);
    }
    let Some(entry) = plan.entries.get(stuck.entry) else { return };
    let target = entry.observed.identity().map(|i| i.target.as_str()).filter(|t| !t.is_empty());
    let place = format!("{} connection, target {}", entry.connection.kind, target.unwrap_or("unknown"));
    page.labelled(2, 10, "where", &[plain(place)]);
    for claim in entry.observed.identity().map_or(&[][..], |i| &i.claims) {
        page.labelled(2, 10, "", &[plain(claim)]);
    }
    let Verdict::Change(change) = &entry.verdict else { return };
    let steps = steps(entry, change, stuck.snapshot.as_deref());
    for (i, step) in steps.iter().enumerate() {
        page.line(2, 5, &[tinted(Tint::Bold, format!("{}. ", i + 1)), plain(step)]);
    }
}

fn steps(entry: &Entry, change: &Change, snapshot: Option<&str>) -> Vec<String> {
    let before = change.from.as_ref().map_or("absent".into(), |level| format!("at {level}"));
    let mut steps = Vec::new();
    for planned in &change.back {
        match planned.action {
            Step::Drain => steps.push("Take traffic away from it.".into()),
            Step::Restore => steps.push(restore(change, snapshot, &before)),
            Step::Uninstall => steps.push(format!("Take the patch out, so that it is {before} again.")),
            Step::Reload => steps.push(format!("Bring it into force: {}.", reload(change.preview.reload))),
            Step::Verify => {
                steps.push(format!("Make sure that it is {before}."));
                steps.extend(
                    entry.checks.iter().map(|check| format!("Check {}: {}.", check.name, tried(check))),
                );
            }
            Step::Undrain => steps.push("Let traffic return to it.".into()),
            _ => {}
        }
    }
    if steps.is_empty() {
        steps.push(format!("There is no stored way back: see by hand that it is {before} again."));
    }
    steps
}

fn restore(change: &Change, snapshot: Option<&str>, before: &str) -> String {
    let id = snapshot.map_or(String::new(), |id| format!(" {id}"));
    let place = change.way_back.as_ref().map(|w| w.place.as_str()).filter(|p| !p.is_empty());
    let place = place.map_or(String::new(), |p| format!(" ({p})"));
    let loses = match &change.way_back {
        Some(way) if way.discards_data => " This throws away data written since it was taken.",
        _ => "",
    };
    format!("Restore its snapshot{id}{place}, so that it is {before} again.{loses}")
}

/// What a check tries, as one would type it.
fn tried(check: &Check) -> String {
    match &check.probe {
        Probe::Exec { command, .. } => format!("run {}", command.join(" ")),
        Probe::Tcp { host, port } => format!("connect to {host} port {port}"),
        Probe::Http { url, expect_status, .. } => format!("GET {url} answers {expect_status}"),
    }
}
