//! `snapshot list`: the stored ways back, how old and how big they are, what they cover, where they are, until when.

use super::{Clock, age};
use crate::model::{Address, Moment};
use crate::report::page::Page;
use crate::report::size;
use crate::report::style::{Style, Tint, plain, tinted};
use crate::report::table::Table;
use crate::state::{Snapshot, State};

/// Draws those of `covering` (all, when it is empty), by component, the newest first. A snapshot whose component the
/// state no longer knows is marked as an orphan.
pub fn snapshot_list(state: &State, covering: &[Address], clock: Clock, style: Style) -> String {
    let now = clock.now;
    let mut page = Page::new(style);
    let mut rows: Vec<(&String, &Snapshot)> = state
        .snapshots
        .iter()
        .filter(|(_, s)| covering.is_empty() || covering.iter().any(|c| c.covers(&s.component)))
        .collect();
    if rows.is_empty() {
        page.line(0, 2, &[plain("There are no snapshots.")]);
        return page.finish();
    }
    rows.sort_by(|a, b| (&a.1.component, b.1.taken, a.0).cmp(&(&b.1.component, a.1.taken, b.0)));
    let mut table =
        Table::new(&["component", "snapshot", "back to", ">age", ">size", "covers", "place", "expires"]);
    for (id, snapshot) in &rows {
        let known = state.records.contains_key(&snapshot.component);
        let orphan = if known { "" } else { " (orphan)" };
        let expires = expiry(snapshot.expires, now);
        table.row(vec![
            tinted(if known { Tint::Bold } else { Tint::Change }, format!("{}{orphan}", snapshot.component)),
            plain(id.as_str()),
            plain(snapshot.level.as_ref().map_or("(absent)".to_string(), |l| l.to_string())),
            plain(age(snapshot.taken, now)),
            plain(size::bytes(snapshot.size)),
            plain(coverage(snapshot)),
            plain(&snapshot.place),
            tinted(if expires == "expired" { Tint::Change } else { Tint::Plain }, expires),
        ]);
    }
    table.draw(&mut page, 0);
    let total = rows.iter().fold(0u64, |sum, (_, s)| sum.saturating_add(s.size));
    page.blank();
    let sum = format!("{}, {} in all.", size::counted(rows.len(), "snapshot"), size::bytes(total));
    page.line(0, 2, &[plain(sum)]);
    page.finish()
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
