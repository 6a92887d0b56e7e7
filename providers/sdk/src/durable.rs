//! Files that a crash leaves either old or new.

use crate::failpoint;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// What must be survived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Survives {
    /// The death of the process: written, not synced.
    Death,
    /// Also a loss of power: synced to the disk.
    PowerLoss,
}

/// Replaces `path` by `bytes` with permission bits `mode`: new file beside it, rename. After an error or a crash the old
/// content is whole.
///
/// # Errors
/// Those of the system.
pub fn replace(path: &Path, bytes: &[u8], mode: u32, survives: Survives) -> io::Result<()> {
    let fresh = beside(path);
    let written = write_new(&fresh, bytes, mode, survives).and_then(|()| {
        failpoint::hit("kept.rename")?;
        fs::rename(&fresh, path)
    });
    if written.is_err() {
        // The half-made file is of no use to anybody; the error that counts is the first one.
        let _ = fs::remove_file(&fresh);
    }
    written?;
    failpoint::hit("kept.renamed")?;
    if survives == Survives::PowerLoss { sync_folder(folder_of(path)) } else { Ok(()) }
}

fn write_new(path: &Path, bytes: &[u8], mode: u32, survives: Survives) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(bytes)?;
    failpoint::hit("kept.sync")?;
    if survives == Survives::PowerLoss {
        file.sync_all()?;
    }
    Ok(())
}

/// A fresh hidden name in the same folder.
pub fn beside(path: &Path) -> PathBuf {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    folder_of(path).join(format!(".{name}.{}-{n}.new", std::process::id()))
}

/// Makes the entries of a folder durable.
///
/// # Errors
/// Those of the system.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Makes a folder and its parents, and their entries durable.
///
/// # Errors
/// Those of the system; `NotADirectory` when something else is in the way.
pub fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = folder_of(path);
    make_folder(parent)?;
    match fs::create_dir(path) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(e),
        Err(_) if !path.is_dir() => return Err(io::ErrorKind::NotADirectory.into()),
        _ => {}
    }
    sync_folder(parent)
}

/// The folder a path stands in; `.` for a bare name.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_replacement_is_whole_and_leaves_nothing_beside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        replace(&path, b"one", 0o644, Survives::Death).unwrap();
        replace(&path, b"two", 0o600, Survives::PowerLoss).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(replace(&dir.path().join("no/such"), b"x", 0o644, Survives::Death).is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
