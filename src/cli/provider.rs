//! `patchform provider …`

use super::Exit;
use super::terminal::Terminal;
use crate::ops::{self, Failure};
use crate::report::page::Page;
use crate::report::style::{Tint, plain, tinted};
use clap::Subcommand;
use patchform_sdk::contract::{self, Checked, Verdict};
use std::path::PathBuf;

/// What to do with providers.
#[derive(Subcommand)]
pub enum Verb {
    /// List the bundled providers and those of the configuration
    List,
    /// Show a provider's kinds and their arguments
    Schema {
        /// The provider's name
        name: String,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Run the contract suite against a provider
    #[command(
        after_help = "The contract file says how to make a scratch component: docs/protocol.md, \"The contract suite\"."
    )]
    Check {
        /// Path of its executable, or the name of a bundled one
        provider: String,
        /// The contract file; contract.json beside the executable when left out
        #[arg(long, value_name = "FILE")]
        contract: Option<PathBuf>,
    },
    /// Serve a bundled provider on standard input and output
    #[command(hide = true)]
    Serve {
        /// Its name
        name: String,
    },
}

pub fn run(verb: &Verb, terminal: &Terminal) -> Result<Exit, Failure> {
    match verb {
        Verb::List => list(terminal),
        Verb::Schema { name, json } => schema(name, *json, terminal),
        Verb::Check { provider, contract } => check(provider, contract.as_deref(), terminal),
        Verb::Serve { name } => {
            crate::provider::serve::serve(name).map_err(Failure::error)?;
            Ok(Exit::Done)
        }
    }
}

fn list(terminal: &Terminal) -> Result<Exit, Failure> {
    for row in ops::providers::list()? {
        terminal.say(&format!("{} {} ({}): {}\n", row.name, row.version, row.from, row.kinds.join(", ")));
    }
    Ok(Exit::Done)
}

fn schema(name: &str, json: bool, terminal: &Terminal) -> Result<Exit, Failure> {
    let described = ops::providers::describe(name)?;
    if json {
        let text = serde_json::to_string_pretty(&described.description).map_err(Failure::error)?;
        terminal.say(&format!("{text}\n"));
        return Ok(Exit::Done);
    }
    let mut page = Page::new(terminal.out);
    for (kind, schema) in &described.description.kinds {
        page.line(
            0,
            2,
            &[
                tinted(Tint::Bold, format!("component {kind:?} \"NAME\"")),
                plain(format!("  {}", schema.summary)),
            ],
        );
        let level = match schema.level {
            patchform_sdk::message::LevelShape::Single => "one string",
            patchform_sdk::message::LevelShape::Map => "a map from part to string",
        };
        page.labelled(2, 14, "patch_level", &[plain(format!("{level}, ordered as {}", schema.scheme))]);
        for (argument, row) in &schema.arguments {
            let ty = row.ty.as_str().map_or_else(|| row.ty.to_string(), str::to_string);
            let needed = if row.required { ", required" } else { "" };
            let default = row.default.as_ref().map_or(String::new(), |d| format!(", default {d}"));
            let secret = if row.sensitive { ", secret" } else { "" };
            page.labelled(
                2,
                14,
                argument,
                &[
                    tinted(Tint::Info, format!("{ty}{needed}{default}{secret}")),
                    plain(format!("  {}", row.description)),
                ],
            );
        }
    }
    terminal.say(&page.finish());
    Ok(Exit::Done)
}

fn check(provider: &str, file: Option<&std::path::Path>, terminal: &Terminal) -> Result<Exit, Failure> {
    let (command, file) = ops::providers::contract(provider, file)?;
    let mut told = |checked: &Checked| {
        let mut page = Page::new(terminal.out);
        let (tint, word, why) = match &checked.verdict {
            Verdict::Passed => (Tint::Good, "passed ", checked.about.to_string()),
            Verdict::Failed(why) => (Tint::Bad, "FAILED ", format!("{}: {why}", checked.about)),
            Verdict::Skipped(why) => (Tint::Dim, "skipped", format!("{}: {why}", checked.about)),
        };
        page.line(
            0,
            10,
            &[tinted(tint, word), plain("   "), tinted(Tint::Bold, checked.name), plain(format!("  {why}"))],
        );
        terminal.say(&page.finish());
    };
    let sum = contract::run(&command, &file, &mut told).map_err(Failure::error)?;
    terminal.say(&format!("{} passed, {} failed, {} skipped\n", sum.passed, sum.failed, sum.skipped));
    Ok(if sum.failed == 0 { Exit::Done } else { Exit::Error })
}
