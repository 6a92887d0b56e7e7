//! `patchform output`

use super::Exit;
use super::terminal::Terminal;
use crate::ops::{self, Failure};
use crate::report::harmless;
use serde_json::Value as Json;

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

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let seen = ops::view::required()?;
    let outputs = ops::state::outputs(&seen.state, arguments.name.as_deref())?;
    terminal.notices(&seen.notices());
    if let (Some(_), [(_, value, _)]) = (&arguments.name, outputs.as_slice()) {
        match value {
            Json::String(text) if arguments.raw => terminal.say(text),
            value => terminal.say(&format!("{value:#}\n")),
        }
        return Ok(Exit::Done);
    }
    if arguments.json {
        let all: serde_json::Map<String, Json> = outputs
            .into_iter()
            .map(|(name, value, sensitive)| {
                (name, serde_json::json!({ "value": value, "sensitive": sensitive }))
            })
            .collect();
        terminal.say(&format!("{:#}\n", Json::Object(all)));
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
