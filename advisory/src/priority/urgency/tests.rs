//! Facts and the urgency that follows.

use super::super::{Listing, Prediction, Scored};
use super::*;
use crate::cvss::{Score, Version};
use crate::day::Day;
use crate::ssvc::CisaPoints;
use proptest::prelude::*;

fn scored(tenths: u8) -> Option<Scored> {
    Score::of_tenths(tenths).map(|score| Scored { version: Version::V31, score })
}

fn urgency(facts: &Facts) -> Urgency {
    Urgency::of(facts, &thresholds()).urgency
}

#[test]
fn what_is_exploited_comes_first() {
    let day = Day::new(2025, 1, 1).unwrap();
    let kev = Some(Listing { added: day, due: None, ransomware: false });
    let internal = Facts { cvss: scored(31), exposure: Exposure::Internal, ..Facts::default() };
    assert_eq!(urgency(&internal), Urgency::Low);
    assert_eq!(urgency(&Facts { cvss: scored(75), ..internal.clone() }), Urgency::Medium);
    assert_eq!(
        urgency(&Facts { cvss: scored(75), exposure: Exposure::Unknown, ..internal.clone() }),
        Urgency::High
    );
    assert_eq!(urgency(&Facts { cvss: scored(98), ..internal.clone() }), Urgency::High);
    let judged = Urgency::of(&Facts { kev, cvss: scored(98), ..internal }, &thresholds());
    assert_eq!((judged.urgency, judged.because), (Urgency::Critical, vec!["listed in KEV"]));
}

#[test]
fn a_prediction_counts_for_its_own_model_only() {
    let facts = |model: &str| Facts {
        epss: Some(Prediction { probability: 0.5, model: model.to_string() }),
        cvss: scored(31),
        ..Facts::default()
    };
    assert_eq!(urgency(&facts("v2023.03.01")), Urgency::High);
    assert_eq!(urgency(&facts("v2025.03.14")), Urgency::Low);
    assert_eq!(urgency(&facts("v2030.01.01")), Urgency::Low);
}

#[test]
fn what_nobody_scored_is_not_low() {
    assert_eq!(urgency(&Facts { exposure: Exposure::Internal, ..Facts::default() }), Urgency::Medium);
}

proptest! {
    /// Exploitation, automation, control, exposure and a higher score never lower the urgency.
    #[test]
    fn a_worse_fact_never_lowers_the_urgency(tenths in 0u8..100, automatable: bool, total: bool, exploited: bool, public: bool) {
        let facts = |tenths, automatable, total, exploited, public| Facts {
            cvss: scored(tenths),
            ssvc: CisaPoints {
                exploitation: Some(if exploited { Exploitation::PublicPoc } else { Exploitation::None }),
                automatable: Some(automatable),
                technical_impact: Some(if total { TechnicalImpact::Total } else { TechnicalImpact::Partial }),
            },
            exposure: if public { Exposure::Public } else { Exposure::Internal },
            ..Facts::default()
        };
        let here = urgency(&facts(tenths, automatable, total, exploited, public));
        prop_assert!(here <= urgency(&facts(tenths + 1, automatable, total, exploited, public)));
        prop_assert!(here <= urgency(&facts(tenths, true, total, exploited, public)));
        prop_assert!(here <= urgency(&facts(tenths, automatable, true, exploited, public)));
        prop_assert!(here <= urgency(&facts(tenths, automatable, total, true, public)));
        prop_assert!(here <= urgency(&facts(tenths, automatable, total, exploited, true)));
    }
}
