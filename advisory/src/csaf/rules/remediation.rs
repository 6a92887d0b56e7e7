//! Tests of remediations: 6.1.29, 6.1.35 and 6.1.36.

use super::{Findings, Subject};
use crate::csaf::status::{self, Stance};
use std::collections::{BTreeMap, BTreeSet};

/// 6.1.29
pub fn nowhere(subject: &Subject, findings: &mut Findings) {
    for (path, vulnerability) in subject.vulnerabilities() {
        for (at, remediation) in vulnerability.remediations.iter().enumerate() {
            if remediation.product_ids.is_empty() && remediation.group_ids.is_empty() {
                findings.tell(format!("{path}/remediations/{at}"), "names neither products nor groups");
            }
        }
    }
}

/// What may not stand beside each other for one product (3.2.4.14 of 2.1, table 1).
const EXCLUSIVE: [(&str, &[&str]); 5] = [
    (
        "optional_patch",
        &["workaround", "mitigation", "vendor_fix", "none_available", "fix_planned", "no_fix_planned"],
    ),
    (
        "none_available",
        &["workaround", "mitigation", "vendor_fix", "optional_patch", "fix_planned", "no_fix_planned"],
    ),
    ("vendor_fix", &["optional_patch", "none_available", "fix_planned", "no_fix_planned"]),
    ("fix_planned", &["optional_patch", "none_available", "vendor_fix", "no_fix_planned"]),
    ("no_fix_planned", &["optional_patch", "none_available", "vendor_fix", "fix_planned"]),
];

/// What may not stand beside a status (table 2).
const AGAINST: [(Stance, &[&str]); 3] = [
    (Stance::Affected, &["optional_patch"]),
    (Stance::NotAffected, &["workaround", "mitigation", "vendor_fix", "none_available"]),
    (
        Stance::Fixed,
        &["workaround", "mitigation", "vendor_fix", "none_available", "fix_planned", "no_fix_planned"],
    ),
];

type Categories<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// The categories of each product.
fn categories<'a>(subject: &'a Subject, of: &'a crate::csaf::vulnerability::Vulnerability) -> Categories<'a> {
    let mut categories = Categories::new();
    for remediation in &of.remediations {
        for product in subject.tree.expand(&remediation.product_ids, &remediation.group_ids) {
            categories.entry(product).or_default().insert(&remediation.category);
        }
    }
    categories
}

/// 6.1.35
pub fn contradiction(subject: &Subject, findings: &mut Findings) {
    for (path, vulnerability) in subject.vulnerabilities() {
        for (product, categories) in categories(subject, vulnerability) {
            let clash = EXCLUSIVE.iter().filter(|(category, _)| categories.contains(category)).find_map(
                |(category, others)| {
                    Some((category, others.iter().find(|other| categories.contains(*other))?))
                },
            );
            if let Some((one, other)) = clash {
                findings.tell(format!("{path}/remediations"), format!("{product} has {one} beside {other}"));
            }
        }
    }
}

/// 6.1.36
pub fn against_status(subject: &Subject, findings: &mut Findings) {
    for (path, vulnerability) in subject.vulnerabilities() {
        let categories = categories(subject, vulnerability);
        for (status, product) in status::listed(vulnerability) {
            let against = AGAINST.iter().find(|(stance, _)| status.stance() == Some(*stance));
            let given = categories.get(product);
            let clash = against
                .and_then(|(_, against)| against.iter().find(|c| given.is_some_and(|g| g.contains(*c))));
            if let Some(category) = clash {
                let told = format!("{product} is {}, but has {category}", status.name());
                findings.tell(format!("{path}/remediations"), told);
            }
        }
    }
}
