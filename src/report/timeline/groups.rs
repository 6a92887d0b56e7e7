//! The rows of a timeline in groups: one for each wave, in the order in which waves follow each other.

use super::Timeline;
use crate::plan::Plan;
use crate::report::waves;

/// Rows that stand under one heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// The heading; empty where there is nothing to tell apart.
    pub name: String,
    /// Places in [`Timeline::rows`].
    pub rows: Vec<usize>,
}

/// All rows, each in one group.
pub(super) fn groups(plan: &Plan, timeline: &Timeline) -> Vec<Group> {
    let chains = waves::chains(plan);
    let mut of_wave: Vec<Vec<usize>> = vec![Vec::new(); plan.waves.len()];
    let mut rest = Vec::new();
    for (at, row) in timeline.rows.iter().enumerate() {
        match of_wave.get_mut(plan.entries[row.entry].wave) {
            Some(wave) => wave.push(at),
            None => rest.push(at),
        }
    }
    // Blocks that go as one need no heading: their addresses say it.
    if chains.iter().all(|chain| chain.waves.len() == 1) {
        return vec![Group { name: String::new(), rows: (0..timeline.rows.len()).collect() }];
    }
    let mut groups = Vec::new();
    for chain in &chains {
        let count = chain.waves.len();
        for (k, wave) in chain.waves.iter().enumerate() {
            let canary = if plan.waves[*wave].canary { ", canary" } else { "" };
            let name = match count {
                1 => chain.name.clone(),
                _ => format!("{}  wave {} of {count}{canary}", chain.name, k + 1),
            };
            groups.push(Group { name, rows: std::mem::take(&mut of_wave[*wave]) });
        }
    }
    let rest: Vec<usize> = of_wave.into_iter().flatten().chain(rest).collect();
    groups.push(Group { name: "others".into(), rows: rest });
    groups.retain(|group| !group.rows.is_empty());
    groups
}
