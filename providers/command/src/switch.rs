//! A patch under a dead man's switch: what goes back by itself is the component's `restore`.

use crate::act::snapshot_of;
use crate::arguments::{Arguments, Argv, level};
use crate::ask::{LOOK, environment};
use patchform_sdk::Context;
use patchform_sdk::detached::safe_id;
use patchform_sdk::guarded::Guarded;
use patchform_sdk::message::{Act, Action, Answer, TargetCommand, TargetRun};
use patchform_sdk::words::typed;

/// The switch of a patch; `None` when the component asks for none.
pub fn of<'a>(act: &'a Act, arguments: &'a Arguments, context: &'a Context) -> Option<Guarded<'a>> {
    let within = arguments.within()?;
    let snapshot = snapshot_of(Action::Restore, act).unwrap_or_default();
    let token = act.token.to_string();
    let variables = [
        ("PATCHFORM_ACTION", Action::Patch.name()),
        ("PATCHFORM_ACTION_ID", act.id.as_str()),
        ("PATCHFORM_TOKEN", token.as_str()),
        ("PATCHFORM_SNAPSHOT", snapshot.as_str()),
        ("PATCHFORM_LEVEL", level(act.level.as_ref()).unwrap_or_default()),
    ];
    let check = arguments.confirm.as_ref().map(|argv| TargetCommand {
        argv: argv.clone(),
        env: environment(&act.subject, arguments, &variables),
        ..TargetCommand::default()
    });
    Some(Guarded {
        act,
        shown: typed(&arguments.patch),
        says_why: false,
        within,
        said: arguments.confirm_within.as_deref().unwrap_or_default(),
        check,
        patience: arguments.patience().min(LOOK),
        context,
    })
}

/// Starts the patch; else the answer to the action: it was not started, or nobody knows.
pub fn start(
    guarded: &Guarded,
    argv: &Argv,
    arguments: &Arguments,
    variables: &[(&str, &str)],
) -> Option<Answer> {
    let act = guarded.act;
    let (Some(restore), Ok(snapshot)) = (&arguments.restore, snapshot_of(Action::Restore, act)) else {
        return Some(Answer::refused("there is no snapshot that its dead man's switch could go back to"));
    };
    let named = |name: &str| variables.iter().find(|(n, _)| *n == name).map_or("", |(_, value)| *value);
    let id = format!("{}.revert", act.id);
    let back = [
        ("PATCHFORM_ACTION", Action::Restore.name()),
        ("PATCHFORM_ACTION_ID", id.as_str()),
        ("PATCHFORM_TOKEN", named("PATCHFORM_TOKEN")),
        ("PATCHFORM_LEVEL", named("PATCHFORM_FROM")),
        ("PATCHFORM_FROM", ""),
        ("PATCHFORM_SNAPSHOT", snapshot.as_str()),
    ];
    let run = TargetRun {
        id: safe_id(&act.id),
        connection: act.subject.connection.clone(),
        argv: argv.clone(),
        env: environment(&act.subject, arguments, variables),
        cwd: None,
        stdin: String::new(),
        ephemeral: false,
        fresh: false,
    };
    let revert = TargetCommand {
        argv: restore.clone(),
        env: environment(&act.subject, arguments, &back),
        ..TargetCommand::default()
    };
    guarded.run(run, revert)
}
