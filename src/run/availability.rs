//! What stays up while a run goes on: so many members of each service are available at every moment (page 2.1). Kept up by
//! the fold; `decide` lets nobody begin whose service could not spare it.

use super::fold::Run;
use super::planted::Defect;
use super::standing::{Hold, Phase, Skip};
use super::work;
use std::collections::BTreeSet;

/// How services stand.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Availability {
    /// Members that are not available, by service.
    away: Vec<BTreeSet<usize>>,
    /// Services of which a member came to stand elsewhere by the event at hand.
    moved: BTreeSet<usize>,
}

impl Availability {
    /// So many services, everything up; each is still to be asked whether it can spare anybody at all.
    pub(super) fn new(services: usize) -> Availability {
        Availability { away: vec![BTreeSet::new(); services], moved: (0..services).collect() }
    }
}

impl Run {
    /// Whether component `i` serves: settled well, or watched, and not found ill. What is being worked on does not, nor what
    /// failed and could not be restored.
    fn is_available(&self, i: usize) -> bool {
        let (node, c) = (&self.shape.nodes[i], &self.components[i]);
        match &c.phase {
            Phase::Committed => true,
            Phase::Forward => c.is_watched(node),
            Phase::Skipped(Skip::Ill(_)) | Phase::Stuck(_) => false,
            phase if phase.unsettled() => false,
            _ => node.serves,
        }
    }

    /// Notes whether component `i` is available now.
    pub(super) fn account(&mut self, i: usize) {
        if self.shape.nodes[i].services.is_empty() {
            return;
        }
        let available = self.is_available(i);
        for service in &self.shape.clone().nodes[i].services {
            work::step();
            let away = &mut self.availability.away[*service];
            let came_back = available && away.remove(&i);
            if !available {
                away.insert(i);
            }
            // Who is away for good now was so for a while before.
            if came_back || !available {
                self.availability.moved.insert(*service);
            }
        }
    }

    /// How many members of a service (by its index) are not available now, whatever the reason.
    pub fn away(&self, service: usize) -> usize {
        self.availability.away.get(service).map_or(0, BTreeSet::len)
    }

    /// Which members of the services of component `i`, beside it, are not available now.
    pub fn away_beside(&self, i: usize) -> BTreeSet<usize> {
        let services = self.shape.nodes.get(i).map_or(&[][..], |node| &node.services);
        let away = services.iter().flat_map(|service| &self.availability.away[*service]);
        away.copied().filter(|member| *member != i).collect()
    }

    /// How many members more a service can spare.
    pub fn room(&self, service: usize) -> u64 {
        let Some(shape) = self.shape.services.get(service) else { return 0 };
        (shape.members.len() as u64).saturating_sub(self.away(service) as u64).saturating_sub(shape.least)
    }

    /// Whether component `i`, which has not begun, serves now and would not while it is worked on.
    pub(super) fn is_needed(&self, i: usize, service: usize) -> bool {
        !self.availability.away[service].contains(&i) && !self.planted(Defect::AvailabilityIsIgnored)
    }

    /// Holds the members of services that can spare none, now and for the rest of the run: nobody is at work there who would
    /// be available again.
    pub(super) fn keep_available(&mut self) {
        let shape = self.shape.clone();
        while let Some(service) = self.availability.moved.pop_first() {
            if self.room(service) > 0 || self.planted(Defect::AvailabilityIsIgnored) {
                continue;
            }
            let away = &self.availability.away[service];
            let returns = |i: &usize| {
                let phase = &self.components[*i].phase;
                phase.unsettled() || phase.before_start()
            };
            if away.iter().any(returns) {
                continue;
            }
            let by = away.first().copied();
            for i in &shape.services[service].members {
                // Where nobody is away it can spare none by its own rule.
                self.hold(&[*i], by.unwrap_or(*i), Hold::Service(service));
            }
        }
    }
}
