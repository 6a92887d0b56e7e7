//! Tests of CVSS: 6.1.7 to 6.1.10 and 6.1.56.

use super::{Findings, Subject};
use crate::complaint::Kind;
use crate::csaf::schema;
use crate::cvss::{Group, Score, Vector};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// An object of CVSS in its place.
struct Scored<'a> {
    vulnerability: usize,
    path: String,
    object: &'a Map<String, Value>,
    products: &'a [String],
    source: Option<&'a str>,
}

fn scored<'a>(subject: &'a Subject) -> Vec<Scored<'a>> {
    let mut found = Vec::new();
    for (vulnerability, of) in subject.document.vulnerabilities().iter().enumerate() {
        for (at, score) in of.scores.iter().enumerate() {
            for (name, object) in [("cvss_v2", &score.cvss_v2), ("cvss_v3", &score.cvss_v3)] {
                let path = format!("/vulnerabilities/{vulnerability}/scores/{at}/{name}");
                let products = &score.products;
                found.extend(object.as_ref().map(|object| Scored {
                    vulnerability,
                    path,
                    object,
                    products,
                    source: None,
                }));
            }
        }
        for (at, metric) in of.metrics.iter().enumerate() {
            let content = &metric.content;
            let objects =
                [("cvss_v2", &content.cvss_v2), ("cvss_v3", &content.cvss_v3), ("cvss_v4", &content.cvss_v4)];
            for (name, object) in objects {
                let path = format!("/vulnerabilities/{vulnerability}/metrics/{at}/content/{name}");
                let (products, source) = (&metric.products, metric.source.as_deref());
                found.extend(object.as_ref().map(|object| Scored {
                    vulnerability,
                    path,
                    object,
                    products,
                    source,
                }));
            }
        }
    }
    found
}

impl<'a> Scored<'a> {
    fn text(&self, name: &str) -> Option<&'a str> {
        self.object.get(name).and_then(Value::as_str)
    }

    /// The vector, where it is one.
    fn vector(&self) -> Option<Vector> {
        Vector::parse(self.text("vectorString")?).ok()
    }
}

/// 6.1.7
pub fn twice(subject: &Subject, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for scored in scored(subject) {
        let version = scored.text("version").unwrap_or_default();
        for product in scored.products {
            if !seen.insert((scored.vulnerability, product, scored.source, version)) {
                findings.tell(&scored.path, format!("{product} has another score of CVSS {version}, too"));
            }
        }
    }
}

/// 6.1.8: the schema was walked while reading.
pub fn invalid(subject: &Subject, findings: &mut Findings) {
    for complaint in &subject.reading.complaints {
        if complaint.kind == Kind::Schema && complaint.path.contains("/cvss_v") {
            findings.tell(&complaint.path, complaint.reason.clone());
        }
    }
}

/// Members with a score, with its word, and the group of metrics that it is computed of.
const COMPUTED: [(&str, &str, Group); 3] = [
    ("baseScore", "baseSeverity", Group::Base),
    ("temporalScore", "temporalSeverity", Group::Threat),
    ("environmentalScore", "environmentalSeverity", Group::Environmental),
];

/// 6.1.9
pub fn computation(subject: &Subject, findings: &mut Findings) {
    for scored in scored(subject) {
        let Some(vector) = scored.vector() else { continue };
        for (score, severity, group) in COMPUTED {
            let right = if group == Group::Base { vector.principal() } else { vector.score(group) };
            let given = scored.object.get(score).and_then(Value::as_f64);
            if let Some(given) = given.filter(|given| Score::of_number(*given) != Some(right)) {
                findings.tell(
                    format!("{}/{score}", scored.path),
                    format!("is {given}, but the vector makes {right}"),
                );
            }
            let word = right.severity(vector.version()).word();
            if let Some(given) = scored.text(severity).filter(|given| !given.eq_ignore_ascii_case(word)) {
                findings.tell(
                    format!("{}/{severity}", scored.path),
                    format!("is {given}, but the vector makes {word}"),
                );
            }
        }
    }
}

/// 6.1.10: a metric that the vector does not give contradicts nothing.
pub fn inconsistent(subject: &Subject, findings: &mut Findings) {
    for scored in scored(subject) {
        let (Some(vector), Some(text)) = (scored.vector(), scored.text("vectorString")) else { continue };
        for property in schema::properties(vector.version()) {
            let (Some(given), Some(value)) = (scored.text(property.name), value(text, property.metric))
            else {
                continue;
            };
            let right =
                property.words.iter().find(|(letter, _)| *letter == value).map_or("", |(_, word)| *word);
            if given != right {
                let told = format!("is {given}, but the vector says {right} ({}:{value})", property.metric);
                findings.tell(format!("{}/{}", scored.path, property.name), told);
            }
        }
    }
}

/// The value of a metric in a vector.
fn value<'a>(vector: &'a str, metric: &str) -> Option<&'a str> {
    vector
        .split('/')
        .filter_map(|pair| pair.split_once(':'))
        .find_map(|(name, value)| (name == metric).then_some(value))
}

/// 6.1.56
pub fn rating(subject: &Subject, findings: &mut Findings) {
    let computed: BTreeSet<_> = scored(subject)
        .iter()
        .flat_map(|scored| {
            scored.products.iter().map(|product| (scored.vulnerability, product, scored.source))
        })
        .collect();
    for (vulnerability, of) in subject.document.vulnerabilities().iter().enumerate() {
        let rated =
            of.metrics.iter().enumerate().filter(|(_, m)| m.content.qualitative_severity_rating.is_some());
        for (at, metric) in rated {
            for product in &metric.products {
                if computed.contains(&(vulnerability, product, metric.source.as_deref())) {
                    let path = format!("/vulnerabilities/{vulnerability}/metrics/{at}/content");
                    findings.tell(path, format!("{product} has a rating beside a score of the same source"));
                }
            }
        }
    }
}
