//! The graph itself: dependencies and dependents of each node as slices of one array (compressed sparse rows).

use super::walk;
use crate::config::Config;
use std::time::Duration;

/// An acyclic graph over the nodes `0..len`. Indices are `u32`, which bounds a million components to a few megabytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    below: Rows,
    above: Rows,
    order: Vec<u32>,
    layer: Vec<u32>,
}

/// Why edges do not make a graph that can be worked through.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAGraph {
    /// Each node stands on the next, the last one on the first. The smallest index comes first.
    #[error("{} components stand on each other in a circle", .0.len())]
    Cycle(Vec<usize>),
    /// An edge names a node that does not exist.
    #[error("an edge names component {node}, but there are only {len}")]
    NoSuchNode {
        /// The index that was named.
        node: usize,
        /// How many nodes there are.
        len: usize,
    },
}

/// Rows of one array: `ends[start[i]..start[i + 1]]` are the neighbours of `i`, sorted, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rows {
    start: Vec<u32>,
    ends: Vec<u32>,
}

impl Rows {
    /// Rows of `n` nodes from sorted, distinct pairs.
    fn from_sorted(n: usize, pairs: &[(u32, u32)]) -> Rows {
        let mut start = vec![0; n + 1];
        for (from, _) in pairs {
            start[*from as usize + 1] += 1;
        }
        for i in 0..n {
            start[i + 1] += start[i];
        }
        Rows { start, ends: pairs.iter().map(|(_, to)| *to).collect() }
    }

    pub(super) fn row(&self, i: usize) -> &[u32] {
        &self.ends[self.start[i] as usize..self.start[i + 1] as usize]
    }
}

impl Graph {
    /// A graph of `n` nodes. An edge is (dependent, dependency): the first stands on the second. An edge given twice
    /// counts once.
    ///
    /// # Errors
    /// [`NotAGraph`]: a cycle, or an index outside `0..n`.
    pub fn build(n: usize, edges: impl IntoIterator<Item = (usize, usize)>) -> Result<Graph, NotAGraph> {
        let mut pairs = Vec::new();
        for (dependent, dependency) in edges {
            let node = dependent.max(dependency);
            if node >= n || u32::try_from(node).is_err() {
                return Err(NotAGraph::NoSuchNode { node, len: n });
            }
            pairs.push((dependent as u32, dependency as u32));
        }
        pairs.sort_unstable();
        pairs.dedup();
        let below = Rows::from_sorted(n, &pairs);
        for pair in &mut pairs {
            *pair = (pair.1, pair.0);
        }
        pairs.sort_unstable();
        let above = Rows::from_sorted(n, &pairs);
        let order = walk::order(n, &below, &above).map_err(NotAGraph::Cycle)?;
        let layer = walk::layers(n, &below, &order);
        Ok(Graph { below, above, order, layer })
    }

    /// The graph of a configuration's components, by their indices.
    ///
    /// # Errors
    /// [`NotAGraph`], which a checked configuration never gives.
    pub fn of(config: &Config) -> Result<Graph, NotAGraph> {
        let edges = config.components.iter().enumerate();
        Graph::build(config.components.len(), edges.flat_map(|(i, c)| c.after.iter().map(move |d| (i, d.on))))
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.layer.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.layer.is_empty()
    }

    /// What `node` stands on directly, sorted.
    pub fn dependencies(&self, node: usize) -> &[u32] {
        self.below.row(node)
    }

    /// What stands on `node` directly, sorted.
    pub fn dependents(&self, node: usize) -> &[u32] {
        self.above.row(node)
    }

    /// Every node after all it stands on; among those that are free, the smallest index first.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// In which layer `node` lies, from 0: one above the highest it stands on.
    pub fn layer(&self, node: usize) -> usize {
        self.layer[node] as usize
    }

    /// What the graph allows at once, lowest layer first (for display; the engine does not wait for layers).
    pub fn layers(&self) -> Vec<Vec<usize>> {
        let mut layers = vec![Vec::new(); self.layer.iter().max().map_or(0, |top| *top as usize + 1)];
        for (node, layer) in self.layer.iter().enumerate() {
            layers[*layer as usize].push(node);
        }
        layers
    }

