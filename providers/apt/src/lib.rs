//! The `apt` provider: sets of packages on Debian and Ubuntu hosts, patched by apt itself and taken back by the exact
//! previous packages.
//!
//! Everything on the host is done by small shell scripts (`host/`), which run there through the core's connection; what is
//! decided is decided here, from what they print. A script that changes something runs detached: it outlives this provider,
//! its controller and the connection, and one action id never starts twice.

mod act;
mod answer;
mod arguments;
mod describe;
mod discover;
mod ledger;
mod look;
mod names;
mod pins;
mod preview;
mod probe;
mod reading;
mod reboot;
mod script;
mod switch;
mod task;
mod verify;

use patchform_sdk::message::{
    Act, Action, Answer, Complaint, Description, Desired, Discover, Discovered, Identity, PreviewOutcome,
    Probe, Probed, Proposed, Reading, RpcError,
};
use patchform_sdk::{Context, Provider};

/// Serves it on stdin and stdout.
///
/// # Errors
/// Those of reading stdin.
pub fn serve() -> std::io::Result<()> {
    patchform_sdk::serve(Apt)
}

/// The provider; it has nothing to configure.
pub struct Apt;

impl Provider for Apt {
    fn identity(&self) -> Identity {
        Identity { name: "apt".into(), version: env!("CARGO_PKG_VERSION").into() }
    }

    fn describe(&self) -> Description {
        describe::description()
    }

    fn validate(&self, desired: &Desired) -> Vec<Complaint> {
        arguments::complaints(desired)
    }

    fn read(&self, desired: &Desired, context: &Context) -> Reading {
        look::one(desired, context)
    }

    fn read_all(&self, components: &[Desired], context: &Context) -> Vec<Reading> {
        look::all(components, context)
    }

    fn preview(&self, proposed: &Proposed, context: &Context) -> PreviewOutcome {
        preview::preview(proposed, context)
    }

    fn act(&self, action: Action, request: &Act, context: &Context) -> Answer {
        act::act(action, request, context)
    }

    fn probe(&self, probe: &Probe, context: &Context) -> Result<Probed, RpcError> {
        probe::probe(probe, context)
    }

    fn discover(&self, discover: &Discover, context: &Context) -> Result<Discovered, RpcError> {
        discover::discover(discover, context)
    }
}
