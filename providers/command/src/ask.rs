//! Runs one of the user's commands on the component's target, through the core.

use crate::arguments::Arguments;
use patchform_sdk::Context;
use patchform_sdk::detached::safe_id;
use patchform_sdk::message::{Subject, Switch, TargetAwait, TargetAwaited, TargetRun};
use patchform_sdk::words::typed;
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

/// No question is waited for longer: a plan must not hang for ten minutes on one component that does not answer.
pub const LOOK: Duration = Duration::from_secs(60);

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
        .unwrap_or_else(|| wait(&id, subject, arguments.patience().min(LOOK), context).0)
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
    let run = TargetRun {
        id: safe_id(id),
        connection: subject.connection.clone(),
        argv: argv.to_vec(),
        env: environment(subject, arguments, variables),
        cwd: None,
        stdin: String::new(),
        ephemeral,
    };
    context.target().run(&run).err().map(|e| Ended::Unreachable(e.message))
}

/// What a command finds in its environment.
pub fn environment(
    subject: &Subject,
    arguments: &Arguments,
    variables: &[(&str, &str)],
) -> BTreeMap<String, String> {
    let mut env: BTreeMap<String, String> = arguments.env.clone().unwrap_or_default();
    env.insert("PATCHFORM_ADDRESS".into(), subject.address.clone());
    env.extend(variables.iter().map(|(name, value)| ((*name).to_string(), (*value).to_string())));
    env
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
    /// What it printed, when it ended with 0.
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
                Err(format!("`{command}` exited with code {code}{said}"))
            }
            Ended::Running => Err(format!("`{command}` did not end in time")),
            Ended::Never => Err(format!("`{command}` was not started")),
            Ended::Lost => Err(format!("`{command}` was cut off")),
            Ended::Unreachable(why) => Err(why),
        }
    }
}
