//! The `haproxy` provider: takes the traffic of a server away and gives it back, over HAProxy's runtime API.
//!
//! It is spoken to where it runs, through the core's connection of the `traffic` block. What a server was before is noted
//! beside the state before anything is done, so that one that an operator had put into maintenance stays there.

mod act;
mod describe;
mod front;
mod look;
mod server;
mod whole;

use patchform_sdk::message::{
    Act, Action, Answer, Description, Desired, Identity, MembersAnswer, MembersRequest, PreviewOutcome,
    Probe, Probed, Proposed, Reading, RpcError,
};
use patchform_sdk::{Context, Provider};

/// Serves it on stdin and stdout.
///
/// # Errors
/// Those of reading stdin.
pub fn serve() -> std::io::Result<()> {
    patchform_sdk::serve(Haproxy)
}

/// The provider; it has nothing to configure, and no kinds.
pub struct Haproxy;

/// What is said to whoever asks for a component.
const NO_KINDS: &str = "the provider `haproxy` has traffic, and no kinds of component";

impl Provider for Haproxy {
    fn identity(&self) -> Identity {
        Identity { name: "haproxy".into(), version: env!("CARGO_PKG_VERSION").into() }
    }

    fn describe(&self) -> Description {
        describe::description()
    }

    fn read(&self, _: &Desired, _: &Context) -> Reading {
        Reading::unreachable(NO_KINDS)
    }

    fn preview(&self, _: &Proposed, _: &Context) -> PreviewOutcome {
        PreviewOutcome::Blocked { why: NO_KINDS.into() }
    }

    fn act(&self, action: Action, request: &Act, context: &Context) -> Answer {
        act::act(action, request, context)
    }

    fn probe(&self, probe: &Probe, context: &Context) -> Result<Probed, RpcError> {
        look::probe(probe, context)
    }

    fn members(&self, request: &MembersRequest, context: &Context) -> Result<MembersAnswer, RpcError> {
        look::members(request, context)
    }
}
