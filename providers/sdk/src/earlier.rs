//! What an earlier action may have left on the target, of a run that nobody drives any more: nothing begins beside its
//! command, and its dead man's switch is decided, so that it does not take back later what is done now. Until then a reading
//! says that it need not stay.

use crate::detached::safe_id;
use crate::ended::{self, Ended, REFUSED, millis};
use crate::message::{Act, Action, Subject, Switch, TargetConfirm};
use crate::words::earlier_action;
use crate::{Context, ledger};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

/// How long an armed switch may take to be decided.
const DECIDED: Duration = Duration::from_secs(60);

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

/// Why a reading need not stay, without an effect: an earlier action goes on, or nobody can tell, or its switch is armed.
pub fn unsettled(ledger: &Path, subject: &Subject, context: &Context) -> Option<String> {
    let open = match ledger::open_actions(ledger) {
        Ok(open) => open,
        Err(e) => return Some(format!("the ledger {} cannot be read: {e}", ledger.display())),
    };
    if open.is_empty() {
        return None;
    }
    // Asking about a command that is about to begin would claim it for nobody: who does it right now answers for it.
    match ledger::at_work(ledger) {
        Ok(Some(id)) => return Some(format!("{} still goes on", action(&id, subject))),
        Ok(None) => {}
        Err(e) => return Some(format!("the ledger {} cannot be read: {e}", ledger.display())),
    }
    open.iter().find_map(|id| {
        let (ended, switch) = ended::wait(id, subject, Duration::ZERO, context);
        goes_on(id, &ended, switch.as_ref(), subject).or_else(|| armed(id, switch.as_ref(), subject))
    })
}

/// Whether all of action `id` has ended, so that `act` may begin. An armed switch is decided: whoever is back over a connection of
/// its own has proved the way in. A way back waits for it: what a provider that is gone has begun there may be that way itself.
///
/// # Errors
/// Why nothing may begin yet.
pub fn is_over(id: &str, action: Action, act: &Act, context: &Context) -> Result<(), String> {
    let subject = &act.subject;
    let patience = match action {
        Action::Restore | Action::Uninstall => Duration::from_millis(act.deadline / 2),
        _ => Duration::ZERO,
    };
    let (ended, switch) = ended::wait(id, subject, patience, context);
    if let Some(why) = goes_on(id, &ended, switch.as_ref(), subject) {
        return Err(format!("{why}; nothing is begun beside it"));
    }
    match left(&ended, switch.as_ref()) {
        to @ (Left::ToConfirm | Left::ToPull) => decide(id, to == Left::ToPull, subject, context),
        _ => Ok(()),
    }
}

/// Why something of action `id` goes on right now, or may.
fn goes_on(id: &str, ended: &Ended, switch: Option<&Switch>, subject: &Subject) -> Option<String> {
    if let Ended::Unreachable(why) = ended {
        return Some(format!("it is not known whether {} still runs: {why}", action(id, subject)));
    }
    match left(ended, switch) {
        Left::Runs => Some(format!("the command of {} still runs", action(id, subject))),
        Left::GoesBack => {
            Some(format!("the dead man's switch of {} takes it back right now", action(id, subject)))
        }
        Left::Nothing | Left::ToConfirm | Left::ToPull => None,
    }
}

/// Which action, of which run, and where.
fn action(id: &str, subject: &Subject) -> String {
    let host = subject.connection.arguments.get("host").and_then(Value::as_str);
    let host = host.map_or(String::new(), |host| format!(" on {host}"));
    earlier_action(id) + &host
}

fn armed(id: &str, switch: Option<&Switch>, subject: &Subject) -> Option<String> {
    let Some(Switch::Armed { left }) = switch else { return None };
    let (seconds, action) = (left.div_ceil(1000), action(id, subject));
    Some(format!("the dead man's switch of {action} is armed, and takes it back in {seconds} s"))
}

fn decide(id: &str, revert: bool, subject: &Subject, context: &Context) -> Result<(), String> {
    let confirm = TargetConfirm {
        id: safe_id(id),
        connection: subject.connection.clone(),
        revert,
        check: None,
        timeout: millis(DECIDED),
    };
    let undecided =
        |why: &str| format!("the dead man's switch of {} is armed, and {why}", action(id, subject));
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
    use crate::ended::Said;

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
