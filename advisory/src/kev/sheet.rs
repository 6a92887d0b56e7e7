//! The catalogue as a sheet (CSV), which says neither its version nor its count.

use super::catalog::{Catalog, KevError, MOST_BYTES, Row, by_cve};
use super::difference::Difference;
use super::entry::Entry;
use crate::cve::CveId;
use crate::input;
use std::collections::BTreeMap;

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
    pub fn read(bytes: &[u8]) -> Result<Sheet, KevError> {
        let text = input::text(bytes, MOST_BYTES)?;
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let mut entries = Vec::new();
        for (at, row) in reader.deserialize::<Row<String>>().enumerate() {
            let mut row = row.map_err(|error| KevError::Form(error.to_string()))?;
            let cwes = std::mem::take(&mut row.cwes);
            let cwes =
                cwes.split(',').map(str::trim).filter(|cwe| !cwe.is_empty()).map(String::from).collect();
            entries.push(row.checked(at, cwes)?);
        }
        Ok(Sheet { entries: by_cve(entries)? })
    }
}

impl Catalog {
    /// Confirms that a sheet is of this edition. A sheet of another day is never mixed with it: not one entry is taken.
    ///
    /// # Errors
    ///
    /// [`KevError::OtherEdition`] with the numbers of differences.
    pub fn confirm(&self, sheet: &Sheet) -> Result<(), KevError> {
        let difference = Difference::of(&self.entries, &sheet.entries);
        if difference.is_empty() {
            return Ok(());
        }
        Err(KevError::OtherEdition {
            version: self.version.clone(),
            added: difference.added.len(),
            removed: difference.removed.len(),
            changed: difference.changed.len(),
        })
    }
}
