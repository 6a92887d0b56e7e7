//! How far an action came: what the ledger knows, or the detached script itself, or the packages.

use crate::act::cause;
use crate::arguments::{Arguments, packages};
use crate::ledger::ledger_of;
use crate::manager::Manager;
use crate::pins::Pins;
use crate::reading::{Facts, Package};
use crate::task::done;
use crate::{look, reboot, switch};
use patchform_sdk::durable::Survives;
use patchform_sdk::ended::{self, Ended, REFUSED, Said};
use patchform_sdk::message::{Act, Action, Probe, Probed, RpcError};
use patchform_sdk::{Context, ledger};
use std::time::Duration;

/// What is left of an action's script that did not end well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// Its exit code.
    Failed,
    /// No trace on the host.
    Nothing,
    /// A trace without an end.
    CutOff,
}

impl Left {
    fn words(self) -> &'static str {
        match self {
            Left::Failed => "",
            Left::Nothing => "no trace of it is left on the host",
            Left::CutOff => "it was cut off on the host",
        }
    }
}

/// Answers a probe.
///
/// # Errors
/// When nobody can tell.
pub fn probe(manager: &'static Manager, probe: &Probe, context: &Context) -> Result<Probed, RpcError> {
    let (action, act) = (probe.action, &probe.act);
    let arguments = Arguments::of(&act.subject).map_err(RpcError::invalid_params)?;
    let known = ledger::probe(&ledger_of(manager, &act.subject), Survives::PowerLoss, act);
    if let Some(known) = known.map_err(|e| RpcError::internal(e.to_string()))? {
        return Ok(known);
    }
    if action == Action::Patch
        && let Some(guarded) = switch::of(act, &arguments, context)
        && let Some(probed) = guarded.probed(|said| done(manager, action, act, &arguments, said))
    {
        return Ok(probed);
    }
    if reboot::is(action, act, &arguments)
        && let Some(found) = reboot::found(manager, action, act, &arguments, context)
    {
        return Ok(found);
    }
    let (ended, left) = match ended::wait(&act.id, &act.subject, Duration::ZERO, context).0 {
        Ended::Running => return Ok(Probed::Busy),
        Ended::Exited { code: 0, said } => {
            return Ok(Probed::After(done(manager, action, act, &arguments, &said)));
        }
        Ended::Unreachable(why) => return Err(RpcError::internal(why)),
        Ended::Exited { code, said } => {
            let ended = Some(cause(action, code, &said));
            if code == REFUSED {
                return Ok(Probed::Before { ended });
            }
            (ended, Left::Failed)
        }
        Ended::Never => (None, Left::Nothing),
        Ended::Lost => (None, Left::CutOff),
    };
    let between = |ended| Probed::Between { why: left.words().into(), ended };
    Ok(match action {
        // What these leave behind disturbs nothing, and they may be done again.
        Action::Fetch | Action::Snapshot | Action::Drop => Probed::Before { ended },
        // Where it left a trace and did not end well, more may be left of it than versions show: a service that it stopped.
        Action::Patch if left == Left::Nothing => {
            let pins = Pins::of(manager, &act.artifacts).map_err(RpcError::invalid_params)?;
            let names = pins.asked(packages(act.level.as_ref()).keys());
            let facts = look::facts(manager, &act.subject, names, context).map_err(RpcError::internal)?;
            match stands(manager, &pins, act, &facts) {
                Stands::Old => Probed::before(),
                Stands::New => Probed::After(done(manager, action, act, &arguments, &Said::default())),
                Stands::Mixed => between(ended),
            }
        }
        _ if left == Left::Nothing => Probed::before(),
        _ => between(ended),
    })
}

/// How the packages of a patch stand.
#[derive(Debug, PartialEq, Eq)]
enum Stands {
    /// As before it.
    Old,
    /// As after it.
    New,
    /// Neither.
    Mixed,
}

fn stands(manager: &Manager, pins: &Pins, act: &Act, facts: &Facts) -> Stands {
    let now = |name: &str, arch: &str| {
        facts
            .packages()
            .iter()
            .find(|p| p.name == name && (p.architecture == arch || arch == manager.names.any) && p.is_there())
    };
    let whole = |package: &Package, version: &str| package.broken().is_none() && package.version == version;
    let old = pins.installed().all(|(pin, old)| match (old, now(&pin.name, &pin.architecture)) {
        (None, there) => there.is_none(),
        (Some(old), there) => there.is_some_and(|p| whole(p, old)),
    }) && pins
        .removed()
        .all(|pin| now(&pin.name, &pin.architecture).is_some_and(|p| whole(p, &pin.version)));
    let level = packages(act.level.as_ref());
    let new = pins
        .installed()
        .all(|(pin, _)| now(&pin.name, &pin.architecture).is_some_and(|p| whole(p, &pin.version)))
        && pins.removed().all(|pin| now(&pin.name, &pin.architecture).is_none())
        && level.iter().all(|(name, version)| facts.package(name).is_some_and(|p| whole(p, version)));
    match (old, new) {
        (true, _) => Stands::Old,
        (_, true) => Stands::New,
        _ => Stands::Mixed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::lines;
    use crate::sample::SAMPLE;
    use patchform_sdk::message::Artifact;
    use serde_json::json;

    #[test]
    fn the_packages_tell_how_far_a_patch_came() {
        let pins: Vec<Artifact> = [
            "http://m/a#install=app/amd64/1/2",
            "http://m/b#install=new/all/-/1",
            "http://m/c#keep=app/amd64/1",
            "http://m/d#keep=gone/all/1",
        ]
        .map(|source| Artifact { source: source.into(), sha256: "0".repeat(64), size: 0 })
        .into();
        let act: Act = serde_json::from_value(json!({
            "id": "a", "token": 1, "deadline": 1, "level": { "app": "2" },
            "subject": { "address": "apt.a", "kind": "apt", "arguments": {} }, "artifacts": pins,
        }))
        .unwrap();
        let pins = Pins::of(&SAMPLE, &act.artifacts).unwrap();
        for (host, expected) in [
            ("app amd64 1 ii,gone all 1 ii", Stands::Old),
            ("app amd64 1 hi,gone all 1 ii,new all 1 rc", Stands::Old),
            ("app amd64 2 ii,new all 1 ii", Stands::New),
            ("app amd64 2 ii,new all 1 ii,gone all 1 rc", Stands::New),
            ("app amd64 2 iF,new all 1 ii", Stands::Mixed),
            ("app amd64 1 ii,new all 1 ii,gone all 1 ii", Stands::Mixed),
            ("app amd64 1 ii", Stands::Mixed),
            ("app amd64 1 iHR,gone all 1 ii", Stands::Mixed),
            ("", Stands::Mixed),
        ] {
            let body: String = host.split(',').map(|line| format!("package {line}\n")).collect();
            let facts =
                Facts::of(&SAMPLE, &lines(&format!("patchform-answer\nnative amd64\n{body}end\n")).unwrap());
            assert_eq!(stands(&SAMPLE, &pins, &act, &facts), expected, "{host}");
        }
    }
}
