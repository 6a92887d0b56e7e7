//! A checked `feed` block: where advisories and facts come from.

use crate::model::Span;
use std::fmt;
use std::time::Duration;

/// `feed "FORMAT" "NAME" { … }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Its name, unique among all feeds.
    pub name: String,
    /// How it is read.
    pub format: FeedFormat,
    /// Where it comes from.
    pub source: FeedSource,
    /// From which age on it is stale.
    pub max_age: Duration,
    /// The digest that its document must have, in lower-case hexadecimal.
    pub sha256: Option<String>,
    /// Path of the keyring whose keys may have signed it, relative to the configuration's folder.
    pub signed_by: Option<String>,
    /// The most bytes of a document.
    pub max_size: u64,
    /// How long an answer may take as a whole.
    pub timeout: Duration,
    /// Whose packages the updates or definitions are of: `AlmaLinux:9`.
    pub ecosystem: Option<String>,
    /// The suite of an archive of apt, and what is read of it.
    pub suite: Option<Suite>,
    /// The block's header.
    pub span: Span,
}

/// What is read of an archive of apt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suite {
    /// `bookworm-security`
    pub name: String,
    /// What its release file calls itself where that is not the name.
    pub codename: Option<String>,
    /// `main`, …
    pub components: Vec<String>,
    /// `amd64`, …
    pub architectures: Vec<String>,
}

/// Where a feed comes from.
#[derive(Clone, PartialEq, Eq)]
pub struct FeedSource {
    /// An address, or a path relative to the configuration's folder.
    pub place: FeedPlace,
    /// Whether a sensitive value is part of it, so that nothing of it is shown.
    pub sensitive: bool,
}

/// What kind of place it is.
#[derive(Clone, PartialEq, Eq)]
pub enum FeedPlace {
    /// `https://…` or `http://…`
    Address(String),
    /// A file or a folder.
    Path(String),
}

/// How a feed is read; a new format is a new row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FeedFormat {
    /// OSV: a document, JSON lines, a folder or a zip of documents.
    Osv,
    /// CSAF 2.0 and VEX of its profile.
    Csaf,
    /// OpenVEX.
    OpenVex,
    /// CVE records, format 5.
    Cve5,
    /// CISA's known exploited vulnerabilities.
    Kev,
    /// Scores of EPSS.
    Epss,
    /// The Debian security tracker.
    DebianTracker,
    /// OVAL: a document, a folder or a zip of documents.
    Oval,
    /// updateinfo of an rpm repository.
    UpdateInfo,
    /// A suite of an archive of apt.
    Apt,
}

/// What is known of a format.
struct Row {
    format: FeedFormat,
    name: &'static str,
    /// In days; what is older is stale unless the block says otherwise.
    max_age: u64,
    /// Whether its publisher gives a new edition at least that often.
    steady: bool,
    /// The most MiB of a document.
    most: u64,
}

const fn row(format: FeedFormat, name: &'static str, max_age: u64, steady: bool, most: u64) -> Row {
    Row { format, name, max_age, steady, most }
}

/// Ages: EPSS comes every day, KEV several times in most weeks. Sizes: some times the largest that is published.
const ROWS: [Row; 10] = [
    row(FeedFormat::Osv, "osv", 3, false, 1024),
    row(FeedFormat::Csaf, "csaf", 7, false, 64),
    row(FeedFormat::OpenVex, "openvex", 7, false, 64),
    row(FeedFormat::Cve5, "cve5", 3, false, 2048),
    row(FeedFormat::Kev, "kev", 14, true, 64),
    row(FeedFormat::Epss, "epss", 3, true, 128),
    row(FeedFormat::DebianTracker, "debian_tracker", 3, false, 512),
    row(FeedFormat::Oval, "oval", 7, false, 1024),
    row(FeedFormat::UpdateInfo, "updateinfo", 7, false, 512),
    row(FeedFormat::Apt, "apt", 7, false, 512),
];

impl FeedFormat {
    /// Their names, as the configuration calls them.
    pub const NAMES: [&'static str; ROWS.len()] = {
        let mut names = [""; ROWS.len()];
        let mut at = 0;
        while at < ROWS.len() {
            names[at] = ROWS[at].name;
            at += 1;
        }
        names
    };

    fn row(self) -> &'static Row {
        // Every format has a row, which a test holds.
        ROWS.iter().find(|row| row.format == self).unwrap_or(&ROWS[0])
    }

    /// By its name.
    pub fn of_name(name: &str) -> Option<FeedFormat> {
        ROWS.iter().find(|row| row.name == name).map(|row| row.format)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// From which age on such a feed is stale.
    pub fn max_age(self) -> Duration {
        Duration::from_secs(self.row().max_age * 24 * 60 * 60)
    }

    /// Whether its publisher gives new editions in a steady rhythm, so that an old edition is a stale one although its
    /// source answers.
    pub fn is_steady(self) -> bool {
        self.row().steady
    }

    /// The most bytes of a document.
    pub fn max_size(self) -> u64 {
        self.row().most << 20
    }
}

impl fmt::Display for FeedFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for FeedSource {
    /// Without what may be a secret: a sensitive source as a whole; of an address user, password and what stands behind `?`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            _ if self.sensitive => f.write_str("(sensitive)"),
            FeedPlace::Path(path) => f.write_str(path),
            FeedPlace::Address(address) => f.write_str(&without_secrets(address)),
        }
    }
}

impl fmt::Debug for FeedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// An address as it may be shown: without user and password, and without the values behind `?`.
pub fn without_secrets(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let path = path.split_once(['?', '#']).map_or(path.to_string(), |(path, _)| format!("{path}?…"));
    format!("{scheme}{}{host}{path}", if scheme.is_empty() { "" } else { "://" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name() {
        for row in &ROWS {
            assert_eq!((row.format.name(), FeedFormat::of_name(row.name)), (row.name, Some(row.format)));
        }
    }

    #[test]
    fn an_address_is_shown_without_what_may_be_a_secret() {
        for (address, shown) in [
            ("https://a.example/x.json", "https://a.example/x.json"),
            ("https://me:pass@a.example:8443/x?token=1#f", "https://a.example:8443/x?…"),
            ("http://a@b@c.example", "http://c.example"),
            ("https://a.example?sig=1", "https://a.example?…"),
        ] {
            assert_eq!(without_secrets(address), shown);
        }
        let secret =
            FeedSource { place: FeedPlace::Address("https://a.example/t0ken/x".into()), sensitive: true };
        assert_eq!(format!("{secret} {secret:?}"), "(sensitive) (sensitive)");
    }
}
