//! The mandatory tests of section 6.1, each a row of one table.
//!
//! Numbers are those of CSAF 2.0 and of the drafts of 2.1 up to its test files, where both count alike. 2.1 goes on from
//! 6.1.34. Not here, and why: 6.1.27.13 and 6.1.60.1 and .2 have no test files; 6.1.50 wants a parser for every scheme of
//! `vers`; 6.1.59 and 6.1.60.3 want documents that are not in the document.

mod branch;
mod date;
mod definition;
mod distribution;
mod document;
mod history;
mod license;
mod point;
mod profile;
mod purl;
mod remediation;
mod score;
mod status;
#[cfg(test)]
mod tests;
mod vulnerability;
mod weakness;

use super::document::{Csaf, Edition};
use super::reading::Reading;
use super::tree::Tree;
use super::vulnerability::Vulnerability;
use crate::complaint::{Complaint, Kind};

/// A test.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its number: `6.1.6`.
    pub number: &'static str,
    /// Its title.
    pub title: &'static str,
    /// The versions of the standard that have it.
    pub editions: &'static [Edition],
    find: fn(&Subject, &mut Findings),
}

const BOTH: &[Edition] = &[Edition::V20, Edition::V21];
const NEW: &[Edition] = &[Edition::V21];

const fn rule(number: &'static str, title: &'static str, find: fn(&Subject, &mut Findings)) -> Rule {
    Rule { number, title, editions: BOTH, find }
}

const fn new(number: &'static str, title: &'static str, find: fn(&Subject, &mut Findings)) -> Rule {
    Rule { number, title, editions: NEW, find }
}

