//! What a vulnerability does to each product: statuses, and why, and what to do.
//!
//! A product that no list names is *unknown*, never safe. Statuses that contradict each other (6.1.6) make a stance of
//! their own, which is not safe either.

use super::tree::Tree;
use super::vulnerability::{Flag, ProductStatus, Remediation, Threat, Vulnerability};
use std::collections::{BTreeMap, BTreeSet};

/// A list of products that a vulnerability has (3.2.4.9; `unknown` is of 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// `first_affected`
    FirstAffected,
    /// `known_affected`
    KnownAffected,
    /// `last_affected`
    LastAffected,
    /// `known_not_affected`
    KnownNotAffected,
    /// `first_fixed`
    FirstFixed,
    /// `fixed`
    Fixed,
    /// `under_investigation`
    UnderInvestigation,
    /// `unknown`
    Unknown,
    /// `recommended`
    Recommended,
}

/// What statuses come to (6.1.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stance {
    /// The vulnerability is there.
    Affected,
    /// It never was.
    NotAffected,
    /// It was, and is not any more.
    Fixed,
    /// The publisher looks at it.
    UnderInvestigation,
    /// Nobody says.
    Unknown,
    /// The document says more than one of these.
    Contradicting,
}

/// What a document says of one product and one vulnerability.
#[derive(Debug, Clone, Default)]
pub struct Verdict<'a> {
    /// The lists that name it.
    pub statuses: BTreeSet<Status>,
    /// Why it is not affected, as codes.
    pub flags: Vec<&'a Flag>,
    /// What to do.
    pub remediations: Vec<&'a Remediation>,
    /// What is threatened.
    pub threats: Vec<&'a Threat>,
}

impl Status {
    /// All, affected first.
    pub const ALL: [Status; 9] = [
        Status::FirstAffected,
        Status::KnownAffected,
        Status::LastAffected,
        Status::KnownNotAffected,
        Status::FirstFixed,
        Status::Fixed,
        Status::UnderInvestigation,
        Status::Unknown,
        Status::Recommended,
    ];

    /// The member of the document.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Status::FirstAffected => "first_affected",
            Status::KnownAffected => "known_affected",
            Status::LastAffected => "last_affected",
            Status::KnownNotAffected => "known_not_affected",
            Status::FirstFixed => "first_fixed",
            Status::Fixed => "fixed",
            Status::UnderInvestigation => "under_investigation",
            Status::Unknown => "unknown",
            Status::Recommended => "recommended",
        }
    }

    /// What it comes to. A recommended version may be any, even an affected one.
    #[must_use]
    pub fn stance(self) -> Option<Stance> {
        match self {
            Status::FirstAffected | Status::KnownAffected | Status::LastAffected => Some(Stance::Affected),
            Status::KnownNotAffected => Some(Stance::NotAffected),
            Status::FirstFixed | Status::Fixed => Some(Stance::Fixed),
            Status::UnderInvestigation => Some(Stance::UnderInvestigation),
            Status::Unknown => Some(Stance::Unknown),
            Status::Recommended => None,
        }
    }

    /// The list of that name; none where it is missing.
    #[must_use]
    pub fn list(self, written: &ProductStatus) -> Option<&Vec<String>> {
        match self {
            Status::FirstAffected => written.first_affected.as_ref(),
            Status::KnownAffected => written.known_affected.as_ref(),
            Status::LastAffected => written.last_affected.as_ref(),
            Status::KnownNotAffected => written.known_not_affected.as_ref(),
            Status::FirstFixed => written.first_fixed.as_ref(),
            Status::Fixed => written.fixed.as_ref(),
            Status::UnderInvestigation => written.under_investigation.as_ref(),
            Status::Unknown => written.unknown.as_ref(),
            Status::Recommended => written.recommended.as_ref(),
        }
    }
}

impl Stance {
    /// In plain words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Stance::Affected => "affected",
            Stance::NotAffected => "not affected",
            Stance::Fixed => "fixed",
            Stance::UnderInvestigation => "under investigation",
            Stance::Unknown => "unknown",
            Stance::Contradicting => "contradicting",
        }
    }
}

