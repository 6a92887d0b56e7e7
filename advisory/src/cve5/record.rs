//! A CVE record.

use super::container::{Container, Document, Role};
use super::text::Text;
use crate::cve::CveId;
use crate::day::Day;
use crate::fault::Fault;
use crate::input;
use crate::objects;
use crate::ssvc::CisaPoints;
use serde::Deserialize;

const WHAT: &str = "CVE record";

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
    pub fn read(bytes: &'a [u8]) -> Result<Record<'a>, Fault> {
        let text = input::text(WHAT, bytes, MOST_BYTES)?;
        let document: RecordDocument = objects::from_str(text).map_err(|error| Fault::json(WHAT, &error))?;
        if !document.data_version.starts_with("5.") {
            let reason = format!("the format is {:.20}; 5.0 to 5.x is read", &*document.data_version);
            return Err(Fault::value(WHAT, "/dataVersion", reason));
        }
        let metadata = document.cve_metadata;
        let cve = CveId::parse(&metadata.cve_id).ok_or_else(|| {
            let reason = format!("`{:.40}` is no CVE id", &*metadata.cve_id);
            Fault::value(WHAT, "/cveMetadata/cveId", reason)
        })?;
        let Containers { cna, adp } = document.containers;
        let cna = cna.map(|container| (Role::Cna, "/containers/cna".to_string(), container));
        let adp = adp.into_iter().enumerate();
        let adp = adp.map(|(at, container)| (Role::Adp, format!("/containers/adp/{at}"), container));
        let containers: Result<Vec<Container>, Fault> = cna
            .into_iter()
            .chain(adp)
            .map(|(role, pointer, container)| {
                let wrong = |what| Fault::value(WHAT, pointer, format!("{cve}: {what}"));
                container.checked(role).map_err(wrong)
            })
            .collect();
        Ok(Record {
            cve,
            format: document.data_version,
            state: metadata.state,
            published: metadata.date_published,
            updated: metadata.date_updated,
            containers: containers?,
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
