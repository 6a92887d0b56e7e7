//! Which blocks of components stand on which, where not all of them can be told apart into their instances.

use super::names::Node;
use super::order::Edge;
use super::tree::Tree;
use super::values::Wrong;
use super::{Looked, Run, Surroundings, run};
use crate::config::checked::Config;
use crate::config::load::Parsed;
use crate::config::schemas::Schemas;
use crate::config::source::Sources;
use crate::config::variables::VariableInputs;
use crate::model::Diagnostics;
use patchform_sdk::message::Class;
use std::collections::BTreeSet;

/// A block of components.
pub struct Outlined {
    /// Its address, without the keys of instances: `module.eu.apt.web`.
    pub address: String,
    /// As its kind has it.
    pub class: Class,
    /// The blocks that it stands on, by their places.
    pub after: Vec<usize>,
}

/// A configuration as it can be drawn.
pub enum Drawn {
    /// All of it.
    Whole(Box<Config>),
    /// Its blocks, sorted by address: something has no value yet.
    Outline(Vec<Outlined>),
}

/// Checks a configuration of which something may have no value.
///
/// # Errors
/// What is wrong with it.
pub fn drawn(
    parsed: &Parsed,
    sources: &mut Sources,
    schemas: &Schemas,
    inputs: &VariableInputs,
    around: &Surroundings<'_>,
) -> Result<(Drawn, Diagnostics), Diagnostics> {
    let Run { looked, warnings, .. } = run(parsed, sources, schemas, inputs, around)?;
    let drawn = match looked {
        Some(Looked { config, is_whole: true }) => Drawn::Whole(Box::new(config)),
        // All that the shapes of blocks have wrong was told.
        _ => Drawn::Outline(outline(&Tree::grow(
            parsed,
            schemas,
            &mut Wrong::default(),
            &mut Diagnostics::default(),
        ))),
    };
    Ok((drawn, warnings))
}

fn outline(tree: &Tree<'_>) -> Vec<Outlined> {
    let edges = tree.edges();
    let mut blocks: Vec<(String, usize, Class)> = Vec::new();
    for number in 0..edges.len() {
        let (module, Node::Component(index)) = tree.node(number) else { continue };
        if let Some(block) = &tree.area(module).blocks[index] {
            blocks.push((tree.node_name(number), number, block.plan.class));
        }
    }
    blocks.sort();
    let place = |number: usize| blocks.iter().position(|(_, known, _)| *known == number);
    let is_block = |number: usize| matches!(tree.node(number).1, Node::Component(_));
    let after = |number: usize| nearest(number, &edges, is_block).into_iter().filter_map(place).collect();
    blocks
        .iter()
        .map(|(address, number, class)| Outlined {
            address: address.clone(),
            class: *class,
            after: after(*number),
        })
        .collect()
}

/// The blocks that a node leads to, not through others.
fn nearest(start: usize, edges: &[Vec<Edge>], is_block: impl Fn(usize) -> bool) -> BTreeSet<usize> {
    let (mut found, mut seen, mut open) = (BTreeSet::new(), BTreeSet::from([start]), vec![start]);
    while let Some(number) = open.pop() {
        for next in edges[number].iter().map(|edge| edge.node).filter(|next| seen.insert(*next)) {
            if is_block(next) {
                found.insert(next);
            } else {
                open.push(next);
            }
        }
    }
    found
}
