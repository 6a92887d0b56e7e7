//! Vunnel's records, as grype matches them: made into records of ours, so that grype's cases can be asked.

use patchform_advisory::{Advisory, Affected, Ecosystem, Module, Naming, NoFix, Provenance, Status, osv};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The ecosystem of one of vunnel's namespaces: `rhel:8`, `ubuntu:16.04+esm`, `ol:7`, `sles:15.3`.
pub fn ecosystem(namespace: &str) -> Ecosystem {
    let (name, release) = namespace.split_once(':').unwrap_or((namespace, ""));
    let (release, extended) =
        release.split_once('+').map_or((release, None), |(release, more)| (release, Some(more)));
    let text = match (name, extended) {
        ("almalinux", _) => format!("AlmaLinux:{release}"),
        ("debian", _) => format!("Debian:{release}"),
        ("ol" | "oraclelinux", _) => format!("Oracle Linux:{release}"),
        ("rhel" | "redhat", None) => format!("Red Hat:enterprise_linux:{release}::baseos"),
        ("rhel" | "redhat", Some(_)) => format!("Red Hat:rhel_eus:{release}::baseos"),
        ("ubuntu", None) => format!("Ubuntu:{release}:LTS"),
        ("ubuntu", Some(_)) => format!("Ubuntu:Pro:{release}:LTS"),
        ("sles", _) => format!("SUSE:Linux Enterprise Server {}", release.replace('.', " SP")),
        _ => namespace.to_string(),
    };
    Ecosystem::parse(&text)
}

/// The records of some documents, those with the same id as one.
pub fn records(documents: &[Json]) -> Vec<Advisory> {
    let mut records: BTreeMap<String, Advisory> = BTreeMap::new();
    for document in documents {
        let record = match &document["item"]["Vulnerability"] {
            Json::Null => {
                osv::read(document["item"].to_string().as_bytes(), &Provenance::default()).unwrap().0
            }
            vulnerability => vulnerability_record(vulnerability),
        };
        match records.get_mut(&record.id) {
            Some(earlier) => earlier.affected.extend(record.affected),
            None => {
                records.insert(record.id.clone(), record);
            }
        }
    }
    records.into_values().collect()
}

fn vulnerability_record(vulnerability: &Json) -> Advisory {
    let list = |json: &Json| json.as_array().cloned().unwrap_or_default();
    let name = |json: &Json| json["Name"].as_str().unwrap_or_default().to_string();
    Advisory {
        id: name(vulnerability),
        upstream: list(&vulnerability["Metadata"]["CVE"]).iter().map(name).collect(),
        affected: list(&vulnerability["FixedIn"]).iter().map(affected).collect(),
        ..Advisory::default()
    }
}

fn affected(fixed: &Json) -> Affected {
    let text = |key: &str| fixed[key].as_str().filter(|text| !text.is_empty());
    let ecosystem = ecosystem(text("NamespaceName").unwrap());
    let package = text("Name").unwrap();
    let mut entry = match text("Version").unwrap() {
        "None" => {
            let wont = fixed["VendorAdvisory"]["NoAdvisory"] == true;
            let reason = if wont { NoFix::WontFix } else { NoFix::Open };
            Affected { status: Status::NoFix(reason), ..Affected::new(ecosystem, package) }
        }
        version => Affected::below(ecosystem, package, version),
    };
    if entry.ecosystem.name == "Red Hat" {
        entry.naming = Naming::Source;
    }
    entry.module = text("Module").and_then(Module::parse);
    entry.arches = text("Arch").map(str::to_string).into_iter().collect();
    entry
}
