//! From the stored form to a state: everything that the digest cannot promise is checked here.

use super::*;
use crate::model::Moment;
use crate::state::stored::StoredError;

impl Form<'_> {
    pub(in crate::state::stored) fn into_state(self) -> Result<State, StoredError> {
        let mut state = State::new(self.lineage, self.program);
        state.serial = self.serial;
        state.token = self.token;
        state.folded = self.folded.map(|f| Folded { run: f.run.into_owned(), line: f.line });
        let outputs = self.outputs.into_iter().map(|output| {
            let value = OutputValue { value: output.value.told(output.ty), sensitive: output.sensitive };
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
        state.owed = unique(self.owed.into_iter().map(StoredOwed::into_owed), "what is owed to")?;
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

impl StoredOwed<'_> {
    fn into_owed(self) -> Result<(Address, Owed), StoredError> {
        let reloaded = self.reloaded.map(|reloaded| Reloaded {
            level: reloaded.level.map(StoredLevel::into_level),
            digest: reloaded.digest.map(Cow::into_owned),
            reload: reloaded.reload,
        });
        let owed = Owed {
            run: self.run.into_owned(),
            reload: self.reload,
            half: self.half,
            reloaded,
            at: moment(&self.at)?,
        };
        Ok((address(&self.component)?, owed))
    }
}

impl StoredRun<'_> {
    fn into_run(self) -> Result<FinishedRun, StoredError> {
        let unknown =
            |what: &str, value: &str| StoredError::NotAState(format!("{value:?} is no {what} of a run"));
        let outcome = RunOutcome::ALL.into_iter().find(|o| o.name() == self.outcome);
        let purpose = match (&*self.purpose, self.of) {
            ("apply", None) => Purpose::Apply,
            ("refresh_only", None) => Purpose::RefreshOnly,
            ("rollback", Some(of)) => Purpose::Rollback { of: of.into_owned() },
            ("restore", Some(of)) => Purpose::Restore { snapshot: of.into_owned() },
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
