//! A finding that is open, with everything that judging it took.

use super::host::Host;
use super::level::Target;
use super::named::Named;
use super::remembered::{Findings, Key};
use super::rules::Rules;
use crate::model::Moment;
use patchform_advisory::cve::CveId;
use patchform_advisory::cvss::{Severity, Vector};
use patchform_advisory::day::Day;
use patchform_advisory::packages::Candidates;
use patchform_advisory::policy::{Deadline, Exception, Standing};
use patchform_advisory::priority::{Facts, Fix, Judged, Priority, Scored, Urgency};
use patchform_advisory::{Advisory, Naming, Verdict};
use std::collections::BTreeMap;

/// What findings are judged with.
pub struct Knowledge<'a, 'o> {
    /// What feeds say of CVEs.
    pub facts: &'a BTreeMap<CveId, Facts>,
    /// What archives offer.
    pub offered: &'o Candidates<'o>,
    /// The configuration's rules.
    pub rules: &'a Rules,
    /// What was found before.
    pub remembered: &'a Findings,
    /// Now.
    pub now: Moment,
}

/// An open finding.
#[derive(Debug, Clone)]
pub struct Found<'a> {
    /// Which.
    pub key: Key,
    /// What advisories say.
    pub named: Named<'a>,
    /// Where its package has to go.
    pub target: Target,
    /// What is known of it.
    pub facts: Facts,
    /// How urgent it is, and why.
    pub urgency: Judged,
    /// That, joined with the importance of its component.
    pub priority: Priority,
    /// Until when it has to be gone.
    pub deadline: Option<Deadline>,
    /// How it stands against that.
    pub standing: Option<Standing>,
    /// What lets it pass, or did.
    pub exception: Option<&'a Exception>,
    /// When it was seen for the first time.
    pub first_seen: Moment,
    /// When it was found again after it had been closed.
    pub reopened: Option<Moment>,
}

/// Judges what is affected; anything else is no finding.
pub fn found<'a>(hosts: &'a [Host], named: Vec<Named<'a>>, known: &Knowledge<'a, '_>) -> Vec<Found<'a>> {
    let affected = named.into_iter().filter(|named| named.verdict() == Verdict::Affected);
    affected.map(|named| judge(hosts, named, known)).collect()
}

fn judge<'a>(hosts: &'a [Host], named: Named<'a>, known: &Knowledge<'a, '_>) -> Found<'a> {
    let member = &hosts[named.host].members[named.member];
    let key = Key {
        component: member.address.clone(),
        package: named.finding.installed.name.clone(),
        vulnerability: named.vulnerability.to_string(),
    };
    let target = Target::of(&named.finding, known.offered);
    let before = known.remembered.all.get(&key);
    let first_seen = before.map_or(known.now, |before| before.first_seen);
    let cve = CveId::parse(named.vulnerability);
    let facts = cve.and_then(|cve| known.facts.get(&cve)).cloned().unwrap_or_default();
    let record = named.finding.record;
    let facts = Facts {
        cvss: facts.cvss.or_else(|| scored(record)),
        vendor: vendor(record),
        exposure: member.exposure,
        fix: fix(&target, record),
        first_seen: Day::of_milliseconds(first_seen.0),
        disclosed: facts.disclosed,
        ..facts
    };
    let urgency = Urgency::of(&facts, &known.rules.thresholds);
    let priority = Priority::of(urgency.urgency, member.importance);
    let today = Day::of_milliseconds(known.now.0);
    let component = key.component.to_string();
    let judge = |deadline: &Deadline| {
        let covers =
            |exception: &&Exception| exception.covers(cve, named.ids(), &component, &deadline.profile);
        let exceptions: Vec<&Exception> = known.rules.exceptions.iter().filter(covers).collect();
        today.map(|today| deadline.judge(today, None, &exceptions))
    };
    let lets_pass =
        |deadline: &Deadline| judge(deadline).is_some_and(|judged| judged.standing == Standing::Excepted);
    let deadline = known.rules.deadline(&facts, priority, lets_pass);
    let judged = deadline.as_ref().and_then(judge);
    Found {
        target,
        facts,
        urgency,
        priority,
        standing: judged.as_ref().map(|judged| judged.standing),
        exception: judged.and_then(|judged| judged.exception),
        deadline,
        first_seen,
        reopened: before.and_then(|before| before.reopened),
        key,
        named,
    }
}

