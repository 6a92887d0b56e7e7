//! The levels that stand on the targets: what constraints are resolved from, and what is adopted.

use crate::model::{Address, PatchLevel, Selection};
use crate::ops::Failure;
use crate::ops::assess::Asked;
use crate::ops::providers;
use patchform_sdk::message::{Desired, Reading};
use std::collections::{BTreeMap, BTreeSet};

/// What was read.
#[derive(Default)]
pub struct Readings {
    /// By component, as far as it is there.
    pub levels: BTreeMap<Address, PatchLevel>,
    /// Components that could not be read, and why.
    pub unread: Vec<(Address, String)>,
    /// Those, and the ones that were not asked.
    pub silent: BTreeSet<Address>,
}

/// Reads the components that `targets` cover (all, where there are none): every one, or only those with constraints.
///
/// # Errors
/// A provider that failed as a whole.
pub fn read(asked: &Asked, targets: &[Selection], every: bool) -> Result<Readings, Failure> {
    let mut by_provider: BTreeMap<&str, Vec<Desired>> = BTreeMap::new();
    let mut read = Readings::default();
    for (i, component) in asked.checked.config.components.iter().enumerate() {
        let covered = targets.is_empty() || targets.iter().any(|target| target.covers(&component.address));
        if covered && (every || component.constrained.is_some()) {
            let provider = asked.checked.provider_name(component.provider);
            by_provider.entry(provider).or_default().push(asked.checked.desired(i));
        } else {
            read.silent.insert(component.address.clone());
        }
    }
    for (provider, desired) in by_provider {
        let Some(session) = asked.fleet.session(provider) else { continue };
        let readings = session.read(&desired).map_err(providers::missing)?;
        for (desired, reading) in desired.into_iter().zip(readings) {
            let Ok(address) = desired.subject.address.parse::<Address>() else { continue };
            match reading {
                Reading::Present(present) => _ = read.levels.insert(address, present.level.into()),
                Reading::Absent(_) => {}
                Reading::Unreachable { why, .. } => {
                    read.silent.insert(address.clone());
                    read.unread.push((address, asked.checked.starter.targets.masked(&why)));
                }
            }
        }
    }
    Ok(read)
}
