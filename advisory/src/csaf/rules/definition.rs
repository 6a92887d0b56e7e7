//! Tests of what the product tree defines: 6.1.1 to 6.1.5, 6.1.25, 6.1.43 and 6.1.44.

use super::{Findings, Subject};
use crate::csaf::product::Helper;
use crate::csaf::status;
use std::collections::{BTreeMap, BTreeSet};

/// 6.1.1
pub fn missing_product(subject: &Subject, findings: &mut Findings) {
    for (path, product) in references(subject) {
        if !product.is_empty() && subject.tree.product(product).is_none() {
            findings.tell(path, format!("the product {product} is not defined"));
        }
    }
}

/// Every place that names a product.
fn references<'a>(subject: &'a Subject) -> Vec<(String, &'a str)> {
    let mut found = Vec::new();
    for product in &subject.tree.definitions {
        found.extend(product.parts.iter().map(|part| (product.path.clone(), part.product)));
    }
    let groups = subject.document.product_tree.iter().flat_map(|tree| &tree.product_groups);
    for (at, group) in groups.enumerate() {
        let path = format!("/product_tree/product_groups/{at}/product_ids");
        found.extend(named(path, &group.product_ids));
    }
    for (at, note) in subject.document.document.notes.iter().enumerate() {
        found.extend(named(format!("/document/notes/{at}/product_ids"), &note.product_ids));
    }
    for (path, vulnerability) in subject.vulnerabilities() {
        for (status, product) in status::listed(vulnerability) {
            found.push((format!("{path}/product_status/{}", status.name()), product));
        }
        for (part, at, products, _) in vulnerability_references(vulnerability) {
            found.extend(named(format!("{path}/{part}/{at}"), products));
        }
    }
    found
}

fn named(path: String, products: &[String]) -> impl Iterator<Item = (String, &str)> {
    products.iter().map(move |product| (path.clone(), product.as_str()))
}

type Named<'a> = (&'static str, usize, &'a [String], &'a [String]);

/// Members of a vulnerability that name products and groups.
fn vulnerability_references(of: &crate::csaf::vulnerability::Vulnerability) -> Vec<Named<'_>> {
    let mut found: Vec<Named> = Vec::new();
    let notes = of.notes.iter().flatten().enumerate();
    found.extend(notes.map(|(at, n)| ("notes", at, &n.product_ids[..], &n.group_ids[..])));
    found.extend(
        of.flags.iter().enumerate().map(|(at, f)| ("flags", at, &f.product_ids[..], &f.group_ids[..])),
    );
    found.extend(
        of.involvements
            .iter()
            .enumerate()
            .map(|(at, i)| ("involvements", at, &i.product_ids[..], &i.group_ids[..])),
    );
    found.extend(
        of.remediations
            .iter()
            .enumerate()
            .map(|(at, r)| ("remediations", at, &r.product_ids[..], &r.group_ids[..])),
    );
    found.extend(
        of.threats.iter().enumerate().map(|(at, t)| ("threats", at, &t.product_ids[..], &t.group_ids[..])),
    );
    let known = of.first_known_exploitation_dates.iter().enumerate();
    found.extend(
        known.map(|(at, e)| ("first_known_exploitation_dates", at, &e.product_ids[..], &e.group_ids[..])),
    );
    found.extend(of.scores.iter().enumerate().map(|(at, s)| ("scores", at, &s.products[..], &[][..])));
    found.extend(of.metrics.iter().enumerate().map(|(at, m)| ("metrics", at, &m.products[..], &[][..])));
    found
}

/// 6.1.2
pub fn product_twice(subject: &Subject, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for product in &subject.tree.definitions {
        let id = &product.definition.product_id;
        if !seen.insert(id) {
            findings
                .tell(format!("{}/product_id", product.path), format!("the product {id} was defined before"));
        }
    }
}

