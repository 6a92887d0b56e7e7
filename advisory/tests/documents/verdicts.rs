//! Verdicts about products, beside those that claircore and vuls read out of the same documents.

use crate::corpus::{Tally, bytes, folder, text};
use crate::{files, name};
use patchform_advisory::csaf::{self, Csaf, Stance, Tree, verdicts};
use patchform_advisory::{Affected, Event, Naming, Provenance, Status};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn document(path: &Path) -> Csaf {
    csaf::read(&bytes(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display())).document
}

/// claircore: vulnerability, product, and whether it is affected.
#[test]
fn claircores_verdicts_are_ours() {
    let Some(folder) = folder("vex/claircore-acceptance") else { return };
    let documents: Vec<Csaf> = files(&folder, ".json").iter().map(|path| document(path)).collect();
    let mut tally = Tally::default();
    for path in files(&folder, ".csv") {
        for line in text(&path).lines() {
            let [cve, product, expected] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
            let found = stance(&documents, cve, product);
            let right = found == if expected == "affected" { Stance::Affected } else { Stance::NotAffected };
            tally.check(right, || format!("{line}: {}", found.words()));
        }
    }
    // The second line speaks of a document that is not there: unknown, as it must be.
    tally.hold("vex/claircore-acceptance", 1);
}

fn stance(documents: &[Csaf], cve: &str, product: &str) -> Stance {
    for document in documents {
        let tree = Tree::of(document);
        for vulnerability in document.vulnerabilities().iter().filter(|v| v.cve.as_deref() == Some(cve)) {
            if let Some(verdict) = verdicts(vulnerability, &tree).get(product) {
                return verdict.stance();
            }
        }
    }
    Stance::Unknown
}

/// A package of a release of RHEL: release, module and name, `src` or an architecture or nothing, and the fix.
type Package = (String, String, String, Option<String>);

/// What vuls read out of a document of Red Hat.
fn expected(golden: &Value) -> BTreeSet<Package> {
    let mut found = BTreeSet::new();
    for detection in golden["detections"].as_array().into_iter().flatten() {
        let release = detection["ecosystem"].as_str().expect("an ecosystem").trim_start_matches("redhat:");
        for condition in detection["conditions"].as_array().expect("conditions") {
            for criterion in criterions(&condition["criteria"]) {
                let package = &criterion["version"]["package"];
                let kind = package["type"].as_str().expect("a type");
                let name = package[kind]["name"].as_str().expect("a name").to_string();
                let fix = criterion["version"]["affected"]["fixed"][0].as_str().map(str::to_string);
                let arches = package[kind]["architectures"].as_array();
                let arches: Vec<&str> = match (kind, arches) {
                    ("source", _) => vec!["src"],
                    (_, Some(arches)) => arches.iter().filter_map(Value::as_str).collect(),
                    _ => vec![""],
                };
                found.extend(
                    arches.iter().map(|a| (release.to_string(), name.clone(), a.to_string(), fix.clone())),
                );
            }
        }
    }
    found
}

fn criterions(criteria: &Value) -> Vec<&Value> {
    let inner = criteria["criterias"].as_array().into_iter().flatten().flat_map(criterions);
    criteria["criterions"].as_array().into_iter().flatten().chain(inner).collect()
}

/// What our verdicts say of packages of RHEL.
fn ours(document: &Csaf) -> BTreeSet<Package> {
    of_platforms(document, "")
}

/// The same of platforms whose CPE contains a text.
fn of_platforms(document: &Csaf, wanted: &str) -> BTreeSet<Package> {
    let tree = Tree::of(document);
    let mut found = BTreeSet::new();
    for vulnerability in document.vulnerabilities() {
        for (product, verdict) in verdicts(vulnerability, &tree) {
            let parts = tree.components(product);
            let [package, platform] = parts[..] else { continue };
            let cpe = tree.helper(platform).and_then(|helper| helper.cpe.as_deref()).unwrap_or_default();
            let purl =
                tree.helper(package).and_then(|helper| helper.package_urls().next()).unwrap_or_default();
            if !cpe.contains(wanted) {
                continue;
            }
            let (Some(release), Some((name, arch, fix))) = (release(cpe), rpm(purl)) else { continue };
            match verdict.stance() {
                Stance::Affected => found.insert((release, name, arch, None)),
                Stance::Fixed => found.insert((release, name, arch, Some(fix))),
                _ => false,
            };
        }
    }
    found
}

