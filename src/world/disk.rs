//! Files: whole ones read with a limit, written so that a crash leaves the old or the new one.

pub use patchform_sdk::durable::{folder_of, sync_folder};

use super::failpoint;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
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
}
