//! Grype's own matching cases: modules, architectures, Ubuntu Pro.

use crate::corpus::{self, Tally};
use crate::vunnel;
use patchform_advisory::{Ecosystem, Index, Installed, Module, Platform, Source, Verdict};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { json_files(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect()
}

fn platform(distro: &str) -> Platform {
    let mut ecosystem = vunnel::ecosystem(distro);
    let channels: BTreeSet<String> = ecosystem.channel.take().into_iter().collect();
    let extended = channels.iter().find_map(|channel| channel.strip_prefix("rhel_eus:"));
    let pinned = extended.and_then(|release| release.split_once('.')?.1.parse().ok());
    let parent = (ecosystem.name == "AlmaLinux")
        .then(|| Ecosystem::of("Red Hat", ecosystem.release.as_deref().unwrap_or_default()));
    Platform { ecosystem, channels, pinned, parent }
}

fn installed(case: &Json) -> Installed {
    let text = |key: &str| case[key].as_str().map(str::to_string);
    let package = Installed::new(&text("package").unwrap(), &text("version").unwrap());
    let version = text("source_version").unwrap_or_else(|| package.version.clone());
    Installed {
        arch: text("arch"),
        source: text("source").map(|name| Source { name, version }),
        module: text("module").and_then(|label| Module::parse(&label)),
        ..package
    }
}

#[test]
fn the_cases_of_grype_are_met() {
    let Some(folder) = corpus::folder("match-grype") else { return };
    let mut folders: Vec<PathBuf> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    for folder in folders.into_iter().filter(|folder| folder.join("cases.json").is_file()) {
        let mut tally = Tally::default();
        let paths = json_files(&folder.join("records"));
        let documents: Vec<Json> =
            paths.iter().map(|path| serde_json::from_slice(&corpus::bytes(path)).unwrap()).collect();
        let documents: Vec<Json> =
            documents.into_iter().filter(|document| document.get("item").is_some()).collect();
        let records = vunnel::records(&documents);
        let index = Index::new(&records);
        let cases: Json = serde_json::from_slice(&corpus::bytes(&folder.join("cases.json"))).unwrap();
        for case in cases.as_array().unwrap() {
            let id = case["id"].as_str().unwrap();
            let package = installed(case);
            let found = index.assess_one(&platform(case["distro"].as_str().unwrap()), &package);
            let found =
                found.iter().filter(|finding| finding.record.id == id || finding.record.cves().contains(&id));
            let found: Vec<_> = found.filter(|finding| finding.verdict() == Verdict::Affected).collect();
            let fix = case.get("fix").map(|fix| fix.as_str());
            let fixed = fix.is_none_or(|fix| found.iter().all(|finding| finding.fix() == fix));
            let right = found.is_empty() == (case["expect"] == "not_affected");
            tally.check(right && fixed, || {
                let why: Vec<String> = found.iter().map(|finding| finding.why.to_string()).collect();
                format!("{case}: {why:?}")
            });
        }
        tally.hold(&format!("match-grype/{}", folder.file_name().unwrap().to_string_lossy()), 0);
    }
}
