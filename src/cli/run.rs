//! `patchform run …`

use super::Exit;
use super::arguments::{Lock, Variables};
use super::live::Live;
use super::terminal::Terminal;
use crate::ops::{self, Failure};
use crate::report::page::Page;
use crate::report::size;
use crate::report::style::{Tint, plain, tinted};
use crate::report::table::Table;
use crate::run::event::Request;
use clap::Subcommand;

/// What to do with runs.
#[derive(Subcommand)]
pub enum Verb {
    /// List runs and how they ended
    List {
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what a run did, step by step; the last one when none is named
    Show {
        /// Its id
        run: Option<String>,
        /// Print its journal's events as JSON, one object per line
        #[arg(long)]
        json: bool,
    },
    /// Start nothing new until `run continue`
    Pause {
        /// Its id; may be left out when only one is open
        run: Option<String>,
    },
    /// Go on after `run pause`
    Continue {
        /// Its id; may be left out when only one is open
        run: Option<String>,
    },
    /// Leave a component alone that has not begun yet
    Skip {
        /// The component
        address: String,
        /// The run's id; may be left out when only one is open
        run: Option<String>,
    },
    /// Let running actions finish, then stop; the run stays resumable
    Stop {
        /// Its id; may be left out when only one is open
        run: Option<String>,
    },
    /// End an open run as it stands: nothing more is done, its components are free again
    Abandon {
        /// Its id; may be left out when only one is open
        run: Option<String>,
        #[command(flatten)]
        variables: Variables,
        #[command(flatten)]
        lock: Lock,
    },
}

pub fn run(verb: &Verb, terminal: &Terminal) -> Result<Exit, Failure> {
    match verb {
        Verb::List { json } => list(*json, terminal),
        Verb::Show { run, json } => show(run.as_deref(), *json, terminal),
        Verb::Pause { run } => ask(run, |_| Ok(Request::Pause), "pauses: nothing new starts", terminal),
        Verb::Continue { run } => ask(run, |_| Ok(Request::Continue), "goes on", terminal),
        Verb::Stop { run } => {
            ask(run, |_| Ok(Request::Stop), "stops when what is running has ended", terminal)
        }
        Verb::Skip { address, run } => {
            ask(run, |plan| ops::run::skip(plan, address), "leaves it alone if it has not begun", terminal)
        }
        Verb::Abandon { run, variables, lock } => {
            match ops::run::abandon(run.as_deref(), &variables.inputs(), lock.timeout()?)? {
                ops::run::Abandoned::Ready(ready) => {
                    terminal.notices(&ready.notices);
                    let mut live = Live::new(terminal, false);
                    let ended = ops::apply::apply(*ready, &mut live)?;
                    live.finish(&ended);
                }
                ops::run::Abandoned::LetGo { id, why } => {
                    terminal.notices(&[why]);
                    terminal.say(&format!(
                        "Run {id} holds nothing any more. What it left on its components is not known: look with `patchform plan`.\n"
                    ));
                }
            }
            Ok(Exit::Done)
        }
    }
}

fn ask(
    run: &Option<String>,
    request: impl FnOnce(&crate::plan::Plan) -> Result<Request, Failure>,
    said: &str,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let id = ops::run::ask(run.as_deref(), |plan, _| request(plan))?;
    terminal.say(&format!("Run {id} {said}.\n"));
    Ok(Exit::Done)
}

fn list(json: bool, terminal: &Terminal) -> Result<Exit, Failure> {
    let rows = ops::run::list()?;
    if json {
        let rows: Vec<_> = rows
            .iter()
            .map(|r| {
                serde_json::json!({
                    "id": r.id, "outcome": r.outcome, "purpose": r.purpose, "components": r.components,
                    "started": r.started.map(|m| m.to_string()), "finished": r.finished.map(|m| m.to_string()),
                })
            })
            .collect();
        terminal.say(&format!("{:#}\n", serde_json::json!({ "format_version": 1, "runs": rows })));
        return Ok(Exit::Done);
    }
    if rows.is_empty() {
        terminal.say("There were no runs yet.\n");
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&["run", "outcome", "changed", "for", "began", "ended"]);
    for r in &rows {
        let tint = match r.outcome.as_str() {
            "complete" => Tint::Good,
            "running" | "restored" | "incomplete" => Tint::Change,
            _ => Tint::Bad,
        };
        table.row(vec![
            tinted(Tint::Bold, r.id.as_str()),
            tinted(tint, r.outcome.as_str()),
            plain(size::counted(r.components, "component")),
            plain(r.purpose.as_str()),
            plain(r.started.map_or(String::new(), |m| m.to_string())),
            plain(r.finished.map_or(String::new(), |m| m.to_string())),
        ]);
    }
    let mut page = Page::new(terminal.out);
    table.draw(&mut page, 0);
    terminal.say(&page.finish());
    Ok(Exit::Done)
}

fn show(id: Option<&str>, json: bool, terminal: &Terminal) -> Result<Exit, Failure> {
    let told = ops::run::show(id)?;
    terminal.notices(&told.journal.notices);
    Live::replay(terminal, json, &told);
    Ok(Exit::Done)
}