impl Verdict<'_> {
    /// What the statuses come to.
    #[must_use]
    pub fn stance(&self) -> Stance {
        let stances: BTreeSet<Stance> = self.statuses.iter().filter_map(|status| status.stance()).collect();
        match stances.len() {
            0 => Stance::Unknown,
            1 => stances.into_iter().next().unwrap_or(Stance::Unknown),
            _ => Stance::Contradicting,
        }
    }
}

/// What a vulnerability does to each product that it names. What is not in here is [`Stance::Unknown`].
#[must_use]
pub fn verdicts<'a>(vulnerability: &'a Vulnerability, tree: &Tree<'a>) -> BTreeMap<&'a str, Verdict<'a>> {
    let mut verdicts: BTreeMap<&str, Verdict> = BTreeMap::new();
    for (status, product) in listed(vulnerability) {
        verdicts.entry(product).or_default().statuses.insert(status);
    }
    for flag in &vulnerability.flags {
        for product in tree.expand(&flag.product_ids, &flag.group_ids) {
            verdicts.entry(product).or_default().flags.push(flag);
        }
    }
    for remediation in &vulnerability.remediations {
        for product in tree.expand(&remediation.product_ids, &remediation.group_ids) {
            verdicts.entry(product).or_default().remediations.push(remediation);
        }
    }
    for threat in &vulnerability.threats {
        for product in tree.expand(&threat.product_ids, &threat.group_ids) {
            verdicts.entry(product).or_default().threats.push(threat);
        }
    }
    verdicts
}

/// Every product of every list of statuses.
pub fn listed(vulnerability: &Vulnerability) -> impl Iterator<Item = (Status, &str)> {
    let written = vulnerability.product_status.as_ref();
    Status::ALL.into_iter().flat_map(move |status| {
        let list = written.and_then(|written| status.list(written));
        list.into_iter().flatten().map(move |product| (status, product.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csaf::sample;
    use serde_json::json;

    fn stances(changes: &[(&str, serde_json::Value)]) -> Vec<(String, &'static str)> {
        let document = sample::with(changes).document;
        let tree = Tree::of(&document);
        let verdicts = verdicts(&document.vulnerabilities()[0], &tree);
        verdicts.iter().map(|(product, verdict)| (product.to_string(), verdict.stance().words())).collect()
    }

    fn pairs(pairs: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
        pairs.iter().map(|(product, stance)| (product.to_string(), *stance)).collect()
    }

    #[test]
    fn each_product_has_its_stance_and_what_is_not_named_has_none() {
        let expected =
            pairs(&[("cloud", "not affected"), ("quince-4:jam", "affected"), ("quince-4:jelly", "fixed")]);
        assert_eq!(stances(&[]), expected);
        let only = [("/vulnerabilities/0/product_status", json!({"under_investigation": ["jam"]}))];
        let expected = pairs(&[
            ("cloud", "unknown"),
            ("jam", "under investigation"),
            ("quince-4:jam", "unknown"),
            ("quince-4:jelly", "unknown"),
        ]);
        assert_eq!(stances(&only), expected);
    }

    #[test]
    fn statuses_that_contradict_are_no_safety() {
        let both = [("/vulnerabilities/0/product_status/first_affected", json!(["cloud"]))];
        assert_eq!(stances(&both)[0], ("cloud".to_string(), "contradicting"));
    }

    #[test]
    fn groups_are_expanded_for_what_to_do() {
        let document = sample::with(&[]).document;
        let tree = Tree::of(&document);
        let verdicts = verdicts(&document.vulnerabilities()[0], &tree);
        let of = |product: &str| {
            verdicts[product].remediations.iter().map(|r| r.category.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(of("quince-4:jam"), ["none_available", "vendor_fix"]);
        assert_eq!(of("quince-4:jelly"), ["vendor_fix"]);
        assert_eq!(verdicts["cloud"].flags[0].label, "component_not_present");
    }
}