    /// Marks `starts` and all they stand on, directly or not.
    pub fn with_dependencies(&self, starts: impl IntoIterator<Item = usize>) -> Vec<bool> {
        walk::reach(self.len(), &self.below, starts)
    }

    /// Marks `starts` and all that stands on them, directly or not.
    pub fn with_dependents(&self, starts: impl IntoIterator<Item = usize>) -> Vec<bool> {
        walk::reach(self.len(), &self.above, starts)
    }

    /// How long the longest chain of nodes takes when each takes `duration(node)` and begins after all it stands on.
    pub fn longest(&self, duration: impl Fn(usize) -> Duration) -> Duration {
        let mut done = vec![Duration::ZERO; self.len()];
        for node in self.order.iter().map(|n| *n as usize) {
            let ready = self.dependencies(node).iter().map(|d| done[*d as usize]).max().unwrap_or_default();
            done[node] = ready.saturating_add(duration(node));
        }
        done.into_iter().max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn diamond() -> Graph {
        // 3 stands on 1 and 2, which stand on 0; 4 is alone.
        Graph::build(5, [(3, 1), (3, 2), (1, 0), (2, 0), (3, 1)]).unwrap()
    }

    #[test]
    fn a_diamond_has_three_layers() {
        let g = diamond();
        assert_eq!(g.dependencies(3), [1, 2]);
        assert_eq!(g.dependents(0), [1, 2]);
        assert_eq!(g.order(), [0, 1, 2, 3, 4]);
        assert_eq!(g.layers(), [vec![0, 4], vec![1, 2], vec![3]]);
        assert_eq!(g.with_dependencies([1]), [true, true, false, false, false]);
        assert_eq!(g.with_dependents([1]), [false, true, false, true, false]);
        assert_eq!(g.longest(|i| Duration::from_secs(i as u64 + 1)), Duration::from_secs(1 + 3 + 4));
    }

    #[test]
    fn a_cycle_is_drawn_from_its_smallest_node() {
        let edges = [(0, 1), (1, 2), (2, 3), (3, 1), (4, 0)];
        assert_eq!(Graph::build(5, edges), Err(NotAGraph::Cycle(vec![1, 2, 3])));
        assert_eq!(Graph::build(1, [(0, 0)]), Err(NotAGraph::Cycle(vec![0])));
        assert_eq!(Graph::build(2, [(0, 2)]), Err(NotAGraph::NoSuchNode { node: 2, len: 2 }));
    }

    #[test]
    fn nothing_is_a_graph_too() {
        let g = Graph::build(0, []).unwrap();
        assert!(g.is_empty() && g.layers().is_empty() && g.order().is_empty());
    }

    #[test]
    fn a_long_chain_needs_no_deep_stack() {
        let n = 200_000;
        let g = Graph::build(n, (1..n).map(|i| (i - 1, i))).unwrap();
        assert_eq!(g.layer(0), n - 1);
        assert_eq!(g.with_dependencies([0]).into_iter().filter(|m| *m).count(), n);
        assert!(Graph::build(n, (0..n).map(|i| (i, (i + 1) % n))).is_err());
    }

    proptest! {
        #[test]
        fn order_respects_every_edge_and_cycles_are_real(
            edges in proptest::collection::vec((0usize..12, 0usize..12), 0..30)
        ) {
            match Graph::build(12, edges.iter().copied()) {
                Ok(g) => {
                    let mut place = [0; 12];
                    for (at, node) in g.order().iter().enumerate() {
                        place[*node as usize] = at;
                    }
                    for (a, b) in &edges {
                        prop_assert!(place[*a] > place[*b]);
                        prop_assert!(g.layer(*a) > g.layer(*b));
                    }
                }
                Err(NotAGraph::Cycle(cycle)) => {
                    for (i, node) in cycle.iter().enumerate() {
                        prop_assert!(edges.contains(&(*node, cycle[(i + 1) % cycle.len()])));
                    }
                }
                Err(other) => prop_assert!(false, "{}", other),
            }
        }

        #[test]
        fn the_order_of_edges_does_not_matter(
            mut edges in proptest::collection::vec((0usize..12, 0usize..12), 0..20)
        ) {
            let one = Graph::build(12, edges.iter().copied());
            edges.reverse();
            prop_assert_eq!(one, Graph::build(12, edges));
        }
    }
}
