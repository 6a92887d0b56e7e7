//! Real CVE records under the directive: the profile beside the published decision table.

use crate::corpus::{self, Tally};
use patchform_advisory::cve5::Record;
use patchform_advisory::day::Day;
use patchform_advisory::policy::{Due, known};
use patchform_advisory::priority::{Exposure, Fix, Priority, Sources};
use patchform_advisory::ssvc::Table;

/// The outcome in the words of the table.
fn outcome(due: Due, also: bool) -> String {
    match due {
        Due::On { day, start } => {
            format!(
                "{} days{}",
                day.days_since(start.day),
                if also { " & forensic investigation" } else { "" }
            )
        }
        other => {
            if other == Due::NextUpgrade {
                "Fix on system upgrade".to_string()
            } else {
                format!("{other:?}")
            }
        }
    }
}

#[test]
fn the_directive_decides_real_records_as_its_published_table() {
    let (Some(records), Some(tables)) =
        (corpus::folder("cve5"), corpus::folder("ssvc/json/decision_tables/cisa"))
    else {
        return;
    };
    let table =
        Table::read_json(&corpus::bytes(&tables.join("cisa_bod_26_04_1_0_0.json")), "cisa").expect("a table");
    let profile = known::profile("bod-26-04").expect("a profile");
    let mut tally = Tally::default();
    for line in corpus::text(&records.join("_expected.tsv")).lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let path = crate::cve5::path_of(&records, cells[0]);
        if !path.exists() || cells[2].is_empty() {
            continue;
        }
        let bytes = corpus::bytes(&path);
        let record = Record::read(&bytes).expect("a record");
        for (exposure, exposed) in [(Exposure::Internal, "no"), (Exposure::Public, "yes")] {
            let listed = if cells[5].is_empty() { "no" } else { "yes" };
            let expected = table.decide(&[
                ("In KEV", listed),
                ("Publicly Exposed", exposed),
                ("Automatable", cells[3]),
                ("Technical Impact", cells[4]),
            ]);
            let mut facts = Sources { record: Some(&record), ..Sources::default() }.facts(record.cve);
            facts.exposure = exposure;
            facts.fix = Day::new(2020, 1, 1).map_or(Fix::Undated, Fix::Released);
            let found = profile.deadline(&facts, Priority::Medium).expect("a deadline");
            let said = outcome(found.due, found.also.is_some());
            let right = expected.as_ref().is_ok_and(|expected| expected.outcome.name == said)
                && found.assumed.is_empty();
            tally.check(right, || format!("{line}: {expected:?} but {found}"));
        }
    }
    tally.hold("cve5 under BOD 26-04, exposed and not", 0);
}
