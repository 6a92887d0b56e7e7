//! Tests of profiles: 6.1.26 and 6.1.27.

use super::{Findings, Subject};
use crate::csaf::document::Edition;
use crate::csaf::status::{self, Stance, Status};
use std::collections::BTreeSet;

const INCIDENT: &str = "csaf_security_incident_response";
const INFORMATIONAL: &str = "csaf_informational_advisory";
const ADVISORY: &str = "csaf_security_advisory";
const VEX: &str = "csaf_vex";
const DEPRECATED: &str = "csaf_deprecated_security_advisory";
const WITHDRAWN: &str = "csaf_withdrawn";
const SUPERSEDED: &str = "csaf_superseded";

/// The profiles of 2.0, section 4, other than the base.
const OLD: &[&str] = &[INCIDENT, INFORMATIONAL, ADVISORY, VEX];
/// Those that 2.1 adds.
const ADDED: &[&str] = &[DEPRECATED, WITHDRAWN, SUPERSEDED];

/// Whether the document is of one of these profiles of its version.
fn is(subject: &Subject, profiles: &[&str]) -> bool {
    let category = subject.document.document.category.as_str();
    profiles.contains(&category) && (subject.edition == Edition::V21 || !ADDED.contains(&category))
}

/// 6.1.26: what is no profile may not look like one.
pub fn prohibited(subject: &Subject, findings: &mut Findings) {
    let category = &subject.document.document.category;
    if is(subject, OLD) || is(subject, ADDED) || category == "csaf_base" {
        return;
    }
    let folded =
        |text: &str| text.replace(|c: char| c.is_whitespace() || matches!(c, '-' | '_'), "").to_lowercase();
    let alike = |profile: &&&str| {
        let (own, profile) = (folded(category), folded(profile));
        own == profile || Some(own.as_str()) == profile.strip_prefix("csaf")
    };
    let added = if subject.edition == Edition::V21 { ADDED } else { &[] };
    if let Some(profile) = OLD.iter().chain(added).find(alike) {
        findings.tell("/document/category", format!("{category} looks like the profile {profile}"));
    } else if category.to_lowercase().starts_with("csaf_") {
        findings.tell("/document/category", format!("{category} begins like a profile, but is none"));
    }
}

/// 6.1.27.1
pub fn document_notes(subject: &Subject, findings: &mut Findings) {
    if is(subject, &[INFORMATIONAL, INCIDENT]) {
        explained(subject, findings);
    }
}

/// Tells where no note says what the document is about.
fn explained(subject: &Subject, findings: &mut Findings) {
    let told = |category: &str| matches!(category, "description" | "details" | "general" | "summary");
    if !subject.document.document.notes.iter().any(|note| told(&note.category)) {
        findings.tell("/document/notes", "no note says what this is about");
    }
}

/// 6.1.27.2
pub fn document_references(subject: &Subject, findings: &mut Findings) {
    // A link without a category is external (3.1.10.1).
    let external = |category: &Option<String>| category.as_deref().unwrap_or("external") == "external";
    let references = &subject.document.document.references;
    if is(subject, &[INFORMATIONAL, INCIDENT]) && !references.iter().any(|r| external(&r.category)) {
        findings.tell("/document/references", "no link leads elsewhere");
    }
}

/// 6.1.27.3
pub fn no_vulnerabilities(subject: &Subject, findings: &mut Findings) {
    if is(subject, &[INFORMATIONAL, WITHDRAWN, SUPERSEDED]) && subject.document.vulnerabilities.is_some() {
        findings.tell("/vulnerabilities", "must not be there in this profile");
    }
}

/// 6.1.27.4
pub fn product_tree(subject: &Subject, findings: &mut Findings) {
    if is(subject, &[ADVISORY, VEX, DEPRECATED]) && subject.document.product_tree.is_none() {
        findings.tell("/product_tree", "is missing");
    }
}

/// 6.1.27.5
pub fn vulnerability_notes(subject: &Subject, findings: &mut Findings) {
    if is(subject, &[ADVISORY, VEX, DEPRECATED]) {
        let silent = subject.vulnerabilities().filter(|(_, vulnerability)| vulnerability.notes.is_none());
        silent.for_each(|(path, _)| findings.tell(format!("{path}/notes"), "is missing"));
    }
}

/// 6.1.27.6
pub fn product_status(subject: &Subject, findings: &mut Findings) {
    if is(subject, &[ADVISORY, DEPRECATED]) {
        let silent =
            subject.vulnerabilities().filter(|(_, vulnerability)| vulnerability.product_status.is_none());
        silent.for_each(|(path, _)| findings.tell(format!("{path}/product_status"), "is missing"));
    }
}

/// The statuses of which a VEX document must have one.
const VEX_STATUSES: [Status; 4] =
    [Status::Fixed, Status::KnownAffected, Status::KnownNotAffected, Status::UnderInvestigation];

/// 6.1.27.7
pub fn vex_status(subject: &Subject, findings: &mut Findings) {
    if !is(subject, &[VEX]) {
        return;
    }
    for (path, vulnerability) in subject.vulnerabilities() {
        let written = vulnerability.product_status.as_ref();
        if !written.is_some_and(|written| VEX_STATUSES.iter().any(|status| status.list(written).is_some())) {
            findings.tell(format!("{path}/product_status"), "has none of the statuses of VEX");
        }
    }
}

