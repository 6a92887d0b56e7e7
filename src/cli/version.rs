//! `patchform version`

use super::Exit;
use super::terminal::Terminal;
use crate::calendar::ZONES_VERSION;
use crate::ops::Failure;
use crate::provider::locate::BUNDLED;
use patchform_sdk::message::PROTOCOL;

/// Options of `version`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let version = env!("CARGO_PKG_VERSION");
    let bundled: Vec<&str> = BUNDLED.iter().map(|row| row.name).collect();
    let protocol = format!("{}.{}", PROTOCOL.major, PROTOCOL.minor);
    if arguments.json {
        let all = serde_json::json!({ "format_version": 1, "patchform": version, "protocol": protocol, "time_zone_database": ZONES_VERSION, "bundled_providers": bundled });
        terminal.say(&format!("{all:#}\n"));
    } else {
        terminal.say(&format!(
            "patchform {version}\nprovider protocol {protocol}\ntime zones: {ZONES_VERSION}\nbundled providers: {}\n",
            bundled.join(", ")
        ));
    }
    Ok(Exit::Done)
}
