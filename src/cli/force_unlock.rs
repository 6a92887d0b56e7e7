//! `patchform force-unlock`

use super::Exit;
use super::terminal::Terminal;
use crate::ops::{self, Failure};

/// Options of `force-unlock`.
#[derive(clap::Args)]
#[command(
    after_help = "Only for a lock whose holder is gone and cannot be asked, such as one on another host that died. \
                        The message that refused you names the id."
)]
pub struct Arguments {
    /// The lock's id
    id: String,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    ops::state::force_unlock(&arguments.id)?;
    terminal.say("The lock is gone.\n");
    Ok(Exit::Done)
}