/// 6.1.27.8
pub fn vulnerability_id(subject: &Subject, findings: &mut Findings) {
    if is(subject, &[VEX]) {
        let nameless = subject.vulnerabilities().filter(|(_, v)| v.cve.is_none() && v.ids.is_empty());
        nameless.for_each(|(path, _)| findings.tell(path, "has neither cve nor ids"));
    }
}

/// 6.1.27.9
pub fn impact(subject: &Subject, findings: &mut Findings) {
    if !is(subject, &[VEX]) {
        return;
    }
    for (path, vulnerability) in subject.vulnerabilities() {
        let flags = vulnerability
            .flags
            .iter()
            .flat_map(|flag| subject.tree.expand(&flag.product_ids, &flag.group_ids));
        let threats = vulnerability.threats.iter().filter(|threat| threat.category == "impact");
        let threats = threats.flat_map(|threat| subject.tree.expand(&threat.product_ids, &threat.group_ids));
        let reasoned: BTreeSet<&str> = flags.chain(threats).collect();
        let safe = status::listed(vulnerability).filter(|(status, _)| *status == Status::KnownNotAffected);
        for (_, product) in safe.filter(|(_, product)| !reasoned.contains(product)) {
            findings.tell(
                format!("{path}/product_status/known_not_affected"),
                format!("nothing says why for {product}"),
            );
        }
    }
}

/// 6.1.27.10
pub fn action(subject: &Subject, findings: &mut Findings) {
    if !is(subject, &[VEX]) {
        return;
    }
    for (path, vulnerability) in subject.vulnerabilities() {
        let remediations = vulnerability.remediations.iter();
        let helped: BTreeSet<&str> =
            remediations.flat_map(|r| subject.tree.expand(&r.product_ids, &r.group_ids)).collect();
        let affected = status::listed(vulnerability).filter(|(status, _)| *status == Status::KnownAffected);
        for (_, product) in affected.filter(|(_, product)| !helped.contains(product)) {
            findings.tell(
                format!("{path}/product_status/known_affected"),
                format!("nothing says what to do for {product}"),
            );
        }
    }
}

/// 6.1.27.11
pub fn vulnerabilities(subject: &Subject, findings: &mut Findings) {
    if is(subject, &[ADVISORY, VEX, DEPRECATED]) && subject.document.vulnerabilities.is_none() {
        findings.tell("/vulnerabilities", "is missing");
    }
}

/// 6.1.27.12
pub fn affected(subject: &Subject, findings: &mut Findings) {
    if !is(subject, &[ADVISORY, DEPRECATED]) {
        return;
    }
    for (path, vulnerability) in subject.vulnerabilities() {
        if !status::listed(vulnerability).any(|(status, _)| status.stance() == Some(Stance::Affected)) {
            findings.tell(format!("{path}/product_status"), "no product is affected");
        }
    }
}

/// 6.1.27.14
pub fn reasoning(subject: &Subject, findings: &mut Findings) {
    if is(subject, &[WITHDRAWN, SUPERSEDED]) {
        explained(subject, findings);
    }
}

/// 6.1.27.15
pub fn no_product_tree(subject: &Subject, findings: &mut Findings) {
    if is(subject, &[WITHDRAWN, SUPERSEDED]) && subject.document.product_tree.is_some() {
        findings.tell("/product_tree", "must not be there in this profile");
    }
}

/// 6.1.27.16
pub fn revisions(subject: &Subject, findings: &mut Findings) {
    let history = &subject.document.document.tracking.revision_history;
    if is(subject, &[WITHDRAWN, SUPERSEDED]) && history.len() < 2 {
        findings
            .tell("/document/tracking/revision_history", "has only one version: nothing was there before");
    }
}

/// 6.1.27.17
pub fn withdrawal(subject: &Subject, findings: &mut Findings) {
    if is(subject, &[WITHDRAWN]) && english(subject) {
        noted(subject, "Reasoning for Withdrawal", "description", "the document is withdrawn", findings);
    }
}

/// 6.1.27.18
pub fn supersession(subject: &Subject, findings: &mut Findings) {
    if is(subject, &[SUPERSEDED]) && english(subject) {
        noted(subject, "Reasoning for Supersession", "description", "the document is superseded", findings);
    }
}

/// 6.1.27.19
pub fn superseding(subject: &Subject, findings: &mut Findings) {
    let references = &subject.document.document.references;
    let leads = |r: &&crate::csaf::document::Reference| {
        r.category.as_deref() == Some("external") && r.summary.starts_with("Superseding Document")
    };
    if is(subject, &[SUPERSEDED]) && english(subject) && !references.iter().any(|r| leads(&r)) {
        findings.tell("/document/references", "no external link is called Superseding Document");
    }
}

/// Whether the document is in English, or does not say what it is in. Titles are prescribed in English only.
pub fn english(subject: &Subject) -> bool {
    let lang = subject.document.document.lang.as_deref().unwrap_or("en").to_ascii_lowercase();
    lang.split('-').next() == Some("en")
}

/// Tells where not exactly one note has that title, or where it is of another category.
pub fn noted(subject: &Subject, title: &str, category: &str, why: &str, findings: &mut Findings) {
    let notes: Vec<_> =
        subject.document.document.notes.iter().filter(|note| note.title.as_deref() == Some(title)).collect();
    if notes.len() != 1 || notes[0].category != category {
        let told = format!("{why}, but not exactly one note is called {title}, with the category {category}");
        findings.tell("/document/notes", told);
    }
}
