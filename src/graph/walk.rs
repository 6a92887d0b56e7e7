//! Walks over the rows of a graph: topological order, a cycle, layers, closures. None recurses.

use super::csr::Rows;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Dependencies first; among those that are free, the smallest index first.
///
/// # Errors
/// A cycle: each node stands on the next, the last one on the first.
pub(super) fn order(n: usize, below: &Rows, above: &Rows) -> Result<Vec<u32>, Vec<usize>> {
    let mut waiting: Vec<usize> = (0..n).map(|i| below.row(i).len()).collect();
    let mut free: BinaryHeap<Reverse<u32>> =
        (0..n).filter(|i| waiting[*i] == 0).map(|i| Reverse(i as u32)).collect();
    let mut order = Vec::with_capacity(n);
    while let Some(Reverse(node)) = free.pop() {
        order.push(node);
        for dependent in above.row(node as usize) {
            let left = &mut waiting[*dependent as usize];
            *left -= 1;
            if *left == 0 {
                free.push(Reverse(*dependent));
            }
        }
    }
    if order.len() == n { Ok(order) } else { Err(cycle(&waiting, below)) }
}

/// A cycle among the nodes that still wait. Each of them stands on another that waits, so that following those must
/// come back to a node seen before.
fn cycle(waiting: &[usize], below: &Rows) -> Vec<usize> {
    let waits = |node: &usize| waiting[*node] > 0;
    let mut seen_at = vec![usize::MAX; waiting.len()];
    let mut path = Vec::new();
    let mut next = (0..waiting.len()).find(waits);
    while let Some(node) = next {
        if seen_at[node] != usize::MAX {
            path.drain(..seen_at[node]);
            break;
        }
        seen_at[node] = path.len();
        path.push(node);
        next = below.row(node).iter().map(|d| *d as usize).find(waits);
    }
    let smallest = (0..path.len()).min_by_key(|i| path[*i]).unwrap_or(0);
    path.rotate_left(smallest);
    path
}

/// The layer of each node: one above the highest it stands on.
pub(super) fn layers(n: usize, below: &Rows, order: &[u32]) -> Vec<u32> {
    let mut layer = vec![0; n];
    for node in order {
        let row = below.row(*node as usize);
        layer[*node as usize] = row.iter().map(|d| layer[*d as usize] + 1).max().unwrap_or(0);
    }
    layer
}

/// Marks what can be reached from `starts`, themselves included.
pub(super) fn reach(n: usize, rows: &Rows, starts: impl IntoIterator<Item = usize>) -> Vec<bool> {
    let mut marked = vec![false; n];
    let mut open: Vec<usize> = starts.into_iter().collect();
    while let Some(node) = open.pop() {
        if !std::mem::replace(&mut marked[node], true) {
            open.extend(rows.row(node).iter().map(|d| *d as usize).filter(|d| !marked[*d]));
        }
    }
    marked
}
