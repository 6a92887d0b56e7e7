//! `patchform apply`

use super::Exit;
use super::arguments::{Asking, Lock, Scope, Variables};
use super::countdown::Countdown;
use super::live::Live;
use super::stages::Stages;
use super::terminal::Terminal;
use crate::ops::{self, Failure};
use std::path::PathBuf;

/// What to do where nobody can be asked.
const OTHERWISE: &str =
    "review and save a plan with `patchform plan --out FILE`, and apply that; or give --auto-approve";

/// Options of `apply`.
#[derive(clap::Args)]
#[command(
    after_help = "Ctrl-C once: nothing new starts, running actions finish, the run stays resumable. Twice: stop waiting.\n\
                        `patchform resume` finishes a stopped or killed run, `patchform rollback` takes it back."
)]
pub struct Arguments {
    /// A plan that was saved with `patchform plan --out`
    plan: Option<PathBuf>,
    #[command(flatten)]
    variables: Variables,
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    lock: Lock,
    #[command(flatten)]
    asking: Asking,
    /// Wait until the first component may start, where no maintenance window is open
    #[arg(long)]
    wait: bool,
    /// Print events as JSON, one object per line (docs/schemas/event.schema.json)
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let lock = arguments.lock.timeout()?;
    let mut live = Live::new(terminal, arguments.json);
    let mut ready = match &arguments.plan {
        Some(path) => {
            arguments.refuse_with_a_plan()?;
            ops::apply::saved(path, &arguments.variables.inputs(), lock, live.watch())?
        }
        None => {
            let request = arguments.scope.request(&arguments.variables)?;
            let planned = ops::plan::plan(&request, &mut Stages::new(terminal, live.watch()))?;
            terminal.warn(&planned.warnings, &planned.sources);
            if !arguments.json {
                terminal.say(&super::show::planned(&planned, terminal, false));
            }
            if ops::plan::has_work(&planned.plan) && !arguments.asking.auto_approve {
                let question = "Do you want to carry out this plan?";
                if !terminal.approve(question, arguments.asking.input, OTHERWISE)? {
                    return Err(Failure::refused("not approved; nothing was changed"));
                }
            }
            ops::apply::planned(planned, lock)
        }
    };
    ops::hours::await_opening(&mut ready, arguments.wait, &mut Countdown::new(terminal))?;
    let ended = ops::apply::apply(ready, &mut live)?;
    live.finish(&ended);
    Ok(super::ended::exit_of(&ended))
}

impl Arguments {
    /// A saved plan is carried out as it is: options that would change it are a misunderstanding.
    fn refuse_with_a_plan(&self) -> Result<(), Failure> {
        let scope = &self.scope;
        let changes = !scope.target.is_empty()
            || !scope.exclude.is_empty()
            || !scope.refresh
            || scope.refresh_only
            || scope.emergency.is_some();
        if changes {
            return Err(Failure::error(
                "a saved plan is applied as it is: --target, --exclude, --refresh, --refresh-only and --emergency \
                 belong to `patchform plan`",
            ));
        }
        Ok(())
    }
}
