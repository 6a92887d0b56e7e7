//! `patchform graph`

use super::Exit;
use super::arguments::Variables;
use super::terminal::Terminal;
use crate::ops::{self, Failure};
use clap::ValueEnum;
use std::path::PathBuf;

/// Options of `graph`.
#[derive(clap::Args)]
#[command(
    after_help = "An arrow leads from a component to what it stands on. In a picture (svg) the columns are layers: \
                  what is done first stands left; a block with more than 8 instances is one box.\n\n\
                  For example:\n  \
                  patchform graph --format svg > graph.svg            a picture for a browser\n  \
                  patchform graph --format svg --plan november        with the colours of a saved plan\n  \
                  patchform graph | dot -Tpdf > graph.pdf             by Graphviz"
)]
pub struct Arguments {
    #[command(flatten)]
    variables: Variables,
    /// The drawing's language
    #[arg(long, value_enum, default_value = "dot")]
    format: Format,
    /// Draw a saved plan, with what would happen
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// A box for every instance also in large pictures (svg)
    #[arg(long)]
    full: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Dot,
    Mermaid,
    Svg,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let (graph, nodes) = match &arguments.plan {
        Some(path) => ops::graph::of_plan(path)?,
        None => {
            let (drawn, warnings) = ops::graph::of_configuration(&arguments.variables.inputs())?;
            terminal.warn(&warnings.0, &warnings.1);
            drawn
        }
    };
    terminal.say(&match arguments.format {
        Format::Dot => crate::graph::dot::draw(&graph, &nodes),
        Format::Mermaid => crate::graph::mermaid::draw(&graph, &nodes),
        Format::Svg => crate::graph::svg::draw(&graph, &nodes, arguments.full),
    });
    Ok(Exit::Done)
}
