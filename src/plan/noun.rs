//! The plan, as `plan::make` builds it, `report` shows it, and the run engine follows it. Everything that apply,
//! resume and rollback need stands in it; the configuration is not opened again.

use super::hours::{Hours, When};
use crate::config::checked::{
    Assertion, Barrier, Check, Connection, Drain, Lifecycle, Role, Secret, SecretForm, SecretOrigin, Service,
    Silence, SnapshotRule, Traffic, Vendor, credentials,
};
use crate::config::exact::Exact;
use crate::config::inputs::Input;
use crate::model::{Address, Moment, PatchLevel, Purpose};
use crate::state::Owed;
use patchform_sdk::message::{Artifact, Class, Preview, Reload, SnapshotRef, WayBack};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A plan. Entries are sorted by address; other places refer to one by its index.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Version of the program that made it.
    pub program: String,
    /// When it was made.
    pub made: Moment,
    /// Lineage of the state it was made against.
    pub lineage: String,
    /// The workspace whose state that is.
    pub workspace: String,
    /// What sort of plan it is.
    pub purpose: Purpose,
    /// The providers it needs, pinned.
    pub providers: Vec<PinnedProvider>,
    /// Every component of the configuration, and those that only the state knows.
    pub entries: Vec<Entry>,
    /// Values that will be recorded as outputs: name, value, whether sensitive (then the value is null).
    pub outputs: Vec<(String, Exact, bool)>,
    /// The outputs that the state held when it was made, which taking its run back brings again; `None` in a plan of
    /// an earlier program.
    pub outputs_before: Option<Vec<(String, Exact, bool)>>,
    /// Where each sensitive variable is read again.
    pub secret_sources: BTreeMap<String, SecretOrigin>,
    /// Limits of the rollouts in use; [`Entry::rollout`] is an index into them.
    pub rollouts: Vec<RolloutLimit>,
    /// How its waves follow each other, by their numbers; none waits for another in a plan of an earlier program, which has
    /// no rows.
    pub waves: Vec<Wave>,
    /// What sends traffic to its components, secrets replaced by null; [`Entry::drain`] has indices into it.
    pub traffic: Vec<Traffic>,
    /// Services that stay up; their members are indices into [`Plan::entries`].
    pub services: Vec<Service>,
    /// Records that get another address before anything else: from and to.
    pub moves: Vec<(Address, Address)>,
    /// Top-level `check` blocks of the configuration, and what they say.
    pub assertions: Vec<Assertion>,
    /// What expressions took from files: where one of them is not as it was, a saved plan is refused.
    pub inputs: Vec<Input>,
    /// Vendors of its components; [`Entry::vendor`] is an index into them.
    pub vendors: Vec<Vendor>,
    /// When its components may be worked on; [`Entry::when`] has indices into it.
    pub hours: Hours,
}

/// A provider as the plan was made with it.
#[derive(Debug, Clone, PartialEq)]
pub struct PinnedProvider {
    /// Its name.
    pub name: String,
    /// Its alias; empty for the default one.
    pub alias: String,
    /// Path of its executable; `None` when bundled.
    pub source: Option<String>,
    /// Its version.
    pub version: String,
    /// SHA-256 of its executable; `None` when bundled (then the program's version stands for it).
    pub digest: Option<String>,
    /// Arguments of its block, secrets replaced by null.
    pub arguments: Json,
    /// Where secrets go in `arguments`.
    pub secrets: Vec<Secret>,
}

/// A rollout: its limits, as the configuration has them once it is known who shares it.
pub use crate::config::checked::Rollout as RolloutLimit;

/// A slice of the instances of one block (page 2.2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wave {
    /// Number of the wave that must be settled before this one begins.
    pub after: Option<usize>,
    /// Whether the next one begins only if one of this is committed and none has failed.
    pub canary: bool,
}

