//! Who of a service is ill already when a plan is made, as checks tell: it is away, whatever its reading says.

use crate::config::checked::Need;
use crate::plan::noun::{Entry, Observed, Plan};
use crate::target::Targets;
use crate::target::check::{self, Place};
use patchform_sdk::chunk;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

/// Asks the members of the services that the plan touches. What nobody can tell is no illness: the run asks again.
pub fn look(plan: &mut Plan, targets: &Targets) {
    let touched = plan.services.iter().filter(|service| plan.changes_any(service));
    let members: BTreeSet<usize> = touched.flat_map(|service| &service.members).copied().collect();
    let there = |i: usize| {
        let entry = plan.entries.get(i)?;
        matches!(entry.observed, Observed::Present { .. }).then_some((i, entry))
    };
    let asked: Vec<(usize, &Entry)> = members.into_iter().filter_map(there).collect();
    let told = chunk::abreast(&asked, |(i, entry)| (*i, ill(entry, targets)));
    for (i, ill) in told.into_iter().flatten() {
        plan.entries[i].ill = ill;
    }
}

/// What is ill of what has to be well.
fn ill(entry: &Entry, targets: &Targets) -> Option<String> {
    let place = Place { connection: &entry.connection, targets, since: None, mark: None };
    let needed = entry.checks.iter().filter(|check| check.need != Need::Wanted);
    let ill = check::ill_at_a_glance(needed, &place, &AtomicBool::new(false));
    ill.map(|(check, why)| format!("check {:?}: {why}", check.name))
}
