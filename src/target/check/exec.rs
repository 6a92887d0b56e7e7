//! `check "exec"`: a command on the target ends with 0.

use super::{Found, Place};
use patchform_sdk::ended;
use patchform_sdk::line::beginning;
use patchform_sdk::words::typed;
use std::time::Duration;

/// # Errors
/// What was found instead, in a sentence; nothing, where a signal ended the command: it has not come to its answer.
pub(super) fn ask(
    command: &[String],
    expect_output: Option<&str>,
    timeout: Duration,
    place: &Place<'_>,
) -> Result<(), Found> {
    let shown = typed(command);
    let answered = place.ask(command, timeout).map_err(Found::Ill)?;
    if answered.code != 0 {
        let said = answered.last_line().map(|line| format!(": {}", beginning(line.as_bytes())));
        let told =
            format!("`{shown}` {}, expected 0{}", ended::ending(answered.code), said.unwrap_or_default());
        return Err(if ended::signal(answered.code).is_some() {
            Found::Nothing(told)
        } else {
            Found::Ill(told)
        });
    }
    match expect_output {
        Some(text) if !answered.stdout.contains(text) => {
            let output = beginning(answered.stdout.trim().as_bytes());
            Err(Found::Ill(format!("`{shown}` printed {output:?}, expected {text:?} in it")))
        }
        _ => Ok(()),
    }
}
