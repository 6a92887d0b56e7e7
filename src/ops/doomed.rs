//! Which snapshots may be gone: somebody has begun to drop them, and how that ended is not in the state yet.
//!
//! Each who drops notes their ids first, one a line, and below them the digest of these lines, in a file of its own beside the
//! lease of a prune: `doomed` is the prune's, `doomed.RUN` that of a run which has ended. It goes once the state knows. Whoever is
//! killed before leaves it there, and the next prune ends what was begun.

use super::{Failure, Place};
use crate::engine::lease;
use crate::state::State;
use crate::world::disk;
use patchform_sdk::digest;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

const DOOMED: &str = "doomed";
const MAX: u64 = 64 << 20;

/// Who drops snapshots.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum By<'a> {
    /// `snapshot prune`
    Prune,
    /// A run, at its end.
    Run(&'a str),
}

fn folder(place: &Place) -> PathBuf {
    place.runs.join(lease::PRUNE)
}

fn file(place: &Place, by: By<'_>) -> PathBuf {
    folder(place).join(match by {
        By::Prune => DOOMED.to_string(),
        By::Run(run) => format!("{DOOMED}.{run}"),
    })
}

/// Ids of all snapshots of `state` that may be gone.
///
/// # Errors
/// A note cannot be read, or is damaged.
pub(super) fn noted(place: &Place, state: &State) -> Result<BTreeSet<String>, Failure> {
    let mut all = BTreeSet::new();
    for path in notes(place)? {
        let text = match disk::read(&path, MAX) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
            Err(e) => return Err(untold(&path, &format!("cannot be read: {e}"))),
            Ok(text) => text,
        };
        let ids = unsealed(&text).ok_or_else(|| untold(&path, "is damaged"))?;
        all.extend(ids.lines().filter(|id| state.snapshots.contains_key(*id)).map(str::to_string));
    }
    Ok(all)
}

fn sealed(ids: &str) -> String {
    format!("{ids}{}\n", digest::of_bytes(ids.as_bytes()))
}

/// The ids, one a line, if nothing is missing of them and nothing was changed.
fn unsealed(text: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(text).ok()?;
    let (ids, digest) = text.strip_suffix('\n')?.rsplit_once('\n')?;
    let ids = &text[..=ids.len()];
    (digest::of_bytes(ids.as_bytes()) == digest).then_some(ids)
}

fn untold(path: &Path, why: &str) -> Failure {
    Failure::error(format!("{} {why}: it names snapshots that may be gone", path.display()))
        .hint("mend the disk, or put the file back from a backup")
        .hint(
            "or remove it: `patchform snapshot list` then shows each of them as if nobody had begun to drop it; what is gone all the \
             same, `patchform snapshot forget ID` takes out of the list",
        )
}

fn notes(place: &Place) -> Result<Vec<PathBuf>, Failure> {
    let folder = folder(place);
    let entries = match fs::read_dir(&folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.and_then(Iterator::collect::<Result<Vec<_>, _>>),
    };
    let entries =
        entries.map_err(|e| Failure::error(format!("{} cannot be listed: {e}", folder.display())))?;
    let is_note = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name == DOOMED || name.strip_prefix(DOOMED).is_some_and(|rest| rest.starts_with('.'))
    };
    Ok(entries.into_iter().map(|entry| entry.path()).filter(is_note).collect())
}

/// Notes what is being dropped, in place of what was noted before; nothing any more where `ids` are none.
///
/// # Errors
/// That cannot be written.
pub(super) fn note<'i>(
    place: &Place,
    by: By<'_>,
    ids: impl IntoIterator<Item = &'i String>,
) -> Result<(), Failure> {
    let path = file(place, by);
    let text: String = ids.into_iter().flat_map(|id| [id, "\n"]).collect();
    let written = match text.is_empty() {
        true => fs::remove_file(&path).or_else(|e| match e.kind() {
            io::ErrorKind::NotFound => Ok(()),
            _ => Err(e),
        }),
        false => fs::create_dir_all(folder(place))
            .and_then(|()| disk::write_atomic(&path, sealed(&text).as_bytes())),
    };
    written.map_err(|e| Failure::error(format!("{} cannot be written: {e}", path.display())))
}

/// Forgets what runs have noted, of which none is driven: a prune has taken it over.
///
/// # Errors
/// The folder cannot be listed.
pub(super) fn forget_runs(place: &Place) -> Result<(), Failure> {
    let prune = file(place, By::Prune);
    for path in notes(place)?.into_iter().filter(|path| *path != prune) {
        // What stays is found by the next one.
        let _ = fs::remove_file(path);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_whole_or_is_said_to_be_damaged() {
        let ids = "r1-0-1\nr1-2-1\n";
        let whole = sealed(ids).into_bytes();
        assert_eq!(unsealed(&whole), Some(ids));
        for end in 0..whole.len() {
            assert_eq!(unsealed(&whole[..end]), None, "cut at {end}");
        }
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(unsealed(&flipped), None, "bit {bit}");
        }
        assert_eq!(unsealed(ids.as_bytes()), None, "without its digest");
    }
}
