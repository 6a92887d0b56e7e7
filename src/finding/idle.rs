//! Exceptions that let nothing pass: lapsed, not begun, or for what nobody finds. Unseen they would be believed.

use super::host::Host;
use super::named::{Named, Survey};
use crate::model::Address;
use patchform_advisory::Verdict;
use patchform_advisory::cve::CveId;
use patchform_advisory::day::Day;
use patchform_advisory::policy::Exception;
use std::collections::{BTreeMap, BTreeSet};

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
    survey: &Survey<'_>,
    today: Day,
    whole: bool,
) -> Vec<Idle<'a>> {
    if exceptions.is_empty() {
        return Vec::new();
    }
    let members = || hosts.iter().flat_map(|host| &host.members);
    let names: BTreeMap<&Address, String> =
        members().map(|member| (&member.address, member.address.to_string())).collect();
    let read: BTreeSet<&str> = names.values().map(String::as_str).collect();
    let bears = |named: &Named<'_>| matches!(named.said.verdict(), Verdict::Affected | Verdict::Unknown);
    let judge = |exception: &'a Exception| {
        let policy = exception.policy().unwrap_or_default();
        let covers = |Named { place, said }: &Named<'_>| {
            let component = &names[&place.member.address];
            exception.covers(CveId::parse(said.vulnerability), said.ids(), component, policy)
        };
        let covered: Vec<Named<'_>> = survey.named().filter(bears).filter(covers).collect();
        let looked = exception.component().map_or(whole, |component| read.contains(component));
        let why = match () {
            () if exception.expires() < today => Why::Lapsed,
            () if !exception.holds(today) => Why::NotBegun,
            () if covered.is_empty() && looked => Why::Empty,
            () => return None,
        };
        let findings = covered.iter().filter(|named| named.said.verdict() == Verdict::Affected).count();
        Some(Idle { exception, why, findings })
    };
    exceptions.iter().filter_map(judge).collect()
}
