//! What an analyst selected for one vulnerability.

use super::document::parsed;
use super::error::SsvcError;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Selected values by the names of their points, as written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// What it is about, mostly CVE ids.
    pub targets: Vec<String>,
    /// When, as written (RFC 3339).
    pub timestamp: Option<String>,
    /// Pairs of a point's name and a value's; a point may have several.
    pub values: Vec<(String, String)>,
}

/// The three forms that are in use: `options` (CISA, schema 2.0.3 of the calculator), `selections` of schema 1.0.1 with
/// plain values, and of schema 2.0.0 with named ones.
#[derive(Deserialize)]
struct Document {
    id: Option<String>,
    #[serde(default)]
    target_ids: Vec<String>,
    timestamp: Option<String>,
    options: Option<Vec<BTreeMap<String, String>>>,
    selections: Option<Vec<SelectionDocument>>,
}

#[derive(Deserialize)]
struct SelectionDocument {
    name: String,
    values: Vec<ValueDocument>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ValueDocument {
    Plain(String),
    Named { name: String },
}

impl Selection {
    /// Reads a selection in any of its three forms.
    ///
    /// # Errors
    ///
    /// The bytes are no text, or a document with neither `options` nor `selections`.
    pub fn read_json(bytes: &[u8]) -> Result<Selection, SsvcError> {
        let document: Document = parsed(bytes)?;
        let values: Vec<(String, String)> = match (document.options, document.selections) {
            (Some(options), _) => options.into_iter().flatten().collect(),
            (None, Some(selections)) => selections.into_iter().flat_map(SelectionDocument::pairs).collect(),
            (None, None) => return Err(SsvcError::Form("neither `options` nor `selections`".to_string())),
        };
        let targets = document.id.into_iter().chain(document.target_ids).collect();
        Ok(Selection { targets, timestamp: document.timestamp, values })
    }

    /// The pairs as [`super::Table::decide`] takes them.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        self.values.iter().map(|(point, value)| (point.as_str(), value.as_str())).collect()
    }
}

impl SelectionDocument {
    fn pairs(self) -> Vec<(String, String)> {
        let name = self.name;
        let pair = |value| match value {
            ValueDocument::Plain(value) | ValueDocument::Named { name: value } => (name.clone(), value),
        };
        self.values.into_iter().map(pair).collect()
    }
}
