//! Snapshots that ended runs asked for and never saw made, and which of them were dropped since.

use super::{Failure, Place, runs};
use crate::engine::results;
use crate::state::{Orphan, State};
use crate::world::disk;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// In a run's folder: ids of its orphans that were dropped, one a line. The journal, which names them, is never changed.
const DROPPED: &str = "dropped-orphans";

/// The orphans of all runs that ended and can be read, by run. An open run still decides about its own.
///
/// # Errors
/// The folder of runs cannot be read.
pub fn all(place: &Place, state: &State) -> Result<Vec<Orphan>, Failure> {
    let open: BTreeSet<String> = runs::open(&place.runs)?.into_iter().map(|r| r.id).collect();
    let mut orphans = Vec::new();
    for run in runs::all(&place.runs)?.into_iter().filter(|run| !open.contains(run)) {
        let Ok(told) = runs::tell(&place.runs, &run) else { continue };
        let dropped = dropped(place, &run);
        let left = |o: &Orphan| !dropped.contains(&o.id) && !state.snapshots.contains_key(&o.id);
        orphans.extend(results::orphans(&told.plan, &told.run).into_iter().filter(left));
    }
    Ok(orphans)
}

/// Snapshots that ended runs took which the state has no record of: nobody lists or drops them otherwise.
///
/// # Errors
/// The folder of runs cannot be read.
pub fn unrecorded(place: &Place, state: &State) -> Result<Vec<Orphan>, Failure> {
    let open: BTreeSet<String> = runs::open(&place.runs)?.into_iter().map(|r| r.id).collect();
    let unknown = |run: &String| !open.contains(run) && state.run(run).is_none();
    let mut found = Vec::new();
    for run in runs::all(&place.runs)?.into_iter().filter(unknown) {
        let Ok(told) = runs::tell(&place.runs, &run) else { continue };
        let left = |o: &Orphan| !state.snapshots.contains_key(&o.id);
        found.extend(results::taken(&told.plan, &told.run).into_iter().filter(left));
    }
    Ok(found)
}

fn file(place: &Place, run: &str) -> PathBuf {
    place.runs.join(run).join(DROPPED)
}

fn dropped(place: &Place, run: &str) -> BTreeSet<String> {
    let bytes = disk::read(&file(place, run), 64 << 20).unwrap_or_default();
    String::from_utf8_lossy(&bytes).lines().map(str::to_string).collect()
}

/// Notes that an orphan was dropped.
///
/// # Errors
/// A file that cannot be written; it will be dropped again, which does no harm.
pub fn note_dropped(place: &Place, orphan: &Orphan) -> Result<(), Failure> {
    let mut ids = dropped(place, &orphan.run);
    ids.insert(orphan.id.clone());
    let text: String = ids.iter().map(|id| format!("{id}\n")).collect();
    let path = file(place, &orphan.run);
    disk::write_atomic(&path, text.as_bytes())
        .map_err(|e| Failure::error(format!("cannot write {}: {e}", path.display())))
}
