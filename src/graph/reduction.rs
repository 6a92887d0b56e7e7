//! Transitive reduction: drawings leave out an edge that other edges imply.

use super::Graph;

/// Above this many nodes a drawing keeps every edge: the reduction takes `n²/8` bytes.
pub const LIMIT: usize = 20_000;

/// The edges (dependent, dependency) that no longer path implies; all of them from [`LIMIT`] nodes on.
pub fn edges(graph: &Graph) -> Vec<(usize, usize)> {
    let mut kept = Vec::new();
    if graph.len() >= LIMIT {
        for node in 0..graph.len() {
            kept.extend(graph.dependencies(node).iter().map(|d| (node, *d as usize)));
        }
        return kept;
    }
    let words = graph.len().div_ceil(64);
    let mut place = vec![0; graph.len()];
    for (at, node) in graph.order().iter().enumerate() {
        place[*node as usize] = at;
    }
    // below[i] holds one bit for each node that i stands on, directly or not.
    let mut below: Vec<Vec<u64>> = vec![Vec::new(); graph.len()];
    for node in graph.order().iter().map(|n| *n as usize) {
        let mut seen = vec![0u64; words];
        let mut row: Vec<usize> = graph.dependencies(node).iter().map(|d| *d as usize).collect();
        // The latest first: what implies an edge stands between its ends.
        row.sort_by_key(|d| std::cmp::Reverse(place[*d]));
        for dependency in row {
            let (word, bit) = (dependency / 64, 1 << (dependency % 64));
            if seen[word] & bit != 0 {
                continue;
            }
            kept.push((node, dependency));
            seen[word] |= bit;
            for (mine, theirs) in seen.iter_mut().zip(&below[dependency]) {
                *mine |= theirs;
            }
        }
        below[node] = seen;
    }
    kept.sort_unstable();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn drops_what_a_longer_path_implies() {
        let graph = Graph::build(4, [(2, 1), (1, 0), (2, 0), (3, 0)]).unwrap();
        assert_eq!(edges(&graph), [(1, 0), (2, 1), (3, 0)]);
    }

    proptest! {
        #[test]
        fn reaches_the_same_with_the_fewest_edges(
            pairs in proptest::collection::vec((0usize..10, 0usize..10), 0..40)
        ) {
            let graph = Graph::build(10, pairs.into_iter().filter(|(a, b)| a > b)).unwrap();
            let kept = edges(&graph);
            let reduced = Graph::build(10, kept.iter().copied()).unwrap();
            for node in 0..10 {
                prop_assert_eq!(graph.with_dependencies([node]), reduced.with_dependencies([node]));
            }
            for (i, edge) in kept.iter().enumerate() {
                let others = kept.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, e)| *e);
                let without = Graph::build(10, others).unwrap();
                prop_assert!(!without.with_dependencies([edge.0])[edge.1], "{:?} is implied", edge);
            }
        }
    }
}
