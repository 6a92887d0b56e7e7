//! Each profile: findings, the row that decides, and the day.

use super::super::{Deadline, Due, Exception, ExceptionError, Scope, Standing};
use super::*;
use crate::cve::CveId;
use crate::cvss::{Score, Version};
use crate::day::Day;
use crate::priority::{Exposure, Facts, Fix, Listing, Scored};
use crate::ssvc::{CisaPoints, Exploitation, TechnicalImpact};
use proptest::prelude::*;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// Listed on 10 June 2026, fixed on the 1st, seen on the 15th.
fn facts(tenths: u8) -> Facts {
    Facts {
        kev: Some(Listing { added: day("2026-06-10"), due: Some(day("2026-06-13")), ransomware: false }),
        ssvc: CisaPoints {
            exploitation: Some(Exploitation::Active),
            automatable: Some(true),
            technical_impact: Some(TechnicalImpact::Total),
        },
        cvss: Score::of_tenths(tenths).map(|score| Scored { version: Version::V31, score }),
        exposure: Exposure::Public,
        fix: Fix::Released(day("2026-06-01")),
        first_seen: Some(day("2026-06-15")),
        ..Facts::default()
    }
}

fn quiet(tenths: u8) -> Facts {
    let ssvc = CisaPoints {
        exploitation: Some(Exploitation::None),
        automatable: Some(false),
        technical_impact: Some(TechnicalImpact::Partial),
    };
    Facts { kev: None, ssvc, exposure: Exposure::Internal, ..facts(tenths) }
}

fn deadline(name: &str, facts: &Facts) -> Option<Deadline> {
    profile(name).unwrap().deadline(facts, Priority::High)
}

fn said(name: &str, facts: &Facts) -> String {
    deadline(name, facts).map_or("nothing".to_string(), |deadline| deadline.to_string())
}

#[test]
fn every_profile_says_when_and_why() {
    let table = [
        (
            "bod-26-04",
            facts(98),
            "2026-06-13 (bod-26-04: in KEV, exposed, automatable, total; since KEV listed it on 2026-06-10)",
        ),
        (
            "bod-26-04",
            quiet(98),
            "with the next upgrade (bod-26-04: not in KEV, not exposed, not automatable, partial)",
        ),
        ("kev-due", facts(98), "2026-06-13 (kev-due: listed; since KEV listed it on 2026-06-10)"),
        ("kev-due", quiet(98), "nothing"),
        ("pci-dss", quiet(90), "2026-07-01 (pci-dss: critical; since the fix was released on 2026-06-01)"),
        ("pci-dss", quiet(89), "no term is set (pci-dss: other)"),
        (
            "essential-eight-2",
            facts(50),
            "2026-06-03 (essential-eight-2: internet-facing, exploit; since the fix was released on 2026-06-01)",
        ),
        (
            "essential-eight-2",
            Facts { exposure: Exposure::Public, ..quiet(50) },
            "2026-06-15 (essential-eight-2: internet-facing; since the fix was released on 2026-06-01)",
        ),
        (
            "essential-eight-2",
            quiet(98),
            "2026-07-01 (essential-eight-2: elsewhere; since the fix was released on 2026-06-01)",
        ),
        (
            "essential-eight-3",
            quiet(98),
            "2026-06-03 (essential-eight-3: elsewhere, critical; since the fix was released on 2026-06-01)",
        ),
        (
            "essential-eight-3",
            quiet(89),
            "2026-07-01 (essential-eight-3: elsewhere; since the fix was released on 2026-06-01)",
        ),
        (
            "fedramp-moderate",
            quiet(98),
            "2026-07-15 (fedramp-moderate: high; since it was first seen here on 2026-06-15)",
        ),
        (
            "fedramp-moderate",
            quiet(69),
            "2026-09-13 (fedramp-moderate: moderate; since it was first seen here on 2026-06-15)",
        ),
        (
            "fedramp-moderate",
            quiet(1),
            "2026-12-12 (fedramp-moderate: low; since it was first seen here on 2026-06-15)",
        ),
        ("x1642", quiet(1), "no term is set (x1642: high)"),
    ];
    for (name, facts, expected) in table {
        assert_eq!(said(name, &facts), expected, "{name}");
    }
}

