//! What a patch would really do, and which ways back it would have.

use super::{CommandLine, Level, Reload, SnapshotRef, Subject};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `preview`: what would the patch really do? Must have no effect.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PreviewRequest {
    /// At most [`CHUNK`](super::CHUNK).
    pub changes: Vec<Proposed>,
}

/// A change to preview.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposed {
    /// Which component.
    pub subject: Subject,
    /// The observed level; `None` when absent.
    #[serde(default)]
    pub from: Option<Level>,
    /// The level to reach.
    pub to: Level,
    /// Digest of the reading it starts from.
    pub digest: String,
    /// Where a run is taken back: the snapshot that it took of the component at the level to reach, while that is kept. What
    /// the run changed beside the level may be taken back with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<SnapshotRef>,
}

/// Answer to `preview`: one per change, in order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PreviewAnswer {
    /// In the order of the request.
    pub previews: Vec<PreviewOutcome>,
}

/// What a preview found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum PreviewOutcome {
    /// The patch can be done, and this is what it does.
    Ready(Box<Preview>),
    /// It cannot; nothing was changed.
    Blocked {
        /// Why, in a sentence, with the way out.
        why: String,
    },
}

/// What a patch would really do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preview {
    /// What else changes level: name, from, to.
    pub pulled_in: Vec<PartChange>,
    /// What would be removed.
    pub removed: Vec<String>,
    /// Files touched.
    pub files: Vec<FileChange>,
    /// Services restarted.
    pub services: Vec<String>,
    /// What is needed for the patch to be in force.
    pub reload: Reload,
    /// What will be fetched.
    pub artifacts: Vec<Artifact>,
    /// The ways back that exist, best first.
    pub ways_back: Vec<WayBack>,
    /// Space needed on the target, in bytes.
    pub space: u64,
    /// Expected durations in milliseconds, by action name (`fetch`, `snapshot`, `patch`, …).
    pub durations: BTreeMap<String, u64>,
    /// What a person should know.
    pub warnings: Vec<String>,
    /// What a person types on the way back, by action name (`uninstall`, `reload`, `verify`), where one command does that.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub by_hand: BTreeMap<String, CommandLine>,
    /// Where the patch runs under a dead man's switch: after so many milliseconds the target goes back by itself, unless the
    /// patch was confirmed over a new connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub switch: Option<u64>,
}

/// A part that changes level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartChange {
    /// The part's name, such as a package.
    pub name: String,
    /// Level before; `None` when new.
    #[serde(default)]
    pub from: Option<String>,
    /// Level after; `None` when removed.
    #[serde(default)]
    pub to: Option<String>,
}

/// A file that changes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FileChange {
    /// Its path on the target.
    pub path: String,
    /// Digest before; `None` when new.
    pub before: Option<String>,
    /// Digest after; `None` when removed.
    pub after: Option<String>,
    /// Text before and after, for a unified diff, where it is text, small and no secret.
    pub text: Option<(String, String)>,
}

/// Something to fetch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Artifact {
    /// Where it comes from: a path or an address.
    pub source: String,
    /// Digest it must have.
    pub sha256: String,
    /// Size in bytes.
    #[serde(default)]
    pub size: u64,
}

/// A stored way back that a patch would have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WayBack {
    /// `restore` (a snapshot) or `uninstall` (take back just the patch).
    pub kind: WayBackKind,
    /// What it covers.
    #[serde(default)]
    pub coverage: Coverage,
    /// Where it is kept, for a person to read.
    #[serde(default)]
    pub place: String,
    /// Whether it is still there when the target is lost.
    #[serde(default)]
    pub survives_target_loss: bool,
    /// Whether using it throws away data written since the snapshot.
    #[serde(default)]
    pub discards_data: bool,
    /// Size in bytes, where known.
    #[serde(default)]
    pub size: u64,
    /// Expected duration of going back, in milliseconds.
    #[serde(default)]
    pub duration: u64,
}

/// Which kind of way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WayBackKind {
    /// Go back to a snapshot.
    Restore,
    /// Take back just the patch.
    Uninstall,
}

/// What a snapshot covers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Coverage {
    /// The whole system, not only the component's claims.
    pub whole_system: bool,
    /// Data too.
    pub data: bool,
}
