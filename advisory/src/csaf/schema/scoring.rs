//! The schemas of CVSS objects, which write a vector's metrics out as words beside the vector.
//!
//! Source: `cvss-v2.0.json`, `cvss-v3.0.json`, `cvss-v3.1.json` and `cvss-v4.0.json` of <https://www.first.org/cvss/>.

use super::shape::Walk;
use crate::cvss::{Score, Vector, Version};
use serde_json::{Map, Value};

/// A member of the object that repeats a metric of the vector.
pub struct Property {
    /// The member.
    pub name: &'static str,
    /// The metric.
    pub metric: &'static str,
    /// Values in the vector and in the member, in this order.
    pub words: Words,
}

type Words = &'static [(&'static str, &'static str)];

const fn property(name: &'static str, metric: &'static str, words: Words) -> Property {
    Property { name, metric, words }
}

const N_P_C: Words = &[("N", "NONE"), ("P", "PARTIAL"), ("C", "COMPLETE")];
const REQUIREMENT_2: Words = &[("L", "LOW"), ("M", "MEDIUM"), ("H", "HIGH"), ("ND", "NOT_DEFINED")];
const REQUIREMENT: Words = &[("L", "LOW"), ("M", "MEDIUM"), ("H", "HIGH"), ("X", "NOT_DEFINED")];
const VECTOR_3: Words =
    &[("N", "NETWORK"), ("A", "ADJACENT_NETWORK"), ("L", "LOCAL"), ("P", "PHYSICAL"), ("X", "NOT_DEFINED")];
const VECTOR_4: Words =
    &[("N", "NETWORK"), ("A", "ADJACENT"), ("L", "LOCAL"), ("P", "PHYSICAL"), ("X", "NOT_DEFINED")];
const H_L: Words = &[("H", "HIGH"), ("L", "LOW"), ("X", "NOT_DEFINED")];
const H_L_N: Words = &[("H", "HIGH"), ("L", "LOW"), ("N", "NONE"), ("X", "NOT_DEFINED")];
const SUBSEQUENT: Words = &[("H", "HIGH"), ("L", "LOW"), ("N", "NEGLIGIBLE"), ("X", "NOT_DEFINED")];
const SUBSEQUENT_SAFETY: Words =
    &[("S", "SAFETY"), ("H", "HIGH"), ("L", "LOW"), ("N", "NEGLIGIBLE"), ("X", "NOT_DEFINED")];
const N_R: Words = &[("N", "NONE"), ("R", "REQUIRED"), ("X", "NOT_DEFINED")];
const N_P: Words = &[("N", "NONE"), ("P", "PRESENT"), ("X", "NOT_DEFINED")];
const N_P_A: Words = &[("N", "NONE"), ("P", "PASSIVE"), ("A", "ACTIVE"), ("X", "NOT_DEFINED")];
const U_C: Words = &[("U", "UNCHANGED"), ("C", "CHANGED"), ("X", "NOT_DEFINED")];

const V2: &[Property] = &[
    property("accessVector", "AV", &[("N", "NETWORK"), ("A", "ADJACENT_NETWORK"), ("L", "LOCAL")]),
    property("accessComplexity", "AC", &[("H", "HIGH"), ("M", "MEDIUM"), ("L", "LOW")]),
    property("authentication", "Au", &[("M", "MULTIPLE"), ("S", "SINGLE"), ("N", "NONE")]),
    property("confidentialityImpact", "C", N_P_C),
    property("integrityImpact", "I", N_P_C),
    property("availabilityImpact", "A", N_P_C),
    property(
        "exploitability",
        "E",
        &[
            ("U", "UNPROVEN"),
            ("POC", "PROOF_OF_CONCEPT"),
            ("F", "FUNCTIONAL"),
            ("H", "HIGH"),
            ("ND", "NOT_DEFINED"),
        ],
    ),
    property(
        "remediationLevel",
        "RL",
        &[
            ("OF", "OFFICIAL_FIX"),
            ("TF", "TEMPORARY_FIX"),
            ("W", "WORKAROUND"),
            ("U", "UNAVAILABLE"),
            ("ND", "NOT_DEFINED"),
        ],
    ),
    property(
        "reportConfidence",
        "RC",
        &[("UC", "UNCONFIRMED"), ("UR", "UNCORROBORATED"), ("C", "CONFIRMED"), ("ND", "NOT_DEFINED")],
    ),
    property(
        "collateralDamagePotential",
        "CDP",
        &[
            ("N", "NONE"),
            ("L", "LOW"),
            ("LM", "LOW_MEDIUM"),
            ("MH", "MEDIUM_HIGH"),
            ("H", "HIGH"),
            ("ND", "NOT_DEFINED"),
        ],
    ),
    property(
        "targetDistribution",
        "TD",
        &[("N", "NONE"), ("L", "LOW"), ("M", "MEDIUM"), ("H", "HIGH"), ("ND", "NOT_DEFINED")],
    ),
    property("confidentialityRequirement", "CR", REQUIREMENT_2),
    property("integrityRequirement", "IR", REQUIREMENT_2),
    property("availabilityRequirement", "AR", REQUIREMENT_2),
];

