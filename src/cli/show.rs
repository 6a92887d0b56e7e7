//! `patchform show`

use super::Exit;
use super::terminal::Terminal;
use crate::config::exact::Exact;
use crate::ops::plan::Planned;
use crate::ops::{self, Failure, snapshot};
use crate::plan::Plan;
use crate::report::plan_text::{Dropping, View};
use crate::report::{plan_json, plan_text, state_text};
use crate::state::{State, stored};
use crate::world::clock;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Options of `show`.
#[derive(clap::Args)]
pub struct Arguments {
    /// A saved plan; the state when left out
    plan: Option<PathBuf>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    /// Print everything: every component, every line of every diff
    #[arg(long)]
    full: bool,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let Some(path) = &arguments.plan else {
        let seen = ops::view::required()?;
        if arguments.json {
            terminal.notices(&seen.notices());
            terminal.say(&String::from_utf8_lossy(&stored::write(&seen.state)));
        } else {
            terminal.notices(&seen.damaged);
            terminal.say(&state_text::overview(&seen.state, &seen.open, terminal.clock(), terminal.out));
        }
        return Ok(Exit::Done);
    };
    let plan = ops::saved::read_saved(path)?;
    if arguments.json {
        terminal.say(&plan_json::render(&plan));
    } else {
        let state = ops::state::read().unwrap_or_default();
        let again = format!("patchform show {}", path.display());
        terminal.say(&draw(&plan, state.as_ref(), terminal, arguments.full, &again));
    }
    Ok(Exit::Done)
}

/// Draws a plan that was just made.
pub fn planned(planned: &Planned, terminal: &Terminal, full: bool) -> String {
    draw(&planned.plan, planned.state.as_ref(), terminal, full, "patchform plan")
}

fn draw(plan: &Plan, state: Option<&State>, terminal: &Terminal, full: bool, again: &str) -> String {
    let outputs: Option<BTreeMap<String, Exact>> =
        state.map(|s| s.outputs.iter().map(|(name, o)| (name.clone(), o.value.clone())).collect());
    let dropping: Vec<Dropping> = state
        .map(|s| {
            let rows = snapshot::will_drop(s, plan).into_iter();
            rows.map(|(id, why)| {
                let known = &s.snapshots[&id];
                Dropping { address: known.component.clone(), taken: known.taken, id, why }
            })
            .collect()
        })
        .unwrap_or_default();
    let view = View {
        full,
        again,
        dropping: &dropping,
        zone: clock::local_offset,
        recorded_outputs: outputs.as_ref(),
        ..View::new(terminal.out)
    };
    plan_text::render(plan, &view)
}
