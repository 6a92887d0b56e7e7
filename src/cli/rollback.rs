//! `patchform rollback`

use super::Exit;
use super::arguments::{Accepting, Asking, GIVE, Lock, Variables};
use super::live::Live;
use super::stages::Stages;
use super::terminal::Terminal;
use crate::ops::rollback::Way;
use crate::ops::{self, Failure};

/// Options of `rollback`.
#[derive(clap::Args)]
#[command(
    after_help = "An open run is taken back from its journal: everything that it changed goes back in reverse order.\n\
                        A finished run is taken back by a new plan towards the levels before it, which is shown and asked for."
)]
pub struct Arguments {
    /// Which run; may be left out when only one is open
    run: Option<String>,
    #[command(flatten)]
    variables: Variables,
    #[command(flatten)]
    accepting: Accepting,
    #[command(flatten)]
    lock: Lock,
    #[command(flatten)]
    asking: Asking,
    /// Print events as JSON, one object per line
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let inputs = arguments.accepting.inputs(&arguments.variables);
    let lock = arguments.lock.timeout()?;
    let mut live = Live::new(terminal, arguments.json);
    let way = {
        let mut stages = Stages::new(terminal, live.watch());
        ops::rollback::open(arguments.run.as_deref(), &inputs, lock, &mut stages)?
    };
    let (ready, exit): (_, fn(&_) -> Exit) = match way {
        Way::Back(ready) => (*ready, super::ended::exit_of_taking_back),
        Way::NewPlan(planned) => {
            terminal.warn(&planned.warnings, &planned.sources);
            if !arguments.json {
                terminal.say(&super::show::planned(&planned, terminal, false));
            }
            if ops::plan::has_work(&planned.plan) && !arguments.asking.auto_approve {
                let newer = planned.plan.changes().any(|(_, _, change)| !change.newer.is_empty());
                let question = match newer {
                    true => {
                        "Do you want to take this run back, and with it what later runs did to the same components?"
                    }
                    false => "Do you want to take this run back?",
                };
                if !terminal.approve(question, arguments.asking.input, GIVE)? {
                    return Err(Failure::refused("not approved; nothing was changed"));
                }
            }
            (ops::apply::planned(*planned, lock), super::ended::exit_of)
        }
    };
    terminal.notices(&ready.notices);
    let ended = ops::apply::apply(ready, &mut live)?;
    live.finish(&ended);
    Ok(exit(&ended))
}
