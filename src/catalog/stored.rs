//! The stored forms of advisories and facts: JSON in a column each. Their version is that of the file.

use super::content::CveRecord;
use patchform_advisory::cve::CveId;
use patchform_advisory::day::Day;
use patchform_advisory::kev;
use patchform_advisory::ssvc::{CisaPoints, Exploitation, TechnicalImpact};
use patchform_advisory::{
    Advisory, Affected, Ecosystem, Event, Module, Naming, NoFix, Provenance, Range, RangeKind, Severity,
    Status,
};
use serde::{Deserialize, Serialize};

/// An advisory without what it says of packages.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StoredAdvisory {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    upstream: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
    summary: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    severity: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    references: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reboot: bool,
}

/// What an advisory says of a package; ecosystem and package have columns of their own.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredAffected {
    source: bool,
    status: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ranges: Vec<StoredRange>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    versions: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    arches: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    module: Option<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    product: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredRange {
    kind: StoredKind,
    events: Vec<StoredEvent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repo: Option<String>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StoredKind {
    Ecosystem,
    Semver,
    Git,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StoredEvent {
    Introduced(String),
    Fixed(String),
    Last(String),
    Limit(String),
}

const STATUSES: [(&str, Status); 11] = [
    ("versions", Status::Versions),
    ("not_affected", Status::NotAffected),
    ("undetermined", Status::Undetermined),
    ("under_investigation", Status::UnderInvestigation),
    ("open", Status::NoFix(NoFix::Open)),
    ("no_advisory", Status::NoFix(NoFix::NoAdvisory)),
    ("ignored", Status::NoFix(NoFix::Ignored)),
    ("postponed", Status::NoFix(NoFix::Postponed)),
    ("wont_fix", Status::NoFix(NoFix::WontFix)),
    ("removed", Status::NoFix(NoFix::Removed)),
    ("end_of_life", Status::NoFix(NoFix::EndOfLife)),
];

impl From<&Advisory> for StoredAdvisory {
    fn from(advisory: &Advisory) -> Self {
        let severity =
            advisory.severity.iter().map(|severity| (severity.system.clone(), severity.value.clone()));
        StoredAdvisory {
            aliases: advisory.aliases.clone(),
            upstream: advisory.upstream.clone(),
            related: advisory.related.clone(),
            withdrawn: advisory.withdrawn.clone(),
            published: advisory.published.clone(),
            modified: advisory.modified.clone(),
            summary: advisory.summary.clone(),
            severity: severity.collect(),
            references: advisory.references.clone(),
            reboot: advisory.reboot,
        }
    }
}

impl StoredAdvisory {
    /// When it was changed last.
    pub fn into_modified(self) -> Option<String> {
        self.modified
    }

    /// The advisory, with what it says of packages.
    pub fn whole(self, id: String, provenance: Provenance, affected: Vec<Affected>) -> Advisory {
        Advisory {
            id,
            aliases: self.aliases,
            upstream: self.upstream,
            related: self.related,
            withdrawn: self.withdrawn,
            published: self.published,
            modified: self.modified,
            summary: self.summary,
            severity: self.severity.into_iter().map(|(system, value)| Severity { system, value }).collect(),
            references: self.references,
            reboot: self.reboot,
            affected,
            provenance,
        }
    }
}

impl From<&Affected> for StoredAffected {
    fn from(affected: &Affected) -> Self {
        let status = STATUSES.iter().find(|(_, status)| *status == affected.status);
        StoredAffected {
            source: affected.naming == Naming::Source,
            status: status.map_or("", |(name, _)| name).to_string(),
            ranges: affected.ranges.iter().map(StoredRange::from).collect(),
            versions: affected.versions.clone(),
            arches: affected.arches.clone(),
            module: affected.module.as_ref().map(|module| (module.name.clone(), module.stream.clone())),
            note: affected.note.clone(),
            product: affected.product.clone(),
        }
    }
}

impl StoredAffected {
    /// The entry; none for a status of another version.
    pub fn whole(self, ecosystem: &Ecosystem, package: &str) -> Option<Affected> {
        let (_, status) = STATUSES.iter().find(|(name, _)| *name == self.status)?;
        let scheme = ecosystem.scheme();
        let range = |range: StoredRange| {
            let events = range.events.into_iter().map(Event::from).collect();
            Range::new(range.kind.into(), events, range.repo, scheme)
        };
        Some(Affected {
            ecosystem: ecosystem.clone(),
            package: package.to_string(),
            naming: if self.source { Naming::Source } else { Naming::Binary },
            status: *status,
            ranges: self.ranges.into_iter().map(range).collect(),
            versions: self.versions,
            arches: self.arches,
            module: self.module.map(|(name, stream)| Module { name, stream }),
            note: self.note,
            product: self.product,
        })
    }
}

impl From<&Range> for StoredRange {
    fn from(range: &Range) -> Self {
        let kind = match range.kind {
            RangeKind::Ecosystem => StoredKind::Ecosystem,
            RangeKind::Semver => StoredKind::Semver,
            RangeKind::Git => StoredKind::Git,
        };
        let event = |event: &Event| match event.clone() {
            Event::Introduced(version) => StoredEvent::Introduced(version),
            Event::Fixed(version) => StoredEvent::Fixed(version),
            Event::LastAffected(version) => StoredEvent::Last(version),
            Event::Limit(version) => StoredEvent::Limit(version),
        };
        StoredRange { kind, events: range.events.iter().map(event).collect(), repo: range.repo.clone() }
    }
}

impl From<StoredKind> for RangeKind {
    fn from(kind: StoredKind) -> Self {
        match kind {
            StoredKind::Ecosystem => RangeKind::Ecosystem,
            StoredKind::Semver => RangeKind::Semver,
            StoredKind::Git => RangeKind::Git,
        }
    }
}

impl From<StoredEvent> for Event {
    fn from(event: StoredEvent) -> Self {
        match event {
            StoredEvent::Introduced(version) => Event::Introduced(version),
            StoredEvent::Fixed(version) => Event::Fixed(version),
            StoredEvent::Last(version) => Event::LastAffected(version),
            StoredEvent::Limit(version) => Event::Limit(version),
        }
    }
}

/// An entry of KEV.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredListing {
    vendor: String,
    product: String,
    name: String,
    added: String,
    description: String,
    action: String,
    due: String,
    ransomware: String,
    notes: String,
    cwes: Vec<String>,
}

impl From<&kev::Entry> for StoredListing {
    fn from(entry: &kev::Entry) -> Self {
        StoredListing {
            vendor: entry.vendor.clone(),
            product: entry.product.clone(),
            name: entry.name.clone(),
            added: entry.added.to_string(),
            description: entry.description.clone(),
            action: entry.required_action.clone(),
            due: entry.due.to_string(),
            ransomware: entry.ransomware.clone(),
            notes: entry.notes.clone(),
            cwes: entry.cwes.clone(),
        }
    }
}

impl StoredListing {
    /// The entry; none where its days are none.
    pub fn whole(self, cve: CveId) -> Option<kev::Entry> {
        Some(kev::Entry {
            cve,
            vendor: self.vendor,
            product: self.product,
            name: self.name,
            added: Day::parse(&self.added)?,
            description: self.description,
            required_action: self.action,
            due: Day::parse(&self.due)?,
            ransomware: self.ransomware,
            notes: self.notes,
            cwes: self.cwes,
        })
    }
}

/// What is kept of a CVE record.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StoredRecord {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    rejected: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disclosed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vector: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    vectors: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exploitation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    automatable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    impact: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kev_added: Option<String>,
    file: String,
}

