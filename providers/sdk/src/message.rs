//! Every message of the provider protocol, as it stands on the wire.
//!
//! Unknown fields are ignored; fields marked `default` may be left out. All times are milliseconds, all sizes
//! bytes, all digests SHA-256 as 64 lower-case hex digits.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

mod command_line;
mod inventory;
mod preview;
mod target;
mod traffic;
pub use command_line::*;
pub use inventory::*;
pub use preview::*;
pub use target::*;
pub use traffic::*;

/// The protocol's version: a major mismatch is an error, the lower minor version wins.
/// Minor version 1 added the dead man's switch: `target/run_or_revert`, `target/confirm_or_revert`. Minor version 2 added
/// `inventory`. Minor version 3 added traffic: its types, `members`, and [`Act::member`].
pub const PROTOCOL: Protocol = Protocol { major: 1, minor: 4 };
/// The longest line that either side accepts, in bytes (16 MiB).
pub const MAX_LINE: usize = 16 * 1024 * 1024;
/// The most components in one `validate`, `read` or `preview`.
pub const CHUNK: usize = 256;

/// A protocol version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protocol {
    /// Changes when an old peer would misunderstand.
    pub major: u32,
    /// Changes when something was added.
    pub minor: u32,
}

// ---------------------------------------------------------------- life cycle

/// `initialize`: the first request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Initialize {
    /// The protocol that the program speaks.
    pub protocol: Protocol,
    /// The program's name and version, for the provider's log.
    pub program: Identity,
}

/// Answer to `initialize`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Initialized {
    /// The protocol that the provider speaks.
    pub protocol: Protocol,
    /// The provider's name and version.
    pub provider: Identity,
}

/// A name and a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Short name, such as `apt`.
    pub name: String,
    /// Version, such as `0.1.0`.
    pub version: String,
}

/// Answer to `describe`: all that the program must know before it reads a configuration.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// Arguments of the `provider` block.
    #[serde(default)]
    pub arguments: BTreeMap<String, Argument>,
    /// The kinds of component it manages, by name.
    #[serde(default)]
    pub kinds: BTreeMap<String, Kind>,
    /// The types of traffic that it takes away and gives back, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub traffic: BTreeMap<String, TrafficType>,
}

/// One kind of component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kind {
    /// One sentence for help and documentation.
    #[serde(default)]
    pub summary: String,
    /// What class of component this usually is; a component may override it.
    #[serde(default)]
    pub class: Class,
    /// The shape of `patch_level`.
    #[serde(default)]
    pub level: LevelShape,
    /// How two levels compare: a scheme of the `versions` crate, or `own` (the core asks `compare`).
    #[serde(default)]
    pub scheme: String,
    /// The kind's own arguments, by name.
    #[serde(default)]
    pub arguments: BTreeMap<String, Argument>,
    /// What it can do.
    #[serde(default)]
    pub can: Can,
    /// What of that a component can only where it gives these arguments: names of [`Can`], each with the arguments.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub needs: BTreeMap<String, Vec<String>>,
    /// A complete configuration in which every argument occurs, for documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub example: String,
}

/// What class of component a kind is (glossary of the design's page 1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Hypervisors and their guests.
    Virtualization,
    /// Operating systems.
    OperatingSystem,
    /// Routers and switches.
    NetworkEquipment,
    /// Firewalls and detection engines.
    SecurityEquipment,
    /// Database servers.
    Database,
    /// Bastions and consoles.
    ManagementTerminal,
    /// Images from which machines are made.
    MachineImage,
    /// Firmware.
    Firmware,
    /// Anything else.
    #[default]
    Other,
}

/// Whether a patch level is one string or a map from part to string.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LevelShape {
    /// `patch_level = "1.2.3"`
    #[default]
    Single,
    /// `patch_level = { openssl = "3.0.17-1" }`
    Map,
}

/// What a kind can do. What is left out it cannot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Can {
    /// `fetch`: bring artifacts to the target before the window.
    pub fetch: bool,
    /// `snapshot`, `restore` and `drop`.
    pub snapshot: bool,
    /// Whether a snapshot may be taken before the window because it disturbs nothing.
    pub snapshot_early: bool,
    /// `backup`: a consistent data backup.
    pub backup: bool,
    /// `uninstall`: take back just the patch.
    pub uninstall: bool,
    /// `reload`: restart or reboot what the patch needs.
    pub reload: bool,
    /// `verify`: the provider's own check after a patch.
    pub verify: bool,
    /// `drain` and `undrain`.
    pub drain: bool,
    /// `probe`: say from the target alone how far an action came.
    pub probe: bool,
    /// `discover`: find components that exist already.
    pub discover: bool,
    /// `inventory`: say everything that is installed where the component is.
    pub inventory: bool,
    /// `clone`: make a twin.
    pub clone: bool,
}

