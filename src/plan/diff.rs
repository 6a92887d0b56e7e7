//! What is wanted against what was read. Desired against observed decides; the record explains (page 2.1).

use super::draft::{Draft, Goal};
use super::focus::Focus;
use super::holding;
use super::levels::{self, Compare, Direction};
use super::noun::{Block, Cause, Entry, Identity, Idle, Observed, Verdict};
use crate::model::{Address, PatchLevel, Purpose};
use crate::state::{Owed, Record, Rejected, State};
use std::collections::BTreeMap;

/// What the comparison rests on besides the draft and the readings.
pub struct Facts<'a> {
    /// The state.
    pub state: &'a State,
    /// Order of versions, by kind.
    pub compare: &'a Compare<'a>,
    /// What runs that have not ended hold.
    pub leases: &'a Leases,
    /// What the plan is about.
    pub focus: &'a Focus,
}

/// What runs that have not ended hold: each with the run's id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leases {
    /// Components.
    pub components: BTreeMap<Address, String>,
    /// Targets that a run holds alone, by identity.
    pub targets: BTreeMap<String, String>,
    /// What components manage there, by target and claim.
    pub claims: BTreeMap<(String, String), String>,
    /// Who drives the runs that are driven now.
    pub drivers: BTreeMap<String, String>,
    /// How those stand that nobody drives; where it is not said, they can be resumed.
    pub idle: BTreeMap<String, Idle>,
    /// A run of which nobody can read what it holds: it may hold anything.
    pub unknown: Option<String>,
}

impl Leases {
    /// The run that keeps others away from a component as it was read.
    pub fn on(&self, address: &Address, identity: Option<&Identity>) -> Option<&String> {
        let claimed = |identity: &Identity| {
            let mut claims = identity.claims.iter().map(|claim| (identity.target.clone(), claim.clone()));
            claims.find_map(|key| self.claims.get(&key))
        };
        let known = self.components.get(address);
        let known =
            known.or_else(|| identity.and_then(|i| self.targets.get(&i.target).or_else(|| claimed(i))));
        known.or(self.unknown.as_ref())
    }

    /// The run that holds a component, or may.
    fn of_component(&self, address: &Address) -> Option<&String> {
        self.components.get(address).or(self.unknown.as_ref())
    }

    fn block(&self, run: &str) -> Block {
        Block::Leased {
            run: run.into(),
            driver: self.drivers.get(run).cloned(),
            idle: self.idle.get(run).copied().unwrap_or_default(),
        }
    }
}

/// What would happen, before providers were asked for previews.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    /// The draft, its entries observed.
    pub draft: Draft,
    /// What would happen to each entry.
    pub leanings: Vec<Leaning>,
}

/// What would happen to an entry, as far as this is known without a preview.
#[derive(Debug, Clone, PartialEq)]
pub enum Leaning {
    /// This, for certain.
    Settled {
        /// What.
        verdict: Verdict,
        /// Whether it has something to do that it may not do: then it holds what stands on it.
        stops: bool,
    },
    /// A change, if its provider and the rules allow it.
    Proposed(Proposed),
}

/// A change that is to be previewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// Level before; `None` when absent.
    pub from: Option<PatchLevel>,
    /// Level after; `None` takes it away.
    pub to: Option<PatchLevel>,
    /// How it stands to the record.
    pub cause: Cause,
    /// Whether what is there is not what was recorded, although its level is.
    pub altered: bool,
    /// What an abandoned run left undone there.
    pub owed: Option<Owed>,
    /// The run that put what something is owed of there, where taking it back brings the level of before.
    pub put_by: Option<String>,
    /// Whether the level goes down, or may.
    pub downgrade: bool,
}

impl Proposed {
    /// Whether a level is to be reached that is not there yet.
    fn reaches(&self) -> bool {
        self.to.is_some() && !self.catches_up()
    }

    /// Whether only what an abandoned run left undone is to be done, and nothing is patched.
    pub fn catches_up(&self) -> bool {
        self.cause == Cause::Owed && self.owed.as_ref().is_none_or(|owed| !owed.half)
    }
}

impl Changes {
    /// Indices of the entries to preview: those whose level changes and that are not held already. One that is taken away
    /// has no preview, because its level is given back rather than reached.
    pub fn to_preview(&self) -> Vec<usize> {
        let held = self.held();
        let previewed = |i: &usize| self.proposed(*i).is_some_and(Proposed::reaches) && held[*i].is_empty();
        (0..self.leanings.len()).filter(previewed).collect()
    }

    /// For each entry the direct dependencies that hold it, as far as this is known without a preview.
    pub fn held(&self) -> Vec<Vec<usize>> {
        holding::held(&self.draft.graph, |i| self.stops(i), |i| self.proposed(i).is_some())
    }

