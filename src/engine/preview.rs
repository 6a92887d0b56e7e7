//! Asks the providers what the proposed changes would really do.

use super::fleet::Fleet;
use super::hiding;
use super::secrets::Secrets;
use super::subject;
use crate::model::{Mask, PatchLevel};
use crate::plan::diff::Changes;
use crate::plan::noun::Entry;
use crate::provider::ProviderError;
use patchform_sdk::message::{PreviewOutcome, Proposed, SnapshotRef};
use std::collections::BTreeMap;

/// A preview for each entry that has one to be made, by the entry's index. `stored` gives the snapshot that a run which is
/// taken back took of a component at a level.
///
/// # Errors
/// A provider that failed as a whole.
pub fn preview(
    fleet: &Fleet,
    changes: &Changes,
    stored: &dyn Fn(&Entry, Option<&PatchLevel>) -> Option<SnapshotRef>,
    secrets: &Secrets,
) -> Result<BTreeMap<usize, PreviewOutcome>, ProviderError> {
    let mut previews = BTreeMap::new();
    let mut by_provider: BTreeMap<&str, Vec<(usize, Proposed)>> = BTreeMap::new();
    for i in changes.to_preview() {
        let entry = &changes.draft.entries[i];
        let (Some(provider), Some(proposed)) =
            (changes.draft.providers.get(entry.provider), changes.proposed(i))
        else {
            continue;
        };
        let snapshot = stored(entry, proposed.to.as_ref());
        let (Some(to), Some(identity)) = (proposed.to.clone(), entry.observed.identity()) else { continue };
        match subject::subject(entry, &provider.alias, secrets) {
            Ok(subject) => by_provider.entry(&provider.name).or_default().push((
                i,
                Proposed {
                    subject,
                    from: proposed.from.clone().map(Into::into),
                    to: to.into(),
                    digest: identity.digest.clone(),
                    snapshot,
                },
            )),
            Err(missing) => {
                previews.insert(i, PreviewOutcome::Blocked { why: missing.to_string() });
            }
        }
    }
    let mask = secrets.mask();
    for (name, asked) in by_provider {
        let Some(session) = fleet.session(name) else { continue };
        let (indices, proposed): (Vec<usize>, Vec<Proposed>) = asked.into_iter().unzip();
        let answers = session.preview(&proposed)?.into_iter().map(|outcome| masked(outcome, &mask));
        previews.extend(indices.into_iter().zip(answers));
    }
    Ok(previews)
}

/// A preview without the secrets that its provider may have printed.
fn masked(mut outcome: PreviewOutcome, mask: &Mask) -> PreviewOutcome {
    match &mut outcome {
        PreviewOutcome::Blocked { why } => mask.hide(why),
        PreviewOutcome::Ready(preview) => {
            let told = preview.warnings.iter_mut().chain(&mut preview.services);
            told.for_each(|line| mask.hide(line));
            preview.by_hand.values_mut().for_each(|line| hiding::mask_line(line, mask));
        }
    }
    outcome
}
