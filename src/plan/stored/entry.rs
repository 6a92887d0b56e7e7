//! Stored form of one component in a plan.

use super::address;
use super::barrier::StoredBarrier;
use super::change::StoredChange;
use super::check::StoredCheck;
use super::parts::*;
use super::role::StoredRole;
use super::secrets::StoredSecret;
use super::silence::StoredSilence;
use super::traffic::StoredDrain;
use crate::model::PatchLevel;
use crate::plan::hours::When;
use crate::plan::noun::*;
use patchform_sdk::message::{Class, Level, Reload};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::borrow::Cow;

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
    /// From form 4 on, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<StoredRole<'a>>,
    lifecycle: StoredLifecycle,
    rollout: usize,
    /// From form 2 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wave: Option<usize>,
    /// From form 3 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<Cow<'a, str>>,
    /// From form 3 on, where it takes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    baseline: Option<Cow<'a, str>>,
    /// From form 2 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vendor: Option<usize>,
    /// From form 3 on.
    #[serde(default, skip_serializing_if = "no_indices")]
    windows: Cow<'a, [usize]>,
    /// From form 3 on.
    #[serde(default, skip_serializing_if = "no_indices")]
    blackouts: Cow<'a, [usize]>,
    /// From form 4 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    drain: Option<StoredDrain<'a>>,
    /// From form 4 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    block: Option<StoredBarrier<'a>>,
    /// From form 4 on, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    silence: Option<StoredSilence<'a>>,
    #[serde(default, skip_serializing_if = "no_indices")]
    after: Cow<'a, [usize]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    desired: Option<Level>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recorded: Option<Level>,
    observed: StoredObserved<'a>,
    /// From form 4 on, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ill: Option<Cow<'a, str>>,
    /// From form 4 on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    idle: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    record_digest: Option<Cow<'a, str>>,
    verdict: StoredVerdict<'a>,
}

fn no_indices(indices: &[usize]) -> bool {
    indices.is_empty()
}

pub(super) fn level(level: &Option<PatchLevel>) -> Option<Level> {
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
            role: entry.role.as_deref().map(StoredRole::from),
            lifecycle: StoredLifecycle::from(&entry.lifecycle),
            rollout: entry.rollout,
            wave: Some(entry.wave),
            zone: entry.zone.as_deref().map(Cow::Borrowed),
            baseline: entry.baseline.as_deref().map(Cow::Borrowed),
            vendor: entry.vendor,
            windows: Cow::Borrowed(&entry.when.windows),
            blackouts: Cow::Borrowed(&entry.when.blackouts),
            drain: entry.drain.as_ref().map(StoredDrain::from),
            block: entry.block.as_deref().map(StoredBarrier::from),
            silence: entry.silence.as_deref().map(StoredSilence::from),
            after: Cow::Borrowed(&entry.after),
            desired: level(&entry.desired),
            recorded: level(&entry.recorded),
            observed: StoredObserved::from(&entry.observed),
            ill: entry.ill.as_deref().map(Cow::Borrowed),
            idle: entry.idle,
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
            role: self.role.map(|role| Box::new(role.into())),
            lifecycle: self.lifecycle.into(),
            rollout: self.rollout,
            wave: self.wave.unwrap_or_default(),
            zone: self.zone.map(Cow::into_owned),
            baseline: self.baseline.map(|baseline| baseline.as_ref().into()),
            vendor: self.vendor,
            when: When { windows: self.windows.into_owned(), blackouts: self.blackouts.into_owned() },
            drain: self.drain.map(Into::into),
            block: self.block.map(StoredBarrier::barrier).transpose()?.map(Box::new),
            silence: self.silence.map(|silence| Box::new(silence.into())),
            after: self.after.into_owned(),
            desired: self.desired.map(Into::into),
            recorded: self.recorded.map(Into::into),
            observed: self.observed.into(),
            ill: self.ill.map(Cow::into_owned),
            idle: self.idle,
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
        #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
        pending_by: Cow<'a, [String]>,
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
            Observed::Present { level, running, pending, pending_by, identity } => StoredObserved::Present {
                level: level.clone().into(),
                running: running.clone().map(Level::from),
                pending: *pending,
                pending_by: Cow::Borrowed(pending_by),
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
            StoredObserved::Present { level, running, pending, pending_by, identity } => Observed::Present {
                level: level.into(),
                running: running.map(PatchLevel::from),
                pending,
                pending_by: pending_by.into_owned(),
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
    Unplaced(Cow<'a, str>),
    NotAlone(Cow<'a, str>),
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
            Block::Unplaced(why) => StoredBlock::Unplaced(Cow::Borrowed(why)),
            Block::NotAlone(why) => StoredBlock::NotAlone(Cow::Borrowed(why)),
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
            StoredBlock::Unplaced(why) => Block::Unplaced(why.into_owned()),
            StoredBlock::NotAlone(why) => Block::NotAlone(why.into_owned()),
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
