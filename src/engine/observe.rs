//! Reads what is there, each provider in a thread of its own.

use super::fleet::Fleet;
use super::secrets::Secrets;
use super::subject;
use crate::plan::noun::{Entry, Identity, Observed, PinnedProvider};
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
    let mut by_provider: BTreeMap<&str, Vec<(usize, Desired)>> = BTreeMap::new();
    for &i in which {
        let entry = &entries[i];
        let Some(provider) = providers.get(entry.provider) else { continue };
        match subject::desired(entry, &provider.alias, &subject::level_of(entry), secrets) {
            Ok(desired) => by_provider.entry(&provider.name).or_default().push((i, desired)),
            Err(missing) => observed[i] = Observed::Unreachable { why: missing.to_string() },
        }
    }
    let mask = secrets.mask();
    let readings = std::thread::scope(|scope| {
        let asked: Vec<_> = by_provider
            .into_iter()
            .map(|(name, asked)| scope.spawn(move || read(fleet, name, asked)))
            .collect();
        asked
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect::<Vec<_>>()
    });
    for group in readings {
        for (i, reading) in group? {
            observed[i] = match seen(reading) {
                Observed::Unreachable { why } => Observed::Unreachable { why: mask.apply(&why).into() },
                other => other,
            };
        }
    }
    Ok(observed)
}

fn read(
    fleet: &Fleet,
    name: &str,
    asked: Vec<(usize, Desired)>,
) -> Result<Vec<(usize, Reading)>, ProviderError> {
    let Some(session) = fleet.session(name) else { return Ok(Vec::new()) };
    let (indices, desired): (Vec<usize>, Vec<Desired>) = asked.into_iter().unzip();
    Ok(indices.into_iter().zip(session.read(&desired)?).collect())
}

/// A reading as plans hold it.
pub fn seen(reading: Reading) -> Observed {
    match reading {
        Reading::Unreachable { why } => Observed::Unreachable { why },
        Reading::Absent(absent) => {
            Observed::Absent(Identity { target: absent.target, claims: absent.claims, digest: absent.digest })
        }
        Reading::Present(present) => Observed::Present {
            level: present.level.into(),
            running: present.running.map(Into::into),
            pending: present.pending,
            identity: Identity { target: present.target, claims: present.claims, digest: present.digest },
        },
    }
}
