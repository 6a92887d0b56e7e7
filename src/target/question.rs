//! A command on a target that has no effect, and whose end is waited for: what is asked twice does no harm.

use super::Targets;
use crate::config::checked;
use patchform_sdk::ended::millis;
use patchform_sdk::host::Host as _;
use patchform_sdk::line::beginning;
use patchform_sdk::message::{Connection, RpcError, TargetAwait, TargetAwaited, TargetRun};
use patchform_sdk::words::typed;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What is asked, and where.
pub struct Question<'a> {
    /// Through which the target is reached.
    pub targets: &'a Targets,
    /// Where it is.
    pub at: &'a checked::Connection,
    /// Program and arguments.
    pub argv: &'a [String],
    /// Variables of its environment.
    pub env: BTreeMap<String, String>,
    /// How long an answer may take.
    pub patience: Duration,
    /// What the command is called in a message.
    pub called: String,
}

/// Why there is no answer, in a sentence.
pub enum Unanswered {
    /// The command was not run, or nobody knows what became of it.
    NotPut(String),
    /// It did not end in time.
    TooLate(String),
}

/// How a command ended.
pub struct Answered {
    /// Its exit code.
    pub code: i32,
    /// What it printed.
    pub stdout: String,
    /// What it complained with.
    pub stderr: String,
}

impl<'a> Question<'a> {
    /// A question that is called as one would type it.
    pub fn of(
        targets: &'a Targets,
        at: &'a checked::Connection,
        argv: &'a [String],
        patience: Duration,
    ) -> Question<'a> {
        let called = format!("`{}`", typed(argv));
        Question { targets, at, argv, env: BTreeMap::new(), patience, called }
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// A sentence: the target is not reached, or the command did not end in time.
    pub fn ask(self) -> Result<Answered, String> {
        self.put().map_err(|none| match none {
            Unanswered::NotPut(why) | Unanswered::TooLate(why) => why,
        })
    }

    /// Likewise, for whom it matters whether it was asked.
    ///
    /// # Errors
    /// [`Unanswered`]
    pub fn put(self) -> Result<Answered, Unanswered> {
        let not_put = |e: RpcError| Unanswered::NotPut(e.message);
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = format!("question-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let connection = Connection::from(self.at);
        let run = TargetRun {
            id: id.clone(),
            connection: connection.clone(),
            argv: self.argv.to_vec(),
            env: self.env,
            cwd: None,
            stdin: String::new(),
            ephemeral: true,
            fresh: false,
        };
        self.targets.run(&run).map_err(not_put)?;
        let wait = TargetAwait { id, connection, timeout: millis(self.patience) };
        match self.targets.wait(&wait).map_err(not_put)?.command {
            TargetAwaited::Exited { code, stdout, stderr, .. } => Ok(Answered { code, stdout, stderr }),
            TargetAwaited::Running => {
                let told = format!("{} did not end within {}", self.called, seconds(self.patience));
                Err(Unanswered::TooLate(told))
            }
            TargetAwaited::Unknown | TargetAwaited::Lost { .. } => {
                Err(Unanswered::NotPut(format!("{} was lost", self.called)))
            }
        }
    }
}

impl Answered {
    /// `: no such unit`, the beginning of its last line; nothing where it has said nothing.
    pub fn told(&self) -> String {
        self.last_line().map_or(String::new(), |line| format!(": {}", beginning(line.as_bytes())))
    }

    /// The last line that it complained with, or printed.
    pub fn last_line(&self) -> Option<&str> {
        let said = if self.stderr.trim().is_empty() { &self.stdout } else { &self.stderr };
        said.trim().lines().last()
    }
}

/// `1.5 s`, `20 s`.
pub(super) fn seconds(time: Duration) -> String {
    if time.as_secs() < 10 { format!("{:.1} s", time.as_secs_f64()) } else { format!("{} s", time.as_secs()) }
}