/// The release of RHEL: that of the system itself, or the one that a layered product is built for.
fn release(cpe: &str) -> Option<String> {
    let rest = cpe
        .strip_prefix("cpe:/o:redhat:enterprise_linux:")
        .or(cpe.strip_prefix("cpe:/a:redhat:enterprise_linux:"));
    let release = rest.or_else(|| cpe.split_once("::el").map(|(_, rest)| rest))?;
    Some(release.split([':', '.']).next()?.to_string())
}

/// Name (behind its module), architecture and version of a package URL.
fn rpm(purl: &str) -> Option<(String, String, String)> {
    let (path, qualifiers) = purl
        .strip_prefix("pkg:rpm/redhat/")?
        .split_once('?')
        .unwrap_or((purl.strip_prefix("pkg:rpm/redhat/")?, ""));
    let (name, version) = path.split_once('@').unwrap_or((path, ""));
    let qualifiers: BTreeMap<&str, &str> =
        qualifiers.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let module = qualifiers.get("rpmmod").map(|module| module.replace("%3A", ":"));
    let module = module.filter(|module| module.contains(':'));
    let module = module.map_or(String::new(), |m| m.split(':').take(2).collect::<Vec<_>>().join(":") + "::");
    let epoch = qualifiers.get("epoch").copied().unwrap_or("0");
    let arch = qualifiers.get("arch").copied().unwrap_or_default().to_string();
    let decoded =
        |text: &str| text.replace("%2B", "+").replace("%3A", ":").replace("%5E", "^").replace("%7E", "~");
    Some((module + &decoded(name), arch, format!("{epoch}:{}", decoded(version))))
}

#[test]
fn vuls_verdicts_about_red_hat_are_ours() {
    let Some(folder) = folder("vex/redhat-vex-v1") else { return };
    let mut tally = Tally::default();
    for path in files(&folder.join("input"), ".json") {
        let golden = folder.join("expected-vuls").join(name(&path));
        let golden: Value = serde_json::from_str(&text(&golden)).expect("JSON");
        let (expected, ours) = (expected(&golden), ours(&document(&path)));
        for package in &expected {
            tally.check(ours.contains(package), || format!("{}: vuls only: {package:?}", name(&path)));
        }
        for package in ours.difference(&expected) {
            tally.check(false, || format!("{}: ours only: {package:?}", name(&path)));
        }
    }
    // Ours only: the source of binaries that are fixed (twice), a flatpak. vuls only (twice): a module whose release
    // stands in Red Hat's map of repositories, not in the document.
    tally.hold("vex/redhat-vex-v1 (packages of RHEL)", 5);
}

/// What the neutral records of a document say of packages of RHEL itself.
fn bridged(document: &Csaf) -> BTreeSet<Package> {
    let feed = csaf::records(document, &Provenance::default());
    let entries = feed.records.into_iter().flat_map(|record| record.affected);
    let ours = entries.filter(|entry| entry.ecosystem.name == "Red Hat" && entry.ecosystem.channel.is_none());
    let package = |entry: Affected| {
        let fix = match (entry.status, entry.ranges.first().and_then(|range| range.events.last())) {
            (Status::Versions, Some(Event::Fixed(fix))) if fix.contains(':') => Some(fix.clone()),
            (Status::Versions, Some(Event::Fixed(fix))) => Some(format!("0:{fix}")),
            (Status::NoFix(_) | Status::Listed, _) => None,
            _ => return None,
        };
        let module = entry.module.map_or(String::new(), |module| format!("{module}::"));
        let arch = match entry.naming {
            Naming::Source => "src".to_string(),
            Naming::Binary => entry.arches.first().cloned().unwrap_or_default(),
        };
        Some((entry.ecosystem.release?, module + &entry.package, arch, fix))
    };
    ours.filter_map(package).collect()
}

#[test]
fn neutral_records_say_what_the_verdicts_say() {
    let Some(folder) = folder("vex/redhat-vex-v1") else { return };
    let (mut tally, mut found) = (Tally::default(), 0);
    for path in files(&folder.join("input"), ".json") {
        let document = document(&path);
        let (verdicts, records) = (of_platforms(&document, ":enterprise_linux:"), bridged(&document));
        found += records.len();
        for package in verdicts.symmetric_difference(&records) {
            tally.check(false, || format!("{}: in one only: {package:?}", name(&path)));
        }
        tally.check(true, String::new);
    }
    assert!(found >= 100, "{found}");
    tally.hold("vex/redhat-vex-v1 (neutral records)", 0);
}

