//! The profiles that are known by name.

use super::clock::Event;
use super::condition::Condition;
use super::profile::{Profile, Row, Term};
use crate::cvss::Severity;
use crate::priority::Priority;
use crate::ssvc::{self, SsvcError, Value};

/// The names of all, as a configuration writes them.
pub const NAMES: [&str; 7] = [
    "bod-26-04",
    "kev-due",
    "pci-dss",
    "essential-eight-2",
    "essential-eight-3",
    "fedramp-moderate",
    "x1642",
];

/// The profile of a name; none where there is no such.
#[must_use]
pub fn profile(name: &str) -> Option<Profile> {
    match name {
        "bod-26-04" => bod_26_04().ok(),
        "kev-due" => Some(kev_due()),
        "pci-dss" => Some(pci_dss()),
        "essential-eight-2" => Some(essential_eight_2()),
        "essential-eight-3" => Some(essential_eight_3()),
        "fedramp-moderate" => Some(fedramp_moderate()),
        "x1642" => Some(x1642()),
        _ => None,
    }
}

/// CISA, [Binding Operational Directive
/// 26-04](https://www.cisa.gov/news-events/directives/bod-26-04-prioritizing-security-updates-based-risk), 10 June 2026,
/// table 1: the 16 rows of [`ssvc::known::BOD_26_04`], in calendar days. What starts the clock is not in that table. KEV's
/// own due dates count three days from the day it lists an entry, so a listed one runs from then, or from the release of
/// its fix where that is later; any other runs from the release of its fix.
///
/// # Errors
///
/// None: the table is a constant, and a test builds it.
pub fn bod_26_04() -> Result<Profile, SsvcError> {
    let table = ssvc::known::BOD_26_04.table()?;
    let rows = table.rows().into_iter().map(|(values, decision)| bod_row(&values, decision.outcome));
    Ok(Profile {
        name: "bod-26-04".to_string(),
        title: "CISA BOD 26-04".to_string(),
        source: table.source.clone(),
        rows: rows.collect(),
    })
}

/// The points stand in the order of the table: in KEV, exposed, automatable, technical impact.
fn bod_row(values: &[&Value], outcome: &Value) -> Row {
    let worse: Vec<bool> =
        values.iter().map(|value| matches!(value.name.as_str(), "Yes" | "Total")).collect();
    let words = [
        ["not in KEV", "in KEV"],
        ["not exposed", "exposed"],
        ["not automatable", "automatable"],
        ["partial", "total"],
    ];
    let name: Vec<&str> = words.iter().zip(&worse).map(|(words, worse)| words[usize::from(*worse)]).collect();
    let make: [fn(bool) -> Condition; 4] =
        [Condition::InKev, Condition::Exposed, Condition::Automatable, Condition::TotalControl];
    let within = match outcome.key.as_str() {
        "3" | "F" => Term::Days(3),
        "1" => Term::Days(14),
        "6" => Term::Days(60),
        _ => Term::NextUpgrade,
    };
    let listed = worse.first() == Some(&true);
    let from = if listed { vec![Event::Listed, Event::FixReleased] } else { vec![Event::FixReleased] };
    Row {
        name: name.join(", "),
        when: make.iter().zip(&worse).map(|(make, worse)| make(*worse)).collect(),
        within,
        from,
        also: (outcome.key == "F").then(|| "forensic triage of the asset".to_string()),
    }
}

/// The due dates that KEV itself publishes. They came with Binding Operational Directive 22-01 of 3 November 2021, which
/// 26-04 revoked; the catalogue still has them, and others than federal agencies follow them. What KEV does not list has
/// no date.
#[must_use]
pub fn kev_due() -> Profile {
    let listed =
        Row { from: vec![Event::Listed], ..row("listed", vec![Condition::InKev(true)], Term::Listed) };
    table(
        "kev-due",
        "KEV due dates",
        "CISA, Known Exploited Vulnerabilities catalogue, dueDate (BOD 22-01)",
        vec![listed],
    )
}

