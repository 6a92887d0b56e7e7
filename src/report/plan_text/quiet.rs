//! What a run does not patch: blocked and held components with their way out, records that follow what is observed,
//! patches that wait for a reboot, what could not be read.

use super::{View, heading};
use crate::plan::noun::{Entry, Observed, Plan};
use crate::report::mark::{self, Mark};
use crate::report::page::Page;
use crate::report::pending::needed;
use crate::report::reason::Reason;
use crate::report::style::{Tint, plain, tinted};
use patchform_sdk::message::Reload;

/// Components of one section shown before the rest is counted.
const FEW: usize = 12;

/// Draws the sections that have something in them.
pub fn draw(page: &mut Page, plan: &Plan, view: &View<'_>) {
    for (title, mark) in [
        ("Blocked: these would change, but may not.", Mark::Blocked),
        ("Held: these wait for others.", Mark::Held),
        ("Only the record changes.", Mark::Adopt),
        ("Forgotten: nothing is done to these.", Mark::Forget),
    ] {
        let members: Vec<&Entry> = plan.entries.iter().filter(|e| Mark::of(e) == mark).collect();
        section(page, view, title, mark, &members, |page, entry| reason(page, plan, entry, mark));
    }
    let waiting: Vec<&Entry> = plan.entries.iter().filter(|e| pending(e).is_some()).collect();
    section(page, view, "Installed, but not in force yet.", Mark::Unchanged, &waiting, |page, entry| {
        if let Some(text) = pending(entry) {
            page.line(6, 8, &[plain(text)]);
        }
    });
    let unread: Vec<&Entry> = plan.entries.iter().filter(|e| mark::unread(e)).collect();
    section(page, view, "Not read.", Mark::Unchanged, &unread, |page, entry| {
        reason(page, plan, entry, Mark::Unchanged);
    });
}

fn section(
    page: &mut Page,
    view: &View<'_>,
    title: &str,
    mark: Mark,
    members: &[&Entry],
    body: impl Fn(&mut Page, &Entry),
) {
    if members.is_empty() {
        return;
    }
    page.blank();
    page.line(0, 2, &[tinted(Tint::Bold, title)]);
    let shown = view.shown(members.len(), FEW);
    // What is true of several that stand together is said once, below them.
    let mut said: Option<String> = None;
    for entry in &members[..shown] {
        let mut below = Page::new(page.style());
        body(&mut below, entry);
        let below = below.finish();
        if let Some(other) = said.take_if(|said| *said != below) {
            page.append(&other);
        }
        page.line(2, 6, &heading(mark, &entry.address.to_string()));
        said = Some(below);
    }
    page.append(&said.unwrap_or_default());
    view.more(page, 2, members.len() - shown, "here");
}

fn reason(page: &mut Page, plan: &Plan, entry: &Entry, mark: Mark) {
    let reason = Reason::of(plan, entry);
    if mark == Mark::Forget {
        let stands = entry.recorded.as_ref().map_or(String::new(), |level| format!(" (recorded: {level})"));
        page.line(6, 8, &[plain("the configuration no longer names it: its record goes"), plain(stands)]);
        return;
    }
    page.text(6, Tint::Plain, &reason.why);
    // The way out of being held is the same for all: the section's title says it.
    if let Some(way_out) = reason.way_out.filter(|_| mark == Mark::Blocked) {
        page.line(6, 8, &[tinted(Tint::Info, "→ "), plain(way_out)]);
    }
}

/// That an unchanged component's level does not run yet (R100: a patch that waits for a reboot is not applied).
fn pending(entry: &Entry) -> Option<String> {
    let Observed::Present { level, running, pending, pending_by, .. } = &entry.observed else { return None };
    let quiet = matches!(Mark::of(entry), Mark::Unchanged | Mark::Adopt);
    match running {
        _ if !quiet => None,
        Some(running) if running != level => {
            let needs = needed(*pending, pending_by);
            Some(format!("{level} is installed, {running} still runs: it needs {needs}"))
        }
        _ if *pending != Reload::None => {
            Some(format!("{level} is installed and needs {}", needed(*pending, pending_by)))
        }
        _ => None,
    }
}
