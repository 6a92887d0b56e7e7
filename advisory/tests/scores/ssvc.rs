//! SSVC beside CERT/CC's and CISA's own documents.

use crate::corpus::{self, Tally};
use patchform_advisory::ssvc::{self, Point, Selection, Table, fold};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The files below a folder that end so, in order.
fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of the corpus") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(end) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The rows without their order: pairs of question and answer, and the outcome, folded.
fn content(table: &Table) -> BTreeSet<(BTreeSet<String>, String)> {
    let rows = table.rows();
    let row = |(values, decision): &(Vec<&ssvc::Value>, ssvc::Decision)| {
        let pairs = table
            .points
            .iter()
            .zip(values)
            .map(|(point, value)| fold(&format!("{} {}", point.name, value.name)));
        (pairs.collect(), fold(&decision.outcome.name))
    };
    rows.iter().map(row).collect()
}

#[test]
fn every_document_is_read_and_both_forms_of_a_table_agree() {
    let Some(folder) = corpus::folder("ssvc") else { return };
    let mut tally = Tally::default();
    for path in files(&folder.join("json/decision_points"), ".json") {
        let read = Point::read_json(&corpus::bytes(&path));
        tally.check(read.is_ok(), || format!("{}: {read:?}", path.display()));
    }
    tally.hold("ssvc/json/decision_points", 0);

    let mut documents = Tally::default();
    let mut rows = Tally::default();
    for path in files(&folder.join("json/decision_tables"), ".json") {
        let name = path.file_name().expect("a name").to_string_lossy().replace(".json", ".csv");
        let sheet = files(&folder.join("csv"), &format!("/{name}")).pop().expect("the same table as sheet");
        let document = Table::read_json(&corpus::bytes(&path), &name).expect("a table");
        let sheet = Table::read_csv(&corpus::bytes(&sheet), &name).expect("a sheet");
        documents
            .check(content(&document) == content(&sheet), || format!("{name}: document and sheet differ"));
        for (values, decision) in sheet.rows() {
            let asked: Vec<(&str, &str)> = sheet
                .points
                .iter()
                .zip(&values)
                .map(|(point, value)| (point.name.as_str(), value.name.as_str()))
                .collect();
            let found = document.decide(&asked);
            let right =
                found.as_ref().is_ok_and(|found| fold(&found.outcome.name) == fold(&decision.outcome.name));
            rows.check(right, || format!("{name} row {}: {found:?}", decision.row));
        }
    }
    documents.hold("ssvc/json/decision_tables = ssvc/csv", 0);
    rows.hold("ssvc/csv rows", 0);
}

#[test]
fn the_known_tables_are_their_publishers() {
    let Some(folder) = corpus::folder("ssvc/json/decision_tables") else { return };
    let mut tally = Tally::default();
    for (known, file) in [
        (ssvc::known::BOD_26_04, "cisa/cisa_bod_26_04_1_0_0.json"),
        (ssvc::known::CISA_COORDINATOR, "cisa/cisa_coordinator_2_0_3.json"),
        (ssvc::known::DEPLOYER, "ssvc/deployer_patch_application_priority_1_0_0.json"),
    ] {
        let known = known.table().expect("a known table");
        let published = Table::read_json(&corpus::bytes(&folder.join(file)), file).expect("a table");
        let published = content(&published);
        for row in content(&known) {
            tally.check(published.contains(&row), || format!("{file}: {row:?}"));
        }
    }
    tally.hold("ssvc: rows of the tables known without a file", 0);
}

#[test]
fn selections_of_every_form_are_read() {
    let Some(folder) = corpus::folder("ssvc/schema_examples") else { return };
    let mut tally = Tally::default();
    for path in files(&folder, ".json") {
        let read = Selection::read_json(&corpus::bytes(&path));
        let right = read.as_ref().is_ok_and(|selection| {
            let mut points = ssvc::CisaPoints::default();
            selection.pairs().iter().for_each(|(point, value)| points.take(point, value));
            selection.targets.len() == 1
                && points.exploitation == Some(ssvc::Exploitation::Active)
                && points.automatable.is_some()
                && points.technical_impact == Some(ssvc::TechnicalImpact::Total)
        });
        tally.check(right, || format!("{}: {read:?}", path.display()));
    }
    tally.hold("ssvc/schema_examples", 0);
}

/// Small documents of our own, and what is wrong with some.
#[test]
fn broken_documents_are_refused_with_a_reason() {
    let point = r#"{"namespace":"x","key":"P","version":"1.0.0","name":"Point","values":[{"key":"A","name":"Yes"},{"key":"B","name":"YES"}]}"#;
    assert_eq!(
        Point::read_json(point.as_bytes()).unwrap_err().to_string(),
        "the decision point `Point` has no values, or two of the same name"
    );
    let sheet = |text: &str| {
        Table::read_csv(text.as_bytes(), "a sheet").map(|table| table.rows().len()).map_err(|e| e.to_string())
    };
    assert_eq!(sheet("row,A v1,\"B, or not v1 (x)\"\n0,yes,no\n1,no,no\n"), Ok(2));
    assert_eq!(
        sheet("row,A v1,B v1\n0,yes,no\n1,yes,yes\n"),
        Err("row 1 of the table asks the same as row 0".into())
    );
    assert_eq!(
        sheet("row,A v1,B v1,C v1\n0,yes,no,x\n1,no,no,x\n2,yes,yes,x\n"),
        Err("the table has 3 rows for 4 combinations".into())
    );
    assert_eq!(
        sheet("row,A,B v1\n0,yes,no\n"),
        Err("not of the form of an SSVC document: the column `A` does not end in a version".into())
    );
    assert!(sheet("row\n0\n").is_err() && sheet("").is_err() && sheet("row,A v1\n0,yes,no\n").is_err());
    let deep = format!("{}{}", r#"{"options":"#, "[".repeat(100_000));
    assert!(Selection::read_json(deep.as_bytes()).is_err());
    let deep = format!("{}{}", r#"{"other":"#, "[".repeat(100_000));
    assert!(Selection::read_json(deep.as_bytes()).is_err());
    let many: String = (0..500_000).map(|row| format!("{row},{row},no\n")).collect();
    assert_eq!(
        sheet(&format!("row,A v1,B v1\n{many}")),
        Err("the decision point `A` has more than 64 values".into())
    );
    let huge = vec![b' '; ssvc::MOST_BYTES + 1];
    assert!(Selection::read_json(&huge).unwrap_err().to_string().contains("more than the 16777216"));
}

/// A document cut at any byte is refused; only its whole is read.
#[test]
fn a_truncated_document_is_never_half_read() {
    let whole = br#"{"id":"CVE-1","options":[{"Exploitation":"PoC"},{"Automatable":"Yes"}],"timestamp":"t"}"#;
    assert_eq!(Selection::read_json(whole).unwrap().values.len(), 2);
    for cut in 0..whole.len() {
        assert!(Selection::read_json(&whole[..cut]).is_err(), "cut at {cut}");
    }
}
