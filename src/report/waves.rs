//! The waves of a plan in the order in which they follow each other, with what goes in them.

use super::reason::rollout_name;
use crate::plan::noun::{Plan, RolloutLimit, Verdict};

/// Waves that follow each other.
pub(super) struct Chain<'a> {
    /// What goes in them: a block, or all of a rollout.
    pub name: String,
    /// Its rules.
    pub rollout: &'a RolloutLimit,
    /// Its waves by their numbers, in order.
    pub waves: Vec<usize>,
}

/// How many components of the plan change in each wave.
pub(super) fn sizes(plan: &Plan) -> Vec<usize> {
    let mut sizes = vec![0; plan.waves.len()];
    for (_, entry, _) in plan.changes() {
        if let Some(size) = sizes.get_mut(entry.wave) {
            *size += 1;
        }
    }
    sizes
}

/// All chains in which something changes, by the numbers of their first waves. A plan of an earlier program has none.
pub(super) fn chains(plan: &Plan) -> Vec<Chain<'_>> {
    let n = plan.waves.len();
    let (mut first, mut next) = (vec![None; n], vec![None; n]);
    for entry in plan.entries.iter().filter(|e| matches!(e.verdict, Verdict::Change(_)) && e.wave < n) {
        first[entry.wave].get_or_insert(entry);
    }
    for (k, wave) in plan.waves.iter().enumerate() {
        if let Some(after) = wave.after.and_then(|after| next.get_mut(after)) {
            *after = Some(k);
        }
    }
    let heads = (0..n).filter(|k| plan.waves[*k].after.is_none());
    let chain = |head: usize| {
        let entry = first[head]?;
        let rollout = plan.rollouts.get(entry.rollout)?;
        let name = match rollout.pace.group {
            true => rollout_name(&rollout.name),
            false => entry.address.block().to_string(),
        };
        Some(Chain { name, rollout, waves: std::iter::successors(Some(head), |k| next[*k]).collect() })
    };
    heads.filter_map(chain).collect()
}
