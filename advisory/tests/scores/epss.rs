//! EPSS in the forms of six years.

use crate::corpus::{self, Tally};
use patchform_advisory::cve::CveId;
use patchform_advisory::day::Day;
use patchform_advisory::epss::{EpssError, Scores};
use patchform_advisory::priority::thresholds;
use patchform_advisory::shrink::Shrank;
use std::path::Path;

/// The day in a name such as `epss_scores-2021-04-14.csv.gz`.
fn named(path: &Path) -> Option<Day> {
    let name = path.file_name()?.to_str()?;
    name.match_indices("20").find_map(|(at, _)| Day::parse(name.get(at..at + 10)?))
}

fn read(path: &Path) -> Result<Scores, EpssError> {
    Scores::read(&corpus::bytes(path), named(path))
}

#[test]
fn every_form_is_read_as_its_expected_content() {
    let Some(folder) = corpus::folder("epss/format-history") else { return };
    let mut tally = Tally::default();
    for entry in std::fs::read_dir(folder.join("expected")).expect("the corpus") {
        let path = entry.expect("an entry").path();
        let expected: serde_json::Value = serde_json::from_slice(&corpus::bytes(&path)).expect("JSON");
        let day = path.file_stem().expect("a name").to_string_lossy().to_string();
        let found = read(&folder.join(format!("epss_scores-{day}.csv.gz"))).expect("a day");
        let data = expected["data"].as_array().expect("rows");
        let rows = data.iter().all(|row| {
            let cve: CveId = row["id"].as_str().expect("an id").parse().expect("a CVE");
            let likelihood = found.of(cve).expect("a score");
            Some(likelihood.probability) == row["epss"].as_f64()
                && likelihood.percentile == row["percentile"].as_f64()
        });
        let right = rows
            && data.len() == found.len()
            && found.model.as_deref() == expected["model"].as_str()
            && found.day == expected["score_date"].as_str().and_then(Day::parse);
        tally.check(right, || format!("{}: {found:?}", path.display()));
    }
    tally.hold("epss/format-history", 0);
}

#[test]
fn real_days_are_read_and_a_new_model_moves_them() {
    let Some(folder) = corpus::folder("epss") else { return };
    let mut tally = Tally::default();
    let mut days = Vec::new();
    for entry in std::fs::read_dir(&folder).expect("the corpus") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().to_string();
        if !name.ends_with(".kev-only.csv") {
            continue;
        }
        let plain = read(&path);
        let packed = read(&folder.join(format!("{name}.gz")));
        let lines = corpus::text(&path).lines().count() - 2;
        let right = plain.as_ref().is_ok_and(|scores| scores.len() == lines && scores.day == named(&path))
            && plain == packed;
        tally.check(right, || format!("{name}: {:?}", plain.as_ref().map(Scores::len)));
        days.extend(plain);
    }
    days.sort_by_key(|scores| scores.day);
    for two in days.windows(2).filter(|two| two[0].model != two[1].model) {
        let cve = two[0].rows()[0].0;
        let trend = two[1].trend(&two[0], cve);
        tally.check(trend.is_err(), || format!("a trend over two models: {trend:?}"));
    }
    tally.hold("epss days: rows, day, model", 0);
}

#[test]
fn other_columns_are_refused_and_a_feed_that_shrank_is_noticed() {
    let Some(folder) = corpus::folder("epss") else { return };
    let mut tally = Tally::default();
    for file in ["vunnel/invalid-header.csv", "kev-epss-2026-06-14.short-feed.csv"] {
        let found = read(&folder.join(file));
        tally.check(matches!(found, Err(EpssError::Columns(_))), || format!("{file}: {found:?}"));
    }
    for (file, rows) in [
        ("vunnel/example-1.csv", 5),
        ("claircore/data.csv", corpus::text(&folder.join("claircore/data.csv")).lines().count() - 2),
    ] {
        let found = read(&folder.join(file));
        tally.check(found.as_ref().is_ok_and(|scores| scores.len() == rows), || format!("{file}: {found:?}"));
    }
    let short = corpus::text(&folder.join("kev-epss-2026-06-14.short-feed.csv")).lines().count() - 1;
    tally.check(Shrank::check(1_550, short).is_err(), || "the short feed of 2026-06-14 is taken".to_string());
    tally.hold("epss refusals and other tools' samples", 0);
}

/// The thresholds of urgency are what half of the CVEs in KEV reached.
#[test]
fn half_of_what_is_known_to_be_exploited_reaches_the_threshold_of_its_model() {
    let Some(folder) = corpus::folder("epss") else { return };
    let mut tally = Tally::default();
    for threshold in thresholds() {
        for entry in std::fs::read_dir(&folder).expect("the corpus") {
            let path = entry.expect("an entry").path();
            if !path.to_string_lossy().ends_with(".kev-only.csv") {
                continue;
            }
            let scores = read(&path).expect("a day");
            if let Ok(reaching) = scores.reaching(&threshold) {
                let share = reaching.len() as f64 / scores.len() as f64;
                tally.check((0.49..0.52).contains(&share), || format!("{}: {share}", threshold.model));
            }
        }
    }
    tally.hold("epss: thresholds reached by half of KEV", 0);
}
