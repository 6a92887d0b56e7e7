//! A checked configuration: it exists only if nothing was wrong with what the user wrote.

mod barrier;
mod check;
mod credential;
mod feed;
mod outside;
mod pace;
mod policy;
mod promise;
mod role;
mod secret;
mod silence;

pub use super::arguments::{ArgumentSpans, Arguments};
use super::exact::Exact;
use crate::calendar::Times;
use crate::model::{Address, PatchLevel, Selection, Span};
pub use barrier::{Barrier, Log, LogSource, Net};
pub use check::{Check, Comparison, Need, Probe, Web, credentials};
pub use credential::Credential;
pub use feed::{Feed, FeedFormat, FeedPlace, FeedSource, Suite, without_secrets};
pub use outside::Outside;
pub use pace::{Pace, Size};
use patchform_advisory::priority::{Exposure, Importance};
use patchform_sdk::message::{self, Class};
use patchform_versions::Scheme;
pub use policy::Policy;
pub use promise::{Availability, Promise, Spent};
pub use role::Role;
pub use secret::{Secret, SecretForm, SecretOrigin, SecretSource, Step};
use serde_json::Value as Json;
pub use silence::Silence;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// A configuration without errors, every expression evaluated, `count` and `for_each` expanded.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The `patchform` block.
    pub settings: Settings,
    /// The `provider` blocks in use, with an argument-less default one for each provider that has none. Sorted by name
    /// and alias.
    pub providers: Vec<ProviderBlock>,
    /// Sorted by address; other places refer to a component by its index here.
    pub components: Vec<Component>,
    /// Sorted by label.
    pub vendors: Vec<Vendor>,
    /// The root's feeds, sorted by name.
    pub feeds: Vec<Feed>,
    /// The root's policies, sorted by profile.
    pub policies: Vec<Policy>,
    /// Sorted by name.
    pub windows: Vec<Window>,
    /// Sorted by name.
    pub blackouts: Vec<Blackout>,
    /// Sorted by address.
    pub traffic: Vec<Traffic>,
    /// Sorted by name.
    pub services: Vec<Service>,
    /// Sorted by name.
    pub outputs: Vec<Output>,
    /// What became of components that the state knows under another address.
    pub moves: Vec<Move>,
    /// Top-level `check` blocks, and what they say.
    pub assertions: Vec<Assertion>,
    /// Where each sensitive variable's value came from, by variable name.
    pub secret_sources: BTreeMap<String, SecretOrigin>,
    /// Values of the sensitive variables by which servers are told who asks.
    pub credentials: BTreeMap<String, Json>,
}

impl Config {
    /// These components, with nothing around them.
    pub(super) fn of(
        settings: Settings,
        providers: Vec<ProviderBlock>,
        components: Vec<Component>,
    ) -> Config {
        Config {
            settings,
            providers,
            components,
            vendors: Vec::new(),
            windows: Vec::new(),
            traffic: Vec::new(),
            blackouts: Vec::new(),
            feeds: Vec::new(),
            policies: Vec::new(),
            services: Vec::new(),
            outputs: Vec::new(),
            moves: Vec::new(),
            assertions: Vec::new(),
            secret_sources: BTreeMap::new(),
            credentials: BTreeMap::new(),
        }
    }
}

/// `moved { from = …, to = … }`, absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The former address.
    pub from: Selection,
    /// The present one.
    pub to: Selection,
    /// The block's header.
    pub span: Span,
}

/// A top-level `check` block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// `check.name`, `module.eu.check.name`
    pub address: String,
    /// What is said of each assertion that does not hold; empty when all hold.
    pub failed: Vec<String>,
}

/// The `patchform` block, defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Whose view is the default.
    pub party: Party,
    /// Path of the local state, relative to the configuration's folder: `patchform.state.json`.
    pub state_path: String,
    /// `required_providers`, and the bundled ones that are used without being named there.
    pub required_providers: BTreeMap<String, RequiredProvider>,
}

/// Who operates what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// The cloud service provider.
    #[default]
    Csp,
    /// The cloud service customer.
    Csc,
}

/// One row of `required_providers`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequiredProvider {
    /// Path of an executable, relative to the configuration's folder; `None` for a bundled provider.
    pub source: Option<String>,
    /// Version constraint such as `>= 0.1`.
    pub version: Option<String>,
    /// Where it is asked for.
    pub span: Option<Span>,
    /// Where its source stands.
    pub source_span: Option<Span>,
    /// Where the version constraint stands.
    pub version_span: Option<Span>,
}

/// A `provider` block.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderBlock {
    /// The provider's name.
    pub name: String,
    /// Its alias; empty for the default one.
    pub alias: String,
    /// Its arguments, defaults filled in.
    pub arguments: Json,
    /// Places in `arguments` that hold a secret.
    pub secrets: Vec<Secret>,
}

