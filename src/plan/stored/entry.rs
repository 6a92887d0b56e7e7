//! Stored form of one component in a plan.

use super::address;
use super::parts::*;
use super::secrets::StoredSecret;
use crate::model::{Moment, PatchLevel};
use crate::plan::noun::*;
use crate::state::Owed;
use patchform_sdk::message::{Artifact, Class, Level, Preview, Reload, SnapshotRef, WayBack};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::time::Duration;

#[derive(Serialize, Deserialize)]
pub struct StoredEntry<'a> {
    address: String,
    provider: usize,
    class: Class,
    arguments: Cow<'a, Json>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<StoredSecret>,
    connection: StoredConnection<'a>,
    snapshot: StoredSnapshotRule,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    checks: Vec<StoredCheck<'a>>,
    lifecycle: StoredLifecycle,
    rollout: usize,
    /// From form 2 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wave: Option<usize>,
    /// From form 2 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vendor: Option<usize>,
    #[serde(default, skip_serializing_if = "no_indices")]
    after: Cow<'a, [usize]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    desired: Option<Level>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recorded: Option<Level>,
    observed: StoredObserved<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    record_digest: Option<Cow<'a, str>>,
    verdict: StoredVerdict<'a>,
}

fn no_indices(indices: &[usize]) -> bool {
    indices.is_empty()
}

fn level(level: &Option<PatchLevel>) -> Option<Level> {
    level.clone().map(Level::from)
}

impl<'a> From<&'a Entry> for StoredEntry<'a> {
    fn from(entry: &'a Entry) -> Self {
        StoredEntry {
            address: entry.address.to_string(),
            provider: entry.provider,
            class: entry.class,
            arguments: Cow::Borrowed(&entry.arguments),
            secrets: entry.secrets.iter().map(StoredSecret::from).collect(),
            connection: StoredConnection::from(&entry.connection),
            snapshot: StoredSnapshotRule::from(&entry.snapshot),
            checks: entry.checks.iter().map(StoredCheck::from).collect(),
            lifecycle: StoredLifecycle::from(&entry.lifecycle),
            rollout: entry.rollout,
            wave: Some(entry.wave),
            vendor: entry.vendor,
            after: Cow::Borrowed(&entry.after),
            desired: level(&entry.desired),
            recorded: level(&entry.recorded),
            observed: StoredObserved::from(&entry.observed),
            record_digest: entry.record_digest.as_deref().map(Cow::Borrowed),
            verdict: StoredVerdict::from(&entry.verdict),
        }
    }
}

impl StoredEntry<'_> {
    /// Whether it says which wave it is in.
    pub fn in_wave(&self) -> bool {
        self.wave.is_some()
    }

    /// The inner form.
    ///
    /// # Errors
    /// What is wrong with the address.
    pub fn entry(self) -> Result<Entry, String> {
        Ok(Entry {
            address: address(&self.address)?,
            provider: self.provider,
            class: self.class,
            arguments: self.arguments.into_owned(),
            secrets: self.secrets.into_iter().map(Into::into).collect(),
            connection: self.connection.into(),
            snapshot: self.snapshot.into(),
            checks: self.checks.into_iter().map(Into::into).collect(),
            lifecycle: self.lifecycle.into(),
            rollout: self.rollout,
            wave: self.wave.unwrap_or_default(),
            vendor: self.vendor,
            after: self.after.into_owned(),
            desired: self.desired.map(Into::into),
            recorded: self.recorded.map(Into::into),
            observed: self.observed.into(),
            record_digest: self.record_digest.map(Cow::into_owned),
            verdict: self.verdict.into(),
        })
    }
}

#[derive(Serialize, Deserialize)]
struct StoredIdentity<'a> {
    target: Cow<'a, str>,
    claims: Cow<'a, [String]>,
    digest: Cow<'a, str>,
}

impl<'a> From<&'a Identity> for StoredIdentity<'a> {
    fn from(identity: &'a Identity) -> Self {
        StoredIdentity {
            target: Cow::Borrowed(&identity.target),
            claims: Cow::Borrowed(&identity.claims),
            digest: Cow::Borrowed(&identity.digest),
        }
    }
}

