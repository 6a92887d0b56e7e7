//! Reads OSV documents: leniently, with a remark for whatever breaks the schema.
//!
//! Source: the OSV schema, 1.7. Real records break it: all of Kubernetes' documents write `kubernetes`, some have a range
//! of commits and no ecosystem. What can be understood is taken, and the remarks are as strict as the schema.

use super::prefix;
use crate::advisory::{Advisory, Provenance, Severity};
use crate::affected::Affected;
use crate::ecosystem::{Ecosystem, Naming};
use crate::fault::Fault;
use crate::feed::Feed;
use crate::input;
use crate::installed::Module;
use crate::line::{JSON_LIMIT, Lines};
use crate::objects;
use crate::range::{Event, Range, RangeKind};
use crate::remark::Remark;
use serde::Deserialize;
use serde_json::Value as Json;

const WHAT: &str = "OSV document";

/// Reads one document.
///
/// # Errors
/// For what is not JSON, is nested deeper than 128 levels, has a field of another type than the schema's, has no id,
/// or is longer than [`JSON_LIMIT`].
pub fn read(bytes: &[u8], from: &Provenance) -> Result<(Advisory, Vec<Remark>), Fault> {
    let text = input::text(WHAT, bytes, JSON_LIMIT)?;
    let document: Document = objects::from_str(text).map_err(|error| Fault::json(WHAT, &error))?;
    if document.id.is_empty() {
        return Err(Fault::whole(WHAT, "the id is empty"));
    }
    let mut remarks = Remarks { line: from.line.max(1), id: document.id.clone(), all: Vec::new() };
    Ok((document.record(from, &mut remarks), remarks.all))
}

/// Reads one document per line. A line that is none is remarked and passed over; of two with the same id the one that
/// was changed last counts.
///
/// # Errors
/// For a line longer than [`JSON_LIMIT`], and where no line at all is a document.
pub fn read_lines(bytes: &[u8], from: &Provenance) -> Result<Feed, Fault> {
    let mut feed = Feed::default();
    let mut lines = Lines::new(bytes, WHAT, JSON_LIMIT);
    let mut first = None;
    while let Some(line) = lines.next() {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        match read(line, &from.at(lines.number())) {
            Ok((record, remarks)) => {
                feed.records.push(record);
                feed.remarks.extend(remarks);
            }
            Err(fault) => {
                let line = lines.number();
                let told = format!("the line is left out: {}", fault.reason);
                feed.remarks.push(Remark::unread(line, told));
                first = first.or(Some(Fault::line(WHAT, line, fault.reason)));
            }
        }
    }
    match first {
        Some(fault) if feed.records.is_empty() => Err(fault),
        _ => Ok(feed.distinct()),
    }
}

#[derive(Deserialize)]
struct Document {
    id: String,
    modified: Option<String>,
    published: Option<String>,
    withdrawn: Option<String>,
    aliases: Option<Vec<String>>,
    upstream: Option<Vec<String>>,
    related: Option<Vec<String>>,
    summary: Option<String>,
    details: Option<String>,
    severity: Option<Vec<Score>>,
    references: Option<Vec<Reference>>,
    affected: Option<Vec<Named>>,
}

#[derive(Deserialize)]
struct Score {
    r#type: Option<String>,
    score: Option<String>,
}

#[derive(Deserialize)]
struct Reference {
    url: Option<String>,
}

#[derive(Deserialize)]
struct Named {
    package: Option<Package>,
    ranges: Option<Vec<Line>>,
    versions: Option<Vec<String>>,
    severity: Option<Vec<Score>>,
    ecosystem_specific: Option<Json>,
}

#[derive(Deserialize)]
struct Package {
    ecosystem: Option<String>,
    name: Option<String>,
    purl: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    r#type: Option<String>,
    repo: Option<String>,
    events: Option<Vec<Point>>,
}

