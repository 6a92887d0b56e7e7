//! What stays up while a run goes on: so many members of each service are available at every moment (page 2.1). Kept up by
//! the fold; `decide` lets nobody begin whose service could not spare it.

use super::damage::Damage;
use super::event::Leg;
use super::fold::Run;
use super::planted::Defect;
use super::rules::Rules;
use super::standing::{Hold, Phase, Skip};
use super::work;
use crate::plan::noun::Step;
use patchform_sdk::message::{Done, Verdict};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// So often a member that was found ill is asked again before others are held for that, or it begins itself; and so long after each
/// other: what was only started anew is well again by then.
const ASKED_AGAIN: u32 = 12;
pub(super) const BEFORE_ASKING: Duration = Duration::from_secs(5);

/// What is ill of a member.
#[derive(Debug, Clone, PartialEq)]
struct Illness {
    why: String,
    /// How often it was asked again since.
    asked: u32,
}

impl Illness {
    fn of(why: &str) -> Illness {
        Illness { why: why.into(), asked: 0 }
    }
}

/// How services stand.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Availability {
    /// Members that are not available, by service.
    away: Vec<BTreeSet<usize>>,
    /// Those of them that are to go back and serve until that begins, by service.
    until_back: Vec<BTreeSet<usize>>,
    /// Those of them that are being worked on, by service.
    at_work: Vec<BTreeSet<usize>>,
    /// Members that were found ill at the gate of another one.
    ill: BTreeMap<usize, Illness>,
    /// Members that the plan found ill, and that were well when they were measured.
    recovered: BTreeSet<usize>,
    /// Services of which a member came to stand elsewhere by the event at hand.
    moved: BTreeSet<usize>,
}

/// Members that begin to go back in one turn, by service.
#[derive(Default)]
pub(super) struct Leaving(BTreeMap<usize, Left>);

/// So many of a service.
#[derive(Default, Clone, Copy)]
struct Left {
    begun: u64,
    /// Those of them that served until then.
    serving: u64,
}

impl Availability {
    /// So many services, everything up; each is still to be asked whether it can spare anybody at all.
    pub(super) fn new(services: usize) -> Availability {
        Availability {
            away: vec![BTreeSet::new(); services],
            until_back: vec![BTreeSet::new(); services],
            at_work: vec![BTreeSet::new(); services],
            ill: BTreeMap::new(),
            recovered: BTreeSet::new(),
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
            _ => self.serves(i),
        }
    }

