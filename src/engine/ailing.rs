//! Who of a service is ill, as checks tell, and who has no traffic, as that tells: it is away, whatever its reading says. Asked
//! when a plan is made, and at the gate of each member: what has nothing to do with the run may have taken others away since.
//! Whether a service can spare whoever is at its gate, the run's own count says (`run::availability`).

use super::perform::Tools;
use super::traffic::Idle;
use crate::config::checked::{Check, Need};
use crate::plan::noun::{Entry, Observed, Plan};
use crate::target::Targets;
use crate::target::check::{self, Place};
use patchform_sdk::chunk;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Asks the members of the services that the plan touches. What nobody can tell is no illness: the run asks again.
pub fn look(plan: &mut Plan, targets: &Targets) {
    let touched = plan.services.iter().filter(|service| plan.changes_any(service));
    let members: BTreeSet<usize> = touched.flat_map(|service| &service.members).copied().collect();
    let there = |i: usize| {
        let entry = plan.entries.get(i)?;
        matches!(entry.observed, Observed::Present { .. }).then_some((i, entry))
    };
    let asked: Vec<(usize, &Entry)> = members.into_iter().filter_map(there).collect();
    let told = chunk::abreast(&asked, |(i, entry)| (*i, ill(entry, targets, &AtomicBool::new(false))));
    for (i, ill) in told.into_iter().flatten() {
        plan.entries[i].ill = ill;
    }
}

/// Members without traffic, by entry. Whose traffic somebody else has taken away serves nobody after the run either.
pub fn without_traffic(plan: &mut Plan, members: BTreeMap<usize, Idle>) {
    for (i, _) in members.iter().filter(|(_, idle)| idle.stays) {
        plan.entries[*i].idle = true;
    }
    not_serving(plan, members.into_iter().map(|(i, idle)| (i, idle.why)));
}

/// Members that serve nobody, however well they are: by entry, why.
fn not_serving(plan: &mut Plan, members: impl IntoIterator<Item = (usize, String)>) {
    for (i, why) in members {
        let is_member = plan.services.iter().any(|service| service.members.contains(&i));
        if let Some(entry) = plan.entries.get_mut(i).filter(|_| is_member) {
            entry.ill.get_or_insert(why);
        }
    }
}

/// A member that an earlier run may have left half done is not counted on until that is done.
pub fn half_done(plan: &mut Plan) {
    let half = plan.changes().filter(|(.., change)| change.owed.as_ref().is_some_and(|owed| owed.half));
    let half: Vec<(usize, String)> = half
        .map(|(i, _, change)| {
            let run = change.owed.as_ref().map_or("", |owed| &owed.run);
            (i, format!("run {run} may have left it half done"))
        })
        .collect();
    not_serving(plan, half);
}

/// What is ill of what has to be well.
fn ill(entry: &Entry, targets: &Targets, cancelled: &AtomicBool) -> Option<String> {
    let place = Place { connection: &entry.connection, targets, since: None, mark: None };
    let ill = check::ill_at_a_glance(needed(entry), &place, cancelled);
    ill.map(|(check, why)| format!("check {:?}: {why}", check.name))
}

/// What a look takes beside the checks themselves.
const ROUND: Duration = Duration::from_secs(1);
/// They are asked no longer than this, whatever the checks say: a deadline must stay within a clock's range.
const LONGEST: Duration = Duration::from_secs(86_400);
/// For so long what was found of a member counts, for each that is asked: of very many who are at their gates at once not each asks
/// all the others.
const FRESH: Duration = Duration::from_millis(10);

/// How long members may be asked, however their checks hang.
pub(super) fn patience(plan: &Plan, members: &BTreeSet<usize>) -> Duration {
    let long = |m: &usize| {
        let checks = plan.entries.get(*m).into_iter().flat_map(needed);
        let once = checks.map(|check| check.at_a_glance().within.saturating_add(check.timeout));
        once.fold(ROUND, Duration::saturating_add)
    };
    let each = members.iter().map(long).max().unwrap_or_default();
    each.saturating_mul(u32::try_from(members.len().div_ceil(chunk::ABREAST)).unwrap_or(u32::MAX))
        .min(LONGEST)
}

/// What has to be well of a member.
fn needed(entry: &Entry) -> impl Iterator<Item = &Check> {
    entry.checks.iter().filter(|check| check.need != Need::Wanted)
}

/// What was found of members last: what is ill of each.
#[derive(Default)]
pub struct Seen(Mutex<BTreeMap<usize, (Instant, Option<String>)>>);

/// Is told of members: what is ill of each that is, and of each that is well again.
pub(super) type Found<'f> = &'f (dyn Fn(usize, Option<String>) + Sync);

impl Seen {
    fn last(&self) -> MutexGuard<'_, BTreeMap<usize, (Instant, Option<String>)>> {
        // Nothing under this lock leaves a value half-changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tools {
    /// Asks members of services how they are.
    pub(super) fn ask_members(&self, members: &BTreeSet<usize>, found: Found<'_>) {
        let members: Vec<usize> = members.iter().copied().collect();
        let fresh = FRESH.saturating_mul(u32::try_from(members.len()).unwrap_or(u32::MAX));
        chunk::abreast(&members, |m| {
            let before = self.seen.last().get(m).cloned();
            let was_ill = before.as_ref().is_some_and(|(_, ill)| ill.is_some());
            let ill = match before {
                Some((at, ill)) if at.elapsed() < fresh => ill,
                _ => self.look_at_member(*m),
            };
            if ill.is_some() || was_ill {
                found(*m, ill.map(|why| self.masked(&why)));
            }
        });
    }

    /// What is ill of a member that was ill before.
    pub(super) fn ask_again(&self, m: usize) -> Option<String> {
        self.look_at_member(m).map(|why| self.masked(&why))
    }

    fn masked(&self, why: &str) -> String {
        self.secrets.mask().apply(why).into()
    }

    /// What is ill of a member now.
    fn look_at_member(&self, m: usize) -> Option<String> {
        let entry = self.plan.entries.get(m)?;
        let why = ill(entry, &self.targets, &self.cancelled).or_else(|| self.idle(entry));
        self.seen.last().insert(m, (Instant::now(), why.clone()));
        why
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::samples;

    #[test]
    fn members_are_waited_for_as_long_as_their_checks_may_hang() {
        let plan = samples::everything();
        let (m, entry) =
            plan.entries.iter().enumerate().find(|(_, entry)| needed(entry).count() > 1).unwrap();
        let glances = needed(entry).map(|check| check.at_a_glance().within + check.timeout);
        assert_eq!(patience(&plan, &[m].into()), glances.sum::<Duration>() + ROUND);
        assert_eq!(patience(&plan, &BTreeSet::new()), Duration::ZERO);
        let all: BTreeSet<usize> = (0..plan.entries.len()).collect();
        assert!(patience(&plan, &all) >= patience(&plan, &[m].into()) && patience(&plan, &all) <= LONGEST);
    }
}
