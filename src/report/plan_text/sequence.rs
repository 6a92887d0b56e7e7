//! The order: what the graph allows at once, layer by layer.

use super::View;
use crate::plan::noun::Plan;
use crate::report::order::Order;
use crate::report::page::Page;
use crate::report::reason::rollout_name;
use crate::report::size;
use crate::report::style::{Tint, plain, tinted};

/// Layers shown before the rest is counted.
const FEW: usize = 8;
/// Members of one layer shown before the rest is counted.
const MEMBERS: usize = 8;

/// Draws it, when there is an order to speak of.
pub fn draw(page: &mut Page, plan: &Plan, order: &Order, view: &View<'_>) {
    let changing: usize = order.layers.iter().map(Vec::len).sum();
    if changing < 2 {
        return;
    }
    page.blank();
    page.line(0, 2, &[tinted(Tint::Bold, "Order"), tinted(Tint::Dim, limits(plan))]);
    let shown = view.shown(order.layers.len(), FEW);
    for (i, layer) in order.layers[..shown].iter().enumerate() {
        let members = if view.full { layer.len() } else { view.shown(layer.len(), MEMBERS) };
        let names: Vec<String> =
            layer[..members].iter().map(|&e| plan.entries[e].address.to_string()).collect();
        let mut line = vec![plain(names.join(", "))];
        if members < layer.len() {
            line.push(tinted(Tint::Dim, format!(" and {} more", size::count(layer.len() - members))));
        }
        page.labelled(2, 6, &size::ordinal(i + 1), &line);
    }
    let widest = order.layers.iter().map(Vec::len).max().unwrap_or(0);
    let more = format!(
        "layers, {changing} components in all, at most {widest} at once",
        changing = size::count(changing),
        widest = size::count(widest)
    );
    view.more(page, 2, order.layers.len() - shown, &more);
}

/// The limits of the rollouts in use, when one is tighter than the graph would be.
fn limits(plan: &Plan) -> String {
    let mut used: Vec<usize> = plan.changes().map(|(_, entry, _)| entry.rollout).collect();
    used.sort_unstable();
    used.dedup();
    let each: Vec<String> = used
        .into_iter()
        .filter_map(|i| plan.rollouts.get(i))
        .map(|r| match r.name.as_str() {
            "" => format!(
                "at most {} at a time",
                size::count(usize::try_from(r.max_parallel).unwrap_or(usize::MAX))
            ),
            name => format!("{}: {}", rollout_name(name), r.max_parallel),
        })
        .take(4)
        .collect();
    format!("  ({})", each.join("; "))
}