const V3: &[Property] = &[
    property("attackVector", "AV", VECTOR_3),
    property("attackComplexity", "AC", H_L),
    property("privilegesRequired", "PR", H_L_N),
    property("userInteraction", "UI", N_R),
    property("scope", "S", U_C),
    property("confidentialityImpact", "C", H_L_N),
    property("integrityImpact", "I", H_L_N),
    property("availabilityImpact", "A", H_L_N),
    property(
        "exploitCodeMaturity",
        "E",
        &[
            ("U", "UNPROVEN"),
            ("P", "PROOF_OF_CONCEPT"),
            ("F", "FUNCTIONAL"),
            ("H", "HIGH"),
            ("X", "NOT_DEFINED"),
        ],
    ),
    property(
        "remediationLevel",
        "RL",
        &[
            ("O", "OFFICIAL_FIX"),
            ("T", "TEMPORARY_FIX"),
            ("W", "WORKAROUND"),
            ("U", "UNAVAILABLE"),
            ("X", "NOT_DEFINED"),
        ],
    ),
    property(
        "reportConfidence",
        "RC",
        &[("U", "UNKNOWN"), ("R", "REASONABLE"), ("C", "CONFIRMED"), ("X", "NOT_DEFINED")],
    ),
    property("confidentialityRequirement", "CR", REQUIREMENT),
    property("integrityRequirement", "IR", REQUIREMENT),
    property("availabilityRequirement", "AR", REQUIREMENT),
    property("modifiedAttackVector", "MAV", VECTOR_3),
    property("modifiedAttackComplexity", "MAC", H_L),
    property("modifiedPrivilegesRequired", "MPR", H_L_N),
    property("modifiedUserInteraction", "MUI", N_R),
    property("modifiedScope", "MS", U_C),
    property("modifiedConfidentialityImpact", "MC", H_L_N),
    property("modifiedIntegrityImpact", "MI", H_L_N),
    property("modifiedAvailabilityImpact", "MA", H_L_N),
];

const V4: &[Property] = &[
    property("attackVector", "AV", VECTOR_4),
    property("attackComplexity", "AC", H_L),
    property("attackRequirements", "AT", N_P),
    property("privilegesRequired", "PR", H_L_N),
    property("userInteraction", "UI", N_P_A),
    property("vulnConfidentialityImpact", "VC", H_L_N),
    property("vulnIntegrityImpact", "VI", H_L_N),
    property("vulnAvailabilityImpact", "VA", H_L_N),
    property("subConfidentialityImpact", "SC", H_L_N),
    property("subIntegrityImpact", "SI", H_L_N),
    property("subAvailabilityImpact", "SA", H_L_N),
    property(
        "exploitMaturity",
        "E",
        &[("U", "UNREPORTED"), ("P", "PROOF_OF_CONCEPT"), ("A", "ATTACKED"), ("X", "NOT_DEFINED")],
    ),
    property("confidentialityRequirement", "CR", REQUIREMENT),
    property("integrityRequirement", "IR", REQUIREMENT),
    property("availabilityRequirement", "AR", REQUIREMENT),
    property("modifiedAttackVector", "MAV", VECTOR_4),
    property("modifiedAttackComplexity", "MAC", H_L),
    property("modifiedAttackRequirements", "MAT", N_P),
    property("modifiedPrivilegesRequired", "MPR", H_L_N),
    property("modifiedUserInteraction", "MUI", N_P_A),
    property("modifiedVulnConfidentialityImpact", "MVC", H_L_N),
    property("modifiedVulnIntegrityImpact", "MVI", H_L_N),
    property("modifiedVulnAvailabilityImpact", "MVA", H_L_N),
    property("modifiedSubConfidentialityImpact", "MSC", SUBSEQUENT),
    property("modifiedSubIntegrityImpact", "MSI", SUBSEQUENT_SAFETY),
    property("modifiedSubAvailabilityImpact", "MSA", SUBSEQUENT_SAFETY),
    property("Safety", "S", &[("N", "NEGLIGIBLE"), ("P", "PRESENT"), ("X", "NOT_DEFINED")]),
    property("Automatable", "AU", &[("N", "NO"), ("Y", "YES"), ("X", "NOT_DEFINED")]),
    property(
        "Recovery",
        "R",
        &[("A", "AUTOMATIC"), ("U", "USER"), ("I", "IRRECOVERABLE"), ("X", "NOT_DEFINED")],
    ),
    property("valueDensity", "V", &[("D", "DIFFUSE"), ("C", "CONCENTRATED"), ("X", "NOT_DEFINED")]),
    property(
        "vulnerabilityResponseEffort",
        "RE",
        &[("L", "LOW"), ("M", "MODERATE"), ("H", "HIGH"), ("X", "NOT_DEFINED")],
    ),
    property(
        "providerUrgency",
        "U",
        &[("Clear", "CLEAR"), ("Green", "GREEN"), ("Amber", "AMBER"), ("Red", "RED"), ("X", "NOT_DEFINED")],
    ),
];

