//! The `release` provider: a component is a versioned folder. A tar.gz whose digest was checked is unpacked beside the
//! others, a symlink is switched to it atomically, and the old one is kept as the way back.
//!
//! For a component with `path = "/srv/app/current"` everything lives beside the link:
//!
//! ```text
//! /srv/app/current                         → current.releases/1.4.0
//! /srv/app/current.releases/1.4.0/         the unpacked release
//! /srv/app/current.releases/.meta/         what was unpacked: level, digest, files (one JSON file per release)
//! /srv/app/current.releases/.store/        fetched artifacts, named by their digest
//! /srv/app/current.releases/.snapshots/    which release the link pointed to (one JSON file per snapshot)
//! /srv/app/current.releases/.ledger        action ids and fencing token
//! ```

mod act;
mod archive;
mod arguments;
mod artifact;
mod describe;
mod hook;
mod layout;
mod manifest;
mod preview;
mod probe;
mod reading;

use patchform_sdk::message::{
    Act, Action, Answer, Complaint, Description, Desired, Identity, PreviewOutcome, Probe, Probed, Proposed,
    Reading, RpcError,
};
use patchform_sdk::{Context, Provider};

/// Serves it on stdin and stdout.
///
/// # Errors
/// Those of reading stdin.
pub fn serve() -> std::io::Result<()> {
    patchform_sdk::serve(Releases)
}

/// The provider; it has nothing to configure.
pub struct Releases;

impl Provider for Releases {
    fn identity(&self) -> Identity {
        Identity { name: "release".into(), version: env!("CARGO_PKG_VERSION").into() }
    }

    fn describe(&self) -> Description {
        describe::description()
    }

    fn validate(&self, desired: &Desired) -> Vec<Complaint> {
        arguments::complaints(desired)
    }

    fn read(&self, desired: &Desired, context: &Context) -> Reading {
        reading::read(&desired.subject, context)
    }

    fn preview(&self, proposed: &Proposed, _: &Context) -> PreviewOutcome {
        preview::preview(proposed)
    }

    fn act(&self, action: Action, request: &Act, context: &Context) -> Answer {
        act::act(action, request, context)
    }

    fn probe(&self, probe: &Probe, context: &Context) -> Result<Probed, RpcError> {
        probe::probe(probe, context)
    }
}