/// An advisory about container images only says nothing about packages of RHEL.
#[test]
fn an_advisory_about_images_names_no_package() {
    let Some(folder) = folder("csaf-vendors/redhat") else { return };
    let mut tally = Tally::default();
    for path in files(&folder.join("input"), ".json") {
        let golden = folder.join("expected-vuls").join(name(&path));
        let golden: Value = serde_json::from_str(&text(&golden)).expect("JSON");
        let document = document(&path);
        tally.check(ours(&document) == expected(&golden), || format!("{}: packages", name(&path)));
        let id = golden["advisories"][0]["content"]["id"].as_str();
        tally.check(id == Some(document.document.tracking.id.as_str()), || format!("{}: id", name(&path)));
        let title = golden["advisories"][0]["content"]["title"].as_str();
        tally.check(title == Some(document.document.title.as_str()), || format!("{}: title", name(&path)));
    }
    tally.hold("csaf-vendors/redhat (id, title, packages)", 0);
}

/// The range of a product of Fortinet, as vuls writes it.
fn range(name: &str) -> String {
    let version = name
        .rsplit_once('/')
        .map_or_else(|| name.rsplit(' ').next().unwrap_or(name), |(_, version)| version)
        .trim();
    if let Some(series) = version.strip_suffix(" all versions") {
        let (head, last) = series
            .rsplit_once('.')
            .map_or((String::new(), series), |(head, last)| (format!("{head}."), last));
        return format!(">={series}|<{head}{}", last.parse::<u32>().expect("a number") + 1);
    }
    version.strip_suffix(" and above").map_or_else(|| version.to_string(), |version| format!(">={version}"))
}

#[test]
fn vuls_verdicts_about_fortinet_are_ours() {
    let Some(folder) = folder("csaf-vendors/fortinet") else { return };
    let mut tally = Tally::default();
    for path in files(&folder.join("input"), ".json") {
        let golden: Value =
            serde_json::from_str(&text(&folder.join("expected-vuls").join(name(&path)))).expect("JSON");
        let mut expected: Vec<String> = Vec::new();
        for condition in golden["detections"]
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|d| d["conditions"].as_array().expect("conditions"))
        {
            expected.extend(criterions(&condition["criteria"]).into_iter().map(|criterion| {
                let bound = |name: &'static str| criterion["cpe"]["range"][name].as_str().map(|v| (name, v));
                let signs = BTreeMap::from([("ge", ">="), ("gt", ">"), ("le", "<="), ("lt", "<")]);
                let bounds: Vec<String> = ["ge", "gt", "le", "lt"]
                    .into_iter()
                    .filter_map(bound)
                    .map(|(n, v)| format!("{}{v}", signs[n]))
                    .collect();
                if bounds.is_empty() {
                    criterion["cpe"]["cpe"]
                        .as_str()
                        .expect("a cpe")
                        .split(':')
                        .nth(5)
                        .expect("a version")
                        .to_string()
                } else {
                    bounds.join("|")
                }
            }));
        }
        let document = document(&path);
        let tree = Tree::of(&document);
        let mut ours: Vec<String> = Vec::new();
        for vulnerability in document.vulnerabilities() {
            for (product, verdict) in verdicts(vulnerability, &tree) {
                if verdict.stance() == Stance::Affected {
                    let branch = tree
                        .product(product)
                        .and_then(|p| p.branches.last())
                        .map_or(product, |(_, name)| name);
                    ours.push(range(branch));
                }
            }
        }
        expected.sort();
        ours.sort();
        for range in &expected {
            tally.check(ours.contains(range), || format!("{}: vuls only: {range}", name(&path)));
        }
        for range in ours.iter().filter(|range| !expected.contains(range)) {
            tally.check(false, || format!("{}: ours only: {range}", name(&path)));
        }
        tally.check(ours.len() == expected.len(), || {
            format!("{}: {} ranges, vuls has {}", name(&path), ours.len(), expected.len())
        });
    }
    // Version 24.1 of a cloud service: a version as the document says, or all of 24.1 as vuls knows.
    tally.hold("csaf-vendors/fortinet (affected ranges)", 2);
}
