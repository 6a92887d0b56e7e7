//! Which patch levels have to be raised, to what, and what that closes.

use super::found::Found;
use crate::model::{Address, PatchLevel, Span};
use patchform_versions::Scheme;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// A level of a package that is to be raised, in one place of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Whose level it is: a baseline, or a block without the keys of its instances.
    pub of: String,
    /// The expression of its `patch_level`.
    pub span: Span,
    /// The package.
    pub package: String,
    /// The level that is asked for now.
    pub from: String,
    /// The level to ask for.
    pub to: String,
    /// What it closes, the most urgent first.
    pub closes: Vec<Closing>,
}

/// Where a level is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelPlace {
    /// Whose it is: a baseline, or a block.
    pub of: String,
    /// The expression.
    pub span: Span,
}

/// A finding that a proposal closes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// The vulnerability.
    pub vulnerability: String,
    /// Its priority, and why.
    pub told: String,
}

/// What has to be raised, and what cannot be proposed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proposals {
    /// By place and package.
    pub all: Vec<Proposal>,
    /// Packages of components that cannot be raised in the configuration, and why; with how many findings.
    pub left: BTreeMap<(Address, String, String), usize>,
    /// Packages whose level is asked for already, and only has to be applied.
    pub asked: BTreeSet<(Address, String)>,
}

