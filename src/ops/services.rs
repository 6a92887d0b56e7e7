//! A plan that would take too much of a service is refused, with the smallest change that would make it fit.

use super::failure::Failure;
use crate::plan::Plan;
use crate::plan::room::{Breach, breaches};
use crate::report::reason::{name, rollout_name};

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

fn tell(plan: &Plan, breach: &Breach) -> String {
    let service = &plan.services[breach.service];
    let at_once: u64 = breach.at_once.values().sum();
    let (all, least) = (service.members.len(), service.least);
    let away = match breach.away.as_slice() {
        [] => String::new(),
        [one] => format!(" and {} is not available now,", name(plan, *one)),
        [first, rest @ ..] => {
            format!(" and {} and {} more are not available now,", name(plan, *first), rest.len())
        }
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
        return vec![format!(
            "nothing of it may be worked on: let {} do with min_available = {least}",
            service.address()
        )];
    }
    if breach.room == 0 {
        let away: Vec<String> = breach.away.iter().take(4).map(|i| name(plan, *i)).collect();
        return vec![format!("bring back what is not available first: {}", away.join(", "))];
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
