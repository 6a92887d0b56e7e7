//! How long components, and the services that they make up, are expected not to serve while a plan is carried out.

use super::noun::{Change, Plan, Step};
use super::room::{at_once, serves};
use crate::calendar::Interval;
use crate::config::checked::{Promise, Service};
use std::time::Duration;

/// From its patch until it is verified: what comes before does not disturb it, and while it is watched it serves. From its
/// drain or block on, where it has one. Where it took longer before, this does, too.
pub fn downtime(change: &Change) -> Duration {
    let away = change.forth.iter().skip_while(|p| !leaves(p.action));
    let away = away.take_while(|p| !matches!(p.action, Step::Soak | Step::Commit));
    change.learned(away.map(|p| p.expected).fold(Duration::ZERO, Duration::saturating_add))
}

/// Whether a component does not serve from a step on.
pub fn leaves(step: Step) -> bool {
    matches!(step, Step::Drain | Step::Block | Step::Patch | Step::Uninstall | Step::Restore)
}

/// How long a plan takes a service down, at most: so many of its members have to be away at once for that, and that cannot be
/// for longer than all of them are away together, divided by their number.
pub fn of_service(plan: &Plan, service: &Service) -> Duration {
    let serving = || service.members.iter().filter(|i| plan.entries.get(**i).is_some_and(serves));
    let taken = || serving().filter(|i| plan.change(**i).is_some());
    let needed = (serving().count() as u64).saturating_sub(service.floor()).saturating_add(1);
    let at_once = at_once(plan, taken().filter_map(|i| plan.entries.get(*i)));
    if at_once.values().fold(0u64, |sum, n| sum.saturating_add(*n)) < needed {
        return Duration::ZERO;
    }
    let away = taken().filter_map(|i| plan.change(*i)).map(downtime);
    away.fold(Duration::ZERO, Duration::saturating_add) / u32::try_from(needed).unwrap_or(u32::MAX)
}

/// A promise in the month in which a plan is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook<'a> {
    /// What is promised, and what is spent of it.
    pub promise: &'a Promise,
    /// The month.
    pub month: Interval,
    /// As people call it: `November 2026`.
    pub name: String,
    /// How long the service may be down in it.
    pub budget: Duration,
    /// How long the plan takes it down, at most.
    pub expected: Duration,
}

impl<'a> Outlook<'a> {
    /// Of a service; `None` where it promises nothing.
    pub fn of(plan: &Plan, service: &'a Service) -> Option<Outlook<'a>> {
        let promise = service.promise.as_ref()?;
        let (month, name) = promise.zone.month(plan.made)?;
        let budget = promise.availability.leaves(month.length());
        Some(Outlook { promise, month, name, budget, expected: of_service(plan, service) })
    }

    /// Whether the plan takes no more than is left.
    pub fn is_kept(&self) -> bool {
        self.expected.is_zero() || self.promise.spent.down.saturating_add(self.expected) <= self.budget
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Zone;
    use crate::config::checked::{Availability, Spent};
    use crate::model::Moment;
    use crate::plan::noun::Observed;
    use crate::plan::samples;

    /// A fleet of which all change, and a service of all of them.
    fn fleet(n: usize, least: u64, max_parallel: u64) -> (Plan, Service) {
        let mut plan = samples::fleet(n, false);
        plan.rollouts[0].max_parallel = max_parallel;
        (plan, Service { name: "shop".into(), members: (0..n).collect(), least, ..Service::default() })
    }

    #[test]
    fn a_service_is_down_for_as_long_as_too_few_are_left() {
        let each = downtime(fleet(1, 0, 1).0.change(0).unwrap());
        assert!(each > Duration::from_secs(1));
        // members, how many stay, at once → how long, in lengths of one
        for (n, least, at_once, lengths) in
            [(1, 0, 1, 1), (3, 0, 1, 0), (3, 0, 2, 0), (3, 0, 3, 1), (4, 2, 2, 0), (4, 3, 2, 2)]
        {
            let (plan, service) = fleet(n, least, at_once);
            assert_eq!(of_service(&plan, &service), each * lengths, "{n} {least} {at_once}");
        }
        // Where two of three are away already, each one counts.
        let (mut plan, service) = fleet(3, 0, 1);
        for i in [0, 2] {
            plan.entries[i].observed = Observed::Unreachable { why: "no route".into() };
        }
        assert_eq!(of_service(&plan, &service), each);
    }

    #[test]
    fn what_took_longer_before_is_away_for_longer() {
        let (mut plan, service) = fleet(1, 0, 1);
        let (each, whole) = (downtime(plan.change(0).unwrap()), plan.change(0).unwrap().length());
        for (earlier, expected) in [(whole / 2, each), (whole, each), (whole * 3, each * 3)] {
            let crate::plan::noun::Verdict::Change(change) = &mut plan.entries[0].verdict else {
                panic!("it changes")
            };
            change.earlier = Some(earlier);
            let found = [downtime(change), of_service(&plan, &service)];
            assert!(
                found.iter().all(|f| f.abs_diff(expected) < Duration::from_millis(2)),
                "{earlier:?}: {found:?}"
            );
        }
    }

    #[test]
    fn a_promise_holds_for_the_month_of_its_users() {
        let (mut plan, mut service) = fleet(1, 0, 1);
        plan.made = Moment::parse("2026-10-31T23:30:00Z").unwrap();
        let expected = of_service(&plan, &service);
        let mut outlook = |zone: &str, spent: Duration| {
            service.promise = Some(Promise {
                availability: Availability::parse("99.9%").unwrap(),
                zone: Zone::named(zone).unwrap(),
                spent: Spent { down: spent, unread: 0 },
            });
            let outlook = Outlook::of(&plan, &service).unwrap();
            (outlook.name.clone(), outlook.budget.as_millis(), outlook.is_kept())
        };
        // Germany's October has an hour more.
        let october = (31 * 24 + 1) * 3_600;
        assert_eq!(
            outlook("America/New_York", Duration::ZERO),
            ("October 2026".into(), 31 * 24 * 3_600, true)
        );
        assert_eq!(outlook("Europe/Berlin", Duration::ZERO), ("November 2026".into(), 30 * 24 * 3_600, true));
        let left = Duration::from_millis(30 * 24 * 3_600) - expected;
        assert!(outlook("Europe/Berlin", left).2);
        assert!(!outlook("Europe/Berlin", left + Duration::from_millis(1)).2);
        plan.made = Moment::parse("2026-10-31T22:30:00Z").unwrap();
        let outlook = Zone::named("Europe/Berlin").unwrap().month(plan.made).unwrap();
        assert_eq!((outlook.1.as_str(), outlook.0.length().as_secs()), ("October 2026", october));
    }
}
