//! What a restore of a whole system takes back besides its own component (page 5.3, rule 6).

use super::noun::{Plan, Step};
use std::collections::BTreeMap;

/// The changing components of every target on which some restore covers the whole system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Along<'a>(BTreeMap<&'a str, Vec<usize>>);

impl<'a> Along<'a> {
    /// That of a plan.
    pub fn of(plan: &'a Plan) -> Along<'a> {
        let target = |i: usize| plan.entries[i].target();
        let mut along: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (i, ..) in plan.changes().filter(|(i, ..)| covers_all(plan, *i)) {
            along.extend(target(i).map(|t| (t, Vec::new())));
        }
        for (i, ..) in plan.changes() {
            if let Some(members) = target(i).and_then(|t| along.get_mut(t)) {
                members.push(i);
            }
        }
        Along(along)
    }

    /// What a restore of entry `i` takes back too, if it began later: indices, sorted.
    pub fn with(&self, plan: &Plan, i: usize) -> Vec<usize> {
        let target = plan.entries.get(i).and_then(|entry| entry.target());
        match target.and_then(|t| self.0.get(t)).filter(|_| covers_all(plan, i)) {
            Some(members) => members.iter().copied().filter(|m| *m != i).collect(),
            None => Vec::new(),
        }
    }
}

fn covers_all(plan: &Plan, i: usize) -> bool {
    let super::noun::Verdict::Change(change) = &plan.entries[i].verdict else { return false };
    let whole = change.way_back.as_ref().is_some_and(|w| w.coverage.whole_system);
    whole && change.back.iter().any(|p| p.action == Step::Restore)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::noun::{Observed, Verdict};
    use crate::plan::samples;

    #[test]
    fn a_restore_of_the_whole_system_takes_its_target_along() {
        let mut plan = samples::fleet(4, false);
        for (i, entry) in plan.entries.iter_mut().enumerate() {
            if let Observed::Present { identity, .. } = &mut entry.observed {
                identity.target = ["one", "one", "one", "two"][i].into();
            }
        }
        let Verdict::Change(change) = &mut plan.entries[1].verdict else { panic!("a fleet changes") };
        change.way_back.as_mut().unwrap().coverage.whole_system = true;
        plan.entries[2].verdict = Verdict::NoChange { adopt: false };
        let along = Along::of(&plan);
        let all: Vec<Vec<usize>> = (0..4).map(|i| along.with(&plan, i)).collect();
        assert_eq!(all, [vec![], vec![0], vec![], vec![]]);
    }
}
