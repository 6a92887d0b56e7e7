//! A CVE record.

use super::container::{Container, Document, Role};
use super::text::Text;
use crate::cve::CveId;
use crate::day::Day;
use crate::input::{self, InputError};
use crate::ssvc::CisaPoints;
use serde::Deserialize;

/// The most bytes of one record; the largest of 44,130 has 0.7 MB.
pub const MOST_BYTES: usize = 32 << 20;

/// What became of a CVE id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum State {
    /// The record says what it is.
    Published,
    /// It is none: findings that rest on it are retracted.
    Rejected,
    /// Given away, and nothing said yet.
    Reserved,
}

/// A record: what every party says.
#[derive(Debug, Clone, PartialEq)]
pub struct Record<'a> {
    /// Its id.
    pub cve: CveId,
    /// `dataVersion`, such as `5.1`.
    pub format: Text<'a>,
    /// What became of it.
    pub state: State,
    /// `datePublished`, as written.
    pub published: Option<Text<'a>>,
    /// `dateUpdated`, as written.
    pub updated: Option<Text<'a>>,
    /// The CNA's first, then the others in the order of the record.
    pub containers: Vec<Container<'a>>,
}

/// Why bytes are no record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cve5Error {
    /// The bytes are no text.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Not of the form of the schema; the reader's own words.
    #[error("not of the form of a CVE record: {0}")]
    Form(String),
    /// Another format than 5.
    #[error("a CVE record of the format {0}; 5.0 to 5.x is read")]
    Format(String),
    /// `cveId` is none.
    #[error("`{0}` is no CVE id")]
    Id(String),
    /// Something within a container is wrong.
    #[error("{cve}: {what}")]
    Content {
        /// The record.
        cve: CveId,
        /// What is wrong.
        what: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecordDocument<'a> {
    #[serde(borrow)]
    data_version: Text<'a>,
    cve_metadata: Metadata<'a>,
    containers: Containers<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(borrow)]
    cve_id: Text<'a>,
    state: State,
    date_published: Option<Text<'a>>,
    date_updated: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Containers<'a> {
    #[serde(borrow)]
    cna: Option<Document<'a>>,
    #[serde(default)]
    adp: Vec<Document<'a>>,
}

impl<'a> Record<'a> {
    /// Reads a record. Fields that are not kept are passed over; known ones are of the schema's form.
    ///
    /// # Errors
    ///
    /// No text, another form or format, a field given twice, a wrong id or day.
    pub fn read(bytes: &'a [u8]) -> Result<Record<'a>, Cve5Error> {
        let text = input::text(bytes, MOST_BYTES)?;
        let document: RecordDocument =
            serde_json::from_str(text).map_err(|error| Cve5Error::Form(error.to_string()))?;
        if !document.data_version.starts_with("5.") {
            return Err(Cve5Error::Format(document.data_version.chars().take(20).collect()));
        }
        let metadata = document.cve_metadata;
        let id = || Cve5Error::Id(metadata.cve_id.chars().take(40).collect());
        let cve = CveId::parse(&metadata.cve_id).ok_or_else(id)?;
        let cna = document.containers.cna.into_iter().map(|container| (Role::Cna, container));
        let adp = document.containers.adp.into_iter().map(|container| (Role::Adp, container));
        let containers: Result<Vec<_>, String> =
            cna.chain(adp).map(|(role, container)| container.checked(role)).collect();
        Ok(Record {
            cve,
            format: document.data_version,
            state: metadata.state,
            published: metadata.date_published,
            updated: metadata.date_updated,
            containers: containers.map_err(|what| Cve5Error::Content { cve, what })?,
        })
    }

    /// Whether findings that rest on this record are to be taken back.
    #[must_use]
    pub fn retracts(&self) -> bool {
        self.state == State::Rejected
    }

    /// CISA's three points: of the first container that has them.
    #[must_use]
    pub fn ssvc(&self) -> CisaPoints {
        self.containers.iter().find_map(|container| container.ssvc).unwrap_or_default()
    }

    /// Since when it stands in KEV, as the record says; the catalogue itself knows more.
    #[must_use]
    pub fn kev_added(&self) -> Option<Day> {
        self.containers.iter().find_map(|container| container.kev_added)
    }
}

#[cfg(test)]
mod tests;
