//! `check "exec"`: a command on the target ends with 0.

use super::Place;
use patchform_sdk::line::beginning;
use patchform_sdk::words::typed;
use std::time::Duration;

/// # Errors
/// What was found instead, in a sentence.
pub(super) fn ask(
    command: &[String],
    expect_output: Option<&str>,
    timeout: Duration,
    place: &Place<'_>,
) -> Result<(), String> {
    let shown = typed(command);
    let ended = place.ask(command, timeout)?;
    if ended.code != 0 {
        let said = ended.last_line().map(|line| format!(": {}", beginning(line.as_bytes())));
        return Err(format!(
            "`{shown}` exited with code {}, expected 0{}",
            ended.code,
            said.unwrap_or_default()
        ));
    }
    match expect_output {
        Some(text) if !ended.stdout.contains(text) => {
            let output = beginning(ended.stdout.trim().as_bytes());
            Err(format!("`{shown}` printed {output:?}, expected {text:?} in it"))
        }
        _ => Ok(()),
    }
}