/// Every mandatory test.
pub const RULES: &[Rule] = &[
    rule("6.1.1", "Missing Definition of Product ID", definition::missing_product),
    rule("6.1.2", "Multiple Definition of Product ID", definition::product_twice),
    rule("6.1.3", "Circular Definition of Product ID", definition::circle),
    rule("6.1.4", "Missing Definition of Product Group ID", definition::missing_group),
    rule("6.1.5", "Multiple Definition of Product Group ID", definition::group_twice),
    rule("6.1.6", "Contradicting Product Status", status::contradiction),
    rule("6.1.7", "Multiple Scores with same Version per Product", score::twice),
    rule("6.1.8", "Invalid CVSS", score::invalid),
    rule("6.1.9", "Invalid CVSS computation", score::computation),
    rule("6.1.10", "Inconsistent CVSS", score::inconsistent),
    rule("6.1.11", "CWE", weakness::unknown),
    rule("6.1.12", "Language", document::language),
    rule("6.1.13", "PURL", purl::invalid),
    rule("6.1.14", "Sorted Revision History", history::unsorted),
    rule("6.1.15", "Translator", document::translator),
    rule("6.1.16", "Latest Document Version", history::latest),
    rule("6.1.17", "Document Status Draft", history::draft),
    rule("6.1.18", "Released Revision History", history::released),
    rule("6.1.19", "Revision History Entries for Pre-release Versions", history::pre_release),
    rule("6.1.20", "Non-draft Document Version", history::not_draft),
    rule("6.1.21", "Missing Item in Revision History", history::gap),
    rule("6.1.22", "Multiple Definition in Revision History", history::twice),
    rule("6.1.23", "Multiple Use of Same CVE", vulnerability::cve_twice),
    rule("6.1.24", "Multiple Definition in Involvements", vulnerability::involvement_twice),
    rule("6.1.25", "Multiple Use of Same Hash Algorithm", definition::algorithm_twice),
    rule("6.1.26", "Prohibited Document Category Name", profile::prohibited),
    rule("6.1.27.1", "Document Notes", profile::document_notes),
    rule("6.1.27.2", "Document References", profile::document_references),
    rule("6.1.27.3", "Vulnerabilities", profile::no_vulnerabilities),
    rule("6.1.27.4", "Product Tree", profile::product_tree),
    rule("6.1.27.5", "Vulnerability Notes", profile::vulnerability_notes),
    rule("6.1.27.6", "Product Status", profile::product_status),
    rule("6.1.27.7", "VEX Product Status", profile::vex_status),
    rule("6.1.27.8", "Vulnerability ID", profile::vulnerability_id),
    rule("6.1.27.9", "Impact Statement", profile::impact),
    rule("6.1.27.10", "Action Statement", profile::action),
    rule("6.1.27.11", "Vulnerabilities", profile::vulnerabilities),
    new("6.1.27.12", "Affected Products", profile::affected),
    new("6.1.27.14", "Document Notes", profile::reasoning),
    new("6.1.27.15", "Product Tree", profile::no_product_tree),
    new("6.1.27.16", "Revision History", profile::revisions),
    new("6.1.27.17", "Reasoning for Withdrawal", profile::withdrawal),
    new("6.1.27.18", "Reasoning for Supersession", profile::supersession),
    new("6.1.27.19", "Reference to Superseding Document", profile::superseding),
    rule("6.1.28", "Translation", document::translation),
    rule("6.1.29", "Remediation without Product Reference", remediation::nowhere),
    rule("6.1.30", "Mixed Integer and Semantic Versioning", history::mixed),
    rule("6.1.31", "Version Range in Product Version", branch::range),
    rule("6.1.32", "Flag without Product Reference", status::flag_nowhere),
    rule("6.1.33", "Multiple Flags with VEX Justification Codes per Product", status::flags_twice),
    new("6.1.34", "Branches Recursion Depth", branch::depth),
    new("6.1.35", "Contradicting Remediations", remediation::contradiction),
    new("6.1.36", "Contradicting Product Status Remediation Combination", remediation::against_status),
    new("6.1.37", "Date and Time", date::form),
    new("6.1.38", "Non-Public Sharing Group with Max UUID", distribution::not_public),
    new("6.1.39", "Public Sharing Group with No Max UUID", distribution::public),
    new("6.1.40", "Invalid Sharing Group Name", distribution::name),
    new("6.1.41", "Missing Sharing Group Name", distribution::no_name),
    new("6.1.42", "PURL Qualifiers", purl::more_than_qualifiers),
    new("6.1.43", "Use of Multiple Stars in Model Number", definition::model_stars),
    new("6.1.44", "Use of Multiple Stars in Serial Number", definition::serial_stars),
    new("6.1.45", "Inconsistent Disclosure Date", date::disclosure),
    new("6.1.46", "Invalid SSVC", point::invalid),
    new("6.1.47", "Inconsistent SSVC Target IDs", point::targets),
    new("6.1.48", "SSVC Decision Points", point::unknown),
    new("6.1.49", "Inconsistent SSVC Timestamp", date::ssvc),
    new("6.1.51", "Inconsistent EPSS Timestamp", date::epss),
    new("6.1.52", "Inconsistent First Known Exploitation Dates", date::exploitation),
    new("6.1.53", "Inconsistent Exploitation Date", date::exploitation_order),
    new("6.1.54", "License Expression", license::expression),
    new("6.1.55", "License Text", license::text),
    new("6.1.56", "Use of CVSS and Qualitative Severity Rating", score::rating),
    new("6.1.57", "Stacked Branch Categories", branch::stacked),
    new("6.1.58", "Use of `product_version` in one Path with `product_version_range`", branch::both_versions),
];

/// What tests look at.
struct Subject<'a> {
    document: &'a Csaf,
    edition: Edition,
    tree: Tree<'a>,
    reading: &'a Reading,
}

/// What one test found.
struct Findings {
    number: &'static str,
    complaints: Vec<Complaint>,
}

/// The most complaints of one test about one document; more would say no more.
const MOST: usize = 200;

impl Findings {
    fn tell(&mut self, path: impl AsRef<str>, reason: impl Into<String>) {
        if self.complaints.len() >= MOST {
            return;
        }
        self.complaints.push(Complaint::new(Kind::Test(self.number), path.as_ref(), reason));
    }
}

impl Subject<'_> {
    /// The vulnerabilities with their places.
    fn vulnerabilities(&self) -> impl Iterator<Item = (String, &Vulnerability)> {
        self.document
            .vulnerabilities()
            .iter()
            .enumerate()
            .map(|(at, v)| (format!("/vulnerabilities/{at}"), v))
    }
}

/// All that the mandatory tests have against a document, at most 200 complaints of each; the schema's are in the reading
/// already.
#[must_use]
pub fn check(reading: &Reading) -> Vec<Complaint> {
    let tree = Tree::of(&reading.document);
    let subject = Subject { document: &reading.document, edition: reading.edition, tree, reading };
    RULES
        .iter()
        .filter(|rule| rule.editions.contains(&reading.edition))
        .flat_map(|rule| {
            let mut findings = Findings { number: rule.number, complaints: Vec::new() };
            (rule.find)(&subject, &mut findings);
            findings.complaints
        })
        .collect()
}
