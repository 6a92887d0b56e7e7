//! OSV documents: what api.osv.dev answered, the edges of ranges, and reading without loss.

use crate::corpus::{self, Tally};
use patchform_advisory::{
    Advisory, Event, Index, Installed, Naming, Platform, Provenance, RangeKind, Source, Verdict, osv,
};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn one(path: &Path) -> Result<Advisory, String> {
    osv::read(&corpus::bytes(path), &Provenance::default())
        .map(|(record, _)| record)
        .map_err(|fault| fault.to_string())
}

#[test]
fn go_modules_have_the_answers_of_osv_dev() {
    let Some(folder) = corpus::folder("match-osv/go") else { return };
    let feed =
        osv::read_lines(&corpus::bytes(&folder.join("records.jsonl")), &Provenance::default()).unwrap();
    let index = Index::new(&feed.records);
    let mut tally = Tally::default();
    for line in corpus::text(&folder.join("expected.tsv")).lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let installed = Installed::new(columns[0], columns[1]);
        let found = index.assess_one(&Platform::parse("Go"), &installed);
        let affected = found.iter().filter(|finding| finding.verdict() == Verdict::Affected);
        let ids: BTreeSet<&str> = affected.map(|finding| finding.record.id.as_str()).collect();
        let right = columns[2].split(',').chain(columns[3].split(',')).filter(|id| !id.is_empty()).collect();
        tally.check(ids == right, || {
            format!("{} {}: {:?}", columns[0], columns[1], ids.symmetric_difference(&right))
        });
    }
    tally.hold("match-osv/go", 0);
}

/// The verdict of the ranges, and that a withdrawn record raises nothing.
#[test]
fn versions_at_the_edges_of_ranges_are_judged_as_the_schema_says() {
    let Some(folder) = corpus::folder("osv-edge") else { return };
    let mut tally = Tally::default();
    for line in corpus::text(&folder.join("boundary-cases.tsv")).lines().filter(|line| !line.starts_with('#'))
    {
        let columns: Vec<&str> = line.split('\t').collect();
        let record = one(&folder.join(columns[0])).unwrap();
        let installed = Installed::new(columns[1], columns[2]);
        let affected = |record: &Advisory| {
            let records = [record.clone()];
            let index = Index::new(&records);
            let names: BTreeSet<&str> =
                record.affected.iter().map(|entry| entry.ecosystem.name.as_str()).collect();
            names.into_iter().any(|name| {
                let found = index.assess_one(&Platform::parse(name), &installed);
                found.iter().any(|finding| finding.verdict() == Verdict::Affected)
            })
        };
        tally.check((columns[4] == "yes") == record.withdrawn.is_some(), || format!("{line}: withdrawn"));
        tally.check(record.withdrawn.is_none() || !affected(&record), || {
            format!("{line}: a withdrawn record raises it")
        });
        let standing = Advisory { withdrawn: None, ..record };
        tally.check(affected(&standing) == (columns[3] == "affected"), || line.to_string());
    }
    tally.hold("osv-edge/boundary-cases.tsv", 0);
}

/// Everything that a document says of packages, versions, relations and times stands in the record again.
#[test]
fn documents_are_read_without_loss() {
    for name in ["osv-almalinux", "osv-bitnami", "osv-kubernetes", "osv-distro", "osv-edge", "osv-go-cloud"] {
        let Some(folder) = corpus::folder(name) else { continue };
        let mut tally = Tally::default();
        for path in json_files(&folder) {
            let bytes = corpus::bytes(&path);
            let Ok(raw) = serde_json::from_slice::<Json>(&bytes) else {
                tally.check(one(&path).is_err(), || format!("{}: no JSON, and read", path.display()));
                continue;
            };
            if raw.get("id").is_none_or(|id| id.as_str().is_none_or(str::is_empty)) {
                tally.check(one(&path).is_err(), || format!("{}: no OSV, and read", path.display()));
                continue;
            }
            match one(&path) {
                Ok(record) => tally.check(lost(&raw, &record).is_none(), || {
                    format!("{}: {:?}", path.display(), lost(&raw, &record))
                }),
                Err(fault) => tally.check(false, || format!("{}: {fault}", path.display())),
            }
        }
        tally.hold(&format!("{name} (read without loss)"), 0);
    }
}

/// What the record does not have of its document.
fn lost(raw: &Json, record: &Advisory) -> Option<String> {
    let texts = |key: &str| -> Vec<String> {
        raw[key]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|text| Some(text.as_str()?.to_string()))
            .collect()
    };
    let time = |key: &str| raw[key].as_str().map(str::to_string);
    let relations = texts("aliases") == record.aliases
        && texts("upstream") == record.upstream
        && texts("related") == record.related;
    let times = time("withdrawn") == record.withdrawn
        && time("modified") == record.modified
        && time("published") == record.published;
    if !relations || !times {
        return Some("relations or times".to_string());
    }
    let wanted: BTreeSet<String> = raw["affected"].as_array().into_iter().flatten().flat_map(said).collect();
    let has: BTreeSet<String> = record.affected.iter().flat_map(written).collect();
    let missing = wanted.difference(&has).find(|line| !has.contains(*line));
    missing.map(|line| format!("{line} is missing of {has:?}"))
}

