//! What is known of a finding: a vulnerability in a component.

use crate::cvss::{Score, Severity, Version};
use crate::day::Day;
use crate::ssvc::{CisaPoints, Exploitation};

/// What is known; the default is that nothing is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// Its entry in KEV; none where it is not listed.
    pub kev: Option<Listing>,
    /// What EPSS predicts; none where it has no score.
    pub epss: Option<Prediction>,
    /// CISA's three SSVC points, as far as they are published.
    pub ssvc: CisaPoints,
    /// The score that counts, computed from its vector.
    pub cvss: Option<Scored>,
    /// The severity by the vendor of the component, in the words of CVSS.
    pub vendor: Option<Severity>,
    /// Who can reach the component.
    pub exposure: Exposure,
    /// When the vulnerability was disclosed.
    pub disclosed: Option<Day>,
    /// Whether there is a fix, and since when.
    pub fix: Fix,
    /// When the finding was first seen here.
    pub first_seen: Option<Day>,
}

/// An entry in KEV.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    /// Since when.
    pub added: Day,
    /// Until when federal agencies have to act; none where only a CVE record says that it is listed.
    pub due: Option<Day>,
    /// Whether ransomware is known to use it.
    pub ransomware: bool,
}

/// A score of EPSS, with its model.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// From 0 to 1.
    pub probability: f64,
    /// Such as `v2025.03.14`.
    pub model: String,
}

/// A computed score of CVSS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scored {
    /// Of which version.
    pub version: Version,
    /// The principal score of its vector.
    pub score: Score,
}

/// Who can reach the component.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exposure {
    /// Nobody said; counts as public wherever that is worse.
    #[default]
    Unknown,
    /// Only trusted parties.
    Internal,
    /// Anybody, over a public network.
    Public,
}

/// Whether there is a fix.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fix {
    /// There is one, but nobody said since when.
    #[default]
    Undated,
    /// Since that day.
    Released(Day),
    /// Not yet.
    None,
}

impl Facts {
    /// The word for the computed score.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.cvss.map(|scored| scored.score.severity(scored.version))
    }

    /// Whether a working exploit is known: listed in KEV, or by SSVC exploited or with a public proof of concept. None
    /// where KEV does not list it and nobody judged it.
    #[must_use]
    pub fn working_exploit(&self) -> Option<bool> {
        if self.kev.is_some() {
            return Some(true);
        }
        self.ssvc.exploitation.map(|exploitation| exploitation >= Exploitation::PublicPoc)
    }
}
