//! What a run takes from its plan, once: procedures, edges, limits, targets.

use super::planted::{Defect, Planted};
use crate::config::checked::{Barrier, Need, OnFailure, Service};
use crate::plan::noun::{Change, Entry, Plan, Planned, RolloutLimit, Step, Verdict};
use crate::plan::room::serves;
use patchform_sdk::message::Reload;
use std::collections::{BTreeMap, BTreeSet};

/// The plan as the fold needs it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shape {
    pub nodes: Vec<Node>,
    /// Who each entry stands on.
    pub after: Edges,
    /// Who stands on each entry.
    pub dependents: Edges,
    /// Members of the targets on which somebody must be alone.
    pub targets: Vec<Vec<usize>>,
    /// `max_parallel` per rollout.
    pub limits: Vec<u64>,
    /// At so many failures nothing more of a rollout begins.
    pub budgets: Vec<Option<u64>>,
    /// How many of each zone may be worked on at once.
    pub zones: Vec<u64>,
    /// Of how many of its zones components may go forth at once, by rollout.
    pub open_zones: Vec<u64>,
    /// Services that stay up, with their members.
    pub services: Vec<Service>,
    /// The waves of what changes, by their number.
    pub waves: BTreeMap<usize, Slice>,
    /// What a simulation has the core do wrong.
    pub planted: Planted,
}

/// What changes of one wave.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Slice {
    pub members: Vec<usize>,
    /// The waves that wait for this one.
    pub next: Vec<usize>,
    /// The wave that it waits for.
    pub after: Option<usize>,
    /// Whether those that wait for it want one of it committed, and none failed.
    pub canary: bool,
}

/// One entry.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub changes: bool,
    pub forth: Vec<Planned>,
    pub back: Vec<Planned>,
    pub rollout: usize,
    pub on_failure: OnFailure,
    /// Number of its wave.
    pub wave: usize,
    /// Index into [`Shape::zones`].
    pub zone: Option<usize>,
    /// Services of which it is a member.
    pub services: Vec<usize>,
    /// Whether it serves before the run.
    pub serves: bool,
    /// Whether it serves nobody after the run either: somebody else has taken its traffic away.
    pub idle: bool,
    /// Its checks that decide nothing.
    pub wanted: BTreeSet<String>,
    /// Index into [`Shape::targets`], when somebody on its target must be alone there.
    pub target: Option<usize>,
    /// Must be alone on its target (page 5.3, rule 5).
    pub exclusive: bool,
    /// Its restore takes the whole system back (rule 6).
    pub whole: bool,
    /// Its restore throws away what was written since the snapshot, and nobody allowed that (rule 6): it may only be
    /// used while traffic is away.
    pub keeps_data: bool,
    /// Its patch is taken back on its target unless it is confirmed in time.
    pub guarded: bool,
    /// What it changes there, nothing can take back.
    pub one_way: bool,
    /// Digest of the reading before the run.
    pub before: String,
    pub reload: Reload,
    /// Why it cannot be followed.
    pub unfit: Option<String>,
}

/// Adjacency in compressed rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Edges {
    starts: Vec<usize>,
    ends: Vec<usize>,
}

impl Edges {
    fn new(n: usize, pairs: &[(usize, usize)]) -> Edges {
        let mut starts = vec![0; n + 1];
        for (from, _) in pairs {
            starts[from + 1] += 1;
        }
        for i in 0..n {
            starts[i + 1] += starts[i];
        }
        let mut fill = starts.clone();
        let mut ends = vec![0; pairs.len()];
        for (from, to) in pairs {
            ends[fill[*from]] = *to;
            fill[*from] += 1;
        }
        Edges { starts, ends }
    }

    pub(super) fn of(&self, i: usize) -> &[usize] {
        &self.ends[self.starts[i]..self.starts[i + 1]]
    }
}