/// One line per event and listed version of an entry of the document.
fn said(entry: &Json) -> Vec<String> {
    let package = |key: &str| entry["package"][key].as_str().unwrap_or_default().to_string();
    let of = format!("{} {}", package("ecosystem"), package("name"));
    // SUSE's source packages stand in the record as their binary packages.
    let listed = of.contains("SUSE").then(|| entry["ecosystem_specific"]["binaries"].as_array()).flatten();
    if let Some(listed) = listed.filter(|listed| !listed.is_empty()) {
        let all = listed.iter().filter_map(Json::as_object).flatten();
        return all
            .map(|(name, version)| {
                format!("{} {name} Fixed {}", package("ecosystem"), version.as_str().unwrap())
            })
            .collect();
    }
    let versions = entry["versions"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|version| format!("{of} Listed {}", version.as_str().unwrap()));
    let events = entry["ranges"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|range| range["events"].as_array().into_iter().flatten());
    let events = events.filter_map(Json::as_object).flatten().map(|(kind, version)| {
        let kind = match kind.as_str() {
            "introduced" => "Introduced",
            "fixed" => "Fixed",
            "last_affected" => "LastAffected",
            _ => "Limit",
        };
        format!("{of} {kind} {}", version.as_str().unwrap())
    });
    versions.chain(events).collect()
}

fn written(entry: &patchform_advisory::Affected) -> Vec<String> {
    let of = format!("{} {}", entry.ecosystem.text, entry.package);
    let versions = entry.versions.iter().map(|version| format!("{of} Listed {version}"));
    let events = entry.ranges.iter().flat_map(|range| &range.events).map(|event| {
        let kind = match event {
            Event::Introduced(_) => "Introduced",
            Event::Fixed(_) => "Fixed",
            Event::LastAffected(_) => "LastAffected",
            Event::Limit(_) => "Limit",
        };
        format!("{of} {kind} {}", event.version())
    });
    versions.chain(events).collect()
}

#[test]
fn ranges_of_commits_are_kept_and_raise_nothing() {
    let Some(folder) = corpus::folder("osv-edge/git-range") else { return };
    let mut tally = Tally::default();
    for path in json_files(&folder) {
        // One has an empty id, and nothing could be said to come from it.
        let Ok(record) = one(&path) else { continue };
        let git = record
            .affected
            .iter()
            .flat_map(|entry| &entry.ranges)
            .filter(|range| range.kind == RangeKind::Git);
        tally.check(git.count() > 0, || format!("{}: no range of commits", path.display()));
        let records = [record];
        for entry in &records[0].affected {
            let only =
                entry.ranges.iter().all(|range| range.kind == RangeKind::Git) && entry.versions.is_empty();
            let installed = Installed::new(&entry.package, "1.0.0");
            let found = Index::new(&records).assess_one(&Platform::parse(&entry.ecosystem.text), &installed);
            let raised = found.iter().any(|finding| finding.verdict() == Verdict::Affected);
            tally.check(!only || !raised, || format!("{}: raised by commits", path.display()));
        }
    }
    tally.hold("osv-edge/git-range", 0);
}

/// The records of one ecosystem against versions at each of their own fixes: never affected there.
#[test]
fn a_version_at_the_fix_is_never_below_it() {
    let Some(folder) = corpus::folder("osv-almalinux") else { return };
    let mut tally = Tally::default();
    for path in json_files(&folder) {
        let records = [one(&path).unwrap()];
        let index = Index::new(&records);
        for entry in &records[0].affected {
            let Some(Event::Fixed(fix)) = entry.ranges.iter().flat_map(|range| &range.events).last() else {
                continue;
            };
            let mut installed = Installed::new(&entry.package, fix);
            if entry.naming == Naming::Source {
                installed.source = Some(Source { name: entry.package.clone(), version: fix.clone() });
            }
            let found = index.assess_one(&Platform::parse(&entry.ecosystem.text), &installed);
            let raised = found.iter().any(|finding| finding.verdict() == Verdict::Affected);
            let fixes = records[0]
                .affected
                .iter()
                .filter(|other| other.package == entry.package && other.ecosystem == entry.ecosystem);
            let several = fixes.count() > 1;
            tally.check(!found.is_empty() && (several || !raised), || {
                format!("{}: {} {fix}", path.display(), entry.package)
            });
        }
    }
    tally.hold("osv-almalinux (at the fix)", 0);
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries
        .flat_map(|path| if path.is_dir() { json_files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    files
}
