//! Tests of SSVC (2.1): 6.1.46 to 6.1.48.
//!
//! Decision points are those of CERT/CC's repository <https://github.com/CERTCC/SSVC>. Of the namespace `cvss` only what
//! is listed here is known; others of it are taken as they are.

use super::{Findings, Subject};
use crate::complaint::Kind;
use crate::csaf::vulnerability::{Selection, Ssvc};

/// 6.1.46: the schema was walked while reading.
pub fn invalid(subject: &Subject, findings: &mut Findings) {
    for complaint in &subject.reading.complaints {
        if complaint.kind == Kind::Schema && complaint.path.contains("/ssvc_v2") {
            findings.tell(&complaint.path, complaint.reason.clone());
        }
    }
}

/// Selection lists with their places.
fn lists<'a>(subject: &'a Subject) -> impl Iterator<Item = (usize, String, &'a Ssvc)> {
    subject.document.vulnerabilities().iter().enumerate().flat_map(|(vulnerability, of)| {
        of.metrics.iter().enumerate().filter_map(move |(at, metric)| {
            let path = format!("/vulnerabilities/{vulnerability}/metrics/{at}/content/ssvc_v2");
            metric.content.ssvc_v2.as_ref().map(|ssvc| (vulnerability, path, ssvc))
        })
    })
}

/// 6.1.47
pub fn targets(subject: &Subject, findings: &mut Findings) {
    let vulnerabilities = subject.document.vulnerabilities();
    for (vulnerability, path, ssvc) in lists(subject) {
        let of = &vulnerabilities[vulnerability];
        for (at, target) in ssvc.target_ids.iter().enumerate() {
            let path = format!("{path}/target_ids/{at}");
            let own = of.cve.as_ref() == Some(target) || of.ids.iter().any(|id| id.text == *target);
            if !own {
                findings.tell(path, format!("{target} is no id of the vulnerability"));
            } else if vulnerabilities.len() > 1 && subject.document.document.tracking.id == *target {
                findings.tell(path, format!("{target} is the document, which has several vulnerabilities"));
            }
        }
    }
}

/// 6.1.48
pub fn unknown(subject: &Subject, findings: &mut Findings) {
    for (_, path, ssvc) in lists(subject) {
        for (at, selection) in ssvc.selections.iter().enumerate() {
            if let Some(reason) = against(selection) {
                findings.tell(format!("{path}/selections/{at}"), reason);
            }
        }
    }
}

/// Namespaces that CERT/CC registered, and those that it keeps for tests.
const REGISTERED: [&str; 9] = ["ssvc", "cisa", "cvss", "nist", "nciss", "basic", "cwe", "example", "test"];

fn against(selection: &Selection) -> Option<String> {
    let base = selection.namespace.split(['/', '#']).next().unwrap_or_default();
    if base.starts_with("x_") {
        return None;
    }
    if !REGISTERED.contains(&base) {
        return Some(format!("the namespace {base} is not registered"));
    }
    let id = (base, selection.key.as_str(), selection.version.as_str());
    let Some((.., name, values)) =
        POINTS.iter().find(|(namespace, key, version, ..)| (*namespace, *key, *version) == id)
    else {
        let told =
            || format!("{base} has no decision point {} of version {}", selection.key, selection.version);
        return matches!(base, "ssvc" | "cisa").then(told);
    };
    // A translation into another language has keys of its own; any extension has names of its own.
    let language =
        selection.namespace.rsplit_once('$').map_or("en", |(_, tag)| tag.split('-').next().unwrap_or(tag));
    if !language.eq_ignore_ascii_case("en") {
        return None;
    }
    let own = selection.namespace == base;
    if let Some(given) = selection.name.as_ref().filter(|given| own && *given != name) {
        return Some(format!("{base} {} is called {name}, not {given}", selection.key));
    }
    ordered(selection, values, own)
}

/// Values are those of the point, in its order.
fn ordered(selection: &Selection, values: &[(&str, &str)], own: bool) -> Option<String> {
    let mut last = None;
    for given in &selection.values {
        let Some(at) = values.iter().position(|(key, _)| *key == given.key) else {
            return Some(format!("{} has no value {}", selection.key, given.key));
        };
        if let Some(name) = given.name.as_ref().filter(|name| own && *name != values[at].1) {
            return Some(format!(
                "the value {} of {} is called {}, not {name}",
                given.key, selection.key, values[at].1
            ));
        }
        if last.is_some_and(|last| last >= at) {
            return Some(format!("the values of {} are not in its order", selection.key));
        }
        last = Some(at);
    }
    None
}

type Values = &'static [(&'static str, &'static str)];

const N_Y: Values = &[("N", "No"), ("Y", "Yes")];
const L_M_H: Values = &[("L", "Low"), ("M", "Medium"), ("H", "High")];
const L_M_H_VH: Values = &[("L", "Low"), ("M", "Medium"), ("H", "High"), ("VH", "Very High")];
const SAFETY: Values = &[("N", "Negligible"), ("M", "Marginal"), ("R", "Critical"), ("C", "Catastrophic")];
const UTILITY: Values = &[("L", "Laborious"), ("E", "Efficient"), ("S", "Super Effective")];
const DTC: Values = &[("D", "Decline"), ("T", "Track"), ("C", "Coordinate")];

