//! The state lock: held for milliseconds, to write. The system's own file lock decides, so that a killed process
//! leaves nothing behind; the details in the file are for people, and for locks that came from another host.

use super::BackendError;
use crate::model::Moment;
use crate::world::{clock, failpoint, machine, random};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Who holds a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Names this lock, for `force-unlock`.
    pub id: String,
    /// Name of the host.
    pub host: String,
    /// Login name.
    pub user: String,
    /// Process id.
    pub pid: u32,
    /// Since when.
    pub since: Moment,
    /// What it is doing, such as `apply`.
    pub doing: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Holder { host, user, pid, since, doing, .. } = self;
        if self.id.is_empty() {
            return f.write_str(
                "a process that has not signed it (one that is just about to, or another program than patchform)",
            );
        }
        write!(f, "process {pid} of {user} on {host} since {since} (patchform {doing})")
    }
}

/// The details as they stand in the lock file.
#[derive(Serialize, Deserialize)]
struct Details {
    id: String,
    host: String,
    user: String,
    pid: u32,
    since: String,
    doing: String,
}

/// A state lock that is held until this is dropped.
#[derive(Debug)]
pub struct StateLock {
    file: File,
    state: PathBuf,
}

/// Pause between two tries.
const PAUSE: Duration = Duration::from_millis(20);
/// No lock file is longer.
const LONGEST: u64 = 64 * 1024;

impl StateLock {
    /// Locks the state at `state` for `doing`, waiting for at most `patience`. The lock file stands beside it.
    ///
    /// # Errors
    /// `Locked` after the wait, `Foreign` for a lock that another host left, `Io`.
    pub(super) fn take(state: &Path, doing: &str, patience: Duration) -> Result<StateLock, BackendError> {
        let path = file_of(state);
        let begun = clock::steady();
        loop {
            let mut file = open(&path)?;
            match file.try_lock() {
                Ok(()) => {
                    failpoint::hit("lock.taken").map_err(BackendError::io("lock", &path))?;
                    refuse_foreign(state, &mut file)?;
                    sign(&path, &mut file, doing)?;
                    failpoint::hit("lock.signed").map_err(BackendError::io("lock", &path))?;
                    return Ok(StateLock { file, state: state.to_path_buf() });
                }
                Err(TryLockError::WouldBlock) if begun.elapsed() < patience => std::thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => {
                    let holder = Box::new(details(&mut file).unwrap_or_else(unknown));
                    return Err(BackendError::Locked { path: state.to_path_buf(), holder });
                }
                Err(TryLockError::Error(e)) => return Err(BackendError::io("lock", &path)(e)),
            }
        }
    }

    /// The state that is locked.
    pub(super) fn state(&self) -> &Path {
        &self.state
    }

    /// Takes away the lock `id` that a process of another host left.
    ///
    /// # Errors
    /// `NotLocked`, `OtherLock`, `Alive` when its holder runs on this host, `Io`.
    pub(super) fn force(state: &Path, id: &str) -> Result<Holder, BackendError> {
        let path = file_of(state);
        let not_locked = || BackendError::NotLocked(state.to_path_buf());
        if !path.exists() {
            return Err(not_locked());
        }
        let mut file = open(&path)?;
        let lock = file.try_lock();
        let holder = details(&mut file);
        match lock {
            Err(TryLockError::WouldBlock) => {
                let holder = Box::new(holder.unwrap_or_else(unknown));
                return Err(BackendError::Alive { path: state.to_path_buf(), holder });
            }
            Err(TryLockError::Error(e)) => return Err(BackendError::io("lock", &path)(e)),
            Ok(()) => {}
        }
        let holder = holder.ok_or_else(not_locked)?;
        if holder.id != id {
            let (path, asked, holder) = (state.to_path_buf(), id.to_string(), Box::new(holder));
            return Err(BackendError::OtherLock { path, asked, holder });
        }
        clear(&file).map_err(BackendError::io("unlock", &path))?;
        Ok(holder)
    }
}

impl Drop for StateLock {
    fn drop(&mut self) {
        // Without its details the file is free; if they cannot be cleared they name a dead process of this host,
        // which the next one takes over. The system's lock goes with the file.
        failpoint::pass("lock.release");
        let _ = clear(&self.file);
        failpoint::pass("lock.cleared");
    }
}

/// Path of the lock file of a state.
fn file_of(state: &Path) -> PathBuf {
    super::local::beside(state, super::local::LOCK)
}

fn open(path: &Path) -> Result<File, BackendError> {
    // The file is kept between locks: taking it away while another process waits for it would give two locks.
    let opened =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path);
    opened.map_err(BackendError::io("make the lock file", path))
}

/// The details in a lock file; `None` when it is free. Half-written ones are those of a process that died.
fn details(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.rewind().ok()?;
    Read::by_ref(file).take(LONGEST).read_to_string(&mut text).ok()?;
    let Details { id, host, user, pid, since, doing } = serde_json::from_str(&text).ok()?;
    Some(Holder { id, host, user, pid, since: Moment::parse(&since).unwrap_or_default(), doing })
}

fn unknown() -> Holder {
    Holder {
        id: String::new(),
        host: "an unknown host".into(),
        user: "an unknown user".into(),
        pid: 0,
        since: clock::now(),
        doing: "?".into(),
    }
}

/// The system's lock is ours, so that a holder of this host is dead. One of another host may live: not every network
/// file system carries locks across.
fn refuse_foreign(state: &Path, file: &mut File) -> Result<(), BackendError> {
    match details(file) {
        Some(holder) if holder.host != machine::this().host => {
            Err(BackendError::Foreign { path: state.to_path_buf(), holder: Box::new(holder) })
        }
        _ => Ok(()),
    }
}

fn sign(path: &Path, file: &mut File, doing: &str) -> Result<(), BackendError> {
    let failed = |e: io::Error| BackendError::io("write the lock file", path)(e);
    let me = machine::this();
    let details = Details {
        id: random::hex(8).map_err(failed)?,
        host: me.host,
        user: me.user,
        pid: me.pid,
        since: clock::now().to_string(),
        doing: doing.to_string(),
    };
    let text = serde_json::to_string(&details).map_err(|e| failed(e.into()))?;
    let write = |file: &mut File| {
        clear(file)?;
        file.rewind()?;
        file.write_all(text.as_bytes())
    };
    write(file).map_err(|e| {
        // Nothing half-written may stay: it would look like a process that died.
        let _ = clear(file);
        failed(e)
    })
}

fn clear(file: &File) -> io::Result<()> {
    file.set_len(0)
}

#[cfg(test)]
mod tests;