/// One component in a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its absolute address.
    pub address: Address,
    /// Index into [`Plan::providers`].
    pub provider: usize,
    /// Its class.
    pub class: Class,
    /// The kind's own arguments, secrets replaced by null.
    pub arguments: Json,
    /// Where secrets go in `arguments`.
    pub secrets: Vec<Secret>,
    /// Where it is reached.
    pub connection: Connection,
    /// How its snapshots are kept.
    pub snapshot: SnapshotRule,
    /// Its checks.
    pub checks: Vec<Check>,
    /// Which part it plays in a cluster.
    pub role: Option<Box<Role>>,
    /// What is allowed.
    pub lifecycle: Lifecycle,
    /// Index into [`Plan::rollouts`].
    pub rollout: usize,
    /// Number of its wave: entries with the same number go back together where their rollout says so.
    pub wave: usize,
    /// The failure domain that it stands in.
    pub zone: Option<String>,
    /// The baseline that is its desired level: `baseline.security`.
    pub baseline: Option<Arc<str>>,
    /// Index into [`Plan::vendors`].
    pub vendor: Option<usize>,
    /// When it may be worked on.
    pub when: When,
    /// Where its traffic is taken away while it is worked on.
    pub drain: Option<Drain>,
    /// How customers are kept out while it is worked on.
    pub block: Option<Box<Barrier>>,
    /// Alerts that are silenced while it is worked on.
    pub silence: Option<Box<Silence>>,
    /// Indices of the entries it stands on (direct ones), sorted.
    pub after: Vec<usize>,
    /// Desired level; `None` when the configuration no longer names it.
    pub desired: Option<PatchLevel>,
    /// Recorded level; `None` when the state does not know it.
    pub recorded: Option<PatchLevel>,
    /// What was observed.
    pub observed: Observed,
    /// What a check found ill when the plan was made; only members of services are asked.
    pub ill: Option<String>,
    /// Whether somebody else has taken its traffic away: a patch does not bring that back.
    pub idle: bool,
    /// Digest of the state's record that this rests on; `None` when there was none.
    pub record_digest: Option<String>,
    /// What would happen.
    pub verdict: Verdict,
}

impl Entry {
    /// Identity of the target on which it was read, where it was.
    pub fn target(&self) -> Option<&str> {
        self.observed.identity().map(|identity| identity.target.as_str())
    }

    /// Indices of the providers that its change takes, with those of the `traffic` from which it is taken.
    pub fn providers<'a>(&'a self, traffic: &'a [Traffic]) -> impl Iterator<Item = usize> + 'a {
        let from = self.drain.iter().flat_map(|drain| drain.from.iter().copied());
        let from = from.chain(self.block.iter().filter_map(|block| block.at));
        let directing = from.filter_map(|at| Some(traffic.get(at)?.provider));
        std::iter::once(self.provider).chain(directing)
    }
}

/// What was observed of a component.
#[derive(Debug, Clone, PartialEq)]
pub enum Observed {
    /// Not read (`--refresh=false`, or excluded).
    NotRead,
    /// Not there.
    Absent(Identity),
    /// There.
    Present {
        /// The installed level.
        level: PatchLevel,
        /// The running level, where it differs.
        running: Option<PatchLevel>,
        /// What the installed level still needs to run.
        pending: Reload,
        /// Who needs that: such as services that run old code. For people.
        pending_by: Vec<String>,
        /// Who and where.
        identity: Identity,
    },
    /// Could not be asked.
    Unreachable {
        /// Why.
        why: String,
    },
    /// It was asked, and what is there now need not stay: an earlier action goes on there, or its dead man's switch is
    /// not decided.
    Unsettled {
        /// Why.
        why: String,
    },
}

/// What a reading says of a component's identity and content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// Stable identity of its host or system.
    pub target: String,
    /// What it manages there.
    pub claims: Vec<String>,
    /// Digest of what it manages.
    pub digest: String,
}

impl Observed {
    /// The level, when present.
    pub fn level(&self) -> Option<&PatchLevel> {
        match self {
            Observed::Present { level, .. } => Some(level),
            _ => None,
        }
    }

    /// The identity, when the target was reached.
    pub fn identity(&self) -> Option<&Identity> {
        match self {
            Observed::Absent(identity) | Observed::Present { identity, .. } => Some(identity),
            _ => None,
        }
    }

    /// What of `owed` is owed to what was read; all that its run left, where nothing was.
    pub fn owes(&self, owed: &Owed) -> Owed {
        match self.identity() {
            Some(identity) => owed.at(self.level(), &identity.digest),
            None => Owed { reloaded: None, ..owed.clone() },
        }
    }
}

/// What would happen to a component, and why.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It is where it should be.
    NoChange {
        /// The record differs from the observed level, and takes it over.
        adopt: bool,
    },
    /// It changes.
    Change(Box<Change>),
    /// It would change, but may not.
    Blocked(Block),
    /// It would change, but something it stands on will not be ready.
    Held {
        /// Indices of the entries that hold it, direct ones.
        by: Vec<usize>,
    },
    /// The configuration no longer names it: its record goes, the component stays as it is.
    Forget,
    /// Left out by `--target` or `--exclude`.
    Excluded,
}

impl Verdict {
    /// Whether the component changes, or its record is written or goes.
    pub fn acts(&self) -> bool {
        matches!(self, Verdict::Change(_) | Verdict::Forget | Verdict::NoChange { adopt: true })
    }
}

