//! The way forth of a change as one line, and its way back: what kind, where it is kept, what it covers, what it costs.

use super::View;
use super::change::COLUMN;
use crate::model::period;
use crate::plan::noun::{Change, Entry, Planned};
use crate::report::page::Page;
use crate::report::size;
use crate::report::style::{Piece, Tint, plain, tinted};
use patchform_sdk::message::{WayBack, WayBackKind};
use std::time::Duration;

/// Draws both ways.
pub fn draw(page: &mut Page, _view: &View<'_>, indent: usize, entry: &Entry, change: &Change) {
    page.labelled(indent, COLUMN, "way forth", &steps(&change.forth));
    let Some(way) = &change.way_back else {
        let none = [tinted(Tint::Bad, "none: this patch cannot be undone"), plain(", as lifecycle accepts")];
        page.labelled(indent, COLUMN, "way back", &none);
        return;
    };
    page.labelled(indent, COLUMN, "way back", &steps(&change.back));
    let kept = kept(way);
    if !kept.is_empty() {
        let label = if way.kind == WayBackKind::Restore { "snapshot" } else { "uninstall" };
        page.labelled(indent, COLUMN, label, &[plain(kept)]);
    }
    if way.discards_data {
        let after = if entry.snapshot.may_lose_data {
            "; it may be used even after traffic has returned (may_lose_data)"
        } else {
            ""
        };
        let loses = tinted(Tint::Bad, "going back throws away data written since the snapshot");
        page.labelled(indent, COLUMN, "", &[loses, plain(after)]);
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