impl Kind {
    /// What a component of this kind can do, of whose arguments `given` tells which it gives.
    pub fn can_with(&self, given: impl Fn(&str) -> bool) -> Can {
        let lacks =
            |ability: &str| self.needs.get(ability).is_some_and(|all| !all.iter().all(|name| given(name)));
        Can {
            fetch: self.can.fetch && !lacks("fetch"),
            snapshot: self.can.snapshot && !lacks("snapshot"),
            snapshot_early: self.can.snapshot_early && !lacks("snapshot_early"),
            backup: self.can.backup && !lacks("backup"),
            uninstall: self.can.uninstall && !lacks("uninstall"),
            reload: self.can.reload && !lacks("reload"),
            verify: self.can.verify && !lacks("verify"),
            drain: self.can.drain && !lacks("drain"),
            probe: self.can.probe && !lacks("probe"),
            discover: self.can.discover && !lacks("discover"),
            inventory: self.can.inventory && !lacks("inventory"),
            clone: self.can.clone && !lacks("clone"),
        }
    }
}

/// One argument of a kind or of a provider block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Argument {
    /// Type in Terraform's JSON encoding: `"string"`, `"number"`, `"bool"`, `"any"`, `["list", T]`, `["set", T]`,
    /// `["map", T]`, `["object", {name: T}, [optional names]]`, `["tuple", [T]]`.
    #[serde(rename = "type")]
    pub ty: Value,
    /// Whether it must be given.
    #[serde(default)]
    pub required: bool,
    /// The value when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Whether it holds a secret.
    #[serde(default)]
    pub sensitive: bool,
    /// One sentence for help and documentation.
    #[serde(default)]
    pub description: String,
}

/// `configure`: once per `provider` block (per alias), before any work for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Configure {
    /// The alias; empty for the default one.
    #[serde(default)]
    pub alias: String,
    /// The block's arguments.
    pub arguments: Value,
}

// ---------------------------------------------------------------- components

/// A component as every request names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    /// Absolute address, such as `release.api["eu"]`.
    pub address: String,
    /// The kind.
    pub kind: String,
    /// Which `provider` block applies; empty for the default one.
    #[serde(default)]
    pub alias: String,
    /// The kind's own arguments, defaults filled in.
    pub arguments: Value,
    /// Where the component is reached; `{"type": "local"}` by default.
    #[serde(default = "Connection::local")]
    pub connection: Connection,
}

/// How a target is reached. The core owns the connection; a provider hands this back in `target/…` calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    /// `local`, `ssh`, `chroot` or `container`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The connection's own arguments.
    #[serde(flatten)]
    pub arguments: BTreeMap<String, Value>,
}

impl Connection {
    /// The machine that patchform itself runs on.
    pub fn local() -> Self {
        Connection { kind: "local".into(), arguments: BTreeMap::new() }
    }
}

/// A patch level on the wire: a string, or a map from part to string.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Level {
    /// One string.
    Single(String),
    /// Part to string.
    Map(BTreeMap<String, String>),
}

/// `validate`: may these components stand like this?
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Validate {
    /// At most [`CHUNK`].
    pub components: Vec<Desired>,
}

/// A component with the level that the configuration asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Desired {
    /// Which component.
    pub subject: Subject,
    /// The level the configuration asks for.
    pub level: Level,
}

/// Answer to `validate`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Validated {
    /// Complaints; none when all is well.
    #[serde(default)]
    pub complaints: Vec<Complaint>,
}

/// Something wrong with a component's arguments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Complaint {
    /// Index into the request's components.
    pub component: usize,
    /// Path into the body: `["arguments-name", "key", 0]`, or `["patch_level"]`.
    #[serde(default)]
    pub path: Vec<Value>,
    /// Whether it is only a warning.
    #[serde(default)]
    pub warning: bool,
    /// What is wrong, in one line.
    pub summary: String,
    /// Why, and what to do.
    #[serde(default)]
    pub detail: String,
}

impl Complaint {
    /// Something wrong at `path`, a list of JSON, of the only component that was asked about.
    pub fn error(path: Value, summary: String, detail: &str) -> Complaint {
        let path = path.as_array().cloned().unwrap_or_default();
        Complaint { component: 0, path, warning: false, summary, detail: detail.into() }
    }
}