/// Why a component may not change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Its target could not be asked, or was not read.
    NotRead(String),
    /// It stands above the desired level.
    Ahead,
    /// The levels cannot be compared; treated as ahead.
    UnknownOrder,
    /// It is absent, and `lifecycle { install = false }`; or these keys of a map are.
    NotInstalled(Vec<String>),
    /// This level was rolled back before.
    Rejected {
        /// The run that rolled it back.
        run: String,
        /// Why.
        reason: String,
    },
    /// The provider said no.
    Refused(String),
    /// There is no stored way back, and `lifecycle { allow_irreversible = true }` was not set.
    Irreversible,
    /// The only ways back would throw away data written since, and `snapshot { may_lose_data = true }` was not set.
    LosesData,
    /// A service puts its members into an order by their roles, and nobody can tell where this one stands: a sentence.
    Unplaced(String),
    /// It cannot share its target with what was left running there, and goes on or may: a sentence.
    NotAlone(String),
    /// Another component claims the same thing on the same target.
    Claimed {
        /// What.
        claim: String,
        /// Index of the other entry.
        by: usize,
    },
    /// An earlier run that was not finished holds it.
    Leased {
        /// That run.
        run: String,
        /// Who drives it now; `None` when nobody does.
        driver: Option<String>,
        /// How it stands while nobody drives it.
        idle: Idle,
    },
}

/// How a run stands that has not ended, and that nobody drives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Idle {
    /// It can be finished, or taken back.
    #[default]
    Resumable,
    /// What it left has to be repaired first.
    Stuck,
    /// Its plan or its journal cannot be read, so that it can only be let go of.
    Unreadable,
    /// Neither its plan nor its lease can be read, so that nobody knows what it holds.
    Unknown,
}

/// A change of one component.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Level before; `None` when absent.
    pub from: Option<PatchLevel>,
    /// Level after; `None` takes it away (only in a rollback of a first installation).
    pub to: Option<PatchLevel>,
    /// How it stands to the record.
    pub cause: Cause,
    /// Whether what is there is not what was recorded, although its level is: somebody changed it, or the configuration has
    /// it read in another way now.
    pub altered: bool,
    /// Later runs whose work there goes as well, where a run is taken back: their ids, oldest first.
    pub newer: Vec<String>,
    /// The levels that go for good, where a run is taken back: what that run brought there, and what each later one did,
    /// oldest first.
    pub brought: Vec<Brought>,
    /// What an abandoned run left undone there, which this change does.
    pub owed: Option<Owed>,
    /// The finished run that put what something is owed of there, where taking it back brings what stood there before.
    pub put_by: Option<String>,
    /// How long its way forth took in the last run that brought it through, where it keeps to windows or is part of a service, and
    /// that is known.
    pub earlier: Option<Duration>,
    /// Whether the level goes down.
    pub downgrade: bool,
    /// What the provider says the patch does.
    pub preview: Preview,
    /// What will be fetched, pinned.
    pub artifacts: Vec<Artifact>,
    /// The way back that was chosen; `None` only with `allow_irreversible`.
    pub way_back: Option<WayBack>,
    /// The stored snapshot that the way forth restores: in a plan of `snapshot restore`, or to take a first
    /// installation back.
    pub restore_from: Option<SnapshotRef>,
    /// The operation plan.
    pub forth: Vec<Planned>,
    /// The emergency plan; empty without a way back.
    pub back: Vec<Planned>,
}

impl Change {
    /// Whether nothing is patched: what an abandoned run left undone at its level is done, and nothing else.
    pub fn catches_up(&self) -> bool {
        self.cause == Cause::Owed && self.owed.as_ref().is_none_or(|owed| !owed.half)
    }

    /// How long the way forth takes from action `next` on, with the longest way back behind it: what does not fit does not
    /// start.
    pub fn needs(&self, next: usize) -> Duration {
        let left = expected(self.forth.get(next..).unwrap_or_default());
        self.learned(left).saturating_add(expected(&self.back))
    }

    /// How long the whole way forth is expected to take.
    pub fn length(&self) -> Duration {
        self.learned(expected(&self.forth))
    }

    /// How long a part of the way forth takes that is expected to take so long: where the whole took longer before, each part
    /// may again.
    pub fn learned(&self, part: Duration) -> Duration {
        let (whole, earlier) = (expected(&self.forth), self.earlier.unwrap_or_default());
        let slower = match whole.is_zero() {
            true => earlier,
            false => earlier.mul_f64(part.div_duration_f64(whole)),
        };
        part.max(slower)
    }

    /// Whether its way back takes the whole system back.
    pub fn takes_all_back(&self) -> bool {
        self.way_back.as_ref().is_some_and(|w| w.coverage.whole_system)
            && self.back.iter().any(|p| p.action == Step::Restore)
    }

    /// Whether it touches more than its claims, so that it must be alone on its target (page 5.3, rule 5).
    pub fn needs_target_alone(&self) -> bool {
        self.takes_all_back() || self.preview.reload >= Reload::Reboot
    }
}

