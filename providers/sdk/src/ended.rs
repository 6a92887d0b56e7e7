//! How a command on a target ended, for providers that run their work there.

use crate::Context;
use crate::detached::safe_id;
use crate::line::tail;
use crate::message::{Answer, Cause, Subject, Switch, TargetAwait, TargetAwaited};
use crate::words::typed;
use std::time::Duration;

/// The exit code by which a command promises that it changed nothing (EX_TEMPFAIL of sysexits.h).
pub const REFUSED: i32 = 75;
/// How much of what a command printed goes into an answer, in bytes.
pub const OUTPUT: usize = 4096;

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// With an exit code.
    Exited {
        /// The code.
        code: i32,
        /// What it said.
        said: Said,
    },
    /// Not yet.
    Running,
    /// It was never started.
    Never,
    /// Nobody knows.
    Lost,
    /// The target cannot be asked.
    Unreachable(String),
}

/// What a command printed, as it is and as it may be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// The end of its standard output, as it was printed.
    pub stdout: String,
    /// Whether a secret stands in `stdout`: then it may not be stored.
    pub secret: bool,
    /// The end of its standard output, without secrets.
    pub shown: String,
    /// The end of its standard error, without secrets.
    pub stderr: String,
}

/// Waits for a command by its id; also says how its dead man's switch stands, if it has one.
pub fn wait(id: &str, subject: &Subject, patience: Duration, context: &Context) -> (Ended, Option<Switch>) {
    let wait =
        TargetAwait { id: safe_id(id), connection: subject.connection.clone(), timeout: millis(patience) };
    match context.target().wait(&wait) {
        Ok(standing) => (ended(standing.command), standing.switch),
        Err(e) => (Ended::Unreachable(e.message), None),
    }
}

/// The signal that ended a command, by its exit code: 128 + signal, as a shell has it.
pub fn signal(code: i32) -> Option<i32> {
    (129..=192).contains(&code).then(|| code - 128)
}

/// How a command ended, in words: `exited with code 3`, `was ended by signal 9 (exit code 137)`.
pub fn ending(code: i32) -> String {
    match signal(code) {
        None => format!("exited with code {code}"),
        Some(signal) => format!("was ended by signal {signal} (exit code {code})"),
    }
}

/// What an action answers whose command ended with another code than 0: by [`REFUSED`] it promises that nothing changed.
pub fn failed(argv: &[String], code: i32, output: &str) -> Answer {
    let Cause { why, output } = cause(argv, code, output);
    if code == REFUSED { Answer::Refused { why, output } } else { Answer::Unclear { why, output } }
}

/// Why an action was not done whose command ended with another code than 0.
pub fn cause(argv: &[String], code: i32, output: &str) -> Cause {
    Cause { why: format!("`{}` {}", typed(argv), ending(code)), output: tail(output, OUTPUT).into() }
}

/// What an action answers whose command has not ended by its deadline.
pub fn goes_on(argv: &[String]) -> Answer {
    Answer::unclear(format!("`{}` had not ended when its time was up (it is not killed)", typed(argv)))
}

/// A time in whole milliseconds.
pub fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn ended(command: TargetAwaited) -> Ended {
    match command {
        TargetAwaited::Exited { code, stdout, stderr, stdout_masked, stderr_masked } => {
            let secret = stdout_masked.is_some();
            let (shown, stderr) =
                (stdout_masked.unwrap_or_else(|| stdout.clone()), stderr_masked.unwrap_or(stderr));
            Ended::Exited { code, said: Said { stdout, secret, shown, stderr } }
        }
        TargetAwaited::Running => Ended::Running,
        TargetAwaited::Unknown => Ended::Never,
        TargetAwaited::Lost { .. } => Ended::Lost,
    }
}

impl Ended {
    /// What it printed, when it ended with 0; `argv` names it.
    ///
    /// # Errors
    /// What it did instead, in a sentence.
    pub fn output(self, argv: &[String]) -> Result<String, String> {
        let command = typed(argv);
        match self {
            Ended::Exited { code: 0, said } => Ok(said.stdout),
            Ended::Exited { code, said: Said { shown, stderr, .. } } => {
                let said = if stderr.trim().is_empty() { shown } else { stderr };
                let said = said.trim().lines().last().map(|line| format!(": {line}")).unwrap_or_default();
                Err(format!("`{command}` {}{said}", ending(code)))
            }
            Ended::Running => Err(format!("`{command}` did not end in time")),
            Ended::Never => Err(format!("`{command}` was not started")),
            Ended::Lost => Err(format!("`{command}` was cut off")),
            Ended::Unreachable(why) => Err(why),
        }
    }
}
