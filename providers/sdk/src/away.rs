//! Who keeps a member of a traffic away, and how it stood before: kept beside the state, so that whoever goes on from
//! another process puts it back as it was, and gives traffic back only when nobody keeps it away any more.

use crate::durable::{self, Survives};
use crate::{digest, store};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// The note of one member, held by one action at a time.
#[derive(Debug)]
pub struct Away {
    path: PathBuf,
    note: Option<Note>,
    _lock: File,
}

/// What is known of a member that is kept away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// How it stood before, in the provider's own words.
    pub before: Value,
    /// Addresses of the components for whose sake it is kept away.
    pub holders: BTreeSet<String>,
}

/// The longest note that is read: one of more holders than any member has.
const LONGEST: u64 = 1024 * 1024;

impl Away {
    /// Opens the note of the member that `identity` names, waiting while another action holds it.
    ///
    /// # Errors
    /// A sentence: it cannot be opened, or was damaged, and what to do.
    pub fn open(identity: &Value) -> Result<Away, String> {
        Away::at(path_of(identity))
    }

    fn at(path: PathBuf) -> Result<Away, String> {
        let lock = path.with_extension("lock");
        let locked = || {
            durable::make_folder(durable::folder_of(&path))?;
            let file = OpenOptions::new().create(true).append(true).open(&lock)?;
            file.lock().map(|()| file)
        };
        let held = locked().map_err(|e| format!("{} cannot be locked: {e}", lock.display()))?;
        let note = read(&path)?;
        Ok(Away { path, note, _lock: held })
    }

    /// What is known of it; `None` while nobody keeps it away.
    pub fn note(&self) -> Option<&Note> {
        self.note.as_ref()
    }

    /// Whether `component` keeps it away.
    pub fn is_held_by(&self, component: &str) -> bool {
        self.note.as_ref().is_some_and(|note| note.holders.contains(component))
    }

    /// The others that keep it away.
    pub fn others(&self, component: &str) -> Vec<String> {
        let holders = self.note.iter().flat_map(|note| &note.holders);
        holders.filter(|holder| *holder != component).cloned().collect()
    }

    /// Notes, before anything is done, that `component` keeps it away; how it stood `before` only from the first one.
    ///
    /// # Errors
    /// It cannot be written: then nothing may be done.
    pub fn hold(&mut self, component: &str, before: Value) -> Result<(), String> {
        let mut note = self.note.clone().unwrap_or(Note { before, holders: BTreeSet::new() });
        note.holders.insert(component.into());
        let earlier = self.note.clone();
        self.write(Some(note)).inspect_err(|_| {
            // A sync may fail after the note is there; whoever reads it would take the member for kept away.
            let _ = self.write(earlier);
        })
    }

    /// Notes, after it was put back, that `component` does not keep it away any more.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn let_go(&mut self, component: &str) -> Result<(), String> {
        let Some(mut note) = self.note.clone() else { return Ok(()) };
        note.holders.remove(component);
        self.write(Some(note).filter(|note| !note.holders.is_empty()))
    }

    fn write(&mut self, note: Option<Note>) -> Result<(), String> {
        let written = match &note {
            Some(note) => serde_json::to_vec(note)
                .map_err(io::Error::from)
                .and_then(|text| durable::replace(&self.path, &text, 0o600, Survives::PowerLoss)),
            None => match fs::remove_file(&self.path) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
                _ => durable::sync_folder(durable::folder_of(&self.path)),
            },
        };
        written.map_err(|e| format!("{} cannot be written: {e}", self.path.display()))?;
        self.note = note;
        Ok(())
    }
}

/// What is known of the member that `identity` names, without waiting.
///
/// # Errors
/// A sentence: the note cannot be read, or was damaged, and what to do.
pub fn look(identity: &Value) -> Result<Option<Note>, String> {
    read(&path_of(identity))
}

/// The ledger of what is done to the member that `identity` names for the sake of `component`.
pub fn ledger_of(identity: &Value, component: &str) -> PathBuf {
    named(&serde_json::json!([identity, component])).with_extension("ledger")
}

fn path_of(identity: &Value) -> PathBuf {
    named(identity).with_extension("json")
}

fn named(identity: &Value) -> PathBuf {
    store::folder().join("traffic").join(&digest::of_json(identity)[..32])
}

fn read(path: &Path) -> Result<Option<Note>, String> {
    let cannot = |e: io::Error| format!("{} cannot be read: {e}", path.display());
    let text = match fs::metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(cannot(e)),
        Ok(there) if there.len() > LONGEST => return Err(damaged(path, "it is too long")),
        Ok(_) => fs::read(path).map_err(cannot)?,
    };
    serde_json::from_slice(&text).map(Some).map_err(|e| damaged(path, &e.to_string()))
}

fn damaged(path: &Path, why: &str) -> String {
    format!(
        "{} says who keeps it away and how it stood before, and is damaged ({why}); give it its traffic back by hand, then \
         remove the file",
        path.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_member_is_kept_away_until_the_last_one_lets_go_and_its_first_standing_stays() {
        let dir = tempfile::tempdir().unwrap();
        let open = || Away::at(dir.path().join("sub/a.json")).unwrap();
        let mut away = open();
        assert_eq!(away.note(), None);
        away.hold("apt.a", json!({"was": "ready"})).unwrap();
        away.hold("apt.a", json!({"was": "drained"})).unwrap();
        drop(away);
        let mut away = open();
        away.hold("release.b", json!({"was": "drained"})).unwrap();
        assert_eq!(away.others("apt.a"), ["release.b"]);
        assert!(away.is_held_by("apt.a") && !away.is_held_by("apt.c"));
        away.let_go("apt.a").unwrap();
        away.let_go("apt.a").unwrap();
        drop(away);
        let mut away = open();
        assert_eq!(away.note().unwrap().before, json!({"was": "ready"}));
        away.let_go("release.b").unwrap();
        drop(away);
        assert_eq!(open().note(), None);
    }

    #[test]
    fn a_damaged_note_is_an_error_that_says_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.json");
        let huge = vec![b' '; usize::try_from(LONGEST).unwrap() + 1];
        for text in [&b"{\"before\":1"[..], b"", b"\xff\x00", b"{\"before\":1,\"holders\":{}}", &huge] {
            fs::write(&path, text).unwrap();
            let why = Away::at(path.clone()).unwrap_err();
            assert!(why.contains("is damaged") && why.contains("remove the file"), "{why}");
        }
    }
}
