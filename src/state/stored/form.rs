//! Form 1 of the stored state, and how it becomes a state and back. Rows are sorted as in the state; unknown fields
//! are refused, so that an older program never drops what a newer one wrote: new fields raise the version.

use super::{FORMAT_VERSION, StoredError};
use crate::model::{Address, Moment, PatchLevel};
use crate::state::noun::{Folded, OutputValue, Rejected};
use crate::state::{FinishedRun, Levels, Record, RunOutcome, RunPurpose, Snapshot, State};
use patchform_sdk::message::Coverage;
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
    #[serde(borrow)]
    pub outputs: Vec<StoredOutput<'a>>,
    #[serde(borrow)]
    pub records: Vec<StoredRecord<'a>>,
    #[serde(borrow)]
    pub snapshots: Vec<StoredSnapshot<'a>>,
    #[serde(borrow)]
    pub rejected: Vec<StoredRejected<'a>>,
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
    value: Json,
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
            outputs: state.outputs.iter().map(StoredOutput::of).collect(),
            records: state.records.iter().map(StoredRecord::of).collect(),
            snapshots: state.snapshots.iter().map(StoredSnapshot::of).collect(),
            rejected: state.rejected.iter().map(StoredRejected::of).collect(),
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
        let value = if output.sensitive { Json::Null } else { output.value.clone() };
        StoredOutput { name: text(name), value, sensitive: output.sensitive }
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

impl<'a> StoredRun<'a> {
    fn of(run: &'a FinishedRun) -> Self {
        let (purpose, of) = match &run.purpose {
            RunPurpose::Apply => ("apply", None),
            RunPurpose::RefreshOnly => ("refresh_only", None),
            RunPurpose::Rollback { of } => ("rollback", Some(text(of))),
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

// ---------------------------------------------------------------- to a state

impl Form<'_> {
    pub(super) fn into_state(self) -> Result<State, StoredError> {
        let mut state = State::new(self.lineage, self.program);
        state.serial = self.serial;
        state.folded = self.folded.map(|f| Folded { run: f.run.into_owned(), line: f.line });
        let outputs = self.outputs.into_iter().map(|output| {
            let value = OutputValue { value: output.value, sensitive: output.sensitive };
            Ok((output.name.into_owned(), value))
        });
        state.outputs = unique(outputs, "the output")?;
        state.records = unique(self.records.into_iter().map(StoredRecord::into_record), "a record of")?;
        let snapshots = self.snapshots.into_iter().map(StoredSnapshot::into_snapshot);
        state.snapshots = unique(snapshots, "the snapshot")?;
        for rejected in self.rejected {
            state.rejected.push(rejected.into_rejected()?);
        }
        let rejected = state.rejected.iter().map(|r| Ok((format!("{} at {}", r.component, r.level), ())));
        unique(rejected, "the rejected level of")?;
        for run in self.runs {
            state.runs.push(run.into_run()?);
        }
        unique(state.runs.iter().map(|r| Ok((r.id.clone(), ()))), "the run")?;
        Ok(state)
    }
}

/// A map of rows that must each have their own key. Rows are stored in order, so that the map is built in one go.
fn unique<K: Ord + ToString, V>(
    rows: impl Iterator<Item = Result<(K, V), StoredError>>,
    what: &str,
) -> Result<BTreeMap<K, V>, StoredError> {
    let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
    if !rows.is_sorted_by(|a, b| a.0 < b.0) {
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        if let Some(pair) = rows.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(StoredError::Twice(format!("{what} {}", pair[0].0.to_string())));
        }
    }
    Ok(rows.into_iter().collect())
}

fn address(text: &str) -> Result<Address, StoredError> {
    text.parse().map_err(StoredError::NotAState)
}

fn moment(text: &str) -> Result<Moment, StoredError> {
    // A moment beyond the calendar is written as a number of milliseconds.
    let beyond = || text.strip_suffix(" ms").and_then(|ms| ms.parse().ok()).map(Moment);
    Moment::parse(text)
        .or_else(beyond)
        .ok_or_else(|| StoredError::NotAState(format!("{text:?} is no point in time")))
}

fn strings(texts: Vec<Text<'_>>) -> Vec<String> {
    texts.into_iter().map(Cow::into_owned).collect()
}

impl StoredLevel<'_> {
    fn into_level(self) -> PatchLevel {
        match self {
            StoredLevel::Single(level) => PatchLevel::Single(level.into_owned()),
            StoredLevel::Map(parts) => {
                PatchLevel::Map(parts.into_iter().map(|(k, v)| (k.into_owned(), v.into_owned())).collect())
            }
        }
    }
}

impl StoredRecord<'_> {
    fn into_record(self) -> Result<(Address, Record), StoredError> {
        let record = Record {
            provider: self.provider.into_owned(),
            alias: self.alias.into_owned(),
            level: self.level.into_level(),
            digest: self.digest.into_owned(),
            target: self.target.into_owned(),
            claims: strings(self.claims),
            run: self.run.into_owned(),
            at: moment(&self.at)?,
        };
        Ok((address(&self.address)?, record))
    }
}

impl StoredSnapshot<'_> {
    fn into_snapshot(self) -> Result<(String, Snapshot), StoredError> {
        let snapshot = Snapshot {
            component: address(&self.component)?,
            run: self.run.into_owned(),
            level: self.level.map(StoredLevel::into_level),
            token: self.token,
            place: self.place.into_owned(),
            coverage: Coverage { whole_system: self.whole_system, data: self.data },
            taken: moment(&self.taken)?,
            size: self.size,
            digest: self.digest.map(Cow::into_owned),
            expires: self.expires.map(|at| moment(&at)).transpose()?,
            survives_target_loss: self.survives_target_loss,
        };
        Ok((self.id.into_owned(), snapshot))
    }
}

impl StoredRejected<'_> {
    fn into_rejected(self) -> Result<Rejected, StoredError> {
        Ok(Rejected {
            component: address(&self.component)?,
            level: self.level.into_level(),
            run: self.run.into_owned(),
            reason: self.reason.into_owned(),
            at: moment(&self.at)?,
        })
    }
}

impl StoredRun<'_> {
    fn into_run(self) -> Result<FinishedRun, StoredError> {
        let unknown =
            |what: &str, value: &str| StoredError::NotAState(format!("{value:?} is no {what} of a run"));
        let outcome = RunOutcome::ALL.into_iter().find(|o| o.name() == self.outcome);
        let purpose = match (&*self.purpose, self.of) {
            ("apply", None) => RunPurpose::Apply,
            ("refresh_only", None) => RunPurpose::RefreshOnly,
            ("rollback", Some(of)) => RunPurpose::Rollback { of: of.into_owned() },
            (other, _) => return Err(unknown("purpose", other)),
        };
        let levels = self.levels.into_iter().map(|row| {
            let before = row.before.map(StoredLevel::into_level);
            let after = row.after.map(StoredLevel::into_level);
            Ok((address(&row.component)?, Levels { before, after }))
        });
        Ok(FinishedRun {
            id: self.id.into_owned(),
            started: moment(&self.started)?,
            finished: moment(&self.finished)?,
            outcome: outcome.ok_or_else(|| unknown("outcome", &self.outcome))?,
            purpose,
            journal_lines: self.journal_lines,
            journal_head: self.journal_head.into_owned(),
            levels: unique(levels, "in one run the levels of")?,
        })
    }
}