/// 6.1.3: a product is on a circle if a walk over what it is made of comes back to it.
pub fn circle(subject: &Subject, findings: &mut Findings) {
    // Kahn's order: whoever is made of products that are settled, is settled. The rest is on a circle or made of one.
    let mut made_of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    // An id that is missing is the schema's affair.
    let defined =
        || subject.tree.definitions.iter().filter(|product| !product.definition.product_id.is_empty());
    for product in defined() {
        let parts = product.parts.iter().map(|part| part.product);
        made_of.entry(&product.definition.product_id).or_default().extend(parts);
    }
    let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut waiting: BTreeMap<&str, usize> = BTreeMap::new();
    for (id, parts) in &made_of {
        let known = parts.iter().filter(|part| made_of.contains_key(*part));
        waiting.insert(id, known.clone().count());
        known.for_each(|part| users.entry(part).or_default().push(id));
    }
    let mut settled: Vec<&str> = waiting.iter().filter(|(_, left)| **left == 0).map(|(id, _)| *id).collect();
    while let Some(id) = settled.pop() {
        for user in users.get(id).into_iter().flatten() {
            if let Some(left) = waiting.get_mut(user) {
                *left -= 1;
                if *left == 0 {
                    settled.push(user);
                }
            }
        }
    }
    for product in defined() {
        let id = product.definition.product_id.as_str();
        if waiting.get(id).is_some_and(|left| *left > 0) {
            findings.tell(&product.path, format!("the product {id} is defined by itself"));
        }
    }
}

/// 6.1.4
pub fn missing_group(subject: &Subject, findings: &mut Findings) {
    let mut look = |path: String, groups: &[String]| {
        for group in groups {
            if subject.tree.group(group).is_none() {
                findings.tell(&path, format!("the group {group} is not defined"));
            }
        }
    };
    for (at, note) in subject.document.document.notes.iter().enumerate() {
        look(format!("/document/notes/{at}/group_ids"), &note.group_ids);
    }
    for (path, vulnerability) in subject.vulnerabilities() {
        for (part, at, _, groups) in vulnerability_references(vulnerability) {
            look(format!("{path}/{part}/{at}/group_ids"), groups);
        }
    }
}

/// 6.1.5
pub fn group_twice(subject: &Subject, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    let groups = subject.document.product_tree.iter().flat_map(|tree| &tree.product_groups);
    for (at, group) in groups.enumerate() {
        if !seen.insert(&group.group_id) {
            let path = format!("/product_tree/product_groups/{at}/group_id");
            findings.tell(path, format!("the group {} was defined before", group.group_id));
        }
    }
}

/// 6.1.25
pub fn algorithm_twice(subject: &Subject, findings: &mut Findings) {
    for (path, helper) in helpers(subject) {
        for (at, hashes) in helper.hashes.iter().enumerate() {
            let mut seen = BTreeSet::new();
            for hash in &hashes.file_hashes {
                if !seen.insert(&hash.algorithm) {
                    let told = format!("{} is used twice for {}", hash.algorithm, hashes.filename);
                    findings.tell(format!("{path}/hashes/{at}/file_hashes"), told);
                }
            }
        }
    }
}

/// The helpers with their places.
pub fn helpers<'a>(subject: &'a Subject) -> impl Iterator<Item = (String, &'a Helper)> {
    subject.tree.definitions.iter().filter_map(|product| {
        let helper = product.definition.product_identification_helper.as_ref()?;
        Some((format!("{}/product_identification_helper", product.path), helper))
    })
}

/// 6.1.43
pub fn model_stars(subject: &Subject, findings: &mut Findings) {
    for (path, helper) in helpers(subject) {
        stars(&format!("{path}/model_numbers"), &helper.model_numbers, findings);
    }
}

/// 6.1.44
pub fn serial_stars(subject: &Subject, findings: &mut Findings) {
    for (path, helper) in helpers(subject) {
        stars(&format!("{path}/serial_numbers"), &helper.serial_numbers, findings);
    }
}

/// At most one `*` that no backslash stands before.
fn stars(path: &str, numbers: &[String], findings: &mut Findings) {
    for (at, number) in numbers.iter().enumerate() {
        let (mut count, mut escaped) = (0, false);
        for c in number.chars() {
            count += usize::from(c == '*' && !escaped);
            escaped = c == '\\' && !escaped;
        }
        if count > 1 {
            findings
                .tell(format!("{path}/{at}"), format!("{number} has {count} stars that stand for something"));
        }
    }
}