    /// Notes whether component `i` is available now.
    pub(super) fn account(&mut self, i: usize) {
        if self.shape.nodes[i].services.is_empty() {
            return;
        }
        let available = self.is_available(i);
        let until_back = self.serves_until_back(i);
        let at_work = !available && self.components[i].phase.active();
        for service in &self.shape.clone().nodes[i].services {
            work::step();
            put_or_drop(&mut self.availability.until_back[*service], i, until_back);
            put_or_drop(&mut self.availability.at_work[*service], i, at_work);
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

    /// Whether component `i` is to go back, and stands verified at its planned level, with its traffic: it serves until its way back
    /// begins.
    pub(super) fn serves_until_back(&self, i: usize) -> bool {
        let (node, c) = (&self.shape.nodes[i], &self.components[i]);
        let left = node.forth.get(c.forth..).unwrap_or_default();
        let was_released = left.iter().all(|p| matches!(p.action, Step::Soak | Step::Commit));
        let begun = c.leg == Leg::Forth || c.highest > 0;
        let well = c.failure.is_none() && !c.differs && !c.astray && !c.by_hand && !c.is_away();
        c.phase == Phase::Returning
            && was_released
            && !begun
            && well
            && !node.idle
            && self.ailing(i).is_none()
    }

    /// Whether component `i`, which is ready to go back, may begin with that beside those that leave in this turn. Who serves until
    /// then waits for its services; not where nobody is at work there whose end would change anything.
    pub(super) fn may_go_back(&self, i: usize, leaving: &Leaving) -> bool {
        let services = &self.shape.nodes[i].services;
        if !self.serves_until_back(i) || self.planted(Defect::WhoGoesBackIsNotMissed) {
            return true;
        }
        services.iter().all(|service| {
            work::step();
            let left = leaving.0.get(service).copied().unwrap_or_default();
            let of = |members: &[BTreeSet<usize>]| members[*service].len() as u64;
            let all = self.shape.services[*service].members.len() as u64;
            let serve = all + of(&self.availability.until_back) - of(&self.availability.away) - left.serving;
            serve > self.shape.services[*service].least
                || (of(&self.availability.at_work) == 0 && left.begun == 0)
        })
    }

    /// Component `i` begins to go back in this turn.
    pub(super) fn goes_back(&self, i: usize, leaving: &mut Leaving) {
        let serving = u64::from(self.serves_until_back(i));
        for service in &self.shape.nodes[i].services {
            let left = leaving.0.entry(*service).or_default();
            *left = Left { begun: left.begun + 1, serving: left.serving + serving };
        }
    }

    /// How many members of a service (by its index) are not available now, whatever the reason.
    pub fn away(&self, service: usize) -> usize {
        self.availability.away.get(service).map_or(0, BTreeSet::len)
    }

    /// Whether component `i` serves where the run does nothing to it: as the plan found it, unless that is over.
    fn serves(&self, i: usize) -> bool {
        self.shape.nodes[i].serves || self.availability.recovered.contains(&i)
    }

    /// What is ill of component `i`, as it was told at the gate of another member of its services.
    pub fn ailing(&self, i: usize) -> Option<&str> {
        self.availability.ill.get(&i).map(|illness| illness.why.as_str())
    }

    /// Whether component `i` is ill, and may be well again soon: it is asked again, others are not held for it yet, nor does it begin
    /// itself.
    pub(super) fn may_be_well_again(&self, i: usize) -> bool {
        let illness = self.availability.ill.get(&i).filter(|_| self.rules >= Rules::Seventh);
        illness.is_some_and(|illness| illness.asked < ASKED_AGAIN) && self.stands_well(i)
    }

    /// Whether what component `i` answers, which was ill and asked again, counts: it is news, or it is ill once more.
    pub fn counts_again(&self, i: usize, ill: bool) -> bool {
        self.is_news(i, ill) || (ill && self.may_be_well_again(i))
    }

    /// Members of a service that are ill, and are asked again since somebody waits for the service.
    pub(super) fn to_be_asked(&self, service: usize) -> impl Iterator<Item = usize> {
        let ill = self.availability.away[service].iter().filter(|i| self.ailing(**i).is_some());
        let ill = ill.filter(|i| self.rules >= Rules::Seventh && self.stands_well(**i));
        // What is watched is asked by its own soak.
        ill.filter(|i| self.components[**i].phase != Phase::Forward).copied()
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
            Some(why) if self.stands_well(i) => {
                let illness = self.availability.ill.entry(i);
                illness.and_modify(|illness| illness.asked += 1).or_insert_with(|| Illness::of(why));
            }
            Some(_) => {}
            None => drop(self.availability.ill.remove(&i)),
        }
        self.account(i);
        Ok(())
    }

    /// Component `i` was measured or verified, and is well as far as that decides. What was ill before its patch may be so after it:
    /// then it serves nobody, though nothing has failed.
    pub(super) fn asked_itself(&mut self, i: usize, step: Step, done: &Done) {
        let well = matches!(done.verdict, None | Some(Verdict::Healthy));
        if self.rules < Rules::Sixth || !well || !matches!(step, Step::Measure | Step::Verify) {
            return;
        }
        let node = &self.shape.nodes[i];
        let lasting =
            done.ailments.iter().find(|ailment| ailment.ill && !node.wanted.contains(&ailment.check));
        match lasting {
            Some(ailment) => drop(self.availability.ill.insert(i, Illness::of(&ailment.why))),
            None => {
                self.availability.ill.remove(&i);
                if step == Step::Measure && !node.serves && !node.idle {
                    self.availability.recovered.insert(i);
                }
            }
        }
    }

    /// The others of the services of component `i` on whom these rest while it is worked on.
    pub(super) fn others_of_services(&self, i: usize) -> BTreeSet<usize> {
        let services = self.shape.nodes[i].services.iter().map(|service| &self.shape.services[*service]);
        let members = services.filter(|service| service.least > 0).flat_map(|service| &service.members);
        members.copied().filter(|m| *m != i && self.stands_well(*m)).collect()
    }

    /// A service that cannot spare component `i`, which is at its gate or was just measured: others are away since it began, or it
    /// serves, and did not when it began.
    pub(super) fn missed_by(&self, i: usize) -> Option<usize> {
        // Of those that are out already one goes on, where others that were sent away have their traffic given back.
        let is_out = self.components[i].is_away();
        let away = |m: &&usize| !is_out || self.components[**m].stays_away.is_none();
        let short = |service: &&usize| {
            let shape = &self.shape.services[**service];
            let away = self.availability.away[**service].iter().filter(away).count();
            ((shape.members.len() - away) as u64) < shape.least
        };
        // Who serves nobody anyhow is not missed.
        let serves = self.serves(i) && self.ailing(i).is_none();
        let counts = serves && self.rules >= Rules::Sixth && !self.planted(Defect::MissedGoesOn);
        self.shape.nodes[i].services.iter().filter(|_| counts).find(short).copied()
    }

    /// Component `i` begins anew at its gate, and waits there until its service can spare it. What has its traffic away gets
    /// that back, and is left alone.
    pub(super) fn stands_back(&mut self, i: usize, service: usize) {
        let c = &mut self.components[i];
        if c.phase == Phase::Forward && !c.touched() {
            c.step_back(0);
            self.enter(i, Phase::Ready);
            self.clean(i);
            self.waits_again(i);
            return self.queue_forth(i);
        }
        let service = &self.shape.services[service];
        let why = format!("{} keeps {} of its members available", service.address(), service.least);
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

    /// A service of component `i`, which has not begun, that cannot spare it; `room`: how many more each can spare.
    pub(super) fn needed_by(&self, i: usize, room: impl Fn(usize) -> u64) -> Option<usize> {
        let mut services = self.shape.nodes[i].services.iter().copied();
        services.find(|service| self.is_needed(i, *service) && room(*service) == 0)
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
                phase.unsettled() || phase.before_start() || self.may_be_well_again(*i)
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

    /// Holds what waits for its services while nobody is at work and nobody else can begin: nothing would ever change that.
    pub(super) fn end_waiting(&mut self) {
        while let Some((i, service)) = self.waits_for_itself() {
            let by = self.availability.away[service].first().copied();
            self.hold(&[i], by.unwrap_or(i), Hold::Service(service));
            self.keep_available();
            self.pace();
        }
    }

    /// The first component that could begin, with the service that cannot spare it, where that is so of all that could, nobody is at
    /// work, and who is ill was asked often enough.
    fn waits_for_itself(&self) -> Option<(usize, usize)> {
        if self.at_work > 0 || self.rules < Rules::Sixth || self.token == 0 {
            return None;
        }
        let mut first = None;
        for i in self.queues.forth.values().flatten() {
            work::step();
            let service = self.needed_by(*i, |service| self.room(service))?;
            if self.availability.away[service].iter().any(|i| self.may_be_well_again(*i)) {
                return None;
            }
            first = first.or(Some((*i, service)));
        }
        first
    }
}

fn put_or_drop(members: &mut BTreeSet<usize>, i: usize, is_one: bool) {
    if is_one {
        members.insert(i);
    } else {
        members.remove(&i);
    }
}
