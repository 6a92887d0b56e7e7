//! What a plan's components leave in the state when they come to rest.

use super::levels;
use super::noun::{Observed, Plan, Verdict};
use crate::model::Moment;
use crate::state::checkpoint::{Reading, Settled, Standing};

/// What is adopted and forgotten: all that the plan records without changing anything.
pub fn without_work(plan: &Plan, at: Moment) -> Vec<Settled> {
    let settle = |(i, entry): (usize, &super::noun::Entry)| match entry.verdict {
        Verdict::NoChange { adopt: true } => recorded(plan, i, &entry.observed, at),
        Verdict::Forget => {
            Some(Settled { component: entry.address.clone(), standing: Standing::Forgotten, at })
        }
        _ => None,
    };
    plan.entries.iter().enumerate().filter_map(settle).collect()
}

/// What is recorded of an entry of which `observed` was read, after it was committed or to adopt it. `None` when it
/// was not read, or when the plan has no such entry.
pub fn recorded(plan: &Plan, entry: usize, observed: &Observed, at: Moment) -> Option<Settled> {
    let entry = plan.entries.get(entry)?;
    let provider = plan.providers.get(entry.provider)?;
    let standing = match observed {
        Observed::NotRead | Observed::Unreachable { .. } | Observed::Unsettled { .. } => return None,
        Observed::Absent(_) => Standing::Gone,
        Observed::Present { level, identity, .. } => Standing::Recorded(Reading {
            provider: provider.name.clone(),
            alias: provider.alias.clone(),
            level: levels::managed(level, entry.desired.as_ref()),
            digest: identity.digest.clone(),
            target: identity.target.clone(),
            claims: identity.claims.clone(),
        }),
    };
    Some(Settled { component: entry.address.clone(), standing, at })
}
