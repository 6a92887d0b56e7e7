//! A finding that is open, with everything that judging it took.

use super::level::Target;
use super::named::{Named, Said, Survey};
use super::remembered::{Findings, Key};
use super::rules::Rules;
use crate::model::Moment;
use patchform_advisory::cve::CveId;
use patchform_advisory::cvss::{Severity, Vector};
use patchform_advisory::day::Day;
use patchform_advisory::policy::{Deadline, Exception, Standing};
use patchform_advisory::priority::{Exposure, Facts, Fix, Importance, Judged, Priority, Scored, Urgency};
use patchform_advisory::{Advisory, Installed, Naming, Verdict};
use patchform_versions::Scheme;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

/// What findings are judged with.
pub struct Knowledge<'a> {
    /// What feeds say of CVEs.
    pub facts: &'a BTreeMap<CveId, Facts>,
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
    /// What advisories say.
    pub named: Named<'a>,
    /// What that means: many findings share it.
    pub judged: Arc<Judgement<'a>>,
}

/// How findings are judged that are alike in everything that counts.
#[derive(Debug, Clone)]
pub struct Judgement<'a> {
    /// What is known of the vulnerability.
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

/// Everything that a judgement rests on, beside the vulnerability.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Case {
    record: usize,
    is_fixed: bool,
    exposure: Exposure,
    importance: Importance,
    first_seen: Moment,
    reopened: Option<Moment>,
    /// Those that cover it, by their places in the rules.
    exceptions: Vec<usize>,
}

/// Findings that are judged alike.
struct Alike<'a> {
    judged: Arc<Judgement<'a>>,
    all: Vec<Named<'a>>,
}

/// A vulnerability, and how its findings were judged so far.
struct Issue<'a> {
    cve: Option<CveId>,
    facts: Facts,
    /// Its number among what is remembered.
    remembered: Option<u32>,
    alike: BTreeMap<Case, Alike<'a>>,
}

/// Judges what is affected; anything else is no finding. The most urgent come first, of those that are as urgent by
/// vulnerability, component and package.
pub fn found<'a>(survey: &'a Survey<'a>, known: &Knowledge<'a>) -> Vec<Found<'a>> {
    let mut issues: Vec<Issue> = survey.names.iter().map(|name| Issue::of(name, known)).collect();
    let exceptions = || known.rules.exceptions.iter().enumerate();
    for (member, places) in survey.components() {
        let component = member.address.to_string();
        let before = known.remembered.courses.get(&member.address);
        for place in places {
            let course = before.and_then(|packages| packages.get(place.installed.name.as_str()));
            for said in survey.of(place).iter().filter(|said| said.verdict() == Verdict::Affected) {
                let issue = &mut issues[said.number];
                let before = course.zip(issue.remembered).and_then(|(course, number)| course.get(number));
                let covers = |(_, exception): &(usize, &Exception)| {
                    // Which policies' deadlines it lets pass is asked where there is one.
                    let policy = exception.policy().unwrap_or_default();
                    exception.covers(issue.cve, said.ids(), &component, policy)
                };
                let case = Case {
                    record: said.finding.at,
                    is_fixed: said.target.is_fixed(),
                    exposure: member.exposure,
                    importance: member.importance,
                    first_seen: before.map_or(known.now, |before| before.first_seen),
                    reopened: before.and_then(|before| before.reopened),
                    exceptions: exceptions().filter(covers).map(|(at, _)| at).collect(),
                };
                issue.take(case, Named { place, said }, known);
            }
        }
    }
    in_order(issues)
}

/// Takes judgements in their order, each with its findings, which are in order of component and package already: of millions
/// of findings none is compared with another, but where two judgements are as urgent.
fn in_order(issues: Vec<Issue<'_>>) -> Vec<Found<'_>> {
    let by_name = issues.into_iter().enumerate();
    let mut alike: Vec<(usize, Alike)> = by_name
        .flat_map(|(number, issue)| issue.alike.into_values().map(move |alike| (number, alike)))
        .collect();
    alike.sort_by_key(|(number, alike)| (alike.judged.rank(), *number));
    let mut all: Vec<Found> = Vec::with_capacity(alike.iter().map(|(_, alike)| alike.all.len()).sum());
    let mut alike = alike.into_iter().peekable();
    while let Some((number, first)) = alike.next() {
        let (start, rank) = (all.len(), first.judged.rank());
        all.extend(first.found());
        let mut is_mixed = false;
        while let Some((_, other)) = alike.next_if(|(at, other)| (other.judged.rank(), *at) == (rank, number))
        {
            all.extend(other.found());
            is_mixed = true;
        }
        if is_mixed {
            all[start..].sort_by(|a, b| a.key().cmp(&b.key()));
        }
    }
    all
}

impl<'a> Alike<'a> {
    fn found(self) -> impl Iterator<Item = Found<'a>> {
        self.all.into_iter().map(move |named| Found { named, judged: Arc::clone(&self.judged) })
    }
}