/// `read`: what is there now? Must have no effect.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Read {
    /// At most [`CHUNK`].
    pub components: Vec<Desired>,
}

/// Answer to `read`: one reading per component, in order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReadAnswer {
    /// In the order of the request.
    pub readings: Vec<Reading>,
}

/// What is there now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Reading {
    /// The target was reached and the component is not on it.
    Absent(Absent),
    /// It is there.
    Present(Present),
    /// The target could not be asked.
    Unreachable {
        /// Why, in a sentence.
        why: String,
        /// Whether the target was reached, but what is there now need not stay: an earlier action goes on, or its dead
        /// man's switch is not decided.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unsettled: bool,
    },
}

/// A component that is not there (yet).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Absent {
    /// Stable identity of the host or system, such as the machine-id.
    pub target: String,
    /// What the component would manage on the target, such as `path:/srv/app`.
    #[serde(default)]
    pub claims: Vec<String>,
    /// Digest of the managed part (of its absence).
    pub digest: String,
}

/// A component that is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Present {
    /// The installed level. For a map: exactly the keys asked for that are installed.
    pub level: Level,
    /// The level that runs, where it differs from the installed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<Level>,
    /// What is still needed for the installed level to run.
    #[serde(default)]
    pub pending: Reload,
    /// Who needs that: such as services that run old code, packages that ask for a reboot. For people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending_by: Vec<String>,
    /// Digest of the canonical JSON of what the component manages: levels, holds, files with digests; never health,
    /// counters, times.
    pub digest: String,
    /// Digest of the rest; its change is shown, never a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surroundings: Option<String>,
    /// Stable identity of the host or system, such as the machine-id.
    pub target: String,
    /// What the component manages on the target, such as `path:/srv/app`.
    #[serde(default)]
    pub claims: Vec<String>,
}

/// What it takes until a patch is in force.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reload {
    /// Nothing.
    #[default]
    None,
    /// A service restarts.
    Service,
    /// The target reboots.
    Reboot,
    /// The target is powered off and on.
    PowerCycle,
}

/// `compare`: for kinds whose scheme is `own`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Compare {
    /// The kind.
    pub kind: String,
    /// Pairs to compare.
    pub pairs: Vec<(String, String)>,
}

/// Answer to `compare`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Compared {
    /// One per pair, in order.
    pub orders: Vec<Order>,
}

/// How the first of two levels stands to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Lower.
    Less,
    /// The same.
    Equal,
    /// Higher.
    Greater,
    /// Nobody knows; treated as higher.
    Unknown,
}

// ---------------------------------------------------------------- actions

/// The actions a provider may be asked to do; each is a method of its own name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Action {
    Fetch,
    Snapshot,
    Backup,
    Drain,
    Patch,
    Reload,
    Verify,
    Restore,
    Uninstall,
    Undrain,
    Drop,
    Clone,
}

impl Action {
    /// Every action, in the order of a procedure.
    pub const ALL: [Action; 12] = [
        Action::Fetch,
        Action::Drain,
        Action::Snapshot,
        Action::Backup,
        Action::Patch,
        Action::Reload,
        Action::Verify,
        Action::Undrain,
        Action::Restore,
        Action::Uninstall,
        Action::Drop,
        Action::Clone,
    ];

    /// The method's name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Action::Fetch => "fetch",
            Action::Snapshot => "snapshot",
            Action::Backup => "backup",
            Action::Drain => "drain",
            Action::Patch => "patch",
            Action::Reload => "reload",
            Action::Verify => "verify",
            Action::Restore => "restore",
            Action::Uninstall => "uninstall",
            Action::Undrain => "undrain",
            Action::Drop => "drop",
            Action::Clone => "clone",
        }
    }
}

/// Request of every action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Act {
    /// Identity of this attempt; the same id twice must not act twice.
    pub id: String,
    /// Fencing token: the target keeps the highest it has seen per component and refuses a lower one.
    pub token: u64,
    /// Milliseconds until the program stops waiting.
    pub deadline: u64,
    /// Which component; of `drain` and `undrain` with a `member` the traffic, whose type stands as its kind.
    pub subject: Subject,
    /// The level that this action works towards; `None` for the way back of a component that was absent.
    #[serde(default)]
    pub level: Option<Level>,
    /// The digest that a reading must have right now; on a mismatch answer `refused`. Carried by `patch`, and by
    /// `uninstall` and `restore` where it is known.
    #[serde(default)]
    pub expected: Option<String>,
    /// The snapshot to take (`snapshot`: chosen and recorded before it is made), or to use (`restore`, `drop`).
    #[serde(default)]
    pub snapshot: Option<SnapshotRef>,
    /// For `reload`: what is needed.
    #[serde(default)]
    pub reload: Reload,
    /// What the preview pinned: with every action of the change, the way back included.
    #[serde(default)]
    pub artifacts: Vec<Artifact>,
    /// Whose traffic is taken away or given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<Member>,
}

