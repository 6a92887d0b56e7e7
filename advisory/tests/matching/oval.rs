//! OVAL of real vendors: read or refused, what other readers found in it, and what its own comments say.

use crate::corpus::{self, Tally};
use crate::rpm::{files, unpacked};
use patchform_advisory::oval::{self, Reading};
use patchform_advisory::{Advisory, Affected, Provenance, Status};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn read(path: &Path) -> Result<Reading, String> {
    let bytes = unpacked(path).ok_or("it cannot be unpacked")?;
    oval::read(&bytes, None, &Provenance::default()).map_err(|fault| fault.to_string())
}

/// The documents of the corpus.
fn documents(folder: &Path) -> Vec<PathBuf> {
    let document =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().contains(".xml"));
    files(folder).into_iter().filter(document).collect()
}

fn records(path: &Path) -> Vec<Advisory> {
    read(path).map(|reading| reading.feed.records).unwrap_or_default()
}

/// What an entry says of versions, as vunnel writes it.
fn versions(entry: &Affected) -> String {
    let events = entry.ranges.iter().flat_map(|range| &range.events);
    let event = |event: &patchform_advisory::Event| match event {
        patchform_advisory::Event::Introduced(version) if version == "0" => None,
        patchform_advisory::Event::Introduced(version) => Some(format!("> {version}")),
        patchform_advisory::Event::Fixed(version) => Some(format!("< {version}")),
        patchform_advisory::Event::LastAffected(version) => Some(format!("<= {version}")),
        patchform_advisory::Event::Limit(version) => Some(format!("limit {version}")),
    };
    let told: Vec<String> = events.filter_map(event).collect();
    match entry.status {
        Status::NotAffected => "never".to_string(),
        _ => told.join(", "),
    }
}

#[test]
fn documents_are_read_or_refused() {
    let Some(folder) = corpus::folder("oval") else { return };
    let mut tally = Tally::default();
    for path in documents(&folder) {
        let text = path.to_string_lossy().into_owned();
        // What quay calls OVAL of containers is Red Hat's list of CVEs in XML.
        let refused =
            ["broken-xml", "invalid", "/sad/", "redhat-container"].iter().any(|word| text.contains(word));
        let found = read(&path);
        let right = match &found {
            Err(_) => refused,
            Ok(reading) => !refused && reading.feed.records.iter().any(|record| !record.affected.is_empty()),
        };
        let (remarks, counts) = match &found {
            Ok(reading) => (
                reading.feed.remarks.iter().map(ToString::to_string).collect(),
                (
                    reading.feed.records.len(),
                    reading.feed.records.iter().map(|of| of.affected.len()).sum::<usize>(),
                ),
            ),
            Err(why) => (vec![why.clone()], (0, 0)),
        };
        println!(
            "{}: {} records, {} entries, {remarks:?}",
            &text[folder.to_string_lossy().len()..],
            counts.0,
            counts.1
        );
        tally.check(right, || format!("{text}: {remarks:?}"));
    }
    tally.hold("oval (read or refused)", 0);
}

/// Every criterion says in words what its test asks for: an entry must say the same.
#[test]
fn entries_say_what_the_comments_of_their_criteria_say() {
    let Some(folder) = corpus::folder("oval") else { return };
    let mut tally = Tally::default();
    for path in documents(&folder) {
        let Ok(reading) = read(&path) else { continue };
        // Comments of SUSE are about builds that are installed, and the file of vunnel lacks most tests.
        if path.to_string_lossy().contains("suse_truncated") {
            continue;
        }
        let said: BTreeSet<(&str, String)> = reading
            .feed
            .records
            .iter()
            .flat_map(|record| &record.affected)
            .map(|of| (of.package.as_str(), versions(of)))
            .collect();
        let bytes = unpacked(&path).expect("it was read");
        let text = String::from_utf8_lossy(&bytes);
        for line in text.lines().filter(|line| line.contains("<criterion ")) {
            let Some((_, rest)) = line.split_once("comment=\"") else { continue };
            let comment = rest.split('"').next().unwrap_or_default().trim_start_matches("Package ");
            let Some((name, fix)) = comment.split_once(" is earlier than ") else { continue };
            let name = name.trim_end_matches(" DPKG");
            let fix = fix.split(", affected").next().unwrap_or_default().trim().trim_start_matches("0:");
            let is = |version: &str| match fix {
                "0" => version == "never",
                _ => version.rsplit_once("< ").is_some_and(|(_, version)| {
                    version == fix || version.strip_prefix(fix).is_some_and(|tag| tag.starts_with('.'))
                }),
            };
            let right = said.iter().any(|(package, version)| *package == name && is(version));
            tally.check(right, || format!("{}: {comment}", path.display()));
        }
    }
    tally.hold("oval (what the criteria say in words)", 1);
}

