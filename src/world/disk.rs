//! Files: whole ones read with a limit, written so that a crash leaves the old or the new one.

pub use patchform_sdk::durable::{folder_of, sync_folder};

use super::failpoint;
use std::fs::{self, File};
use std::io::{self, Read as _, Write};
use std::path::Path;

/// Reads a whole file of at most `limit` bytes.
///
/// # Errors
/// Those of the system; `FileTooLarge` above the limit.
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {limit} bytes")));
    }
    Ok(bytes)
}

/// Replaces `path` by `bytes`: new file beside it, fsync, rename, fsync of the folder. After an error or a crash the
/// old content is whole.
///
/// # Errors
/// Those of the system.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write(path, bytes, 0o600)
}

/// As [`write_atomic`], for a file that everybody may read, such as one that is committed.
///
/// # Errors
/// Those of the system.
pub fn write_public(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write(path, bytes, 0o644)
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder_of(path);
    failpoint::hit_at("disk.create", path)?;
    let mut file = tempfile::Builder::new().prefix(".patchform-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().set_permissions(fs::Permissions::from_mode(mode))?;
    failpoint::hit_at("disk.sync", path)?;
    file.as_file().sync_all()?;
    failpoint::hit_at("disk.rename", path)?;
    file.persist(path).map_err(|e| e.error)?;
    failpoint::hit_at("disk.renamed", path)?;
    sync_folder(folder)
}

/// Replaces the content of a file that somebody edits by hand: only if it is still `before`, at once, under the same
/// permissions; a link stays one. What other names share the file with (hard links) keeps the old content.
///
/// # Errors
/// Those of the system; a file that is write-protected, or was changed meanwhile.
pub fn replace(path: &Path, before: &[u8], after: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let path = fs::canonicalize(path)?;
    let metadata = fs::metadata(&path)?;
    if metadata.permissions().readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is write-protected"));
    }
    if read(&path, before.len() as u64).ok().as_deref() != Some(before) {
        return Err(io::Error::other("it was changed by somebody else meanwhile"));
    }
    let folder = folder_of(&path);
    let mut file = tempfile::Builder::new().prefix(".patchform-").tempfile_in(folder)?;
    file.write_all(after)?;
    // First the owner: giving a file away may drop bits. Who may not give it away owns it already, or leaves it here.
    let owned = std::os::unix::fs::fchown(file.as_file(), Some(metadata.uid()), Some(metadata.gid()));
    let mine = file.as_file().metadata()?;
    if owned.is_err() && (mine.uid(), mine.gid()) != (metadata.uid(), metadata.gid()) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it belongs to somebody else"));
    }
    file.as_file().set_permissions(metadata.permissions())?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|e| e.error)?;
    sync_folder(folder)
}

/// Makes `path`, which must not be there yet, of what `fill` writes. After an error or a crash there is no such file.
///
/// # Errors
/// Those of the system and of `fill`; `AlreadyExists` when something stands at `path`.
pub fn write_new(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    if path.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let folder = folder_of(path);
    let file = tempfile::Builder::new().prefix(".patchform-").tempfile_in(folder)?;
    let mut buffered = io::BufWriter::new(file);
    fill(&mut buffered)?;
    let file = buffered.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|e| e.error)?;
    sync_folder(folder)
}

/// A new folder among the system's temporary ones that only this user may open, gone with the value.
///
/// # Errors
/// Those of the system.
pub fn scratch() -> io::Result<Scratch> {
    tempfile::Builder::new().prefix("patchform-").tempdir().map(Scratch)
}

/// A folder that is removed when this is dropped.
pub struct Scratch(tempfile::TempDir);

impl Scratch {
    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Makes a folder and its parents, and their entries durable.
///
/// # Errors
/// Those of the system.
pub fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = folder_of(path);
    make_folder(parent)?;
    match fs::create_dir(path) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(e),
        _ => {}
    }
    sync_folder(parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_replaces_and_a_read_keeps_its_limit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/c.json");
        make_folder(folder_of(&path)).unwrap();
        write_atomic(&path, b"one").unwrap();
        write_atomic(&path, b"four").unwrap();
        assert_eq!(read(&path, 4).unwrap(), b"four");
        assert_eq!(read(&path, 3).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(fs::read_dir(dir.path().join("a/b")).unwrap().count(), 1);
    }

    #[test]
    fn a_new_file_is_whole_or_not_there_and_replaces_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new");
        assert!(write_new(&path, |_| Err(io::ErrorKind::Other.into())).is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        write_new(&path, |out| out.write_all(b"one")).unwrap();
        let again = write_new(&path, |out| out.write_all(b"two")).unwrap_err();
        assert_eq!((again.kind(), fs::read(&path).unwrap()), (io::ErrorKind::AlreadyExists, b"one".to_vec()));
    }
}
