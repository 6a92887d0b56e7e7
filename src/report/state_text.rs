//! What the state knows, for people: `state list`, `state show`, `snapshot list`, `run list`, `run show`.

use super::page::Page;
use super::style::Style;
use super::style::{Piece, Tint, plain, tinted};
use crate::model::{Address, Moment, PatchLevel, period};
use crate::state::State;

mod run_list;
mod snapshot_list;

pub use run_list::{OpenRun, run_list, run_show};
pub use snapshot_list::snapshot_list;

/// `state list`: an address a line, nothing else, so that it can be piped. `covering`: only what one of these covers.
pub fn list(state: &State, covering: &[Address], style: Style) -> String {
    let mut page = Page::new(style);
    let wanted = |address: &&Address| covering.is_empty() || covering.iter().any(|c| c.covers(address));
    for address in state.records.keys().filter(wanted) {
        // A line that is read by programs is never wrapped.
        page.row(0, &[plain(address.to_string())]);
    }
    page.finish()
}

/// `state show ADDRESS`; `None` when the state does not know it.
pub fn show(state: &State, address: &Address, now: Moment, style: Style) -> Option<String> {
    let record = state.records.get(address)?;
    let mut page = Page::new(style);
    page.line(0, 2, &[tinted(Tint::Bold, address.to_string())]);
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
    row("recorded", vec![plain(when(record.at, now)), tinted(Tint::Dim, format!("  by run {}", record.run))]);
    for rejected in state.rejected.iter().filter(|r| r.component == *address) {
        let what = format!("{} was rolled back by run {}: {}", rejected.level, rejected.run, rejected.reason);
        row("rejected", vec![tinted(Tint::Change, what)]);
    }
    let snapshots = state.snapshots.values().filter(|s| s.component == *address).count();
    if snapshots > 0 {
        let many = super::size::counted(snapshots, "snapshot");
        row("ways back", vec![plain(format!("{many}: ")), tinted(Tint::Command, "patchform snapshot list")]);
    }
    Some(page.finish())
}

/// `2026-11-22 02:40 UTC (3h 12m ago)`.
fn when(at: Moment, now: Moment) -> String {
    format!("{} ({} ago)", super::size::date(at), age(at, now))
}

/// How old, in its two largest units; seconds at the smallest.
fn age(at: Moment, now: Moment) -> String {
    period::show(std::time::Duration::from_secs(now.since(at).as_secs())).replace("0ms", "0s")
}

#[cfg(test)]
mod tests;
