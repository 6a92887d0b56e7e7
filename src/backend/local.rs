//! The state as a local file: read, and written under its lock so that a crash leaves the old one or the new one.

use super::{BackendError, Holder, StateLock};
use crate::state::{State, stored};
use crate::world::disk;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A state in a local file. Beside it stand `<path>.lock` and `<path>.backup`, the state before the last run or edit.
#[derive(Debug, Clone)]
pub struct Local {
    path: PathBuf,
    patience: Duration,
}

/// Which state a change was made from: what must still be in place when it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// There was none.
    Absent,
    /// This one.
    Present {
        /// Its lineage.
        lineage: String,
        /// Its serial.
        serial: u64,
    },
}

impl Base {
    /// The base that `state`, as it was read, makes.
    pub fn of(state: Option<&State>) -> Base {
        match state {
            None => Base::Absent,
            Some(state) => Base::Present { lineage: state.lineage.clone(), serial: state.serial },
        }
    }

    fn show(&self) -> String {
        match self {
            Base::Absent => "no state".into(),
            Base::Present { lineage, serial } => format!("serial {serial} of lineage {lineage}"),
        }
    }
}

/// What the lock is called, behind the state's name.
pub(super) const LOCK: &str = ".lock";
/// What the earlier state is called.
const BACKUP: &str = ".backup";
/// What an earlier state is called that cannot be read.
const DAMAGED: &str = ".damaged";
/// How long a writer waits for the lock by default.
const PATIENCE: Duration = Duration::from_secs(10);
/// No state is larger, in bytes (about six million records).
const LARGEST: u64 = 2 << 30;

impl Local {
    /// The state at `path`, which need not exist. A link stays a link: the file behind it is replaced, and locked
    /// under one name, whichever link leads there.
    pub fn new(path: impl Into<PathBuf>) -> Local {
        let path = path.into();
        let behind = if path.is_symlink() { path.canonicalize().ok() } else { None };
        Local { path: behind.unwrap_or(path), patience: PATIENCE }
    }

    /// Waits for the lock for at most `patience` (`--lock-timeout`).
    pub fn with_patience(self, patience: Duration) -> Local {
        Local { patience, ..self }
    }

    /// Where the state before the last run or edit is, if there was one.
    pub fn backup(&self) -> PathBuf {
        beside(&self.path, BACKUP)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The state; `None` when there is none yet. Never waits.
    ///
    /// # Errors
    /// `Io`, and `Stored` when what is there is damaged, changed by hand, or newer.
    pub fn read(&self) -> Result<Option<State>, BackendError> {
        self.read_bytes()?.map(|bytes| self.parse(&bytes)).transpose()
    }

    fn parse(&self, bytes: &[u8]) -> Result<State, BackendError> {
        stored::read(bytes).map_err(|source| BackendError::Stored { path: self.path.clone(), source })
    }

    /// The stored bytes as they are, for `state pull` and for a look at what is damaged.
    ///
    /// # Errors
    /// `Io`.
    pub fn read_bytes(&self) -> Result<Option<Vec<u8>>, BackendError> {
        match disk::read(&self.path, LARGEST) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(BackendError::io("read the state", &self.path)(e)),
        }
    }

    /// Locks the state for writing, and makes its folder. `doing` is what others are told meanwhile, such as `apply`.
    ///
    /// # Errors
    /// `Locked`, `Foreign`, `Io`.
    pub fn lock(&self, doing: &str) -> Result<StateLock, BackendError> {
        let folder = disk::folder_of(&self.path);
        disk::make_folder(folder).map_err(BackendError::io("make the state's folder", folder))?;
        StateLock::take(&self.path, doing, self.patience)
    }

    /// Takes away a lock that a process of another host left; answers whose it was.
    ///
    /// # Errors
    /// `NotLocked`, `OtherLock`, `Alive`, `Io`.
    pub fn force_unlock(&self, id: &str) -> Result<Holder, BackendError> {
        StateLock::force(&self.path, id)
    }

    /// Replaces what is in place by `next`, which was made from `base`. What was in place is kept as `.backup`:
    /// once per `run`, so that a run's many checkpoints leave the state before it; always when no run writes.
    ///
    /// # Errors
    /// `ChangedUnderneath`, `Stored` when what is in place is damaged, `Io`. After an error what was in place is
    /// still there, whole.
    pub fn write(
        &self,
        lock: &StateLock,
        base: &Base,
        next: &State,
        run: Option<&str>,
    ) -> Result<Base, BackendError> {
        debug_assert_eq!(lock.state(), self.path, "a lock of another state protects nothing");
        let bytes = self.read_bytes()?;
        let current = bytes.as_deref().map(|bytes| self.parse(bytes)).transpose()?;
        let found = Base::of(current.as_ref());
        if found != *base {
            let (expected, found) = (base.show(), found.show());
            return Err(BackendError::ChangedUnderneath { path: self.path.clone(), expected, found });
        }
        let folded = current.and_then(|state| state.folded).map(|f| f.run);
        let mid_run = run.is_some() && folded.as_deref() == run;
        if let Some(bytes) = bytes.filter(|_| !mid_run) {
            self.keep(&bytes, BACKUP)?;
        }
        disk::write_atomic(&self.path, &stored::write(next))
            .map_err(BackendError::io("write the state", &self.path))?;
        Ok(Base::of(Some(next)))
    }

    /// Replaces whatever is in place, damaged or not, after a person said so (`state push --force`). What was in
    /// place is kept, byte for byte: as `.backup` when it can be read, else as `.damaged`, so that no good backup goes.
    ///
    /// # Errors
    /// `Io`.
    pub fn replace(&self, lock: &StateLock, next: &State) -> Result<Base, BackendError> {
        debug_assert_eq!(lock.state(), self.path, "a lock of another state protects nothing");
        if let Some(bytes) = self.read_bytes()? {
            let ending = if stored::read(&bytes).is_ok() { BACKUP } else { DAMAGED };
            self.keep(&bytes, ending)?;
        }
        disk::write_atomic(&self.path, &stored::write(next))
            .map_err(BackendError::io("write the state", &self.path))?;
        Ok(Base::of(Some(next)))
    }

    fn keep(&self, bytes: &[u8], ending: &str) -> Result<(), BackendError> {
        let backup = beside(&self.path, ending);
        disk::write_atomic(&backup, bytes).map_err(BackendError::io("keep the earlier state as", &backup))
    }
}

/// The files that are written for a state at `path`.
pub fn files(path: &Path) -> [PathBuf; 4] {
    ["", LOCK, BACKUP, DAMAGED].map(|ending| beside(path, ending))
}

/// `path` with `ending` behind its name.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests;
