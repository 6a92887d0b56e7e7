//! The JSON document of Debian's security tracker: source package, then CVE, then release.
//!
//! Source: security-tracker.debian.org/tracker/data/json and the tracker's bin/json. Statuses are `open`, `resolved`
//! and `undetermined`; a fixed version of `0` means that no version was ever affected; the urgency `end-of-life` that
//! the release or package has no support; `nodsa` that there will be no advisory. The document is read package by
//! package, never as a whole.

use crate::advisory::{Advisory, Provenance, Severity};
use crate::affected::{Affected, NoFix, Status};
use crate::ecosystem::{Ecosystem, Naming};
use crate::fault::Fault;
use crate::feed::Feed;
use crate::remark::Remark;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;

const WHAT: &str = "tracker JSON";

/// Reads the document: one record per CVE, with every source package and release that it names.
///
/// # Errors
/// For what is not JSON of that layout, and for a document without any package.
pub fn read(bytes: &[u8], from: &Provenance) -> Result<Feed, Fault> {
    let mut collected = Collected { from, records: BTreeMap::new(), remarks: Vec::new() };
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    collected
        .deserialize(&mut reader)
        .and_then(|()| reader.end())
        .map_err(|error| Fault::json(WHAT, &error))?;
    if collected.records.is_empty() {
        return Err(Fault::new(WHAT, 1, "there is no package in it"));
    }
    let mut records: Vec<Advisory> = collected.records.into_values().collect();
    for record in &mut records {
        record.severity.sort();
        record.severity.dedup();
    }
    Ok(Feed { records, remarks: collected.remarks })
}

/// One CVE of one source package.
#[derive(Deserialize)]
struct Issue {
    #[serde(default)]
    description: Option<String>,
    #[serde(deserialize_with = "releases")]
    releases: BTreeMap<String, Release>,
}

/// What is known of it in one release.
#[derive(Deserialize)]
struct Release {
    status: String,
    #[serde(default)]
    fixed_version: Option<String>,
    #[serde(default)]
    urgency: Option<String>,
    #[serde(default)]
    nodsa: Option<String>,
    #[serde(default)]
    nodsa_reason: Option<String>,
}

/// An issue without any release has been written as an empty list.
fn releases<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Release>, D::Error> {
    struct Releases;
    impl<'de> Visitor<'de> for Releases {
        type Value = BTreeMap<String, Release>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of releases")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            Deserialize::deserialize(MapAccessDeserializer::new(map))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            match seq.next_element::<IgnoredAny>()? {
                None => Ok(BTreeMap::new()),
                Some(_) => Err(serde::de::Error::custom("a list of releases, where an object is needed")),
            }
        }
    }
    deserializer.deserialize_any(Releases)
}

struct Collected<'a> {
    from: &'a Provenance,
    records: BTreeMap<String, Advisory>,
    remarks: Vec<Remark>,
}

impl<'de> DeserializeSeed<'de> for &mut Collected<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Collected<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of source packages")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(package) = map.next_key::<String>()? {
            let issues: BTreeMap<String, Issue> = map.next_value()?;
            issues.into_iter().for_each(|(id, issue)| self.take(&package, id, issue));
        }
        Ok(())
    }
}

impl Collected<'_> {
    fn take(&mut self, package: &str, id: String, issue: Issue) {
        let record = self.records.entry(id).or_insert_with_key(|id| Advisory {
            id: id.clone(),
            summary: issue.description.unwrap_or_default(),
            provenance: self.from.clone(),
            ..Advisory::default()
        });
        for (name, release) in issue.releases {
            if let Some(urgency) = release.urgency.as_ref().filter(|urgency| *urgency != "not yet assigned") {
                record.severity.push(Severity { system: "urgency".to_string(), value: urgency.clone() });
            }
            let (entry, complaint) = affected(package, &name, &release);
            self.remarks.extend(complaint.map(|reason| Remark::new(1, &record.id, reason)));
            record.affected.push(entry);
        }
    }
}

