//! Trivy's integration tests: packages of an image, advisories of its database, and the findings of its golden files.

use crate::corpus::{self, Tally};
use crate::yaml;
use patchform_advisory::purl::Purl;
use patchform_advisory::{
    Advisory, Affected, Ecosystem, Index, Installed, Naming, NoFix, Platform, Source, Status, Verdict,
};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Red Hat's products stand in trivy's database by number, and its table of numbers is not in the corpus. These are the
/// ones that two different images of each release agree on.
const RED_HAT: [(&str, &[&str]); 2] = [("6", &["857", "858"]), ("7", &["859", "860", "862", "869"])];

/// The bucket of trivy's database, and our name of the same release.
fn ecosystem(bucket: &str) -> Ecosystem {
    let (name, release) = bucket.rsplit_once(' ').unwrap_or((bucket, ""));
    let text = match name {
        "alpine" => format!("Alpine:v{release}"),
        "debian" => format!("Debian:{release}"),
        "ubuntu" => format!("Ubuntu:{release}:LTS"),
        "openSUSE Leap" => format!("openSUSE:Leap {release}"),
        "amazon linux" => format!("Amazon Linux:{release}"),
        "Photon OS" => format!("Photon OS:{release}"),
        "Oracle Linux" => format!("Oracle Linux:{release}"),
        _ => format!("openSUSE:{release}"),
    };
    Ecosystem::parse(&text)
}

/// The platform of an image. Trivy takes the minor release of Alpine and the major one of Red Hat's and Debian's.
fn platform(family: &str, name: &str) -> Platform {
    let parts: Vec<&str> = name.split('.').collect();
    Platform::parse(&match family {
        "alpine" => format!("Alpine:v{}.{}", parts[0], parts[1]),
        "debian" => format!("Debian:{}", parts[0]),
        "ubuntu" => format!("Ubuntu:{name}"),
        "opensuse-leap" => format!("openSUSE:Leap {name}"),
        "opensuse-tumbleweed" => "openSUSE:Tumbleweed".to_string(),
        "amazon" => format!("Amazon Linux:{}", parts[0]),
        "photon" => format!("Photon OS:{name}"),
        "oracle" => format!("Oracle Linux:{}", parts[0]),
        _ => format!("Red Hat:enterprise_linux:{}", parts[0]),
    })
}

/// Trivy's numbers of statuses (pkg/types/status.go of trivy-db).
fn status(number: Option<&str>) -> NoFix {
    match number {
        Some("5") => NoFix::WontFix,
        Some("6") => NoFix::Postponed,
        Some("7") => NoFix::EndOfLife,
        _ => NoFix::Open,
    }
}

fn entry(ecosystem: Ecosystem, package: &str, fixed: Option<&str>, number: Option<&str>) -> Affected {
    match fixed {
        Some(fix) => Affected::below(ecosystem, package, fix),
        None => Affected { status: Status::NoFix(status(number)), ..Affected::new(ecosystem, package) },
    }
}

/// One record per id and package, as trivy keeps them.
fn records(advisories: &Json) -> Vec<Advisory> {
    let list = |json: &Json| json.as_array().cloned().unwrap_or_default();
    let mut records = Vec::new();
    for bucket in list(advisories) {
        let name = bucket["bucket"].as_str().unwrap();
        for package in list(&bucket["pairs"]) {
            for pair in list(&package["pairs"]) {
                let (id, package) = (pair["key"].as_str().unwrap(), package["bucket"].as_str().unwrap());
                if name == "Red Hat" {
                    records.extend(
                        list(&pair["value"]["Entries"]).iter().flat_map(|entry| red_hat(id, package, entry)),
                    );
                } else {
                    let value = &pair["value"];
                    let entry = entry(
                        ecosystem(name),
                        package,
                        value["FixedVersion"].as_str(),
                        value["Status"].as_str(),
                    );
                    records.push(Advisory {
                        id: id.to_string(),
                        affected: vec![entry],
                        ..Advisory::default()
                    });
                }
            }
        }
    }
    records
}

/// An entry of Red Hat's, as one record for each CVE that it closes in each release.
fn red_hat(id: &str, package: &str, of: &Json) -> Vec<Advisory> {
    let list = |json: &Json| json.as_array().cloned().unwrap_or_default();
    let holds = |numbers: &[&str]| {
        list(&of["Affected"]).iter().any(|number| numbers.contains(&number.as_str().unwrap()))
    };
    let releases = RED_HAT.iter().filter(|(_, numbers)| holds(numbers));
    let affected: Vec<Affected> = releases
        .map(|(release, _)| {
            let ecosystem = Ecosystem::of("Red Hat", release);
            let mut entry = entry(ecosystem, package, of["FixedVersion"].as_str(), of["Status"].as_str());
            entry.naming = Naming::Binary;
            entry.arches =
                list(&of["Arches"]).iter().map(|arch| arch.as_str().unwrap().to_string()).collect();
            entry
        })
        .collect();
    let cves = list(&of["Cves"]);
    let ids = cves.iter().map(|cve| cve["ID"].as_str().unwrap_or(id).to_string());
    ids.map(|id| Advisory { id, affected: affected.clone(), ..Advisory::default() }).collect()
}