impl From<StoredIdentity<'_>> for Identity {
    fn from(stored: StoredIdentity<'_>) -> Self {
        Identity {
            target: stored.target.into_owned(),
            claims: stored.claims.into_owned(),
            digest: stored.digest.into_owned(),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredObserved<'a> {
    NotRead,
    Absent(StoredIdentity<'a>),
    Present {
        level: Level,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        running: Option<Level>,
        pending: Reload,
        identity: StoredIdentity<'a>,
    },
    Unreachable {
        why: Cow<'a, str>,
    },
    Unsettled {
        why: Cow<'a, str>,
    },
}

impl<'a> From<&'a Observed> for StoredObserved<'a> {
    fn from(observed: &'a Observed) -> Self {
        match observed {
            Observed::NotRead => StoredObserved::NotRead,
            Observed::Absent(identity) => StoredObserved::Absent(identity.into()),
            Observed::Present { level, running, pending, identity } => StoredObserved::Present {
                level: level.clone().into(),
                running: running.clone().map(Level::from),
                pending: *pending,
                identity: identity.into(),
            },
            Observed::Unreachable { why } => StoredObserved::Unreachable { why: Cow::Borrowed(why) },
            Observed::Unsettled { why } => StoredObserved::Unsettled { why: Cow::Borrowed(why) },
        }
    }
}

impl From<StoredObserved<'_>> for Observed {
    fn from(stored: StoredObserved<'_>) -> Self {
        match stored {
            StoredObserved::NotRead => Observed::NotRead,
            StoredObserved::Absent(identity) => Observed::Absent(identity.into()),
            StoredObserved::Present { level, running, pending, identity } => Observed::Present {
                level: level.into(),
                running: running.map(PatchLevel::from),
                pending,
                identity: identity.into(),
            },
            StoredObserved::Unreachable { why } => Observed::Unreachable { why: why.into_owned() },
            StoredObserved::Unsettled { why } => Observed::Unsettled { why: why.into_owned() },
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredVerdict<'a> {
    NoChange { adopt: bool },
    Change(Box<StoredChange<'a>>),
    Blocked(StoredBlock<'a>),
    Held { by: Cow<'a, [usize]> },
    Forget,
    Excluded,
}

impl<'a> From<&'a Verdict> for StoredVerdict<'a> {
    fn from(verdict: &'a Verdict) -> Self {
        match verdict {
            Verdict::NoChange { adopt } => StoredVerdict::NoChange { adopt: *adopt },
            Verdict::Change(change) => StoredVerdict::Change(Box::new(StoredChange::from(&**change))),
            Verdict::Blocked(block) => StoredVerdict::Blocked(block.into()),
            Verdict::Held { by } => StoredVerdict::Held { by: Cow::Borrowed(by) },
            Verdict::Forget => StoredVerdict::Forget,
            Verdict::Excluded => StoredVerdict::Excluded,
        }
    }
}

impl From<StoredVerdict<'_>> for Verdict {
    fn from(stored: StoredVerdict<'_>) -> Self {
        match stored {
            StoredVerdict::NoChange { adopt } => Verdict::NoChange { adopt },
            StoredVerdict::Change(change) => Verdict::Change(Box::new(Change::from(*change))),
            StoredVerdict::Blocked(block) => Verdict::Blocked(block.into()),
            StoredVerdict::Held { by } => Verdict::Held { by: by.into_owned() },
            StoredVerdict::Forget => Verdict::Forget,
            StoredVerdict::Excluded => Verdict::Excluded,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredBlock<'a> {
    NotRead(Cow<'a, str>),
    Ahead,
    UnknownOrder,
    NotInstalled(Cow<'a, [String]>),
    Rejected {
        run: Cow<'a, str>,
        reason: Cow<'a, str>,
    },
    Refused(Cow<'a, str>),
    Irreversible,
    LosesData,
    Claimed {
        claim: Cow<'a, str>,
        by: usize,
    },
    Leased {
        run: Cow<'a, str>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        driver: Option<Cow<'a, str>>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        stuck: bool,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unreadable: bool,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unknown: bool,
    },
}

impl<'a> From<&'a Block> for StoredBlock<'a> {
    fn from(block: &'a Block) -> Self {
        match block {
            Block::NotRead(why) => StoredBlock::NotRead(Cow::Borrowed(why)),
            Block::Ahead => StoredBlock::Ahead,
            Block::UnknownOrder => StoredBlock::UnknownOrder,
            Block::NotInstalled(keys) => StoredBlock::NotInstalled(Cow::Borrowed(keys)),
            Block::Rejected { run, reason } => {
                StoredBlock::Rejected { run: Cow::Borrowed(run), reason: Cow::Borrowed(reason) }
            }
            Block::Refused(why) => StoredBlock::Refused(Cow::Borrowed(why)),
            Block::Irreversible => StoredBlock::Irreversible,
            Block::LosesData => StoredBlock::LosesData,
            Block::Claimed { claim, by } => StoredBlock::Claimed { claim: Cow::Borrowed(claim), by: *by },
            Block::Leased { run, driver, idle } => StoredBlock::Leased {
                run: Cow::Borrowed(run),
                driver: driver.as_deref().map(Cow::Borrowed),
                stuck: *idle == Idle::Stuck,
                unreadable: *idle == Idle::Unreadable,
                unknown: *idle == Idle::Unknown,
            },
        }
    }
}

impl From<StoredBlock<'_>> for Block {
    fn from(stored: StoredBlock<'_>) -> Self {
        match stored {
            StoredBlock::NotRead(why) => Block::NotRead(why.into_owned()),
            StoredBlock::Ahead => Block::Ahead,
            StoredBlock::UnknownOrder => Block::UnknownOrder,
            StoredBlock::NotInstalled(keys) => Block::NotInstalled(keys.into_owned()),
            StoredBlock::Rejected { run, reason } => {
                Block::Rejected { run: run.into_owned(), reason: reason.into_owned() }
            }
            StoredBlock::Refused(why) => Block::Refused(why.into_owned()),
            StoredBlock::Irreversible => Block::Irreversible,
            StoredBlock::LosesData => Block::LosesData,
            StoredBlock::Claimed { claim, by } => Block::Claimed { claim: claim.into_owned(), by },
            StoredBlock::Leased { run, driver, stuck, unreadable, unknown } => Block::Leased {
                run: run.into_owned(),
                driver: driver.map(Cow::into_owned),
                idle: match (unknown, unreadable, stuck) {
                    (true, ..) => Idle::Unknown,
                    (false, true, _) => Idle::Unreadable,
                    (false, false, true) => Idle::Stuck,
                    (false, false, false) => Idle::Resumable,
                },
            },
        }
    }
}

#[derive(Serialize, Deserialize)]
struct StoredChange<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Level>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<Level>,
    cause: StoredCause,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    altered: bool,
    #[serde(default, skip_serializing_if = "none")]
    newer: Cow<'a, [String]>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    brought: Vec<StoredBrought<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owed: Option<StoredOwed<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    put_by: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    downgrade: bool,
    preview: Cow<'a, Preview>,
    #[serde(default, skip_serializing_if = "no_artifacts")]
    artifacts: Cow<'a, [Artifact]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    way_back: Option<Cow<'a, WayBack>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    restore_from: Option<Cow<'a, SnapshotRef>>,
    forth: Vec<StoredPlanned>,
    back: Vec<StoredPlanned>,
}

fn none(texts: &[String]) -> bool {
    texts.is_empty()
}

fn no_artifacts(artifacts: &[Artifact]) -> bool {
    artifacts.is_empty()
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredCause {
    Install,
    Change,
    Drift,
    Unrecorded,
    Owed,
}

/// A level that goes for good, and who brought it.
#[derive(Serialize, Deserialize)]
struct StoredBrought<'a> {
    run: Cow<'a, str>,
    level: Level,
}

impl<'a> From<&'a Brought> for StoredBrought<'a> {
    fn from(brought: &'a Brought) -> Self {
        StoredBrought { run: Cow::Borrowed(&brought.run), level: Level::from(brought.level.clone()) }
    }
}

impl From<StoredBrought<'_>> for Brought {
    fn from(stored: StoredBrought<'_>) -> Self {
        Brought { run: stored.run.into_owned(), level: stored.level.into() }
    }
}

/// What an abandoned run left undone; the time in milliseconds.
#[derive(Serialize, Deserialize)]
struct StoredOwed<'a> {
    run: Cow<'a, str>,
    reload: Reload,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    half: bool,
    at: i64,
}

impl<'a> From<&'a Owed> for StoredOwed<'a> {
    fn from(owed: &'a Owed) -> Self {
        StoredOwed { run: Cow::Borrowed(&owed.run), reload: owed.reload, half: owed.half, at: owed.at.0 }
    }
}

impl From<StoredOwed<'_>> for Owed {
    fn from(stored: StoredOwed<'_>) -> Self {
        Owed { run: stored.run.into_owned(), reload: stored.reload, half: stored.half, at: Moment(stored.at) }
    }
}

