//! Days of our own, in every form, and what is wrong with others.

use super::*;

const NEW: &str = "#model_version:v2025.03.14,score_date:2025-03-19T00:00:00+0000\ncve,epss,percentile\nCVE-2020-5902,0.97,0.999\nCVE-1999-0005,0.5,1.0\n";

fn read(text: &str) -> Result<Scores, EpssError> {
    Scores::read(text.as_bytes(), Day::new(2021, 4, 14))
}

fn reason(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn every_form_of_the_first_lines_is_read() {
    let scores = read(NEW).unwrap();
    assert_eq!((scores.model.as_deref(), scores.day), (Some("v2025.03.14"), Day::new(2025, 3, 19)));
    let first = CveId::parse("CVE-1999-0005").unwrap();
    assert_eq!(scores.rows()[0].0, first);
    assert_eq!(scores.of(first), Some(Likelihood { probability: 0.5, percentile: Some(1.0) }));
    let zulu = read(&NEW.replace("+0000", "Z").replace('\n', "\r\n")).unwrap();
    assert_eq!(zulu, scores);
    let old = read("cve,epss\nCVE-2020-5902,0.65117\n").unwrap();
    assert_eq!((old.model, old.day), (None, Day::new(2021, 4, 14)));
}

#[test]
fn other_columns_and_broken_rows_are_refused() {
    assert_eq!(
        reason("invalid,header,format\n"),
        "the columns are `invalid,header,format`, not `cve,epss` or `cve,epss,percentile`"
    );
    assert_eq!(
        reason("#nothing\ncve,epss\n"),
        "the first line is `#nothing`, not `#model_version:…,score_date:…`"
    );
    assert_eq!(
        reason("cve,epss\nCVE-2020-5902,1.5\n"),
        "line 2 is no CVE with its scores: `CVE-2020-5902,1.5`"
    );
    assert_eq!(
        reason("cve,epss\nCVE-2020-5902,0.1\n\nCVE-2020-5902,0.2"),
        "CVE-2020-5902 stands there twice"
    );
    assert_eq!(reason("cve,epss\n"), "there are no scores");
    for text in ["nan", "inf", "", "-0.1", " 0.1", "0.1,0.2"] {
        assert!(read(&format!("cve,epss\nCVE-2020-5902,{text}\n")).is_err(), "{text}");
    }
    assert!(reason("cve,epss\nCVE\0").contains("NUL"));
}

#[test]
fn a_line_without_end_is_refused_before_it_is_kept() {
    let text = format!("cve,epss\n{}", "x".repeat(1 << 20));
    assert_eq!(reason(&text), "line 2 has more than 512 bytes");
}

/// Where the cut leaves whole rows only, those are a feed that shrank; elsewhere it is refused, or known to be cut.
#[test]
fn a_truncated_day_is_refused_or_shorter() {
    let whole = read(NEW).unwrap();
    for cut in 0..NEW.len() {
        match read(&NEW[..cut]) {
            Ok(part) if part.ended => {
                assert!(part.rows().iter().all(|(cve, likelihood)| whole.of(*cve) == Some(*likelihood)))
            }
            Ok(_) => assert!(!NEW[..cut].ends_with('\n')),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

#[test]
fn numbers_of_two_models_do_not_compare() {
    let scores = read(NEW).unwrap();
    let threshold = |model: &str| Threshold { model: model.to_string(), probability: 0.97 };
    assert_eq!(scores.reaching(&threshold("v2025.03.14")).unwrap().len(), 1);
    let error = scores.reaching(&threshold("v2023.03.01")).unwrap_err();
    assert_eq!(error.to_string(), "scores of the model v2025.03.14 do not compare with those of v2023.03.01");
    let cve = CveId::parse("CVE-2020-5902").unwrap();
    assert_eq!(scores.trend(&scores, cve), Ok(Some(0.0)));
    let old = read("cve,epss\nCVE-2020-5902,0.65117\n").unwrap();
    assert!(scores.trend(&old, cve).is_err() && old.trend(&old, cve).is_err());
}