/// One instance of a `component` block.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// Its absolute address.
    pub address: Address,
    /// Index into [`Config::providers`].
    pub provider: usize,
    /// What class of component it is: the kind's, unless it says otherwise.
    pub class: Class,
    /// Who can reach it.
    pub exposure: Exposure,
    /// What its services mean to those who run it: the highest; none where none of them says.
    pub importance: Option<Importance>,
    /// The level it should have.
    pub level: PatchLevel,
    /// What its level was asked for by constraints, if any was.
    pub constrained: Option<Box<Constrained>>,
    /// The baseline that is its level, if one is.
    pub baseline: Option<Baseline>,
    /// The kind's own arguments, defaults filled in; secrets in clear.
    pub arguments: Arguments,
    /// Places in `arguments` that hold a secret.
    pub secrets: Vec<Secret>,
    /// Where it is reached.
    pub connection: Connection,
    /// `snapshot { … }`
    pub snapshot: SnapshotRule,
    /// `check "…" "…" { … }`, in the order written.
    pub checks: Vec<Check>,
    /// `role { … }`
    pub role: Option<Box<Role>>,
    /// `lifecycle { … }`
    pub lifecycle: Lifecycle,
    /// `rollout = rollout.name`, or the default one: shared by all that have it.
    pub rollout: Arc<Rollout>,
    /// `zone = …`: the failure domain that it stands in.
    pub zone: Option<String>,
    /// `vendor = vendor.name`: index into [`Config::vendors`].
    pub vendor: Option<usize>,
    /// `maintenance { window = … }`: indices into [`Config::windows`]; any of them may be open.
    pub windows: Vec<usize>,
    /// `maintenance { drain = … }`
    pub drain: Option<Drain>,
    /// `maintenance { block { … } }`
    pub block: Option<Box<Barrier>>,
    /// `maintenance { silence { … } }`
    pub silence: Option<Box<Silence>>,
    /// The blackouts that apply to it: indices into [`Config::blackouts`].
    pub blackouts: Vec<usize>,
    /// What must be committed before: sorted by index, each once.
    pub after: Vec<Dependency>,
    /// The block's header.
    pub span: Span,
    /// The `patch_level` expression.
    pub level_span: Span,
    /// Where each argument stands: shared by all instances of the block.
    pub argument_spans: ArgumentSpans,
}

/// Constraints on a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constrained {
    /// Whose rows of the lock file count: `baseline.security`, or the component's block.
    pub key: String,
    /// By part, [`WHOLE`](super::levels::WHOLE) where the level has none.
    pub parts: BTreeMap<String, String>,
    /// Parts whose constraint has no level: it stands in its place.
    pub open: BTreeSet<String>,
    /// What orders its versions.
    pub scheme: Scheme,
}

/// A baseline, as a component takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// `baseline.security`, `module.eu.baseline.security`
    pub address: Arc<str>,
    /// Its `patch_level` expression.
    pub span: Span,
}

impl Component {
    /// Whether some constraint on its level is not resolved.
    pub fn is_open(&self) -> bool {
        self.constrained.as_ref().is_some_and(|constrained| !constrained.open.is_empty())
    }
}

/// `traffic "…" "…" { … }`: what sends traffic to components.
#[derive(Debug, Clone, PartialEq)]
pub struct Traffic {
    /// `traffic.haproxy.front`, `module.eu.traffic.haproxy.front`
    pub address: String,
    /// Its type.
    pub kind: String,
    /// Index into [`Config::providers`].
    pub provider: usize,
    /// The type's arguments, defaults filled in; secrets in clear.
    pub arguments: Json,
    /// Places in `arguments` that hold a secret.
    pub secrets: Vec<Secret>,
    /// Where it is reached.
    pub connection: Connection,
    /// How a person does it by hand, as its provider says.
    pub by_hand: Option<message::ByHand>,
}

/// Where a component's traffic is taken away while it is worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drain {
    /// Indices into [`Config::traffic`], in the order in which it is taken away.
    pub from: Vec<usize>,
    /// What they call the component.
    pub member: String,
    /// How long what it still works on is waited for, at each.
    pub wait: Duration,
}

/// A component that this one stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// Index into [`Config::components`].
    pub on: usize,
    /// The reference, or the entry of `depends_on`.
    pub span: Span,
}

/// How long a host that cannot be reached is tried again, where its connection does not say: a dropped connection, a server that
/// restarts, a short reboot.
pub const WAIT: Duration = Duration::from_secs(90);

/// Where a component is reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// `local`, `ssh`, `container` or `chroot`.
    pub kind: String,
    /// The block's arguments.
    pub arguments: BTreeMap<String, Json>,
}

/// Whether this may be a container's name: it is given to programs.
pub fn is_container(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    name.len() <= 64 && name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(plain)
}

impl From<&Connection> for message::Connection {
    fn from(connection: &Connection) -> message::Connection {
        message::Connection { kind: connection.kind.clone(), arguments: connection.arguments.clone() }
    }
}

/// How snapshots are taken and kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotRule {
    /// How many of a component's snapshots to keep; the newest are kept.
    pub keep: u64,
    /// How long to keep them at most.
    pub keep_for: Option<Duration>,
    /// Whether a way back may throw away data written after traffic returned.
    pub may_lose_data: bool,
}

