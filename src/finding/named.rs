//! What advisories say of the packages of hosts, one for each component, package and vulnerability.

use super::host::Host;
use patchform_advisory::{Advisory, Finding, Fleet, Index, Relations, Verdict, id};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A vulnerability that records name a package with.
#[derive(Debug, Clone)]
pub struct Named<'a> {
    /// Index of the host.
    pub host: usize,
    /// Index of the component within the host's members.
    pub member: usize,
    /// Whether the component's level names the package.
    pub managed: bool,
    /// The vulnerability: a CVE where one is named, else one name for all aliases.
    pub vulnerability: &'a str,
    /// What decides.
    pub finding: Finding<'a>,
    /// The other records that say something of it.
    pub others: Vec<Finding<'a>>,
}

/// Holds hosts against records. An advisory about several CVEs is one for each; of several records about one CVE the one
/// that is the CVE's own decides rather than one that fixes it among others, and one that knows rather than one that does not.
pub fn named<'a>(hosts: &'a [Host], records: &'a [Advisory]) -> Vec<Named<'a>> {
    let (index, relations) = (Index::new(records), Relations::new(records));
    let mut fleet = Fleet::new(&index);
    let mut all = Vec::new();
    for (at, host) in hosts.iter().enumerate() {
        let mut of_host: BTreeMap<(&str, &str), Named> = BTreeMap::new();
        for finding in fleet.assess(&host.platform, &host.packages) {
            let package = finding.installed.name.as_str();
            let (member, managed) = host.owner(package);
            for vulnerability in vulnerabilities(finding.record, &relations) {
                let new = || Named {
                    host: at,
                    member,
                    managed,
                    vulnerability,
                    finding: finding.clone(),
                    others: Vec::new(),
                };
                of_host
                    .entry((package, vulnerability))
                    .and_modify(|named| named.hear(finding))
                    .or_insert_with(new);
            }
        }
        all.extend(of_host.into_values());
    }
    all
}

fn vulnerabilities<'a>(record: &'a Advisory, relations: &Relations<'a>) -> Vec<&'a str> {
    let cves = record.cves();
    if cves.is_empty() { vec![relations.vulnerability(&record.id)] } else { cves }
}

impl<'a> Named<'a> {
    /// Affected, not affected although named, or unknown.
    pub fn verdict(&self) -> Verdict {
        self.finding.verdict()
    }

    /// The ids of the records that say something of it, and their aliases.
    pub fn ids(&self) -> impl Iterator<Item = &'a str> {
        let records = std::iter::once(&self.finding).chain(&self.others).map(|finding| finding.record);
        records.flat_map(|record| std::iter::once(&record.id).chain(&record.aliases)).map(String::as_str)
    }

    /// Whether it is known under a name: the vulnerability's own, or that of an advisory about it, in small letters too.
    pub fn is_called(&self, name: &str) -> bool {
        std::iter::once(self.vulnerability).chain(self.ids()).any(|id| id::is_called(id, name))
    }

    fn hear(&mut self, finding: &Finding<'a>) {
        let mut other = finding.clone();
        if self.order(&other, &self.finding).is_gt() {
            std::mem::swap(&mut self.finding, &mut other);
        }
        self.others.push(other);
    }

    fn order(&self, a: &Finding<'_>, b: &Finding<'_>) -> Ordering {
        let weight = |finding: &Finding<'_>| {
            let record = finding.record;
            let ids = std::iter::once(&record.id).chain(&record.aliases);
            let own = ids.into_iter().any(|id| id.ends_with(self.vulnerability));
            (finding.verdict() != Verdict::Unknown, own, finding.verdict())
        };
        weight(a).cmp(&weight(b)).then_with(|| self.fixes(a, b))
    }

    /// Of two fixes the higher one counts.
    fn fixes(&self, a: &Finding<'_>, b: &Finding<'_>) -> Ordering {
        match (a.fix(), b.fix(), a.entry.ecosystem.scheme()) {
            (Some(a), Some(b), Some(scheme)) => scheme.compare(a, b).unwrap_or(Ordering::Equal),
            (a, b, _) => a.is_some().cmp(&b.is_some()),
        }
    }
}
