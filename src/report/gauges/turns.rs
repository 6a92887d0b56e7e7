//! The turns of a run: a wave begins, a wave is settled. Each is told once, for those who read lines.

use super::Split;
use super::waves::splits;
use crate::model::Moment;
use crate::plan::Plan;
use crate::report::page::Page;
use crate::report::run_standing::stands;
use crate::report::run_view::Stands;
use crate::report::size;
use crate::report::style::{Style, Tint, plain, tinted};
use crate::report::waves::{chains, sizes};
use crate::run::Run;
use crate::run::event::{Event, Leg, What};
use std::collections::{BTreeMap, BTreeSet};

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// What goes in the wave.
    pub name: String,
    /// Its number, from 1.
    pub number: usize,
    /// Of how many.
    pub count: usize,
    /// Whether it is the canary.
    pub canary: bool,
    /// How many components it has.
    pub size: usize,
    /// How its members stand, where it is settled.
    pub settled: Option<Split>,
}

/// Finds them.
#[derive(Debug, Default)]
pub struct Turns {
    /// The waves that are told of, by their numbers.
    waves: BTreeMap<usize, Turn>,
    /// Those that are told to have begun, and not that they are settled.
    begun: BTreeSet<usize>,
    told: BTreeSet<usize>,
}

impl Turns {
    /// Of `run`, as it stands: what has begun by now is not told.
    pub fn of(plan: &Plan, run: &Run) -> Turns {
        let (mut waves, sizes) = (BTreeMap::new(), sizes(plan));
        for chain in chains(plan).into_iter().filter(|chain| chain.waves.len() > 1) {
            let count = chain.waves.len();
            for (k, wave) in chain.waves.into_iter().enumerate() {
                let (name, canary) = (chain.name.clone(), plan.waves[wave].canary);
                waves.insert(
                    wave,
                    Turn { name, number: k + 1, count, canary, size: sizes[wave], settled: None },
                );
            }
        }
        let begun =
            |(i, wave): (usize, usize)| (stands(&run.standing(i)) != Stands::Untouched).then_some(wave);
        let begun = plan.changes().map(|(i, entry, _)| (i, entry.wave)).filter_map(begun);
        let told: BTreeSet<usize> = begun.filter(|wave| waves.contains_key(wave)).collect();
        let begun = told.iter().copied().filter(|wave| run.open_in_wave(*wave) > 0).collect();
        Turns { waves, begun, told }
    }

    /// What `event` brought about; `run` stands as after it.
    pub fn see(&mut self, plan: &Plan, run: &Run, event: &Event) -> Vec<Turn> {
        let mut turns = Vec::new();
        if let What::Intent { action, .. } = event.what
            && action.leg == Leg::Forth
            && let Some(entry) = plan.entries.get(action.component)
            && let Some(wave) = self.waves.get(&entry.wave)
            && self.told.insert(entry.wave)
        {
            self.begun.insert(entry.wave);
            turns.push(wave.clone());
        }
        let settled: Vec<usize> =
            self.begun.iter().copied().filter(|wave| run.open_in_wave(*wave) == 0).collect();
        if settled.is_empty() {
            return turns;
        }
        let standing: Vec<Stands> = (0..run.len()).map(|i| stands(&run.standing(i))).collect();
        let splits = splits(plan, run, &standing, &[]);
        for wave in settled {
            self.begun.remove(&wave);
            let turn = self.waves.get(&wave);
            turns.extend(turn.map(|turn| Turn { settled: splits.get(wave).cloned(), ..turn.clone() }));
        }
        turns
    }
}

impl Turn {
    /// A line of a log: `02:40:07  command.web  wave 2 of 3 begins: 5 components`.
    pub fn line(&self, at: Moment, style: Style, offset: i32) -> String {
        let Turn { name, number, count, size, .. } = self;
        let canary = if self.canary { ", the canary," } else { "" };
        let what = match &self.settled {
            None => format!("wave {number} of {count}{canary} begins: {}", size::counted(*size, "component")),
            Some(split) => format!("wave {number} of {count}{canary} is settled: {}", split.words()),
        };
        let mut page = Page::new(style);
        let time = tinted(Tint::Dim, format!("{}  ", size::time_of_day(at, offset)));
        page.line(0, 10, &[time, tinted(Tint::Bold, name), plain("  "), tinted(Tint::Info, what)]);
        page.finish()
    }
}