impl Default for SnapshotRule {
    fn default() -> Self {
        SnapshotRule { keep: 2, keep_for: None, may_lose_data: false }
    }
}

/// `lifecycle { … }`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lifecycle {
    /// Whether a lower level may be applied.
    pub allow_downgrade: bool,
    /// Whether an absent component may be installed; `true` unless the block says otherwise.
    pub install: bool,
    /// Whether a patch without a way back is accepted.
    pub allow_irreversible: bool,
}

/// `rollout "…" { … }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollout {
    /// Its name; empty for the default one.
    pub name: String,
    /// How many components that share this rollout may be worked on at once.
    pub max_parallel: u64,
    /// What a failure takes back.
    pub on_failure: OnFailure,
    /// How it goes through them.
    pub pace: Pace,
}

impl Default for Rollout {
    /// That of components that name none: one instance of each block shows first what the patch does.
    fn default() -> Self {
        Rollout {
            name: String::new(),
            max_parallel: 10,
            on_failure: OnFailure::default(),
            pace: Pace { canary: 1, ..Pace::default() },
        }
    }
}

/// `maintenance_window "…" { … }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Its name; its whole address in a module.
    pub name: String,
    /// When it is open.
    pub times: Times,
    /// Login names of those who may pass it over in an emergency.
    pub emergency: Vec<String>,
}

/// `blackout "…" { … }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blackout {
    /// Its name.
    pub name: String,
    /// When nothing is begun.
    pub times: Times,
    /// Why.
    pub reason: Option<String>,
    /// Login names of those who may pass it over in an emergency.
    pub emergency: Vec<String>,
}

/// `service "…" { … }`: what has to stay up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Service {
    /// Its name; in a module its whole address.
    pub name: String,
    /// Indices of its components, sorted.
    pub members: Vec<usize>,
    /// How many of them stay available; none where it only promises how long it is up.
    pub least: u64,
    /// What is promised to its users.
    pub promise: Option<Promise>,
    /// Roles, whose members come one after the other; empty where none comes first.
    pub order: Vec<String>,
    /// Whether it answers is asked from outside while its members are worked on.
    pub outside: Option<Box<Outside>>,
}

impl Service {
    /// With fewer members than this it is down.
    pub fn floor(&self) -> u64 {
        self.least.max(1)
    }

    /// As messages call it: `service.shop`, `module.eu.service.shop`.
    pub fn address(&self) -> String {
        Service::called(&self.name)
    }

    /// The address of a service of this name.
    pub fn called(name: &str) -> String {
        if name.starts_with("module.") { name.to_string() } else { format!("service.{name}") }
    }
}

/// What a failure takes back (page 5.3, rule 4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OnFailure {
    /// The component that failed (and dependents that have begun).
    #[default]
    RollbackComponent,
    /// The component, and every instance of its wave.
    RollbackWave,
    /// Everything that the run has changed.
    RollbackRun,
    /// Nothing: stop, resumable.
    Halt,
}

/// `vendor "…" { … }`: whom to call when a person is needed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vendor {
    /// The block's label.
    pub label: String,
    /// What it says, in the order of [`VendorField::ALL`]; never empty texts.
    pub says: Vec<(VendorField, String)>,
}

/// What a vendor block may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum VendorField {
    /// Who it is; the label stands for it where it is not said.
    Name,
    /// Telephone number.
    Phone,
    /// Address of mail.
    Email,
    /// Address of a page.
    Url,
    /// When somebody answers.
    Hours,
    /// Number of the support contract.
    Contract,
    /// Number of a case that was opened before.
    Case,
    /// Anything else that a person should know.
    Note,
}

impl VendorField {
    /// Every field, in the order in which they are printed.
    pub const ALL: [VendorField; 8] = [
        VendorField::Name,
        VendorField::Phone,
        VendorField::Email,
        VendorField::Url,
        VendorField::Hours,
        VendorField::Contract,
        VendorField::Case,
        VendorField::Note,
    ];

    /// Its name in the configuration, in stored plans and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            VendorField::Name => "name",
            VendorField::Phone => "phone",
            VendorField::Email => "email",
            VendorField::Url => "url",
            VendorField::Hours => "hours",
            VendorField::Contract => "contract",
            VendorField::Case => "case",
            VendorField::Note => "note",
        }
    }

    /// Whether somebody can be reached by it.
    pub const fn reaches(self) -> bool {
        matches!(self, VendorField::Phone | VendorField::Email | VendorField::Url)
    }
}

impl Vendor {
    /// What it says of one thing.
    pub fn get(&self, field: VendorField) -> Option<&str> {
        self.says.iter().find(|(f, _)| *f == field).map(|(_, text)| text.as_str())
    }

    /// Who it is.
    pub fn name(&self) -> &str {
        self.get(VendorField::Name).unwrap_or(&self.label)
    }
}

/// `output "…" { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// Its value; secrets in clear.
    pub value: Exact,
    /// Whether it is shown.
    pub sensitive: bool,
    /// Its description; may be empty.
    pub description: String,
}
