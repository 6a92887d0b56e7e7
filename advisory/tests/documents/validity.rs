//! The mandatory tests of CSAF, beside the test files of the OASIS committee, of Secvisogram and of csaf-rs.

use crate::corpus::{Tally, bytes, folder, text};
use crate::{files, name};
use patchform_advisory::csaf::{self, Kind};
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
struct TestCases {
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct Test {
    id: String,
    group: String,
    #[serde(default)]
    failures: Vec<Case>,
    #[serde(default)]
    valid: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    valid: bool,
}

/// What the tests and the schema have against a file, as lines; and whether that test is among them.
fn against(path: &Path, number: &str) -> (bool, Vec<String>) {
    let Ok(reading) = csaf::read(&bytes(path)) else { return (false, vec!["refused".to_string()]) };
    let found = csaf::check(&reading);
    let failed = found.iter().any(|complaint| matches!(complaint.kind, Kind::Test(n) if n == number));
    (failed, reading.complaints.iter().chain(&found).map(ToString::to_string).collect())
}

#[test]
fn every_mandatory_test_of_the_committee_is_right() {
    for (edition, known) in [("csaf_2.0", 0), ("csaf_2.1", 2)] {
        let Some(folder) = folder("csaf-oasis").map(|folder| folder.join(edition)) else { return };
        let cases: TestCases = serde_json::from_str(&text(&folder.join("testcases.json"))).expect("the list");
        let mut tally = Tally::default();
        for test in cases.tests.iter().filter(|test| test.group == "mandatory") {
            let failing = test.failures.iter().map(|case| (case, true));
            for (case, fails) in failing.chain(test.valid.iter().map(|case| (case, false))) {
                let (failed, lines) = against(&folder.join(&case.name), &test.id);
                tally.check(failed == fails, || format!("{} {}: {lines:?}", test.id, case.name));
            }
        }
        tally.hold(&format!("csaf-oasis/{edition} (mandatory tests)"), known);
    }
}

/// Whether a document is valid as a whole: nothing in the schema and no mandatory test is against it.
#[test]
fn a_document_is_valid_as_the_committee_says() {
    for (edition, known) in [("csaf_2.0", 2), ("csaf_2.1", 11)] {
        let Some(folder) = folder("csaf-oasis").map(|folder| folder.join(edition)) else { return };
        let cases: TestCases = serde_json::from_str(&text(&folder.join("testcases.json"))).expect("the list");
        let mut tally = Tally::default();
        for test in &cases.tests {
            for case in test.failures.iter().chain(&test.valid) {
                let (_, lines) = against(&folder.join(&case.name), &test.id);
                tally.check(lines.is_empty() == case.valid, || {
                    format!("{} {}: {lines:?}", test.id, case.name)
                });
            }
        }
        tally.hold(&format!("csaf-oasis/{edition} (valid as a whole)"), known);
    }
}

#[test]
fn secvisograms_cases_are_right() {
    let Some(folder) = folder("csaf-oasis/secvisogram") else { return };
    let mut tally = Tally::default();
    for path in files(&folder, ".json") {
        let within = path.strip_prefix(&folder).expect("inside").to_string_lossy().into_owned();
        let Some(number) = within.strip_prefix("mandatoryTest_").and_then(|rest| rest.split('/').next())
        else {
            continue;
        };
        let (failed, lines) = against(&path, &number.replace('_', "."));
        tally.check(failed == within.contains("/failing/"), || format!("{within}: {lines:?}"));
    }
    tally.hold("csaf-oasis/secvisogram (mandatory tests)", 0);
}

#[test]
fn csaf_rs_cases_are_right() {
    for (edition, known) in [("csaf_2.0", 1), ("csaf_2.1", 0)] {
        let Some(folder) = folder("csaf-oasis/csaf-rs").map(|f| f.join(edition).join("mandatory")) else {
            return;
        };
        let mut tally = Tally::default();
        for path in files(&folder, ".json") {
            let (test, case) = csaf_rs(name(&path));
            let (failed, lines) = against(&path, &test);
            tally.check(failed == (case < 11) && lines != ["refused"], || {
                format!("{}: {lines:?}", name(&path))
            });
        }
        tally.hold(&format!("csaf-oasis/csaf-rs/{edition} (mandatory tests)"), known);
    }
}

/// Test and case of a name such as `csaf-rs_csaf-csaf_2_0-6-1-27-05-s01.json`: cases below 11 must fail.
fn csaf_rs(name: &str) -> (String, u32) {
    let rest = name.split_once("-6-").expect("a test").1.trim_end_matches(".json");
    let (test, case) = rest.rsplit_once("-s").expect("a case");
    let numbers: Vec<String> = test.split('-').map(|part| part.trim_start_matches('0').to_string()).collect();
    (format!("6.{}", numbers.join(".")), case.parse().expect("a number"))
}

#[test]
fn file_names_agree_with_tracking_ids() {
    let Some(folder) = folder("csaf-oasis/csaf_2.0/filenames/data") else { return };
    let mut tally = Tally::default();
    for path in files(&folder, ".json") {
        let reading = csaf::read(&bytes(&path)).expect("a document");
        let right = csaf::file_name(&reading.document.document.tracking.id) == name(&path);
        tally.check(right == path.starts_with(folder.join("valid")), || name(&path).to_string());
    }
    tally.hold("csaf-oasis/csaf_2.0/filenames", 0);
    let mut tally = Tally::default();
    let Some(folder) = crate::corpus::folder("csaf-cisa") else { return };
    for path in files(&folder, ".json").iter().filter(|path| !name(path).contains("feed")) {
        let reading = csaf::read(&bytes(path)).expect("a document");
        let right = csaf::file_name(&reading.document.document.tracking.id);
        tally.check(right == name(path), || format!("{} should be {right}", name(path)));
    }
    tally.hold("csaf-cisa (file names)", 0);
}

#[test]
fn what_the_vendors_published_is_looked_at() {
    for (collection, known) in [("csaf-cisa/OT/white", 0), ("csaf-cisa/IT/white/2024", 0)] {
        let Some(folder) = folder(collection) else { return };
        let mut tally = Tally::default();
        for path in files(&folder, ".json") {
            let (_, lines) = against(&path, "");
            tally.check(lines.is_empty(), || format!("{}: {}", name(&path), lines.join("; ")));
        }
        tally.hold(&format!("{collection} (valid as a whole)"), known);
    }
}
