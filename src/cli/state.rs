//! `patchform state …`

use super::Exit;
use super::arguments::Lock;
use super::terminal::Terminal;
use crate::model::Selection;
use crate::ops::{self, Failure};
use crate::report::reason::left;
use crate::report::{state_json, state_text};
use clap::Subcommand;
use std::path::PathBuf;

/// What to do with the state.
#[derive(Subcommand)]
pub enum Verb {
    /// List the addresses that the state knows; `patchform show` tells more
    List {
        /// Only these components, or all instances of these blocks
        addresses: Vec<String>,
        /// Print as JSON, with levels and times
        #[arg(long)]
        json: bool,
    },
    /// Show one component: its record, its snapshots, levels that were rolled back
    Show {
        /// A component
        address: String,
    },
    /// Give a component's record another address
    Mv {
        /// The address now
        from: String,
        /// The address to be
        to: String,
        #[command(flatten)]
        lock: Lock,
    },
    /// Forget components; they stay as they are on their targets
    Rm {
        /// A component, or a block for all its instances
        #[arg(required = true)]
        addresses: Vec<String>,
        #[command(flatten)]
        lock: Lock,
    },
    /// Print the state as it is stored
    Pull,
    /// Replace the state by a file
    Push {
        /// A state that was pulled
        file: PathBuf,
        /// Take it although it is older, of another lineage, or was edited by hand
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        lock: Lock,
    },
}

pub fn run(verb: &Verb, terminal: &Terminal) -> Result<Exit, Failure> {
    match verb {
        Verb::List { addresses, json } => list(addresses, *json, terminal),
        Verb::Show { address } => show(address, terminal),
        Verb::Mv { from, to, lock } => {
            ops::state::mv(from, to, lock.timeout()?)?;
            terminal.say(&format!("{from} is {to} now. Name it so in the configuration too.\n"));
            Ok(Exit::Done)
        }
        Verb::Rm { addresses, lock } => {
            for (address, owed) in ops::state::rm(addresses, lock.timeout()?)? {
                terminal.say(&format!("{address} is forgotten; it stays as it is on its target.\n"));
                let owed =
                    owed.map(|owed| format!("{address}: {}, and no plan does that any more", left(&owed)));
                terminal.notices(owed.as_slice());
            }
            Ok(Exit::Done)
        }
        Verb::Pull => pull(terminal),
        Verb::Push { file, force, lock } => {
            let pushed = ops::state::push(file, *force, lock.timeout()?)?;
            terminal.say(&format!("The state is replaced; its serial is {}.\n", pushed.serial));
            terminal.notices(&folded(&pushed.folded));
            Ok(Exit::Done)
        }
    }
}

/// What a person hears of runs that were taken into a state that did not know them.
fn folded(runs: &[(String, bool)]) -> Vec<String> {
    let told = |(id, whole): &(String, bool)| match whole {
        true => format!("run {id}, which the file does not know, is taken in again"),
        false => format!(
            "run {id}, which the file does not know, is taken in as far as its files can be read: read its components"
        ),
    };
    let edits = (!runs.is_empty()).then(|| {
        "what was changed by hand since the file was made (allow, state mv, state rm, dropped snapshots) is in no run, and not \
         in the state"
            .to_string()
    });
    runs.iter().map(told).chain(edits).collect()
}

fn pull(terminal: &Terminal) -> Result<Exit, Failure> {
    terminal.must_be_open()?;
    terminal.say(&String::from_utf8_lossy(&ops::state::pull()?));
    Ok(Exit::Done)
}

fn list(addresses: &[String], json: bool, terminal: &Terminal) -> Result<Exit, Failure> {
    let seen = ops::view::required()?;
    let covering: Vec<Selection> =
        addresses.iter().map(|a| ops::state::selection(a)).collect::<Result<_, Failure>>()?;
    terminal.notices(&seen.notices());
    terminal.say(&match json {
        true => state_json::components(&seen.state, &seen.open, &covering),
        false => state_text::list(&seen.state, &covering, terminal.out),
    });
    Ok(Exit::Done)
}

fn show(address: &str, terminal: &Terminal) -> Result<Exit, Failure> {
    let seen = ops::view::required()?;
    let wanted = ops::state::address(address)?;
    let text = state_text::show(&seen.state, &seen.open, &wanted, terminal.clock(), terminal.out);
    let text = text.ok_or_else(|| {
        Failure::error(format!("the state does not know {wanted}"))
            .hint("`patchform state list` shows what it knows")
    })?;
    terminal.notices(&seen.damaged);
    terminal.say(&text);
    Ok(Exit::Done)
}
