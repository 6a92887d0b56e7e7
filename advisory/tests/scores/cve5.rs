//! Real CVE records beside what was read from them by others.

use crate::corpus::{self, Tally};
use patchform_advisory::cve5::{Record, Role, State};
use patchform_advisory::cvss::Version;
use patchform_advisory::ssvc::fold;
use std::path::Path;

fn field(version: Version) -> &'static str {
    match version {
        Version::V2 => "cvssV2_0",
        Version::V30 => "cvssV3_0",
        Version::V31 => "cvssV3_1",
        Version::V40 => "cvssV4_0",
    }
}

/// The record in the form of a line of `_expected.tsv`.
fn line(record: &Record) -> Vec<String> {
    let state = if record.state == State::Rejected { "REJECTED" } else { "PUBLISHED" };
    let points = record.ssvc();
    let automatable = points.automatable.map_or("", |yes| if yes { "yes" } else { "no" });
    let scores = record.containers.iter().flat_map(|container| {
        let who = match container.role {
            Role::Cna => "cna".to_string(),
            Role::Adp => format!("adp:{}", container.provider.as_deref().unwrap_or_default()),
        };
        container.scores.iter().map(move |one| {
            let severity = one.severity.as_deref().unwrap_or("None");
            format!("{who}|{}|{}|{}|{severity}", field(one.field), one.vector, one.score)
        })
    });
    let mut scores: Vec<String> = scores.collect();
    scores.sort();
    vec![
        record.cve.to_string(),
        state.to_string(),
        points.exploitation.map_or("", |one| one.name()).to_string(),
        automatable.to_string(),
        points.technical_impact.map_or("", |one| one.name()).to_string(),
        record.kev_added().map(|day| day.to_string()).unwrap_or_default(),
        scores.join(";"),
    ]
}

/// The expected line: SSVC folded, and scores sorted, since a metric may hold several in any order.
fn expected(text: &str) -> Vec<String> {
    let mut cells: Vec<String> = text.split('\t').map(String::from).collect();
    cells.resize(7, String::new());
    cells[2..5].iter_mut().for_each(|cell| *cell = fold(cell));
    let mut scores: Vec<&str> = cells[6].split(';').collect();
    scores.sort_unstable();
    cells[6] = scores.join(";");
    cells
}

pub fn path_of(folder: &Path, cve: &str) -> std::path::PathBuf {
    let mut parts = cve.split('-').skip(1);
    let (year, number) = (parts.next().expect("a year"), parts.next().expect("a number"));
    folder.join(format!("{year}/{}xxx/{cve}.json", &number[..number.len() - 3]))
}

#[test]
fn records_say_what_others_read_from_them() {
    let Some(folder) = corpus::folder("cve5") else { return };
    let mut tally = Tally::default();
    let mut chosen = Tally::default();
    for text in corpus::text(&folder.join("_expected.tsv")).lines().skip(1) {
        let expected = expected(text);
        let path = path_of(&folder, &expected[0]);
        // The table is longer than the collection.
        if !path.exists() {
            continue;
        }
        let bytes = corpus::bytes(&path);
        let record = Record::read(&bytes);
        let found = record.as_ref().map(line);
        tally.check(found.as_ref() == Ok(&expected), || format!("{expected:?} but {found:?}"));
        if let Ok(record) = &record
            && !expected[6].is_empty()
        {
            chosen.check(record.chosen().is_some(), || format!("{}: no score is chosen", record.cve));
        }
    }
    tally.hold("cve5/_expected.tsv", 0);
    chosen.hold("cve5: records with scores, one chosen and computed", 0);
}