impl<'a> From<&'a Change> for StoredChange<'a> {
    fn from(change: &'a Change) -> Self {
        StoredChange {
            from: level(&change.from),
            to: level(&change.to),
            cause: match change.cause {
                Cause::Install => StoredCause::Install,
                Cause::Change => StoredCause::Change,
                Cause::Drift => StoredCause::Drift,
                Cause::Unrecorded => StoredCause::Unrecorded,
                Cause::Owed => StoredCause::Owed,
            },
            altered: change.altered,
            newer: Cow::Borrowed(&change.newer),
            brought: change.brought.iter().map(StoredBrought::from).collect(),
            owed: change.owed.as_ref().map(StoredOwed::from),
            put_by: change.put_by.as_deref().map(Cow::Borrowed),
            downgrade: change.downgrade,
            preview: Cow::Borrowed(&change.preview),
            artifacts: Cow::Borrowed(&change.artifacts),
            way_back: change.way_back.as_ref().map(Cow::Borrowed),
            restore_from: change.restore_from.as_ref().map(Cow::Borrowed),
            forth: change.forth.iter().map(StoredPlanned::from).collect(),
            back: change.back.iter().map(StoredPlanned::from).collect(),
        }
    }
}

impl From<StoredChange<'_>> for Change {
    fn from(stored: StoredChange<'_>) -> Self {
        Change {
            from: stored.from.map(PatchLevel::from),
            to: stored.to.map(PatchLevel::from),
            cause: match stored.cause {
                StoredCause::Install => Cause::Install,
                StoredCause::Change => Cause::Change,
                StoredCause::Drift => Cause::Drift,
                StoredCause::Unrecorded => Cause::Unrecorded,
                StoredCause::Owed => Cause::Owed,
            },
            altered: stored.altered,
            newer: stored.newer.into_owned(),
            brought: stored.brought.into_iter().map(Brought::from).collect(),
            owed: stored.owed.map(Owed::from),
            put_by: stored.put_by.map(Cow::into_owned),
            downgrade: stored.downgrade,
            preview: stored.preview.into_owned(),
            artifacts: stored.artifacts.into_owned(),
            way_back: stored.way_back.map(Cow::into_owned),
            restore_from: stored.restore_from.map(Cow::into_owned),
            forth: stored.forth.into_iter().map(Planned::from).collect(),
            back: stored.back.into_iter().map(Planned::from).collect(),
        }
    }
}

