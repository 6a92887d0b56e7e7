//! `patchform run …`

use super::Exit;
use super::arguments::{Lock, Variables};
use super::live::Live;
use super::terminal::Terminal;
use crate::ops::{self, Failure};
use crate::report::{state_json, state_text};
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
            ask(run, |plan| ops::run::skip(plan, address), "leaves it alone", terminal)
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
    let asked = ops::run::ask(run.as_deref(), |plan, _| request(plan))?;
    let id = &asked.run;
    terminal.say(&match (asked.taken, asked.ended) {
        (false, _) => format!("Run {id} has not taken the request yet; it lies in the run's inbox.\n"),
        (true, false) => format!("Run {id} {said}.\n"),
        (true, true) => format!("Run {id} took the request, and has ended meanwhile.\n"),
    });
    Ok(Exit::Done)
}

fn list(json: bool, terminal: &Terminal) -> Result<Exit, Failure> {
    let rows = ops::run::list()?;
    terminal.say(&match json {
        true => state_json::runs(&rows),
        false => state_text::run_list(&rows, terminal.clock(), terminal.out),
    });
    Ok(Exit::Done)
}

fn show(id: Option<&str>, json: bool, terminal: &Terminal) -> Result<Exit, Failure> {
    let told = ops::run::show(id)?;
    terminal.notices(&told.journal.notices);
    Live::replay(terminal, json, &told, ops::run::driver(told.run.id())?);
    Ok(Exit::Done)
}
