//! An edition of the catalogue.

use super::difference::Difference;
use super::entry::Entry;
use crate::cve::CveId;
use crate::day::Day;
use crate::input::{self, InputError};
use crate::shrink::Shrank;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The most bytes of an edition; one of 1,404 entries has 1.3 MB.
pub const MOST_BYTES: usize = 64 << 20;

/// An edition: its entries by CVE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    /// `catalogVersion`, such as `2025.05.01`.
    pub version: String,
    /// `dateReleased`, as written (RFC 3339, UTC).
    pub released: String,
    /// The entries.
    pub entries: BTreeMap<CveId, Entry>,
}

/// Why an edition, or a sheet, is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KevError {
    /// The bytes are no text.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Not of the form of the schema; the reader's own words.
    #[error("not of the form of the KEV catalogue: {0}")]
    Form(String),
    /// `count` is another than the number of entries.
    #[error("the catalogue says that it has {said} entries, and has {found}")]
    Count {
        /// As `count` says.
        said: usize,
        /// As they were counted.
        found: usize,
    },
    /// Two entries of one CVE.
    #[error("{0} stands in the catalogue twice")]
    Twice(CveId),
    /// A field of an entry is wrong.
    #[error("the {field} of entry {entry} is `{value}`")]
    Field {
        /// The entry, from 0.
        entry: usize,
        /// As the schema calls it.
        field: &'static str,
        /// As it stands there.
        value: String,
    },
    /// The edition is older than the last one.
    #[error("the catalogue went back in time: released {released}, the last one {last}")]
    Backwards {
        /// Of this edition.
        released: String,
        /// Of the last one.
        last: String,
    },
    /// Far fewer entries than in the last edition.
    #[error(transparent)]
    Shrank(#[from] Shrank),
    /// The sheet has other entries than the edition.
    #[error(
        "the sheet is of another edition than {version}: {added} added, {removed} removed, {changed} changed"
    )]
    OtherEdition {
        /// Of the edition that is kept.
        version: String,
        /// Entries that only the sheet has.
        added: usize,
        /// Entries that only the edition has.
        removed: usize,
        /// Entries that differ.
        changed: usize,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    catalog_version: String,
    date_released: String,
    count: usize,
    vulnerabilities: Vec<Row>,
}

/// An entry as it is published, in the document and in the sheet.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row<C = Vec<String>> {
    #[serde(rename = "cveID")]
    cve: String,
    vendor_project: String,
    product: String,
    vulnerability_name: String,
    date_added: String,
    short_description: String,
    required_action: String,
    due_date: String,
    #[serde(default)]
    known_ransomware_campaign_use: String,
    #[serde(default)]
    notes: String,
    #[serde(default)]
    pub(super) cwes: C,
}

impl Catalog {
    /// Reads an edition.
    ///
    /// # Errors
    ///
    /// No text, not of the form of the schema, a wrong count, a CVE that stands there twice, a wrong id or date.
    pub fn read(bytes: &[u8]) -> Result<Catalog, KevError> {
        let text = input::text(bytes, MOST_BYTES)?;
        let document: Document =
            serde_json::from_str(text).map_err(|error| KevError::Form(error.to_string()))?;
        let found = document.vulnerabilities.len();
        if found != document.count {
            return Err(KevError::Count { said: document.count, found });
        }
        let rows = document.vulnerabilities.into_iter().enumerate();
        let entries: Result<Vec<Entry>, KevError> = rows
            .map(|(at, mut row)| {
                let cwes = std::mem::take(&mut row.cwes);
                row.checked(at, cwes)
            })
            .collect();
        let entries = by_cve(entries?)?;
        Ok(Catalog { version: document.catalog_version, released: document.date_released, entries })
    }

    /// What changed since the last good edition.
    ///
    /// # Errors
    ///
    /// This edition is older, or has far fewer entries ([`Shrank`]).
    pub fn since(&self, last: &Catalog) -> Result<Difference, KevError> {
        // RFC 3339 in UTC to the same precision sorts as text.
        if self.released < last.released {
            return Err(KevError::Backwards { released: self.released.clone(), last: last.released.clone() });
        }
        Shrank::check(last.entries.len(), self.entries.len())?;
        Ok(Difference::of(&last.entries, &self.entries))
    }
}

impl<C> Row<C> {
    /// The entry, its id and dates checked.
    pub(super) fn checked(self, entry: usize, cwes: Vec<String>) -> Result<Entry, KevError> {
        let wrong =
            |field, value: &str| KevError::Field { entry, field, value: value.chars().take(40).collect() };
        let day = |field, text: &str| Day::parse(text).ok_or_else(|| wrong(field, text));
        Ok(Entry {
            cve: CveId::parse(&self.cve).ok_or_else(|| wrong("cveID", &self.cve))?,
            added: day("dateAdded", &self.date_added)?,
            due: day("dueDate", &self.due_date)?,
            vendor: self.vendor_project,
            product: self.product,
            name: self.vulnerability_name,
            description: self.short_description,
            required_action: self.required_action,
            ransomware: self.known_ransomware_campaign_use,
            notes: self.notes,
            cwes,
        })
    }
}

pub(super) fn by_cve(entries: Vec<Entry>) -> Result<BTreeMap<CveId, Entry>, KevError> {
    let mut map = BTreeMap::new();
    for entry in entries {
        let cve = entry.cve;
        if map.insert(cve, entry).is_some() {
            return Err(KevError::Twice(cve));
        }
    }
    Ok(map)
}

#[cfg(test)]
mod tests;
