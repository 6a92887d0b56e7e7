//! What one party says of a CVE.

use super::affected::Affected;
use super::metric::{Metric, Metrics, Published};
use super::text::Text;
use crate::day::Day;
use crate::ssvc::CisaPoints;
use serde::Deserialize;

/// Who speaks in a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The authority that assigned the CVE.
    Cna,
    /// Another authorized publisher.
    Adp,
}

/// One party's part of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Container<'a> {
    /// In which role.
    pub role: Role,
    /// `providerMetadata.shortName`, such as `CISA-ADP`.
    pub provider: Option<Text<'a>>,
    /// `title`
    pub title: Option<Text<'a>>,
    /// Every CVSS, as published.
    pub scores: Vec<Published<'a>>,
    /// What was selected of CISA's three points.
    pub ssvc: Option<CisaPoints>,
    /// Since when it stands in KEV.
    pub kev_added: Option<Day>,
    /// What is affected.
    pub affected: Vec<Affected<'a>>,
    /// Where more is said.
    pub references: Vec<Reference<'a>>,
    /// `rejectedReasons`, of a record that was rejected.
    pub rejected: Vec<Text<'a>>,
}

/// An address where more is said.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Reference<'a> {
    /// The address.
    #[serde(borrow)]
    pub url: Text<'a>,
    /// What it is called.
    pub name: Option<Text<'a>>,
    /// Such as `patch` or `vendor-advisory`.
    #[serde(default)]
    pub tags: Vec<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document<'a> {
    #[serde(borrow)]
    provider_metadata: Option<Provider<'a>>,
    title: Option<Text<'a>>,
    #[serde(default)]
    metrics: Vec<Metric<'a>>,
    #[serde(default)]
    affected: Vec<Affected<'a>>,
    #[serde(default)]
    references: Vec<Reference<'a>>,
    #[serde(default)]
    rejected_reasons: Vec<Reason<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Provider<'a> {
    #[serde(borrow)]
    short_name: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Reason<'a> {
    #[serde(borrow)]
    value: Text<'a>,
}

impl<'a> Document<'a> {
    pub(super) fn checked(self, role: Role) -> Result<Container<'a>, String> {
        let mut metrics = Metrics::default();
        self.metrics.into_iter().try_for_each(|metric| metrics.take(metric))?;
        Ok(Container {
            role,
            provider: self.provider_metadata.and_then(|provider| provider.short_name),
            title: self.title,
            scores: metrics.scores,
            ssvc: metrics.ssvc,
            kev_added: metrics.kev_added,
            affected: self.affected,
            references: self.references,
            rejected: self.rejected_reasons.into_iter().map(|reason| reason.value).collect(),
        })
    }
}