/// Namespace, key, version, name, and values in their order.
const POINTS: &[(&str, &str, &str, &str, Values)] = &[
    (
        "cisa",
        "BOD2604",
        "1.0.0",
        "CISA BOD 26-04 Remediation Timelines",
        &[
            ("FSU", "Fix on system upgrade"),
            ("60D", "60 days"),
            ("14D", "14 days"),
            ("3D", "3 days"),
            ("3DF", "3 days & forensic investigation"),
        ],
    ),
    (
        "cisa",
        "CISA",
        "1.1.0",
        "CISA Levels",
        &[("T", "Track"), ("T*", "Track*"), ("AT", "Attend"), ("AC", "Act")],
    ),
    ("cisa", "KEV", "1.0.0", "In KEV", N_Y),
    ("cisa", "MP", "1.0.0", "Mission Prevalence", &[("M", "Minimal"), ("S", "Support"), ("E", "Essential")]),
    ("cisa", "PE", "1.0.0", "Publicly Exposed", N_Y),
    ("ssvc", "A", "2.0.0", "Automatable", N_Y),
    ("ssvc", "CS", "1.0.0", "Critical Software", N_Y),
    ("ssvc", "COORDINATE", "1.0.0", "Decline, Track, Coordinate", DTC),
    ("ssvc", "COORDINATE", "1.0.1", "Decline, Track, Coordinate", DTC),
    (
        "ssvc",
        "DSOI",
        "1.0.0",
        "Defer, Scheduled, Out-of-Cycle, Immediate",
        &[("D", "Defer"), ("S", "Scheduled"), ("O", "Out-of-Cycle"), ("I", "Immediate")],
    ),
    ("ssvc", "E", "1.0.0", "Exploitation", &[("N", "None"), ("P", "PoC"), ("A", "Active")]),
    ("ssvc", "E", "1.1.0", "Exploitation", &[("N", "None"), ("P", "Public PoC"), ("A", "Active")]),
    ("ssvc", "HVA", "1.0.0", "High Value Asset", N_Y),
    ("ssvc", "HI", "2.0.0", "Human Impact", L_M_H_VH),
    ("ssvc", "HI", "2.0.1", "Human Impact", L_M_H_VH),
    ("ssvc", "HI", "2.0.2", "Human Impact", L_M_H_VH),
    ("ssvc", "MWI", "1.0.0", "Mission and Well-Being Impact", L_M_H),
    (
        "ssvc",
        "MI",
        "1.0.0",
        "Mission Impact",
        &[
            ("N", "None"),
            ("NED", "Non-Essential Degraded"),
            ("MSC", "MEF Support Crippled"),
            ("MEF", "MEF Failure"),
            ("MF", "Mission Failure"),
        ],
    ),
    (
        "ssvc",
        "MI",
        "2.0.0",
        "Mission Impact",
        &[
            ("D", "Degraded"),
            ("MSC", "MEF Support Crippled"),
            ("MEF", "MEF Failure"),
            ("MF", "Mission Failure"),
        ],
    ),
    ("ssvc", "PSI", "2.0.0", "Public Safety Impact", &[("M", "Minimal"), ("S", "Significant")]),
    ("ssvc", "PSI", "2.0.1", "Public Safety Impact", &[("M", "Minimal"), ("S", "Significant")]),
    (
        "ssvc",
        "PVA",
        "1.0.0",
        "Public Value Added",
        &[("L", "Limited"), ("A", "Ampliative"), ("P", "Precedence")],
    ),
    (
        "ssvc",
        "PWI",
        "1.1.0",
        "Public Well-Being Impact",
        &[("M", "Minimal"), ("MA", "Material"), ("I", "Irreversible")],
    ),
    ("ssvc", "PUBLISH", "1.0.0", "Publish, Do Not Publish", &[("N", "Do Not Publish"), ("P", "Publish")]),
    ("ssvc", "RC", "1.0.0", "Report Credibility", &[("NC", "Not Credible"), ("C", "Credible")]),
    ("ssvc", "RP", "1.0.0", "Report Public", &[("Y", "Yes"), ("N", "No")]),
    (
        "ssvc",
        "SI",
        "1.0.0",
        "Safety Impact",
        &[("N", "None"), ("M", "Minor"), ("J", "Major"), ("H", "Hazardous"), ("C", "Catastrophic")],
    ),
    ("ssvc", "SI", "2.0.0", "Safety Impact", SAFETY),
    ("ssvc", "SI", "2.0.1", "Safety Impact", SAFETY),
    ("ssvc", "SC", "1.0.0", "Supplier Cardinality", &[("O", "One"), ("M", "Multiple")]),
    ("ssvc", "SCON", "1.0.0", "Supplier Contacted", N_Y),
    ("ssvc", "SE", "1.0.0", "Supplier Engagement", &[("A", "Active"), ("U", "Unresponsive")]),
    (
        "ssvc",
        "SINV",
        "1.0.0",
        "Supplier Involvement",
        &[("FR", "Fix Ready"), ("C", "Cooperative"), ("UU", "Uncooperative/Unresponsive")],
    ),
    ("ssvc", "EXP", "1.0.0", "System Exposure", &[("S", "Small"), ("C", "Controlled"), ("U", "Unavoidable")]),
    ("ssvc", "EXP", "1.0.1", "System Exposure", &[("S", "Small"), ("C", "Controlled"), ("O", "Open")]),
    ("ssvc", "TI", "1.0.0", "Technical Impact", &[("P", "Partial"), ("T", "Total")]),
    ("ssvc", "U", "1.0.0", "Utility", UTILITY),
    ("ssvc", "U", "1.0.1", "Utility", UTILITY),
    ("ssvc", "VD", "1.0.0", "Value Density", &[("D", "Diffuse"), ("C", "Concentrated")]),
    ("ssvc", "V", "1.0.0", "Virulence", &[("S", "Slow"), ("R", "Rapid")]),
    ("cvss", "AC", "3.0.1", "Attack Complexity", &[("H", "High"), ("L", "Low")]),
    (
        "cvss",
        "E",
        "3.0.1",
        "Exploit Maturity",
        &[("U", "Unreported"), ("P", "Proof-of-Concept"), ("A", "Attacked"), ("X", "Not Defined")],
    ),
];
