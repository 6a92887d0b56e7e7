//! Waves: slices of the instances of one block, one after the other (page 2.2). They are numbered when the plan is made, over
//! what it changes; everything else that speaks of waves compares these numbers.

use super::noun::{Entry, RolloutLimit, Verdict, Wave};
use crate::config::checked::Pace;
use crate::model::{Address, Purpose};
use std::collections::BTreeMap;

/// What is sliced as one: the instances of one block under one rollout, or all blocks of a rollout that groups them.
type Part = (Option<Address>, usize);

/// Numbers the waves of `entries`, from 0 in the order of their first members, and says how they follow each other. Within
/// a part what others stand on comes first, then goes the order of addresses: `layers` are the layers of the graph. Whatever
/// stands on whom, no two waves wait for each other, since all of them are slices of one order.
///
/// Only going forth is sliced: who takes a run back, or restores, wants it done.
pub(super) fn lay(
    entries: &mut [Entry],
    rollouts: &[RolloutLimit],
    purpose: &Purpose,
    layers: impl Fn(usize) -> usize,
) -> Vec<Wave> {
    let mut parts: BTreeMap<Part, Vec<usize>> = BTreeMap::new();
    let mut first: Vec<Part> = Vec::new();
    for (i, entry) in entries.iter().enumerate() {
        let grouped = rollouts.get(entry.rollout).is_some_and(|r| r.pace.group);
        let part = ((!grouped).then(|| entry.address.block()), entry.rollout);
        let members = parts.entry(part.clone()).or_insert_with(|| {
            first.push(part);
            Vec::new()
        });
        members.push(i);
    }
    let whole = Pace::default();
    let mut waves = Vec::new();
    for part in first {
        let pace = rollouts.get(part.1).map(|r| &r.pace).filter(|_| *purpose == Purpose::Apply);
        let members = parts.remove(&part).unwrap_or_default();
        let (mut changing, others): (Vec<usize>, Vec<usize>) =
            members.into_iter().partition(|i| matches!(entries[*i].verdict, Verdict::Change(_)));
        changing.sort_by_key(|i| (layers(*i), *i));
        let begin = waves.len();
        let sizes = sizes(pace.unwrap_or(&whole), changing.len());
        let mut rest = changing.as_slice();
        for (k, (size, canary)) in sizes.into_iter().enumerate() {
            let (wave, after) = rest.split_at(size);
            wave.iter().for_each(|i| entries[*i].wave = waves.len());
            waves.push(Wave { after: (k > 0).then(|| begin + k - 1), canary });
            rest = after;
        }
        others.into_iter().for_each(|i| entries[i].wave = begin);
    }
    waves
}