/// The 16 rows, by the four facts, against the table they come from.
#[test]
fn the_directive_is_its_decision_table() {
    let table = ssvc::known::BOD_26_04.table().unwrap();
    for bits in 0..16u8 {
        let [kev, exposed, automatable, total] = [8, 4, 2, 1].map(|bit| bits & bit != 0);
        let yes = |yes: bool| if yes { "yes" } else { "no" };
        let decision = table.decide(&[
            ("In KEV", yes(kev)),
            ("Publicly Exposed", yes(exposed)),
            ("Automatable", yes(automatable)),
            ("Technical Impact", if total { "total" } else { "partial" }),
        ]);
        let facts = Facts {
            kev: facts(98).kev.filter(|_| kev),
            exposure: if exposed { Exposure::Public } else { Exposure::Internal },
            ssvc: CisaPoints {
                automatable: Some(automatable),
                technical_impact: Some(if total { TechnicalImpact::Total } else { TechnicalImpact::Partial }),
                exploitation: None,
            },
            ..facts(98)
        };
        let found = deadline("bod-26-04", &facts).unwrap();
        let days = match found.due {
            Due::On { day, start } => format!("{} days", day.days_since(start.day)),
            _ => "Fix on system upgrade".to_string(),
        };
        let also = if found.also.is_some() { " & forensic investigation" } else { "" };
        assert_eq!(format!("{days}{also}"), decision.unwrap().outcome.name, "{}", found.row);
        assert_eq!(found.assumed, Vec::<&str>::new());
    }
}

#[test]
fn what_is_unknown_counts_as_the_worse_and_is_said() {
    let unknown = Facts { ssvc: CisaPoints::default(), exposure: Exposure::Unknown, ..facts(98) };
    let found = deadline("bod-26-04", &unknown).unwrap();
    assert_eq!(found.row, "in KEV, exposed, automatable, total");
    assert_eq!(found.assumed, ["exposed to a public network", "automatable", "total technical impact"]);
    let unscored = Facts { cvss: None, ..quiet(0) };
    assert_eq!(deadline("fedramp-moderate", &unscored).unwrap().row, "high");
}

#[test]
fn the_clock_waits_for_a_fix_and_says_what_started_it() {
    let no_fix = Facts { fix: Fix::None, ..facts(98) };
    assert_eq!(deadline("pci-dss", &no_fix).unwrap().due, Due::NoFix);
    assert_eq!(said("kev-due", &no_fix), said("kev-due", &facts(98)), "KEV's day waits for nothing");
    let undated = Facts { fix: Fix::Undated, disclosed: Some(day("2026-05-31")), ..facts(98) };
    assert_eq!(
        said("pci-dss", &undated),
        "2026-06-30 (pci-dss: critical; since it was disclosed on 2026-05-31)"
    );
    let nothing = Facts { disclosed: None, first_seen: None, ..undated };
    assert_eq!(deadline("pci-dss", &nothing).unwrap().due, Due::Undated);
    let late = Facts { fix: Fix::Released(day("2026-06-20")), ..facts(98) };
    assert!(said("bod-26-04", &late).starts_with("2026-06-23"), "the fix came after the listing");
}

#[test]
fn open_terms_are_filled_in_and_others_are_not() {
    let filled = x1642().filled("high", Term::Days(7)).unwrap();
    assert_eq!(filled.deadline(&facts(98), Priority::High).unwrap().day(), Some(day("2026-06-08")));
    assert_eq!(filled.open(), ["critical", "medium", "low"]);
    let refused = pci_dss().filled("critical", Term::Days(90)).unwrap_err();
    assert_eq!(refused.to_string(), "the policy pci-dss has no row `critical` to fill in; it has other");
}

#[test]
fn the_strictest_of_several_profiles_holds() {
    let all = NAMES.iter().filter_map(|name| deadline(name, &facts(98))).collect();
    assert_eq!(Deadline::strictest(all).unwrap().profile, "essential-eight-2");
    let open = vec![deadline("x1642", &quiet(1)).unwrap(), deadline("fedramp-moderate", &quiet(1)).unwrap()];
    assert_eq!(Deadline::strictest(open).unwrap().profile, "fedramp-moderate");
}

#[test]
fn a_finding_is_met_due_or_overdue() {
    let deadline = deadline("bod-26-04", &facts(98)).unwrap();
    let on = |now: &str, closed: Option<&str>| deadline.judge(day(now), closed.map(day), &[]).standing;
    assert_eq!(on("2026-06-12", None), Standing::Due { days_left: 1 });
    assert_eq!(on("2026-06-13", None), Standing::Due { days_left: 0 });
    assert_eq!(on("2026-06-14", None), Standing::Overdue { days: 1 });
    assert_eq!(on("2026-06-20", Some("2026-06-13")), Standing::Met);
    assert_eq!(on("2026-06-20", Some("2026-06-15")), Standing::MetLate { days: 2 });
    assert_eq!(on("2026-06-14", Some("2026-06-15")), Standing::Overdue { days: 1 }, "it closes tomorrow");
}

