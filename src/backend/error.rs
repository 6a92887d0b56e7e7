//! What can go wrong between the state in memory and the state in its place.

use super::Holder;
use crate::state::stored::StoredError;
use std::io;
use std::path::{Path, PathBuf};

/// What went wrong, where, and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// The system refused to read, write or lock.
    #[error("cannot {doing} {}: {}", .path.display(), why(.source))]
    Io {
        /// `read the state`, `write the state` …
        doing: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What is there is no state.
    #[error("cannot read the state {}: {source}. What to do: {}", .path.display(), .source.way_out())]
    Stored {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: StoredError,
    },
    /// Somebody else writes, and did not end in time.
    #[error("the state {} is locked by {holder}; it was not released within the time waited. Try again", .path.display())]
    Locked {
        /// The state.
        path: PathBuf,
        /// Who holds it.
        holder: Box<Holder>,
    },
    /// A lock of another host, which cannot be asked whether its process still runs.
    #[error(
        "the state {} was locked by {holder}, on another host, and was not released. If that process is gone, take \
         the lock away with `patchform force-unlock {}`",
        .path.display(), .holder.id
    )]
    Foreign {
        /// The state.
        path: PathBuf,
        /// Who held it.
        holder: Box<Holder>,
    },
    /// The lock is not what `force-unlock` was told to take away.
    #[error("the state {} is not locked, so there is nothing to unlock", .0.display())]
    NotLocked(PathBuf),
    /// Another lock is in place.
    #[error("the lock on {} is not {asked} but {}, held by {holder}", .path.display(), .holder.id)]
    OtherLock {
        /// The state.
        path: PathBuf,
        /// The id that was asked for.
        asked: String,
        /// Who holds it.
        holder: Box<Holder>,
    },
    /// The holder is alive.
    #[error(
        "the lock on {} is held by {holder}, which is running; stop that process first, then nothing needs to be \
         unlocked",
        .path.display()
    )]
    Alive {
        /// The state.
        path: PathBuf,
        /// Who holds it.
        holder: Box<Holder>,
    },
    /// What is in place is not what this change was made from.
    #[error(
        "the state {} was changed underneath: this change was made from {expected}, and now there is {found}. Nothing \
         was written; run the command again",
        .path.display()
    )]
    ChangedUnderneath {
        /// The state.
        path: PathBuf,
        /// What was read before.
        expected: String,
        /// What is there now.
        found: String,
    },
}

impl BackendError {
    pub(super) fn io<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> BackendError + 'a {
        move |source| BackendError::Io { doing, path: path.to_path_buf(), source }
    }
}

/// What the system said, with the way out where there is a plain one.
fn why(error: &io::Error) -> String {
    let way_out = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "the disk is full; free some space and run the command again, nothing was lost"
        }
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only",
        io::ErrorKind::PermissionDenied => "permission denied; this user may not do that there",
        io::ErrorKind::NotADirectory => "a part of that path is a file, where a folder is needed",
        io::ErrorKind::IsADirectory => "that is a folder, where a file is needed",
        io::ErrorKind::FileTooLarge => "the file is too large to be a state",
        _ => return error.to_string(),
    };
    format!("{way_out} ({error})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_causes_are_named() {
        // ENOSPC, EDQUOT, EROFS, EACCES, ENOTDIR, EISDIR
        for (code, words) in [
            (28, "disk is full"),
            (122, "disk is full"),
            (30, "read-only"),
            (13, "permission denied"),
            (20, "where a folder is needed"),
            (21, "that is a folder"),
        ] {
            let error =
                BackendError::io("write the state", Path::new("/s.json"))(io::Error::from_raw_os_error(code));
            let text = error.to_string();
            assert!(text.contains(words) && text.starts_with("cannot write the state /s.json: "), "{text}");
        }
    }
}
