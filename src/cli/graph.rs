//! `patchform graph`

use super::Exit;
use super::arguments::Variables;
use super::terminal::Terminal;
use crate::ops::{self, Failure};
use clap::ValueEnum;
use std::path::PathBuf;

/// Options of `graph`.
#[derive(clap::Args)]
#[command(after_help = "For example: patchform graph | dot -Tsvg > graph.svg")]
pub struct Arguments {
    #[command(flatten)]
    variables: Variables,
    /// The drawing's language
    #[arg(long, value_enum, default_value = "dot")]
    format: Format,
    /// Draw a saved plan, with what would happen
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Dot,
    Mermaid,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let (graph, nodes) = match &arguments.plan {
        Some(path) => ops::graph::of_plan(path)?,
        None => ops::graph::of_configuration(&arguments.variables.inputs())?,
    };
    terminal.say(&match arguments.format {
        Format::Dot => crate::graph::dot::draw(&graph, &nodes),
        Format::Mermaid => crate::graph::mermaid::draw(&graph, &nodes),
    });
    Ok(Exit::Done)
}
