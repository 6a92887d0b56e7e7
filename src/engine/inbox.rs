//! The inbox of a run: request files that `run pause|continue|skip|stop` and others put beside its journal.

use super::marks::INBOX;
use crate::model::Address;
use crate::plan::noun::Plan;
use crate::run::event::Request;
use crate::world::{disk, random};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The largest request file that is read, in bytes.
const MAX_REQUEST: u64 = 16 * 1024;

/// A request as it lies in the inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredRequest {
    request: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    component: Option<String>,
    /// Fencing token of the controller that is asked; an older patchform named none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<u64>,
}

/// A request that was set aside, with the reason: what its sender reads.
#[derive(Debug, Serialize, Deserialize)]
struct StoredRefusal {
    why: String,
    letter: String,
}

/// What became of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It lies in the inbox.
    Waits,
    /// The controller has it in hand.
    Held,
    /// It is in the journal.
    Taken,
    /// It was set aside, and why.
    Refused(String),
}

/// The inbox of the run that this process drives.
#[derive(Debug)]
pub struct Inbox {
    folder: PathBuf,
    notices: Vec<String>,
}

/// A request, and the file it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What is asked.
    pub request: Request,
    path: PathBuf,
}

/// Puts a request to the controller with `token` into the inbox of the run in `run_folder`; answers the letter's path.
///
/// # Errors
/// The inbox cannot be written.
pub fn put(run_folder: &Path, plan: &Plan, request: &Request, token: u64) -> io::Result<PathBuf> {
    let component = match request {
        Request::Skip(i) => plan.entries.get(*i).map(|e| e.address.to_string()),
        _ => None,
    };
    let stored = StoredRequest { request: request.name().into(), component, token: Some(token) };
    let folder = run_folder.join(INBOX);
    disk::make_folder(&folder)?;
    let name = format!("{}.json", random::hex(8)?);
    let path = folder.join(name);
    disk::write_atomic(&path, &serde_json::to_vec(&stored)?)?;
    Ok(path)
}

/// What became of the letter at `path`.
pub fn fate(path: &Path) -> Fate {
    // In this order: it is taken in hand before it is journalled, and refused before it goes.
    let (waits, held) = (path.exists(), in_hand(path).exists());
    match disk::read(&refusal(path), MAX_REQUEST * 8) {
        Ok(bytes) => Fate::Refused(
            serde_json::from_slice(&bytes)
                .map_or_else(|_| "it was set aside".into(), |r: StoredRefusal| r.why),
        ),
        Err(_) if waits => Fate::Waits,
        Err(_) if held || in_hand(path).exists() => Fate::Held,
        Err(_) => Fate::Taken,
    }
}

/// Takes a letter back that nobody will read.
///
/// # Errors
/// Those of the system, also when it is gone already.
pub fn take_back(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

/// Removes a letter that a controller had in hand when it ended.
pub fn forget(path: &Path) {
    let _ = fs::remove_file(in_hand(path));
}

/// Where a letter lies while its controller takes it: its sender cannot take it back any more.
fn in_hand(path: &Path) -> PathBuf {
    path.with_extension("taking")
}

fn refusal(path: &Path) -> PathBuf {
    path.with_extension("refused")
}

impl Inbox {
    /// The inbox in `run_folder` for the controller with `token`. What was asked of an earlier one does not bind it, and
    /// is set aside; what was asked of this one before it looked is kept.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(run_folder: &Path, token: u64) -> io::Result<Inbox> {
        let folder = run_folder.join(INBOX);
        disk::make_folder(&folder)?;
        let mut inbox = Inbox { folder, notices: Vec::new() };
        for path in inbox.files() {
            if addressee(&path) != Some(token) {
                inbox.set_aside(&path, "it was put there before this controller took the run");
            }
        }
        Ok(inbox)
    }

    /// Sets aside what nobody will read any more: the loop has ended.
    pub fn close(&mut self) {
        for path in self.files() {
            self.set_aside(&path, "the run had ended or stopped before it was read");
        }
    }

    /// The requests that lie there now, oldest name first. Files that are none are set aside, with a notice.
    pub fn letters(&mut self, plan: &Plan) -> Vec<Letter> {
        let mut letters = Vec::new();
        for lies in self.files() {
            let path = in_hand(&lies);
            if fs::rename(&lies, &path).is_err() {
                // Taken back by its sender; or it is tried again in the next round.
                continue;
            }
            match read(&path, plan) {
                Ok(request) => letters.push(Letter { request, path }),
                Err(why) => self.set_aside(&path, &why),
            }
        }
        letters
    }

    /// Removes a request that is journalled.
    pub fn done(&mut self, letter: &Letter) {
        if fs::remove_file(&letter.path).is_err() {
            self.set_aside(&letter.path, "it was taken, but cannot be removed");
        }
    }

    /// What a person should know; each notice is given once.
    pub fn notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }

    fn files(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let mut files: Vec<PathBuf> =
            entries.flatten().map(|e| e.path()).filter(|path| is_request(path)).collect();
        files.sort_unstable();
        files
    }

    fn set_aside(&mut self, path: &Path, why: &str) {
        self.notices.push(format!("the request {} was set aside: {why}", path.display()));
        let letter = disk::read(path, MAX_REQUEST).unwrap_or_default();
        let letter = String::from_utf8_lossy(&letter).into_owned();
        // Its sender reads why. It must not be found again in the next round, whether that can be written or not.
        let refused = serde_json::to_vec(&StoredRefusal { why: why.into(), letter });
        let _ = refused.map(|bytes| disk::write_atomic(&refusal(path), &bytes));
        let _ = fs::remove_file(path);
    }
}

