//! `patchform output`

use super::Exit;
use super::terminal::Terminal;
use crate::config::exact::Exact;
use crate::ops::{self, Failure};
use crate::report::harmless;
use serde::Serialize;
use std::collections::BTreeMap;

/// Options of `output`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Only this output
    name: Option<String>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    /// Print a string without quotes
    #[arg(long, requires = "name")]
    raw: bool,
}

/// An output in JSON.
#[derive(Serialize)]
struct Shown<'o> {
    sensitive: bool,
    #[serde(rename = "type")]
    of: serde_json::Value,
    value: &'o Exact,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let seen = ops::view::required()?;
    let outputs = ops::state::outputs(&seen.state, arguments.name.as_deref())?;
    terminal.notices(&seen.notices());
    if let (Some(name), [(_, value, sensitive)]) = (&arguments.name, outputs.as_slice()) {
        if *sensitive {
            return Err(Failure::error(format!(
                "the output {name} is sensitive: no secret is stored, so that there is nothing to print"
            ))
            .hint("take the secret from where the configuration takes it"));
        }
        let shown = format!("{value:#}");
        match (arguments.raw, shown == "null", value.as_str()) {
            (true, true, _) => {
                return Err(Failure::error(format!("the output {name} is null, which has no text")));
            }
            (true, _, Some(text)) => terminal.say(text),
            _ => terminal.say(&format!("{shown}\n")),
        }
        return Ok(Exit::Done);
    }
    if arguments.json {
        let all: BTreeMap<&str, Shown<'_>> = outputs
            .iter()
            .map(|(name, value, sensitive)| {
                (name.as_str(), Shown { sensitive: *sensitive, of: value.type_json(), value })
            })
            .collect();
        // A map with string keys, and no type that can fail: serialising into memory cannot.
        terminal.say(&format!("{}\n", serde_json::to_string_pretty(&all).unwrap_or_default()));
        return Ok(Exit::Done);
    }
    for (name, value, sensitive) in outputs {
        let shown = if sensitive { "(sensitive; not stored)".to_string() } else { format!("{value:#}") };
        terminal.say(&format!(
            "{name} = {}\n",
            shown.lines().map(harmless::one_line).collect::<Vec<_>>().join("\n")
        ));
    }
    Ok(Exit::Done)
}