/// A snapshot by id, and by the token that the provider gave when it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SnapshotRef {
    /// Chosen by the program.
    pub id: String,
    /// What the provider said when it made it; `None` in the request that makes it.
    #[serde(default)]
    pub token: Option<Value>,
}

/// Answer of every action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Answer {
    /// It was done.
    Applied(Done),
    /// A promise that nothing changed.
    Refused {
        /// Why, in a sentence.
        why: String,
        /// The end of what was printed.
        #[serde(default)]
        output: String,
    },
    /// It may have changed something: it will be probed.
    Unclear {
        /// Why, in a sentence.
        why: String,
        /// The end of what was printed.
        #[serde(default)]
        output: String,
    },
}

/// What an action that was done has to say.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Done {
    /// `snapshot`: what was made.
    pub snapshot: Option<Box<Snapshot>>,
    /// `patch`, `restore`, `uninstall`: what is now needed for it to be in force.
    pub reload: Reload,
    /// `verify`: the verdict. Left out means healthy.
    pub verdict: Option<Verdict>,
    /// `verify`: the reading's digest; filled in by the core, which reads the component itself.
    pub digest: Option<String>,
    /// What was noticed that decides nothing. `drain`, `undrain`: by the provider of traffic; `measure`, `verify`: by checks,
    /// filled in by the core.
    pub ailments: Box<[Ailment]>,
    /// The end of what was printed.
    pub output: String,
}

/// What a check found that is not well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ailment {
    /// The check's name within its component; `drained` of what its traffic did meanwhile.
    pub check: String,
    /// Whether it is ill; otherwise nobody can tell.
    pub ill: bool,
    /// Why, in a sentence.
    pub why: String,
}

/// A snapshot that was made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Snapshot {
    /// Whatever the provider needs to find it again.
    pub token: Value,
    /// Where it is, for a person to read.
    pub place: String,
    /// Size in bytes.
    pub size: u64,
    /// Digest of its content, where known.
    pub digest: Option<String>,
    /// What it covers.
    pub coverage: Coverage,
    /// Whether it is still there when the target is lost.
    pub survives_target_loss: bool,
    /// How a person goes back to it, where one command does that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_hand: Option<CommandLine>,
}

/// What `verify` found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Verdict {
    /// All is well.
    Healthy,
    /// It is not: the patch failed.
    Ill {
        /// Why, in a sentence.
        why: String,
    },
    /// Nobody can tell: the run pauses.
    Inconclusive {
        /// Why, in a sentence.
        why: String,
    },
}

/// `probe`: how far did this action come? Answerable by a fresh process from the target alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// Which action it was.
    pub action: Action,
    /// The request as it was sent.
    pub act: Act,
}

/// Answer to `probe`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "stands", rename_all = "snake_case")]
pub enum Probed {
    /// Nothing of it has happened.
    Before {
        /// How it ended, where it ended by itself: its deadline may have passed before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ended: Option<Cause>,
    },
    /// All of it has happened; with what its answer would have said.
    After(Done),
    /// Some of it has happened.
    Between {
        /// What, in a sentence.
        #[serde(default)]
        why: String,
        /// How it ended, likewise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ended: Option<Cause>,
    },
    /// It is still going on.
    Busy,
}

impl Probed {
    /// Nothing of it has happened, and nobody knows how it ended.
    pub fn before() -> Probed {
        Probed::Before { ended: None }
    }

    /// Some of it has happened, and nobody knows how it ended.
    pub fn between(why: impl Into<String>) -> Probed {
        Probed::Between { why: why.into(), ended: None }
    }

    /// How it ended by itself without being done, where that is known.
    pub fn ended(&self) -> Option<&Cause> {
        match self {
            Probed::Before { ended } | Probed::Between { ended, .. } => ended.as_ref(),
            Probed::After(_) | Probed::Busy => None,
        }
    }
}

/// Why an action was not done, and what was printed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// In a sentence.
    pub why: String,
    /// The end of it, without secrets.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub output: String,
}

/// Notification `progress`: from the provider, while an action goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The action's id.
    pub id: String,
    /// What it is doing now.
    #[serde(default)]
    pub message: String,
    /// How much is done, from 0 to 1, where known.
    #[serde(default)]
    pub fraction: Option<f64>,
}