/// Whether the name is one that [`put`] gives; hidden and unfinished files are not looked at.
fn is_request(path: &Path) -> bool {
    let name = path.file_name().and_then(|n| n.to_str()).and_then(|n| n.strip_suffix(".json"));
    name.is_some_and(|n| {
        (1..=64).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    })
}

fn addressee(path: &Path) -> Option<u64> {
    serde_json::from_slice::<StoredRequest>(&disk::read(path, MAX_REQUEST).ok()?).ok()?.token
}

fn read(path: &Path, plan: &Plan) -> Result<Request, String> {
    let bytes = disk::read(path, MAX_REQUEST).map_err(|e| format!("it cannot be read: {e}"))?;
    let stored: StoredRequest =
        serde_json::from_slice(&bytes).map_err(|e| format!("it is no request: {e}"))?;
    match (stored.request.as_str(), stored.component) {
        ("pause", None) => Ok(Request::Pause),
        ("continue", None) => Ok(Request::Continue),
        ("stop", None) => Ok(Request::Stop),
        ("rollback", None) => Ok(Request::Rollback),
        ("abandon", None) => Ok(Request::Abandon { leaving: BTreeSet::new() }),
        ("skip", Some(address)) => {
            let wanted: Address = address.parse()?;
            let found = plan.changes().find(|(_, entry, _)| entry.address == wanted);
            let missing = || format!("the plan of this run does not change {address}");
            found.map(|(i, ..)| Request::Skip(i)).ok_or_else(missing)
        }
        (other, _) => Err(format!(
            "{other:?} is no request; pause, continue, stop, rollback and abandon stand alone, skip names a component"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::samples;

    /// A letter is taken back by its sender or taken by its controller, never both.
    #[test]
    fn a_letter_in_hand_cannot_be_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let plan = samples::everything();
        let mut inbox = Inbox::open(folder.path(), 7).unwrap();
        let send = |request: Request| put(folder.path(), &plan, &request, 7).unwrap();
        let withdrawn = send(Request::Stop);
        take_back(&withdrawn).unwrap();
        assert_eq!(inbox.letters(&plan), []);
        let sent = send(Request::Pause);
        assert_eq!(fate(&sent), Fate::Waits);
        let letters = inbox.letters(&plan);
        assert_eq!(letters.iter().map(|l| &l.request).collect::<Vec<_>>(), [&Request::Pause]);
        assert_eq!(fate(&sent), Fate::Held);
        assert!(take_back(&sent).is_err());
        // It is not found again before it is journalled.
        assert_eq!(inbox.letters(&plan), []);
        inbox.done(&letters[0]);
        assert_eq!(fate(&sent), Fate::Taken);
        let late = send(Request::Continue);
        inbox.close();
        assert!(matches!(fate(&late), Fate::Refused(_)));
    }
}
