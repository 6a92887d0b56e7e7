//! `graph`: what stands on what.

use super::Failure;
use super::inputs::Inputs;
use super::{checking, saved};
use crate::graph::{Graph, Node};
use crate::plan::drawing;
use crate::provider::watch::Silent;
use std::path::Path;
use std::sync::Arc;

/// The graph of the configuration.
///
/// # Errors
/// What is wrong with it.
pub fn of_configuration(inputs: &Inputs) -> Result<(Graph, Vec<Node>), Failure> {
    let checked = checking::check(inputs, Arc::new(Silent))?;
    drawing::of_config(&checked.config).map_err(Failure::error)
}

/// The graph of a saved plan, with what would happen.
///
/// # Errors
/// A plan that cannot be read.
pub fn of_plan(path: &Path) -> Result<(Graph, Vec<Node>), Failure> {
    drawing::of_plan(&saved::read_saved(path)?).map_err(Failure::error)
}
