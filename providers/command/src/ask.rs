//! Runs one of the user's commands on the component's target, through the core.

use crate::arguments::Arguments;
use patchform_sdk::Context;
use patchform_sdk::detached::safe_id;
use patchform_sdk::ended::{self, Ended};
use patchform_sdk::message::{Subject, TargetRun};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

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
    match start(&id, argv, subject, arguments, variables, true, context) {
        Ok(()) => ended::wait(&id, subject, arguments.patience().min(LOOK), context).0,
        Err(why) => Ended::Unreachable(why),
    }
}

/// Starts a command under an action's id unless it was started before.
///
/// # Errors
/// Why that is not known.
pub fn start(
    id: &str,
    argv: &[String],
    subject: &Subject,
    arguments: &Arguments,
    variables: &[(&str, &str)],
    ephemeral: bool,
    context: &Context,
) -> Result<(), String> {
    let run = TargetRun {
        id: safe_id(id),
        connection: subject.connection.clone(),
        argv: argv.to_vec(),
        env: environment(subject, arguments, variables),
        cwd: None,
        stdin: String::new(),
        ephemeral,
        fresh: false,
    };
    context.target().run(&run).map(drop).map_err(|e| e.message)
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
