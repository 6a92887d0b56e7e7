//! `patchform snapshot …`

use super::Exit;
use super::arguments::{Asking, GIVE, Lock, Variables};
use super::live::Live;
use super::terminal::Terminal;
use crate::model::Selection;
use crate::ops::{self, Failure};
use crate::report::{size, state_json, state_text};
use clap::Subcommand;

/// What to do with the stored ways back.
#[derive(Subcommand)]
pub enum Verb {
    /// List them: age, size, coverage, place, expiry, orphans
    List {
        /// Only those of these components, or of all instances of these blocks
        addresses: Vec<String>,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Take a component back to one of them; a new snapshot of the present is taken first
    Restore {
        /// Its id
        id: String,
        #[command(flatten)]
        variables: Variables,
        #[command(flatten)]
        lock: Lock,
        #[command(flatten)]
        asking: Asking,
    },
    /// Drop those that `keep` and `keep_for` do not keep, and orphans
    Prune {
        #[command(flatten)]
        variables: Variables,
        #[command(flatten)]
        lock: Lock,
    },
    /// Take one out of the list without dropping it: one that is gone already, or that nobody can drop
    Forget {
        /// Its id
        id: String,
        #[command(flatten)]
        lock: Lock,
    },
}

pub fn run(verb: &Verb, terminal: &Terminal) -> Result<Exit, Failure> {
    match verb {
        Verb::List { addresses, json } => list(addresses, *json, terminal),
        Verb::Restore { id, variables, lock, asking } => {
            let planned = ops::snapshot::restore(id, &variables.inputs())?;
            terminal.warn(&planned.warnings, &planned.sources);
            terminal.say(&super::show::planned(&planned, terminal, false));
            let question = match planned.plan.entries.len() {
                0 | 1 => "Do you want to restore this snapshot?",
                _ => {
                    "Do you want to restore this snapshot, and take back first what was changed there since?"
                }
            };
            if !asking.auto_approve && !terminal.approve(question, asking.input, GIVE)? {
                return Err(Failure::refused("not approved; nothing was changed"));
            }
            let mut live = Live::new(terminal, false);
            let ended = ops::apply::apply(ops::apply::planned(planned, lock.timeout()?), &mut live)?;
            live.finish(&ended);
            Ok(super::ended::exit_of(&ended))
        }
        Verb::Forget { id, lock } => {
            let place = ops::snapshot::forget_one(id, lock.timeout()?)?;
            let left = if place.is_empty() {
                String::new()
            } else {
                format!(" What is left of it lies at {place}.")
            };
            terminal.say(&format!("{id} is forgotten, and is no way back any more.{left}\n"));
            Ok(Exit::Done)
        }
        Verb::Prune { variables, lock } => {
            let pruned = ops::snapshot::prune(&variables.inputs(), lock.timeout()?)?;
            for id in &pruned.dropped {
                terminal.say(&format!("dropped {id}\n"));
            }
            terminal.notices(&pruned.kept);
            terminal.notices(&pruned.failed);
            let more = match pruned.dropped.len() {
                0 => "; no more may go by the rules that the newest run of each component had",
                _ => "",
            };
            terminal.say(&format!("{} dropped{more}.\n", size::counted(pruned.dropped.len(), "snapshot")));
            match pruned.failed.len() {
                0 => Ok(Exit::Done),
                failed => {
                    Err(Failure::error(format!("{} could not be dropped", size::counted(failed, "snapshot")))
                        .hint("what stands in the way is said above; then `patchform snapshot prune` again")
                        .hint("`patchform snapshot forget ID` takes one out of the list that is gone, or that nobody can drop"))
                }
            }
        }
    }
}

fn list(addresses: &[String], json: bool, terminal: &Terminal) -> Result<Exit, Failure> {
    let (listed, seen) = ops::snapshot::list()?;
    let covering: Vec<Selection> =
        addresses.iter().map(|a| ops::state::selection(a)).collect::<Result<_, Failure>>()?;
    terminal.notices(&seen.notices());
    terminal.say(&match json {
        true => state_json::snapshots(&listed, &seen.open, &covering),
        false => state_text::snapshot_list(&listed, &covering, terminal.clock(), terminal.out),
    });
    Ok(Exit::Done)
}
