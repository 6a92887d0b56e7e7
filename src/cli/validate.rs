//! `patchform validate`

use super::Exit;
use super::arguments::Variables;
use super::terminal::Terminal;
use crate::config::source::Sources;
use crate::ops::{self, Failure};
use crate::report::diagnostic;

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
        let (sources, complaints, exit) = match checked {
            Ok(valid) => (valid.sources, valid.warnings, Exit::Done),
            Err(Failure { diagnostics: Some(complaints), .. }) => (complaints.0, complaints.1, Exit::Error),
            // Whoever reads the answer reads one shape.
            Err(other) => {
                let (exit, problem) = (Exit::of(other.kind), other.into_diagnostic());
                (Sources::new(), problem.into(), exit)
            }
        };
        terminal.say(&format!("{:#}\n", diagnostic::to_json(&complaints, &sources)));
        return Ok(exit);
    }
    let valid = checked?;
    terminal.warn(&valid.warnings, &valid.sources);
    let s = if valid.components == 1 { "" } else { "s" };
    terminal.say(&format!("The configuration is valid: {} component{s}.\n", valid.components));
    Ok(Exit::Done)
}
