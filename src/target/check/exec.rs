//! `check "exec"`: a command on the target ends with 0.

use super::{Found, Place};
use crate::target::question::{Answered, Unanswered};
use patchform_sdk::line::beginning;
use patchform_sdk::words::typed;
use std::time::Duration;

/// As the shell says that a program cannot be run, or is not there.
const NOT_RUN: [i32; 2] = [126, 127];

/// # Errors
/// What was found instead, in a sentence.
pub(super) fn ask(
    command: &[String],
    expect_output: Option<&str>,
    timeout: Duration,
    place: &Place<'_>,
) -> Result<(), String> {
    judge(command, expect_output, &place.ask(command, timeout)?)
}

/// A customer's attempt: nothing is found where the program could not be run.
///
/// # Errors
/// What was found instead.
pub(super) fn attempt(
    command: &[String],
    expect_output: Option<&str>,
    timeout: Duration,
    place: &Place<'_>,
) -> Result<(), Found> {
    match place.question(command, timeout).put() {
        Ok(ended) => {
            judge(command, expect_output, &ended).map_err(|why| match NOT_RUN.contains(&ended.code) {
                true => Found::Nothing(why),
                false => Found::Ill(why),
            })
        }
        Err(Unanswered::TooLate(why)) => Err(Found::Ill(why)),
        Err(Unanswered::NotPut(why)) => Err(Found::Nothing(why)),
    }
}

fn judge(command: &[String], expect_output: Option<&str>, ended: &Answered) -> Result<(), String> {
    let shown = typed(command);
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
