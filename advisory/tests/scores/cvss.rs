//! CVSS beside the answers of Red Hat's and claircore's programs, and of what publishers wrote.

use crate::corpus::{self, Tally};
use patchform_advisory::cvss::{Agreement, Group, Score, Vector};
use std::path::Path;

/// Lines of a file that say something, without the comment behind them.
fn lines(path: &Path) -> Vec<String> {
    let text = corpus::text(path);
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(String::from).collect()
}

fn number(text: &str) -> Option<Score> {
    text.trim().parse().ok().and_then(Score::of_number)
}

fn scores(vector: &Vector) -> [Score; 3] {
    [Group::Base, Group::Threat, Group::Environmental].map(|group| vector.score(group))
}

#[test]
fn red_hats_vectors_have_red_hats_scores() {
    let Some(folder) = corpus::folder("cvss/redhat-cvss") else { return };
    for file in
        ["simple2", "cvsslib2", "calculator2", "simple3", "simple31", "calculator3", "simple4", "threat4"]
    {
        let mut tally = Tally::default();
        for line in lines(&folder.join(format!("vectors_{file}"))) {
            let (text, expected) = line.split_once(" - ").expect("a vector and its scores");
            let expected = expected.trim_matches(['(', ')']).trim_end_matches(',').split(',');
            let found = Vector::parse(text).map(|vector| scores(&vector));
            // The score of 4.0 is that of everything given: the environmental one.
            let groups: &[usize] = if file.ends_with('4') { &[2] } else { &[0, 1, 2] };
            let right = expected.zip(groups).all(|(expected, group)| {
                let expected = expected.trim();
                expected == "None"
                    || found.as_ref().is_ok_and(|found| number(expected) == Some(found[*group]))
            });
            tally.check(right, || format!("{line} but {found:?}"));
        }
        tally.hold(&format!("cvss/redhat-cvss/vectors_{file}"), 0);
    }
}

#[test]
fn random_vectors_have_the_scores_of_two_other_programs() {
    let Some(folder) = corpus::folder("cvss") else { return };
    let mut tally = Tally::default();
    for line in lines(&folder.join("generated-v3.tsv")) {
        let cells: Vec<&str> = line.split('\t').collect();
        let right = Vector::parse(cells[0]).is_ok_and(|vector| {
            let found = scores(&vector);
            let words = found.map(|score| score.severity(vector.version()));
            (0..3).all(|at| number(cells[1 + at]) == Some(found[at]))
                && (0..3).all(|at| words[at].word().eq_ignore_ascii_case(cells[4 + at]))
        });
        tally.check(right, || format!("{line} but {:?}", Vector::parse(cells[0]).map(|v| scores(&v))));
    }
    tally.hold("cvss/generated-v3.tsv", 0);

    let mut tally = Tally::default();
    for line in lines(&folder.join("generated-v4.tsv")) {
        let cells: Vec<&str> = line.split('\t').collect();
        let found = Vector::parse(cells[0]).map(|vector| vector.overall());
        let right = found.as_ref().is_ok_and(|found| {
            let word = found.severity(patchform_advisory::cvss::Version::V40).word();
            number(cells[1]) == Some(*found) && word.eq_ignore_ascii_case(cells[2])
        });
        tally.check(right, || format!("{line} but {found:?}"));
    }
    tally.hold("cvss/generated-v4.tsv", 0);
}

#[test]
fn published_vectors_have_the_computed_score_and_the_disagreement_is_found() {
    let Some(folder) = corpus::folder("cvss") else { return };
    let mut tally = Tally::default();
    let mut misplaced = 0;
    for line in lines(&folder.join("real-cve5.tsv")) {
        let cells: Vec<&str> = line.split('\t').collect();
        let Ok(vector) = Vector::parse(cells[1]) else {
            tally.check(false, || format!("refused: {line}: {:?}", Vector::parse(cells[1])));
            continue;
        };
        let published: Vec<Score> =
            cells[4].split(';').filter_map(|one| number(one.split('/').next().unwrap_or_default())).collect();
        let agreements: Vec<Agreement> =
            published.iter().map(|score| Agreement::of(&vector, *score)).collect();
        let equal = agreements.iter().filter(|one| **one == Agreement::Equal).count();
        misplaced += agreements.iter().filter(|one| matches!(one, Agreement::Misplaced { .. })).count();
        let said = match cells[5].split(' ').next() {
            Some("ok") => equal == agreements.len(),
            Some("mixed") => equal > 0 && equal < agreements.len(),
            _ => equal == 0,
        };
        let word = vector.severity().word().eq_ignore_ascii_case(cells[3]);
        let right = number(cells[2]) == Some(vector.principal()) && word && said;
        tally.check(right, || {
            format!("{line} but {} {} {agreements:?}", vector.principal(), vector.severity())
        });
    }
    tally.hold("cvss/real-cve5.tsv", 0);
    println!("    {misplaced} published base scores are temporal or environmental ones");
}

#[test]
fn claircores_lists_are_answered_as_claircore_does() {
    let Some(folder) = corpus::folder("cvss/claircore") else { return };
    for file in ["v2_score.list", "v31_score.list", "v4_score.list"] {
        let mut tally = Tally::default();
        for line in lines(&folder.join(file)) {
            let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
            let (Some(text), Some(expected)) = (words.next(), words.next()) else { continue };
            let found = Vector::parse_strict(text).map(|vector| vector.overall());
            let right = found.as_ref().is_ok_and(|found| number(expected) == Some(*found));
            tally.check(right, || format!("{line} but {found:?}"));
        }
        tally.hold(&format!("cvss/claircore/{file}"), 0);
    }
    for file in ["v2_roundtrip.list", "v3_roundtrip.list"] {
        let mut tally = Tally::default();
        for line in lines(&folder.join(file)) {
            let Some(text) = line.split_whitespace().next() else { continue };
            let found = Vector::parse_strict(text).map(|vector| vector.to_string());
            tally.check(found.as_deref() == Ok(text), || format!("{line} but {found:?}"));
        }
        tally.hold(&format!("cvss/claircore/{file}"), 0);
    }
    for file in ["v2_error.list", "v3_error.list", "v4_error.list"] {
        let mut tally = Tally::default();
        for line in lines(&folder.join(file)) {
            let text = line.trim_end_matches("#OK").trim_end();
            // Each list is about one version.
            let found = Vector::parse_strict(text)
                .ok()
                .filter(|vector| file[1..2] == vector.version().to_string()[..1]);
            tally.check(found.is_some() == line.ends_with("#OK"), || format!("{line} but {found:?}"));
        }
        tally.hold(&format!("cvss/claircore/{file}"), 0);
    }
}
