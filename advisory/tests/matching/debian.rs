//! Debian's tracker, in every form, against what debsecan, osv.dev and other readers made of the same facts.

use crate::corpus::{self, Tally};
use patchform_advisory::dpkg::{self, Layout};
use patchform_advisory::packages::{Candidates, Offered};
use patchform_advisory::{
    Advisory, Index, Installed, Platform, Provenance, Range, Source, Status, Verdict, debian, osv,
};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const RELEASES: [(&str, &str); 2] = [("bookworm", "Debian:12"), ("trixie", "Debian:13")];

fn installed(path: &Path) -> Vec<Installed> {
    dpkg::read(&corpus::bytes(path), Layout::Status).expect("a database of the corpus is read").installed
}

/// (CVE, package, installed, source, source version, fix) of everything that is affected.
fn findings(records: &[Advisory], platform: &Platform, packages: &[Installed]) -> BTreeSet<[String; 6]> {
    let index = Index::new(records);
    let affected =
        index.assess(platform, packages).into_iter().filter(|finding| finding.verdict() == Verdict::Affected);
    let row = |cve: &str, installed: &Installed, fix: Option<&str>| {
        let columns =
            [cve, &installed.name, &installed.version, installed.source_name(), installed.source_version()];
        let [a, b, c, d, e] = columns.map(str::to_string);
        [a, b, c, d, e, fix.unwrap_or_default().to_string()]
    };
    affected
        .flat_map(|finding| {
            finding
                .record
                .cves()
                .into_iter()
                .map(move |cve| row(cve, finding.installed, finding.fix()))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn expected(path: &Path) -> BTreeSet<[String; 6]> {
    let text = corpus::text(path);
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            <[String; 6]>::try_from(line.split('\t').map(str::to_string).collect::<Vec<_>>()).unwrap()
        })
        .collect()
}

/// The feeds of one release in each shape: the tracker's JSON, and OSV documents one per line.
fn shapes(folder: &Path) -> Vec<(&'static str, Vec<Advisory>)> {
    let from = Provenance::default();
    let tracker = debian::tracker::read(&corpus::bytes(&folder.join("feed.tracker.json.gz")), &from).unwrap();
    let lines = osv::read_lines(&corpus::bytes(&folder.join("feed.osv.jsonl.gz")), &from).unwrap();
    assert!(tracker.remarks.is_empty(), "{:?}", tracker.remarks);
    vec![("tracker", tracker.records), ("osv", lines.records)]
}

#[test]
fn hosts_have_the_findings_that_debsecan_has_by_both_shapes_of_the_feed() {
    for (release, platform) in RELEASES {
        let name = format!("match-debian/{release}");
        let Some(folder) = corpus::folder(&name) else { continue };
        for (shape, records) in shapes(&folder) {
            let mut tally = Tally::default();
            for path in hosts(&folder) {
                let stem = path.file_name().unwrap().to_string_lossy().replace(".status.gz", "");
                let right = expected(&folder.join(format!("{stem}.expected-findings.tsv")));
                let found = findings(&records, &Platform::parse(platform), &installed(&path));
                right.iter().for_each(|row| tally.check(found.contains(row), || format!("missed {row:?}")));
                found.difference(&right).for_each(|row| tally.check(false, || format!("too much {row:?}")));
            }
            tally.hold(&format!("{name} by {shape}"), 0);
        }
    }
}

fn hosts(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut hosts: Vec<_> = entries.filter(|path| path.to_string_lossy().ends_with(".status.gz")).collect();
    hosts.sort();
    hosts
}

/// The installed version stands for the point release, apt's candidate for the suite that has it.
#[test]
fn candidates_are_apts_whatever_suite_is_read_first() {
    let Some(folder) = corpus::folder("match-debian/bookworm") else { return };
    let text = corpus::text(&folder.join("buildhost.apt-upgradable.tsv"));
    let rows: Vec<Vec<&str>> =
        text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect()).collect();
    let packages = installed(&folder.join("buildhost.status.gz"));
    let mut tally = Tally::default();
    for newer_first in [true, false] {
        let mut candidates = Candidates::default();
        for row in &rows {
            let of = |version| Offered {
                name: row[0],
                version,
                arch: row[3],
                source: row[0],
                source_version: version,
            };
            let mut both = [(of(row[1]), "base"), (of(row[2]), row[4])];
            if newer_first {
                both.reverse();
            }
            both.into_iter().for_each(|(offered, suite)| candidates.add(offered, suite).unwrap());
        }
        for package in &packages {
            let row = rows.iter().find(|row| row[0] == package.name);
            let found = candidates.upgrade(&package.name, package.arch.as_deref().unwrap(), &package.version);
            let found = found.map(|(offered, suite)| (offered.version, suite));
            tally.check(found == row.map(|row| (row[2], row[4])), || format!("{}: {found:?}", package.name));
        }
    }
    tally.hold("match-debian/bookworm/buildhost.apt-upgradable.tsv", 0);
}

