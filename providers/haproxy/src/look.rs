//! How servers stand, and how far an action came: told by HAProxy itself and by the note of who keeps a server away.

use crate::act::{asked, found};
use crate::front::{Front, Trouble, is_name};
use crate::server::{Server, State};
use crate::whole;
use patchform_sdk::away;
use patchform_sdk::durable::Survives;
use patchform_sdk::message::{
    Action, Done, MemberStanding, MembersAnswer, MembersRequest, Probe, Probed, RpcError,
};
use patchform_sdk::{Context, ledger};

/// How the members of a request stand.
///
/// # Errors
/// Why HAProxy cannot be asked.
pub fn members(request: &MembersRequest, context: &Context) -> Result<MembersAnswer, RpcError> {
    let front = Front::of(&request.traffic, context).map_err(RpcError::invalid_params)?;
    let servers = front.servers().map_err(|trouble| RpcError::internal(trouble.why()))?;
    let one = |name: &String| standing(&front, &servers, name);
    let members = request.members.iter().map(one).collect::<Result<_, _>>().map_err(RpcError::internal)?;
    Ok(MembersAnswer { members })
}

fn standing(front: &Front<'_>, servers: &[Server], name: &str) -> Result<MemberStanding, String> {
    if whole::is_meant(name) {
        return whole::standing(front, servers);
    }
    if !is_name(name) {
        let why =
            format!("{name:?} cannot be a server of HAProxy: its names have letters, digits and _.:- only");
        return Ok(MemberStanding::Missing { why });
    }
    let server = match found(front, servers, name) {
        Ok(server) => server,
        Err(why) => return Ok(MemberStanding::Missing { why }),
    };
    if servers.len() as u64 <= front.min_serving {
        let why = format!(
            "backend {} has {} servers, and with min_serving = {} none of them may be drained",
            front.backend,
            servers.len(),
            front.min_serving
        );
        return Ok(MemberStanding::Missing { why });
    }
    let holders = away::look(&front.identity(name))?.map(|note| note.holders).unwrap_or_default();
    if holders.is_empty() && server.was.state == State::Ready {
        return Ok(match server.works {
            true => MemberStanding::Serving,
            false => MemberStanding::Down { why: format!("HAProxy finds {} down", front.named(name)) },
        });
    }
    let why = format!("HAProxy has {} in state {}", front.named(name), server.was.state.word());
    Ok(MemberStanding::Away { holders: holders.into_iter().collect(), why })
}

/// How far a drain or an undrain came.
///
/// # Errors
/// When nobody can tell.
pub fn probe(probe: &Probe, context: &Context) -> Result<Probed, RpcError> {
    let (front, member) = asked(&probe.act, context).map_err(RpcError::invalid_params)?;
    let identity = front.identity(&member.name);
    let ledger = away::ledger_of(&identity, &member.component);
    let known = ledger::probe(&ledger, Survives::PowerLoss, &probe.act);
    if let Some(known) = known.map_err(|e| RpcError::internal(e.to_string()))? {
        return Ok(known);
    }
    if whole::is_meant(&member.name) {
        let servers = front.servers().map_err(|trouble| RpcError::internal(trouble.why()))?;
        let probed = whole::probed(&front, probe.action, &member.component, &servers);
        return probed.map_err(RpcError::internal);
    }
    let note = away::look(&identity).map_err(RpcError::internal)?;
    let held = note.as_ref().is_some_and(|note| note.holders.contains(&member.component));
    let server = front
        .servers()
        .and_then(|servers| found(&front, &servers, &member.name).cloned().map_err(Trouble::Said));
    let server = server.map_err(|trouble| RpcError::internal(trouble.why()))?;
    let shut = server.was.state == State::Maint && server.sessions == 0;
    Ok(match (probe.action, held) {
        // It is noted before anything is done, and forgotten after it was put back.
        (Action::Drain, false) => Probed::before(),
        (Action::Undrain, false) => Probed::After(Done::default()),
        (Action::Drain, true) if shut => Probed::After(Done::default()),
        // Begun anew it ends alike, however far it came.
        (Action::Undrain, true) => Probed::before(),
        (_, true) => Probed::between(format!(
            "HAProxy has {} in state {} with {} sessions",
            front.named(&member.name),
            server.was.state.word(),
            server.sessions
        )),
        (other, false) => Probed::between(format!("traffic cannot {}", other.name())),
    })
}