impl From<&CveRecord> for StoredRecord {
    fn from(record: &CveRecord) -> Self {
        let day = |day: Option<Day>| day.map(|day| day.to_string());
        StoredRecord {
            rejected: record.rejected,
            updated: record.updated.clone(),
            disclosed: day(record.disclosed),
            title: record.title.clone(),
            vector: record.vector.clone(),
            vectors: record.vectors.clone(),
            exploitation: record.points.exploitation.map(|point| point.name().to_string()),
            automatable: record.points.automatable,
            impact: record.points.technical_impact.map(|point| point.name().to_string()),
            kev_added: day(record.kev_added),
            file: record.file.clone(),
        }
    }
}

impl StoredRecord {
    /// The file of the feed that it stands in.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The record.
    pub fn whole(self, cve: CveId) -> CveRecord {
        let day = |text: Option<String>| text.and_then(|text| Day::parse(&text));
        CveRecord {
            cve,
            rejected: self.rejected,
            updated: self.updated,
            disclosed: day(self.disclosed),
            title: self.title,
            vector: self.vector,
            vectors: self.vectors,
            points: CisaPoints {
                exploitation: self.exploitation.and_then(|name| Exploitation::of_name(&name)),
                automatable: self.automatable,
                technical_impact: self.impact.and_then(|name| TechnicalImpact::of_name(&name)),
            },
            kev_added: day(self.kev_added),
            file: self.file,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_stored_name_and_every_entry_comes_back_as_it_was() {
        for (_, status) in STATUSES {
            let mut entry = Affected::below(Ecosystem::parse("Debian:12"), "openssl", "3.0.17-1~deb12u2");
            entry.status = status;
            entry.ranges.push(Range::new(
                RangeKind::Ecosystem,
                vec![
                    Event::Introduced("2".into()),
                    Event::LastAffected("3".into()),
                    Event::Limit("*".into()),
                    Event::Introduced("1".into()),
                ],
                Some("https://git.example".into()),
                entry.ecosystem.scheme(),
            ));
            entry.versions = vec!["1-1".into()];
            entry.arches = vec!["amd64".into()];
            entry.module = Module::parse("httpd:2.4");
            entry.note = Some("Minor issue".into());
            entry.product = Some("p".into());
            let text = serde_json::to_string(&StoredAffected::from(&entry)).unwrap();
            let back: StoredAffected = serde_json::from_str(&text).unwrap();
            assert_eq!(back.whole(&entry.ecosystem, "openssl"), Some(entry));
        }
    }
}
