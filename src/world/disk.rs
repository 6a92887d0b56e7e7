//! Files: whole ones read with a limit, written so that a crash leaves the old or the new one.

pub use patchform_sdk::durable::{folder_of, make_folder, sync_folder};

use super::failpoint;
use std::fs::{self, File};
use std::io::{self, Read as _, Write};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

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

/// SHA-256 of a file, however large, as 64 lower-case hex digits.
///
/// # Errors
/// Those of the system.
pub fn sha256(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut running = patchform_sdk::digest::Running::default();
    let mut part = vec![0; 1 << 20];
    loop {
        match file.read(&mut part)? {
            0 => return Ok(running.finish()),
            read => running.update(&part[..read]),
        }
    }
}

/// Replaces `path` by `bytes`: new file beside it, fsync, rename, fsync of the folder. After an error or a crash the
/// old content is whole, or the new one where the error says so.
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

/// Whether so many bytes more can be written in `folder`, now: they are, and go again.
///
/// # Errors
/// Those of the system: there is no room, or nothing may be written there.
pub fn has_room(folder: &Path, bytes: usize) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".patchform-").tempfile_in(folder)?;
    // Not zeros, which some disks do not keep; through the file itself, since its passing name would stand in the error.
    file.as_file_mut().write_all(&vec![1; bytes])?;
    file.as_file().sync_all()
}

/// Keeps so many `bytes` behind the first `from` of a file for it, so that they can be written although the disk is full by
/// then. The file's length stays as it is; setting it lets go of what was kept.
///
/// # Errors
/// Those of the system: there is no room, or the file system keeps none.
pub fn keep_room(file: &File, from: u64, bytes: u64) -> io::Result<()> {
    Ok(rustix::fs::fallocate(file, rustix::fs::FallocateFlags::KEEP_SIZE, from, bytes)?)
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
    failpoint::hit_at("disk.renamed", path).and_then(|()| sync_folder(folder)).map_err(|e| {
        io::Error::new(e.kind(), format!("it is replaced, but a power cut may bring the old one back: {e}"))
    })
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

/// A new folder in `folder` that only this user may open, gone with the value; for what may be too large for where the
/// system has its temporary files.
///
/// # Errors
/// Those of the system.
pub fn scratch_in(folder: &Path) -> io::Result<Scratch> {
    make_folder(folder)?;
    tempfile::Builder::new().prefix(".scratch-").tempdir_in(folder).map(Scratch)
}

/// A folder that is removed when this is dropped.
pub struct Scratch(tempfile::TempDir);

impl Scratch {
    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Writes a file of at most `limit` bytes anew, as it is. Afterwards it is durable: also when the process that wrote it
/// died before its fsync, and when an fsync of it failed. After that the system takes its pages for written, and another
/// fsync of them would succeed without writing.
///
/// # Errors
/// Those of the system; `FileTooLarge` above the limit.
pub fn rewrite(path: &Path, limit: u64) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path)?.permissions().mode();
    write(path, &read(path, limit)?, mode)
}

/// Whether `file` is what stands at `path`.
///
/// # Errors
/// Those of the system; `NotFound` when nothing is there.
pub fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let (open, there) = (file.metadata()?, fs::metadata(path)?);
    Ok((open.dev(), open.ino()) == (there.dev(), there.ino()))
}

/// The user, by number, who owns what stands at `path` or the nearest folder on the way to it that can be looked at, where that is
/// not the user of this process; and who that is.
pub fn other_owner(path: &Path) -> Option<(u32, u32)> {
    let found = path.ancestors().map(|at| if at.as_os_str().is_empty() { Path::new(".") } else { at });
    let owner = found.filter_map(|at| fs::metadata(at).ok()).next()?.uid();
    let own = own_user().ok()?;
    (owner != own).then_some((owner, own))
}

/// Whose this process is: the owner of its own entry.
fn own_user() -> io::Result<u32> {
    Ok(fs::metadata("/proc/self")?.uid())
}

/// The folder `NAME-UID` among the temporary ones, which nobody else can look into; made when needed.
///
/// # Errors
/// Those of the system; or when somebody else made a folder of this name, or others can look into it.
pub fn private_folder(name: &str) -> io::Result<PathBuf> {
    use std::os::unix::fs::DirBuilderExt as _;
    let own = own_user()?;
    let path = std::env::temp_dir().join(format!("{name}-{own}"));
    match fs::DirBuilder::new().mode(0o700).create(&path) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(e),
        _ => {}
    }
    let there = fs::symlink_metadata(&path)?;
    if there.is_dir() && there.uid() == own && there.mode() & 0o077 == 0 {
        return Ok(path);
    }
    let why =
        format!("{} is not a folder of our own that nobody else can look into; remove it", path.display());
    Err(io::Error::new(io::ErrorKind::PermissionDenied, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_folder_is_refused_when_others_can_look_into_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let name = format!("patchform-test-{}", std::process::id());
        let path = private_folder(&name).unwrap();
        assert_eq!(private_folder(&name).unwrap(), path);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(private_folder(&name).unwrap_err().to_string().contains("nobody else can look into"));
        fs::remove_dir(&path).unwrap();
        std::os::unix::fs::symlink("/", &path).unwrap();
        assert!(private_folder(&name).is_err());
        fs::remove_file(&path).unwrap();
    }

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
