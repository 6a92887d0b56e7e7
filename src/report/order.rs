//! In which order a plan works, and how long it takes at best: layers and the longest path over what changes, one wave after
//! the other.

use crate::model::Moment;
use crate::plan::noun::{Change, Entry, Plan, Step, Verdict};
use crate::plan::room::head;
use crate::policy::{Subject, forecast};
use std::collections::BTreeMap;
use std::time::Duration;

/// The order of a plan's changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Indices of changing entries; those of one layer may run at once when the layer before is done.
    pub layers: Vec<Vec<usize>>,
    /// The expected time of the longest chain of changes, when nothing but the order holds them back.
    pub longest: Duration,
}

impl Order {
    /// That of a plan. What stands in a cycle (which a checked configuration cannot have) is left out.
    pub fn of(plan: &Plan) -> Order {
        // The end of each wave stands behind the entries as a node of its own.
        let n = plan.entries.len() + plan.waves.len();
        // The layer of a changing entry; for others, the layers that lie below it.
        let mut depth = vec![0usize; n];
        let mut ends = vec![Duration::ZERO; n];
        let mut layers: Vec<Vec<usize>> = Vec::new();
        in_order(plan, |i, dependents| {
            let mut below = depth[i];
            if let Some(takes) = plan.entries.get(i).and_then(takes) {
                ends[i] += takes;
                if layers.len() <= below {
                    layers.resize(below + 1, Vec::new());
                }
                layers[below].push(i);
                below += 1;
            }
            for &next in dependents {
                depth[next] = depth[next].max(below);
                ends[next] = ends[next].max(ends[i]);
            }
        });
        layers.iter_mut().for_each(|layer| layer.sort_unstable());
        Order { layers, longest: ends.into_iter().max().unwrap_or_default() }
    }

    /// How long the whole takes at best: no less than the longest chain, and no less than its waves take with as many at once
    /// as their rollouts let. Whoever is only watched takes no place.
    pub fn at_best(&self, plan: &Plan) -> Duration {
        let mut chains: BTreeMap<usize, Duration> = BTreeMap::new();
        let mut waves: BTreeMap<(usize, usize), Vec<&Change>> = BTreeMap::new();
        for (_, entry, change) in plan.changes() {
            waves.entry((entry.rollout, entry.wave)).or_default().push(change);
        }
        for ((rollout, wave), changes) in waves {
            let places = plan.rollouts.get(rollout).map_or(1, |r| r.max_parallel.max(1));
            let soak = changes.iter().map(|change| watched(change)).max().unwrap_or_default();
            let work = changes.iter().map(|change| change.length().saturating_sub(watched(change)));
            let work = work.fold(Duration::ZERO, Duration::saturating_add);
            let shared = work / u32::try_from(places).unwrap_or(u32::MAX);
            let longest = changes.iter().map(|change| change.length()).max().unwrap_or_default();
            let takes = longest.max(shared.saturating_add(soak));
            let chain = chains.entry(head(plan, wave)).or_default();
            *chain = chain.saturating_add(takes);
        }
        chains.into_values().max().unwrap_or_default().max(self.longest)
    }

    /// The layer of each entry, counted from 1; 0 for entries that do not change.
    pub fn by_entry(&self, entries: usize) -> Vec<usize> {
        let mut of = vec![0; entries];
        for (layer, members) in self.layers.iter().enumerate() {
            for &i in members {
                of[i] = layer + 1;
            }
        }
        of
    }
}

/// When each entry has its turn at the earliest, by the windows of it and of all that comes before it, when nothing else holds it
/// back; nothing where the plan keeps no hours.
pub fn turns(plan: &Plan) -> Vec<Moment> {
    if plan.hours.windows.is_empty() && plan.hours.blackouts.is_empty() {
        return Vec::new();
    }
    let mut turns = vec![plan.made; plan.entries.len() + plan.waves.len()];
    in_order(plan, |i, dependents| {
        let mut end = turns[i];
        if let Some(entry) = plan.entries.get(i)
            && let Verdict::Change(change) = &entry.verdict
        {
            let forecast = forecast(Subject { entry, change, next: 0 }, plan.into(), turns[i]);
            turns[i] = forecast.and_then(|forecast| forecast.starts()).unwrap_or(turns[i]);
            end = turns[i].plus(change.length());
        }
        dependents.iter().for_each(|next| turns[*next] = turns[*next].max(end));
    });
    turns.truncate(plan.entries.len());
    turns
}

/// Visits entries, and behind them the ends of waves, each when all that comes before it was visited, with what waits for it.
fn in_order(plan: &Plan, mut visit: impl FnMut(usize, &[usize])) {
    let edges = edges(plan);
    let n = plan.entries.len() + plan.waves.len();
    let mut waits = vec![0; n];
    edges.iter().for_each(|(_, next)| waits[*next] += 1);
    let dependents = Dependents::of(n, &edges);
    let mut ready: Vec<usize> = (0..n).filter(|i| waits[*i] == 0).collect();
    while let Some(i) = ready.pop() {
        visit(i, dependents.of_entry(i));
        for &next in dependents.of_entry(i) {
            waits[next] -= 1;
            if waits[next] == 0 {
                ready.push(next);
            }
        }
    }
}

