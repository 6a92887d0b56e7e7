//! `provider-metadata.json`: who a provider is, and where its documents are listed (CSAF 2.0 and 2.1, 7.1.7).

use crate::complaint::{Complaint, Kind};
use crate::csaf::document::Publisher;
use crate::json::{self, DocumentError, Others};
use crate::moment::Moment;
use serde::Deserialize;

/// The metadata of a provider.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Metadata {
    /// Where these metadata are.
    pub canonical_url: String,
    /// Where documents are listed.
    pub distributions: Vec<Distribution>,
    /// When they were last changed.
    pub last_updated: String,
    /// `2.0` or `2.1`.
    pub metadata_version: String,
    /// The keys that sign documents.
    pub public_openpgp_keys: Vec<Key>,
    /// Who it is.
    pub publisher: Publisher,
    /// `csaf_publisher`, `csaf_provider` or `csaf_trusted_provider`.
    pub role: String,
    /// Members that are not known here. They also keep an array from being read as an object.
    #[serde(flatten)]
    pub others: Others,
}

/// Where documents are listed: a folder, feeds, or both.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Distribution {
    /// The folder of an `index.txt` (2.0).
    pub directory_url: Option<String>,
    /// The same, in the form of 2.1.
    pub directory: Option<Directory>,
    /// Feeds.
    pub rolie: Option<Rolie>,
    /// Members that are not known here. They also keep an array from being read as an object.
    #[serde(flatten)]
    pub others: Others,
}

/// A folder (2.1).
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Directory {
    /// Where it is.
    pub url: String,
    /// Who may see its documents.
    pub tlp_label: String,
    /// Members that are not known here. They also keep an array from being read as an object.
    #[serde(flatten)]
    pub others: Others,
}

/// Feeds.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Rolie {
    /// The feeds.
    pub feeds: Vec<Feed>,
    /// Members that are not known here. They also keep an array from being read as an object.
    #[serde(flatten)]
    pub others: Others,
}

/// A feed.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Feed {
    /// Who may see its documents.
    pub tlp_label: String,
    /// Where it is.
    pub url: String,
    /// Members that are not known here. They also keep an array from being read as an object.
    #[serde(flatten)]
    pub others: Others,
}

/// An OpenPGP key.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Key {
    /// Its fingerprint in hexadecimal.
    pub fingerprint: Option<String>,
    /// Where it is.
    pub url: String,
    /// Members that are not known here. They also keep an array from being read as an object.
    #[serde(flatten)]
    pub others: Others,
}

/// Metadata, and what they break.
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataReading {
    /// The metadata.
    pub metadata: Metadata,
    /// What breaks JSON or the standard.
    pub complaints: Vec<Complaint>,
}

const ROLES: [&str; 3] = ["csaf_publisher", "csaf_provider", "csaf_trusted_provider"];
const LABELS: [&str; 7] = ["UNLABELED", "WHITE", "CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"];

impl Metadata {
    /// Reads the metadata of a provider.
    ///
    /// # Errors
    ///
    /// Bytes that are no JSON, or a member of another kind than it must have.
    pub fn read(bytes: &[u8]) -> Result<MetadataReading, DocumentError> {
        let (value, mut complaints) = json::read(bytes)?;
        let metadata = Metadata::deserialize(&value)
            .map_err(|error| DocumentError::Shape { path: String::new(), reason: error.to_string() })?;
        let told = metadata.against();
        complaints.extend(told.into_iter().map(|(path, reason)| Complaint::new(Kind::Schema, path, reason)));
        Ok(MetadataReading { metadata, complaints })
    }

    fn against(&self) -> Vec<(&'static str, &'static str)> {
        let trusted = self.role == "csaf_trusted_provider";
        let fingerprint = |key: &Key| {
            key.fingerprint
                .as_ref()
                .is_none_or(|f| f.len() >= 40 && f.bytes().all(|byte| byte.is_ascii_hexdigit()))
        };
        let breaches = [
            (
                !self.canonical_url.ends_with("/provider-metadata.json"),
                "/canonical_url",
                "does not end in /provider-metadata.json",
            ),
            (Moment::parse(&self.last_updated).is_none(), "/last_updated", "is no date and time (RFC 3339)"),
            (
                !matches!(self.metadata_version.as_str(), "2.0" | "2.1"),
                "/metadata_version",
                "is neither 2.0 nor 2.1",
            ),
            (self.publisher.name.is_empty(), "/publisher", "has no name"),
            (!ROLES.contains(&self.role.as_str()), "/role", "is no role of the standard"),
            (
                !self.feeds().all(|feed| LABELS.contains(&feed.tlp_label.as_str())),
                "/distributions",
                "has a label that TLP does not know",
            ),
            (
                trusted && self.public_openpgp_keys.is_empty(),
                "/public_openpgp_keys",
                "is empty, but a trusted provider signs",
            ),
            (
                !self.public_openpgp_keys.iter().all(fingerprint),
                "/public_openpgp_keys",
                "has a fingerprint of less than 40 hexadecimal digits",
            ),
            (
                self.role != "csaf_publisher"
                    && self.directories().chain(self.feeds().map(|f| f.url.as_str())).next().is_none(),
                "/distributions",
                "lead to no list of documents",
            ),
        ];
        breaches.into_iter().filter(|(broken, ..)| *broken).map(|(_, path, reason)| (path, reason)).collect()
    }

    /// The folders of lists.
    pub fn directories(&self) -> impl Iterator<Item = &str> {
        self.distributions.iter().filter_map(|distribution| {
            let new = distribution.directory.as_ref().map(|directory| &directory.url);
            distribution.directory_url.as_ref().or(new).map(String::as_str)
        })
    }

    /// The feeds.
    pub fn feeds(&self) -> impl Iterator<Item = &Feed> {
        self.distributions
            .iter()
            .filter_map(|distribution| distribution.rolie.as_ref())
            .flat_map(|rolie| &rolie.feeds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn metadata_lead_to_lists_and_what_they_break_is_told() {
        let value = json!({"canonical_url": "https://quince.example/.well-known/csaf/provider-metadata.json",
            "distributions": [{"directory_url": "https://quince.example/csaf/"},
                              {"rolie": {"feeds": [{"tlp_label": "WHITE", "url": "https://quince.example/feed.json"}]}}],
            "last_updated": "2026-01-01T00:00:00Z", "metadata_version": "2.0", "role": "csaf_provider",
            "publisher": {"category": "vendor", "name": "Quince", "namespace": "https://quince.example"}});
        let reading = Metadata::read(value.to_string().as_bytes()).expect("metadata");
        assert_eq!(reading.complaints, []);
        assert_eq!(reading.metadata.directories().collect::<Vec<_>>(), ["https://quince.example/csaf/"]);
        assert_eq!(reading.metadata.feeds().count(), 1);
        let wrong = json!({"role": "csaf_trusted_provider", "metadata_version": "1", "public_openpgp_keys": [{"fingerprint": "AB"}]});
        assert_eq!(Metadata::read(wrong.to_string().as_bytes()).expect("metadata").complaints.len(), 6);
        assert!(Metadata::read(b"[]").is_err());
    }
}
