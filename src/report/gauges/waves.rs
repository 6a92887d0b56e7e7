//! How far the waves of each block are, of those that go in more than one.

use super::Going;
use crate::plan::Plan;
use crate::report::run_view::Stands;
use crate::report::waves::chains;
use crate::run::Run;
use std::collections::BTreeMap;
use std::time::Duration;

/// The waves of a block, or of all that a rollout groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waves {
    /// What goes in them.
    pub name: String,
    /// All of them, in order.
    pub waves: Vec<Wave>,
    /// The first one that is not settled, from 0.
    pub at: usize,
}

/// One wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    /// Whether it is the canary.
    pub canary: bool,
    /// How its members stand.
    pub split: Split,
}

/// How the members of a wave stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Split {
    /// How many stand how.
    pub counts: BTreeMap<Stands, usize>,
    /// Those of them that failed, wherever they stand now.
    pub failed: usize,
    /// Those in progress that are only watched, and how much of the longest soak is left.
    pub watched: usize,
    /// How much of the longest soak is left.
    pub soak_left: Duration,
}

impl Split {
    /// How many there are.
    pub fn all(&self) -> usize {
        self.counts.values().sum()
    }

    /// How many stand like this.
    pub fn count(&self, stands: Stands) -> usize {
        self.counts.get(&stands).copied().unwrap_or(0)
    }

    /// Whether nothing of it is to be done any more.
    pub fn is_settled(&self) -> bool {
        [Stands::Untouched, Stands::Forward, Stands::GoingBack].iter().all(|s| self.count(*s) == 0)
    }
}

impl Waves {
    /// How many components are in waves behind the present one, and have not begun.
    pub fn later(&self) -> usize {
        self.waves.iter().skip(self.at + 1).map(|wave| wave.split.count(Stands::Untouched)).sum()
    }
}

pub(super) fn waves(plan: &Plan, run: &Run, standing: &[Stands], going: &[Going]) -> Vec<Waves> {
    let splits = splits(plan, run, standing, going);
    let of_chain = |chain: crate::report::waves::Chain<'_>| {
        let wave = |k: &usize| Wave {
            canary: plan.waves[*k].canary,
            split: splits.get(*k).cloned().unwrap_or_default(),
        };
        let waves: Vec<Wave> = chain.waves.iter().map(wave).collect();
        let at = waves.iter().position(|wave| !wave.split.is_settled())?;
        Some(Waves { name: chain.name, waves, at })
    };
    chains(plan).into_iter().filter(|chain| chain.waves.len() > 1).filter_map(of_chain).collect()
}

/// How the members of each wave stand, by its number.
pub(super) fn splits(plan: &Plan, run: &Run, standing: &[Stands], going: &[Going]) -> Vec<Split> {
    let mut splits = vec![Split::default(); plan.waves.len()];
    for (i, entry, _) in plan.changes() {
        let (Some(split), Some(stands)) = (splits.get_mut(entry.wave), standing.get(i)) else { continue };
        *split.counts.entry(*stands).or_insert(0) += 1;
        split.failed += usize::from(run.failure(i).is_some());
    }
    for (entry, left) in going.iter().filter_map(|g| Some((g.entry, g.left?))) {
        let Some(split) = plan.entries.get(entry).and_then(|e| splits.get_mut(e.wave)) else { continue };
        split.watched += 1;
        split.soak_left = split.soak_left.max(left);
    }
    splits
}
