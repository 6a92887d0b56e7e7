//! `graph`: what stands on what.

use super::Failure;
use super::checking::{self, Unresolved};
use super::inputs::Inputs;
use super::saved;
use crate::config::check::{self, Drawn};
use crate::config::source::Sources;
use crate::graph::{Graph, Node};
use crate::model::Diagnostics;
use crate::plan::drawing;
use crate::provider::watch::Silent;
use std::path::Path;
use std::sync::Arc;

/// A graph, and what is shown of its nodes.
pub type Drawing = (Graph, Vec<Node>);

/// The graph of the configuration; or of its blocks where some variables have no value, which is warned of.
///
/// # Errors
/// What is wrong with it.
pub fn of_configuration(inputs: &Inputs) -> Result<(Drawing, (Diagnostics, Sources)), Failure> {
    let inputs = Inputs { may_lack: true, ..inputs.clone() };
    let checked = checking::checked(&inputs, Arc::new(Silent), Unresolved::Refused, check::drawn)?;
    let (graph, warnings) = match &checked.config {
        Drawn::Whole(config) => (drawing::of_config(config), Diagnostics::default()),
        Drawn::Outline(blocks) => (drawing::of_blocks(blocks), checked.warnings),
    };
    Ok((graph.map_err(Failure::error)?, (warnings, checked.sources)))
}

/// The graph of a saved plan, with what would happen.
///
/// # Errors
/// A plan that cannot be read.
pub fn of_plan(path: &Path) -> Result<Drawing, Failure> {
    drawing::of_plan(&saved::read_saved(path)?).map_err(Failure::error)
}
