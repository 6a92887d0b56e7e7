//! `patchform state …`

use super::Exit;
use super::arguments::Lock;
use super::terminal::Terminal;
use crate::ops::{self, Failure};
use crate::report::page::Page;
use crate::report::style::{Tint, plain, tinted};
use crate::report::table::Table;
use clap::Subcommand;
use std::path::PathBuf;

/// What to do with the state.
#[derive(Subcommand)]
pub enum Verb {
    /// List the components that the state knows
    List {
        /// Print as JSON
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
        Verb::List { json } => list(terminal, *json),
        Verb::Show { address } => show(address, terminal),
        Verb::Mv { from, to, lock } => {
            ops::state::mv(from, to, lock.timeout()?)?;
            terminal.say(&format!("{from} is {to} now. Name it so in the configuration too.\n"));
            Ok(Exit::Done)
        }
        Verb::Rm { addresses, lock } => {
            for address in ops::state::rm(addresses, lock.timeout()?)? {
                terminal.say(&format!("{address} is forgotten; it stays as it is on its target.\n"));
            }
            Ok(Exit::Done)
        }
        Verb::Pull => pull(terminal),
        Verb::Push { file, force, lock } => {
            let serial = ops::state::push(file, *force, lock.timeout()?)?;
            terminal.say(&format!("The state is replaced; its serial is {serial}.\n"));
            Ok(Exit::Done)
        }
    }
}

/// Prints the state as it is stored.
pub fn pull(terminal: &Terminal) -> Result<Exit, Failure> {
    terminal.say(&String::from_utf8_lossy(&ops::state::pull()?));
    Ok(Exit::Done)
}

/// Lists the components.
pub fn list(terminal: &Terminal, json: bool) -> Result<Exit, Failure> {
    let state = ops::state::required()?;
    if json {
        let rows: Vec<_> = state
            .records
            .iter()
            .map(|(address, r)| {
                serde_json::json!({
                    "address": address.to_string(), "provider": r.provider, "digest": r.digest, "run": r.run,
                    "level": patchform_sdk::message::Level::from(r.level.clone()), "at": r.at.to_string(),
                })
            })
            .collect();
        terminal.say(&format!("{:#}\n", serde_json::json!({ "format_version": 1, "components": rows })));
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&["component", "level", "provider", "recorded", "by run"]);
    for (address, record) in &state.records {
        table.row(vec![
            tinted(Tint::Bold, address.to_string()),
            plain(record.level.to_string()),
            plain(record.provider.as_str()),
            plain(record.at.to_string()),
            plain(record.run.as_str()),
        ]);
    }
    let mut page = Page::new(terminal.out);
    table.draw(&mut page, 0);
    terminal.say(&page.finish());
    Ok(Exit::Done)
}

fn show(address: &str, terminal: &Terminal) -> Result<Exit, Failure> {
    let state = ops::state::required()?;
    let wanted = ops::state::address(address)?;
    let record = state.records.get(&wanted).ok_or_else(|| {
        Failure::error(format!("the state does not know {wanted}"))
            .hint("`patchform state list` shows what it knows")
    })?;
    let mut page = Page::new(terminal.out);
    page.line(0, 2, &[tinted(Tint::Bold, wanted.to_string())]);
    let mut row = |label: &str, value: String| page.labelled(2, 12, label, &[plain(value)]);
    row("level", record.level.to_string());
    row("provider", record.provider.clone());
    row("target", record.target.clone());
    row("claims", record.claims.join(", "));
    row("digest", record.digest.clone());
    row("recorded", format!("{} by run {}", record.at, record.run));
    for (id, snapshot) in state.snapshots.iter().filter(|(_, s)| s.component == wanted) {
        let level = snapshot.level.as_ref().map_or("absent".to_string(), ToString::to_string);
        row("snapshot", format!("{id}: {level}, taken {}, {}", snapshot.taken, snapshot.place));
    }
    for rejected in state.rejected.iter().filter(|r| r.component == wanted) {
        row("rejected", format!("{} by run {}: {}", rejected.level, rejected.run, rejected.reason));
    }
    terminal.say(&page.finish());
    Ok(Exit::Done)
}