impl Shape {
    pub(super) fn of(plan: &Plan, planted: Planted) -> Shape {
        let n = plan.entries.len();
        let mut nodes: Vec<Node> = plan.entries.iter().map(|e| node(plan, e)).collect();
        if planted.has(Defect::WayBackIsNotAsked) {
            nodes.iter_mut().for_each(|node| node.unfit = None);
        }
        let mut pairs = Vec::new();
        for (i, entry) in plan.entries.iter().enumerate() {
            for on in &entry.after {
                if *on < n {
                    pairs.push((i, *on));
                } else {
                    nodes[i].unfit = Some(format!("it stands on entry {on}, which the plan does not have"));
                }
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        let after = Edges::new(n, &pairs);
        let turned: Vec<_> = pairs.iter().map(|(a, b)| (*b, *a)).collect();
        let dependents = Edges::new(n, &turned);
        mark_circles(&mut nodes, &after, &dependents);
        queue_blocks(plan, &mut nodes);
        let targets = shared_targets(plan, &mut nodes);
        let limits = plan.rollouts.iter().map(|r| r.max_parallel.max(1)).collect();
        let budgets = plan.rollouts.iter().map(|r| r.pace.max_failures).collect();
        let zones = zones(plan, &mut nodes);
        let open = |r: &RolloutLimit| r.pace.max_zones.map_or(u64::MAX, |most| most.max(1));
        let open_zones = plan.rollouts.iter().map(open).collect();
        let waves = waves(plan, &nodes);
        let services = plan.services.clone();
        for (k, service) in services.iter().enumerate() {
            for i in &service.members {
                if let Some(node) = nodes.get_mut(*i) {
                    node.services.push(k);
                }
            }
        }
        Shape {
            nodes,
            after,
            dependents,
            targets,
            limits,
            budgets,
            zones,
            open_zones,
            services,
            waves,
            planted,
        }
    }
}

fn node(plan: &Plan, entry: &Entry) -> Node {
    let limit = plan.rollouts.get(entry.rollout);
    let mut node = Node {
        changes: false,
        forth: Vec::new(),
        back: Vec::new(),
        rollout: entry.rollout,
        on_failure: limit.map_or(OnFailure::Halt, |l| l.on_failure),
        wave: entry.wave,
        zone: None,
        services: Vec::new(),
        serves: serves(entry),
        idle: entry.idle,
        wanted: wanted(entry),
        target: None,
        exclusive: false,
        whole: false,
        keeps_data: false,
        guarded: false,
        one_way: false,
        before: entry.observed.identity().map(|id| id.digest.clone()).unwrap_or_default(),
        reload: Reload::None,
        unfit: None,
    };
    let Verdict::Change(change) = &entry.verdict else { return node };
    node.changes = true;
    node.forth = change.forth.clone();
    node.back = change.back.clone();
    node.reload = change.preview.reload;
    node.whole = change.takes_all_back();
    node.guarded = change.preview.switch.is_some();
    node.keeps_data = node.back.iter().any(|p| p.action == Step::Restore)
        && change.way_back.as_ref().is_some_and(|w| w.discards_data)
        && !entry.snapshot.may_lose_data;
    let puts = |p: &Planned| p.action.replaces();
    node.one_way = node.forth.iter().any(puts) && !node.back.iter().any(puts);
    node.exclusive = change.needs_target_alone();
    node.unfit = unfit(entry, change, limit.is_some());
    node
}

fn wanted(entry: &Entry) -> BTreeSet<String> {
    let wanted = entry.checks.iter().filter(|check| check.need == Need::Wanted);
    wanted.map(|check| check.name.clone()).collect()
}

/// Rule 1 of page 5.3 and what else a plan must hold before the engine follows it.
fn unfit(entry: &Entry, change: &Change, has_rollout: bool) -> Option<String> {
    if !has_rollout {
        return Some(format!("it names rollout {}, which the plan does not have", entry.rollout));
    }
    if entry.observed.identity().is_none() {
        return Some("the plan holds no reading of it".into());
    }
    let place = |steps: &[Planned], step| steps.iter().position(|p| p.action == step);
    let patch = place(&change.forth, Step::Patch)?;
    if place(&change.back, Step::Uninstall).is_some() {
        return None;
    }
    if place(&change.back, Step::Restore).is_some() {
        let Some(snapshot) = place(&change.forth, Step::Snapshot).filter(|at| *at < patch) else {
            return Some("it would be patched before a snapshot is stored".into());
        };
        let loses =
            change.way_back.as_ref().is_some_and(|w| w.discards_data) && !entry.snapshot.may_lose_data;
        let quiet = place(&change.forth, Step::Drain).is_some_and(|at| at < snapshot);
        return (loses && !quiet).then(|| {
            "going back would throw away data written since, and snapshot { may_lose_data } was not set"
                .into()
        });
    }
    (!entry.lifecycle.allow_irreversible)
        .then(|| "there is no way back, and lifecycle { allow_irreversible } was not set".into())
}

/// What stands in a circle, or on one, can never begin.
fn mark_circles(nodes: &mut [Node], after: &Edges, dependents: &Edges) {
    let mut waits: Vec<usize> = (0..nodes.len()).map(|i| after.of(i).len()).collect();
    let mut free: Vec<usize> = (0..nodes.len()).filter(|i| waits[*i] == 0).collect();
    while let Some(i) = free.pop() {
        for d in dependents.of(i) {
            waits[*d] -= 1;
            if waits[*d] == 0 {
                free.push(*d);
            }
        }
    }
    for (i, node) in nodes.iter_mut().enumerate() {
        if waits[i] > 0 {
            node.unfit = Some("it stands on itself, in a circle".into());
        }
    }
}

/// A zone is one of those that share a rollout.
fn zones(plan: &Plan, nodes: &mut [Node]) -> Vec<u64> {
    let mut known: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    let mut limits = Vec::new();
    for (entry, node) in plan.entries.iter().zip(nodes.iter_mut()).filter(|(_, node)| node.changes) {
        let Some(zone) = &entry.zone else { continue };
        let most = plan.rollouts.get(entry.rollout).map_or(1, |r| r.pace.max_per_zone.max(1));
        node.zone = Some(*known.entry((entry.rollout, zone)).or_insert_with(|| {
            limits.push(most);
            limits.len() - 1
        }));
    }
    limits
}

fn waves(plan: &Plan, nodes: &[Node]) -> BTreeMap<usize, Slice> {
    let mut waves: BTreeMap<usize, Slice> = BTreeMap::new();
    for (i, node) in nodes.iter().enumerate().filter(|(_, n)| n.changes) {
        waves.entry(node.wave).or_default().members.push(i);
    }
    let row = |wave: usize| plan.waves.get(wave).copied().unwrap_or_default();
    let earlier = |wave: usize| row(wave).after.filter(|after| *after < wave);
    for wave in waves.keys().copied().collect::<Vec<_>>() {
        // One without members is settled before it begins: who waits for it waits for the one before.
        let before = std::iter::successors(earlier(wave), |w| earlier(*w)).find(|w| waves.contains_key(w));
        if let Some(slice) = before.and_then(|before| waves.get_mut(&before)) {
            slice.next.push(wave);
        }
        if let Some(slice) = waves.get_mut(&wave) {
            (slice.after, slice.canary) = (before, row(wave).canary);
        }
    }
    waves
}

/// Two that keep customers out of one port of a host would keep out each other's proofs: each of them has the host alone.
fn queue_blocks(plan: &Plan, nodes: &mut [Node]) {
    let mut by_target: BTreeMap<&str, Vec<(usize, &Barrier)>> = BTreeMap::new();
    for (i, entry) in plan.entries.iter().enumerate() {
        if let (true, Some(identity), Some(block)) =
            (nodes[i].changes, entry.observed.identity(), &entry.block)
        {
            by_target.entry(identity.target.as_str()).or_default().push((i, block));
        }
    }
    for blocks in by_target.values() {
        for (i, block) in blocks {
            nodes[*i].exclusive |= blocks.iter().any(|(k, other)| k != i && block.meets(other));
        }
    }
}

fn shared_targets(plan: &Plan, nodes: &mut [Node]) -> Vec<Vec<usize>> {
    let mut by_target: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, entry) in plan.entries.iter().enumerate() {
        if let (true, Some(identity)) = (nodes[i].changes, entry.observed.identity()) {
            by_target.entry(identity.target.as_str()).or_default().push(i);
        }
    }
    let mut targets = Vec::new();
    for members in by_target.into_values() {
        if members.len() > 1 && members.iter().any(|i| nodes[*i].exclusive) {
            for i in &members {
                nodes[*i].target = Some(targets.len());
            }
            targets.push(members);
        }
    }
    targets
}
