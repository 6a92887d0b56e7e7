//! Reads what is there, each provider in a thread of its own.

use super::fleet::Fleet;
use super::secrets::Secrets;
use super::subject;
use crate::model::parts;
use crate::plan::noun::{Entry, Observed, PinnedProvider};
use crate::provider::ProviderError;
use patchform_sdk::message::{Desired, Reading};
use std::collections::BTreeMap;

/// What was observed of each of the entries; those that `which` does not name are [`Observed::NotRead`].
///
/// # Errors
/// A provider that failed as a whole. A target that cannot be reached is no error: it is in the answer.
pub fn observe(
    fleet: &Fleet,
    providers: &[PinnedProvider],
    entries: &[Entry],
    which: &[usize],
    secrets: &Secrets,
) -> Result<Vec<Observed>, ProviderError> {
    let mut observed = vec![Observed::NotRead; entries.len()];
    let mut by_provider: BTreeMap<&str, (Vec<usize>, Vec<Desired>)> = BTreeMap::new();
    for &i in which {
        let entry = &entries[i];
        let Some(provider) = providers.get(entry.provider) else { continue };
        match subject::desired(entry, &provider.alias, &subject::level_of(entry), secrets) {
            Ok(desired) => {
                let (indices, all) = by_provider.entry(&provider.name).or_default();
                indices.push(i);
                all.push(desired);
            }
            Err(missing) => observed[i] = Observed::Unreachable { why: missing.to_string() },
        }
    }
    let mask = secrets.mask();
    let readings =
        parts::each(&by_provider, |(name, (indices, desired))| read(fleet, name, indices, desired));
    for group in readings {
        for (i, reading) in group? {
            observed[i] = Observed::from(reading);
            if let Observed::Unreachable { why } | Observed::Unsettled { why } = &mut observed[i] {
                mask.hide(why);
            }
        }
    }
    Ok(observed)
}

fn read(
    fleet: &Fleet,
    name: &str,
    indices: &[usize],
    desired: &[Desired],
) -> Result<Vec<(usize, Reading)>, ProviderError> {
    let Some(session) = fleet.session(name) else { return Ok(Vec::new()) };
    Ok(indices.iter().copied().zip(session.read(desired)?).collect())
}
