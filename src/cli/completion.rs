//! `patchform completion` and `patchform man`: made from the table of verbs.

use super::Exit;
use super::terminal::Terminal;
use crate::ops::Failure;
use clap::Command;
use clap_complete::Shell;

/// Options of `completion`.
#[derive(clap::Args)]
#[command(after_help = "For example: patchform completion bash > /etc/bash_completion.d/patchform")]
pub struct Completion {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Options of `man`.
#[derive(clap::Args)]
#[command(after_help = "For example: patchform man | man -l -")]
pub struct Man {}

pub fn run(arguments: &Completion, mut command: Command, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "patchform", &mut script);
    terminal.say(&String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}

pub fn man(_: &Man, command: Command, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).map_err(Failure::error)?;
    terminal.say(&String::from_utf8_lossy(&page));
    Ok(Exit::Done)
}
