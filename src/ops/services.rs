//! A plan that would take too much of a service is refused, with the smallest change that would make it fit.

use super::failure::Failure;
use crate::config::checked::Service;
use crate::model::period;
use crate::plan::Plan;
use crate::plan::downtime::Outlook;
use crate::plan::room::{Breach, breaches, why_away};
use crate::report::reason::{name, rollout_name, spent};

/// Refuses a plan of which a service could not spare what it would work on at once.
///
/// # Errors
/// It is refused: which services, why, and what would fit.
pub(super) fn spare(plan: &Plan) -> Result<(), Failure> {
    let breaches = breaches(plan);
    let Some(first) = breaches.first() else { return Ok(()) };
    let told: Vec<String> = breaches.iter().map(|breach| tell(plan, breach)).collect();
    let refused = Failure::refused(format!("the plan takes too much of a service: {}", told.join("; ")));
    Err(fits(plan, first).into_iter().fold(refused, Failure::hint))
}

/// Refuses a plan that would take more of a month than is left of what a service promises.
///
/// # Errors
/// It is refused: what is promised, what is spent, and when it would fit.
pub(super) fn keep(plan: &Plan) -> Result<(), Failure> {
    let outlooks = plan.services.iter().filter_map(|service| Some((service, Outlook::of(plan, service)?)));
    let broken: Vec<_> = outlooks.filter(|(_, outlook)| !outlook.is_kept()).collect();
    let Some((_, first)) = broken.first() else { return Ok(()) };
    let told = |(service, outlook): &(&Service, Outlook<'_>)| {
        format!(
            "{} promises {} of {}, which lets it be down for {}: {}, and this takes it down for up to {}",
            service.address(),
            outlook.promise.availability,
            outlook.name,
            period::show(outlook.budget),
            spent(&outlook.promise.spent),
            period::show(outlook.expected)
        )
    };
    let told: Vec<String> = broken.iter().map(told).collect();
    let refused = Failure::refused(format!("the plan breaks a promise: {}", told.join("; ")));
    Err(refused.hint(match first.expected <= first.budget {
        true => format!("it fits again when the month is over, at {}", first.month.until),
        false => "no month leaves that much: work on fewer members at once, so that one of them stays up, or promise less".into(),
    }))
}

fn tell(plan: &Plan, breach: &Breach) -> String {
    let service = &plan.services[breach.service];
    let at_once: u64 = breach.at_once.values().sum();
    let (all, least) = (service.members.len(), service.least);
    let first = breach.away.first().map(|i| {
        let why = plan.entries.get(*i).and_then(why_away).unwrap_or_default();
        format!("{} ({why})", name(plan, *i))
    });
    let away = match (first, breach.away.len().saturating_sub(1)) {
        (None, _) => String::new(),
        (Some(first), 0) => format!(" and {first} is not available now,"),
        (Some(first), more) => format!(" and {first} and {more} more are not available now,"),
    };
    let name = service.address();
    format!(
        "{name} keeps {least} of its {all} members available,{away} and this works on up to {at_once} at once"
    )
}

fn fits(plan: &Plan, breach: &Breach) -> Vec<String> {
    let service = &plan.services[breach.service];
    if breach.room == 0 && breach.away.is_empty() {
        let least = service.members.len().saturating_sub(1);
        let service = service.address();
        return vec![match least {
            0 => format!(
                "its only member may never be worked on: give {service} a second one, or take it off that member for as long as it \
                 is patched"
            ),
            least => format!("nothing of it may be worked on: let {service} do with min_available = {least}"),
        }];
    }
    if breach.room == 0 {
        let away: Vec<String> = breach.away.iter().take(4).map(|i| name(plan, *i)).collect();
        let bring = format!("bring back what is not available first: {}", away.join(", "));
        // Who is away already takes nothing more of the service while it is worked on.
        let changes: Vec<usize> = breach.away.iter().copied().filter(|i| plan.change(*i).is_some()).collect();
        let targets =
            changes.iter().take(4).map(|i| format!("--target {}", plan.entries[*i].address.quoted()));
        let cure = match changes.len() {
            0 => return vec![bring],
            n if n > 4 => format!("{} …", targets.collect::<Vec<_>>().join(" ")),
            _ => targets.collect::<Vec<_>>().join(" "),
        };
        return vec![
            bring,
            format!("where this patch is what cures it, apply it there alone: patchform apply {cure}"),
        ];
    }
    let room = breach.room;
    let rollouts: Vec<&str> =
        breach.at_once.keys().filter_map(|r| plan.rollouts.get(*r)).map(|r| r.name.as_str()).collect();
    vec![match rollouts.as_slice() {
        [""] => format!("this would fit: name a rollout with max_parallel = {room} at its members"),
        [one] => format!("this would fit: max_parallel = {room} in {}", rollout_name(one)),
        _ => {
            let names: Vec<String> = rollouts.iter().map(|name| rollout_name(name)).collect();
            format!("this would fit: one rollout with max_parallel = {room} in place of {}", names.join(", "))
        }
    }]
}