impl<'a> Issue<'a> {
    fn of(name: &str, known: &Knowledge<'a>) -> Issue<'a> {
        let cve = CveId::parse(name);
        let facts = cve.and_then(|cve| known.facts.get(&cve)).cloned().unwrap_or_default();
        Issue { cve, facts, remembered: known.remembered.names.find(name), alike: BTreeMap::new() }
    }

    fn take(&mut self, case: Case, named: Named<'a>, known: &Knowledge<'a>) {
        match self.alike.entry(case) {
            Entry::Occupied(alike) => alike.into_mut().all.push(named),
            Entry::Vacant(free) => {
                let judged = Arc::new(judge(free.key(), self.facts.clone(), named.said, known));
                free.insert(Alike { judged, all: vec![named] });
            }
        }
    }
}

fn judge<'a>(case: &Case, facts: Facts, said: &Said<'_>, known: &Knowledge<'a>) -> Judgement<'a> {
    let record = said.finding.record;
    let facts = Facts {
        cvss: facts.cvss.or_else(|| scored(record)),
        vendor: vendor(record),
        exposure: case.exposure,
        fix: fix(case.is_fixed, record),
        first_seen: Day::of_milliseconds(case.first_seen.0),
        ..facts
    };
    let urgency = Urgency::of(&facts, &known.rules.thresholds);
    let priority = Priority::of(urgency.urgency, case.importance);
    let today = Day::of_milliseconds(known.now.0);
    let judge = |deadline: &Deadline| {
        let of_it = |exception: &&Exception| exception.policy().is_none_or(|only| only == deadline.profile);
        let covers = case.exceptions.iter().map(|at| &known.rules.exceptions[*at]);
        let exceptions: Vec<&Exception> = covers.filter(of_it).collect();
        today.map(|today| deadline.judge(today, None, &exceptions))
    };
    let lets_pass =
        |deadline: &Deadline| judge(deadline).is_some_and(|judged| judged.standing == Standing::Excepted);
    let deadline = known.rules.deadline(&facts, priority, lets_pass);
    let judged = deadline.as_ref().and_then(judge);
    Judgement {
        standing: judged.as_ref().map(|judged| judged.standing),
        exception: judged.and_then(|judged| judged.exception),
        first_seen: case.first_seen,
        reopened: case.reopened,
        facts,
        urgency,
        priority,
        deadline,
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
fn fix(is_fixed: bool, record: &Advisory) -> Fix {
    let day = record.published.as_deref().and_then(Day::parse).filter(|_| !record.id.contains("CVE-"));
    match day {
        _ if !is_fixed => Fix::None,
        Some(day) => Fix::Released(day),
        None => Fix::Undated,
    }
}

impl Judgement<'_> {
    /// Whether the deadline is over, and no exception holds.
    pub fn is_overdue(&self) -> bool {
        matches!(self.standing, Some(Standing::Overdue { .. }))
    }

    /// Whether an exception lets it pass now.
    pub fn is_excepted(&self) -> bool {
        self.standing == Some(Standing::Excepted)
    }

    /// What comes first: what is most urgent, and of that what is due soonest.
    fn rank(&self) -> (Reverse<Priority>, bool, Option<Day>) {
        let day = self.deadline.as_ref().and_then(Deadline::day);
        (Reverse(self.priority), day.is_none(), day)
    }
}

impl<'a> Found<'a> {
    /// Which finding it is.
    pub fn key(&self) -> Key<'a> {
        let Named { place, said } = self.named;
        let (component, package) = (&place.member.address, place.installed.name.as_str());
        Key { component, package, vulnerability: said.vulnerability }
    }

    /// The package that is installed.
    pub fn installed(&self) -> &'a Installed {
        self.named.said.finding.installed
    }

    /// Where its package has to go.
    pub fn target(&self) -> &'a Target<'a> {
        &self.named.said.target
    }

