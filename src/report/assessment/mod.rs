//! What `assess` found: as a table for people, as JSON, SARIF and CSV for programs, and one finding explained.

pub mod csv;
mod each;
pub mod explain;
pub mod json;
pub mod sarif;
#[cfg(test)]
mod tests;
pub mod text;
mod words;

use crate::finding::{Findings, Found, Host, Idle, Key, Named, Remembered};
use crate::model::{Address, Moment};
use std::collections::BTreeMap;

/// An assessment.
pub struct Assessment<'a> {
    /// When it was made.
    pub now: Moment,
    /// What was read.
    pub hosts: &'a [Host],
    /// What is open, the most urgent first.
    pub found: Vec<Found<'a>>,
    /// What advisories name, and cannot be told.
    pub undecided: Vec<Named<'a>>,
    /// What of that was open before, and so counts as open: nobody can tell that it is not.
    pub doubtful: Vec<Named<'a>>,
    /// Everything that was found so far.
    pub remembered: &'a Findings,
    /// What was closed since the last assessment.
    pub closed: Vec<(Key<'a>, &'a Remembered)>,
    /// Components that could not be read, and why.
    pub unread: &'a [(Address, String)],
    /// Components whose kind cannot say what is installed.
    pub unasked: &'a [Address],
    /// Places of whose platform no advisory in the catalog speaks.
    pub unheard: Vec<&'a Host>,
    /// Exceptions that let nothing pass.
    pub idle: Vec<Idle<'a>>,
    /// How fresh the feeds are.
    pub feeds: &'a [FeedAge],
    /// Where the patch level of each component stands.
    pub places: &'a BTreeMap<Address, SourcePlace>,
    /// Whether the configuration has a policy.
    pub has_policy: bool,
}

/// How fresh a feed is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedAge {
    /// Its name.
    pub name: String,
    /// Its format.
    pub format: String,
    /// How many entries its last good copy has; none where there is no copy.
    pub records: Option<u64>,
    /// When its source answered last.
    pub checked: Option<Moment>,
    /// Whether it is too old to be relied on.
    pub stale: bool,
    /// Why, in words; none where it was never read.
    pub why_stale: Option<String>,
    /// Why it could not be taken the last time.
    pub problem: Option<String>,
}

/// A place in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePlace {
    /// The file.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
}

impl Assessment<'_> {
    /// The host of a finding.
    fn host(&self, found: &Found<'_>) -> &Host {
        &self.hosts[found.named.place.host]
    }
}
