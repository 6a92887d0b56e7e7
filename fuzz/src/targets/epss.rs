//! A day of EPSS: rows are in order, each once, and within their limits.

use patchform_advisory::epss::Scores;

/// One day.
pub fn run(data: &[u8]) {
    match Scores::read(data, None) {
        Ok(scores) => {
            assert!(!scores.is_empty() && scores.rows().windows(2).all(|two| two[0].0 < two[1].0));
            for (cve, likelihood) in scores.rows() {
                assert!((0.0..=1.0).contains(&likelihood.probability));
                assert_eq!(scores.of(*cve), Some(*likelihood));
            }
            assert_eq!(scores.model.is_some(), scores.trend(&scores, scores.rows()[0].0).is_ok());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
