//! Marks in a run's folder: that it had begun, and that it has ended. They tell what became of a run whose lease is not there.

use crate::journal;
use crate::model::seal;
use crate::world::disk;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;

/// A run's plan, in its folder.
pub const PLAN: &str = "plan.json";
/// The folder of its journal, in its folder.
pub const JOURNAL: &str = "journal";
/// Lies there once its first line is durable: from then on a missing journal is damage. It holds the run's first fencing
/// token: tokens only rise, so that they order runs whatever the clock said.
pub const BEGUN: &str = "begun";
/// The folder of what is asked of it, in its folder: made by a controller that drives it, so after its first line.
pub const INBOX: &str = "inbox";
/// Lies there once it holds nothing any more: that its lease is not there is right then.
const ENDED: &str = "ended";
/// Lies there once its journal is known to lack its end: whoever takes the run later cannot tell that any more.
const CUT: &str = "cut";

/// Notes that the run's first line, which took it with `token`, is durable. Nothing has an effect before.
///
/// # Errors
/// A file that cannot be written.
pub fn mark_begun(folder: &Path, token: u64) -> io::Result<()> {
    let mut sealed = serde_json::to_vec(&Begun { token })?;
    seal::seal(&mut sealed, 0);
    mark(folder, BEGUN, &sealed)
}

/// The token that a run began with, by its mark; `None` where that does not tell it, or was changed.
pub fn first_token(folder: &Path) -> Option<u64> {
    let text = disk::read(&folder.join(BEGUN), 256).ok().filter(|text| seal::is_whole(text))?;
    serde_json::from_slice::<Begun>(&text).ok().map(|begun| begun.token)
}

/// What the mark that a run had begun says.
#[derive(Serialize, Deserialize)]
struct Begun {
    token: u64,
}

/// Notes that the run holds nothing any more.
///
/// # Errors
/// A file that cannot be written, and the journal does not say that the run ended.
pub fn mark_ended(folder: &Path) -> io::Result<()> {
    if !had_begun(folder) {
        return Ok(());
    }
    match mark(folder, ENDED, b"") {
        Err(_) if says_finished(folder) => Ok(()),
        marked => marked,
    }
}

/// Notes that the run's journal lacks its end.
///
/// # Errors
/// A file that cannot be written.
pub fn mark_cut(folder: &Path) -> io::Result<()> {
    mark(folder, CUT, b"")
}

/// Whether the journal of the run in `folder` was known to lack its end.
pub fn is_cut(folder: &Path) -> bool {
    folder.join(CUT).exists()
}

fn mark(folder: &Path, name: &str, text: &[u8]) -> io::Result<()> {
    let path = folder.join(name);
    if path.exists() { Ok(()) } else { disk::write_atomic(&path, text) }
}

/// Whether the first line of the run in `folder` was durable once.
pub fn had_begun(folder: &Path) -> bool {
    folder.join(BEGUN).exists() || folder.join(INBOX).exists()
}

/// Whether the run in `folder` had begun, and nothing tells that it has ended: where its lease is not there, that was lost.
pub fn is_open(folder: &Path) -> bool {
    had_begun(folder) && !folder.join(ENDED).exists() && !says_finished(folder)
}

fn says_finished(folder: &Path) -> bool {
    journal::says_finished(&folder.join(JOURNAL))
}
