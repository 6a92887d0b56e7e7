//! The JSON schemas of CSAF 2.0 and 2.1, as one table of shapes and a walk along it.
//!
//! Source: <https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json> and
//! <https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json>, with FIRST's schemas of CVSS and CERT/CC's of SSVC.
//! 2.0 lets members stand that it does not know, 2.1 does not. Formats (`uri`, `date-time`) are checked, too.

mod form;
mod scoring;
mod shape;
mod table;

pub(super) use form::is_version;
pub(super) use scoring::properties;

use super::document::Edition;
use crate::complaint::Complaint;
use serde_json::Value;

/// The most complaints about one document; more would say no more.
const MOST: usize = 200;

/// What the schema has against a document.
pub struct Verdict {
    /// At most 200 complaints.
    pub complaints: Vec<Complaint>,
    /// The first value of another kind than it must have, so that the document cannot be read.
    pub misfit: Option<Complaint>,
}

/// Holds a document against the schema of that version.
#[must_use]
pub fn check(value: &Value, edition: Edition) -> Verdict {
    let mut walk = shape::Walk::new(edition, MOST);
    walk.visit(&table::CSAF, value);
    Verdict { complaints: walk.complaints, misfit: walk.misfit }
}
