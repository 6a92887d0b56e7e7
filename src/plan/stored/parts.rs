//! Stored forms of a plan's smaller parts: providers, rollouts, purposes, snapshot rules.

use super::pace::StoredPace;
use super::secrets::StoredSecret;
use crate::config::checked::{Connection, Lifecycle, OnFailure, Secret, SnapshotRule};
use crate::model::Purpose;
use crate::plan::noun::{PinnedProvider, RolloutLimit};
use patchform_sdk::ended::millis;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum StoredPurpose {
    Apply,
    RefreshOnly,
    Rollback { of: String },
    Restore { snapshot: String },
}

impl From<&Purpose> for StoredPurpose {
    fn from(purpose: &Purpose) -> Self {
        match purpose {
            Purpose::Apply => StoredPurpose::Apply,
            Purpose::RefreshOnly => StoredPurpose::RefreshOnly,
            Purpose::Rollback { of } => StoredPurpose::Rollback { of: of.clone() },
            Purpose::Restore { snapshot } => StoredPurpose::Restore { snapshot: snapshot.clone() },
        }
    }
}

impl From<StoredPurpose> for Purpose {
    fn from(purpose: StoredPurpose) -> Self {
        match purpose {
            StoredPurpose::Apply => Purpose::Apply,
            StoredPurpose::RefreshOnly => Purpose::RefreshOnly,
            StoredPurpose::Rollback { of } => Purpose::Rollback { of },
            StoredPurpose::Restore { snapshot } => Purpose::Restore { snapshot },
        }
    }
}

#[derive(Serialize, Deserialize)]
pub struct StoredProvider<'a> {
    name: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    alias: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<Cow<'a, str>>,
    version: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<Cow<'a, str>>,
    arguments: Cow<'a, Json>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<StoredSecret>,
}

impl<'a> From<&'a PinnedProvider> for StoredProvider<'a> {
    fn from(provider: &'a PinnedProvider) -> Self {
        StoredProvider {
            name: Cow::Borrowed(&provider.name),
            alias: Cow::Borrowed(&provider.alias),
            source: provider.source.as_deref().map(Cow::Borrowed),
            version: Cow::Borrowed(&provider.version),
            digest: provider.digest.as_deref().map(Cow::Borrowed),
            arguments: Cow::Borrowed(&provider.arguments),
            secrets: provider.secrets.iter().map(StoredSecret::from).collect(),
        }
    }
}

impl From<StoredProvider<'_>> for PinnedProvider {
    fn from(stored: StoredProvider<'_>) -> Self {
        PinnedProvider {
            name: stored.name.into_owned(),
            alias: stored.alias.into_owned(),
            source: stored.source.map(Cow::into_owned),
            version: stored.version.into_owned(),
            digest: stored.digest.map(Cow::into_owned),
            arguments: stored.arguments.into_owned(),
            secrets: stored.secrets.into_iter().map(Secret::from).collect(),
        }
    }
}

#[derive(Serialize, Deserialize)]
pub struct StoredRollout<'a> {
    name: Cow<'a, str>,
    max_parallel: u64,
    on_failure: StoredOnFailure,
    /// From form 3 on.
    #[serde(default)]
    pace: StoredPace,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredOnFailure {
    RollbackComponent,
    RollbackWave,
    RollbackRun,
    Halt,
}

impl<'a> From<&'a RolloutLimit> for StoredRollout<'a> {
    fn from(rollout: &'a RolloutLimit) -> Self {
        StoredRollout {
            name: Cow::Borrowed(&rollout.name),
            max_parallel: rollout.max_parallel,
            on_failure: match rollout.on_failure {
                OnFailure::RollbackComponent => StoredOnFailure::RollbackComponent,
                OnFailure::RollbackWave => StoredOnFailure::RollbackWave,
                OnFailure::RollbackRun => StoredOnFailure::RollbackRun,
                OnFailure::Halt => StoredOnFailure::Halt,
            },
            pace: StoredPace::from(&rollout.pace),
        }
    }
}

impl From<StoredRollout<'_>> for RolloutLimit {
    fn from(stored: StoredRollout<'_>) -> Self {
        RolloutLimit {
            name: stored.name.into_owned(),
            max_parallel: stored.max_parallel,
            on_failure: match stored.on_failure {
                StoredOnFailure::RollbackComponent => OnFailure::RollbackComponent,
                StoredOnFailure::RollbackWave => OnFailure::RollbackWave,
                StoredOnFailure::RollbackRun => OnFailure::RollbackRun,
                StoredOnFailure::Halt => OnFailure::Halt,
            },
            pace: stored.pace.into(),
        }
    }
}

#[derive(Serialize, Deserialize)]
pub struct StoredConnection<'a> {
    kind: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "no_arguments")]
    arguments: Cow<'a, BTreeMap<String, Json>>,
}

fn no_arguments(arguments: &BTreeMap<String, Json>) -> bool {
    arguments.is_empty()
}

impl<'a> From<&'a Connection> for StoredConnection<'a> {
    fn from(connection: &'a Connection) -> Self {
        StoredConnection {
            kind: Cow::Borrowed(&connection.kind),
            arguments: Cow::Borrowed(&connection.arguments),
        }
    }
}

impl From<StoredConnection<'_>> for Connection {
    fn from(stored: StoredConnection<'_>) -> Self {
        Connection { kind: stored.kind.into_owned(), arguments: stored.arguments.into_owned() }
    }
}

#[derive(Serialize, Deserialize)]
pub struct StoredSnapshotRule {
    keep: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keep_for_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    may_lose_data: bool,
}

impl From<&SnapshotRule> for StoredSnapshotRule {
    fn from(rule: &SnapshotRule) -> Self {
        StoredSnapshotRule {
            keep: rule.keep,
            keep_for_ms: rule.keep_for.map(millis),
            may_lose_data: rule.may_lose_data,
        }
    }
}

impl From<StoredSnapshotRule> for SnapshotRule {
    fn from(stored: StoredSnapshotRule) -> Self {
        SnapshotRule {
            keep: stored.keep,
            keep_for: stored.keep_for_ms.map(Duration::from_millis),
            may_lose_data: stored.may_lose_data,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub struct StoredLifecycle {
    allow_downgrade: bool,
    install: bool,
    allow_irreversible: bool,
}

impl From<&Lifecycle> for StoredLifecycle {
    fn from(lifecycle: &Lifecycle) -> Self {
        let Lifecycle { allow_downgrade, install, allow_irreversible } = *lifecycle;
        StoredLifecycle { allow_downgrade, install, allow_irreversible }
    }
}

impl From<StoredLifecycle> for Lifecycle {
    fn from(stored: StoredLifecycle) -> Self {
        let StoredLifecycle { allow_downgrade, install, allow_irreversible } = stored;
        Lifecycle { allow_downgrade, install, allow_irreversible }
    }
}
