//! `snapshot list`: the stored ways back, how old and how big they are, what they cover, where they are, until when.

use super::{Clock, age};
use crate::model::{Moment, Selection};
use crate::report::page::Page;
use crate::report::size;
use crate::report::style::{Style, Tint, plain, tinted};
use crate::report::table::Table;
use crate::state::{Orphan, Snapshot, State};
use std::collections::BTreeSet;

/// All that is known of snapshots.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The state.
    pub state: State,
    /// Snapshots that may exist although no run can use them.
    pub orphans: Vec<Orphan>,
    /// Snapshots of runs that ended and of which the state has no record.
    pub unrecorded: Vec<Orphan>,
    /// Ids of the snapshots of which a damaged journal tells only behind the damage.
    pub unproved: BTreeSet<String>,
    /// Ids of those that a prune is dropping, or was when it ended before its time: they may be gone.
    pub doomed: BTreeSet<String>,
    /// Snapshots of runs whose plan is lost, which the state does not know either.
    pub nameless: Vec<Nameless>,
    /// Runs that took a stored snapshot and whose plan is lost.
    pub planless: BTreeSet<String>,
    /// Runs that took a stored snapshot and whose folder is gone.
    pub lost: BTreeSet<String>,
}

/// A snapshot of which nobody knows any more what it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nameless {
    /// Its id.
    pub id: String,
    /// The run that asked for it.
    pub run: String,
    /// When it was made, or asked for while that is not known.
    pub asked: Moment,
    /// Where its provider keeps it, `at …`, else under which name, `token …`; empty where that is not known.
    pub kept: String,
}

/// Draws those of `covering` (all, when it is empty), by component, the newest first. A snapshot whose component the
/// state no longer knows is marked, and one whose run cannot be read any more, or has no folder.
pub fn snapshot_list(listed: &Listed, covering: &[Selection], clock: Clock, style: Style) -> String {
    let now = clock.now;
    let mut page = Page::new(style);
    stored(&mut page, listed, covering, now);
    let covered = |o: &&Orphan| covering.is_empty() || covering.iter().any(|c| c.covers(&o.component));
    let orphans: Vec<&Orphan> = listed.orphans.iter().filter(covered).collect();
    if !orphans.is_empty() {
        let told = "Orphans: asked for by a run that ended, and nobody saw whether they were made.";
        draw_orphans(&mut page, told, &orphans, now);
        let command = tinted(Tint::Command, "patchform snapshot prune");
        page.line(0, 2, &[plain("To drop them, whether they exist or not: "), command]);
    }
    let unrecorded: Vec<&Orphan> = listed.unrecorded.iter().filter(covered).collect();
    if !unrecorded.is_empty() {
        let told = "Taken by runs that the state has no record of (it was put back from an older backup?).";
        draw_orphans(&mut page, told, &unrecorded, now);
        page.line(
            0,
            2,
            &[plain(
                "A newer state (`patchform state push`) knows them; `snapshot prune` leaves them alone.",
            )],
        );
    }
    if covering.is_empty() && !listed.nameless.is_empty() {
        nameless(&mut page, &listed.nameless, now);
    }
    page.finish()
}

fn nameless(page: &mut Page, all: &[Nameless], now: Moment) {
    page.blank();
    let told = "Taken by runs whose plan is lost, so that nobody knows of which component. No command uses or drops them; by \
                hand they can be looked at and used.";
    page.line(0, 2, &[tinted(Tint::Change, told)]);
    let mut table = Table::new(&["snapshot", ">age", "kept", "run"]);
    for one in all {
        table.row(vec![plain(&one.id), plain(age(one.asked, now)), plain(&one.kept), plain(&one.run)]);
    }
    table.draw(page, 0);
}

fn draw_orphans(page: &mut Page, told: &str, orphans: &[&Orphan], now: Moment) {
    page.blank();
    page.line(0, 2, &[tinted(Tint::Change, told)]);
    let mut table = Table::new(&["component", "snapshot", "back to", ">age", "place", "run"]);
    for orphan in orphans {
        table.row(vec![
            tinted(Tint::Change, orphan.component.to_string()),
            plain(&orphan.id),
            plain(orphan.level.as_ref().map_or("(absent)".to_string(), |l| l.to_string())),
            plain(age(orphan.asked, now)),
            plain(&orphan.place),
            plain(&orphan.run),
        ]);
    }
    table.draw(page, 0);
}

