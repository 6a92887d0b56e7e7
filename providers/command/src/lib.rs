//! The `command` provider: the user's own commands read, patch, snapshot, restore, verify, reload and probe a component, and take traffic away and
//! give it back.
//!
//! Every command runs through the core on the component's target, detached: it outlives this provider and its controller,
//! and one action id never starts twice. Commands get `PATCHFORM_ADDRESS`, `PATCHFORM_LEVEL`, `PATCHFORM_FROM`,
//! `PATCHFORM_SNAPSHOT`, `PATCHFORM_ACTION_ID` and `PATCHFORM_TOKEN` in their environment.

mod act;
mod arguments;
mod ask;
mod describe;
mod look;
mod preview;
mod probe;
mod switch;
mod traffic;

use patchform_sdk::message::{
    Act, Action, Answer, Complaint, Description, Desired, Identity, MembersAnswer, MembersRequest,
    PreviewOutcome, Probe, Probed, Proposed, Reading, RpcError,
};
use patchform_sdk::{Context, Provider, chunk};

/// Serves it on stdin and stdout.
///
/// # Errors
/// Those of reading stdin.
pub fn serve() -> std::io::Result<()> {
    patchform_sdk::serve(Commands)
}

/// The provider; it has nothing to configure.
pub struct Commands;

impl Provider for Commands {
    fn identity(&self) -> Identity {
        Identity { name: "command".into(), version: env!("CARGO_PKG_VERSION").into() }
    }

    fn describe(&self) -> Description {
        describe::description()
    }

    fn validate(&self, desired: &Desired) -> Vec<Complaint> {
        arguments::complaints(desired)
    }

    fn read(&self, desired: &Desired, context: &Context) -> Reading {
        look::read(&desired.subject, context)
    }

    fn read_all(&self, components: &[Desired], context: &Context) -> Vec<Reading> {
        chunk::read(components, |component| self.read(component, context), |_, unread| unread)
    }

    fn preview(&self, proposed: &Proposed, context: &Context) -> PreviewOutcome {
        preview::preview(proposed, context)
    }

    fn act(&self, action: Action, request: &Act, context: &Context) -> Answer {
        match &request.member {
            Some(member) => traffic::act(action, request, member, context),
            None => act::act(action, request, context),
        }
    }

    fn probe(&self, probe: &Probe, context: &Context) -> Result<Probed, RpcError> {
        match &probe.act.member {
            Some(member) => traffic::probe(probe, member, context),
            None => probe::probe(probe, context),
        }
    }

    fn members(&self, request: &MembersRequest, context: &Context) -> Result<MembersAnswer, RpcError> {
        traffic::members(request, context)
    }
}
