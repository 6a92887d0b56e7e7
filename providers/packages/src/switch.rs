//! A patch under a dead man's switch, for packages that may cut the way in off: what goes back by itself is `restore`.

use crate::arguments::Arguments;
use crate::manager::Manager;
use crate::script::Call;
use crate::task;
use patchform_sdk::Context;
use patchform_sdk::guarded::{Guarded, Settled};
use patchform_sdk::message::{Act, Action, Answer, TargetCommand};
use std::time::Duration;

/// How long the decision may take.
const DECIDED: Duration = Duration::from_secs(60);

/// The switch of a patch; `None` when the component asks for none.
pub fn of<'a>(act: &'a Act, arguments: &'a Arguments, context: &'a Context) -> Option<Guarded<'a>> {
    let within = arguments.within()?;
    Some(Guarded {
        act,
        shown: Action::Patch.name().into(),
        says_why: true,
        within,
        said: arguments.confirm_within.as_deref().unwrap_or_default(),
        check: None,
        patience: DECIDED,
        context,
    })
}

/// Starts the patch; else the answer to the action: it was not started, or nobody knows.
pub fn start(
    manager: &'static Manager,
    guarded: &Guarded,
    call: &Call,
    arguments: &Arguments,
) -> Option<Answer> {
    let act = guarded.act;
    let back = match task::call(manager, Action::Restore, act, arguments) {
        Ok(call) => call.request(&act.id, &act.subject.connection, false),
        Err(why) => return Some(Answer::refused(format!("its dead man's switch has no way back: {why}"))),
    };
    let revert = TargetCommand { argv: back.argv, env: back.env, cwd: back.cwd, stdin: back.stdin };
    let run = call.request(&act.id, &act.subject.connection, false);
    guarded.run(run, revert)
}

/// Waits until it is confirmed or gone back.
pub fn settle(guarded: &Guarded) -> Settled {
    guarded.settle(Duration::from_millis(guarded.act.deadline.max(1)))
}
