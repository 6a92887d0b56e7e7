//! What the state knows, for people: `state list`, `state show`, `snapshot list`, `run list`, `run show`.

use super::open_run::OpenRunView;
use super::page::Page;
use super::style::Style;
use super::style::{Piece, Tint, plain, tinted};
use super::table::Table;
use crate::model::{Address, Moment, PatchLevel, Selection, period};
use crate::state::{Owed, Record, State};
use std::collections::BTreeSet;

mod run_list;
mod snapshot_list;

pub use run_list::{RunRow, run_list};
pub use snapshot_list::{Listed, Nameless, snapshot_list};

/// `state list`: an address a line, nothing else, so that it can be piped. `covering`: only what one of these covers.
pub fn list(state: &State, covering: &[Selection], style: Style) -> String {
    let mut page = Page::new(style);
    let wanted = |address: &&Address| covering.is_empty() || covering.iter().any(|c| c.covers(address));
    for address in known(state).into_iter().filter(wanted) {
        // A line that is read by programs is never wrapped.
        page.row(0, &[plain(address.to_string())]);
    }
    page.finish()
}

/// Every component of which the state knows anything that stands there: what is recorded, and where an abandoned run left
/// something without a record.
fn known(state: &State) -> BTreeSet<&Address> {
    state.records.keys().chain(state.owed.keys()).collect()
}

/// `show`: what is recorded, as a table, and which runs have not ended.
pub fn overview(state: &State, open: &[OpenRunView], clock: Clock, style: Style) -> String {
    let mut page = Page::new(style);
    if known(state).is_empty() {
        page.line(0, 2, &[plain("The state knows no component yet.")]);
    }
    recorded(&mut page, state, clock);
    for run in open {
        page.blank();
        page.line(0, 2, &[tinted(Tint::Info, run.sentence())]);
        for (address, stands) in &run.components {
            let address = tinted(Tint::Bold, address.to_string());
            page.line(2, 4, &[address, plain(format!("  {stands}"))]);
        }
    }
    page.finish()
}

fn recorded(page: &mut Page, state: &State, clock: Clock) {
    let mut table = Table::new(&["component", "level", "recorded", "by run"]);
    for (address, record) in &state.records {
        table.row(vec![
            tinted(Tint::Bold, address.to_string()),
            plain(record.level.to_string()),
            plain(clock.date(record.at)),
            tinted(Tint::Dim, record.run.as_str()),
        ]);
    }
    if !state.records.is_empty() {
        table.draw(page, 0);
    }
    for (address, owed) in &state.owed {
        page.blank();
        let address = tinted(Tint::Bold, address.to_string());
        page.line(0, 2, &[address, tinted(Tint::Change, format!("  to do: {}", undone(owed)))]);
    }
    for rejected in &state.rejected {
        page.blank();
        let what = format!("  {} was given up by run {}", rejected.level, rejected.run);
        let address = tinted(Tint::Bold, rejected.component.to_string());
        page.line(0, 2, &[address, tinted(Tint::Change, what), plain(format!(": {}", rejected.reason))]);
    }
}

/// `state show ADDRESS`; `None` when neither the state nor an open run knows it.
pub fn show(
    state: &State,
    open: &[OpenRunView],
    address: &Address,
    clock: Clock,
    style: Style,
) -> Option<String> {
    let hands = || open.iter().filter_map(|run| Some((run, run.components.get(address)?)));
    let record = state.records.get(address);
    let owed = state.owed.get(address);
    if record.is_none() && owed.is_none() && hands().next().is_none() {
        return None;
    }
    let mut page = Page::new(style);
    page.line(0, 2, &[tinted(Tint::Bold, address.to_string())]);
    for (run, stands) in hands() {
        let whose = tinted(Tint::Dim, format!("  run {} {}", run.id, run.how()));
        page.labelled(2, 11, "open", &[tinted(Tint::Info, stands), whose]);
    }
    if let Some(record) = record {
        one(&mut page, state, address, record, clock);
    } else if let Some(owed) = owed {
        to_do(&mut page, owed);
    }
    Some(page.finish())
}

fn one(page: &mut Page, state: &State, address: &Address, record: &Record, clock: Clock) {
    let mut row = |label: &str, value: Vec<Piece>| page.labelled(2, 11, label, &value);
    match &record.level {
        PatchLevel::Single(level) => row("level", vec![plain(level)]),
        PatchLevel::Map(parts) => {
            for (i, (part, level)) in parts.iter().enumerate() {
                row(if i == 0 { "level" } else { "" }, vec![plain(format!("{part}  {level}"))]);
            }
        }
    }
    let alias = if record.alias.is_empty() { String::new() } else { format!(".{}", record.alias) };
    row("provider", vec![plain(format!("{}{alias}", record.provider))]);
    row("target", vec![plain(&record.target)]);
    for (i, claim) in record.claims.iter().enumerate() {
        row(if i == 0 { "manages" } else { "" }, vec![plain(claim)]);
    }
    row("sha256", vec![tinted(Tint::Dim, &record.digest)]);
    row(
        "recorded",
        vec![plain(when(record.at, clock)), tinted(Tint::Dim, format!("  by run {}", record.run))],
    );
    for rejected in state.rejected.iter().filter(|r| r.component == *address) {
        let what = format!("{} was given up by run {}: {}", rejected.level, rejected.run, rejected.reason);
        row("rejected", vec![tinted(Tint::Change, what)]);
    }
    if let Some(owed) = state.owed.get(address) {
        to_do(page, owed);
    }
    let mut row = |label: &str, value: Vec<Piece>| page.labelled(2, 11, label, &value);
    let snapshots = state.snapshots.values().filter(|s| s.component == *address).count();
    if snapshots > 0 {
        let many = super::size::counted(snapshots, "snapshot");
        row("ways back", vec![plain(format!("{many}: ")), tinted(Tint::Command, "patchform snapshot list")]);
    }
}

/// What an abandoned run left undone there.
fn to_do(page: &mut Page, owed: &Owed) {
    page.labelled(2, 11, "to do", &[tinted(Tint::Change, undone(owed))]);
}

fn undone(owed: &Owed) -> String {
    let undone = format!("{}, which run {} left undone", owed.steps(), owed.run);
    match owed.elsewhere() {
        None => undone,
        Some((None, steps)) => format!("{undone}; where it is there again: {steps}"),
        Some((Some(level), steps)) => format!("{undone}; at any other level than {level}: {steps}"),
    }
}

/// The present, and how local time is reckoned.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// Now.
    pub now: Moment,
    /// Seconds that local time is ahead of UTC at a moment.
    pub zone: fn(Moment) -> i32,
}

impl Clock {
    /// `2026-11-22 02:40`, which is not wrapped in its middle.
    fn date(&self, at: Moment) -> String {
        super::size::date(at, (self.zone)(at))
    }
}

/// `2026-11-22 02:40 (3h 12m ago)`.
fn when(at: Moment, clock: Clock) -> String {
    format!("{} ({} ago)", clock.date(at), age(at, clock.now))
}

/// How old, in its two largest units; seconds at the smallest.
fn age(at: Moment, now: Moment) -> String {
    period::show(std::time::Duration::from_secs(now.since(at).as_secs())).replace("0ms", "0s")
}

#[cfg(test)]
mod tests;
