//! Asks the hosts of what is about to change, before a plan is made, whether customers can be kept out there.

use super::table::look;
use crate::plan::blocking;
use crate::plan::diff::Changes;
use crate::plan::noun::Entry;
use crate::target::Targets;
use patchform_sdk::chunk;
use patchform_sdk::message::PreviewOutcome;
use std::collections::BTreeMap;

/// Who cannot keep customers out is not patched; a block that stands already is told.
pub fn foresee(targets: &Targets, changes: &Changes, previews: &mut BTreeMap<usize, PreviewOutcome>) {
    let draft = &changes.draft;
    let open = |(i, outcome): (&usize, &PreviewOutcome)| {
        let entry = draft.entries.get(*i)?;
        let ready = matches!(outcome, PreviewOutcome::Ready(_));
        let here = entry.block.as_ref().is_some_and(|block| block.at.is_none());
        (ready && here).then_some((*i, entry))
    };
    let asked: Vec<(usize, &Entry)> = previews.iter().filter_map(open).collect();
    let told = chunk::abreast(&asked, |(i, entry)| (*i, stands(targets, &draft.lineage, entry)));
    for (i, stands) in told.into_iter().flatten() {
        let Some(outcome) = previews.get_mut(&i) else { continue };
        match (stands, &mut *outcome) {
            (Err(why), _) => {
                *outcome = PreviewOutcome::Blocked {
                    why: targets.masked(&format!("customers cannot be kept out of it: {why}")),
                };
            }
            (Ok(true), PreviewOutcome::Ready(preview)) => preview.warnings.push(format!(
                "customers are kept out of it already: table inet {} stands on its host, left by an earlier run; this one takes \
                 it over, and lifts it",
                blocking::table(&draft.lineage, &entry_address(draft.entries.get(i)))
            )),
            (Ok(_), _) => {}
        }
    }
}

fn entry_address(entry: Option<&Entry>) -> String {
    entry.map_or_else(String::new, |entry| entry.address.to_string())
}

/// Whether the block of `entry` stands on its host.
///
/// # Errors
/// The host cannot be asked, or cannot keep anybody out: with the way out.
pub fn stands(targets: &Targets, lineage: &str, entry: &Entry) -> Result<bool, String> {
    let table = blocking::table(lineage, &entry.address.to_string());
    look(targets, &entry.connection, &table).map(|seen| seen.there)
}
