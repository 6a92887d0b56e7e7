//! The findings beside the state: read, and rewritten under the state's lock.

use super::plan::backend;
use super::{Failure, Place};
use crate::backend::Local;
use crate::finding::{self, Findings, StoredError};
use crate::model::{Address, Moment, PatchLevel};
use crate::plan::Plan;
use crate::world::{clock, disk};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

/// The most bytes that are read: some millions of findings.
const LIMIT: u64 = 4 << 30;

/// `patchform.state.findings.json` beside `patchform.state.json`.
pub(super) fn path(place: &Place) -> PathBuf {
    place.state.with_extension("findings.json")
}

/// What was found before.
///
/// # Errors
/// A damaged file, or one of a newer program.
pub fn read(place: &Place) -> Result<Findings, Failure> {
    let path = path(place);
    let shown = path.display();
    let bytes = match disk::read(&path, LIMIT) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Findings::default()),
        Err(error) => return Err(Failure::error(format!("cannot read {shown}: {error}"))),
    };
    finding::read(&bytes).map_err(|error| match error {
        StoredError::Newer(_) => Failure::locked(format!("{shown}: {error}")),
        StoredError::Damaged(_) => Failure::error(format!("{shown}: {error}")).hint(
            "put it back from a backup; without it (move it away) every finding is taken for new, so that terms that run from \
             its first sight begin anew",
        ),
    })
}

/// Changes what was found, and writes it where `change` says that it did.
///
/// # Errors
/// Those of [`read`]; the lock is held, or the file cannot be written.
pub(super) fn change(
    place: &Place,
    doing: &str,
    patience: Duration,
    change: impl FnOnce(&mut Findings) -> bool,
) -> Result<Findings, Failure> {
    let local = Local::new(&place.state).with_patience(patience);
    let _lock = local.lock(doing).map_err(backend)?;
    let mut findings = read(place)?;
    if change(&mut findings) {
        let path = path(place);
        disk::write_atomic(&path, &finding::write(&findings))
            .map_err(|error| Failure::error(format!("cannot write {}: {error}", path.display())))?;
    }
    Ok(findings)
}

/// Opens again what the levels that a run has left in the state bring back, after a restore or a rollback. Answers how many.
///
/// # Errors
/// Those of [`change`], and a state that cannot be read.
pub(super) fn reopen(place: &Place, plan: &Plan) -> Result<usize, Failure> {
    if !path(place).exists() {
        return Ok(0);
    }
    let Some(state) = Local::new(&place.state).read().map_err(backend)? else { return Ok(0) };
    let parts = plan.entries.iter().filter_map(|entry| match &state.records.get(&entry.address)?.level {
        PatchLevel::Map(parts) => Some((entry.address.clone(), parts.clone())),
        PatchLevel::Single(_) => None,
    });
    let parts: BTreeMap<Address, BTreeMap<String, String>> = parts.collect();
    let (now, mut count): (Moment, usize) = (clock::now(), 0);
    change(place, "restore", Duration::from_secs(10), |findings| {
        count = findings.reopen(&parts, now);
        count > 0
    })?;
    Ok(count)
}
