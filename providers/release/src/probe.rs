//! How far an action came: told by the ledger, or else by the disk, to which every action leaves either all or nothing.

use crate::arguments::{self, Arguments};
use crate::layout::Layout;
use crate::reading;
use crate::{act, artifact, hook};
use patchform_sdk::durable::Survives;
use patchform_sdk::message::{Action, Done, Probe, Probed, RpcError};
use patchform_sdk::{Context, ledger};
use serde_json::Value;

/// Answers a probe.
///
/// # Errors
/// When the disk cannot be read.
pub fn probe(probe: &Probe, context: &Context) -> Result<Probed, RpcError> {
    let request = &probe.act;
    let arguments = Arguments::of(&request.subject).map_err(RpcError::invalid_params)?;
    let layout = Layout::of(arguments.link());
    let known = ledger::probe(&layout.ledger(), Survives::PowerLoss, request);
    if let Some(known) = known.map_err(|e| RpcError::internal(e.to_string()))? {
        return Ok(known);
    }
    if probe.action == Action::Reload {
        // What counts is the command, which outlives this provider.
        return hook::probe(&arguments, request, context);
    }
    let standing = reading::stand(&layout).map_err(RpcError::internal)?;
    let switched = Done { reload: act::after_switch(&arguments), ..Done::default() };
    let wanted = arguments::level(request.level.as_ref());
    Ok(match probe.action {
        Action::Patch if standing.level.as_deref() == wanted => {
            let untouched = request.expected.as_ref().is_some_and(|expected| *expected == standing.digest);
            if untouched { Probed::before() } else { Probed::After(switched) }
        }
        Action::Restore if act::kept(request).map_err(RpcError::invalid_params)? == standing.link => {
            Probed::After(switched)
        }
        // The link is switched in one step: it still says what it said.
        Action::Patch | Action::Restore => Probed::before(),
        Action::Snapshot => {
            let file = request.snapshot.as_ref().map(|s| layout.snapshot(&s.id));
            let token = file.and_then(|file| std::fs::read(file).ok());
            match token.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok()) {
                Some(token) => Probed::After(act::taken(&layout, &standing, token)),
                None => Probed::before(),
            }
        }
        Action::Fetch => {
            let fetched = wanted
                .and_then(|level| artifact::wanted(&arguments, request, level).ok())
                .is_some_and(|artifact| artifact::is_stored(&layout, &artifact));
            if fetched { Probed::After(Done::default()) } else { Probed::before() }
        }
        Action::Drop => {
            let gone = request.snapshot.as_ref().map(|s| layout.snapshot(&s.id)).is_some_and(|f| !f.exists());
            if gone { Probed::After(Done::default()) } else { Probed::before() }
        }
        _ => Probed::before(),
    })
}