/// How long steps are expected to take, one after the other.
fn expected(steps: &[Planned]) -> Duration {
    steps.iter().fold(Duration::ZERO, |sum, p| sum.saturating_add(p.expected))
}

/// A level, and who brought it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// Id of the run.
    pub run: String,
    /// The level after it.
    pub level: PatchLevel,
}

/// Why a component changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// It is not there yet.
    Install,
    /// The configuration names another level than the recorded one.
    Change,
    /// Somebody changed it since the last run.
    Drift,
    /// The configuration has it in another place than it was recorded in, where its level is another one.
    Elsewhere,
    /// It is not in the state yet, and stands at another level.
    Unrecorded,
    /// It stands at its level, and an abandoned run left it so before that was in force and verified.
    Owed,
}

/// One action of a procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// Which action.
    pub action: Step,
    /// How long it is expected to take.
    pub expected: Duration,
    /// After how long it counts as unclear.
    pub deadline: Duration,
}

/// The actions of procedures (page 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Policy is asked.
    Gate,
    /// Artifacts are brought to the target.
    Fetch,
    /// Health is recorded: already ill means do not start.
    Measure,
    /// Traffic is taken away.
    Drain,
    /// Customers are kept out, and that is proved.
    Block,
    /// A way back is stored.
    Snapshot,
    /// Data is stored.
    Backup,
    /// The level changes.
    Patch,
    /// The level comes into force.
    Reload,
    /// The reading and the checks agree with the plan.
    Verify,
    /// Customers are let in again, and that is proved.
    Unblock,
    /// Traffic comes back.
    Undrain,
    /// It is watched for a while.
    Soak,
    /// The record is written.
    Commit,
    /// Just the patch is taken back.
    Uninstall,
    /// The snapshot is restored.
    Restore,
}

impl Step {
    /// Its name in messages, journals and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Step::Gate => "gate",
            Step::Fetch => "fetch",
            Step::Measure => "measure",
            Step::Drain => "drain",
            Step::Block => "block",
            Step::Snapshot => "snapshot",
            Step::Backup => "backup",
            Step::Patch => "patch",
            Step::Reload => "reload",
            Step::Verify => "verify",
            Step::Unblock => "unblock",
            Step::Undrain => "undrain",
            Step::Soak => "soak",
            Step::Commit => "commit",
            Step::Uninstall => "uninstall",
            Step::Restore => "restore",
        }
    }

    /// Whether it puts something else in the place of what stands there.
    pub const fn replaces(self) -> bool {
        matches!(self, Step::Patch | Step::Restore | Step::Uninstall)
    }

    /// Whether it takes traffic away or gives it back.
    pub const fn moves_traffic(self) -> bool {
        matches!(self, Step::Drain | Step::Undrain)
    }

    /// Whether it keeps customers out or lets them in.
    pub const fn moves_customers(self) -> bool {
        matches!(self, Step::Block | Step::Unblock)
    }

    /// Whether it may change something on the target, so that its answer can be unclear.
    pub const fn effectful(self) -> bool {
        !matches!(self, Step::Gate | Step::Measure | Step::Verify | Step::Soak | Step::Commit)
    }
}

impl Plan {
    /// The sensitive variables whose values it needs, and what they are to be read as.
    pub fn secrets(&self) -> impl Iterator<Item = (&str, SecretForm)> {
        let told = self.entries.iter().flat_map(|e| credentials(&e.checks, e.silence.as_deref()));
        let of_entries = self.entries.iter().flat_map(|e| &e.secrets);
        let of_others = self.providers.iter().flat_map(|p| &p.secrets);
        let of_others = of_others.chain(self.traffic.iter().flat_map(|t| &t.secrets));
        let arguments = of_entries.chain(of_others).map(|secret| (secret.variable.as_str(), secret.form));
        arguments.chain(told.map(|credential| (credential.variable(), SecretForm::Text)))
    }

    /// Indices of the entries that change.
    pub fn changes(&self) -> impl Iterator<Item = (usize, &Entry, &Change)> {
        self.entries.iter().enumerate().filter_map(|(i, e)| match &e.verdict {
            Verdict::Change(change) => Some((i, e, &**change)),
            _ => None,
        })
    }

    /// Whether a member of a service changes.
    pub fn changes_any(&self, service: &Service) -> bool {
        service.members.iter().any(|i| self.change(*i).is_some())
    }

    /// The change of one entry, by its index.
    pub fn change(&self, entry: usize) -> Option<&Change> {
        match &self.entries.get(entry)?.verdict {
            Verdict::Change(change) => Some(change),
            _ => None,
        }
    }

    /// Whether a component would change and may not: what is blocked or held is not at its level after the run either.
    pub fn leaves_out(&self) -> bool {
        self.entries.iter().any(|e| matches!(e.verdict, Verdict::Blocked(_) | Verdict::Held { .. }))
    }
}
