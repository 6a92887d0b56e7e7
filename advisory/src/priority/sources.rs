//! What the feeds say of one CVE, as facts.

use super::facts::{Facts, Listing, Prediction, Scored};
use crate::cve::CveId;
use crate::cve5::Record;
use crate::day::Day;
use crate::epss::Scores;
use crate::kev::Catalog;

/// The feeds that are at hand; each may be missing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sources<'a> {
    /// An edition of KEV.
    pub kev: Option<&'a Catalog>,
    /// A day of EPSS.
    pub epss: Option<&'a Scores>,
    /// The record of the CVE.
    pub record: Option<&'a Record<'a>>,
}

impl Sources<'_> {
    /// What is known of a CVE. Of KEV the catalogue decides; only without one does the record's date count, which has no
    /// due date. What depends on the component (exposure, the vendor's word, the fix, when it was seen) is not among it.
    #[must_use]
    pub fn facts(&self, cve: CveId) -> Facts {
        let record = self.record.filter(|record| record.cve == cve && !record.retracts());
        Facts {
            kev: match self.kev {
                Some(catalog) => listed(catalog, cve),
                None => record.and_then(Record::kev_added).map(undue),
            },
            epss: self.epss.and_then(|scores| predicted(scores, cve)),
            ssvc: record.map(Record::ssvc).unwrap_or_default(),
            cvss: record
                .and_then(Record::chosen)
                .map(|chosen| Scored { version: chosen.vector.version(), score: chosen.vector.principal() }),
            disclosed: record.and_then(|record| Day::parse(record.published.as_deref()?)),
            ..Facts::default()
        }
    }
}

fn listed(catalog: &Catalog, cve: CveId) -> Option<Listing> {
    let entry = catalog.entries.get(&cve)?;
    Some(Listing { added: entry.added, due: Some(entry.due), ransomware: entry.used_by_ransomware() })
}

fn undue(added: Day) -> Listing {
    Listing { added, due: None, ransomware: false }
}

/// A day that does not say its model predicts nothing that a threshold could be held against.
fn predicted(scores: &Scores, cve: CveId) -> Option<Prediction> {
    let model = scores.model.clone()?;
    scores.of(cve).map(|likelihood| Prediction { probability: likelihood.probability, model })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"dataVersion":"5.1","cveMetadata":{"cveId":"CVE-2024-3400","state":"PUBLISHED","datePublished":"2024-04-12T07:20:00.707Z"},"containers":{"cna":{},"adp":[{"metrics":[{"other":{"type":"kev","content":{"dateAdded":"2024-04-12"}}}]}]}}"#;

    #[test]
    fn the_catalogue_decides_and_without_it_the_record() {
        let cve = CveId::parse("CVE-2024-3400").unwrap();
        let record = Record::read(RECORD.as_bytes()).unwrap();
        let sources = Sources { record: Some(&record), ..Sources::default() };
        let facts = sources.facts(cve);
        assert_eq!(facts.kev, Day::new(2024, 4, 12).map(undue));
        assert_eq!(facts.disclosed, Day::new(2024, 4, 12));
        let empty = br#"{"catalogVersion":"v","dateReleased":"r","count":0,"vulnerabilities":[]}"#;
        let catalog = Catalog::read(empty).unwrap();
        assert_eq!(Sources { kev: Some(&catalog), ..sources }.facts(cve).kev, None);
        let other = CveId::parse("CVE-2024-3401").unwrap();
        assert_eq!(sources.facts(other), Facts::default());
    }

    #[test]
    fn a_rejected_record_says_nothing() {
        let text = RECORD.replace("PUBLISHED", "REJECTED");
        let record = Record::read(text.as_bytes()).unwrap();
        assert_eq!(
            Sources { record: Some(&record), ..Sources::default() }.facts(record.cve),
            Facts::default()
        );
    }

    #[test]
    fn a_prediction_keeps_its_model() {
        let day = "#model_version:v2025.03.14,score_date:2025-03-19T00:00:00Z\ncve,epss,percentile\nCVE-2024-3400,0.9,1.0\n";
        let cve = CveId::parse("CVE-2024-3400").unwrap();
        let scores = Scores::read(day.as_bytes(), None).unwrap();
        let facts = Sources { epss: Some(&scores), ..Sources::default() }.facts(cve);
        assert_eq!(facts.epss, Some(Prediction { probability: 0.9, model: "v2025.03.14".to_string() }));
        let old = Scores::read(b"cve,epss\nCVE-2024-3400,0.9\n", None).unwrap();
        assert_eq!(Sources { epss: Some(&old), ..Sources::default() }.facts(cve).epss, None);
    }
}
