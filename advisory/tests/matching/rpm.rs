//! updateinfo and repomd of real repositories: read, refused, and what other readers found in them.

use crate::corpus::{self, Tally};
use flate2::read::MultiGzDecoder;
use patchform_advisory::digest::Algorithm;
use patchform_advisory::rpm::{repomd, updateinfo};
use patchform_advisory::{Advisory, Ecosystem, Provenance};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The bytes of a file unpacked as its name says; none where the unpacking fails.
pub fn unpacked(path: &Path) -> Option<Vec<u8>> {
    let tool = match path.extension()?.to_str()? {
        "gz" => {
            let mut plain = Vec::new();
            return MultiGzDecoder::new(&fs::read(path).ok()?[..])
                .read_to_end(&mut plain)
                .ok()
                .map(|_| plain);
        }
        "xz" => "xz",
        "bz2" => "bzip2",
        "zst" => "zstd",
        _ => return fs::read(path).ok(),
    };
    let output = Command::new(tool).arg("-dc").arg(path).stderr(Stdio::null()).output().ok()?;
    output.status.success().then_some(output.stdout)
}

fn read(path: &Path, ecosystem: &str) -> Result<Vec<Advisory>, String> {
    let bytes = unpacked(path).ok_or("it cannot be unpacked")?;
    let feed = updateinfo::read(&bytes, &Ecosystem::parse(ecosystem), &Provenance::default());
    feed.map(|feed| feed.records).map_err(|fault| fault.to_string())
}

pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect();
    files.sort();
    files
}

fn ecosystem(path: &Path) -> &'static str {
    let text = path.to_string_lossy().into_owned();
    let names = [("/alma/", "AlmaLinux:9"), ("/amazon/", "Amazon Linux:2"), ("/fedora/", "Fedora:43")];
    names.into_iter().find(|(part, _)| text.contains(part)).map_or("createrepo_c", |(_, name)| name)
}

#[test]
fn updateinfo_is_read_or_refused() {
    let Some(folder) = corpus::folder("updateinfo") else { return };
    let mut tally = Tally::default();
    let wanted = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.contains("updateinfo") && !name.ends_with(".json") && !name.contains("repomd")
    };
    for path in files(&folder).into_iter().filter(wanted) {
        let text = path.to_string_lossy().into_owned();
        // updateinfo_02 of createrepo_c is one update with all fields empty, the id too.
        let refused = ["badid", "corrupt", "invalid", "updateinfo_02"].iter().any(|word| text.contains(word));
        let empty = text.ends_with("updateinfo_00.xml");
        let found = read(&path, ecosystem(&path));
        let right = match &found {
            Err(_) => refused,
            Ok(records) => {
                !refused
                    && (empty
                        || records.iter().any(|record| !record.affected.is_empty())
                        || text.contains("Modular"))
            }
        };
        tally.check(right, || format!("{text}: {:?}", found.map(|records| records.len())));
    }
    tally.hold("updateinfo (read or refused)", 0);
}

/// `name evr arch` of everything that an update brings.
fn packages(record: &Advisory) -> BTreeSet<String> {
    let line = |entry: &patchform_advisory::Affected| {
        let fix = entry.ranges[0].events.last().unwrap().version().to_string();
        entry.arches.iter().map(|arch| format!("{} {fix} {arch}", entry.package)).collect::<Vec<_>>()
    };
    record.affected.iter().flat_map(line).collect()
}

/// vuls-data-update's golden files hold the fields that it found in the same documents.
#[test]
fn updates_have_the_packages_and_references_that_vuls_found() {
    let Some(folder) = corpus::folder("updateinfo") else { return };
    let inputs: Vec<PathBuf> =
        files(&folder).into_iter().filter(|path| path.to_string_lossy().contains("updateinfo.xml")).collect();
    let records: Vec<Advisory> =
        inputs.iter().filter_map(|path| read(path, ecosystem(path)).ok()).flatten().collect();
    let mut tally = Tally::default();
    let golden = |path: &PathBuf| {
        let text = path.to_string_lossy();
        text.split_once("/expected/").is_some_and(|(_, below)| below.contains("/updateinfo/"))
    };
    for path in files(&folder).into_iter().filter(golden) {
        let document: Json = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let text = |key: &str| document[key].as_str().unwrap_or_default();
        let Some(record) = records.iter().find(|record| record.id == text("id")) else {
            tally.check(false, || format!("{}: it was not read", path.display()));
            continue;
        };
        let listed = document["pkglist"]["collection"]["package"].as_array().into_iter().flatten();
        let wanted: BTreeSet<String> =
            listed.filter(|package| package["arch"] != "src").map(package).collect();
        let dates = record.published.as_deref() == document["issued"]["date"].as_str()
            && record.modified.as_deref() == document["updated"]["date"].as_str();
        let cves = document["references"]["reference"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|of| of["type"] == "cve")
            .count();
        let same = record.summary == text("title") && dates && record.upstream.len() == cves;
        tally.check(same && packages(record) == wanted, || {
            format!("{}: {:?}, not {wanted:?}", path.display(), packages(record))
        });
    }
    tally.hold("updateinfo/*/expected", 0);
}

fn package(package: &Json) -> String {
    let of = |key: &str| package[key].as_str().unwrap_or_default();
    let epoch = if matches!(of("epoch"), "" | "0") { String::new() } else { format!("{}:", of("epoch")) };
    format!("{} {epoch}{}-{} {}", of("name"), of("version"), of("release"), of("arch"))
}

/// Every repomd is read or refused, and a file with another digest than it says is not taken.
#[test]
fn repomd_is_read_and_other_files_than_it_says_are_not_taken() {
    let Some(folder) = corpus::folder("updateinfo") else { return };
    let mut tally = Tally::default();
    for path in files(&folder).into_iter().filter(|path| {
        path.to_string_lossy().ends_with("repomd.xml") || path.to_string_lossy().contains("repomd_")
    }) {
        let text = path.to_string_lossy().into_owned();
        let refused = text.contains("missing_type");
        let Ok(parts) = repomd::read(&fs::read(&path).unwrap()) else {
            tally.check(refused, || format!("{text}: refused"));
            continue;
        };
        let has = parts.iter().any(|part| part.kind == "updateinfo");
        let without = text.contains("invalid") || text.contains("noupdateinfo");
        tally.check(has != without || text.contains("tree") || text.contains("almalinux-epel"), || {
            format!("{text}: updateinfo {has}")
        });
        let root = path.parent().and_then(Path::parent).unwrap();
        for part in parts.iter().filter(|part| root.join(&part.href).is_file()) {
            let bytes = fs::read(root.join(&part.href)).unwrap();
            let hex: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            let digest = patchform_advisory::digest::Digest::new(Algorithm::Sha256, &hex).expect("a digest");
            let checked = part.check(bytes.len() as u64, &digest);
            // Who keeps these files cut them, and so each is another one than the repository says: that must be seen.
            tally.check(checked.is_err(), || format!("{text} {}: taken for the whole file", part.kind));
        }
    }
    tally.hold("updateinfo (repomd)", 0);
}
