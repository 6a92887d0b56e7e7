//! Stored form of a change: what it is about, and its two procedures.

use super::entry::level;
use crate::model::{Moment, PatchLevel};
use crate::plan::noun::*;
use crate::state::Owed;
use patchform_sdk::ended::millis;
use patchform_sdk::message::{Artifact, Level, Preview, Reload, SnapshotRef, WayBack};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::time::Duration;

#[derive(Serialize, Deserialize)]
pub struct StoredChange<'a> {
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    earlier_ms: Option<u64>,
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
    Elsewhere,
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
        let StoredOwed { run, reload, half, at } = stored;
        // It is told for what the plan read there.
        Owed { run: run.into_owned(), reload, half, reloaded: None, at: Moment(at) }
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
                Cause::Elsewhere => StoredCause::Elsewhere,
                Cause::Unrecorded => StoredCause::Unrecorded,
                Cause::Owed => StoredCause::Owed,
            },
            altered: change.altered,
            newer: Cow::Borrowed(&change.newer),
            brought: change.brought.iter().map(StoredBrought::from).collect(),
            owed: change.owed.as_ref().map(StoredOwed::from),
            put_by: change.put_by.as_deref().map(Cow::Borrowed),
            earlier_ms: change.earlier.map(millis),
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
                StoredCause::Elsewhere => Cause::Elsewhere,
                StoredCause::Unrecorded => Cause::Unrecorded,
                StoredCause::Owed => Cause::Owed,
            },
            altered: stored.altered,
            newer: stored.newer.into_owned(),
            brought: stored.brought.into_iter().map(Brought::from).collect(),
            owed: stored.owed.map(Owed::from),
            put_by: stored.put_by.map(Cow::into_owned),
            earlier: stored.earlier_ms.map(Duration::from_millis),
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
    Block,
    Snapshot,
    Backup,
    Patch,
    Reload,
    Verify,
    Unblock,
    Undrain,
    /// From form 3 on.
    Soak,
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
            Step::Block => StoredStep::Block,
            Step::Snapshot => StoredStep::Snapshot,
            Step::Backup => StoredStep::Backup,
            Step::Patch => StoredStep::Patch,
            Step::Reload => StoredStep::Reload,
            Step::Verify => StoredStep::Verify,
            Step::Unblock => StoredStep::Unblock,
            Step::Undrain => StoredStep::Undrain,
            Step::Soak => StoredStep::Soak,
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
            StoredStep::Block => Step::Block,
            StoredStep::Snapshot => Step::Snapshot,
            StoredStep::Backup => Step::Backup,
            StoredStep::Patch => Step::Patch,
            StoredStep::Reload => Step::Reload,
            StoredStep::Verify => Step::Verify,
            StoredStep::Unblock => Step::Unblock,
            StoredStep::Undrain => Step::Undrain,
            StoredStep::Soak => Step::Soak,
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
