//! Waves: slices of the instances of one block, which a failure may take back together (page 2.2).

use super::noun::Entry;
use crate::model::Address;
use std::collections::BTreeMap;

/// Numbers the waves of `entries`, from 0 in the order of their first members. The instances of one block that share
/// one rollout are one wave: no rollout of this version slices them further. Everything else that speaks of waves
/// only compares these numbers.
pub(super) fn number(entries: &mut [Entry]) {
    let mut known: BTreeMap<(Address, usize), usize> = BTreeMap::new();
    for entry in entries {
        let next = known.len();
        entry.wave = *known.entry((entry.address.block(), entry.rollout)).or_insert(next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::InstanceKey;
    use crate::plan::samples;

    #[test]
    fn the_instances_of_a_block_under_one_rollout_are_one_wave() {
        let mut entries = samples::fleet(5, false).entries;
        let names = [("a", 0, 0), ("a", 1, 0), ("a", 2, 1), ("b", 0, 0), ("b", 1, 0)];
        for (entry, (name, key, rollout)) in entries.iter_mut().zip(names) {
            entry.address = Address::root("release", name, InstanceKey::Index(key));
            entry.rollout = rollout;
        }
        number(&mut entries);
        assert_eq!(entries.iter().map(|e| e.wave).collect::<Vec<_>>(), [0, 0, 1, 2, 2]);
    }
}
