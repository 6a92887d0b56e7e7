//! `patchform propose`

use super::Exit;
use super::arguments::{Lock, Variables, selections};
use super::stages::Stages;
use super::terminal::Terminal;
use super::waits::Waits;
use crate::finding::Aim;
use crate::ops::{self, Failure};
use crate::report::{file_diff, proposed};
use patchform_sdk::period;
use std::sync::Arc;

/// Options of `propose`.
#[derive(clap::Args)]
#[command(
    after_help = "It assesses first. Only the levels that have to rise are written, where they stand; comments and layout stay. \
                  Constraints are resolved into the lock file. No level is lowered but by --adopt, and no package is added. \
                  Exits with 2 while a constraint has no level. Review the change, commit it, then `patchform plan`."
)]
pub struct Arguments {
    #[command(flatten)]
    variables: Variables,
    #[command(flatten)]
    lock: Lock,
    /// Only these components, or all instances of these blocks
    #[arg(long, value_name = "ADDRESS")]
    target: Vec<String>,
    /// Only what this vulnerability needs: a CVE, or an advisory's id
    #[arg(long = "for", value_name = "CVE")]
    only: Vec<String>,
    /// Only what is due within this time, or overdue, such as 7d
    #[arg(long, value_name = "TIME")]
    due_within: Option<String>,
    /// Resolve constraints to the newest level that each allows
    #[arg(long, conflicts_with_all = ["only", "due_within", "adopt"])]
    upgrade: bool,
    /// Take the levels that are installed, lower ones too: drift becomes a change in git
    #[arg(long, conflicts_with_all = ["only", "due_within"])]
    adopt: bool,
    /// Write nothing; show the change
    #[arg(long)]
    dry_run: bool,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let request = ops::propose::Request {
        assess: ops::assess::Request {
            inputs: arguments.variables.inputs(),
            targets: selections("--target", &arguments.target)?,
            patience: arguments.lock.timeout()?,
        },
        only: arguments.only.iter().map(|text| super::assess::id(text)).collect(),
        due_within: arguments.due_within.as_deref().map(days).transpose()?,
        aim: match (arguments.upgrade, arguments.adopt) {
            (_, true) => Aim::Installed,
            (true, _) => Aim::Newest,
            _ => Aim::Needed,
        },
        dry_run: arguments.dry_run,
    };
    let mut stages = Stages::new(terminal, Arc::new(Waits::beside(terminal)));
    let done = ops::propose::propose(&request, &mut stages)?;
    terminal.warn(&done.warnings, &done.sources);
    for file in &done.files {
        let before = file.before.as_deref().unwrap_or_default();
        terminal.say(&file_diff::draw(&file.path, before, &file.after, terminal.out));
    }
    terminal.say(&proposed::draw(&done.drawn, terminal.out));
    Ok(if done.drawn.open > 0 { Exit::Something } else { Exit::Done })
}

/// Whole days, rounded up.
fn days(text: &str) -> Result<u16, Failure> {
    let time = period::parse(text).map_err(|why| Failure::error(format!("--due-within: {why}")))?;
    u16::try_from(time.as_secs().div_ceil(86_400))
        .map_err(|_| Failure::error(format!("--due-within: {text} is more than a hundred years")))
}
