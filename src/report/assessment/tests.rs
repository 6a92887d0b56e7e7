//! Golden texts of an assessment: two components of one host, hostile words, an exception, a stale feed.

use super::text::{By, draw};
use super::{Assessment, FeedAge, SourcePlace, csv, explain, json, sarif};
use crate::finding::{Findings, Host, Knowledge, Member, Rules, Survey, found, idle};
use crate::model::{Address, Moment, PatchLevel};
use crate::report::Style;
use patchform_advisory::cve::CveId;
use patchform_advisory::day::Day;
use patchform_advisory::packages::Offered;
use patchform_advisory::policy::{Exception, Scope, known};
use patchform_advisory::priority::{Exposure, Facts, Importance, Listing};
use patchform_advisory::suite::Archives;
use patchform_advisory::{
    Advisory, Affected, Ecosystem, Installed, NoFix, Platform, Provenance, Source, Status, Verdict,
};
use std::collections::BTreeMap;
use std::io;

fn member(address: &str, packages: &[&str]) -> Member {
    let level = packages.iter().map(|package| (package.to_string(), "1".to_string())).collect();
    Member {
        address: address.parse().unwrap(),
        level: PatchLevel::Map(level),
        exposure: Exposure::Public,
        importance: Importance::Medium,
    }
}

fn built(name: &str, version: &str, source: &str) -> Installed {
    let source = Some(Source { name: source.into(), version: version.into() });
    Installed { source, arch: Some("amd64".into()), ..Installed::new(name, version) }
}

fn hosts() -> Vec<Host> {
    vec![Host {
        target: "3d12".into(),
        platform: Platform::parse("Debian:12"),
        packages: vec![
            built("libssl3", "3.0.17-1~deb12u2", "openssl"),
            built("openssl", "3.0.17-1~deb12u2", "openssl"),
            built("postgresql-15", "15.13-0+deb12u1", "postgresql-15"),
            built("zip", "3.0-13", "zip"),
        ],
        members: vec![
            member("apt.db", &["postgresql-15"]),
            member("apt.web[\"a\"]", &["openssl", "libssl3"]),
        ],
    }]
}

fn record(id: &str, cve: &str, entry: Affected, summary: &str) -> Advisory {
    Advisory {
        id: id.into(),
        upstream: vec![cve.into()],
        summary: summary.into(),
        published: Some("2026-11-02T00:00:00Z".into()),
        affected: vec![entry],
        provenance: Provenance { feed: "debian".into(), file: "all.zip".into(), line: 12 },
        ..Advisory::default()
    }
}

fn records() -> Vec<Advisory> {
    let bookworm = || Ecosystem::of("Debian", "12");
    let below = |package, fix| Affected::below(bookworm(), package, fix);
    let word = |package, status| Affected { status, ..Affected::new(bookworm(), package) };
    vec![
        record(
            "DSA-1",
            "CVE-2026-10001",
            below("openssl", "3.0.17-1~deb12u3"),
            "a trap \u{1b}[2J for terminals",
        ),
        record("DSA-2", "CVE-2026-10002", below("openssl", "3.0.17-1~deb12u4"), "x"),
        record("DSA-3", "CVE-2026-10003", word("postgresql-15", Status::NoFix(NoFix::Open)), "x"),
        record("DSA-4", "CVE-2026-10004", below("zip", "3.0-13+deb12u1"), "=x"),
        record("DSA-5", "CVE-2026-10005", below("openssl", "3.0.16-1"), "x"),
        record("DSA-6", "CVE-2026-10006", word("zip", Status::UnderInvestigation), "x"),
    ]
}

