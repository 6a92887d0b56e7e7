//! What stays up while a run goes on: so many members of each service are available at every moment (page 2.1). Kept up by
//! the fold; `decide` lets nobody begin whose service could not spare it.

use super::damage::Damage;
use super::fold::Run;
use super::planted::Defect;
use super::rules::Rules;
use super::standing::{Hold, Phase, Skip};
use super::work;
use crate::config::checked::Service;
use std::collections::{BTreeMap, BTreeSet};

/// How services stand.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Availability {
    /// Members that are not available, by service.
    away: Vec<BTreeSet<usize>>,
    /// Members that were found ill at the gate of another one, with what is ill.
    ill: BTreeMap<usize, String>,
    /// Services of which a member came to stand elsewhere by the event at hand.
    moved: BTreeSet<usize>,
}

impl Availability {
    /// So many services, everything up; each is still to be asked whether it can spare anybody at all.
    pub(super) fn new(services: usize) -> Availability {
        Availability {
            away: vec![BTreeSet::new(); services],
            ill: BTreeMap::new(),
            moved: (0..services).collect(),
        }
    }
}

impl Run {
    /// Whether component `i` serves: settled well, or watched, and not found ill.
    fn is_available(&self, i: usize) -> bool {
        self.stands_well(i) && self.ailing(i).is_none()
    }

    /// Whether nothing that the run did there keeps component `i` from serving. What is being worked on does not, nor what
    /// failed and could not be restored.
    fn stands_well(&self, i: usize) -> bool {
        let (node, c) = (&self.shape.nodes[i], &self.components[i]);
        match &c.phase {
            Phase::Committed => !node.idle,
            Phase::Forward => c.is_watched(node) && !node.idle,
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

    /// What is ill of component `i`, as it was told at the gate of another member of its services.
    pub fn ailing(&self, i: usize) -> Option<&str> {
        self.availability.ill.get(&i).map(String::as_str)
    }

    /// Whether it is news that component `i` is ill, or well. What is worked on is judged by its own steps.
    pub fn is_news(&self, i: usize, ill: bool) -> bool {
        i < self.components.len() && self.stands_well(i) && self.ailing(i).is_some() != ill
    }

    /// A member of a service was asked how it is. What is worked on meanwhile is judged by its own steps.
    pub(super) fn asked_how_it_is(&mut self, i: usize, ill: Option<&str>) -> Result<(), Damage> {
        if i >= self.components.len() {
            return Err(Damage::NoSuchComponent { component: i });
        }
        match ill {
            Some(why) if self.stands_well(i) => drop(self.availability.ill.insert(i, why.into())),
            Some(_) => {}
            None => self.found_well(i),
        }
        self.account(i);
        Ok(())
    }

    /// Component `i` was found well, by whatever was asked.
    pub(super) fn found_well(&mut self, i: usize) {
        self.availability.ill.remove(&i);
    }

    /// The others of the services of component `i` on whom these rest while it is worked on.
    pub(super) fn others_of_services(&self, i: usize) -> BTreeSet<usize> {
        let services = self.shape.nodes[i].services.iter().map(|service| &self.shape.services[*service]);
        let members = services.filter(|service| service.least > 0).flat_map(|service| &service.members);
        members.copied().filter(|m| *m != i && self.stands_well(*m)).collect()
    }

    /// A service that cannot spare component `i`, which is at its gate, any more: others are away since it came there.
    pub(super) fn missed_by(&self, i: usize) -> Option<usize> {
        let short = |service: &&usize| {
            let shape = &self.shape.services[**service];
            shape.members.len() as u64 - (self.away(**service) as u64) < shape.least
        };
        let node = &self.shape.nodes[i];
        // Who serves nobody anyhow is not missed.
        let serves = node.serves && self.ailing(i).is_none();
        let counts = serves && self.rules >= Rules::Sixth && !self.planted(Defect::MissedGoesOn);
        node.services.iter().filter(|_| counts).find(short).copied()
    }

    /// Component `i` leaves its gate, and waits until its service can spare it. What has its traffic away gets that back, and is
    /// left alone.
    pub(super) fn stands_back(&mut self, i: usize, service: usize) {
        let c = &mut self.components[i];
        if c.phase == Phase::Forward && !c.touched() {
            c.step_back(c.forth);
            self.enter(i, Phase::Ready);
            self.clean(i);
            self.waits_again(i);
            return self.queue_forth(i);
        }
        let Service { least, .. } = self.shape.services[service];
        let why =
            format!("{} keeps {least} of its members available", self.shape.services[service].address());
        self.stay_away(i, Skip::Gate(why.clone()), &why);
    }

    /// A controller takes the run: who was ill before is asked anew.
    pub(super) fn forget_who_was_ill(&mut self) {
        for i in std::mem::take(&mut self.availability.ill).into_keys() {
            self.account(i);
        }
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
            if away.iter().any(|i| self.returns(*i)) {
                continue;
            }
            let by = away.first().copied();
            for i in &shape.services[service].members {
                // Where nobody is away it can spare none by its own rule.
                self.hold(&[*i], by.unwrap_or(*i), Hold::Service(service));
            }
        }
    }

    /// Whether component `i`, which is away, may be available again in this run: it is worked on, or will be. Who was found ill
    /// behind the plan counts only where nothing that waits for it is in its way.
    fn returns(&self, i: usize) -> bool {
        let phase = &self.components[i].phase;
        let next = |t: usize| self.targets[t].offered_forth == Some(i);
        let begins = || *phase == Phase::Ready && self.shape.nodes[i].target.is_none_or(next);
        phase.unsettled() || if self.ailing(i).is_some() { begins() } else { phase.before_start() }
    }
}