/// The score of the record's own vector, of the newest version of CVSS that it gives.
fn scored(record: &Advisory) -> Option<Scored> {
    let vectors = record.severity.iter().filter(|severity| severity.system.starts_with("CVSS"));
    let newest = vectors.max_by_key(|severity| &severity.system)?;
    let vector = Vector::parse(&newest.value).ok()?;
    Some(Scored { version: vector.version(), score: vector.principal() })
}

/// The vendor's word for its weight, in the words of CVSS.
fn vendor(record: &Advisory) -> Option<Severity> {
    let words = record.severity.iter().filter(|severity| !severity.system.starts_with("CVSS"));
    words.filter_map(|severity| word(&severity.value)).max()
}

/// Vendors' words: those of CVSS, and Red Hat's, SUSE's and Debian's for the same.
fn word(text: &str) -> Option<Severity> {
    Severity::of_word(text).or(match text.to_ascii_lowercase().as_str() {
        "important" => Some(Severity::High),
        "moderate" => Some(Severity::Medium),
        "unimportant" | "negligible" | "minor" => Some(Severity::Low),
        _ => None,
    })
}

/// Since when there is a fix: an advisory is published with it, the record of a CVE long before.
fn fix(target: &Target, record: &Advisory) -> Fix {
    let day = record.published.as_deref().and_then(Day::parse).filter(|_| !record.id.contains("CVE-"));
    match day {
        _ if !target.is_fixed() => Fix::None,
        Some(day) => Fix::Released(day),
        None => Fix::Undated,
    }
}

