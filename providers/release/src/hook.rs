//! The command that brings a switched release into force: it runs detached on the target under the action's id, so that
//! it outlives this provider, and never runs twice.

use crate::arguments::{Arguments, level};
use patchform_sdk::Context;
use patchform_sdk::detached::safe_id;
use patchform_sdk::ended::{REFUSED, cause, failed, goes_on};
use patchform_sdk::line::tail;
use patchform_sdk::message::{
    Act, Action, Answer, CommandLine, Done, Probed, Proposed, RpcError, Subject, TargetAwait, TargetAwaited,
    TargetRun,
};
use std::collections::BTreeMap;

/// Runs `on_switch`, or `on_remove` where there is no release any more.
pub fn reload(arguments: &Arguments, act: &Act, context: &Context) -> Answer {
    let to = level(act.level.as_ref());
    let Some(CommandLine { argv, env }) = command(arguments, &act.subject, to) else {
        return Answer::applied();
    };
    let run = TargetRun {
        id: safe_id(&act.id),
        connection: act.subject.connection.clone(),
        argv,
        env,
        cwd: None,
        stdin: String::new(),
        ephemeral: false,
        fresh: false,
    };
    if let Err(e) = context.target().run(&run) {
        return Answer::unclear(format!("the command may not have been started: {}", e.message));
    }
    match wait(&act.id, &act.subject, context, act.deadline) {
        Ok(TargetAwaited::Exited { code: 0, stdout, stdout_masked, .. }) => {
            let stdout = stdout_masked.unwrap_or(stdout);
            Answer::Applied(Done { output: tail(&stdout, 4096).into(), ..Done::default() })
        }
        Ok(TargetAwaited::Exited { code, stdout, stderr, stdout_masked, stderr_masked }) => {
            // The ledger keeps the answer: no secret may stand in it.
            let output = stdout_masked.unwrap_or(stdout) + &stderr_masked.unwrap_or(stderr);
            failed(&run.argv, code, &output)
        }
        Ok(TargetAwaited::Running) => goes_on(&run.argv),
        Ok(_) => Answer::unclear("the command was lost"),
        Err(e) => Answer::unclear(e.message),
    }
}

/// What brings the level `to` into force, `None` for absence, where something is to be done for that.
fn command(arguments: &Arguments, subject: &Subject, to: Option<&str>) -> Option<CommandLine> {
    let argv = if to.is_some() { &arguments.on_switch } else { &arguments.on_remove };
    let argv = argv.clone().filter(|argv| !argv.is_empty())?;
    let mut env = arguments.env.clone().unwrap_or_default();
    env.insert("PATCHFORM_ADDRESS".into(), subject.address.clone());
    env.insert("PATCHFORM_LEVEL".into(), to.unwrap_or_default().into());
    env.insert("PATCHFORM_PATH".into(), arguments.link().display().to_string());
    Some(CommandLine { argv, env })
}

/// What a person types to bring into force what stood there before, by the action's name.
pub fn by_hand(arguments: &Arguments, proposed: &Proposed) -> BTreeMap<String, CommandLine> {
    let before = proposed.from.as_ref().map(|_| CommandLine::LEVEL);
    let line = command(arguments, &proposed.subject, before);
    line.map(|line| (Action::Reload.name().to_string(), line)).into_iter().collect()
}

/// How far `reload` came.
///
/// # Errors
/// When the target cannot be asked.
pub fn probe(arguments: &Arguments, act: &Act, context: &Context) -> Result<Probed, RpcError> {
    let line = command(arguments, &act.subject, level(act.level.as_ref()));
    let argv = line.map(|line| line.argv).unwrap_or_default();
    Ok(match wait(&act.id, &act.subject, context, 0)? {
        TargetAwaited::Exited { code: 0, .. } => Probed::After(Done::default()),
        TargetAwaited::Unknown => Probed::before(),
        TargetAwaited::Exited { code, stdout, stderr, stdout_masked, stderr_masked } => {
            let output = stdout_masked.unwrap_or(stdout) + &stderr_masked.unwrap_or(stderr);
            let ended = Some(cause(&argv, code, &output));
            if code == REFUSED {
                Probed::Before { ended }
            } else {
                Probed::Between { why: String::new(), ended }
            }
        }
        TargetAwaited::Running => Probed::Busy,
        TargetAwaited::Lost { .. } => Probed::between("the command was cut off"),
    })
}

fn wait(id: &str, subject: &Subject, context: &Context, timeout: u64) -> Result<TargetAwaited, RpcError> {
    let (id, connection) = (safe_id(id), subject.connection.clone());
    context.target().wait(&TargetAwait { id, connection, timeout }).map(|standing| standing.command)
}
