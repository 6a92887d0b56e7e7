//! What attackers do or can do, in four steps.

use super::facts::{Exposure, Facts};
use crate::cvss::Severity;
use crate::epss::Threshold;
use crate::ssvc::{Exploitation, TechnicalImpact};
use std::fmt;

/// How soon a vulnerability is likely to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// Little can be done with it.
    Low,
    /// It can be used.
    Medium,
    /// It is likely to be used, or does much.
    High,
    /// It is being used, or will be.
    Critical,
}

impl fmt::Display for Urgency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Urgency::Low => "low",
            Urgency::Medium => "medium",
            Urgency::High => "high",
            Urgency::Critical => "critical",
        })
    }
}

/// An urgency and the rules that made it so high.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The highest that a rule gives.
    pub urgency: Urgency,
    /// The sentences of the rules that give it.
    pub because: Vec<&'static str>,
}

/// A rule: where it holds, the urgency is at least so high.
struct Rule {
    because: &'static str,
    at_least: Urgency,
    holds: fn(&Facts, &[Threshold]) -> bool,
}

/// Ours, after the order that CISA's decision tables have: what is exploited comes before what could be, and that before
/// what would be bad. A new rule is a new row. Unknown exposure counts as public, an unknown score as medium.
const RULES: &[Rule] = &[
    Rule { because: "listed in KEV", at_least: Urgency::Critical, holds: |facts, _| facts.kev.is_some() },
    Rule {
        because: "exploited (SSVC)",
        at_least: Urgency::Critical,
        holds: |facts, _| facts.ssvc.exploitation == Some(Exploitation::Active),
    },
    Rule {
        because: "reachable, automatable and gives total control (SSVC)",
        at_least: Urgency::Critical,
        holds: |facts, _| reachable(facts) && automatable(facts) && total(facts),
    },
    Rule {
        because: "as likely to be exploited as half of what is known to be (EPSS)",
        at_least: Urgency::High,
        holds: likely,
    },
    Rule {
        because: "an exploit is public, and it is automatable (SSVC)",
        at_least: Urgency::High,
        holds: |facts, _| facts.working_exploit() == Some(true) && automatable(facts),
    },
    Rule {
        because: "critical (CVSS)",
        at_least: Urgency::High,
        holds: |facts, _| facts.severity() == Some(Severity::Critical),
    },
    Rule {
        because: "high (CVSS) and reachable",
        at_least: Urgency::High,
        holds: |facts, _| facts.severity() == Some(Severity::High) && reachable(facts),
    },
    Rule {
        because: "an exploit is public (SSVC)",
        at_least: Urgency::Medium,
        holds: |facts, _| facts.working_exploit() == Some(true),
    },
    Rule {
        because: "high (CVSS)",
        at_least: Urgency::Medium,
        holds: |facts, _| facts.severity() == Some(Severity::High),
    },
    Rule {
        because: "medium (CVSS) and reachable",
        at_least: Urgency::Medium,
        holds: |facts, _| facts.severity() == Some(Severity::Medium) && reachable(facts),
    },
    Rule { because: "not scored", at_least: Urgency::Medium, holds: |facts, _| facts.cvss.is_none() },
];

impl Urgency {
    /// Judges a finding. `thresholds` has one row per model of EPSS; a prediction of a model without a row raises nothing.
    #[must_use]
    pub fn of(facts: &Facts, thresholds: &[Threshold]) -> Judged {
        let holding: Vec<&Rule> = RULES.iter().filter(|rule| (rule.holds)(facts, thresholds)).collect();
        let urgency = holding.iter().map(|rule| rule.at_least).max().unwrap_or(Urgency::Low);
        let because =
            holding.iter().filter(|rule| rule.at_least == urgency).map(|rule| rule.because).collect();
        Judged { urgency, because }
    }
}

/// Thresholds of the three models since 2023: what half of the CVEs in KEV reached, measured on real scores of
/// them on one day of each model (2025-03-15, 2025-03-19, 2026-06-17).
#[must_use]
pub fn thresholds() -> Vec<Threshold> {
    [("v2023.03.01", 0.36), ("v2025.03.14", 0.79), ("v2026.06.15", 0.55)]
        .map(|(model, probability)| Threshold { model: model.to_string(), probability })
        .to_vec()
}

fn reachable(facts: &Facts) -> bool {
    facts.exposure != Exposure::Internal
}

fn automatable(facts: &Facts) -> bool {
    facts.ssvc.automatable == Some(true)
}

fn total(facts: &Facts) -> bool {
    facts.ssvc.technical_impact == Some(TechnicalImpact::Total)
}

fn likely(facts: &Facts, thresholds: &[Threshold]) -> bool {
    let Some(prediction) = &facts.epss else { return false };
    let own = thresholds.iter().find(|threshold| threshold.model == prediction.model);
    own.is_some_and(|threshold| prediction.probability >= threshold.probability)
}

#[cfg(test)]
mod tests;
