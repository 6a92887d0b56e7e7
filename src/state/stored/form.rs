//! Form 1 of the stored state, and how it becomes a state and back. Rows are sorted as in the state; unknown fields
//! are refused, so that an older program never drops what a newer one wrote: new fields raise the version.

mod into_state;

use super::FORMAT_VERSION;
use crate::config::exact::Exact;
use crate::model::{Address, PatchLevel, Purpose};
use crate::state::noun::{Folded, OutputValue, Rejected};
use crate::state::{FinishedRun, Levels, Owed, Record, Reloaded, RunOutcome, Snapshot, State};
use patchform_sdk::message::{Coverage, Reload};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::collections::BTreeMap;

type Text<'a> = Cow<'a, str>;

/// What every form, older or newer, begins with.
#[derive(Deserialize)]
pub(super) struct Header {
    pub format_version: u64,
    #[serde(default)]
    pub program: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Form<'a> {
    pub format_version: u64,
    #[serde(borrow)]
    pub program: Text<'a>,
    #[serde(borrow, default)]
    pub digest: Text<'a>,
    #[serde(borrow)]
    pub lineage: Text<'a>,
    pub serial: u64,
    #[serde(borrow)]
    pub folded: Option<StoredFolded<'a>>,
    /// Left out while it is 0, as it was before there was one.
    #[serde(default)]
    pub token: u64,
    #[serde(borrow)]
    pub outputs: Vec<StoredOutput<'a>>,
    #[serde(borrow)]
    pub records: Vec<StoredRecord<'a>>,
    #[serde(borrow)]
    pub snapshots: Vec<StoredSnapshot<'a>>,
    #[serde(borrow)]
    pub rejected: Vec<StoredRejected<'a>>,
    /// Left out while there is none, as it was before there was any.
    #[serde(borrow, default)]
    pub owed: Vec<StoredOwed<'a>>,
    #[serde(borrow)]
    pub runs: Vec<StoredRun<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredFolded<'a> {
    #[serde(borrow)]
    run: Text<'a>,
    line: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredOutput<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    value: Exact,
    /// Left out where the value says it, as it was before it was recorded.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    ty: Option<Json>,
    sensitive: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum StoredLevel<'a> {
    Single(#[serde(borrow)] Text<'a>),
    Map(#[serde(borrow)] BTreeMap<Text<'a>, Text<'a>>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredRecord<'a> {
    #[serde(borrow)]
    address: Text<'a>,
    #[serde(borrow)]
    provider: Text<'a>,
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    alias: Text<'a>,
    #[serde(borrow)]
    level: StoredLevel<'a>,
    #[serde(borrow)]
    digest: Text<'a>,
    #[serde(borrow)]
    target: Text<'a>,
    #[serde(borrow)]
    claims: Vec<Text<'a>>,
    #[serde(borrow)]
    run: Text<'a>,
    #[serde(borrow)]
    at: Text<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredSnapshot<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    component: Text<'a>,
    #[serde(borrow)]
    run: Text<'a>,
    #[serde(borrow)]
    level: Option<StoredLevel<'a>>,
    token: Json,
    #[serde(borrow)]
    place: Text<'a>,
    whole_system: bool,
    data: bool,
    #[serde(borrow)]
    taken: Text<'a>,
    size: u64,
    #[serde(borrow)]
    digest: Option<Text<'a>>,
    #[serde(borrow)]
    expires: Option<Text<'a>>,
    survives_target_loss: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredRejected<'a> {
    #[serde(borrow)]
    component: Text<'a>,
    #[serde(borrow)]
    level: StoredLevel<'a>,
    #[serde(borrow)]
    run: Text<'a>,
    #[serde(borrow)]
    reason: Text<'a>,
    #[serde(borrow)]
    at: Text<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredOwed<'a> {
    #[serde(borrow)]
    component: Text<'a>,
    #[serde(borrow)]
    run: Text<'a>,
    reload: Reload,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    half: bool,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    reloaded: Option<StoredReloaded<'a>>,
    #[serde(borrow)]
    at: Text<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredReloaded<'a> {
    #[serde(borrow)]
    level: Option<StoredLevel<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    digest: Option<Text<'a>>,
    reload: Reload,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredRun<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    started: Text<'a>,
    #[serde(borrow)]
    finished: Text<'a>,
    #[serde(borrow)]
    outcome: Text<'a>,
    #[serde(borrow)]
    purpose: Text<'a>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    of: Option<Text<'a>>,
    journal_lines: u64,
    #[serde(borrow)]
    journal_head: Text<'a>,
    #[serde(borrow)]
    levels: Vec<StoredLevels<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredLevels<'a> {
    #[serde(borrow)]
    component: Text<'a>,
    #[serde(borrow)]
    before: Option<StoredLevel<'a>>,
    #[serde(borrow)]
    after: Option<StoredLevel<'a>>,
}

// ---------------------------------------------------------------- from a state

impl<'a> Form<'a> {
    pub(super) fn of(state: &'a State) -> Form<'a> {
        Form {
            format_version: FORMAT_VERSION,
            program: text(&state.program),
            digest: Cow::Borrowed(""),
            lineage: text(&state.lineage),
            serial: state.serial,
            folded: state.folded.as_ref().map(|f| StoredFolded { run: text(&f.run), line: f.line }),
            token: state.token,
            outputs: state.outputs.iter().map(StoredOutput::of).collect(),
            records: state.records.iter().map(StoredRecord::of).collect(),
            snapshots: state.snapshots.iter().map(StoredSnapshot::of).collect(),
            rejected: state.rejected.iter().map(StoredRejected::of).collect(),
            owed: state.owed.iter().map(StoredOwed::of).collect(),
            runs: state.runs.iter().map(StoredRun::of).collect(),
        }
    }
}

fn text(text: &str) -> Text<'_> {
    Cow::Borrowed(text)
}

fn owned<'a>(value: impl ToString) -> Text<'a> {
    Cow::Owned(value.to_string())
}

impl<'a> StoredLevel<'a> {
    fn of(level: &'a PatchLevel) -> Self {
        match level {
            PatchLevel::Single(level) => StoredLevel::Single(text(level)),
            PatchLevel::Map(parts) => {
                StoredLevel::Map(parts.iter().map(|(part, level)| (text(part), text(level))).collect())
            }
        }
    }
}

impl<'a> StoredOutput<'a> {
    fn of((name, output): (&'a String, &'a OutputValue)) -> Self {
        // Whatever the state in memory holds, a secret is not stored.
        let value = if output.sensitive { Exact::NULL } else { output.value.clone() };
        let ty = value.told_type().cloned();
        StoredOutput { name: text(name), value, ty, sensitive: output.sensitive }
    }
}

impl<'a> StoredRecord<'a> {
    fn of((address, record): (&'a Address, &'a Record)) -> Self {
        StoredRecord {
            address: owned(address),
            provider: text(&record.provider),
            alias: text(&record.alias),
            level: StoredLevel::of(&record.level),
            digest: text(&record.digest),
            target: text(&record.target),
            claims: record.claims.iter().map(|c| text(c)).collect(),
            run: text(&record.run),
            at: owned(record.at),
        }
    }
}

impl<'a> StoredSnapshot<'a> {
    fn of((id, snapshot): (&'a String, &'a Snapshot)) -> Self {
        StoredSnapshot {
            id: text(id),
            component: owned(&snapshot.component),
            run: text(&snapshot.run),
            level: snapshot.level.as_ref().map(StoredLevel::of),
            token: snapshot.token.clone(),
            place: text(&snapshot.place),
            whole_system: snapshot.coverage.whole_system,
            data: snapshot.coverage.data,
            taken: owned(snapshot.taken),
            size: snapshot.size,
            digest: snapshot.digest.as_deref().map(text),
            expires: snapshot.expires.map(owned),
            survives_target_loss: snapshot.survives_target_loss,
        }
    }
}

impl<'a> StoredRejected<'a> {
    fn of(rejected: &'a Rejected) -> Self {
        StoredRejected {
            component: owned(&rejected.component),
            level: StoredLevel::of(&rejected.level),
            run: text(&rejected.run),
            reason: text(&rejected.reason),
            at: owned(rejected.at),
        }
    }
}

impl<'a> StoredOwed<'a> {
    fn of((component, owed): (&'a Address, &'a Owed)) -> Self {
        StoredOwed {
            component: owned(component),
            run: text(&owed.run),
            reload: owed.reload,
            half: owed.half,
            reloaded: owed.reloaded.as_ref().map(StoredReloaded::of),
            at: owned(owed.at),
        }
    }
}

impl<'a> StoredReloaded<'a> {
    fn of(reloaded: &'a Reloaded) -> Self {
        StoredReloaded {
            level: reloaded.level.as_ref().map(StoredLevel::of),
            digest: reloaded.digest.as_deref().map(text),
            reload: reloaded.reload,
        }
    }
}

impl<'a> StoredRun<'a> {
    fn of(run: &'a FinishedRun) -> Self {
        let (purpose, of) = match &run.purpose {
            Purpose::Apply => ("apply", None),
            Purpose::RefreshOnly => ("refresh_only", None),
            Purpose::Rollback { of } => ("rollback", Some(text(of))),
            Purpose::Restore { snapshot } => ("restore", Some(text(snapshot))),
        };
        let levels = run.levels.iter().map(|(component, levels)| StoredLevels {
            component: owned(component),
            before: levels.before.as_ref().map(StoredLevel::of),
            after: levels.after.as_ref().map(StoredLevel::of),
        });
        StoredRun {
            id: text(&run.id),
            started: owned(run.started),
            finished: owned(run.finished),
            outcome: text(run.outcome.name()),
            purpose: text(purpose),
            of,
            journal_lines: run.journal_lines,
            journal_head: text(&run.journal_head),
            levels: levels.collect(),
        }
    }
}