/// What a release says; where its words are not known, an entry that is unknown, and the reason.
fn affected(package: &str, name: &str, release: &Release) -> (Affected, Option<String>) {
    let ecosystem = Ecosystem::of("Debian", super::number(name).unwrap_or(name));
    let mut entry = match (release.status.as_str(), &release.fixed_version) {
        ("resolved", Some(fix)) => Affected::below(ecosystem, package, fix),
        _ => Affected::new(ecosystem, package),
    };
    let mut complaint = None;
    match (release.status.as_str(), &release.fixed_version) {
        ("resolved", Some(_)) => {}
        ("open", _) => entry.status = Status::NoFix(no_fix(release)),
        (status, _) => {
            entry.status = Status::Undetermined;
            complaint = (status != "undetermined")
                .then(|| format!("{package} in {name} has the status {status:?} without a fixed version; it counts as unknown"));
        }
    }
    entry.naming = Naming::Source;
    let unimportant = release.urgency.as_ref().filter(|urgency| *urgency == "unimportant");
    entry.note = release.nodsa.as_ref().or(unimportant).cloned();
    (entry, complaint)
}

fn no_fix(release: &Release) -> NoFix {
    match (release.urgency.as_deref(), release.nodsa_reason.as_deref(), &release.nodsa) {
        (Some("end-of-life"), ..) => NoFix::EndOfLife,
        (_, Some("ignored"), _) => NoFix::Ignored,
        (_, Some("postponed"), _) => NoFix::Postponed,
        (_, _, Some(_)) => NoFix::NoAdvisory,
        _ => NoFix::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::range::Range;
    use patchform_versions::Scheme;
    use proptest::prelude::*;

    const JSON: &str = r#"{"aom": {"CVE-2024-5171": {"description": "x", "releases": {
        "bookworm": {"fixed_version": "3.6.0-1+deb12u1", "repositories": {"bookworm": "3.6.0-1"}, "status": "resolved", "urgency": "high"},
        "bullseye": {"status": "open", "urgency": "low", "nodsa": "Minor issue", "nodsa_reason": "postponed"},
        "buster": {"status": "open", "urgency": "end-of-life"},
        "sid": {"status": "undetermined"},
        "trixie": {"status": "resolved", "fixed_version": "0"}}}},
        "b": {"CVE-2024-5171": {"releases": {"sid": {"status": "odd"}}}, "TEMP-1-2": {"releases": []}}}"#;

    #[test]
    fn a_cve_is_one_record_over_packages_and_releases() {
        let feed = read(JSON.as_bytes(), &Provenance::default()).unwrap();
        assert_eq!(
            feed.records.iter().map(|record| record.id.as_str()).collect::<Vec<_>>(),
            ["CVE-2024-5171", "TEMP-1-2"]
        );
        let statuses: Vec<_> =
            feed.records[0].affected.iter().map(|a| (a.ecosystem.to_string(), a.status)).collect();
        let expected = [
            ("Debian:12", Status::Versions),
            ("Debian:11", Status::NoFix(NoFix::Postponed)),
            ("Debian:10", Status::NoFix(NoFix::EndOfLife)),
            ("Debian:sid", Status::Undetermined),
            ("Debian:13", Status::NotAffected),
            ("Debian:sid", Status::Undetermined),
        ];
        assert_eq!(statuses, expected.map(|(ecosystem, status)| (ecosystem.to_string(), status)));
        assert_eq!(feed.records[0].affected[0].ranges, [Range::below("3.6.0-1+deb12u1", Some(Scheme::Dpkg))]);
        assert_eq!(feed.remarks.len(), 1, "{:?}", feed.remarks);
    }

    #[test]
    fn what_is_no_tracker_document_is_refused_with_its_place() {
        let refused = |text: &str| read(text.as_bytes(), &Provenance::default()).unwrap_err().to_string();
        assert_eq!(refused("invalid"), "tracker JSON, line 1: expected value (column 1)");
        assert_eq!(refused("{}"), "tracker JSON, line 1: there is no package in it");
        assert!(refused(&JSON[..JSON.len() - 1]).contains("EOF"));
        assert!(refused(&format!("{JSON} x")).contains("trailing characters"));
        assert!(refused("{\"a\": {\"b\": 1}}").contains("invalid type"));
        let deep = format!(
            "{{\"a\":{{\"b\":{{\"releases\":{{}},\"x\":{}1{}}}}}}}",
            "[".repeat(100_000),
            "]".repeat(100_000)
        );
        let _ = read(deep.as_bytes(), &Provenance::default());
    }

    proptest! {
        #[test]
        fn cut_anywhere_it_is_refused(cut in 0..JSON.len()) {
            prop_assert!(read(&JSON.as_bytes()[..cut], &Provenance::default()).is_err());
        }
    }
}
