//! Runs one of the user's commands on the component's target, through the core.

use crate::arguments::Arguments;
use patchform_sdk::Context;
use patchform_sdk::detached::safe_id;
use patchform_sdk::message::{Subject, TargetAwait, TargetAwaited, TargetRun};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// With an exit code.
    Exited {
        /// The code.
        code: i32,
        /// The end of its standard output.
        stdout: String,
        /// The end of its standard error.
        stderr: String,
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

/// No question is waited for longer: a plan must not hang for ten minutes on one component that does not answer.
const LOOK: Duration = Duration::from_secs(60);

/// Runs a command without effect, and waits for it, at most [`LOOK`]; it leaves no trace.
pub fn quietly(
    argv: &[String],
    subject: &Subject,
    arguments: &Arguments,
    variables: &[(&str, &str)],
    context: &Context,
) -> Ended {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let id = format!("ask-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    start(&id, argv, subject, arguments, variables, true, context)
        .unwrap_or_else(|| wait(&id, subject, arguments.patience().min(LOOK), context))
}

/// Starts a command under an action's id unless it was started before; `None` when it was started.
pub fn start(
    id: &str,
    argv: &[String],
    subject: &Subject,
    arguments: &Arguments,
    variables: &[(&str, &str)],
    ephemeral: bool,
    context: &Context,
) -> Option<Ended> {
    let mut env: BTreeMap<String, String> = arguments.env.clone().unwrap_or_default();
    env.insert("PATCHFORM_ADDRESS".into(), subject.address.clone());
    env.extend(variables.iter().map(|(name, value)| ((*name).to_string(), (*value).to_string())));
    let run = TargetRun {
        id: safe_id(id),
        connection: subject.connection.clone(),
        argv: argv.to_vec(),
        env,
        cwd: None,
        stdin: String::new(),
        ephemeral,
    };
    context.target().run(&run).err().map(|e| Ended::Unreachable(e.message))
}

/// Waits for a command by its id.
pub fn wait(id: &str, subject: &Subject, patience: Duration, context: &Context) -> Ended {
    let timeout = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
    let wait = TargetAwait { id: safe_id(id), connection: subject.connection.clone(), timeout };
    match context.target().wait(&wait) {
        Ok(TargetAwaited::Exited { code, stdout, stderr }) => Ended::Exited { code, stdout, stderr },
        Ok(TargetAwaited::Running) => Ended::Running,
        Ok(TargetAwaited::Unknown) => Ended::Never,
        Ok(TargetAwaited::Lost { .. }) => Ended::Lost,
        Err(e) => Ended::Unreachable(e.message),
    }
}

impl Ended {
    /// What it printed, when it ended with 0.
    ///
    /// # Errors
    /// What it did instead, in a sentence.
    pub fn output(self, argv: &[String]) -> Result<String, String> {
        let shown = argv.join(" ");
        match self {
            Ended::Exited { code: 0, stdout, .. } => Ok(stdout),
            Ended::Exited { code, stderr, stdout } => {
                let said = if stderr.trim().is_empty() { stdout } else { stderr };
                let said = said.trim().lines().last().map(|line| format!(": {line}")).unwrap_or_default();
                Err(format!("`{shown}` exited with code {code}{said}"))
            }
            Ended::Running => Err(format!("`{shown}` did not end in time")),
            Ended::Never => Err(format!("`{shown}` was not started")),
            Ended::Lost => Err(format!("`{shown}` was cut off")),
            Ended::Unreachable(why) => Err(why),
        }
    }
}
