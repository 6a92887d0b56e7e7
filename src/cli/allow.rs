//! `patchform allow`

use super::Exit;
use super::arguments::Lock;
use super::terminal::Terminal;
use crate::ops::{self, Failure};

/// Options of `allow`.
#[derive(clap::Args)]
#[command(
    after_help = "A level that was rolled back is not tried again until the configuration names another one, or this."
)]
pub struct Arguments {
    /// A component, or a block for all its instances
    address: String,
    #[command(flatten)]
    lock: Lock,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    for (address, level) in ops::state::allow(&arguments.address, arguments.lock.timeout()?)? {
        terminal.say(&format!("{address} may be tried at {level} again.\n"));
    }
    Ok(Exit::Done)
}
