//! What a run holds: components, and of each of their targets either all of it, or only what its components manage there.

use crate::config::checked::Service;
use crate::model::Address;
use crate::plan::noun::Verdict;
use crate::plan::{Plan, stale};
use std::collections::{BTreeMap, BTreeSet};

/// What a component claims that keeps customers out of its host.
const CUSTOMERS: &str = "customers";

/// What a run holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Addresses of the components that its plan changes.
    pub components: BTreeSet<String>,
    /// Addresses of what these stand on: it stays as it is meanwhile, for several runs at once.
    pub rests_on: BTreeSet<String>,
    /// What it holds of their targets, by the target's identity.
    pub targets: BTreeMap<String, Ground>,
    /// Addresses of the services that its plan takes members from: two runs that count apart would take too many.
    pub services: BTreeSet<String>,
}

/// What a run holds of one target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ground {
    /// All of it: something that the run does there touches more than its claims (page 5.3, rule 5).
    pub alone: bool,
    /// What its components manage there.
    pub claims: BTreeSet<String>,
}

impl Ground {
    /// All of a target.
    pub fn alone() -> Ground {
        Ground { alone: true, claims: BTreeSet::new() }
    }

    /// What both hold, if they cannot hold it side by side.
    fn contested(&self, other: &Ground) -> Option<Ground> {
        let claims: BTreeSet<String> = self.claims.intersection(&other.claims).cloned().collect();
        let alone = self.alone || other.alone;
        (alone || !claims.is_empty()).then_some(Ground { alone, claims })
    }
}

impl Holdings {
    /// What both hold and cannot hold side by side.
    pub fn shared(&self, other: &Holdings) -> Holdings {
        let contested = |(target, ground): (&String, &Ground)| {
            Some((target.clone(), ground.contested(other.targets.get(target)?)?))
        };
        let held = |set: &BTreeSet<String>, by: &Holdings| -> BTreeSet<String> {
            set.iter().filter(|c| by.components.contains(*c)).cloned().collect()
        };
        let mut components = held(&self.components, other);
        components.extend(held(&self.rests_on, other));
        components.extend(held(&other.rests_on, self));
        Holdings {
            components,
            rests_on: BTreeSet::new(),
            targets: self.targets.iter().filter_map(contested).collect(),
            services: self.services.intersection(&other.services).cloned().collect(),
        }
    }

    /// What a run of `plan` holds: the components that it changes or whose records it writes, and its ground on the
    /// targets of the former. A component without claims may manage anything there.
    pub fn of(plan: &Plan) -> Holdings {
        let mut holds = Holdings::default();
        for entry in stale::rests_on(plan).into_iter().map(|i| &plan.entries[i]) {
            match &entry.verdict {
                Verdict::Change(change) => {
                    holds.components.insert(entry.address.to_string());
                    let Some(identity) = entry.observed.identity() else { continue };
                    let ground = holds.targets.entry(identity.target.clone()).or_default();
                    ground.alone |= change.needs_target_alone() || identity.claims.is_empty();
                    ground.claims.extend(identity.claims.iter().cloned());
                    // Two runs that keep customers out of one host would keep out each other's proofs.
                    ground.claims.extend(
                        entry.block.iter().filter(|block| block.at.is_none()).map(|_| CUSTOMERS.to_string()),
                    );
                }
                Verdict::Forget | Verdict::NoChange { adopt: true } => {
                    holds.components.insert(entry.address.to_string());
                }
                _ => {
                    holds.rests_on.insert(entry.address.to_string());
                }
            }
        }
        let stays_up = plan.services.iter().filter(|service| service.least > 0 && plan.changes_any(service));
        holds.services = stays_up.map(Service::address).collect();
        holds
    }

    /// Whether the component itself is held, or stays as it is meanwhile, beside what is held of its target.
    pub fn names(&self, component: &Address) -> bool {
        let component = component.to_string();
        self.components.contains(&component) || self.rests_on.contains(&component)
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.components.is_empty() && self.targets.is_empty() && self.services.is_empty()
    }
}

/// What two runs contend for, for a message: `the components a, b`.
pub(super) fn told(shared: &Holdings) -> String {
    let alone: Vec<&String> = shared.targets.iter().filter(|(_, g)| g.alone).map(|(t, _)| t).collect();
    let claims =
        shared.targets.iter().flat_map(|(t, g)| g.claims.iter().map(move |c| format!("{c} of target {t}")));
    if !shared.components.is_empty() {
        format!("the component{}", listed(shared.components.iter().cloned()))
    } else if !alone.is_empty() {
        format!(
            "the target{}, on which one of the two must be alone (for a reboot, for a snapshot of the whole system, or \
             since a component there names no `claims`, so that it may manage anything)",
            listed(alone.into_iter().cloned())
        )
    } else if shared.targets.is_empty() {
        format!(
            "the service{}, of which one run at a time takes members away",
            listed(shared.services.iter().cloned())
        )
    } else {
        format!("the claim{}", listed(claims))
    }
}

/// ` a`, `s a, b`, `s a, b, c, d, e and 4 more`.
fn listed(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    let s = if names.len() == 1 { "" } else { "s" };
    let more = if names.len() > 5 { format!(" and {} more", names.len() - 5) } else { String::new() };
    format!("{s} {}{more}", names[..names.len().min(5)].join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(component: &str, ground: Ground) -> Holdings {
        Holdings {
            components: BTreeSet::from([component.to_string()]),
            rests_on: BTreeSet::from(["release.below".to_string()]),
            targets: BTreeMap::from([("host".to_string(), ground)]),
            services: BTreeSet::new(),
        }
    }

    fn claiming(claim: &str) -> Ground {
        Ground { alone: false, claims: BTreeSet::from([claim.to_string()]) }
    }

    #[test]
    fn two_share_a_target_unless_one_must_be_alone_or_both_claim_the_same() {
        let a = holds("release.a", claiming("path:/a"));
        assert!(a.shared(&holds("release.b", claiming("path:/b"))).is_empty());
        for (other, said) in [
            (holds("release.b", claiming("path:/a")), "the claim path:/a of target host"),
            (holds("release.b", Ground::alone()), "the target host, on which one of the two must be alone"),
            (holds("release.a", claiming("path:/b")), "the component release.a"),
            (holds("release.below", claiming("path:/b")), "the component release.below"),
        ] {
            for shared in [a.shared(&other), other.shared(&a)] {
                assert!(told(&shared).contains(said), "{}", told(&shared));
            }
        }
    }

    #[test]
    fn one_run_at_a_time_takes_members_of_a_service_away() {
        let of = |component: &str, service: &str| Holdings {
            services: BTreeSet::from([format!("service.{service}")]),
            ..holds(component, claiming(component))
        };
        let shared = of("release.a", "shop").shared(&of("release.b", "shop"));
        assert!(told(&shared).contains("the service service.shop, of which one run"), "{}", told(&shared));
        assert!(of("release.a", "shop").shared(&of("release.b", "mail")).is_empty());
    }

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(listed((1..=7).map(|n| n.to_string())), "s 1, 2, 3, 4, 5 and 2 more");
    }
}