/// What raising the levels takes that findings ask for which `wanted` takes; `spans` are the places of patch levels. A level
/// is never lowered, and all instances of a block get the highest that one of them needs.
pub fn propose(
    all: &[Found<'_>],
    spans: &BTreeMap<Address, LevelPlace>,
    wanted: impl Fn(&Found<'_>) -> bool,
) -> Proposals {
    let mut proposals = Proposals::default();
    let mut raised: BTreeMap<(Span, &str), Proposal> = BTreeMap::new();
    for found in all.iter().filter(|found| wanted(found)) {
        let key = found.key();
        let mut leave = |why: &str| {
            *proposals
                .left
                .entry((key.component.clone(), key.package.to_string(), why.to_string()))
                .or_default() += 1;
        };
        let (Some(place), Some(scheme)) = (spans.get(key.component), found.scheme()) else {
            leave("the order of its versions is not known");
            continue;
        };
        let PatchLevel::Map(parts) = &found.named.place.member.level else {
            leave("its level is no map of packages");
            continue;
        };
        match (parts.get(key.package), found.target().level()) {
            (None, _) => leave("its patch_level does not name the package"),
            (_, None) if found.target().is_fixed() => leave("only the fixed version of its source is known"),
            (_, None) => leave("there is no fix"),
            // The level brings the newest of them, and takes none away.
            (Some(from), Some(to)) if !is_higher(scheme, to, from) && found.named.place.count > 1 => {
                let version = &found.installed().version;
                leave(&format!(
                    "the configuration asks for the fixed level already, and the version {version} is installed beside others: remove \
                     it on the host"
                ));
            }
            (Some(from), Some(to)) if !is_higher(scheme, to, from) => {
                proposals.asked.insert((key.component.clone(), key.package.to_string()));
            }
            (Some(from), Some(to)) => {
                let new = || Proposal {
                    of: place.of.clone(),
                    span: place.span,
                    package: key.package.to_string(),
                    from: from.clone(),
                    to: to.to_string(),
                    closes: Vec::new(),
                };
                let proposal = raised.entry((place.span, key.package)).or_insert_with(new);
                if is_higher(scheme, to, &proposal.to) {
                    proposal.to = to.to_string();
                }
            }
        }
    }
    for found in all {
        let Some(proposal) = spans
            .get(found.key().component)
            .and_then(|place| raised.get_mut(&(place.span, found.key().package)))
        else {
            continue;
        };
        proposal.hear(found);
    }
    proposals.all = raised.into_values().collect();
    proposals
}

fn is_higher(scheme: Scheme, a: &str, b: &str) -> bool {
    scheme.compare(a, b) == Ok(Ordering::Greater)
}

impl Proposal {
    /// Says anew what it closes, of all findings.
    pub fn close(&mut self, all: &[Found<'_>], spans: &BTreeMap<Address, LevelPlace>) {
        self.closes.clear();
        for found in all {
            let place = spans.get(found.key().component);
            if found.key().package == self.package && place.is_some_and(|place| place.span == self.span) {
                self.hear(found);
            }
        }
    }

    /// Takes a finding of its package, where its level closes it; one for each vulnerability.
    fn hear(&mut self, found: &Found<'_>) {
        let (scheme, vulnerability) = (found.scheme(), found.key().vulnerability);
        let reached =
            |to: &str| scheme.is_some_and(|scheme| to == self.to || is_higher(scheme, &self.to, to));
        let known = self.closes.iter().any(|closing| closing.vulnerability == vulnerability);
        if known || !found.least().is_some_and(reached) {
            return;
        }
        let judged = &found.judged;
        let because = judged.urgency.because.join(", ");
        let because = if because.is_empty() { because } else { format!(": {because}") };
        let due = judged.deadline.as_ref().and_then(|deadline| deadline.day());
        let due = due.map_or(String::new(), |day| format!("; due {day}"));
        self.closes.push(Closing {
            vulnerability: vulnerability.to_string(),
            told: format!("{}{because}{due}", judged.priority),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Findings, Host, Knowledge, Member, Rules, Survey, found};
    use crate::model::{FileId, Moment};
    use patchform_advisory::priority::{Exposure, Importance};
    use patchform_advisory::suite::Archives;
    use patchform_advisory::{Advisory, Affected, Ecosystem, Installed, Platform};

    fn host(address: &str, release: &str, level: &str, version: &str) -> Host {
        Host {
            target: address.into(),
            platform: Platform::parse(release),
            packages: vec![Installed::new("a", version), Installed::new("b", version)],
            members: vec![Member {
                address: address.parse().unwrap(),
                level: PatchLevel::Map(BTreeMap::from([("a".to_string(), level.to_string())])),
                exposure: Exposure::Unknown,
                importance: Importance::Medium,
            }],
        }
    }

    fn proposed(hosts: &[Host], wanted: &str) -> Proposals {
        let record = |id: &str, package: &str, fixes: &[(&str, &str)]| Advisory {
            id: id.into(),
            affected: fixes
                .iter()
                .map(|(release, fix)| Affected::below(Ecosystem::of("Debian", release), package, fix))
                .collect(),
            ..Advisory::default()
        };
        let records = [
            record("CVE-2026-10001", "a", &[("11", "1.4"), ("12", "1.10")]),
            record("CVE-2026-10002", "a", &[("12", "1.2")]),
            record("CVE-2026-10003", "b", &[("12", "2")]),
        ];
        let (facts, rules, remembered) = (BTreeMap::new(), Rules::default(), Findings::default());
        let known = Knowledge { facts: &facts, rules: &rules, remembered: &remembered, now: Moment(0) };
        let survey = Survey::new(hosts, &records, &Archives::default(), |_| true);
        let found = found(&survey, &known);
        let span = Span::new(FileId(0), 10, 20);
        let place = |address: &Address| LevelPlace { of: address.block().to_string(), span };
        let spans =
            hosts.iter().map(|host| &host.members[0].address).map(|a| (a.clone(), place(a))).collect();
        propose(&found, &spans, |found| found.key().vulnerability.starts_with(wanted))
    }

    #[test]
    fn instances_share_the_highest_level_and_what_it_closes_is_told_once() {
        let hosts = [
            host("apt.web[\"old\"]", "Debian:11", "1.1", "1.1"),
            host("apt.web[\"new\"]", "Debian:12", "1.1", "1.1"),
        ];
        let proposals = proposed(&hosts, "CVE-2026-10001");
        let [one] = proposals.all.as_slice() else { panic!("{proposals:?}") };
        assert_eq!((one.of.as_str(), one.from.as_str(), one.to.as_str()), ("apt.web", "1.1", "1.10"));
        let closes: Vec<&str> = one.closes.iter().map(|closing| closing.vulnerability.as_str()).collect();
        assert_eq!(closes, ["CVE-2026-10001", "CVE-2026-10002"]);
    }

    #[test]
    fn no_level_is_lowered_and_no_package_added() {
        let higher = [host("apt.web", "Debian:12", "1.11", "1.1")];
        let proposals = proposed(&higher, "CVE");
        assert!(proposals.all.is_empty(), "{proposals:?}");
        assert_eq!(proposals.asked.len(), 1);
        let left: Vec<&str> = proposals.left.keys().map(|(_, package, _)| package.as_str()).collect();
        assert_eq!(left, ["b"]);
    }

    #[test]
    fn a_version_beside_the_level_is_none_that_applying_it_closes() {
        let mut host = host("apt.web", "Debian:12", "1.11", "1.11");
        host.packages.insert(0, Installed::new("a", "1.1"));
        let proposals = proposed(&[host], "CVE-2026-10001");
        assert_eq!((proposals.all.len(), proposals.asked.len()), (0, 0));
        let why: Vec<&str> = proposals.left.keys().map(|(_, _, why)| why.as_str()).collect();
        assert!(why[0].contains("the version 1.1 is installed beside others"), "{why:?}");
    }
}
