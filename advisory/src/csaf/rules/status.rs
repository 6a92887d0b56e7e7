//! Tests of statuses and flags: 6.1.6, 6.1.32 and 6.1.33.

use super::{Findings, Subject};
use crate::csaf::status::{self, Stance};
use std::collections::{BTreeMap, BTreeSet};

/// 6.1.6
pub fn contradiction(subject: &Subject, findings: &mut Findings) {
    for (path, vulnerability) in subject.vulnerabilities() {
        let mut stances: BTreeMap<&str, BTreeSet<Stance>> = BTreeMap::new();
        for (status, product) in status::listed(vulnerability) {
            stances.entry(product).or_default().extend(status.stance());
        }
        for (product, stances) in stances.into_iter().filter(|(_, stances)| stances.len() > 1) {
            let words: Vec<&str> = stances.into_iter().map(Stance::words).collect();
            findings.tell(format!("{path}/product_status"), format!("{product} is {}", words.join(" and ")));
        }
    }
}

/// 6.1.32
pub fn flag_nowhere(subject: &Subject, findings: &mut Findings) {
    for (path, vulnerability) in subject.vulnerabilities() {
        for (at, flag) in vulnerability.flags.iter().enumerate() {
            if flag.product_ids.is_empty() && flag.group_ids.is_empty() {
                findings.tell(format!("{path}/flags/{at}"), "names neither products nor groups");
            }
        }
    }
}

/// 6.1.33: all labels of both versions are justifications of VEX.
pub fn flags_twice(subject: &Subject, findings: &mut Findings) {
    for (path, vulnerability) in subject.vulnerabilities() {
        let mut seen = BTreeSet::new();
        for (at, flag) in vulnerability.flags.iter().enumerate() {
            for product in subject.tree.expand(&flag.product_ids, &flag.group_ids) {
                if !seen.insert(product) {
                    findings.tell(format!("{path}/flags/{at}"), format!("{product} has another flag, too"));
                }
            }
        }
    }
}
