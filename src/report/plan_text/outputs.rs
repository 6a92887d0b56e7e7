//! Outputs that a run would record anew.

use super::View;
use crate::config::exact::Exact;
use crate::plan::noun::Plan;
use crate::report::mark::Mark;
use crate::report::page::Page;
use crate::report::style::{Piece, Tint, plain, tinted};

/// Outputs shown before the rest is counted.
const FEW: usize = 12;

/// Draws those that change.
pub fn draw(page: &mut Page, plan: &Plan, view: &View<'_>) {
    let mut rows: Vec<(Mark, &str, Vec<Piece>)> = Vec::new();
    for (name, value, sensitive) in &plan.outputs {
        let before = view.recorded_outputs.and_then(|all| all.get(name));
        let mark = if before.is_some() { Mark::Change } else { Mark::Install };
        if before != Some(value) && !*sensitive {
            rows.push((mark, name, pair(before, Some(value))));
        } else if before.is_none() && *sensitive {
            rows.push((mark, name, vec![tinted(Tint::Dim, "(sensitive value)")]));
        }
    }
    for (name, before) in view.recorded_outputs.into_iter().flatten() {
        if !plan.outputs.iter().any(|(known, _, _)| known == name) {
            rows.push((Mark::Remove, name, pair(Some(before), None)));
        }
    }
    if rows.is_empty() {
        return;
    }
    page.blank();
    page.line(0, 2, &[tinted(Tint::Bold, "Outputs")]);
    let shown = view.shown(rows.len(), FEW);
    for (mark, name, value) in &rows[..shown] {
        let mut line = vec![tinted(mark.tint(), format!("{} ", mark.sign())), plain(format!("{name} = "))];
        line.extend_from_slice(value);
        page.line(2, 6, &line);
    }
    view.more(page, 2, rows.len() - shown, "outputs");
}

fn pair(before: Option<&Exact>, after: Option<&Exact>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if let Some(before) = before {
        pieces.push(plain(before.to_string()));
        pieces.push(tinted(Tint::Dim, " → "));
    }
    pieces.push(match after {
        Some(after) => tinted(Tint::Good, after.to_string()),
        None => tinted(Tint::Bad, "(gone)"),
    });
    pieces
}