#[derive(Deserialize)]
struct Point {
    introduced: Option<String>,
    fixed: Option<String>,
    last_affected: Option<String>,
    limit: Option<String>,
}

/// Collects what breaks the schema in one document.
struct Remarks {
    line: usize,
    id: String,
    all: Vec<Remark>,
}

impl Remarks {
    fn unless(&mut self, fine: bool, reason: impl FnOnce() -> String) {
        if !fine {
            self.all.push(Remark::new(self.line, &self.id, reason()));
        }
    }
}

impl Document {
    fn record(self, from: &Provenance, remarks: &mut Remarks) -> Advisory {
        remarks.unless(prefix::registered(&self.id), || "the prefix of the id is not registered".to_string());
        remarks.unless(self.modified.is_some(), || "it has no modified date".to_string());
        let named = self.affected.unwrap_or_default();
        let severity = self.severity.into_iter().flatten().chain(more(&named)).filter_map(Score::severity);
        let mut severity: Vec<Severity> = severity.collect();
        severity.sort();
        severity.dedup();
        let first_line = |text: String| text.trim_start().lines().next().unwrap_or_default().to_string();
        Advisory {
            summary: self.summary.or_else(|| self.details.map(first_line)).unwrap_or_default(),
            affected: named.into_iter().flat_map(|named| named.affected(remarks)).collect(),
            id: self.id,
            aliases: self.aliases.unwrap_or_default(),
            upstream: self.upstream.unwrap_or_default(),
            related: self.related.unwrap_or_default(),
            withdrawn: self.withdrawn.filter(|at| !at.is_empty()),
            published: self.published,
            modified: self.modified,
            severity,
            references: self.references.into_iter().flatten().filter_map(|reference| reference.url).collect(),
            reboot: false,
            provenance: from.clone(),
        }
    }
}

