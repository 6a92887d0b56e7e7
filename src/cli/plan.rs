//! `patchform plan`

use super::Exit;
use super::arguments::{Lock, Scope, Variables};
use super::stages::Stages;
use super::terminal::Terminal;
use super::waits::Waits;
use crate::model::parts;
use crate::ops::{self, Failure};
use crate::report::plan_json;
use patchform_sdk::words::typed;
use std::path::PathBuf;
use std::sync::Arc;

/// Options of `plan`.
#[derive(clap::Args)]
#[command(
    arg = super::arguments::input(),
    after_help = "A saved plan is exactly what `patchform apply FILE` carries out. It is refused when something that \
                        it rests on has changed since."
)]
pub struct Arguments {
    #[command(flatten)]
    variables: Variables,
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    lock: Lock,
    /// Save the plan for `patchform apply FILE`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print the plan as JSON (docs/schemas/plan.schema.json)
    #[arg(long)]
    json: bool,
    /// Exit with 2 when something differs, may it be changed or not, or could not be read
    #[arg(long)]
    detailed_exitcode: bool,
    /// Print everything: every component, every line of every diff
    #[arg(long)]
    full: bool,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let request = arguments.scope.request(&arguments.variables)?;
    let planned = ops::plan::plan(&request, &mut Stages::new(terminal, Arc::new(Waits::beside(terminal))))?;
    terminal.warn(&planned.warnings, &planned.sources);
    let show = || match arguments.json {
        true => terminal.say(&plan_json::render(&planned.plan)),
        false => terminal.say(&super::show::planned(&planned, terminal, arguments.full)),
    };
    // A large plan takes as long to save as to draw.
    let save = || arguments.out.as_ref().map(|path| ops::saved::save(&planned.plan, path)).transpose();
    let ((), saved) = parts::beside(show, save);
    saved?;
    if let Some(path) = arguments.out.as_ref().filter(|_| !arguments.json) {
        let path = path.display();
        terminal.say(&format!(
            "\nThe plan is saved as {path}. To carry out exactly this: patchform apply {}\n",
            typed(&[path.to_string()])
        ));
    }
    let something = ops::plan::differs(&planned);
    // The process ends now; to give a large plan back first would only take time.
    std::mem::forget((planned.plan, planned.state));
    Ok(if arguments.detailed_exitcode && something { Exit::Something } else { Exit::Done })
}
