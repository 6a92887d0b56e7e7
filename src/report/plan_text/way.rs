//! The way forth of a change as one line, and its way back: what kind, where it is kept, what it covers, what it costs.

use super::View;
use super::change::{COLUMN, Subject};
use crate::model::period;
use crate::plan::noun::{Change, Entry, Planned};
use crate::report::page::Page;
use crate::report::reason::name;
use crate::report::size;
use crate::report::style::{Piece, Tint, plain, tinted};
use patchform_sdk::message::{WayBack, WayBackKind};
use std::time::Duration;

/// Components named before the rest is counted.
const FEW: usize = 8;

/// Draws both ways.
pub fn draw(page: &mut Page, view: &View<'_>, indent: usize, subject: Subject<'_>) {
    let Subject { entry, change, .. } = subject;
    page.labelled(indent, COLUMN, "way forth", &steps(&change.forth));
    if change.catches_up() {
        page.labelled(indent, COLUMN, "way back", &steps(&change.back));
        page.labelled(indent, COLUMN, "", &[tinted(Tint::Dim, "the level stays: the same steps once more")]);
        return;
    }
    let Some(way) = &change.way_back else {
        let (what, by) = match change.to {
            Some(_) => ("this patch", "as lifecycle accepts"),
            None => ("taking it away", "as taking its first installation back accepts"),
        };
        let none = [tinted(Tint::Bad, format!("none: {what} cannot be undone")), plain(format!(", {by}"))];
        page.labelled(indent, COLUMN, "way back", &none);
        return;
    };
    page.labelled(indent, COLUMN, "way back", &steps(&change.back));
    let kept = kept(way);
    if !kept.is_empty() {
        let label = if way.kind == WayBackKind::Restore { "snapshot" } else { "uninstall" };
        page.labelled(indent, COLUMN, label, &[plain(kept)]);
    }
    let along = subject.along.with(subject.plan, subject.at);
    if !along.is_empty() {
        let shown = view.shown(along.len(), FEW);
        let names: Vec<String> = along[..shown].iter().map(|i| name(subject.plan, *i)).collect();
        let more = match along.len() - shown {
            0 => String::new(),
            n => format!(" and {} more", size::count(n)),
        };
        let takes = format!("going back takes back too, where begun later: {}{more}", names.join(", "));
        page.labelled(indent, COLUMN, "", &[tinted(Tint::Change, takes)]);
    }
    data(page, indent, entry, change);
}

/// What going back does to data: that it throws some away, or that a way back was passed over because it would.
fn data(page: &mut Page, indent: usize, entry: &Entry, change: &Change) {
    let Some(way) = &change.way_back else { return };
    if way.discards_data {
        let after = if entry.snapshot.may_lose_data { ", as may_lose_data accepts" } else { "" };
        let loses = tinted(Tint::Bad, "going back throws away data written since the snapshot");
        page.labelled(indent, COLUMN, "", &[loses, plain(after)]);
        return;
    }
    let mut passed_over = change.preview.ways_back.iter().take_while(|w| *w != way);
    if passed_over.any(|w| w.discards_data && w.kind == WayBackKind::Restore) {
        let passed = "no restore: it would throw away data written since (may_lose_data is not set)";
        page.labelled(indent, COLUMN, "", &[tinted(Tint::Dim, passed)]);
    }
}

/// `gate → snapshot 40ms → patch 2s → verify 5s → commit   about 7s`
pub fn steps(procedure: &[Planned]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (i, planned) in procedure.iter().enumerate() {
        if i > 0 {
            pieces.push(tinted(Tint::Dim, " → "));
        }
        pieces.push(plain(planned.action.name()));
        if !planned.expected.is_zero() {
            pieces.push(tinted(
                Tint::Dim,
                format!("\u{a0}{}", period::show(planned.expected).replace(' ', "\u{a0}")),
            ));
        }
    }
    let total: Duration = procedure.iter().map(|p| p.expected).sum();
    if procedure.iter().filter(|p| !p.expected.is_zero()).count() > 1 {
        pieces
            .push(tinted(Tint::Dim, format!(" (about\u{a0}{})", period::show(total).replace(' ', "\u{a0}"))));
    }
    pieces
}

/// Where the way back is kept, and what is not as it is for most: `/srv/…, data included, 12 MB`. What holds for most
/// stands once, below the list of snapshots.
fn kept(way: &WayBack) -> String {
    let mut parts = Vec::new();
    if !way.place.is_empty() {
        parts.push(way.place.clone());
    }
    if way.kind == WayBackKind::Restore {
        let told = [
            (way.coverage.whole_system, "of the whole system"),
            (way.coverage.data, "data included"),
            (way.survives_target_loss, "outlives its target"),
        ];
        parts.extend(told.iter().filter(|(is, _)| *is).map(|(_, words)| words.to_string()));
    }
    if way.size > 0 {
        parts.push(size::bytes(way.size));
    }
    parts.join(", ")
}