#[test]
fn an_exception_is_named_justified_and_expires() {
    let cve = CveId::parse("CVE-2026-1000").unwrap();
    let scope = || Scope { cve: Some(cve), component: Some("web".into()), ..Scope::default() };
    let (granted, expires) = (day("2026-06-10"), day("2026-06-30"));
    let exception =
        Exception::new("Frozen", "The shop sells until July.", scope(), granted, expires).unwrap();
    let covers = |cve, component| exception.covers(cve, [].into_iter(), component, "kev-due");
    assert!(covers(Some(cve), "web") && !covers(Some(cve), "db") && !covers(None, "web"));
    let advisory = Scope { advisory: Some("GHSA-aaaa-bbbb-cccc".into()), ..Scope::default() };
    let advisory = Exception::new("Waits", "No way in.", advisory, granted, expires).unwrap();
    let covers = |ids: &[&'static str]| advisory.covers(None, ids.iter().copied(), "web", "kev-due");
    assert!(covers(&["GO-2026-1", "ghsa-AAAA-bbbb-cccc"]) && !covers(&["GO-2026-1"]) && !covers(&[]));
    let deadline = deadline("bod-26-04", &facts(98)).unwrap();
    let holds = deadline.judge(day("2026-06-30"), None, &[&exception]);
    assert_eq!((holds.standing, holds.exception), (Standing::Excepted, Some(&exception)));
    let expired = deadline.judge(day("2026-07-01"), None, &[&exception]);
    assert_eq!((expired.standing, expired.exception), (Standing::Overdue { days: 18 }, Some(&exception)));
    assert_eq!(deadline.judge(day("2026-06-09"), None, &[&exception]).exception, None);
    let refused =
        |name, why, scope, granted, expires| Exception::new(name, why, scope, granted, expires).unwrap_err();
    assert_eq!(refused(" ", "x", scope(), granted, expires), ExceptionError::Name);
    assert_eq!(refused("a", "\n", scope(), granted, expires), ExceptionError::Justification("a".into()));
    assert_eq!(refused("a", "x", Scope::default(), granted, expires), ExceptionError::Scope("a".into()));
    assert!(matches!(refused("a", "x", scope(), expires, granted), ExceptionError::Expires { .. }));
}

#[test]
fn names_and_rows_are_unique_and_sources_are_given() {
    for name in NAMES {
        let profile = profile(name).unwrap();
        let mut rows: Vec<&str> = profile.rows.iter().map(|row| row.name.as_str()).collect();
        rows.sort_unstable();
        rows.dedup();
        assert_eq!((profile.name.as_str(), rows.len()), (name, profile.rows.len()));
        assert!(!profile.source.is_empty() && !profile.title.is_empty());
    }
    assert_eq!(profile("nonsense"), None);
}

proptest! {
    /// A profile that rules on every finding does so whatever is known of it.
    #[test]
    fn every_finding_has_a_deadline(tenths in 0u8..101, known in 0u8..4, exploited: bool, kev: bool) {
        let facts = Facts {
            kev: facts(tenths).kev.filter(|_| kev),
            ssvc: CisaPoints { exploitation: exploited.then_some(Exploitation::Active), ..CisaPoints::default() },
            exposure: [Exposure::Unknown, Exposure::Internal, Exposure::Public][usize::from(known % 3)],
            cvss: facts(tenths).cvss.filter(|_| known > 0),
            ..Facts::default()
        };
        for name in NAMES.into_iter().filter(|name| *name != "kev-due") {
            prop_assert!(deadline(name, &facts).is_some(), "{}", name);
        }
        prop_assert_eq!(deadline("kev-due", &facts).is_some(), kev);
    }

    /// A later moment never makes a standing better.
    #[test]
    fn time_only_makes_it_worse(now in 0u16..60, later in 0u16..60) {
        let deadline = deadline("bod-26-04", &facts(98)).unwrap();
        let overdue = |days: u16| matches!(
            deadline.judge(day("2026-06-01").plus_days(days), None, &[]).standing,
            Standing::Overdue { .. }
        );
        prop_assert!(!overdue(now) || overdue(now + later));
    }
}
