//! Real documents are read, and what they break is told.

use crate::corpus::{Tally, folder, text};
use crate::{files, name};
use patchform_advisory::csaf;
use std::path::Path;

/// Everything that a document breaks, as lines.
fn against(path: &Path) -> Vec<String> {
    match csaf::read(text(path).as_bytes()) {
        Ok(reading) => reading.complaints.iter().map(ToString::to_string).collect(),
        Err(error) => vec![format!("refused: {error}")],
    }
}

/// Collections whose documents the publishers validate.
const SOUND: [&str; 10] = [
    "csaf-cisa/OT/white/2019",
    "csaf-cisa/OT/white/2023",
    "csaf-cisa/IT/white/2024",
    "csaf-oasis/csaf_2.0/examples/csaf",
    "csaf-oasis/csaf_2.1/examples/csaf",
    "csaf-vendors/cisco",
    "csaf-vendors/openeuler/advisories",
    "csaf-vendors/redhat/vulnerablecode",
    "csaf-vendors/redhat/vunnel",
    "vex/redhat-vex-v1/input",
];

#[test]
fn real_documents_fit_the_schema() {
    for collection in SOUND {
        let Some(folder) = folder(collection) else { return };
        let mut tally = Tally::default();
        for path in files(&folder, ".json") {
            let lines = against(&path);
            tally.check(lines.is_empty(), || format!("{}: {}", name(&path), lines[0]));
        }
        tally.hold(&format!("{collection} (schema)"), 0);
    }
}

/// Real documents that break JSON or the schema: each is read, and the breach is told.
const BROKEN: [(&str, &str); 12] = [
    ("csaf-vendors/fortinet/input/FG-IR-17-173.json", "`product` is none of architecture"),
    ("csaf-vendors/fortinet/input/FG-IR-21-173.json", "is not a date and time"),
    ("csaf-vendors/fortinet/input/FG-IR-24-041.json", "`product` is none of architecture"),
    ("csaf-vendors/fortinet/input/FG-IR-24-259.json", "`product` is none of architecture"),
    ("csaf-vendors/fortinet/input/FG-IR-25-122.json", "`product` is none of architecture"),
    ("csaf-vendors/fortinet/input/FG-IR-25-454.json", "`product` is none of architecture"),
    ("csaf-vendors/fortinet/input/FG-IR-26-113.json", "`product` is none of architecture"),
    ("csaf-vendors/fortinet/input/FG-IR-26-155.json", "`product` is none of architecture"),
    ("vex/suse-csaf_vex/input/CVE-1999-0003.json", "has 0 members"),
    ("csaf-oasis/gocsaf/csaf-documents/trailing-garbage-data/avendor-advisory-0004.json", "after the end"),
    ("csaf-vendors/claircore/cve-1999-0001-deleted.json", "csaf_version is missing"),
    ("vex/claircore-rhel-vex/cve-2024-24786-illegal-module.json", "has 0 elements; it must have at least 1"),
];

#[test]
fn real_documents_that_break_the_schema_are_read_and_told() {
    let Some(folder) = folder("") else { return };
    let mut tally = Tally::default();
    for (file, breach) in BROKEN {
        let lines = against(&folder.join(file));
        let told = lines.iter().any(|line| line.contains(breach) && !line.starts_with("refused"));
        tally.check(told, || format!("{file}: {lines:?}"));
    }
    tally.hold("csaf-vendors, vex (broken, read and told)", 0);
}