const SEVERITIES: &[&str] = &["NONE", "LOW", "MEDIUM", "HIGH", "CRITICAL"];

/// The members of that version that repeat metrics.
pub fn properties(version: Version) -> &'static [Property] {
    match version {
        Version::V2 => V2,
        Version::V30 | Version::V31 => V3,
        Version::V40 => V4,
    }
}

/// The version that the object says it has.
fn version(cvss: &Map<String, Value>) -> Option<Version> {
    [Version::V2, Version::V30, Version::V31, Version::V40]
        .into_iter()
        .find(|version| cvss.get("version").and_then(Value::as_str) == Some(version.to_string().as_str()))
}

/// Compares an object of CVSS with the schema of the version that it names.
pub fn visit(walk: &mut Walk, cvss: &Map<String, Value>) {
    let Some(version) = version(cvss) else {
        return walk.tell("version is missing, or none of 2.0, 3.0, 3.1, 4.0");
    };
    required(walk, cvss, version);
    for (name, value) in cvss {
        walk.within(name, |walk| member(walk, version, name, value));
    }
    if version == Version::V40 {
        banded(walk, cvss);
    }
}

fn required(walk: &mut Walk, cvss: &Map<String, Value>, version: Version) {
    let severity: &[&str] = if version == Version::V2 { &[] } else { &["baseSeverity"] };
    for name in ["vectorString", "baseScore"].iter().chain(severity) {
        if !cvss.contains_key(*name) {
            walk.tell(format!("{name} is missing"));
        }
    }
}

fn member(walk: &mut Walk, version: Version, name: &str, value: &Value) {
    let of_base = matches!(name, "baseScore" | "baseSeverity");
    match name {
        "version" => {}
        "vectorString" => walk.text(value, |walk, text| vector(walk, version, text)),
        _ if version == Version::V40 && !of_base => known(walk, version, name, value),
        "baseScore" | "temporalScore" | "environmentalScore" => score(walk, value),
        "baseSeverity" | "temporalSeverity" | "environmentalSeverity" if version != Version::V2 => {
            walk.words(SEVERITIES, value);
        }
        _ => known(walk, version, name, value),
    }
}

/// The schemas of 2.0 and 3 let members stand that they do not know; that of 4.0 does not.
fn known(walk: &mut Walk, version: Version, name: &str, value: &Value) {
    match properties(version).iter().find(|property| property.name == name) {
        Some(property) => {
            // Only a metric that may be undefined in a vector may be so in a word.
            let modifiable = name.starts_with("modified") || !is_base(version, property);
            let words = property.words.iter().map(|(_, word)| *word);
            let words: Vec<&str> = words.filter(|word| modifiable || *word != "NOT_DEFINED").collect();
            walk.words(&words, value);
        }
        None if version == Version::V40 => walk.tell("is no member that CVSS 4.0 knows"),
        None => {}
    }
}

fn is_base(version: Version, property: &Property) -> bool {
    let base = match version {
        Version::V2 => 6,
        Version::V30 | Version::V31 => 8,
        Version::V40 => 11,
    };
    properties(version).iter().take(base).any(|known| known.metric == property.metric)
}

fn vector(walk: &mut Walk, version: Version, text: &str) {
    let read = if version == Version::V40 { Vector::parse_strict(text) } else { Vector::parse(text) };
    match read {
        Ok(vector) if vector.version() == version => {}
        Ok(vector) => walk.tell(format!("is a vector of CVSS {}, not {version}", vector.version())),
        Err(error) => walk.tell(error.to_string()),
    }
}

fn score(walk: &mut Walk, value: &Value) {
    if value.as_f64().is_none_or(|score| !(0.0..=10.0).contains(&score)) {
        walk.tell("is no number between 0 and 10");
    }
}

/// 4.0 has a word for each band of scores.
fn banded(walk: &mut Walk, cvss: &Map<String, Value>) {
    let score = cvss.get("baseScore").and_then(Value::as_f64).and_then(Score::of_number);
    let word = cvss.get("baseSeverity").and_then(Value::as_str);
    if let (Some(score), Some(word)) = (score, word) {
        let right = score.severity(Version::V40).word();
        if !right.eq_ignore_ascii_case(word) {
            walk.tell(format!("baseSeverity is {word}, but a score of {score} is {right}"));
        }
    }
}