/// The newer of two archives' versions of a package, as real pairs of point release and security suite have them.
#[test]
fn the_newer_of_point_release_and_security_suite_is_the_candidate() {
    let Some(folder) = corpus::folder("version-order/deb") else { return };
    let text = corpus::text(&folder.join("real-bookworm-vs-security.tsv"));
    let mut tally = Tally::default();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [name, base, security, sign] = [columns[0], columns[1], columns[2], columns[3]];
        let mut candidates = Candidates::default();
        for (version, suite) in [(base, "base"), (security, "security")] {
            let offered = Offered { name, version, arch: "amd64", source: name, source_version: version };
            candidates.add(offered, suite).unwrap();
        }
        let newest = candidates.newest(name, "amd64").map(|(offered, _)| offered.version);
        let right = if sign == "-1" { security } else { base };
        tally.check(newest == Some(right), || format!("{line}: {newest:?}"));
    }
    tally.hold("version-order/deb/real-bookworm-vs-security.tsv", 0);
}

#[test]
fn the_lists_give_osv_devs_answers_for_stretch() {
    let Some(folder) = corpus::folder("match-osv") else { return };
    for (name, platform) in [("debian-stretch", "Debian:9"), ("debian-buster", "Debian:10")] {
        let folder = folder.join(name);
        if !folder.is_dir() {
            continue;
        }
        let records: Vec<Advisory> = ["DSA-list", "DLA-list"]
            .into_iter()
            .flat_map(|file| {
                debian::list::read(&corpus::bytes(&folder.join(file)), &Provenance::default())
                    .unwrap()
                    .records
            })
            .collect();
        let index = Index::new(&records);
        let mut tally = Tally::default();
        for line in corpus::text(&folder.join("expected.tsv")).lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            let source = Source { name: columns[0].to_string(), version: columns[1].to_string() };
            let package = Installed { source: Some(source), ..Installed::new("any", "1") };
            let found = index.assess_one(&Platform::parse(platform), &package);
            let affected = found.iter().filter(|finding| finding.verdict() == Verdict::Affected);
            let ids: BTreeSet<&str> = affected.map(|finding| finding.record.id.as_str()).collect();
            let right: BTreeSet<&str> = columns[2].split(',').filter(|id| !id.is_empty()).collect();
            tally.check(ids == right, || format!("{} {}: {ids:?}, not {right:?}", columns[0], columns[1]));
        }
        tally.hold(&format!("match-osv/{name}"), 0);
    }
}

#[test]
fn the_whole_lists_are_read_with_a_remark_only_where_a_hand_slipped() {
    let Some(folder) = corpus::folder("debian-tracker/list") else { return };
    let mut tally = Tally::default();
    for name in ["DSA-list", "DLA-list"] {
        let bytes = corpus::bytes(&folder.join(name));
        let feed = debian::list::read(&bytes, &Provenance::default()).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let headers = text.lines().filter(|line| line.starts_with('[')).count();
        let twice = feed.remarks.iter().filter(|remark| remark.reason.contains("was there before")).count();
        tally.check(feed.records.len() + twice == headers, || {
            format!("{name}: {} of {headers}", feed.records.len())
        });
        for remark in feed.remarks.iter().filter(|remark| !remark.reason.contains("was there before")) {
            tally.check(false, || format!("{name}: {remark}"));
        }
        let packages = |line: &&str| line.trim_start().starts_with('[') && line.starts_with([' ', '\t']);
        let lines = text.lines().filter(packages).count();
        let entries = feed.records.iter().flat_map(|record| &record.affected).count();
        tally.check(entries >= lines, || format!("{name}: {entries} entries of {lines} lines"));
    }
    tally.hold("debian-tracker/list", 0);
}

