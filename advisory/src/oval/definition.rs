//! One definition as it is written: what it is about, and the tree of its criteria.

use super::element::Element;
use crate::advisory::Severity;

/// A definition.
#[derive(Debug, Default)]
pub(super) struct Definition {
    pub id: String,
    /// `patch`, `vulnerability`, `inventory`, …
    pub class: String,
    /// Where it begins, from 1.
    pub line: usize,
    pub deprecated: bool,
    pub title: String,
    /// `Red Hat Enterprise Linux 9`
    pub platforms: Vec<String>,
    /// The source packages, where it names them.
    pub products: Vec<String>,
    pub references: Vec<Reference>,
    pub severity: Option<String>,
    pub published: Option<String>,
    pub modified: Option<String>,
    pub cves: Vec<Cve>,
    pub cpes: Vec<String>,
    pub resolutions: Vec<Resolution>,
    pub criteria: Option<Criteria>,
}

/// Where more is said.
#[derive(Debug)]
pub(super) struct Reference {
    pub id: String,
    pub url: Option<String>,
}

/// A CVE that it is about.
#[derive(Debug)]
pub(super) struct Cve {
    pub id: String,
    /// The vectors that it gives of it.
    pub vectors: Vec<Severity>,
}

/// What the vendor means to do about some components.
#[derive(Debug)]
pub(super) struct Resolution {
    /// `Will not fix`
    pub state: String,
    pub components: Vec<String>,
}

/// A tree of criteria.
#[derive(Debug)]
pub(super) enum Criteria {
    /// Several, joined as the operator says.
    Joined { operator: Operator, negate: bool, inner: Vec<Criteria> },
    /// One test.
    Test { id: String, negate: bool, comment: String },
    /// What another definition says.
    Definition { id: String, negate: bool, comment: String, applicability: bool },
}

/// How criteria are joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operator {
    And,
    Or,
    /// Any other, by its name: `XOR`, `ONE`.
    Other(String),
}

impl Definition {
    pub fn read(item: &Element) -> Definition {
        let mut definition = Definition {
            id: item.attribute("id").unwrap_or_default().to_string(),
            class: item.attribute("class").unwrap_or_default().to_string(),
            line: item.line,
            deprecated: item.attribute("deprecated") == Some("true"),
            criteria: item.child("criteria").map(criteria),
            ..Definition::default()
        };
        if let Some(metadata) = item.child("metadata") {
            definition.metadata(metadata);
        }
        definition
    }

    /// Vendors put what they say into `metadata` itself, into `advisory`, or into an element of their own name.
    fn metadata(&mut self, metadata: &Element) {
        let text = |of: &Element| Some(of.text().to_string()).filter(|text| !text.is_empty());
        for child in metadata.children.iter().flat_map(|child| {
            let inner = matches!(child.name.as_str(), "advisory" | "debian" | "affected");
            std::iter::once(child).chain(child.children.iter().filter(move |_| inner))
        }) {
            let date = || child.attribute("date").map(str::to_string).or_else(|| text(child));
            match child.name.as_str() {
                "title" => self.title = child.text().split_whitespace().collect::<Vec<_>>().join(" "),
                "platform" => self.platforms.extend(text(child)),
                "product" => self.products.extend(text(child)),
                "severity" => self.severity = text(child),
                "issued" | "public_date" | "date" | "advisory_date" => {
                    self.published = self.published.take().or_else(date);
                }
                "updated" => self.modified = date(),
                "reference" => self.references.extend(reference(child)),
                "ref" => self
                    .references
                    .extend(text(child).map(|url| Reference { id: String::new(), url: Some(url) })),
                "cve" => self.cves.extend(cve(child)),
                "affected" => self.resolutions.extend(child.all("resolution").map(resolution)),
                "affected_cpe_list" => self.cpes.extend(child.all("cpe").filter_map(text)),
                _ => {}
            }
            // Red Hat's words about components stand in an `affected` of the advisory.
            for affected in child.all("affected") {
                self.resolutions.extend(affected.all("resolution").map(resolution));
            }
        }
    }
}

fn reference(item: &Element) -> Option<Reference> {
    Some(Reference {
        id: item.attribute("ref_id")?.to_string(),
        url: item.attribute("ref_url").map(str::to_string),
    })
}

/// A `cve` element: its vectors are `cvss3="7.0/CVSS:3.1/AV:L…"`, `cvss_vector="CVSS:3.1/AV:L…"` or `cvss2="6.8/AV:N…"`.
fn cve(item: &Element) -> Option<Cve> {
    let id = Some(item.text()).filter(|id| id.starts_with("CVE-"))?.to_string();
    let mut vectors = Vec::new();
    for (name, system) in
        [("cvss4", "CVSS_V4"), ("cvss3", "CVSS_V3"), ("cvss_vector", "CVSS_V3"), ("cvss2", "CVSS_V2")]
    {
        let vector = item.attribute(name).map(|value| {
            let scored = value.split_once('/').filter(|(score, _)| score.parse::<f64>().is_ok());
            scored.map_or(value, |(_, vector)| vector)
        });
        let value = vector.filter(|vector| vector.contains("/C:")).map(str::to_string);
        vectors.extend(value.map(|value| Severity { system: system.to_string(), value }));
    }
    Some(Cve { id, vectors })
}

fn resolution(item: &Element) -> Resolution {
    let components = item.all("component").map(|component| component.text().to_string()).collect();
    Resolution { state: item.attribute("state").unwrap_or_default().to_string(), components }
}

fn criteria(item: &Element) -> Criteria {
    let operator = match item.attribute("operator").unwrap_or("AND") {
        "AND" => Operator::And,
        "OR" => Operator::Or,
        other => Operator::Other(other.to_string()),
    };
    let inner = item.children.iter().filter_map(|child| {
        let of = |name: &str| child.attribute(name).unwrap_or_default().to_string();
        let (negate, comment) = (negated(child), of("comment"));
        Some(match child.name.as_str() {
            "criteria" => criteria(child),
            "criterion" => Criteria::Test { id: of("test_ref"), negate, comment },
            "extend_definition" => Criteria::Definition {
                id: of("definition_ref"),
                negate,
                comment,
                applicability: child.attribute("applicability_check") == Some("true"),
            },
            _ => return None,
        })
    });
    Criteria::Joined { operator, negate: negated(item), inner: inner.collect() }
}

fn negated(item: &Element) -> bool {
    matches!(item.attribute("negate"), Some("true" | "1"))
}