impl Found<'_> {
    /// The lowest level of its package that closes it; where only the fixed version of its source is known, the one that an
    /// archive offers.
    pub fn least(&self) -> Option<&str> {
        let (entry, installed) = (self.named.finding.entry, self.named.finding.installed);
        let is_own = entry.naming == Naming::Binary || installed.version == installed.source_version();
        let fix = self.named.finding.fix().filter(|_| is_own);
        fix.map(|fix| fix.strip_prefix("0:").unwrap_or(fix)).or_else(|| self.target.level())
    }

    /// Whether its deadline is over, and no exception holds.
    pub fn is_overdue(&self) -> bool {
        matches!(self.standing, Some(Standing::Overdue { .. }))
    }

    /// Whether it asks for a higher level than another finding of the same package.
    pub fn goes_beyond(&self, other: &Found<'_>) -> bool {
        let scheme = self.named.finding.entry.ecosystem.scheme();
        match (&self.target, &other.target, scheme) {
            (Target::Level(a), Target::Level(b), Some(scheme))
            | (Target::Source(a), Target::Source(b), Some(scheme)) => {
                scheme.compare(a, b) == Ok(std::cmp::Ordering::Greater)
            }
            (a, b, _) => a.is_fixed() && !b.is_fixed(),
        }
    }

    /// Whether an exception lets it pass now.
    pub fn is_excepted(&self) -> bool {
        self.standing == Some(Standing::Excepted)
    }

    /// What comes first: what is most urgent, and of that what is due soonest.
    pub fn rank(&self) -> impl Ord + use<'_> {
        let day = self.deadline.as_ref().and_then(Deadline::day);
        (std::cmp::Reverse(self.priority), day.is_none(), day, &self.key.vulnerability)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Member, named};
    use crate::model::PatchLevel;
    use patchform_advisory::policy::{Scope, known};
    use patchform_advisory::priority::{Exposure, Importance, Listing};
    use patchform_advisory::{Affected, Ecosystem, Installed, Platform, Source};

    fn host(packages: Vec<Installed>) -> Host {
        let member = |address: &str, package: &str| Member {
            address: address.parse().unwrap(),
            level: PatchLevel::Map(BTreeMap::from([(package.to_string(), "1".to_string())])),
            exposure: Exposure::Public,
            importance: Importance::Medium,
        };
        Host {
            target: "t".into(),
            platform: Platform::parse("Debian:12"),
            packages,
            members: vec![member("apt.db", "libssl3"), member("apt.web", "openssl")],
        }
    }

    fn record(id: &str, upstream: &[&str], package: &str, fix: &str) -> Advisory {
        Advisory {
            id: id.into(),
            upstream: upstream.iter().map(ToString::to_string).collect(),
            affected: vec![Affected::below(Ecosystem::of("Debian", "12"), package, fix)],
            published: Some("2026-11-02T00:00:00Z".into()),
            ..Advisory::default()
        }
    }

    fn of_openssl(name: &str, version: &str) -> Installed {
        let source = Some(Source { name: "openssl".into(), version: "3.0.1-1".into() });
        Installed { source, arch: Some("amd64".into()), ..Installed::new(name, version) }
    }

    /// Every finding in a line.
    fn told(
        hosts: &[Host],
        records: &[Advisory],
        facts: &BTreeMap<CveId, Facts>,
        rules: &Rules,
    ) -> Vec<String> {
        let (offered, remembered) = (Candidates::default(), Findings::default());
        let now = Moment::parse("2026-11-26T12:00:00Z").unwrap();
        let known = Knowledge { facts, offered: &offered, rules, remembered: &remembered, now };
        let found = found(hosts, named(hosts, records), &known);
        found
            .iter()
            .map(|f| {
                let due = f.deadline.as_ref().map_or("never".to_string(), ToString::to_string);
                let (key, to) = (&f.key, &f.target);
                format!(
                    "{} {} {} → {to}: {} {due}",
                    key.component, key.package, key.vulnerability, f.priority
                )
            })
            .collect()
    }

    #[test]
    fn an_exception_lets_the_deadline_of_its_own_policy_pass_and_no_other() {
        let hosts = [host(vec![of_openssl("openssl", "3.0.1-1")])];
        let records = [record("DSA-1", &["CVE-2026-1001"], "openssl", "3.0.1-2")];
        let cve = CveId::parse("CVE-2026-1001").unwrap();
        let day = |month, day| Day::new(2026, month, day).unwrap();
        let kev = Listing { added: day(11, 1), due: Some(day(11, 5)), ransomware: false };
        let facts = BTreeMap::from([(cve, Facts { kev: Some(kev), ..Facts::default() })]);
        let (offered, remembered) = (Candidates::default(), Findings::default());
        let now = Moment::parse("2026-11-26T12:00:00Z").unwrap();
        let but = |profile: &str| {
            let scope = Scope { cve: Some(cve), profile: Some(profile.into()), ..Scope::default() };
            Exception::new("later", "No way in.", scope, day(1, 1), day(12, 31)).unwrap()
        };
        let standing = |exceptions: Vec<Exception>| {
            let profiles = vec![known::kev_due(), known::essential_eight_2()];
            let rules = Rules { profiles, exceptions, ..Rules::default() };
            let known =
                Knowledge { facts: &facts, offered: &offered, rules: &rules, remembered: &remembered, now };
            let found = found(&hosts, named(&hosts, &records), &known);
            (
                found[0].deadline.as_ref().unwrap().profile.to_string(),
                found[0].is_overdue(),
                found[0].is_excepted(),
            )
        };
        let (kev, eight) = ("kev-due", "essential-eight-2");
        assert_eq!(standing(vec![]), (eight.into(), true, false));
        assert_eq!(standing(vec![but(eight)]), (kev.into(), true, false));
        assert_eq!(standing(vec![but(kev)]), (eight.into(), true, false));
        assert_eq!(standing(vec![but(kev), but(eight)]), (eight.into(), false, true));
        // An advisory's id covers what it is about, whatever that is called.
        let by_advisory = |id: &str| {
            let scope = Scope { advisory: Some(id.into()), ..Scope::default() };
            Exception::new("later", "No way in.", scope, day(1, 1), day(12, 31)).unwrap()
        };
        assert_eq!(standing(vec![by_advisory("dsa-1")]), (eight.into(), false, true));
        assert_eq!(standing(vec![by_advisory("DSA-2")]), (eight.into(), true, false));
    }

    #[test]
    fn a_package_belongs_to_the_component_that_names_it_and_a_fix_of_its_source_is_its_own_where_they_agree()
    {
        let hosts = [host(vec![
            of_openssl("openssl", "3.0.1-1"),
            of_openssl("libssl3", "3.0.1-1+b1"),
            of_openssl("libssl-dev", "3.0.1-1"),
        ])];
        let records = [record("DSA-1", &["CVE-2026-1001", "CVE-2026-1002"], "openssl", "3.0.1-2")];
        let listed = Facts {
            kev: Some(Listing { added: Day::new(2026, 11, 1).unwrap(), due: None, ransomware: false }),
            ..Facts::default()
        };
        let facts = BTreeMap::from([(CveId::parse("CVE-2026-1001").unwrap(), listed)]);
        let rules = Rules { profiles: vec![known::essential_eight_2()], ..Rules::default() };
        assert_eq!(
            told(&hosts, &records, &facts, &rules),
            [
                "apt.db libssl-dev CVE-2026-1001 → 3.0.1-2: critical 2026-11-04 (essential-eight-2: internet-facing, \
                 critical; since the fix was released on 2026-11-02; assumed: critical by its vendor)",
                "apt.db libssl-dev CVE-2026-1002 → 3.0.1-2: medium 2026-11-04 (essential-eight-2: internet-facing, \
                 critical; since the fix was released on 2026-11-02; assumed: critical by its vendor)",
                "apt.db libssl3 CVE-2026-1001 → source 3.0.1-2: critical 2026-11-04 (essential-eight-2: internet-facing, \
                 critical; since the fix was released on 2026-11-02; assumed: critical by its vendor)",
                "apt.db libssl3 CVE-2026-1002 → source 3.0.1-2: medium 2026-11-04 (essential-eight-2: internet-facing, \
                 critical; since the fix was released on 2026-11-02; assumed: critical by its vendor)",
                "apt.web openssl CVE-2026-1001 → 3.0.1-2: critical 2026-11-04 (essential-eight-2: internet-facing, \
                 critical; since the fix was released on 2026-11-02; assumed: critical by its vendor)",
                "apt.web openssl CVE-2026-1002 → 3.0.1-2: medium 2026-11-04 (essential-eight-2: internet-facing, \
                 critical; since the fix was released on 2026-11-02; assumed: critical by its vendor)",
            ]
        );
    }

    #[test]
    fn the_cves_own_record_decides_over_an_advisory_that_fixes_it_among_others() {
        let hosts = [host(vec![of_openssl("openssl", "3.0.1-1")])];
        let own = Advisory {
            affected: vec![Affected {
                status: patchform_advisory::Status::NotAffected,
                ..Affected::new(Ecosystem::of("Debian", "12"), "openssl")
            }],
            ..record("DEBIAN-CVE-2026-1001", &["CVE-2026-1001"], "openssl", "9")
        };
        let both = [record("DSA-1", &["CVE-2026-1001"], "openssl", "3.0.1-2"), own];
        let rules = Rules::default();
        assert_eq!(told(&hosts, &both, &BTreeMap::new(), &rules), [""; 0]);
        let found = named(&hosts, &both);
        assert_eq!((found.len(), found[0].others.len()), (1, 1));
        assert_eq!(told(&hosts, &both[..1], &BTreeMap::new(), &rules).len(), 1);
    }
}