/// A package of trivy's list; its version may stand in three fields or in one.
fn installed(package: &Json) -> Installed {
    let text = |key: &str| package[key].as_str().unwrap_or_default();
    let whole = |epoch: &Json, version: &str, release: &str| {
        let epoch =
            epoch.as_u64().filter(|epoch| *epoch > 0).map(|epoch| format!("{epoch}:")).unwrap_or_default();
        let release = if release.is_empty() { String::new() } else { format!("-{release}") };
        format!("{epoch}{version}{release}")
    };
    Installed {
        arch: (!text("Arch").is_empty()).then(|| text("Arch").to_string()),
        source: Some(Source {
            name: text("SrcName").to_string(),
            version: whole(&package["SrcEpoch"], text("SrcVersion"), text("SrcRelease")),
        }),
        ..Installed::new(text("Name"), &whole(&package["Epoch"], text("Version"), text("Release")))
    }
}

/// (id, package, installed, fix), the fix without an epoch of zero.
fn findings(records: &[Advisory], platform: &Platform, packages: &[Installed]) -> BTreeSet<[String; 4]> {
    let found = Index::new(records).assess(platform, packages);
    let affected = found.into_iter().filter(|finding| finding.verdict() == Verdict::Affected);
    affected
        .map(|finding| {
            let fix = finding.fix().unwrap_or_default();
            let fix = fix.strip_prefix("0:").unwrap_or(fix);
            let Installed { name, version, .. } = finding.installed;
            [finding.record.id.clone(), name.clone(), version.clone(), fix.to_string()]
        })
        .collect()
}

fn compare(tally: &mut Tally, found: &BTreeSet<[String; 4]>, right: &BTreeSet<[String; 4]>) {
    right.iter().for_each(|row| tally.check(found.contains(row), || format!("missed {row:?}")));
    found.difference(right).for_each(|row| tally.check(false, || format!("too much {row:?}")));
}

fn json(path: &Path) -> Json {
    serde_json::from_slice(&corpus::bytes(path)).unwrap()
}

#[test]
fn images_have_the_findings_of_trivys_golden_files() {
    let Some(folder) = corpus::folder("match-trivy") else { return };
    let mut tally = Tally::default();
    let mut folders: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    for folder in folders.into_iter().filter(|folder| folder.join("expected.json").is_file()) {
        let expected = json(&folder.join("expected.json"));
        let packages: Vec<Installed> =
            json(&folder.join("packages.json")).as_array().unwrap().iter().map(installed).collect();
        let records = records(&yaml::read(&corpus::text(&folder.join("advisories.yaml"))));
        let text = |json: &Json| json.as_str().unwrap_or_default().to_string();
        let platform = platform(&text(&expected["os"]["Family"]), &text(&expected["os"]["Name"]));
        let right = expected["findings"].as_array().unwrap().iter();
        let right = right.map(|row| ["id", "pkg", "installed", "fixed"].map(|key| text(&row[key]))).collect();
        compare(&mut tally, &findings(&records, &platform, &packages), &right);
    }
    tally.hold("match-trivy/*", 0);
}

/// The packages of a bill of materials are given as package URLs; the advisories are those of the other image.
#[test]
fn a_bill_of_materials_has_the_findings_of_its_golden_file() {
    let Some(folder) = corpus::folder("match-trivy") else { return };
    let records = records(&yaml::read(&corpus::text(&folder.join("centos-6/advisories.yaml"))));
    let bill = json(&folder.join("sbom/centos-7-cyclonedx.json"));
    let purls =
        bill["components"].as_array().unwrap().iter().filter_map(|component| component["purl"].as_str());
    let packages: Vec<Installed> = purls.map(|purl| Purl::parse(purl).unwrap().installed()).collect();
    let golden = json(&folder.join("sbom/centos-7.json.golden"));
    let rows = golden["Results"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|result| result["Vulnerabilities"].as_array())
        .flatten();
    let keys = ["VulnerabilityID", "PkgName", "InstalledVersion", "FixedVersion"];
    let right = rows.map(|row| keys.map(|key| row[key].as_str().unwrap_or_default().to_string())).collect();
    let mut tally = Tally::default();
    compare(&mut tally, &findings(&records, &platform("centos", "7.6.1810"), &packages), &right);
    tally.hold("match-trivy/sbom/centos-7", 0);
}
