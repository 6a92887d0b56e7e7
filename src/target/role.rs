//! Asks a member of a cluster which part it plays there now.

use super::Targets;
use super::question::Question;
use crate::config::blocks::is_role;
use crate::config::checked::{Connection, Role};
use patchform_sdk::line::beginning;
use patchform_sdk::words::typed;

/// # Errors
/// Why there is no answer, in a sentence.
pub fn ask(role: &Role, at: &Connection, targets: &Targets) -> Result<String, String> {
    let shown = typed(&role.command);
    let answered = Question::of(targets, at, &role.command, role.timeout).ask();
    let told = answered.and_then(|ended| match (ended.code, ended.stdout.trim()) {
        (0, word) if is_role(word) => Ok(word.to_string()),
        (0, "") => Err(format!("`{shown}` printed nothing, expected one word")),
        (0, other) => Err(format!("`{shown}` printed {:?}, expected one word", beginning(other.as_bytes()))),
        (code, _) => Err(format!("`{shown}` exited with code {code}, expected 0{}", ended.told())),
    });
    told.map_err(|why| targets.masked(&why))
}
