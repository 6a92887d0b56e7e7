//! In which order values can be found: what uses what, and the loops that make it impossible.

use crate::config::expr::Expr;
use crate::model::{Diagnostic, InstanceKey, Span};

/// One use of a node by another, within one folder.
#[derive(Debug, Clone)]
pub(super) struct Use<'p> {
    /// The node used, by its number in the folder.
    pub node: usize,
    /// The reference.
    pub span: Span,
    /// Which instances of a component block or of a module.
    pub which: Which<'p>,
    /// What of a module.
    pub part: Part,
}

/// What of a module is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// One output, by index in the order of names; or it is no module.
    Output(usize),
    /// All outputs.
    Outputs,
    /// Everything in it: what `depends_on` means.
    Everything,
}

/// One node needs another one first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub node: usize,
    pub span: Span,
}

/// Which instances of a component block are used.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Which<'p> {
    /// All of them.
    All,
    /// One that is named.
    One(InstanceKey),
    /// The one with the same key: what `for_each = release.db` means for each instance.
    Same,
    /// The one that the expression names, where it can be evaluated; otherwise all.
    Computed(&'p Expr),
}

/// Nodes in an order in which each comes behind those it uses, and the loops.
pub(super) struct Order {
    /// Nodes that lie on no loop and reach none.
    pub sorted: Vec<usize>,
    /// Each loop once: a node, and its use of the next one; the last uses the first.
    pub loops: Vec<Vec<(usize, Span)>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    Open,
    /// Done, and whether it lies on a loop or reaches one.
    Done {
        spoilt: bool,
    },
}

/// Sorts nodes by their uses: a depth-first search without recursion, linear in nodes and uses.
pub(super) fn sort(uses: &[Vec<Edge>]) -> Order {
    let mut order = Order { sorted: Vec::with_capacity(uses.len()), loops: Vec::new() };
    let mut marks = vec![Mark::New; uses.len()];
    let mut in_loop = vec![false; uses.len()];
    // The path from a root: a node, and how many of its uses were followed.
    let mut path: Vec<(usize, usize)> = Vec::new();
    let mut spoilt = vec![false; uses.len()];
    for root in 0..uses.len() {
        if marks[root] != Mark::New {
            continue;
        }
        marks[root] = Mark::Open;
        path.push((root, 0));
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            let Some(used) = uses[node].get(*next) else {
                path.pop();
                marks[node] = Mark::Done { spoilt: spoilt[node] };
                if !spoilt[node] {
                    order.sorted.push(node);
                } else if let Some((user, _)) = path.last() {
                    spoilt[*user] = true;
                }
                continue;
            };
            *next += 1;
            match marks[used.node] {
                Mark::New => {
                    marks[used.node] = Mark::Open;
                    path.push((used.node, 0));
                }
                Mark::Open => {
                    spoilt[node] = true;
                    note_loop(used.node, uses, &path, &mut in_loop, &mut order.loops);
                }
                Mark::Done { spoilt: bad } => spoilt[node] |= bad,
            }
        }
    }
    order
}

/// Notes the loop that closes at `first`, unless each of its nodes was named in one before.
fn note_loop(
    first: usize,
    uses: &[Vec<Edge>],
    path: &[(usize, usize)],
    in_loop: &mut [bool],
    loops: &mut Vec<Vec<(usize, Span)>>,
) {
    let start = path.iter().rposition(|(node, _)| *node == first).unwrap_or(0);
    let steps = &path[start..];
    if steps.iter().all(|(node, _)| in_loop[*node]) {
        return;
    }
    for (node, _) in steps {
        in_loop[*node] = true;
    }
    // `next` was moved on when a use was followed, so the use in question is the one before.
    loops.push(steps.iter().map(|(node, next)| (*node, uses[*node][next - 1].span)).collect());
}

/// Draws a loop: `a → b → a`, with the place of each edge.
pub(super) fn draw_loop(steps: &[(usize, Span)], name: impl Fn(usize) -> String) -> Diagnostic {
    let mut names: Vec<String> = steps.iter().map(|(node, _)| name(*node)).collect();
    names.push(names[0].clone());
    if let [(_, span)] = steps {
        return Diagnostic::error(format!("{} refers to itself", names[0]))
            .at(*span, "refers to itself")
            .help("Give it a value that does not depend on itself.");
    }
    let shown = if names.len() > MANY { shorten(&names) } else { names.clone() };
    let mut problem = Diagnostic::error(format!("These wait for each other: {}", shown.join(" → ")));
    for (i, (_, span)) in steps.iter().enumerate() {
        let label = format!("{} → {}", names[i], names[i + 1]);
        problem = if i == 0 { problem.at(*span, label) } else { problem.and(*span, label) };
    }
    problem
        .because("Each needs the one behind it first, so that none can be the first.")
        .help("Take one of these references out, or put what both need into something that both refer to.")
}

const MANY: usize = 12;

fn shorten(names: &[String]) -> Vec<String> {
    let mut shown: Vec<String> = names[..MANY - 3].to_vec();
    shown.push(format!("({} more)", names.len() - MANY + 2));
    shown.push(names[names.len() - 1].clone());
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FileId;
    use proptest::prelude::*;

    fn graph(edges: &[Vec<usize>]) -> Vec<Vec<Edge>> {
        let one = |from: usize, to: &usize| Edge { node: *to, span: Span::new(FileId(0), from, *to) };
        edges.iter().enumerate().map(|(from, to)| to.iter().map(|to| one(from, to)).collect()).collect()
    }

    #[test]
    fn a_loop_is_found_once_and_spoils_what_reaches_it() {
        // 0 → 1 → 2 → 1, 3 → 3, 4 alone
        let order = sort(&graph(&[vec![1], vec![2], vec![1], vec![3], vec![]]));
        assert_eq!(order.sorted, [4]);
        let nodes: Vec<Vec<usize>> =
            order.loops.iter().map(|l| l.iter().map(|(n, _)| *n).collect()).collect();
        assert_eq!(nodes, [vec![1, 2], vec![3]]);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let n = 200_000;
        let chain: Vec<Vec<usize>> = (0..n).map(|i| if i + 1 < n { vec![i + 1] } else { vec![] }).collect();
        assert_eq!(sort(&graph(&chain)).sorted.first(), Some(&(n - 1)));
    }

    proptest! {
        #[test]
        fn users_come_behind_what_they_use(edges in prop::collection::vec(prop::collection::vec(0usize..12, 0..4), 12)) {
            let order = sort(&graph(&edges));
            let place = |n: usize| order.sorted.iter().position(|s| *s == n);
            for node in &order.sorted {
                for used in &edges[*node] {
                    prop_assert!(place(*used) < place(*node) && place(*used).is_some());
                }
            }
            prop_assert_eq!(order.sorted.len() == edges.len(), order.loops.is_empty());
            for found in &order.loops {
                for (i, (node, _)) in found.iter().enumerate() {
                    prop_assert!(edges[*node].contains(&found[(i + 1) % found.len()].0));
                }
            }
        }
    }
}
