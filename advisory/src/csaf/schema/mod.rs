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
pub(super) use shape::WRONG_KIND;

use super::document::Edition;
use crate::complaint::Complaint;
use serde_json::Value;

/// The most complaints about one document; more would say no more.
const MOST: usize = 200;

/// All that the schema of that version has against a document, at most 200 complaints.
#[must_use]
pub fn check(value: &Value, edition: Edition) -> Vec<Complaint> {
    let mut walk = shape::Walk::new(edition, MOST);
    walk.visit(&table::CSAF, value);
    walk.complaints
}
