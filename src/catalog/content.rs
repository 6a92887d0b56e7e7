//! What a copy of a feed holds, in neutral form.

use patchform_advisory::cve::CveId;
use patchform_advisory::cve5::Record;
use patchform_advisory::cvss::Vector;
use patchform_advisory::day::Day;
use patchform_advisory::packages::Offered;
use patchform_advisory::priority::{Evidence, Scored};
use patchform_advisory::ssvc::CisaPoints;
use patchform_advisory::{Advisory, epss, kev};

/// What a copy of a feed holds.
#[derive(Debug)]
pub enum Content {
    /// Advisories of packages.
    Advisories(Vec<Advisory>),
    /// Entries of KEV.
    Exploited(kev::Catalog),
    /// A day of EPSS.
    Scores(epss::Scores),
    /// What CVE records say.
    Records(Vec<CveRecord>),
    /// What suites of an archive offer.
    Offered(Vec<Package>),
    /// Documents that judge products themselves. Only those that changed are among them; the paths of all that are kept
    /// stand beside them.
    Documents {
        /// New and changed ones.
        changed: Vec<Document>,
        /// The paths of all that the feed has now.
        all: Vec<String>,
    },
}

/// What is kept of a CVE record.
#[derive(Debug, Clone, PartialEq)]
pub struct CveRecord {
    /// Of which CVE.
    pub cve: CveId,
    /// It is none: findings that rest on it are retracted.
    pub rejected: bool,
    /// When it was changed last, as written.
    pub updated: Option<String>,
    /// When it was disclosed.
    pub disclosed: Option<Day>,
    /// What the first container calls it.
    pub title: Option<String>,
    /// The vector that counts, by the rule of [`Record::chosen`].
    pub vector: Option<String>,
    /// Every vector, as published.
    pub vectors: Vec<String>,
    /// CISA's three points.
    pub points: CisaPoints,
    /// Since when it stands in KEV, as the record says.
    pub kev_added: Option<Day>,
    /// The file of the feed.
    pub file: String,
}

/// A package that a suite offers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    /// The suite by a name that tells its release, where there is one: `bookworm-security`, `Debian:12`.
    pub suite: String,
    /// The binary package.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its architecture: `amd64`, `all`.
    pub arch: String,
    /// The source package.
    pub source: String,
    /// The source package's version.
    pub source_version: String,
}

/// A document that judges products itself: CSAF, VEX.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Where it stands in the feed.
    pub path: String,
    /// Its own id: `RHSA-2024:1234`.
    pub name: String,
    /// When it was changed last, as the feed says; what decides whether it is read again.
    pub stamp: String,
    /// Whether it was taken back.
    pub withdrawn: bool,
    /// Its bytes, as they came.
    pub body: Vec<u8>,
}

impl Content {
    /// How many entries it has.
    pub fn len(&self) -> usize {
        match self {
            Content::Advisories(records) => records.len(),
            Content::Exploited(catalog) => catalog.entries.len(),
            Content::Scores(scores) => scores.len(),
            Content::Records(records) => records.len(),
            Content::Offered(packages) => packages.len(),
            Content::Documents { all, .. } => all.len(),
        }
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl CveRecord {
    /// What is kept of a record.
    pub fn of(record: &Record<'_>, file: &str) -> CveRecord {
        let chosen = record.chosen().filter(|_| !record.retracts());
        let vectors = record.containers.iter().flat_map(|container| &container.scores);
        let facts = Evidence { record: Some(record), ..Evidence::default() }.facts(record.cve);
        CveRecord {
            cve: record.cve,
            rejected: record.retracts(),
            updated: record.updated.as_deref().map(str::to_string),
            disclosed: facts.disclosed,
            title: record
                .containers
                .iter()
                .find_map(|container| container.title.as_deref())
                .map(str::to_string),
            vector: chosen.map(|chosen| chosen.published.vector.to_string()),
            vectors: vectors.map(|published| published.vector.to_string()).collect(),
            points: facts.ssvc,
            kev_added: facts.kev.map(|listing| listing.added),
            file: file.to_string(),
        }
    }

    /// The score that counts, computed from its vector.
    pub fn scored(&self) -> Option<Scored> {
        let vector = Vector::parse(self.vector.as_deref()?).ok()?;
        Some(Scored { version: vector.version(), score: vector.principal() })
    }
}

impl Package {
    /// A package of a suite.
    pub fn of(offered: &Offered<'_>, suite: &str) -> Package {
        Package {
            suite: suite.to_string(),
            name: offered.name.to_string(),
            version: offered.version.to_string(),
            arch: offered.arch.to_string(),
            source: offered.source.to_string(),
            source_version: offered.source_version.to_string(),
        }
    }

    /// As [`Candidates`](patchform_advisory::packages::Candidates) take it.
    pub fn offered(&self) -> Offered<'_> {
        Offered {
            name: &self.name,
            version: &self.version,
            arch: &self.arch,
            source: &self.source,
            source_version: &self.source_version,
        }
    }
}
