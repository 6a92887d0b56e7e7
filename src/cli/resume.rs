//! `patchform resume`

use super::Exit;
use super::arguments::{Lock, Variables};
use super::live::Live;
use super::terminal::Terminal;
use crate::ops::{self, Failure};

/// Options of `resume`.
#[derive(clap::Args)]
#[command(after_help = "Only the run's journal is read, not the configuration.")]
pub struct Arguments {
    /// Which run; may be left out when only one is open
    run: Option<String>,
    #[command(flatten)]
    variables: Variables,
    #[command(flatten)]
    lock: Lock,
    /// Print events as JSON, one object per line
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let inputs = arguments.variables.inputs();
    let lock = arguments.lock.timeout()?;
    let mut live = Live::new(terminal, arguments.json);
    let ready = ops::resume::open(arguments.run.as_deref(), &inputs, lock, live.watch())?;
    terminal.notices(&ready.notices);
    let ended = ops::apply::apply(ready, &mut live)?;
    live.finish(&ended);
    Ok(super::ended::exit_of(&ended))
}