/// `name versions` of vunnel's records.
fn wanted(document: &Json) -> BTreeSet<String> {
    let entry = |fixed: &Json| {
        let of = |key: &str| fixed[key].as_str().unwrap_or_default().replace("0:", "");
        let versions = match (of("VulnerableRange"), of("Version")) {
            (range, _) if !range.is_empty() => range,
            (_, version) if version == "0" => "never".to_string(),
            (_, version) => format!("< {version}"),
        };
        format!("{} {versions}", of("Name"))
    };
    let vulnerability = &document["item"]["Vulnerability"];
    vulnerability["FixedIn"].as_array().into_iter().flatten().map(entry).collect()
}

#[test]
fn vunnel_found_the_same_in_mariner_and_suse() {
    let Some(folder) = corpus::folder("oval/vunnel") else { return };
    let mut tally = Tally::default();
    for (document, snapshots, release) in [
        ("mariner/mariner-truncated-2.0-oval.xml", "mariner/snapshots/mariner_2.0", "2"),
        ("sles/suse_truncated.xml", "sles/snapshots/sles_15", "15"),
        ("sles/suse_truncated.xml", "sles/snapshots/sles_15.1", "15 SP1"),
    ] {
        let records = records(&folder.join(document));
        for path in files(&folder.join(snapshots)) {
            let golden: Json = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            let id = golden["item"]["Vulnerability"]["Name"].as_str().unwrap_or_default();
            // Vunnel knows one product of SUSE, with and without its longer support.
            let of_server = |entry: &&Affected| {
                let own = entry.ecosystem.release.as_deref().and_then(|of| of.split('-').next());
                let channel =
                    entry.ecosystem.channel.as_deref().is_none_or(|of| of == "Linux Enterprise Server");
                own == Some(release) && channel
            };
            let entries = records.iter().filter(|record| record.id == id).flat_map(|record| &record.affected);
            let found: BTreeSet<String> = entries
                .filter(of_server)
                .map(|entry| format!("{} {}", entry.package, versions(entry)))
                .collect();
            let wanted = wanted(&golden);
            tally.check(found == wanted, || format!("{}: {found:?}, not {wanted:?}", path.display()));
        }
    }
    tally.hold("oval/vunnel", 0);
}

#[test]
fn vulnerablecode_found_the_same_in_debian_and_ubuntu() {
    let Some(folder) = corpus::folder("oval/vulnerablecode") else { return };
    let mut tally = Tally::default();
    for vendor in ["debian", "ubuntu"] {
        let records = records(&folder.join(format!("{vendor}_oval_data.xml")));
        let golden: Json =
            serde_json::from_slice(&fs::read(folder.join(format!("{vendor}-oval-expected.json"))).unwrap())
                .unwrap();
        for wanted in golden.as_array().expect("a list") {
            let id = wanted["aliases"][0].as_str().unwrap_or_default();
            let found: BTreeSet<String> = records
                .iter()
                .filter(|record| record.id == id)
                .flat_map(|record| &record.affected)
                .map(|entry| format!("{} {}", entry.package, versions(entry)))
                .collect();
            let entry = |entry: &Json| {
                let range = entry["affected_version_range"].as_str().unwrap_or_default();
                let range = range.trim_start_matches("vers:deb/").replacen('<', "< ", 1);
                format!("{} {range}", entry["package"]["name"].as_str().unwrap_or_default())
            };
            let wanted: BTreeSet<String> =
                wanted["affected_packages"].as_array().into_iter().flatten().map(entry).collect();
            // Of the binary packages of a source it keeps one.
            tally.check(!wanted.is_empty() && wanted.is_subset(&found), || {
                format!("{vendor} {id}: {found:?}, not {wanted:?}")
            });
        }
    }
    tally.hold("oval/vulnerablecode", 0);
}
