//! `patchform snapshot …`

use super::Exit;
use super::arguments::{Asking, Lock, Variables};
use super::live::Live;
use super::terminal::Terminal;
use crate::model::period;
use crate::ops::{self, Failure};
use crate::report::page::Page;
use crate::report::size;
use crate::report::style::{Tint, plain, tinted};
use crate::report::table::Table;
use crate::world::clock;
use clap::Subcommand;

/// What to do with the stored ways back.
#[derive(Subcommand)]
pub enum Verb {
    /// List them: age, size, coverage, place, expiry
    List {
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
    /// Drop those that `keep` and `keep_for` do not keep
    Prune {
        #[command(flatten)]
        variables: Variables,
        #[command(flatten)]
        lock: Lock,
    },
}

pub fn run(verb: &Verb, terminal: &Terminal) -> Result<Exit, Failure> {
    match verb {
        Verb::List { json } => list(*json, terminal),
        Verb::Restore { id, variables, lock, asking } => {
            let planned = ops::snapshot::restore(id, &variables.inputs())?;
            terminal.say(&super::show::planned(&planned, terminal, false));
            if !asking.auto_approve
                && !terminal.approve("Do you want to restore this snapshot?", asking.input)?
            {
                return Err(Failure::refused("not approved; nothing was changed"));
            }
            let mut live = Live::new(terminal, false);
            let ended = ops::apply::apply(ops::apply::planned(planned, lock.timeout()?), &mut live)?;
            live.finish(&ended);
            Ok(super::ended::exit_of(&ended))
        }
        Verb::Prune { variables, lock } => {
            let (dropped, kept) = ops::snapshot::prune(&variables.inputs(), lock.timeout()?)?;
            for id in &dropped {
                terminal.say(&format!("dropped {id}\n"));
            }
            terminal.notices(&kept);
            terminal.say(&format!("{} dropped.\n", size::counted(dropped.len(), "snapshot")));
            Ok(Exit::Done)
        }
    }
}

fn list(json: bool, terminal: &Terminal) -> Result<Exit, Failure> {
    let state = ops::state::required()?;
    if json {
        let rows: Vec<_> = state
            .snapshots
            .iter()
            .map(|(id, s)| {
                serde_json::json!({
                    "id": id, "component": s.component.to_string(), "run": s.run, "place": s.place, "size": s.size,
                    "level": s.level.clone().map(patchform_sdk::message::Level::from), "taken": s.taken.to_string(),
                    "expires": s.expires.map(|e| e.to_string()), "whole_system": s.coverage.whole_system,
                    "data": s.coverage.data, "survives_target_loss": s.survives_target_loss,
                })
            })
            .collect();
        terminal.say(&format!("{:#}\n", serde_json::json!({ "format_version": 1, "snapshots": rows })));
        return Ok(Exit::Done);
    }
    let mut table =
        Table::new(&["snapshot", "component", "goes back to", "age", "size", "covers", "expires", "place"]);
    let now = clock::now();
    for (id, s) in &state.snapshots {
        let covers = if s.coverage.whole_system { "whole system" } else { "its claims" };
        table.row(vec![
            tinted(Tint::Bold, id.as_str()),
            plain(s.component.to_string()),
            plain(s.level.as_ref().map_or("absent".to_string(), ToString::to_string)),
            plain(period::show(now.since(s.taken))),
            plain(size::bytes(s.size)),
            plain(if s.coverage.data { format!("{covers} and data") } else { covers.into() }),
            plain(s.expires.map_or("never".to_string(), |e| e.to_string())),
            plain(s.place.as_str()),
        ]);
    }
    if table.is_empty() {
        terminal.say("There are no snapshots.\n");
        return Ok(Exit::Done);
    }
    let mut page = Page::new(terminal.out);
    table.draw(&mut page, 0);
    terminal.say(&page.finish());
    Ok(Exit::Done)
}
