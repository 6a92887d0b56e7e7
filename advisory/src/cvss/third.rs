//! The equations of versions 3.0 and 3.1.
//!
//! Sources: section 8 of the specification of 3.0, section 7 and appendix A of 3.1. They are written here because the
//! crate `cvss` 3.0 rounds 3.0 by the plain ceiling of a binary number, and so makes 9.3 of 10.0 × 0.92.

use super::metric::{Group, Version};
use super::score::Score;

/// The values of a vector of version 3, by the names of metrics.
pub(super) struct Third<'a> {
    pub(super) version: Version,
    /// The value of a metric; `X` where it is not given.
    pub(super) value: &'a dyn Fn(&str) -> &'static str,
}

impl Third<'_> {
    /// The base, temporal or environmental score.
    pub(super) fn score(&self, group: Group) -> Score {
        match group {
            Group::Base => self.base(),
            Group::Threat => self.worn(self.base()),
            Group::Environmental | Group::Supplemental => self.environmental(),
        }
    }

    fn base(&self) -> Score {
        let changed = self.value("S") == "C";
        let iss = 1.0 - ["C", "I", "A"].map(|name| 1.0 - impact(self.value(name))).iter().product::<f64>();
        let impact = if changed { 7.52 * (iss - 0.029) - 3.25 * (iss - 0.02).powi(15) } else { 6.42 * iss };
        let exploitability = self.exploitability(|name| self.value(name), changed);
        self.joined(impact, exploitability, changed)
    }

    /// Section 7.3 of 3.1, 8.3 of 3.0: the same with the modified metrics and the requirements.
    fn environmental(&self) -> Score {
        let changed = self.modified("S") == "C";
        let left = [("C", "CR"), ("I", "IR"), ("A", "AR")]
            .map(|(name, required)| 1.0 - requirement(self.value(required)) * impact(self.modified(name)));
        let miss = (1.0 - left.iter().product::<f64>()).min(0.915);
        let impact = match (changed, self.version) {
            (false, _) => 6.42 * miss,
            (true, Version::V30) => 7.52 * (miss - 0.029) - 3.25 * (miss - 0.02).powi(15),
            (true, _) => 7.52 * (miss - 0.029) - 3.25 * (miss * 0.9731 - 0.02).powi(13),
        };
        let exploitability = self.exploitability(|name| self.modified(name), changed);
        self.worn(self.joined(impact, exploitability, changed))
    }

    fn joined(&self, impact: f64, exploitability: f64, changed: bool) -> Score {
        if impact <= 0.0 {
            return Score::default();
        }
        let factor = if changed { 1.08 } else { 1.0 };
        self.roundup((factor * (impact + exploitability)).min(10.0))
    }

    /// The score after exploit code maturity, remediation level and report confidence.
    fn worn(&self, score: Score) -> Score {
        let factors =
            maturity(self.value("E")) * remediation(self.value("RL")) * confidence(self.value("RC"));
        self.roundup(f64::from(score.tenths()) / 10.0 * factors)
    }

    fn exploitability(&self, value: impl Fn(&str) -> &'static str, changed: bool) -> f64 {
        let vector = match value("AV") {
            "N" => 0.85,
            "A" => 0.62,
            "L" => 0.55,
            _ => 0.2,
        };
        let complexity = if value("AC") == "L" { 0.77 } else { 0.44 };
        let privileges = match (value("PR"), changed) {
            ("N", _) => 0.85,
            ("L", true) => 0.68,
            ("L", false) => 0.62,
            (_, true) => 0.5,
            (_, false) => 0.27,
        };
        let interaction = if value("UI") == "N" { 0.85 } else { 0.62 };
        8.22 * vector * complexity * privileges * interaction
    }

    /// The smallest tenth that is not below the number; what binary numbers add beyond the fifth digit does not count.
    /// Appendix A of 3.1 says so for 3.1. For 3.0 the numbers are meant as decimal ones, so only noise is left out.
    fn roundup(&self, number: f64) -> Score {
        let noise = if self.version == Version::V30 { 1e-9 } else { 5e-6 };
        Score::of_equation(((number - noise) * 10.0).ceil() / 10.0)
    }

    fn value(&self, name: &str) -> &'static str {
        (self.value)(name)
    }

    /// The modified metric, or the base metric where it is not defined.
    fn modified(&self, name: &str) -> &'static str {
        match self.value(&format!("M{name}")) {
            "X" => self.value(name),
            value => value,
        }
    }
}

fn impact(value: &str) -> f64 {
    match value {
        "H" => 0.56,
        "L" => 0.22,
        _ => 0.0,
    }
}

fn requirement(value: &str) -> f64 {
    match value {
        "H" => 1.5,
        "L" => 0.5,
        _ => 1.0,
    }
}

fn maturity(value: &str) -> f64 {
    match value {
        "U" => 0.91,
        "P" => 0.94,
        "F" => 0.97,
        _ => 1.0,
    }
}

fn remediation(value: &str) -> f64 {
    match value {
        "O" => 0.95,
        "T" => 0.96,
        "W" => 0.97,
        _ => 1.0,
    }
}

fn confidence(value: &str) -> f64 {
    match value {
        "U" => 0.92,
        "R" => 0.96,
        _ => 1.0,
    }
}