    /// The change proposed for an entry.
    pub fn proposed(&self, entry: usize) -> Option<&Proposed> {
        match &self.leanings[entry] {
            Leaning::Proposed(proposed) => Some(proposed),
            Leaning::Settled { .. } => None,
        }
    }

    fn stops(&self, entry: usize) -> bool {
        matches!(self.leanings[entry], Leaning::Settled { stops: true, .. })
    }
}

/// Compares what is wanted with what was read. `readings` go by the draft's entries; what was not read, or is
/// missing at the end, is [`Observed::NotRead`].
pub fn diff(mut draft: Draft, readings: Vec<Observed>, facts: &Facts) -> Changes {
    for (entry, observed) in draft.entries.iter_mut().zip(readings) {
        entry.observed = observed;
    }
    let claimed = claims_in_conflict(&draft.entries);
    let mut leanings = Vec::with_capacity(draft.entries.len());
    // Entries and records are both sorted by address: one walk finds each entry's record.
    let mut records = facts.state.records.iter().peekable();
    for (i, entry) in draft.entries.iter().enumerate() {
        while records.next_if(|(address, _)| **address < entry.address).is_some() {}
        let record =
            records.peek().filter(|(address, _)| **address == entry.address).map(|(_, record)| *record);
        leanings.push(lean(i, entry, record, &draft, facts, claimed.get(&i)));
    }
    Changes { draft, leanings }
}

fn lean(
    i: usize,
    entry: &Entry,
    record: Option<&Record>,
    draft: &Draft,
    facts: &Facts,
    claimed: Option<&(String, usize)>,
) -> Leaning {
    if !facts.focus.holds(i) {
        return settled(Verdict::Excluded);
    }
    let leaning = match (&draft.purpose, &draft.goals[i]) {
        (Purpose::RefreshOnly, Goal::Unmanaged) => settled(Verdict::NoChange { adopt: false }),
        (Purpose::RefreshOnly, _) => refresh(entry, record, draft),
        (_, Goal::Unmanaged) => match &entry.observed {
            // Forgotten, it would not be in the way of whatever is declared there instead.
            Observed::Unsettled { why } => settled(Verdict::Blocked(Block::NotRead(why.clone()))),
            _ => settled(Verdict::Forget),
        },
        (_, goal) => wish(entry, goal, record, draft, facts),
    };
    let leaning = match draft.unplaced.get(&i) {
        Some(why) if matches!(leaning, Leaning::Proposed(_)) => blocked(Block::Unplaced(why.clone())),
        _ => unless_held(leaning, entry, facts),
    };
    match claimed {
        Some((claim, by)) => {
            let stops = !matches!(leaning, Leaning::Settled { stops: false, .. });
            let block = Block::Claimed { claim: claim.clone(), by: *by };
            Leaning::Settled { verdict: Verdict::Blocked(block), stops }
        }
        None => leaning,
    }
}

/// A record that a run which has not ended may still write is left alone; and what stands in the middle of such a run
/// says nothing about the configuration: the run is what is in the way.
fn unless_held(leaning: Leaning, entry: &Entry, facts: &Facts) -> Leaning {
    let Some(run) = facts.leases.of_component(&entry.address) else { return leaning };
    let unsettled = matches!(entry.observed, Observed::Unsettled { .. });
    let stops = match &leaning {
        Leaning::Settled { verdict: Verdict::Blocked(Block::NotRead(_)), .. } if unsettled => true,
        Leaning::Settled { verdict: Verdict::NoChange { adopt: true } | Verdict::Forget, .. } => false,
        Leaning::Settled {
            verdict:
                Verdict::Blocked(
                    Block::Ahead | Block::UnknownOrder | Block::NotInstalled(_) | Block::Rejected { .. },
                ),
            ..
        } => true,
        _ => return leaning,
    };
    Leaning::Settled { verdict: Verdict::Blocked(facts.leases.block(run)), stops }
}

fn settled(verdict: Verdict) -> Leaning {
    Leaning::Settled { verdict, stops: false }
}

fn blocked(block: Block) -> Leaning {
    Leaning::Settled { verdict: Verdict::Blocked(block), stops: true }
}

/// `--refresh-only`: what was observed is recorded, and nothing else happens.
fn refresh(entry: &Entry, record: Option<&Record>, draft: &Draft) -> Leaning {
    match &entry.observed {
        Observed::NotRead => settled(Verdict::NoChange { adopt: false }),
        Observed::Unreachable { why } | Observed::Unsettled { why } => {
            settled(Verdict::Blocked(Block::NotRead(why.clone())))
        }
        Observed::Absent(_) => settled(Verdict::NoChange { adopt: record.is_some() }),
        Observed::Present { level, identity, .. } => {
            let level = levels::managed(level, entry.desired.as_ref());
            settled(Verdict::NoChange { adopt: differs(record, &level, identity, entry, draft) })
        }
    }
}