/// How many are in each wave of `all`, and whether it is the canary. None is empty, unless all is.
fn sizes(pace: &Pace, all: usize) -> Vec<(usize, bool)> {
    let mut left = all;
    let mut sizes = Vec::new();
    let mut take = |size: u64, canary: bool| {
        let size = usize::try_from(size).unwrap_or(usize::MAX).min(left);
        left -= size;
        if size > 0 {
            sizes.push((size, canary));
        }
    };
    // Where there is nobody to warn it is a wave as any other.
    take(pace.canary, pace.canary < all as u64);
    pace.waves.iter().for_each(|size| take(size.of(all), false));
    take(u64::MAX, false);
    if sizes.is_empty() {
        sizes.push((0, false));
    }
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::checked::Size;
    use crate::model::InstanceKey;
    use crate::plan::samples;

    /// The waves of `entries`, each as its members, and which ones they follow.
    fn laid(entries: &mut [Entry], pace: &Pace, purpose: &Purpose) -> (Vec<Vec<usize>>, Vec<Wave>) {
        let rollout =
            |name: &str| RolloutLimit { name: name.into(), pace: pace.clone(), ..Default::default() };
        let layers: Vec<usize> = (0..entries.len()).map(|i| entries[i].after.len()).collect();
        let waves = lay(entries, &[rollout("x"), rollout("y")], purpose, |i| layers[i]);
        let of = |w| (0..entries.len()).filter(|i| entries[*i].wave == w).collect();
        ((0..waves.len()).map(of).collect(), waves)
    }

    fn blocks(names: &[(&str, u64, usize)]) -> Vec<Entry> {
        let mut entries = samples::fleet(names.len(), false).entries;
        for (entry, (name, key, rollout)) in entries.iter_mut().zip(names) {
            entry.address = Address::root("release", name, InstanceKey::Index(*key));
            entry.rollout = *rollout;
        }
        entries
    }

    fn after(waves: &[Wave]) -> Vec<Option<usize>> {
        waves.iter().map(|w| w.after).collect()
    }

    #[test]
    fn without_a_pace_the_instances_of_a_block_under_one_rollout_are_one_wave() {
        let mut entries = blocks(&[("a", 0, 0), ("a", 1, 0), ("a", 2, 1), ("b", 0, 0), ("b", 1, 0)]);
        let (members, waves) = laid(&mut entries, &Pace::default(), &Purpose::Apply);
        assert_eq!(members, [vec![0, 1], vec![2], vec![3, 4]]);
        assert_eq!(after(&waves), [None; 3]);
    }

    #[test]
    fn a_canary_goes_first_then_the_sizes_then_the_rest() {
        let sizes = vec![Size::Number(2), Size::Share(2_500)];
        let pace = Pace { canary: 1, waves: sizes, ..Pace::default() };
        let mut entries = samples::fleet(12, false).entries;
        let (members, waves) = laid(&mut entries, &pace, &Purpose::Apply);
        assert_eq!(members, [vec![0], vec![1, 2], vec![3, 4, 5], (6..12).collect()]);
        assert_eq!(after(&waves), [None, Some(0), Some(1), Some(2)]);
        assert_eq!(waves.iter().map(|w| w.canary).collect::<Vec<_>>(), [true, false, false, false]);
    }

    #[test]
    fn only_what_changes_is_sliced() {
        let pace = Pace { canary: 1, ..Pace::default() };
        let mut entries = samples::fleet(3, false).entries;
        entries[0].verdict = Verdict::NoChange { adopt: false };
        let (_, waves) = laid(&mut entries, &pace, &Purpose::Apply);
        assert_eq!(entries.iter().map(|e| e.wave).collect::<Vec<_>>(), [0, 0, 1]);
        assert_eq!(after(&waves), [None, Some(0)]);
        entries.iter_mut().for_each(|e| e.verdict = Verdict::NoChange { adopt: false });
        let (members, _) = laid(&mut entries, &pace, &Purpose::Apply);
        assert_eq!(members, [vec![0, 1, 2]]);
    }

    #[test]
    fn a_canary_alone_or_a_run_taken_back_is_one_wave() {
        let pace = Pace { canary: 5, waves: vec![Size::Number(1)], ..Pace::default() };
        let (members, waves) = laid(&mut samples::fleet(5, false).entries, &pace, &Purpose::Apply);
        assert_eq!((members.len(), waves[0].canary), (1, false));
        let pace = Pace { canary: 1, ..pace };
        let back = Purpose::Rollback { of: "r".into() };
        let (members, _) = laid(&mut samples::fleet(5, false).entries, &pace, &back);
        assert_eq!(members.len(), 1);
    }

    #[test]
    fn what_others_stand_on_comes_first_and_a_group_slices_all_its_blocks_as_one() {
        let mut entries = blocks(&[("a", 0, 0), ("a", 1, 0), ("b", 0, 0), ("b", 1, 0)]);
        // The first one stands on the last.
        entries[0].after = vec![3];
        let pace = Pace { canary: 1, waves: vec![Size::Number(2)], group: true, ..Pace::default() };
        let (members, _) = laid(&mut entries, &pace, &Purpose::Apply);
        assert_eq!(members, [vec![1], vec![2, 3], vec![0]]);
    }
}
