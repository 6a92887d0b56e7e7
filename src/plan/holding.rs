//! Who is held by whom: a component waits for all it stands on to be committed, or to have nothing to do.

use crate::graph::Graph;

/// For each node that wants to change, the direct dependencies that will not be ready; empty for all others.
///
/// `stops` says of a node that it has something to do and may not (blocked, or unreachable with a pending change);
/// `wants` that it changes. A node that is held holds in turn; one that has nothing to do holds nobody, whatever it
/// stands on.
pub fn held(graph: &Graph, stops: impl Fn(usize) -> bool, wants: impl Fn(usize) -> bool) -> Vec<Vec<usize>> {
    let mut by = vec![Vec::new(); graph.len()];
    for node in graph.order().iter().map(|n| *n as usize).filter(|n| wants(*n)) {
        let below = graph.dependencies(node).iter().map(|d| *d as usize);
        by[node] = below.filter(|d| stops(*d) || !by[*d].is_empty()).collect();
    }
    by
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holding_is_transitive_and_ends_where_nothing_is_to_do() {
        // 0 is blocked; 1 wants, 2 has nothing to do; 3 stands on 1, 4 on 2, 5 on 3 and 4.
        let graph = Graph::build(6, [(1, 0), (2, 0), (3, 1), (4, 2), (5, 3), (5, 4)]).unwrap();
        let by = held(&graph, |n| n == 0, |n| ![0, 2].contains(&n));
        assert_eq!(by, [vec![], vec![0], vec![], vec![1], vec![], vec![3]]);
    }
}