/// One action: its name, expected time and deadline, both in milliseconds.
#[derive(Serialize, Deserialize)]
struct StoredPlanned(StoredStep, u64, u64);

/// Must name every [`Step`]; the round trip of all steps is tested.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredStep {
    Gate,
    Fetch,
    Measure,
    Drain,
    Snapshot,
    Backup,
    Patch,
    Reload,
    Verify,
    Undrain,
    Commit,
    Uninstall,
    Restore,
}

impl From<&Planned> for StoredPlanned {
    fn from(planned: &Planned) -> Self {
        let step = match planned.action {
            Step::Gate => StoredStep::Gate,
            Step::Fetch => StoredStep::Fetch,
            Step::Measure => StoredStep::Measure,
            Step::Drain => StoredStep::Drain,
            Step::Snapshot => StoredStep::Snapshot,
            Step::Backup => StoredStep::Backup,
            Step::Patch => StoredStep::Patch,
            Step::Reload => StoredStep::Reload,
            Step::Verify => StoredStep::Verify,
            Step::Undrain => StoredStep::Undrain,
            Step::Commit => StoredStep::Commit,
            Step::Uninstall => StoredStep::Uninstall,
            Step::Restore => StoredStep::Restore,
        };
        StoredPlanned(step, millis(planned.expected), millis(planned.deadline))
    }
}

impl From<StoredPlanned> for Planned {
    fn from(StoredPlanned(step, expected, deadline): StoredPlanned) -> Self {
        let action = match step {
            StoredStep::Gate => Step::Gate,
            StoredStep::Fetch => Step::Fetch,
            StoredStep::Measure => Step::Measure,
            StoredStep::Drain => Step::Drain,
            StoredStep::Snapshot => Step::Snapshot,
            StoredStep::Backup => Step::Backup,
            StoredStep::Patch => Step::Patch,
            StoredStep::Reload => Step::Reload,
            StoredStep::Verify => Step::Verify,
            StoredStep::Undrain => Step::Undrain,
            StoredStep::Commit => Step::Commit,
            StoredStep::Uninstall => Step::Uninstall,
            StoredStep::Restore => Step::Restore,
        };
        Planned {
            action,
            expected: Duration::from_millis(expected),
            deadline: Duration::from_millis(deadline),
        }
    }
}
