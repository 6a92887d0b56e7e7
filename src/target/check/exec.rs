//! `check "exec"`: a command on the target ends with 0.

use super::{Found, Place};
use crate::target::question::{Answered, Unanswered};
use patchform_sdk::ended;
use patchform_sdk::line::beginning;
use patchform_sdk::words::typed;
use std::time::Duration;

/// As the shell says that a program cannot be run, or is not there.
const NOT_RUN: [i32; 2] = [126, 127];

/// # Errors
/// What was found instead, in a sentence; nothing, where a signal ended the command: it has not come to its answer.
pub(super) fn ask(
    command: &[String],
    expect_output: Option<&str>,
    timeout: Duration,
    place: &Place<'_>,
) -> Result<(), Found> {
    judge(command, expect_output, &place.ask(command, timeout).map_err(Found::Ill)?)
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
        Ok(answered) => judge(command, expect_output, &answered).map_err(|found| match found {
            Found::Ill(why) if NOT_RUN.contains(&answered.code) => Found::Nothing(why),
            found => found,
        }),
        Err(Unanswered::TooLate(why)) => Err(Found::Ill(why)),
        Err(Unanswered::NotPut(why)) => Err(Found::Nothing(why)),
    }
}

fn judge(command: &[String], expect_output: Option<&str>, answered: &Answered) -> Result<(), Found> {
    let shown = typed(command);
    if answered.code != 0 {
        let told = format!("`{shown}` {}, expected 0{}", ended::ending(answered.code), answered.told());
        let tells_nothing = ended::signal(answered.code).is_some();
        return Err(if tells_nothing { Found::Nothing(told) } else { Found::Ill(told) });
    }
    match expect_output {
        Some(text) if !answered.stdout.contains(text) => {
            let output = beginning(answered.stdout.trim().as_bytes());
            Err(Found::Ill(format!("`{shown}` printed {output:?}, expected {text:?} in it")))
        }
        _ => Ok(()),
    }
}