/// `package fix` of one CVE in one release, as this crate reads it: `None` for no fix.
fn fixes(record: &Advisory, platform: &str) -> BTreeMap<String, String> {
    let release = Platform::parse(platform).ecosystem.release;
    let here = record.affected.iter().filter(|entry| entry.ecosystem.release == release);
    let fix = |entry: &patchform_advisory::Affected| match entry.status {
        Status::NotAffected => "0".to_string(),
        Status::Versions => {
            entry.ranges.iter().flat_map(|range: &Range| &range.events).last().unwrap().version().to_string()
        }
        _ => "None".to_string(),
    };
    here.map(|entry| (entry.package.clone(), fix(entry))).collect()
}

/// Vunnel's own expectation of the fix facts in its fixture of the tracker's JSON.
#[test]
fn the_tracker_document_says_what_vunnel_read_in_it() {
    let Some(folder) = corpus::folder("debian-tracker/api-json") else { return };
    let feed =
        debian::tracker::read(&corpus::bytes(&folder.join("vunnel-debian.json")), &Provenance::default())
            .unwrap();
    let mut tally = Tally::default();
    for release in fs::read_dir(folder.join("vunnel-expected")).unwrap().map(|entry| entry.unwrap().path()) {
        let name = release
            .file_name()
            .unwrap()
            .to_string_lossy()
            .replace("debian_", "Debian:")
            .replace("unstable", "sid");
        for path in fs::read_dir(&release).unwrap().map(|entry| entry.unwrap().path()) {
            let document: Json = serde_json::from_slice(&corpus::bytes(&path)).unwrap();
            let vulnerability = &document["item"]["Vulnerability"];
            let id = vulnerability["Name"].as_str().unwrap();
            let Some(record) = feed.records.iter().find(|record| record.id == id) else { continue };
            let found = fixes(record, &name);
            for fixed in vulnerability["FixedIn"].as_array().unwrap() {
                let (package, version) =
                    (fixed["Name"].as_str().unwrap(), fixed["Version"].as_str().unwrap());
                let Some(own) = found.get(package) else { continue };
                tally.check(own == version, || format!("{id} {package} {name}: {own}, not {version}"));
            }
        }
    }
    tally.hold("debian-tracker/api-json/vunnel-expected", 0);
    let refused = debian::tracker::read(&corpus::bytes(&folder.join("invalid.json")), &Provenance::default());
    assert!(refused.is_err());
}

/// vuls-data-update took the lists apart line by line; the raw lines are in its fixtures.
#[test]
fn lines_of_the_lists_mean_what_vuls_read_in_them() {
    let Some(folder) = corpus::folder("debian-tracker/salsa/input") else { return };
    let mut tally = Tally::default();
    for path in json_files(&folder).into_iter().filter(|path| !path.to_string_lossy().contains("/packages/"))
    {
        let document: Json = serde_json::from_slice(&corpus::bytes(&path)).unwrap();
        let lines = document["annotations"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|note| note["line"].as_str().unwrap());
        let header = document["header"]["line"].as_str().unwrap();
        let text: String = std::iter::once(header).chain(lines).map(|line| format!("{line}\n")).collect();
        let feed = debian::list::read(text.as_bytes(), &Provenance::default()).unwrap();
        tally.check(feed.remarks.is_empty(), || format!("{header}: {:?}", feed.remarks));
        let packages =
            document["annotations"].as_array().into_iter().flatten().filter(|note| note["type"] == "package");
        for (note, entry) in packages.zip(&feed.records[0].affected) {
            let word = match (entry.status, note["kind"].as_str().unwrap()) {
                (Status::Versions, "fixed") => {
                    Some(note["version"].as_str().unwrap())
                        == entry.ranges[0].events.last().map(|event| event.version())
                }
                (
                    Status::NoFix(_),
                    "unfixed" | "no-dsa" | "ignored" | "postponed" | "removed" | "end-of-life",
                ) => true,
                (Status::Undetermined, "undetermined") | (Status::NotAffected, "not-affected" | "itp") => {
                    true
                }
                _ => false,
            };
            let release =
                note["release"].as_str().map(|name| debian::number(name).unwrap_or(name).to_string());
            let same = note["package"] == entry.package.as_str() && release == entry.ecosystem.release;
            tally.check(word && same, || format!("{note}: {entry:?}"));
        }
    }
    tally.hold("debian-tracker/salsa/input", 0);
}

fn json_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { json_files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect()
}
