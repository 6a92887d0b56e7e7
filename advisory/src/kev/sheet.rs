//! The catalogue as a sheet (CSV), which says neither its version nor its count.

use super::catalog::{Catalog, EditionError, MOST_BYTES, Row, by_cve};
use super::difference::Difference;
use super::entry::Entry;
use crate::cve::CveId;
use crate::fault::{Fault, Place};
use crate::input;
use std::collections::BTreeMap;

const WHAT: &str = "KEV sheet";

/// The entries of a sheet of an unknown day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// By CVE.
    pub entries: BTreeMap<CveId, Entry>,
}

impl Sheet {
    /// Reads a sheet.
    ///
    /// # Errors
    ///
    /// As [`Catalog::read`], without the count.
    pub fn read(bytes: &[u8]) -> Result<Sheet, Fault> {
        let text = input::text(WHAT, bytes, MOST_BYTES)?;
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let form = |error: csv::Error| Fault::csv(WHAT, &error);
        let heads = reader.headers().map_err(form)?.clone();
        let mut entries = Vec::new();
        for record in reader.records() {
            let record = record.map_err(form)?;
            let line = record.position().and_then(|position| usize::try_from(position.line()).ok());
            let mut row: Row<String> = record.deserialize(Some(&heads)).map_err(form)?;
            let cwes = std::mem::take(&mut row.cwes);
            let cwes =
                cwes.split(',').map(str::trim).filter(|cwe| !cwe.is_empty()).map(String::from).collect();
            let place = || line.map_or(Place::Whole, Place::Line);
            entries.push(row.checked(cwes).map_err(|wrong| wrong.fault(WHAT, place()))?);
        }
        Ok(Sheet { entries: by_cve(WHAT, entries)? })
    }
}

impl Catalog {
    /// Confirms that a sheet is of this edition. A sheet of another day is never mixed with it: not one entry is taken.
    ///
    /// # Errors
    ///
    /// [`EditionError::Other`] with the numbers of differences.
    pub fn confirm(&self, sheet: &Sheet) -> Result<(), EditionError> {
        let difference = Difference::of(&self.entries, &sheet.entries);
        if difference.is_empty() {
            return Ok(());
        }
        Err(EditionError::Other {
            version: self.version.clone(),
            added: difference.added.len(),
            removed: difference.removed.len(),
            changed: difference.changed.len(),
        })
    }
}