/// Notification `cancel`: stop this action if that is safe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancel {
    /// The action's id.
    pub id: String,
}

/// `discover`: which components exist already?
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Discover {
    /// The kind to look for.
    pub kind: String,
    /// Which `provider` block applies.
    #[serde(default)]
    pub alias: String,
    /// Where to look.
    pub connection: Connection,
    /// The parts of a level that are wanted (packages); empty: those that somebody chose, as the provider can tell.
    #[serde(default)]
    pub parts: Vec<String>,
}

/// Answer to `discover`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Discovered {
    /// What was found.
    pub components: Vec<Found>,
}

/// A component that exists.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Found {
    /// A name for its block.
    pub name: String,
    /// The arguments it would have.
    pub arguments: Value,
    /// Its present level.
    pub level: Level,
}

// ---------------------------------------------------------------- errors

/// An error object of JSON-RPC 2.0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RpcError {
    /// JSON-RPC code.
    pub code: i64,
    /// What went wrong.
    pub message: String,
    /// More, for the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

/// JSON-RPC: the line was no JSON.
pub const PARSE_ERROR: i64 = -32700;
/// JSON-RPC: the JSON was no request.
pub const INVALID_REQUEST: i64 = -32600;
/// JSON-RPC: no such method.
pub const METHOD_NOT_FOUND: i64 = -32601;
/// JSON-RPC: the parameters do not fit.
pub const INVALID_PARAMS: i64 = -32602;
/// JSON-RPC: something broke inside.
pub const INTERNAL_ERROR: i64 = -32603;
/// patchform: the protocol's major versions differ.
pub const VERSION_MISMATCH: i64 = -32001;
/// patchform: too many requests are in flight.
pub const TOO_BUSY: i64 = -32002;

impl RpcError {
    /// An error with a code and a message.
    pub fn new(code: i64, message: impl Into<String>) -> Self {
        RpcError { code, message: message.into(), data: None }
    }

    /// Something broke inside.
    pub fn internal(message: impl Into<String>) -> Self {
        RpcError::new(INTERNAL_ERROR, message)
    }

    /// The parameters do not fit.
    pub fn invalid_params(message: impl Into<String>) -> Self {
        RpcError::new(INVALID_PARAMS, message)
    }
}

impl std::fmt::Display for RpcError {
    /// The message; the code, which is for programs, only where there is none.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.message.trim() {
            "" => write!(f, "an error without a message (code {})", self.code),
            message => f.write_str(message),
        }
    }
}

impl std::error::Error for RpcError {}

impl Action {
    /// The action whose method is `name`.
    pub fn of_name(name: &str) -> Option<Action> {
        Action::ALL.into_iter().find(|a| a.name() == name)
    }
}

impl Reading {
    /// The target could not be asked.
    pub fn unreachable(why: impl Into<String>) -> Reading {
        Reading::Unreachable { why: why.into(), unsettled: false }
    }

    /// What is there now need not stay.
    pub fn unsettled(why: impl Into<String>) -> Reading {
        Reading::Unreachable { why: why.into(), unsettled: true }
    }

    /// The digest, when the target was reached.
    pub fn digest(&self) -> Option<&str> {
        match self {
            Reading::Absent(absent) => Some(&absent.digest),
            Reading::Present(present) => Some(&present.digest),
            Reading::Unreachable { .. } => None,
        }
    }

    /// The installed level, when it is there.
    pub fn level(&self) -> Option<&Level> {
        match self {
            Reading::Present(present) => Some(&present.level),
            _ => None,
        }
    }
}

impl Answer {
    /// It was done, with nothing more to say.
    pub fn applied() -> Self {
        Answer::Applied(Done::default())
    }

    /// A promise that nothing changed.
    pub fn refused(why: impl Into<String>) -> Self {
        Answer::Refused { why: why.into(), output: String::new() }
    }

    /// It may have changed something.
    pub fn unclear(why: impl Into<String>) -> Self {
        Answer::Unclear { why: why.into(), output: String::new() }
    }
}

impl std::fmt::Display for Level {
    /// `1.2.3`, or `nginx 1.22.1, openssl 3.0.17`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Level::Single(level) => f.write_str(level),
            Level::Map(map) => {
                for (i, (part, level)) in map.iter().enumerate() {
                    let comma = if i > 0 { ", " } else { "" };
                    write!(f, "{comma}{part} {level}")?;
                }
                Ok(())
            }
        }
    }
}
