//! The callbacks: what a provider asks of the core about a component's target, as it stands on the wire.

use super::Connection;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `target/run`: start a command on the target, detached, with its output kept there under the action's id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetRun {
    /// Names the detached command: it never starts twice. Requests without effect may use any fresh id.
    pub id: String,
    /// Where.
    pub connection: Connection,
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Environment to add.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Working directory.
    #[serde(default)]
    pub cwd: Option<String>,
    /// Text for its standard input.
    #[serde(default)]
    pub stdin: String,
    /// For what has no effect: its output is forgotten once it was awaited, and it is ended when the wait runs out.
    #[serde(default)]
    pub ephemeral: bool,
    /// Only with `ephemeral`: over a connection that is made for it, where one is shared else. What lets nobody in any more leaves
    /// those that are in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fresh: bool,
}

/// Answer to `target/run`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetStarted {
    /// Whether this call started it (`false`: it had been started under this id before).
    pub started: bool,
}

/// `target/await`: wait for a detached command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetAwait {
    /// Its id.
    pub id: String,
    /// Where.
    pub connection: Connection,
    /// Milliseconds to wait at most.
    pub timeout: u64,
}

/// Answer to `target/await`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TargetAwaited {
    /// It ended.
    Exited {
        /// Exit code; 128 + signal when a signal ended it.
        code: i32,
        /// The end of its standard output (at most 64 KiB).
        stdout: String,
        /// The end of its standard error (at most 64 KiB).
        stderr: String,
        /// `stdout` with the secrets in it hidden, when it holds some. Show and store nothing but this.
        stdout_masked: Option<String>,
        /// `stderr` with the secrets in it hidden, when it holds some.
        stderr_masked: Option<String>,
    },
    /// It still runs.
    Running,
    /// Nothing was ever started under this id.
    Unknown,
    /// It was started, is gone, and left no exit code (killed, or the target went down).
    Lost {
        /// The end of what it printed.
        #[serde(default)]
        output: String,
    },
}

/// `target/put`: write a file on the target, atomically.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetPut {
    /// Where.
    pub connection: Connection,
    /// Absolute path.
    pub path: String,
    /// Content, base64.
    pub content: String,
    /// Permission bits.
    #[serde(default = "default_mode")]
    pub mode: u32,
}

fn default_mode() -> u32 {
    0o644
}

/// `target/get`: read a file of the target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetGet {
    /// Where.
    pub connection: Connection,
    /// Absolute path.
    pub path: String,
}

/// Answer to `target/get`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetGot {
    /// Content, base64; `None` when there is no such file.
    pub content: Option<String>,
}

// ---------------------------------------------------------------- the dead man's switch (protocol 1.1)

/// A command: what it runs, with what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetCommand {
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Environment to add.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Working directory.
    #[serde(default)]
    pub cwd: Option<String>,
    /// Text for its standard input.
    #[serde(default)]
    pub stdin: String,
}

/// `target/run_or_revert`: as `target/run`, under a dead man's switch. The switch is armed on the target, and proved to
/// be, before the command starts; unless it is confirmed in time, the target ends the command and goes back by itself.
///
/// This is a method of its own, so that a core which knows no switch answers that, and does not run without it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetRunOrRevert {
    /// The command; never ephemeral.
    #[serde(flatten)]
    pub run: TargetRun,
    /// What goes back. Must be safe when there is nothing to take back.
    pub revert: TargetCommand,
    /// Milliseconds from the start until it must be confirmed, the command's own time included.
    pub within: u64,
}

/// Answer to `target/await`: the command's end, and how its switch stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetStanding {
    /// How the command stands.
    #[serde(flatten)]
    pub command: TargetAwaited,
    /// How its dead man's switch stands; `None` when it runs under none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switch: Option<Switch>,
}

/// How a dead man's switch stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stands", rename_all = "snake_case")]
pub enum Switch {
    /// Nobody has decided yet.
    Armed {
        /// Milliseconds until the target goes back by itself.
        left: u64,
    },
    /// The way in was proved in time: nothing goes back.
    Confirmed,
    /// The target goes back right now.
    Reverting,
    /// It went back.
    Reverted {
        /// Exit code of what went back; anything but 0 means that it may not have got there.
        code: i32,
        /// The end of what it printed, without secrets.
        #[serde(default)]
        output: String,
    },
    /// It was not confirmed, and what should go back was cut off or never began (the target was rebooted, or the watchdog
    /// was killed): use the ordinary way back.
    Lost {
        /// The end of what it printed, without secrets.
        #[serde(default)]
        output: String,
    },
}

/// `target/confirm_or_revert`: over a new connection, run the check, then decide. What was decided before stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetConfirm {
    /// The command's id.
    pub id: String,
    /// Where.
    pub connection: Connection,
    /// Go back at once instead of confirming.
    #[serde(default)]
    pub revert: bool,
    /// Run over the new connection first; unless it ends with 0 in time, the target goes back.
    #[serde(default)]
    pub check: Option<TargetCommand>,
    /// Milliseconds to wait at most for the check, and again for the end of going back.
    pub timeout: u64,
}

/// Answer to `target/confirm_or_revert`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetConfirmed {
    /// How the switch stands now; `None` when nothing was ever run under a switch with this id.
    #[serde(default)]
    pub switch: Option<Switch>,
    /// The check, when it was run and did not end with 0.
    #[serde(default)]
    pub failed: Option<FailedCheck>,
}

/// A check that did not end with 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedCheck {
    /// Exit code; `None` when it did not end in time.
    #[serde(default)]
    pub code: Option<i32>,
    /// The end of what it printed, without secrets.
    #[serde(default)]
    pub output: String,
}
