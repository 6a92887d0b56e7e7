//! `patchform init`

use super::Exit;
use super::arguments::Variables;
use super::terminal::Terminal;
use crate::ops::modules::Pins;
use crate::ops::{self, Failure};

/// Options of `init`.
#[derive(clap::Args)]
#[command(
    arg = super::arguments::input(),
    after_help = "Run it after each change of required_providers or of a module's source, and commit patchform.lock.hcl."
)]
pub struct Arguments {
    #[command(flatten)]
    variables: Variables,
    /// Look up the branches and tags of modules again, and pin what they stand for now.
    #[arg(long)]
    upgrade: bool,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let pins = if arguments.upgrade { Pins::Renew } else { Pins::Keep };
    let done = ops::init::init(&arguments.variables.inputs(), pins)?;
    for row in &done.modules {
        let commit = &row.commit[..row.commit.len().min(12)];
        terminal.say(&format!("module {} (commit {commit}): {}\n", row.package, row.change));
    }
    for row in &done.providers {
        let from = row.source.as_deref().map_or("bundled".to_string(), |path| format!("from {path}"));
        let digest =
            row.digest.as_deref().map_or(String::new(), |d| format!(", sha256 {}…", &d[..d.len().min(16)]));
        terminal.say(&format!("provider {} {} ({from}{digest}): {}\n", row.name, row.version, row.change));
    }
    if done.lock_changed {
        terminal.say("patchform.lock.hcl is written; commit it.\n");
    }
    terminal.say(&format!("The state is {} ({}).\n", done.state.display(), done.state_is));
    if let Some(old) = &done.state_was {
        terminal.say(&format!(
            "Before it was {}, which stays as it is: what that one knows (levels, snapshots, runs) is not known here.\n",
            old.display()
        ));
    }
    terminal.say("patchform is ready. `patchform plan` shows what would change.\n");
    Ok(Exit::Done)
}
