//! `patchform resume`

use super::Exit;
use super::arguments::{Accepting, Lock, Variables};
use super::countdown::Countdown;
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
    accepting: Accepting,
    #[command(flatten)]
    lock: Lock,
    /// Wait until the first component may start, where no maintenance window is open
    #[arg(long)]
    wait: bool,
    /// Accepted as in `apply`; a resume never asks
    #[arg(long = "auto-approve")]
    _auto_approve: bool,
    /// Print events as JSON, one object per line
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let inputs = arguments.accepting.inputs(&arguments.variables);
    let lock = arguments.lock.timeout()?;
    let mut live = Live::new(terminal, arguments.json);
    let mut ready = ops::resume::open(arguments.run.as_deref(), &inputs, lock, live.watch())?;
    terminal.notices(&ready.notices);
    ops::hours::await_opening(&mut ready, arguments.wait, &mut Countdown::new(terminal))?;
    let ended = ops::apply::apply(ready, &mut live)?;
    live.finish(&ended);
    Ok(super::ended::exit_of(&ended))
}
