//! A stored way back.

use crate::model::{Address, Moment, PatchLevel};
use patchform_sdk::message::Coverage;
use serde_json::Value as Json;

/// A snapshot that a run took. Its id is its key in [`super::State::snapshots`].
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Whose it is.
    pub component: Address,
    /// The run that took it.
    pub run: String,
    /// The level that it goes back to; `None` when the component was absent.
    pub level: Option<PatchLevel>,
    /// What the provider needs to find it again.
    pub token: Json,
    /// Where it is, for a person to read.
    pub place: String,
    /// What it covers.
    pub coverage: Coverage,
    /// When it was taken.
    pub taken: Moment,
    /// Size in bytes.
    pub size: u64,
    /// Digest of its content, where known.
    pub digest: Option<String>,
    /// When it may be dropped (`keep_for`); `None` for never.
    pub expires: Option<Moment>,
    /// Whether it is still there when the target is lost.
    pub survives_target_loss: bool,
}