/// How long a change is only watched.
fn watched(change: &Change) -> Duration {
    change.forth.iter().filter(|p| p.action == Step::Soak).map(|p| p.expected).sum()
}

/// How long the way forth of a change is expected to take.
pub fn takes(entry: &Entry) -> Option<Duration> {
    match &entry.verdict {
        Verdict::Change(change) => Some(change.length()),
        _ => None,
    }
}

/// What comes first, and what after it: entries as they stand on each other, and waves as they follow each other.
fn edges(plan: &Plan) -> Vec<(usize, usize)> {
    let end = |wave: usize| plan.entries.len() + wave;
    let mut edges = Vec::new();
    for (i, entry) in plan.entries.iter().enumerate() {
        edges.extend(entry.after.iter().map(|on| (*on, i)));
        let wave = plan.waves.get(entry.wave).filter(|_| matches!(entry.verdict, Verdict::Change(_)));
        if let Some(wave) = wave {
            edges.push((i, end(entry.wave)));
            edges.extend(wave.after.map(|after| (end(after), i)));
        }
    }
    let after = plan.waves.iter().enumerate().filter_map(|(k, wave)| Some((end(wave.after?), end(k))));
    edges.extend(after);
    edges
}

/// Edges turned round, in one allocation.
struct Dependents {
    starts: Vec<usize>,
    targets: Vec<usize>,
}

impl Dependents {
    fn of(n: usize, edges: &[(usize, usize)]) -> Dependents {
        let mut starts = vec![0; n + 1];
        for (on, _) in edges {
            starts[on + 1] += 1;
        }
        for i in 0..n {
            starts[i + 1] += starts[i];
        }
        let mut next = starts.clone();
        let mut targets = vec![0; starts[n]];
        for (on, i) in edges {
            targets[next[*on]] = *i;
            next[*on] += 1;
        }
        Dependents { starts, targets }
    }

    fn of_entry(&self, i: usize) -> &[usize] {
        &self.targets[self.starts[i]..self.starts[i + 1]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::noun::Wave;
    use crate::plan::samples;

    #[test]
    fn at_best_no_more_are_worked_on_at_once_than_a_rollout_lets() {
        // members, at once, waves of two → how long, in lengths of one
        for (n, at_once, waved, lengths) in
            [(4, 10, false, 1), (4, 2, false, 2), (4, 1, false, 4), (4, 10, true, 2), (4, 1, true, 4)]
        {
            let mut plan = samples::fleet(n, false);
            plan.rollouts[0].max_parallel = at_once;
            if waved {
                plan.waves = vec![Wave::default(), Wave { after: Some(0), canary: false }];
                plan.entries.iter_mut().skip(2).for_each(|e| e.wave = 1);
            }
            let each = plan.change(0).unwrap().length();
            assert_eq!(Order::of(&plan).at_best(&plan), each * lengths, "{n} {at_once} {waved}");
        }
        let chain = samples::fleet(3, true);
        assert_eq!(Order::of(&chain).at_best(&chain), Order::of(&chain).longest);
    }

    #[test]
    fn a_chain_has_a_layer_each_and_a_fan_one() {
        let chain = Order::of(&samples::fleet(4, true));
        assert_eq!(chain.layers, [[0], [1], [2], [3]]);
        assert_eq!(chain.longest, Duration::from_millis(4 * 7_040));
        let fan = Order::of(&samples::fleet(4, false));
        assert_eq!((fan.layers, fan.longest), (vec![vec![0, 1, 2, 3]], Duration::from_millis(7_040)));
    }

    #[test]
    fn what_does_not_change_makes_no_layer_but_keeps_the_order() {
        let mut plan = samples::fleet(3, true);
        plan.entries[1].verdict = Verdict::NoChange { adopt: false };
        let order = Order::of(&plan);
        assert_eq!(order.layers, [[0], [2]]);
        assert_eq!(order.by_entry(3), [1, 0, 2]);
    }

    #[test]
    fn a_wave_comes_after_the_whole_one_before() {
        let mut plan = samples::fleet(5, false);
        plan.waves = [None, Some(0), Some(1)].map(|after| Wave { after, canary: false }).to_vec();
        for (entry, wave) in plan.entries.iter_mut().zip([0, 0, 2, 2, 2]) {
            entry.wave = wave;
        }
        // The one in between has nobody left.
        let order = Order::of(&plan);
        assert_eq!(order.layers, [vec![0, 1], vec![2, 3, 4]]);
        assert_eq!(order.longest, Duration::from_millis(2 * 7_040));
    }

    #[test]
    fn what_comes_before_it_may_take_until_another_night() {
        // Tuesdays from one to four in Berlin, and it is Monday.
        let plan = samples::nights();
        let turns: Vec<String> = turns(&plan).iter().map(Moment::to_string).collect();
        assert_eq!(turns[..2], ["2026-11-24T00:00:00.000Z", "2026-12-01T00:00:00.000Z"]);
        assert!(super::turns(&samples::fleet(3, true)).is_empty());
    }

    #[test]
    fn a_cycle_made_by_hand_ends() {
        let mut plan = samples::fleet(2, true);
        plan.entries[0].after = vec![1];
        assert_eq!(Order::of(&plan), Order { layers: Vec::new(), longest: Duration::ZERO });
    }
}