/// Scores that stand with the packages.
fn more(named: &[Named]) -> Vec<Score> {
    let scores = named.iter().filter_map(|named| named.severity.as_ref()).flatten();
    scores.map(|score| Score { r#type: score.r#type.clone(), score: score.score.clone() }).collect()
}

impl Score {
    fn severity(self) -> Option<Severity> {
        Some(Severity { system: self.r#type.unwrap_or_default(), value: self.score? })
    }
}

impl Named {
    /// One entry, or one per binary package where the vendor lists them beside the source (SUSE).
    fn affected(self, remarks: &mut Remarks) -> Vec<Affected> {
        let package = self.package.unwrap_or(Package { ecosystem: None, name: None, purl: None });
        remarks.unless(package.ecosystem.is_some(), || "an affected package has no ecosystem".to_string());
        let ecosystem = Ecosystem::parse(package.ecosystem.as_deref().unwrap_or_default());
        let text = &ecosystem.text;
        let spelled = text.is_empty() || text.starts_with(&ecosystem.name) && ecosystem.known();
        remarks.unless(spelled, || format!("the schema does not know the ecosystem {text:?}"));
        let mut entry = Affected::new(ecosystem, package.name.as_deref().unwrap_or_default());
        entry.versions = self.versions.unwrap_or_default();
        entry.ranges = self
            .ranges
            .unwrap_or_default()
            .into_iter()
            .filter_map(|line| line.range(&entry, remarks))
            .collect();
        entry.arches = package.purl.as_deref().and_then(arch).into_iter().collect();
        let specific = self.ecosystem_specific.unwrap_or_default();
        entry.module =
            ["rpm_modularity", "module"].iter().find_map(|key| Module::parse(specific.get(key)?.as_str()?));
        binaries(&entry, &specific).unwrap_or_else(|| vec![entry])
    }
}

/// SUSE names the source package and lists its binary packages with the version that fixes each.
fn binaries(entry: &Affected, specific: &Json) -> Option<Vec<Affected>> {
    if !matches!(entry.ecosystem.name.as_str(), "SUSE" | "openSUSE") {
        return None;
    }
    let listed = specific.get("binaries")?.as_array()?;
    let named = listed.iter().filter_map(Json::as_object).flatten();
    let fixed = named.filter_map(|(name, version)| Some((name, version.as_str()?)));
    let entries: Vec<Affected> = fixed
        .map(|(name, version)| Affected {
            package: name.clone(),
            naming: Naming::Binary,
            ranges: vec![Range::below(version, entry.ecosystem.scheme())],
            ..entry.clone()
        })
        .collect();
    (!entries.is_empty()).then_some(entries)
}

/// The architecture of a purl, where it is one of binary packages.
fn arch(purl: &str) -> Option<String> {
    let (_, qualifiers) = purl.split_once('?')?;
    let value = qualifiers.split('&').find_map(|pair| pair.strip_prefix("arch="))?;
    (value != "source" && value != "src").then(|| value.to_string())
}

impl Line {
    fn range(self, entry: &Affected, remarks: &mut Remarks) -> Option<Range> {
        let kind = match self.r#type.as_deref() {
            Some("ECOSYSTEM") => RangeKind::Ecosystem,
            Some("SEMVER") => RangeKind::Semver,
            Some("GIT") => RangeKind::Git,
            other => {
                let other = other.unwrap_or_default();
                remarks.unless(false, || format!("a range has the unknown type {other:?}; it is left out"));
                return None;
            }
        };
        let points = self.events.unwrap_or_default();
        let single = points.iter().all(|point| point.events().count() == 1);
        remarks.unless(single, || "an event of a range does not have exactly one field".to_string());
        let events = points.iter().flat_map(Point::events).collect();
        let range = Range::new(kind, events, self.repo, entry.ecosystem.scheme());
        let begins = range.events.iter().any(|event| matches!(event, Event::Introduced(_)));
        remarks.unless(begins, || "a range has no introduced event: nothing is affected by it".to_string());
        Some(range)
    }
}

impl Point {
    fn events(&self) -> impl Iterator<Item = Event> {
        let Point { introduced, fixed, last_affected, limit } = self;
        let all = [
            introduced.clone().map(Event::Introduced),
            fixed.clone().map(Event::Fixed),
            last_affected.clone().map(Event::LastAffected),
            limit.clone().map(Event::Limit),
        ];
        all.into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GO: &str = r#"{"id": "GO-1", "modified": "2024-01-01T00:00:00Z", "aliases": ["CVE-1"], "withdrawn": null, "details": "one\ntwo",
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}], "references": [{"type": "WEB", "url": "https://example.com"}],
        "affected": [{"package": {"ecosystem": "Go", "name": "stdlib"}, "versions": ["1.0.0"],
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "1.2.0"}, {"fixed": "1.1.1"}, {"introduced": "0"}]}]}]}"#;

    fn one(text: &str) -> (Advisory, Vec<String>) {
        let (record, remarks) = read(text.as_bytes(), &Provenance::default()).unwrap();
        (record, remarks.into_iter().map(|remark| remark.reason).collect())
    }

    #[test]
    fn a_document_is_read_and_its_events_are_sorted() {
        let (record, remarks) = one(GO);
        let events: Vec<&str> = record.affected[0].ranges[0].events.iter().map(Event::version).collect();
        assert_eq!(events, ["0", "1.1.1", "1.2.0"]);
        assert_eq!((record.summary.as_str(), record.withdrawn, remarks.len()), ("one", None, 0));
        assert_eq!(
            (&record.severity[0].system[..], &record.references[0][..]),
            ("CVSS_V3", "https://example.com")
        );
    }

    #[test]
    fn what_breaks_the_schema_is_taken_and_remarked() {
        let text = r#"{"id": "X-1", "affected": [{"package": {"ecosystem": "kubernetes", "name": "k"}, "ranges": [
            {"type": "SEMVER", "events": [{"fixed": "1.0.0", "limit": "2.0.0"}]}, {"type": "ODD", "events": []}]},
            {"ranges": [{"type": "GIT", "repo": "r", "events": [{"introduced": "0"}]}]}]}"#;
        let (record, remarks) = one(text);
        assert_eq!(
            remarks,
            [
                "the prefix of the id is not registered",
                "it has no modified date",
                "the schema does not know the ecosystem \"kubernetes\"",
                "an event of a range does not have exactly one field",
                "a range has no introduced event: nothing is affected by it",
                "a range has the unknown type \"ODD\"; it is left out",
                "an affected package has no ecosystem",
            ]
        );
        assert_eq!(record.affected[0].ecosystem.name, "Kubernetes");
        assert_eq!(record.affected[1].ranges[0].repo.as_deref(), Some("r"));
    }

    #[test]
    fn suse_lists_its_binary_packages_beside_the_source() {
        let text = r#"{"id": "SUSE-SU-1", "modified": "m", "affected": [{"package": {"ecosystem": "SUSE:Linux Enterprise Server 15 SP4", "name": "s"},
            "ecosystem_specific": {"binaries": [{"a": "1-1", "b": "2-1"}]}, "ranges": []}]}"#;
        let (record, _) = one(text);
        let names: Vec<_> = record.affected.iter().map(|entry| (&entry.package[..], entry.naming)).collect();
        assert_eq!(names, [("a", Naming::Binary), ("b", Naming::Binary)]);
    }

    #[test]
    fn of_two_documents_with_one_id_the_later_change_counts_and_a_broken_line_is_passed_over() {
        let line = |modified: &str, summary: &str| {
            format!("{{\"id\": \"GO-1\", \"modified\": \"{modified}\", \"summary\": \"{summary}\"}}\n")
        };
        let text = [line("2024-02", "new"), "\n{\"id\": \n".to_string(), line("2024-01", "old")].concat();
        let feed = read_lines(text.as_bytes(), &Provenance::default()).unwrap();
        assert_eq!((feed.records.len(), &feed.records[0].summary[..]), (1, "new"));
        let remarks: Vec<String> = feed.remarks.iter().map(Remark::to_string).collect();
        assert_eq!(
            remarks,
            [
                "line 3: the line is left out: EOF while parsing a value (column 7)",
                "line 4: GO-1: the id was there before, at line 1; the record changed last counts",
            ]
        );
        assert!(read_lines(b"{\n{", &Provenance::default()).is_err());
    }

    #[test]
    fn what_is_no_document_is_refused_and_deep_nesting_ends() {
        let refused = |bytes: &[u8]| read(bytes, &Provenance::default()).unwrap_err().to_string();
        assert_eq!(
            refused(b"[\"GO-1\"]"),
            "OSV document, line 1: invalid type: sequence, expected struct Document (column 0)"
        );
        assert_eq!(refused(b"{}"), "OSV document, line 1: missing field `id` (column 2)");
        assert_eq!(refused(b"{\"id\": \"\"}"), "OSV document: the id is empty");
        assert_eq!(refused(b"{\"id\": \"a\0\"}"), "OSV document, line 1: byte 9 is NUL; this is no text");
        assert!(refused(b"{\"id\": \"\xe9\"}").contains("byte 8 is not UTF-8"));
        let nested = "{\"id\": \"GO-1\", \"affected\": [{\"ecosystem_specific\": ".to_string()
            + &"[".repeat(1_000_000);
        assert!(refused(nested.as_bytes()).contains("recursion limit"));
        assert!(refused(&vec![b' '; JSON_LIMIT + 1]).contains("more than the 67108864"));
        assert!(refused(format!("{GO},").as_bytes()).contains("trailing characters"));
    }

    proptest! {
        #[test]
        fn cut_anywhere_it_is_refused(cut in 0..GO.len()) {
            prop_assert!(read(&GO.as_bytes()[..cut], &Provenance::default()).is_err());
        }
    }
}
