//! What a drawing of the graph shows of a plan's components.

use super::noun::{Entry, Plan, Verdict};
use crate::config::Config;
use crate::config::check::Outlined;
use crate::graph::{Graph, Node, NotAGraph, Tone};

/// The graph and the nodes of a plan, coloured by what would happen.
///
/// # Errors
/// [`NotAGraph`], which a plan that was made by `make` never gives.
pub fn of_plan(plan: &Plan) -> Result<(Graph, Vec<Node>), NotAGraph> {
    let edges = plan.entries.iter().enumerate().flat_map(|(i, e)| e.after.iter().map(move |on| (i, *on)));
    let graph = Graph::build(plan.entries.len(), edges)?;
    Ok((graph, plan.entries.iter().map(node).collect()))
}

/// The graph and the nodes of a configuration, without colours.
///
/// # Errors
/// [`NotAGraph`], which a checked configuration never gives.
pub fn of_config(config: &Config) -> Result<(Graph, Vec<Node>), NotAGraph> {
    let nodes = config.components.iter().map(|c| Node {
        label: c.address.to_string(),
        block: c.address.block().to_string(),
        detail: c.level.to_string(),
        class: c.class,
        tone: Tone::Plain,
    });
    Ok((Graph::of(config)?, nodes.collect()))
}

/// The graph and the nodes of blocks whose instances are not known.
///
/// # Errors
/// [`NotAGraph`], which blocks that were looked through never give.
pub fn of_blocks(blocks: &[Outlined]) -> Result<(Graph, Vec<Node>), NotAGraph> {
    let edges = blocks.iter().enumerate().flat_map(|(i, block)| block.after.iter().map(move |on| (i, *on)));
    let nodes = blocks.iter().map(|block| Node {
        label: block.address.clone(),
        block: block.address.clone(),
        detail: String::new(),
        class: block.class,
        tone: Tone::Plain,
    });
    Ok((Graph::build(blocks.len(), edges)?, nodes.collect()))
}

fn node(entry: &Entry) -> Node {
    let (tone, detail) = match &entry.verdict {
        Verdict::NoChange { .. } => (Tone::Plain, String::new()),
        Verdict::Change(change) => {
            let tone = match (&change.from, &change.to) {
                (_, None) => Tone::Downgrade,
                _ if change.downgrade => Tone::Downgrade,
                (None, _) => Tone::Install,
                _ => Tone::Change,
            };
            let level =
                |l: &Option<crate::model::PatchLevel>| l.as_ref().map_or("absent".into(), |l| l.to_string());
            (tone, format!("{} → {}", level(&change.from), level(&change.to)))
        }
        Verdict::Blocked(_) => (Tone::Blocked, "blocked".into()),
        Verdict::Held { .. } => (Tone::Held, "held".into()),
        Verdict::Forget => (Tone::Excluded, "no longer managed".into()),
        Verdict::Excluded => (Tone::Excluded, "left out".into()),
    };
    let block = entry.address.block().to_string();
    Node { label: entry.address.to_string(), block, detail, class: entry.class, tone }
}
