//! What an earlier action may have left on the target, of a run that nobody drives any more: nothing begins beside its
//! command, and its dead man's switch is decided, so that it does not take back later what is done now.

use crate::act::REFUSED;
use crate::arguments::Arguments;
use crate::ask::{self, Ended, LOOK, millis};
use patchform_sdk::Context;
use patchform_sdk::detached::safe_id;
use patchform_sdk::message::{Subject, Switch, TargetConfirm};
use std::time::Duration;

/// How an earlier action stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// Nothing of it goes on, or ever will.
    Nothing,
    /// Its command runs.
    Runs,
    /// Its switch takes it back right now.
    GoesBack,
    /// Its switch is armed, and its command ended well or changed nothing.
    ToConfirm,
    /// Its switch is armed, and its command failed or never began.
    ToPull,
}

fn left(ended: &Ended, switch: Option<&Switch>) -> Left {
    match (switch, ended) {
        (_, Ended::Running) => Left::Runs,
        (Some(Switch::Reverting), _) => Left::GoesBack,
        (Some(Switch::Armed { .. }), Ended::Exited { code: 0 | REFUSED, .. }) => Left::ToConfirm,
        (Some(Switch::Armed { .. }), _) => Left::ToPull,
        _ => Left::Nothing,
    }
}

/// Whether all of action `id` has ended. An armed switch is decided: whoever is back over a connection of its own has
/// proved the way in.
///
/// # Errors
/// Why nothing may begin yet.
pub fn is_over(id: &str, subject: &Subject, arguments: &Arguments, context: &Context) -> Result<(), String> {
    let (ended, switch) = ask::wait(id, subject, Duration::ZERO, context);
    if let Ended::Unreachable(why) = ended {
        return Err(format!("it is not known whether an earlier action ({id}) still runs: {why}"));
    }
    match left(&ended, switch.as_ref()) {
        Left::Nothing => Ok(()),
        Left::Runs => {
            Err(format!("the command of an earlier action ({id}) still runs; nothing is begun beside it"))
        }
        Left::GoesBack => {
            Err(format!("the dead man's switch of an earlier action ({id}) takes it back right now"))
        }
        to @ (Left::ToConfirm | Left::ToPull) => decide(id, to == Left::ToPull, subject, arguments, context),
    }
}

fn decide(
    id: &str,
    revert: bool,
    subject: &Subject,
    arguments: &Arguments,
    context: &Context,
) -> Result<(), String> {
    let confirm = TargetConfirm {
        id: safe_id(id),
        connection: subject.connection.clone(),
        revert,
        check: None,
        timeout: millis(arguments.patience().min(LOOK)),
    };
    let undecided =
        |why: &str| format!("the dead man's switch of an earlier action ({id}) is armed, and {why}");
    match context.target().confirm_or_revert(&confirm) {
        Ok(decided) => match decided.switch {
            Some(Switch::Armed { .. }) => Err(undecided("cannot be decided")),
            Some(Switch::Reverting) => Err(undecided("still takes it back")),
            _ => Ok(()),
        },
        Err(e) => Err(undecided(&e.message)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ask::Said;

    #[test]
    fn what_is_left_of_an_earlier_action() {
        let exited = |code| Ended::Exited { code, said: Said::default() };
        let armed = Some(Switch::Armed { left: 1 });
        let reverted = Some(Switch::Reverted { code: 0, output: String::new() });
        let table = [
            (None, Ended::Running, Left::Runs),
            (None, exited(1), Left::Nothing),
            (None, Ended::Never, Left::Nothing),
            (None, Ended::Lost, Left::Nothing),
            (armed.clone(), Ended::Running, Left::Runs),
            (armed.clone(), exited(0), Left::ToConfirm),
            (armed.clone(), exited(REFUSED), Left::ToConfirm),
            (armed.clone(), exited(1), Left::ToPull),
            (armed.clone(), Ended::Lost, Left::ToPull),
            (armed, Ended::Never, Left::ToPull),
            (Some(Switch::Reverting), exited(0), Left::GoesBack),
            (Some(Switch::Confirmed), exited(1), Left::Nothing),
            (reverted, Ended::Lost, Left::Nothing),
            (Some(Switch::Confirmed), Ended::Running, Left::Runs),
        ];
        for (switch, ended, expected) in table {
            assert_eq!(left(&ended, switch.as_ref()), expected, "{switch:?} {ended:?}");
        }
    }
}