/// PCI DSS 4.0.1, requirement 6.3.3: patches for critical vulnerabilities within one month of release, all others within
/// a term that the entity sets by its own ranking of risks (6.3.1). (4.0 of 2022 said "critical or high".) Critical is
/// taken from the CVSS score.
#[must_use]
pub fn pci_dss() -> Profile {
    let rows = vec![
        row("critical", vec![Condition::CvssAtLeast(Severity::Critical)], Term::Months(1)),
        row("other", vec![], Term::Open),
    ];
    table("pci-dss", "PCI DSS 6.3.3", "PCI DSS 4.0.1, requirement 6.3.3", rows)
}

/// Australia's [Essential Eight maturity model](https://www.cyber.gov.au/acsc/view-all-content/essential-eight), November
/// 2023, patch operating systems, levels one and two: on internet-facing servers within 48 hours of release when critical
/// by the vendor or with a working exploit, else within two weeks; elsewhere within one month.
#[must_use]
pub fn essential_eight_2() -> Profile {
    let mut rows = internet_facing();
    rows.push(row("elsewhere", vec![], Term::Months(1)));
    table("essential-eight-2", "Essential Eight, levels one and two", ESSENTIAL_EIGHT, rows)
}

/// The same, level three: the 48 hours hold elsewhere, too.
#[must_use]
pub fn essential_eight_3() -> Profile {
    let mut rows = internet_facing();
    rows.push(row("elsewhere, critical", vec![Condition::VendorCritical], Term::Days(2)));
    rows.push(row("elsewhere, exploit", vec![Condition::WorkingExploit(true)], Term::Days(2)));
    rows.push(row("elsewhere", vec![], Term::Months(1)));
    table("essential-eight-3", "Essential Eight, level three", ESSENTIAL_EIGHT, rows)
}

const ESSENTIAL_EIGHT: &str = "ASD, Essential Eight maturity model (November 2023), patch operating systems";

fn internet_facing() -> Vec<Row> {
    let exposed = || Condition::Exposed(true);
    vec![
        row("internet-facing, critical", vec![exposed(), Condition::VendorCritical], Term::Days(2)),
        row("internet-facing, exploit", vec![exposed(), Condition::WorkingExploit(true)], Term::Days(2)),
        row("internet-facing", vec![exposed()], Term::Days(14)),
    ]
}

/// FedRAMP, baseline moderate of revision 5, parameter of RA-5 (d): high risks within 30 days of discovery, moderate ones
/// within 90, low ones within 180. The risk is the CVSS score's; critical is high.
#[must_use]
pub fn fedramp_moderate() -> Profile {
    let rows =
        [("high", Severity::High, 30), ("moderate", Severity::Medium, 90), ("low", Severity::None, 180)];
    let rows = rows.into_iter().map(|(name, least, days)| Row {
        from: vec![Event::FirstSeen],
        ..row(name, vec![Condition::CvssAtLeast(least)], Term::Days(days))
    });
    let source = "FedRAMP baseline moderate (revision 5), RA-5 (d)";
    table("fedramp-moderate", "FedRAMP moderate", source, rows.collect())
}

/// ITU-T X.1642, clause 8.7: patches are critical, high, medium or low, and how long each may wait is agreed between
/// provider and customer. Each row is open until [`Profile::filled`].
#[must_use]
pub fn x1642() -> Profile {
    let rows =
        Priority::ALL.map(|priority| row(priority.word(), vec![Condition::Priority(priority)], Term::Open));
    table("x1642", "ITU-T X.1642", "ITU-T X.1642, clause 8.7; terms agreed here", rows.to_vec())
}

fn table(name: &str, title: &str, source: &str, rows: Vec<Row>) -> Profile {
    Profile { name: name.to_string(), title: title.to_string(), source: source.to_string(), rows }
}

/// A row that runs from the release of the fix.
fn row(name: &str, when: Vec<Condition>, within: Term) -> Row {
    Row { name: name.to_string(), when, within, from: vec![Event::FixReleased], also: None }
}

#[cfg(test)]
mod tests;
