//! An edition of the catalogue.

use super::difference::Difference;
use super::entry::Entry;
use crate::cve::CveId;
use crate::day::Day;
use crate::fault::{Fault, Place};
use crate::input;
use crate::objects;
use crate::shrink::Shrank;
use serde::Deserialize;
use std::collections::BTreeMap;

const WHAT: &str = "KEV catalogue";

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

/// Why an edition does not follow the last one, or a sheet does not confirm it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditionError {
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
    Other {
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
    pub fn read(bytes: &[u8]) -> Result<Catalog, Fault> {
        let text = input::text(WHAT, bytes, MOST_BYTES)?;
        let document: Document = objects::from_str(text).map_err(|error| Fault::json(WHAT, &error))?;
        let found = document.vulnerabilities.len();
        if found != document.count {
            let reason = format!("says that there are {} entries; there are {found}", document.count);
            return Err(Fault::value(WHAT, "/count", reason));
        }
        let rows = document.vulnerabilities.into_iter().enumerate();
        let entries: Result<Vec<Entry>, Fault> = rows
            .map(|(at, mut row)| {
                let cwes = std::mem::take(&mut row.cwes);
                let place = |field| Place::Value(format!("/vulnerabilities/{at}/{field}"));
                row.checked(cwes).map_err(|wrong| wrong.fault(WHAT, place(wrong.field)))
            })
            .collect();
        let entries = by_cve(WHAT, entries?)?;
        Ok(Catalog { version: document.catalog_version, released: document.date_released, entries })
    }

    /// What changed since the last good edition.
    ///
    /// # Errors
    ///
    /// This edition is older, or has far fewer entries ([`Shrank`]).
    pub fn since(&self, last: &Catalog) -> Result<Difference, EditionError> {
        // RFC 3339 in UTC to the same precision sorts as text.
        if self.released < last.released {
            return Err(EditionError::Backwards {
                released: self.released.clone(),
                last: last.released.clone(),
            });
        }
        Shrank::check(last.entries.len(), self.entries.len())?;
        Ok(Difference::of(&last.entries, &self.entries))
    }
}

impl<C> Row<C> {
    /// The entry, its id and dates checked.
    pub(super) fn checked(self, cwes: Vec<String>) -> Result<Entry, Wrong> {
        let wrong = |field, value: &str| Wrong { field, value: value.chars().take(40).collect() };
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

/// A field whose value is of another form than the schema's.
pub(super) struct Wrong {
    /// As the schema calls it.
    pub(super) field: &'static str,
    value: String,
}

impl Wrong {
    pub(super) fn fault(&self, what: &'static str, place: Place) -> Fault {
        Fault { what, place, reason: format!("the {} is `{}`", self.field, self.value) }
    }
}

pub(super) fn by_cve(what: &'static str, entries: Vec<Entry>) -> Result<BTreeMap<CveId, Entry>, Fault> {
    let mut map = BTreeMap::new();
    for entry in entries {
        let cve = entry.cve;
        if map.insert(cve, entry).is_some() {
            return Err(Fault::whole(what, format!("{cve} stands there twice")));
        }
    }
    Ok(map)
}

#[cfg(test)]
mod tests;
