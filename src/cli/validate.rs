//! `patchform validate`

use super::Exit;
use super::arguments::Variables;
use super::terminal::Terminal;
use crate::config::source::Sources;
use crate::model::Diagnostics;
use crate::ops::{self, Failure};
use crate::report::{diagnostic, size};

/// Options of `validate`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    variables: Variables,
    /// Print the complaints as JSON, in the shape of `terraform validate -json`
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let checked = ops::validate::validate(&arguments.variables.inputs());
    if arguments.json {
        return Ok(match checked {
            Ok(valid) => {
                say(&valid.warnings, &valid.sources, terminal);
                Exit::Done
            }
            Err(failure) => failed(failure, terminal),
        });
    }
    let valid = checked?;
    terminal.warn(&valid.warnings, &valid.sources);
    let what = match valid.components {
        Some(components) => size::counted(components, "component"),
        None => "all of it that can be checked without the values of its variables".to_string(),
    };
    terminal.say(&format!("The configuration is valid: {what}.\n"));
    Ok(Exit::Done)
}

/// Says in JSON why there is no answer. Whoever reads the answer reads one shape.
pub(super) fn failed(failure: Failure, terminal: &Terminal) -> Exit {
    let exit = Exit::of(failure.kind);
    match failure {
        Failure { diagnostics: Some(complaints), .. } => say(&complaints.1, &complaints.0, terminal),
        other => say(&other.into_diagnostic().into(), &Sources::new(), terminal),
    }
    exit
}

fn say(complaints: &Diagnostics, sources: &Sources, terminal: &Terminal) {
    terminal.say(&format!("{:#}\n", diagnostic::to_json(complaints, sources)));
}
