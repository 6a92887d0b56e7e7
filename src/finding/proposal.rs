//! Which patch levels have to be raised, to what, and what that closes.

use super::found::Found;
use super::host::Host;
use crate::model::{Address, PatchLevel, Span};
use patchform_versions::Scheme;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// A level of a package that is to be raised, in one place of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The block, without the keys of its instances.
    pub block: Address,
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
    hosts: &[Host],
    all: &[Found<'_>],
    spans: &BTreeMap<Address, Span>,
    wanted: impl Fn(&Found<'_>) -> bool,
) -> Proposals {
    let mut proposals = Proposals::default();
    let mut raised: BTreeMap<(Span, &str), Proposal> = BTreeMap::new();
    for found in all.iter().filter(|found| wanted(found)) {
        let key = &found.key;
        let mut leave = |why: &str| {
            *proposals
                .left
                .entry((key.component.clone(), key.package.clone(), why.to_string()))
                .or_default() += 1;
        };
        let member = &hosts[found.named.host].members[found.named.member];
        let (Some(span), Some(scheme)) =
            (spans.get(&key.component), found.named.finding.entry.ecosystem.scheme())
        else {
            leave("the order of its versions is not known");
            continue;
        };
        let PatchLevel::Map(parts) = &member.level else {
            leave("its level is no map of packages");
            continue;
        };
        match (parts.get(&key.package), found.target.level()) {
            (None, _) => leave("its patch_level does not name the package"),
            (_, None) if found.target.is_fixed() => leave("only the fixed version of its source is known"),
            (_, None) => leave("there is no fix"),
            (Some(from), Some(to)) if !is_higher(scheme, to, from) => {
                proposals.asked.insert((key.component.clone(), key.package.clone()));
            }
            (Some(from), Some(to)) => {
                let new = || Proposal {
                    block: key.component.block(),
                    span: *span,
                    package: key.package.clone(),
                    from: from.clone(),
                    to: to.to_string(),
                    closes: Vec::new(),
                };
                let proposal = raised.entry((*span, &key.package)).or_insert_with(new);
                if is_higher(scheme, to, &proposal.to) {
                    proposal.to = to.to_string();
                }
            }
        }
    }
    for found in all {
        let Some(proposal) = spans
            .get(&found.key.component)
            .and_then(|span| raised.get_mut(&(*span, found.key.package.as_str())))
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
    /// Takes a finding of its package, where its level closes it; one for each vulnerability.
    fn hear(&mut self, found: &Found<'_>) {
        let scheme = found.named.finding.entry.ecosystem.scheme();
        let reached =
            |to: &str| scheme.is_some_and(|scheme| to == self.to || is_higher(scheme, &self.to, to));
        let known = self.closes.iter().any(|closing| closing.vulnerability == found.key.vulnerability);
        if known || !found.target.level().is_some_and(reached) {
            return;
        }
        let because = found.urgency.because.join(", ");
        let due = found.deadline.as_ref().and_then(|deadline| deadline.day());
        let due = due.map_or(String::new(), |day| format!("; due {day}"));
        self.closes.push(Closing {
            vulnerability: found.key.vulnerability.clone(),
            told: format!("{}: {because}{due}", found.priority),
        });
    }
}
