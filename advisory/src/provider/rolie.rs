//! ROLIE feeds of CSAF documents (RFC 8322 as JSON; CSAF 2.0, 7.1.15).

use crate::complaint::{Complaint, Kind};
use crate::json::{self, DocumentError, Others};
use crate::moment::Moment;
use serde::Deserialize;
use serde_json::Value;

/// A feed, and what it breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedReading {
    /// The feed's id.
    pub id: String,
    /// When it was last changed.
    pub updated: Option<Moment>,
    /// Its documents.
    pub entries: Vec<FeedEntry>,
    /// What breaks JSON or the standard.
    pub complaints: Vec<Complaint>,
}

/// A document of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// The tracking id.
    pub id: String,
    /// Where the document is.
    pub document: String,
    /// Where its digests are.
    pub digests: Vec<String>,
    /// Where its signature is.
    pub signature: Option<String>,
    /// When it was first published.
    pub published: Option<Moment>,
    /// When it was last changed.
    pub updated: Option<Moment>,
}

#[derive(Deserialize)]
struct Written {
    feed: WrittenFeed,
    /// Members that are not known here. They also keep an array from being read as an object.
    #[serde(flatten)]
    _others: Others,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WrittenFeed {
    id: String,
    updated: String,
    category: Vec<Category>,
    entry: Vec<WrittenEntry>,
    /// Members that are not known here. They also keep an array from being read as an object.
    #[serde(flatten)]
    _others: Others,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Category {
    scheme: String,
    term: String,
    /// Members that are not known here. They also keep an array from being read as an object.
    #[serde(flatten)]
    _others: Others,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WrittenEntry {
    id: String,
    link: Vec<Link>,
    published: String,
    updated: String,
    content: Content,
    /// Members that are not known here. They also keep an array from being read as an object.
    #[serde(flatten)]
    _others: Others,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Link {
    rel: Option<String>,
    /// As CISA writes it.
    r#ref: Option<String>,
    href: String,
    /// Members that are not known here. They also keep an array from being read as an object.
    #[serde(flatten)]
    _others: Others,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Content {
    src: String,
    /// Members that are not known here. They also keep an array from being read as an object.
    #[serde(flatten)]
    _others: Others,
}

/// Reads a feed.
///
/// # Errors
///
/// Bytes that are no JSON or no feed.
pub fn feed(bytes: &[u8]) -> Result<FeedReading, DocumentError> {
    let (value, mut complaints) = json::read(bytes)?;
    let Written { feed, .. } = written(&value)?;
    let mut tell = |path: String, reason: &str| complaints.push(Complaint::new(Kind::Schema, &path, reason));
    let csaf = |category: &Category| {
        category.scheme == "urn:ietf:params:rolie:category:information-type" && category.term == "csaf"
    };
    if !feed.category.iter().any(csaf) {
        tell("/feed/category".into(), "does not say that this is a feed of CSAF documents");
    }
    let updated = Moment::parse(&feed.updated);
    if updated.is_none() {
        tell("/feed/updated".into(), "is no date and time (RFC 3339)");
    }
    let mut entries = Vec::new();
    for (at, written) in feed.entry.into_iter().enumerate() {
        let path = format!("/feed/entry/{at}");
        entries.extend(entry(written, &path, &mut tell));
    }
    Ok(FeedReading { id: feed.id, updated, entries, complaints })
}

fn written(value: &Value) -> Result<Written, DocumentError> {
    Written::deserialize(value)
        .map_err(|error| DocumentError::Shape { path: String::new(), reason: error.to_string() })
}

/// An entry; none where it does not say where its document is.
fn entry(written: WrittenEntry, path: &str, tell: &mut dyn FnMut(String, &str)) -> Option<FeedEntry> {
    let misnamed = written.link.iter().any(|link| link.rel.is_none() && link.r#ref.is_some());
    if misnamed {
        tell(format!("{path}/link"), "has `ref` where `rel` belongs; it was taken for that");
    }
    let links = |wanted: &'static str| {
        let is = move |link: &&Link| link.rel.as_deref().or(link.r#ref.as_deref()) == Some(wanted);
        written.link.iter().filter(is).map(|link| link.href.clone())
    };
    let source = Some(written.content.src.clone()).filter(|source| !source.is_empty());
    let Some(document) = source.or_else(|| links("self").next()) else {
        tell(path.to_string(), "does not say where the document is; it was passed over");
        return None;
    };
    let updated = Moment::parse(&written.updated);
    if updated.is_none() {
        tell(format!("{path}/updated"), "is no date and time (RFC 3339)");
    }
    let digests: Vec<String> = links("hash").collect();
    if digests.is_empty() {
        tell(path.to_string(), "has no digest (7.1.18)");
    }
    let signature = links("signature").next();
    let published = Moment::parse(&written.published);
    Some(FeedEntry { id: written.id.clone(), document, digests, signature, published, updated })
}

impl FeedReading {
    /// The documents that changed after that moment; those without a date are among them.
    pub fn changed_since(&self, moment: Moment) -> impl Iterator<Item = &FeedEntry> {
        self.entries.iter().filter(move |entry| entry.updated.is_none_or(|updated| updated > moment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_feed_is_read_and_what_it_breaks_is_told() {
        let at = |name: &str| format!("https://quince.example/{name}");
        let value = json!({"feed": {"id": "quince", "updated": "2026-02-01T00:00:00Z",
            "category": [{"scheme": "urn:ietf:params:rolie:category:information-type", "term": "csaf"}],
            "entry": [
                {"id": "QA-1", "updated": "2026-01-01T00:00:00Z", "content": {"src": at("1.json")},
                 "link": [{"rel": "self", "href": at("1.json")}, {"ref": "hash", "href": at("1.json.sha512")}, {"rel": "signature", "href": at("1.json.asc")}]},
                {"id": "QA-2", "updated": "2026-02-01T00:00:00Z", "link": [{"rel": "self", "href": at("2.json")}]},
                {"id": "QA-3"}]}});
        let reading = feed(value.to_string().as_bytes()).expect("a feed");
        let told: Vec<String> = reading.complaints.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "/feed/entry/0/link: has `ref` where `rel` belongs; it was taken for that",
                "/feed/entry/1: has no digest (7.1.18)",
                "/feed/entry/2: does not say where the document is; it was passed over",
            ]
        );
        assert_eq!(reading.entries[0].digests, [at("1.json.sha512")]);
        let since = Moment::parse("2026-01-01T00:00:00Z").expect("a moment");
        let changed: Vec<&str> = reading.changed_since(since).map(|entry| entry.id.as_str()).collect();
        assert_eq!(changed, ["QA-2"]);
    }

    #[test]
    fn what_is_no_feed_is_refused() {
        assert!(feed(b"{\"document\": {}}").is_err());
        assert!(feed(b"{\"feed\": {\"entry\": {}}}").is_err());
        assert!(feed(b"<feed/>").is_err());
    }
}