/// What would happen if nobody else wanted anything.
fn wish(entry: &Entry, goal: &Goal, record: Option<&Record>, draft: &Draft, facts: &Facts) -> Leaning {
    let unread = |why: &str| Verdict::Blocked(Block::NotRead(why.to_string()));
    // What an abandoned run left undone is no less to be done where nothing is read.
    let owed = facts.state.owed.get(&entry.address);
    let as_recorded = record.map(|r| &r.level) == goal.level() && owed.is_none();
    match &entry.observed {
        Observed::NotRead if as_recorded => settled(Verdict::NoChange { adopt: false }),
        Observed::NotRead => Leaning::Settled { verdict: unread("it was not read"), stops: true },
        Observed::Unreachable { why } => Leaning::Settled { verdict: unread(why), stops: !as_recorded },
        // Whatever the record says, somebody is at work there.
        Observed::Unsettled { why } => blocked(Block::NotRead(why.clone())),
        Observed::Absent(_) => match goal {
            Goal::Level(level) if entry.lifecycle.install => propose(entry, Some(level), false, draft, facts),
            Goal::Level(_) => blocked(Block::NotInstalled(Vec::new())),
            Goal::Absent | Goal::Unmanaged => match owed {
                Some(owed) => catch_up(entry, None, owed, record, facts),
                None => settled(Verdict::NoChange { adopt: record.is_some() }),
            },
        },
        Observed::Present { level: observed, identity, .. } => match goal {
            Goal::Level(level) => reach(entry, observed, level, identity, record, draft, facts),
            Goal::Absent | Goal::Unmanaged => propose(entry, None, true, draft, facts),
        },
    }
}

/// A component that is there, and its wanted level.
fn reach(
    entry: &Entry,
    observed: &PatchLevel,
    level: &PatchLevel,
    identity: &Identity,
    record: Option<&Record>,
    draft: &Draft,
    facts: &Facts,
) -> Leaning {
    let difference = levels::difference(&entry.address.kind, observed, level, facts.compare);
    if difference.missing.is_empty() && difference.direction == Direction::Same {
        // It stands at a level that failed and was never taken back: that is not where it should be.
        if let Some(rejected) = facts.state.rejection(&entry.address, level)
            && record.is_none_or(|r| r.level != *level)
        {
            return blocked(Block::Rejected { run: rejected.run.clone(), reason: rejected.reason.clone() });
        }
        return match facts.state.owed.get(&entry.address) {
            Some(owed) => catch_up(entry, Some(level), owed, record, facts),
            None => settled(Verdict::NoChange { adopt: differs(record, level, identity, entry, draft) }),
        };
    }
    if !difference.missing.is_empty() && !entry.lifecycle.install {
        return blocked(Block::NotInstalled(difference.missing));
    }
    let downgrade = matches!(difference.direction, Direction::Down | Direction::Unknown);
    if downgrade && !entry.lifecycle.allow_downgrade {
        return blocked(match difference.direction {
            Direction::Down => Block::Ahead,
            _ => Block::UnknownOrder,
        });
    }
    propose(entry, Some(level), downgrade, draft, facts)
}

/// What an abandoned run left undone at a component that stands at its level, or is gone as it should be. Where that may be
/// half of it, the level says nothing: it is patched again.
fn catch_up(
    entry: &Entry,
    level: Option<&PatchLevel>,
    owed: &Owed,
    record: Option<&Record>,
    facts: &Facts,
) -> Leaning {
    if let Some(run) = facts.leases.on(&entry.address, entry.observed.identity()) {
        return blocked(facts.leases.block(run));
    }
    let (from, to) = (level.cloned(), level.cloned());
    let recorded = level.is_some() && record.map(|record| &record.level) == level;
    Leaning::Proposed(Proposed {
        from,
        to,
        cause: Cause::Owed,
        altered: owed.half && recorded && altered(entry, record, level),
        owed: Some(entry.observed.owes(owed)),
        put_by: put_by(entry, Some(owed), level, facts),
        downgrade: false,
    })
}

