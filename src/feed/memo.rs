//! What is noted with a copy, so that the next question can be answered by "nothing new".

use crate::config::checked::Feed;
use patchform_sdk::digest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How feeds are read by this version. Raised when a reader takes more out of the same bytes, so that they are read anew.
const READING: u32 = 2;

/// What is noted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memo {
    /// What the copy was made of and by: another block, or another version, asks anew.
    asked: String,
    /// What each document was told apart by.
    pub stamps: BTreeMap<String, Stamp>,
    /// Of a folder: the digest of the names, sizes and times of its files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}

/// What a document is told apart by.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stamp {
    /// `ETag` of a server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// `Last-Modified` of a server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// Size of a file, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// When a file was last written, in nanoseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<i64>,
    /// SHA-256 of what came.
    pub sha256: String,
}

impl Memo {
    /// What was noted of this feed, read from its text; empty where nothing was noted, or by another block or version.
    pub fn of(feed: &Feed, text: Option<&str>) -> Memo {
        let fresh = Memo { asked: asked(feed), ..Memo::default() };
        let noted = text.and_then(|text| serde_json::from_str::<Memo>(text).ok());
        noted.filter(|noted| noted.asked == fresh.asked).unwrap_or(fresh)
    }

    /// The same with nothing told apart: everything is asked anew.
    pub fn anew(&self) -> Memo {
        Memo { asked: self.asked.clone(), ..Memo::default() }
    }

    /// Its text.
    pub fn text(&self) -> String {
        // Texts and numbers only: that cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Everything about a block that decides what its copy is. The source counts as a digest: it may be a secret.
fn asked(feed: &Feed) -> String {
    use crate::config::checked::FeedPlace::{Address, Path};
    let (Address(place) | Path(place)) = &feed.source.place;
    let suite = feed.suite.as_ref().map(|suite| format!("{suite:?}"));
    let parts = format!(
        "{READING}\n{place}\n{:?}\n{:?}\n{:?}\n{suite:?}",
        feed.sha256, feed.signed_by, feed.ecosystem
    );
    digest::of_bytes(parts.as_bytes())
}