fn stored(page: &mut Page, listed: &Listed, covering: &[Selection], now: Moment) {
    let state = &listed.state;
    let mut rows: Vec<(&String, &Snapshot)> = state
        .snapshots
        .iter()
        .filter(|(_, s)| covering.is_empty() || covering.iter().any(|c| c.covers(&s.component)))
        .collect();
    if rows.is_empty() {
        page.line(0, 2, &[plain("There are no snapshots.")]);
        return;
    }
    rows.sort_by(|a, b| (&a.1.component, b.1.taken, a.0).cmp(&(&b.1.component, a.1.taken, b.0)));
    let mut table =
        Table::new(&["component", "snapshot", "back to", ">age", ">size", "covers", "place", "expires"]);
    for (id, snapshot) in &rows {
        let known = state.records.contains_key(&snapshot.component);
        let mark = mark(listed, id, snapshot);
        let expires = expiry(snapshot.expires, now);
        table.row(vec![
            tinted(if known { Tint::Bold } else { Tint::Change }, format!("{}{mark}", snapshot.component)),
            plain(id.as_str()),
            plain(snapshot.level.as_ref().map_or("(absent)".to_string(), |l| l.to_string())),
            plain(age(snapshot.taken, now)),
            plain(if snapshot.size == 0 { "unknown".into() } else { size::bytes(snapshot.size) }),
            plain(coverage(snapshot)),
            plain(&snapshot.place),
            tinted(if expires == "expired" { Tint::Change } else { Tint::Plain }, expires),
        ]);
    }
    table.draw(page, 0);
    let total = rows.iter().fold(0u64, |sum, (_, s)| sum.saturating_add(s.size));
    page.blank();
    let unknown = rows.iter().filter(|(_, s)| s.size == 0).count();
    let many = size::counted(rows.len(), "snapshot");
    let sum = match (total, unknown) {
        (0, _) => format!("{many}; nobody knows how large."),
        (_, 0) => format!("{many}, {} in all.", size::bytes(total)),
        _ => format!("{many}, {} in all without {unknown} of unknown size.", size::bytes(total)),
    };
    page.line(0, 2, &[plain(sum)]);
    if rows.iter().any(|(id, _)| listed.unproved.contains(*id)) {
        let told = "Not proved: the journal of its run is damaged before the line that tells of it.";
        page.line(0, 2, &[tinted(Tint::Change, told)]);
    }
    if rows.iter().any(|(id, _)| listed.doomed.contains(*id)) {
        let told = "May be gone: somebody drops them, or began to and did not end. To end it: ";
        page.line(0, 2, &[tinted(Tint::Change, told), tinted(Tint::Command, "patchform snapshot prune")]);
    }
}

/// What is not as with most: for lack of a record or of its run, or because it goes.
fn mark(listed: &Listed, id: &str, snapshot: &Snapshot) -> &'static str {
    if listed.doomed.contains(id) {
        return " (may be gone)";
    }
    match listed.state.records.contains_key(&snapshot.component) {
        false => " (not managed)",
        true if listed.lost.contains(&snapshot.run) => " (its run is gone)",
        true if listed.planless.contains(&snapshot.run) => " (its plan is lost)",
        true if listed.unproved.contains(id) => " (not proved)",
        true => "",
    }
}

fn coverage(snapshot: &Snapshot) -> String {
    let what = if snapshot.coverage.whole_system { "system" } else { "component" };
    let data = if snapshot.coverage.data { ", data" } else { "" };
    let apart = if snapshot.survives_target_loss { ", kept apart" } else { "" };
    format!("{what}{data}{apart}")
}

fn expiry(expires: Option<Moment>, now: Moment) -> String {
    match expires {
        None => "never".into(),
        Some(at) if at <= now => "expired".into(),
        Some(at) => format!("in {}", age(now, at)),
    }
}
