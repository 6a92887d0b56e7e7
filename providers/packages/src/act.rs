//! The actions. The core's detached commands keep one of the two promises (one id never starts twice); the ledger, kept on
//! this machine, keeps both.

use crate::arguments::Arguments;
use crate::ledger::ledger_of;
use crate::manager::Manager;
use crate::task::{call, done};
use crate::{look, reboot, switch, verify};
use patchform_sdk::durable::Survives;
use patchform_sdk::ended::{self, Ended, OUTPUT, REFUSED, Said};
use patchform_sdk::line::{last, tail};
use patchform_sdk::message::{Act, Action, Answer, Cause};
use patchform_sdk::{Context, Ledger, earlier};
use std::time::Duration;

/// Does one action.
pub fn act(manager: &'static Manager, action: Action, act: &Act, context: &Context) -> Answer {
    let arguments = match Arguments::of(&act.subject) {
        Ok(arguments) => arguments,
        Err(why) => return Answer::refused(why),
    };
    if action == Action::Verify {
        // It has no effect, so it needs no ledger, and must look anew each time.
        return verify::verify(manager, &arguments, act, context);
    }
    let path = ledger_of(manager, &act.subject);
    match Ledger::open(&path, Survives::PowerLoss) {
        Ok(mut ledger) => {
            let over = |id: &str| earlier::is_over(id, action, act, context);
            ledger.act_alone(act, over, || run(manager, action, act, &arguments, context))
        }
        Err(e) => Answer::refused(format!("the ledger {} cannot be opened: {e}", path.display())),
    }
}

fn run(
    manager: &'static Manager,
    action: Action,
    act: &Act,
    arguments: &Arguments,
    context: &Context,
) -> Answer {
    let call = match call(manager, action, act, arguments) {
        Ok(call) => call,
        Err(why) => return Answer::refused(why),
    };
    if let Some(expected) = &act.expected {
        match look::digest(manager, &act.subject, act.level.as_ref(), context) {
            Err(why) => return Answer::refused(why),
            Ok(now) if now != *expected => {
                return Answer::refused("the packages have changed since they were read");
            }
            Ok(_) => {}
        }
    }
    if action == Action::Patch
        && let Some(guarded) = switch::of(act, arguments, context)
    {
        return switch::start(manager, &guarded, &call, arguments).unwrap_or_else(|| {
            let done = |said: &_| done(manager, action, act, arguments, said);
            switch::settle(&guarded).answer(done, |ended| answer(manager, action, act, arguments, ended))
        });
    }
    let request = call.request(&act.id, &act.subject.connection, false);
    if let Err(e) = context.target().run(&request) {
        return Answer::unclear(format!("it is not known whether it was started: {}", e.message));
    }
    let patience = Duration::from_millis(act.deadline.max(1));
    let reboots = reboot::is(action, act, arguments);
    let patience = if reboots { arguments.reboot_patience().min(patience) } else { patience };
    match ended::wait(&act.id, &act.subject, patience, context).0 {
        // It is ended with the host, and nothing of it may be left there but which boot that was.
        ended if reboots && !matches!(ended, Ended::Exited { code: 0 | REFUSED, .. }) => {
            let settled = reboot::settle(manager, action, act, arguments, context);
            settled.unwrap_or_else(|| answer(manager, action, act, arguments, ended))
        }
        ended => answer(manager, action, act, arguments, ended),
    }
}

/// Why an action was not done whose script ended with another code than 0.
pub(crate) fn cause(action: Action, code: i32, said: &Said) -> Cause {
    let why = last(&said.stderr).unwrap_or_else(|| format!("`{}` ended with code {code}", action.name()));
    Cause { why, output: tail(&format!("{}{}", said.shown, said.stderr), OUTPUT).into() }
}

fn answer(manager: &Manager, action: Action, act: &Act, arguments: &Arguments, ended: Ended) -> Answer {
    match ended {
        Ended::Exited { code: 0, said } => Answer::Applied(done(manager, action, act, arguments, &said)),
        Ended::Exited { code, said } => {
            let Cause { why, output } = cause(action, code, &said);
            if code == REFUSED { Answer::Refused { why, output } } else { Answer::Unclear { why, output } }
        }
        Ended::Running => {
            Answer::unclear("it had not ended on the host when its time was up (it is not killed)")
        }
        Ended::Never => Answer::unclear(
            "it left no trace on the host: it did not start, or the disk was too full to record it",
        ),
        Ended::Lost => Answer::unclear(
            "it was cut off on the host (killed, or the host restarted), or the disk was too full to record its end",
        ),
        Ended::Unreachable(why) => Answer::unclear(why),
    }
}
