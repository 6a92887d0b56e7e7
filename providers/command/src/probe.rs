//! How far an action came: what the ledger knows, or the user's `probe` command, or the detached command itself and a
//! reading.

use crate::act::{command_of, done, ledger_of, no_token, snapshot_of};
use crate::arguments::{Arguments, level};
use crate::ask;
use crate::look;
use crate::switch;
use patchform_sdk::durable::Survives;
use patchform_sdk::ended::{self, Ended, REFUSED, Said};
use patchform_sdk::message::{Act, Action, Cause, Probe, Probed, RpcError};
use patchform_sdk::words::typed;
use patchform_sdk::{Context, ledger};
use std::path::Path;
use std::time::Duration;

/// Answers a probe.
///
/// # Errors
/// When nobody can tell.
pub fn probe(probe: &Probe, context: &Context) -> Result<Probed, RpcError> {
    let request = &probe.act;
    let arguments = Arguments::of(&request.subject).map_err(RpcError::invalid_params)?;
    let ledger = ledger_of(&request.subject, &arguments);
    let known = ledger::probe(&ledger, Survives::PowerLoss, request);
    if let Some(known) = known.map_err(|e| RpcError::internal(e.to_string()))? {
        return Ok(known);
    }
    let Some(argv) = command_of(probe.action, &arguments).ok().flatten() else {
        return Ok(Probed::before());
    };
    if probe.action == Action::Patch
        && let Some(guarded) = switch::of(request, &arguments, context)
        && let Some(probed) = guarded.probed(|said| done(probe.action, request, &arguments, said))
    {
        return Ok(probed);
    }
    match ended::wait(&request.id, &request.subject, Duration::ZERO, context).0 {
        Ended::Running => Ok(Probed::Busy),
        // It was begun. That no trace is left of its command proves nothing where a disk may have lost that: the level
        // tells, or nobody can after a restart of the machine.
        Ended::Never if tells(probe) || restarted(&ledger, &request.id)? => {
            ask_further(probe.action, request, &arguments, None, context)
        }
        Ended::Never => Ok(Probed::before()),
        Ended::Exited { code: 0, said } => Ok(match no_token(probe.action, &said) {
            // Taking a snapshot again does no harm, and the copy is there: it is not ruled out.
            Some(why) => Probed::between(format!("a snapshot was taken, and has no token: {why}")),
            None => Probed::After(done(probe.action, &probe.act, &arguments, &said)),
        }),
        Ended::Exited { code, said } => {
            let ended = Some(ended::cause(&argv, code, &(said.shown + &said.stderr)));
            if code == REFUSED {
                return Ok(Probed::Before { ended });
            }
            ask_further(probe.action, request, &arguments, ended, context)
        }
        Ended::Lost => ask_further(probe.action, request, &arguments, None, context),
        Ended::Unreachable(why) => Err(RpcError::internal(why)),
    }
}

/// Whether a reading tells how far the action came.
fn tells(probe: &Probe) -> bool {
    matches!(probe.action, Action::Patch | Action::Uninstall) && probe.act.expected.is_some()
}

fn restarted(ledger: &Path, id: &str) -> Result<bool, RpcError> {
    ledger::begun_before_restart(ledger, id).map_err(|e| RpcError::internal(e.to_string()))
}

/// Why a snapshot is no way back although something of it may be there.
fn unfinished(ended: Option<&Cause>) -> &'static str {
    match ended {
        Some(_) => "the command that takes the snapshot failed, and may have left something",
        None => "the command that takes the snapshot was cut off, and may have left something",
    }
}

/// The command failed, so that it is known how it `ended`, or was cut off: the user's probe tells, or the level does. A package manager may
/// show the new level of what it could not configure: after a known failure the level proves nothing but "before".
fn ask_further(
    action: Action,
    request: &Act,
    arguments: &Arguments,
    ended: Option<Cause>,
    context: &Context,
) -> Result<Probed, RpcError> {
    let between = |why: &str, ended: Option<Cause>| Ok(Probed::Between { why: why.into(), ended });
    let failed = ended.clone();
    let untold = |why: String| match &failed {
        Some(Cause { why: failed, .. }) => RpcError::internal(format!("{failed}; {why}")),
        None => RpcError::internal(why),
    };
    if let Some(argv) = &arguments.probe {
        let snapshot = snapshot_of(action, request).unwrap_or_default();
        let token = request.token.to_string();
        let variables = [
            ("PATCHFORM_ACTION", action.name()),
            ("PATCHFORM_TOKEN", token.as_str()),
            ("PATCHFORM_ACTION_ID", request.id.as_str()),
            ("PATCHFORM_LEVEL", level(request.level.as_ref()).unwrap_or_default()),
            ("PATCHFORM_SNAPSHOT", snapshot.as_str()),
        ];
        let said = ask::quietly(argv, &request.subject, arguments, &variables, context).output(argv);
        return match said.map_err(untold)?.trim() {
            "before" => Ok(Probed::Before { ended }),
            // Whatever it left: what it printed is no name to find it by. It is not ruled out that it is there.
            "after" | "between" if action == Action::Snapshot => between(unfinished(ended.as_ref()), ended),
            "after" => {
                let shown = ended.map_or(String::new(), |ended| format!("{}\n{}", ended.why, ended.output));
                let said = Said { shown, ..Said::default() };
                Ok(Probed::After(done(action, request, arguments, &said)))
            }
            "between" => between("the probe command says so", ended),
            "busy" => Ok(Probed::Busy),
            other => Err(untold(format!(
                "`{}` printed {other:?}; it must print before, after, between or busy",
                typed(argv)
            ))),
        };
    }
    match action {
        Action::Patch | Action::Uninstall => {
            let standing = look::stand(&request.subject, arguments, context).map_err(untold)?;
            if request.expected.as_ref() == Some(&standing.digest) {
                return Ok(Probed::Before { ended });
            }
            if ended.is_some() {
                let there = standing.level.map_or("nothing".into(), |level| format!("{level:?}"));
                return between(&format!("{there} is read now"), ended);
            }
            if standing.level.as_deref() == level(request.level.as_ref()) {
                return Ok(Probed::After(done(action, request, arguments, &Said::default())));
            }
            between("the command was cut off, and the level is neither the old nor the new one", None)
        }
        // Whatever it has copied until then is there.
        Action::Snapshot => between(unfinished(ended.as_ref()), ended),
        Action::Drop => Ok(Probed::Before { ended }),
        _ if ended.is_some() => between("", ended),
        _ => between("the command was cut off", None),
    }
}
