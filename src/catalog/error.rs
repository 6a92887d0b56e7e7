//! What can go wrong between the catalog and its file.

use rusqlite::ErrorCode;
use std::io;
use std::path::{Path, PathBuf};

/// What went wrong, where, and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// Nothing was collected yet.
    #[error("there is no catalog at {}; `patchform collect` makes it from the feeds of the configuration", .0.display())]
    Missing(PathBuf),
    /// Another file, or one that was damaged.
    #[error(
        "the catalog {} is damaged or no catalog ({what}); it holds nothing that cannot be read again: remove it, and run \
         `patchform collect`",
        .path.display()
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// Written by a later version.
    #[error(
        "the catalog {} has the form {found}, of a newer patchform; this one knows {known}. Use that version, or remove the \
         file and run `patchform collect`",
        .path.display()
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its form.
        found: u32,
        /// The newest form that is known here.
        known: u32,
    },
    /// Another process writes, and did not end in time.
    #[error("the catalog {} is being written by another process; wait for it, and try again", .0.display())]
    Busy(PathBuf),
    /// The system refused.
    #[error("cannot {doing} the catalog {}: {what}", .path.display())]
    Io {
        /// `read`, `write` …
        doing: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        what: String,
    },
}

impl CatalogError {
    /// What the store said, in the words of a person who has to do something about it.
    pub(super) fn of(doing: &'static str, path: &Path, error: &rusqlite::Error) -> CatalogError {
        let path = path.to_path_buf();
        let io = |what: &str| CatalogError::Io { doing, path: path.clone(), what: what.to_string() };
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => CatalogError::Busy(path),
            Some(ErrorCode::DiskFull) => {
                io("the disk is full; free some space and run the command again, nothing was lost")
            }
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                io("permission denied; this user may not do that there")
            }
            Some(ErrorCode::CannotOpen) => {
                io("it cannot be opened; is its folder there, and may this user write in it?")
            }
            Some(ErrorCode::SystemIoFailure) => io(&format!("the disk failed ({error})")),
            Some(ErrorCode::OutOfMemory) => io("there is no memory left"),
            _ => CatalogError::Damaged { path, what: error.to_string() },
        }
    }

    pub(super) fn io(doing: &'static str, path: &Path, error: &io::Error) -> CatalogError {
        CatalogError::Io { doing, path: path.to_path_buf(), what: error.to_string() }
    }
}
