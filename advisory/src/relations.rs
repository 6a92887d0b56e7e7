//! Which advisories are about the same vulnerability.
//!
//! Source: the OSV schema: `aliases` are symmetric and transitive; `upstream` is transitive and not symmetric;
//! `related` is symmetric and not transitive, and never makes two records one.

use crate::advisory::Advisory;
use std::collections::{BTreeMap, BTreeSet};

/// The aliases and upstream relations of many advisories.
#[derive(Debug, Default)]
pub struct Relations<'a> {
    /// The least id of the class of aliases that an id is in.
    least: BTreeMap<&'a str, &'a str>,
    upstream: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Relations<'a> {
    /// Reads the relations of all records. Withdrawn ones count: they may be what joins two others.
    pub fn new(records: &'a [Advisory]) -> Relations<'a> {
        let mut beside: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut upstream: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for record in records {
            beside.entry(&record.id).or_default();
            for alias in &record.aliases {
                beside.entry(&record.id).or_default().insert(alias);
                beside.entry(alias).or_default().insert(&record.id);
            }
            upstream.entry(&record.id).or_default().extend(record.upstream.iter().map(String::as_str));
        }
        let mut least = BTreeMap::new();
        for id in beside.keys().copied() {
            if !least.contains_key(id) {
                // In rising order, so that the first of a class is its least.
                least.extend(reached(&beside, id).into_iter().map(|other| (other, id)));
            }
        }
        Relations { least, upstream }
    }

    /// One name for all aliases of an id: two findings of a package with the same name are one.
    pub fn vulnerability<'b>(&self, id: &'b str) -> &'b str
    where
        'a: 'b,
    {
        self.least.get(id).copied().unwrap_or(id)
    }

    /// Everything that an advisory is about, as far up as it goes, in rising order.
    pub fn upstream(&self, id: &'a str) -> Vec<&'a str> {
        let mut all = reached(&self.upstream, id);
        all.remove(id);
        all.into_iter().collect()
    }
}

/// What is reached from an id, itself included. Circles end.
fn reached<'a>(beside: &BTreeMap<&'a str, BTreeSet<&'a str>>, from: &'a str) -> BTreeSet<&'a str> {
    let (mut seen, mut open) = (BTreeSet::from([from]), vec![from]);
    while let Some(id) = open.pop() {
        let next = beside.get(id).into_iter().flatten().filter(|other| seen.insert(other));
        open.extend(next.copied().collect::<Vec<_>>());
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: &str, aliases: &[&str], upstream: &[&str], related: &[&str]) -> Advisory {
        let ids = |ids: &[&str]| ids.iter().map(|id| id.to_string()).collect();
        Advisory {
            id: id.into(),
            aliases: ids(aliases),
            upstream: ids(upstream),
            related: ids(related),
            ..Advisory::default()
        }
    }

    #[test]
    fn aliases_join_both_ways_and_over_each_other_and_related_never_does() {
        let records = [
            record("GO-1", &["CVE-1"], &[], &["GO-9"]),
            record("GHSA-1", &["CVE-1"], &[], &[]),
            record("GO-9", &[], &[], &["GO-1"]),
        ];
        let relations = Relations::new(&records);
        let names = ["GO-1", "GHSA-1", "CVE-1", "GO-9", "OTHER"].map(|id| relations.vulnerability(id));
        assert_eq!(names, ["CVE-1", "CVE-1", "CVE-1", "GO-9", "OTHER"]);
    }

    #[test]
    fn upstream_goes_up_only_and_a_circle_ends() {
        let records = [
            record("USN-1", &[], &["UBUNTU-CVE-1"], &[]),
            record("UBUNTU-CVE-1", &[], &["CVE-1"], &[]),
            record("A", &[], &["B"], &[]),
            record("B", &[], &["A"], &[]),
        ];
        let relations = Relations::new(&records);
        assert_eq!(relations.upstream("USN-1"), ["CVE-1", "UBUNTU-CVE-1"]);
        assert!(relations.upstream("CVE-1").is_empty());
        assert_eq!(relations.upstream("A"), ["B"]);
        assert_eq!(relations.vulnerability("USN-1"), "USN-1");
    }
}