    /// The lowest level of its package that closes it; where only the fixed version of its source is known, the one that an
    /// archive offers.
    pub fn least(&self) -> Option<&'a str> {
        let (finding, installed) = (&self.named.said.finding, self.installed());
        let is_own =
            finding.entry.naming == Naming::Binary || installed.version == installed.source_version();
        let fix = finding.fix().filter(|_| is_own);
        fix.map(|fix| fix.strip_prefix("0:").unwrap_or(fix)).or_else(|| self.target().level())
    }

    /// Whether it asks for a higher level than another finding of the same package.
    pub fn goes_beyond(&self, other: &Found<'_>) -> bool {
        match (self.target(), other.target(), self.scheme()) {
            (Target::Level(a), Target::Level(b), Some(scheme))
            | (Target::Source(a), Target::Source(b), Some(scheme)) => {
                scheme.compare(a, b) == Ok(std::cmp::Ordering::Greater)
            }
            (a, b, _) => a.is_fixed() && !b.is_fixed(),
        }
    }

    /// How its versions are ordered.
    pub fn scheme(&self) -> Option<Scheme> {
        self.named.said.finding.entry.ecosystem.scheme()
    }

    /// What comes first: what is most urgent, and of that what is due soonest.
    pub fn rank(&self) -> impl Ord + use<> {
        (self.judged.rank(), self.named.said.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Host, Member};
    use crate::model::PatchLevel;
    use patchform_advisory::policy::{Scope, known};
    use patchform_advisory::priority::{Exposure, Importance, Listing};
    use patchform_advisory::suite::Archives;
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

    fn survey<'a>(hosts: &'a [Host], records: &'a [Advisory]) -> Survey<'a> {
        Survey::new(hosts, records, &Archives::default(), |_| true)
    }

    /// Every finding in a line.
    fn told(
        hosts: &[Host],
        records: &[Advisory],
        facts: &BTreeMap<CveId, Facts>,
        rules: &Rules,
    ) -> Vec<String> {
        let remembered = Findings::default();
        let now = Moment::parse("2026-11-26T12:00:00Z").unwrap();
        let survey = survey(hosts, records);
        let found = found(&survey, &Knowledge { facts, rules, remembered: &remembered, now });
        let told = found.iter().map(|found| {
            let (key, to, judged) = (found.key(), found.target(), &found.judged);
            let due = judged.deadline.as_ref().map_or("never".to_string(), ToString::to_string);
            let (component, package, priority) = (key.component, key.package, judged.priority);
            format!("{component} {package} {} → {to}: {priority} {due}", key.vulnerability)
        });
        let mut told: Vec<String> = told.collect();
        told.sort();
        told
    }

    #[test]
    fn an_exception_lets_the_deadline_of_its_own_policy_pass_and_no_other() {
        let hosts = [host(vec![of_openssl("openssl", "3.0.1-1")])];
        let records = [record("DSA-1", &["CVE-2026-1001"], "openssl", "3.0.1-2")];
        let cve = CveId::parse("CVE-2026-1001").unwrap();
        let day = |month, day| Day::new(2026, month, day).unwrap();
        let kev = Listing { added: day(11, 1), due: Some(day(11, 5)), ransomware: false };
        let facts = BTreeMap::from([(cve, Facts { kev: Some(kev), ..Facts::default() })]);
        let remembered = Findings::default();
        let now = Moment::parse("2026-11-26T12:00:00Z").unwrap();
        let but = |profile: &str| {
            let scope = Scope { cve: Some(cve), profile: Some(profile.into()), ..Scope::default() };
            Exception::new("later", "No way in.", scope, day(1, 1), day(12, 31)).unwrap()
        };
        let standing = |exceptions: Vec<Exception>| {
            let profiles = vec![known::kev_due(), known::essential_eight_2()];
            let rules = Rules { profiles, exceptions, ..Rules::default() };
            let known = Knowledge { facts: &facts, rules: &rules, remembered: &remembered, now };
            let survey = survey(&hosts, &records);
            let found = found(&survey, &known);
            let judged = &found[0].judged;
            let profile = judged.deadline.as_ref().unwrap().profile.to_string();
            (profile, judged.is_overdue(), judged.is_excepted())
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
    fn no_fix_is_hidden_and_no_finding_lost_by_what_another_record_says() {
        let hosts = [host(vec![of_openssl("openssl", "3.0.1-1")])];
        let aliased = |id: &str, fix: &str| Advisory {
            aliases: vec!["CVE-2026-1001".into()],
            ..record(id, &[], "openssl", fix)
        };
        let unfixed = |id: &str| {
            let mut record = aliased(id, "9");
            record.affected = vec![Affected {
                status: patchform_advisory::Status::NoFix(patchform_advisory::NoFix::Open),
                ..Affected::new(Ecosystem::of("Debian", "12"), "openssl")
            }];
            record
        };
        let dsa = || record("DSA-1", &["CVE-2026-1001"], "openssl", "3.0.1-2");
        for (other, contradicted) in [
            (unfixed("GHSA-1"), false),
            (unfixed("DEBIAN-CVE-2026-1001"), false),
            (unfixed("https://vex.example/1#CVE-2026-1001"), false),
            (aliased("GHSA-1", "3.0.1-0"), true),
            (aliased("https://vex.example/1#CVE-2026-1001", "3.0.1-0"), true),
        ] {
            for records in [[other.clone(), dsa()], [dsa(), other]] {
                let survey = survey(&hosts, &records);
                let told: Vec<(Verdict, String, bool)> = survey
                    .named()
                    .map(|named| named.said)
                    .map(|said| (said.verdict(), said.target.to_string(), said.contradicted_by().is_some()))
                    .collect();
                let id = &records[0].id;
                assert_eq!(told, [(Verdict::Affected, "3.0.1-2".to_string(), contradicted)], "{id}");
            }
        }
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
        let survey = survey(&hosts, &both);
        let named: Vec<Named> = survey.named().collect();
        assert_eq!((named.len(), named[0].said.others.len()), (1, 1));
        assert_eq!(told(&hosts, &both[..1], &BTreeMap::new(), &rules).len(), 1);
    }
}
