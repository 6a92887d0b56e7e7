//! What a picture shows as one box: a component, or all instances of a block that has many.

use super::drawing::{Node, Tone};
use super::{Graph, reduction};
use patchform_sdk::message::Class;
use std::collections::BTreeMap;

/// Blocks with more instances are drawn as one box.
const FEW: usize = 8;
/// With more boxes in all, every block is drawn as one.
const MANY: usize = 300;

/// A box of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    /// The address, or the block's.
    pub label: String,
    /// How many components it stands for.
    pub count: usize,
    /// What is said below the label; of several, how many are alike.
    pub details: Vec<(String, usize)>,
    pub class: Class,
    /// The tone of most of them; one that is no plain one counts more.
    pub tone: Tone,
}

/// The boxes of a graph, and who stands on whom among them, without what other edges imply. `full` makes a box of
/// every component.
pub(super) fn of(graph: &Graph, nodes: &[Node], full: bool) -> (Vec<Shape>, Graph, Vec<(usize, usize)>) {
    let limits: &[usize] = if full { &[usize::MAX] } else { &[FEW, 1, usize::MAX] };
    for (at, few) in limits.iter().enumerate() {
        let (members, place) = grouped(nodes, *few);
        if members.len() > MANY && at == 0 && !full {
            continue;
        }
        let edges =
            (0..graph.len()).flat_map(|i| graph.dependencies(i).iter().map(move |d| (i, *d as usize)));
        let between = edges.map(|(a, b)| (place[a], place[b])).filter(|(a, b)| a != b);
        // Instances of two blocks may stand on each other crosswise; then each is a box of its own.
        if let Ok(joined) = Graph::build(members.len(), between) {
            let shapes = members.iter().map(|all| shape(nodes, all)).collect();
            let edges = reduction::edges(&joined);
            return (shapes, joined, edges);
        }
    }
    (Vec::new(), graph.clone(), Vec::new())
}

/// The members of each box, in the order of their first ones, and the box of each node.
fn grouped(nodes: &[Node], few: usize) -> (Vec<Vec<usize>>, Vec<usize>) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for node in nodes {
        *counts.entry(&node.block).or_default() += 1;
    }
    let (mut members, mut place): (Vec<Vec<usize>>, _) = (Vec::new(), Vec::with_capacity(nodes.len()));
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, node) in nodes.iter().enumerate() {
        let many = counts.get(&*node.block).is_some_and(|count| *count > few);
        let next = members.len();
        let group = if many { *known.entry(&node.block).or_insert(next) } else { next };
        if group == next {
            members.push(Vec::new());
        }
        members[group].push(at);
        place.push(group);
    }
    (members, place)
}

fn shape(nodes: &[Node], members: &[usize]) -> Shape {
    let first = &nodes[members[0]];
    let mut details: BTreeMap<&str, usize> = BTreeMap::new();
    let mut tones: BTreeMap<Tone, usize> = BTreeMap::new();
    for node in members.iter().map(|at| &nodes[*at]) {
        *details.entry(&node.detail).or_default() += 1;
        *tones.entry(node.tone).or_default() += 1;
    }
    let mut details: Vec<(String, usize)> = details.into_iter().map(|(d, n)| (d.to_string(), n)).collect();
    details.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let tone = tones.into_iter().max_by_key(|(tone, count)| (*tone != Tone::Plain, *count));
    Shape {
        label: if members.len() == 1 { first.label.clone() } else { first.block.clone() },
        count: members.len(),
        details,
        class: first.class,
        tone: tone.map_or(Tone::Plain, |(tone, _)| tone),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(block: &str, at: usize, detail: &str, tone: Tone) -> Node {
        let (label, block) = (format!("{block}[{at}]"), block.to_string());
        Node { label, block, detail: detail.into(), class: Class::Other, tone }
    }

    #[test]
    fn many_instances_are_one_box_and_few_are_not() {
        let mut nodes: Vec<Node> = (0..1000).map(|at| instance("a.x", at, "1", Tone::Plain)).collect();
        nodes.extend((0..2).map(|at| instance("a.y", at, "2", Tone::Plain)));
        nodes[3] = instance("a.x", 3, "1 → 2", Tone::Change);
        let graph = Graph::build(1002, (0..1000).map(|i| (1000 + i % 2, i))).unwrap();
        let (shapes, joined, edges) = of(&graph, &nodes, false);
        assert_eq!(shapes.iter().map(|s| s.label.as_str()).collect::<Vec<_>>(), ["a.x", "a.y[0]", "a.y[1]"]);
        assert_eq!((shapes[0].count, shapes[0].tone), (1000, Tone::Change));
        assert_eq!(shapes[0].details, [("1".to_string(), 999), ("1 → 2".to_string(), 1)]);
        assert_eq!((edges, joined.layer(0)), (vec![(1, 0), (2, 0)], 0));
        assert_eq!(of(&graph, &nodes, true).0.len(), 1002);
    }

    #[test]
    fn blocks_that_stand_on_each_other_crosswise_are_not_joined() {
        let nodes: Vec<Node> =
            (0..20).map(|at| instance(if at < 10 { "a.x" } else { "a.y" }, at, "", Tone::Plain)).collect();
        let graph = Graph::build(20, [(0, 10), (11, 1)]).unwrap();
        assert_eq!(of(&graph, &nodes, false).0.len(), 20);
    }
}