/// A change, unless its level was rolled back before or somebody else is at work there.
fn propose(entry: &Entry, to: Option<&PatchLevel>, downgrade: bool, draft: &Draft, facts: &Facts) -> Leaning {
    let rejection = to.and_then(|level| facts.state.rejection(&entry.address, level));
    let holds = |rejected: &&Rejected| match &draft.purpose {
        Purpose::Apply | Purpose::RefreshOnly => true,
        // Who takes the run back that gave it up wants it again.
        Purpose::Rollback { of } => rejected.run != *of,
        // A snapshot is named by who wants what it holds.
        Purpose::Restore { .. } => false,
    };
    if let Some(rejected) = rejection.filter(holds) {
        return blocked(Block::Rejected { run: rejected.run.clone(), reason: rejected.reason.clone() });
    }
    if let Some(run) = facts.leases.on(&entry.address, entry.observed.identity()) {
        return blocked(facts.leases.block(run));
    }
    let from = entry.observed.level().cloned();
    let owed = facts.state.owed.get(&entry.address).map(|owed| entry.observed.owes(owed));
    let record = facts.state.records.get(&entry.address);
    let cause = cause(entry, record, to, draft);
    let altered = cause == Cause::Change && altered(entry, record, to);
    let put_by = put_by(entry, owed.as_ref(), from.as_ref(), facts);
    Leaning::Proposed(Proposed { cause, from, to: to.cloned(), altered, owed, put_by, downgrade })
}

fn put_by(entry: &Entry, owed: Option<&Owed>, level: Option<&PatchLevel>, facts: &Facts) -> Option<String> {
    facts.state.put_by(&entry.address, owed?, level).map(|run| run.id.clone())
}

fn cause(entry: &Entry, record: Option<&Record>, to: Option<&PatchLevel>, draft: &Draft) -> Cause {
    match (&entry.recorded, entry.observed.level()) {
        (None, None) => Cause::Install,
        (None, Some(_)) => Cause::Unrecorded,
        (Some(recorded), observed) if levels::drifted(recorded, observed, to) => {
            let is_elsewhere = record.is_some_and(|record| elsewhere(record, entry, draft));
            if is_elsewhere { Cause::Elsewhere } else { Cause::Drift }
        }
        (Some(_), _) => Cause::Change,
    }
}

/// Whether what was read is not the place that was recorded: what somebody changed there is not seen from here. A claim in
/// common is the same place, of which the configuration manages more or less now.
fn elsewhere(record: &Record, entry: &Entry, draft: &Draft) -> bool {
    let is_other = |now: &Identity| {
        let claims = &record.claims;
        let apart = !claims.is_empty() && !claims.iter().any(|claim| now.claims.contains(claim));
        record.target != now.target || (apart && !now.claims.is_empty())
    };
    entry.observed.identity().is_some_and(is_other) || by_another_provider(record, entry, draft)
}

fn by_another_provider(record: &Record, entry: &Entry, draft: &Draft) -> bool {
    let provider = draft.providers.get(entry.provider);
    provider.is_some_and(|now| now.name != record.provider || now.alias != record.alias)
}

/// Whether what is there is not what was recorded, while the level still is: nobody would know before it is overwritten. Only
/// what was recorded and is wanted of the same parts, on the same target, can be compared: a digest is of what is managed.
fn altered(entry: &Entry, record: Option<&Record>, to: Option<&PatchLevel>) -> bool {
    let (Some(record), Some(now)) = (record, entry.observed.identity()) else { return false };
    let same_parts = match (&record.level, to) {
        (PatchLevel::Map(recorded), Some(PatchLevel::Map(wanted))) => recorded.keys().eq(wanted.keys()),
        (PatchLevel::Map(_), Some(_)) => false,
        _ => true,
    };
    same_parts && record.target == now.target && record.claims == now.claims && record.digest != now.digest
}

/// Whether the record says anything else than what is there now.
fn differs(
    record: Option<&Record>,
    level: &PatchLevel,
    now: &Identity,
    entry: &Entry,
    draft: &Draft,
) -> bool {
    record.is_none_or(|r| {
        r.level != *level
            || r.digest != now.digest
            || r.target != now.target
            || r.claims != now.claims
            || by_another_provider(r, entry, draft)
    })
}

/// Entries that claim what another entry claims on the same target: what, and the first other one.
fn claims_in_conflict(entries: &[Entry]) -> BTreeMap<usize, (String, usize)> {
    let mut owners: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut conflicts = BTreeMap::new();
    for (i, entry) in entries.iter().enumerate() {
        let Some(identity) = entry.observed.identity() else { continue };
        for claim in &identity.claims {
            let first = *owners.entry((&identity.target, claim)).or_insert(i);
            if first != i {
                conflicts.entry(i).or_insert((claim.clone(), first));
                conflicts.entry(first).or_insert((claim.clone(), i));
            }
        }
    }
    conflicts
}

#[cfg(test)]
mod tests;
