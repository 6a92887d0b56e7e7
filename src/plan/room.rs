//! Whether a plan leaves every service enough members: what it would work on at once, at most, against what the service can
//! spare now. A plan that does not is refused, with the smallest change that would make it fit.

use super::noun::{Entry, Observed, Plan, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// A service that a plan would take too much of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Index into [`Plan::services`].
    pub service: usize,
    /// Members that are not available now.
    pub away: Vec<usize>,
    /// How many more it can spare.
    pub room: u64,
    /// How many members the plan works on at once, at most, by rollout; those under which it works on any.
    pub at_once: BTreeMap<usize, u64>,
}

/// The services of which a plan would take too much. Only going forth is asked: who takes a run back wants that done.
pub fn breaches(plan: &Plan) -> Vec<Breach> {
    let found = plan.services.iter().enumerate().filter_map(|(k, service)| {
        let members = || service.members.iter().filter_map(|i| Some((*i, plan.entries.get(*i)?)));
        let away: Vec<usize> = members().filter(|(_, e)| !serves(e)).map(|(i, _)| i).collect();
        let room = (service.members.len() - away.len()) as u64;
        let room = room.saturating_sub(service.least);
        let taken = members().filter(|(_, e)| serves(e) && matches!(e.verdict, Verdict::Change(_)));
        let at_once = at_once(plan, taken.map(|(_, e)| e));
        let sum = at_once.values().fold(0u64, |sum, n| sum.saturating_add(*n));
        (sum > room).then_some(Breach { service: k, away, room, at_once })
    });
    found.collect()
}

/// Whether a component serves before the run. What was not read is taken to.
pub fn serves(entry: &Entry) -> bool {
    why_away(entry).is_none()
}

/// Why a component does not serve before the run; `None` where it does.
pub fn why_away(entry: &Entry) -> Option<&str> {
    match &entry.observed {
        Observed::Present { .. } | Observed::NotRead => entry.ill.as_deref(),
        Observed::Absent(_) => Some("it is not there"),
        Observed::Unreachable { why } | Observed::Unsettled { why } => Some(why),
    }
}

/// How many of `entries` are worked on at once, at most, by rollout: no more than its limit, its zones and its waves allow.
pub(super) fn at_once<'a>(plan: &Plan, entries: impl Iterator<Item = &'a Entry>) -> BTreeMap<usize, u64> {
    let mut waves: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    let mut zones: BTreeMap<(usize, Option<&str>), u64> = BTreeMap::new();
    let mut rollouts = BTreeSet::new();
    for entry in entries {
        rollouts.insert(entry.rollout);
        *waves.entry((entry.rollout, entry.wave)).or_default() += 1;
        *zones.entry((entry.rollout, entry.zone.as_deref())).or_default() += 1;
    }
    let most = |rollout: usize| {
        let limit = plan.rollouts.get(rollout)?;
        // Waves of one chain are never worked on together: of each chain the widest counts.
        let mut chains: BTreeMap<usize, u64> = BTreeMap::new();
        for ((_, wave), n) in waves.range((rollout, 0)..=(rollout, usize::MAX)) {
            let widest = chains.entry(head(plan, *wave)).or_default();
            *widest = (*widest).max(*n);
        }
        let of = zones.iter().filter(|((r, _), _)| *r == rollout);
        let (mut zoned, mut others) = (Vec::new(), 0u64);
        for ((_, zone), n) in of {
            match zone {
                Some(_) => zoned.push((*n).min(limit.pace.max_per_zone)),
                None => others = others.saturating_add(*n),
            }
        }
        // Those zones at once of which most may be worked on.
        zoned.sort_unstable_by(|a, b| b.cmp(a));
        let open =
            limit.pace.max_zones.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
        let in_zones = zoned.iter().take(open).fold(others, |sum, n| sum.saturating_add(*n));
        let most = limit.max_parallel.min(chains.values().sum()).min(in_zones);
        Some((rollout, most))
    };
    rollouts.into_iter().filter_map(most).collect()
}

/// The first wave of those that follow each other to this one.
pub fn head(plan: &Plan, wave: usize) -> usize {
    let before = |wave: &usize| plan.waves.get(*wave)?.after.filter(|after| after < wave);
    std::iter::successors(Some(wave), before).last().unwrap_or(wave)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::checked::Service;
    use crate::plan::noun::Wave;
    use crate::plan::samples;

    /// Five members of which all but one stay available, under `max_parallel`.
    fn plan(max_parallel: u64) -> Plan {
        let mut plan = samples::fleet(5, false);
        plan.rollouts[0].max_parallel = max_parallel;
        plan.services =
            vec![Service { name: "shop".into(), members: (0..5).collect(), least: 4, ..Service::default() }];
        plan
    }

    fn sum(plan: &Plan) -> u64 {
        breaches(plan).first().map_or(0, |breach| breach.at_once.values().sum())
    }

    #[test]
    fn limits_zones_and_waves_are_what_bounds_it() {
        assert_eq!((sum(&plan(1)), sum(&plan(3)), sum(&plan(10))), (0, 3, 5));
        let mut zoned = plan(10);
        zoned.entries.iter_mut().for_each(|e| e.zone = Some("a".into()));
        assert_eq!(sum(&zoned), 0);
        let mut racks = plan(10);
        racks.rollouts[0].pace.max_per_zone = 2;
        for (entry, zone) in racks.entries.iter_mut().zip(["a", "a", "a", "b", ""]) {
            entry.zone = Some(zone.to_string()).filter(|zone| !zone.is_empty());
        }
        assert_eq!(sum(&racks), 4);
        racks.rollouts[0].pace.max_zones = Some(1);
        assert_eq!(sum(&racks), 3);
        let mut waved = plan(10);
        waved.waves = vec![Wave::default(), Wave { after: Some(0), canary: false }];
        waved.entries.iter_mut().skip(2).for_each(|e| e.wave = 1);
        assert_eq!(sum(&waved), 3);
        waved.waves[1].after = None;
        assert_eq!(sum(&waved), 5);
    }

    #[test]
    fn who_is_away_leaves_less_room_and_may_be_worked_on() {
        let mut plan = plan(1);
        plan.entries[2].observed = Observed::Unreachable { why: "no route".into() };
        let breach = &breaches(&plan)[0];
        assert_eq!((&breach.away[..], breach.room), (&[2][..], 0));
        plan.entries[2].observed = plan.entries[1].observed.clone();
        assert_eq!(breaches(&plan), []);
        plan.entries[2].ill = Some("check \"well\": 503".into());
        assert_eq!(breaches(&plan)[0].away, [2]);
        plan.entries.iter_mut().for_each(|e| e.verdict = Verdict::NoChange { adopt: false });
        assert_eq!(breaches(&plan), []);
    }
}
