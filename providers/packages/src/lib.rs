//! What the kinds of packages share: sets of packages on hosts, patched by the host's own package manager and taken back by
//! the exact previous packages. What a manager has of its own stands in a [`Manager`].
//!
//! Everything on the host is done by small shell scripts (`host/`), which run there through the core's connection; what is
//! decided is decided here, from what they print. A script that changes something runs detached: it outlives this provider,
//! its controller and the connection, and one action id never starts twice.

mod act;
mod answer;
mod arguments;
mod describe;
mod discover;
mod inventory;
mod ledger;
mod look;
pub mod manager;
mod names;
mod pins;
mod platform;
mod preview;
mod probe;
mod reading;
mod reboot;
#[cfg(test)]
mod sample;
pub mod script;
mod switch;
mod task;
mod verify;

pub use manager::Manager;
use patchform_sdk::message::{
    Act, Action, Answer, Complaint, Description, Desired, Discover, Discovered, Identity, Inventory,
    PreviewOutcome, Probe, Probed, Proposed, Reading, RpcError, Subject,
};
use patchform_sdk::{Context, Provider};

/// The provider of one manager's packages; it has nothing to configure.
pub struct Packages(pub &'static Manager);

impl Provider for Packages {
    fn identity(&self) -> Identity {
        Identity { name: self.0.kind.into(), version: env!("CARGO_PKG_VERSION").into() }
    }

    fn describe(&self) -> Description {
        describe::description(self.0)
    }

    fn validate(&self, desired: &Desired) -> Vec<Complaint> {
        arguments::complaints(self.0, desired)
    }

    fn read(&self, desired: &Desired, context: &Context) -> Reading {
        look::one(self.0, desired, context)
    }

    fn read_all(&self, components: &[Desired], context: &Context) -> Vec<Reading> {
        look::all(self.0, components, context)
    }

    fn preview(&self, proposed: &Proposed, context: &Context) -> PreviewOutcome {
        preview::preview(self.0, proposed, context)
    }

    fn act(&self, action: Action, request: &Act, context: &Context) -> Answer {
        act::act(self.0, action, request, context)
    }

    fn probe(&self, probe: &Probe, context: &Context) -> Result<Probed, RpcError> {
        probe::probe(self.0, probe, context)
    }

    fn discover(&self, discover: &Discover, context: &Context) -> Result<Discovered, RpcError> {
        discover::discover(self.0, discover, context)
    }

    fn inventory(&self, subject: &Subject, context: &Context) -> Result<Inventory, RpcError> {
        inventory::inventory(self.0, subject, context)
    }
}
