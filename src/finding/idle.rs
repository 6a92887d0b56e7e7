//! Exceptions that let nothing pass: lapsed, not begun, or for what nobody finds. Unseen they would be believed.

use super::host::Host;
use super::named::Named;
use patchform_advisory::Verdict;
use patchform_advisory::cve::CveId;
use patchform_advisory::day::Day;
use patchform_advisory::policy::Exception;
use std::collections::BTreeSet;

/// An exception that lets nothing pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Idle<'a> {
    /// Which.
    pub exception: &'a Exception,
    /// Why.
    pub why: Why,
    /// How many open findings it would let pass.
    pub findings: usize,
}

/// Why an exception lets nothing pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Its last day is over.
    Lapsed,
    /// Its first day has not come.
    NotBegun,
    /// Nothing that it covers is open.
    Empty,
}

/// Those of the exceptions that let nothing pass today. That one covers nothing is said only where it was looked: of a
/// component that was read, or, where it names none, of all (`whole`).
pub fn idle<'a>(
    exceptions: &'a [Exception],
    hosts: &[Host],
    named: &[Named<'_>],
    today: Day,
    whole: bool,
) -> Vec<Idle<'a>> {
    if exceptions.is_empty() {
        return Vec::new();
    }
    let components: Vec<Vec<String>> = hosts
        .iter()
        .map(|host| host.members.iter().map(|member| member.address.to_string()).collect())
        .collect();
    let read: BTreeSet<&str> = components.iter().flatten().map(String::as_str).collect();
    let bears = |named: &&Named<'_>| matches!(named.verdict(), Verdict::Affected | Verdict::Unknown);
    let bears: Vec<&Named<'_>> = named.iter().filter(bears).collect();
    let judge = |exception: &'a Exception| {
        let policy = exception.policy().unwrap_or_default();
        let covers = |named: &&&Named<'_>| {
            let component = &components[named.host][named.member];
            exception.covers(CveId::parse(named.vulnerability), named.ids(), component, policy)
        };
        let covered: Vec<&&Named<'_>> = bears.iter().filter(covers).collect();
        let looked = exception.component().map_or(whole, |component| read.contains(component));
        let why = match () {
            () if exception.expires() < today => Why::Lapsed,
            () if !exception.holds(today) => Why::NotBegun,
            () if covered.is_empty() && looked => Why::Empty,
            () => return None,
        };
        let findings = covered.iter().filter(|named| named.verdict() == Verdict::Affected).count();
        Some(Idle { exception, why, findings })
    };
    exceptions.iter().filter_map(judge).collect()
}