/// What is made of an assessment of the sample.
fn with<T>(make: impl FnOnce(&Assessment<'_>, &Survey<'_>) -> T) -> T {
    let (hosts, records) = (hosts(), records());
    let cve = |text: &str| CveId::parse(text).unwrap();
    let listed =
        Listing { added: Day::new(2026, 11, 3).unwrap(), due: Day::new(2026, 11, 24), ransomware: true };
    let facts = BTreeMap::from([(cve("CVE-2026-10001"), Facts { kev: Some(listed), ..Facts::default() })]);
    let scope = Scope { cve: Some(cve("CVE-2026-10002")), ..Scope::default() };
    let (from, until) = (Day::new(2026, 1, 1).unwrap(), Day::new(2027, 1, 31).unwrap());
    let empty = Scope { advisory: Some("DSA-9".into()), ..Scope::default() };
    let lapsed = Scope {
        component: Some("apt.web[\"a\"]".into()),
        profile: Some("kev-due".into()),
        ..Scope::default()
    };
    let over = Day::new(2026, 11, 25).unwrap();
    let rules = Rules {
        profiles: vec![known::kev_due(), known::essential_eight_2()],
        exceptions: vec![
            Exception::new("no-way-in", "The daemon is not started.", scope, from, until).unwrap(),
            Exception::new("mistyped", "x", empty.clone(), from, until).unwrap(),
            Exception::new("old", "x", lapsed, from, over).unwrap(),
            Exception::new("next-year", "x", empty, until, until).unwrap(),
        ],
        thresholds: Vec::new(),
    };
    let (mut offered, remembered) = (Archives::default(), Findings::default());
    let offer =
        |name, version| Offered { name, version, arch: "amd64", source: "openssl", source_version: version };
    for (name, version, suite) in [
        ("openssl", "3.0.17-1~deb12u3", "bookworm-security"),
        ("openssl", "3.0.17-1~deb12u4", "bookworm"),
        ("libssl3", "3.0.17-1~deb12u4", "bookworm"),
    ] {
        offered.add(offer(name, version), suite).unwrap();
    }
    let now = Moment::parse("2026-11-26T12:00:00Z").unwrap();
    let knowledge = Knowledge { facts: &facts, rules: &rules, remembered: &remembered, now };
    let survey = Survey::new(&hosts, &records, &offered, |_| true);
    let feed = |name: &str, stale, problem: Option<&str>| FeedAge {
        name: name.into(),
        format: "osv".into(),
        records: Some(6),
        checked: Some(now),
        stale,
        why_stale: Some("its source has not answered well for more than 3d".to_string()).filter(|_| stale),
        problem: problem.map(str::to_string),
    };
    let address = |text: &str| -> Address { text.parse().unwrap() };
    let place = |line| SourcePlace { file: "main.pf.hcl".into(), line };
    let assessment = Assessment {
        now,
        hosts: &hosts,
        doubtful: Vec::new(),
        remembered: &remembered,
        undecided: survey.named().filter(|named| named.said.verdict() == Verdict::Unknown).collect(),
        found: found(&survey, &knowledge),
        closed: Vec::new(),
        unread: &[(address("apt.far"), "no route \u{1b}[31mto host".into())],
        unasked: &[address("release.api")],
        unheard: Vec::new(),
        idle: idle(&rules.exceptions, &hosts, &survey, Day::of_milliseconds(now.0).unwrap(), true),
        feeds: &[feed("debian", true, None), feed("other", false, Some("it shrank from 10 to 2 entries"))],
        places: &BTreeMap::from([(address("apt.db"), place(2)), (address("apt.web[\"a\"]"), place(9))]),
        has_policy: true,
    };
    make(&assessment, &survey)
}

#[test]
fn tables() {
    for (name, by, all) in [
        ("by_component", By::Component, false),
        ("by_component_all", By::Component, true),
        ("by_cve", By::Cve, false),
        ("by_deadline", By::Deadline, true),
    ] {
        let drawn = with(|assessment, _| draw(assessment, by, all, Style::plain(110)));
        assert!(!drawn.contains('\u{1b}'));
        insta::assert_snapshot!(name, drawn);
    }
}

#[test]
fn an_explanation_says_who_says_so_and_why() {
    let web: Address = "apt.web[\"a\"]".parse().unwrap();
    let told = |cve: &str| with(|a, survey| explain::draw(a, survey, cve, &web, Style::plain(100)));
    insta::assert_snapshot!("explained", told("CVE-2026-10001").unwrap());
    insta::assert_snapshot!("explained_excepted", told("CVE-2026-10002").unwrap());
    insta::assert_snapshot!("explained_not_affected", told("CVE-2026-10005").unwrap());
    assert_eq!(told("CVE-2026-99999"), None);
}

#[test]
fn for_programs() {
    let written = |write: fn(&Assessment<'_>, &mut dyn io::Write) -> io::Result<()>| {
        let mut out = Vec::new();
        with(|assessment, _| write(assessment, &mut out)).unwrap();
        String::from_utf8(out).unwrap()
    };
    insta::assert_snapshot!("csv", written(csv::write));
    insta::assert_snapshot!("sarif", written(sarif::write));
    insta::assert_snapshot!("json", written(json::write));
    let json: serde_json::Value = serde_json::from_str(&written(json::write)).unwrap();
    let schema = include_str!("../../../docs/schemas/assessment.schema.json");
    assert_eq!(crate::report::schema::Schema::parse(schema).complaints(&json), Vec::<String>::new());
}
