//! `patchform workspace …`

use super::Exit;
use super::terminal::Terminal;
use crate::ops::{self, Failure};
use clap::Subcommand;

/// What to do with workspaces.
#[derive(Subcommand)]
pub enum Verb {
    /// List the workspaces; `*` marks the one in use
    List,
    /// Make a workspace and change to it
    New {
        /// Its name
        name: String,
    },
    /// Change to a workspace
    Select {
        /// Its name
        name: String,
        /// Make it where there is none
        #[arg(long)]
        or_create: bool,
    },
    /// Show the workspace in use
    Show,
    /// Delete a workspace that manages nothing
    Delete {
        /// Its name
        name: String,
    },
}

pub fn run(verb: &Verb, terminal: &Terminal) -> Result<Exit, Failure> {
    match verb {
        Verb::List => {
            let current = ops::workspace::current()?;
            for name in ops::workspace::list()? {
                let mark = if name == current { "*" } else { " " };
                terminal.say(&format!("{mark} {name}\n"));
            }
        }
        Verb::New { name } => {
            ops::workspace::new(name)?;
            terminal.say(&format!("The workspace {name} is made and in use; it manages nothing yet.\n"));
        }
        Verb::Select { name, or_create: true } if !ops::workspace::exists(name)? => {
            return run(&Verb::New { name: name.clone() }, terminal);
        }
        Verb::Select { name, .. } => {
            ops::workspace::select(name)?;
            terminal.say(&format!("The workspace {name} is in use.\n"));
        }
        Verb::Show => terminal.say(&format!("{}\n", ops::workspace::current()?)),
        Verb::Delete { name } => {
            ops::workspace::delete(name)?;
            terminal.say(&format!("The workspace {name} is deleted.\n"));
        }
    }
    Ok(Exit::Done)
}
