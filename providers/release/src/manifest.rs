//! What a release holds: its files with digests, and a quick way to see whether they were changed since.

use crate::layout::Layout;
use patchform_sdk::digest;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// What was unpacked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Its patch level.
    pub level: String,
    /// Digest of the artifact.
    pub sha256: String,
    /// Its files and symlinks by path within the release.
    pub files: BTreeMap<String, Entry>,
}

/// Files as they stand: digest and permission bits by path.
pub type Files = BTreeMap<String, (String, u32)>;

/// One file of a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Digest of the content; for a symlink of `→` and what it says.
    pub sha256: String,
    /// Permission bits; 0 for a symlink.
    pub mode: u32,
    /// How the file stood right after it was unpacked: as long as this is the same, its content is not read again.
    #[serde(default)]
    pub stamp: Stamp,
}

/// Size, time and identity of a file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stamp {
    size: u64,
    changed: (i64, i64),
    status_changed: (i64, i64),
    inode: u64,
}

impl Stamp {
    fn of(metadata: &fs::Metadata) -> Stamp {
        Stamp {
            size: metadata.len(),
            changed: (metadata.mtime(), metadata.mtime_nsec()),
            status_changed: (metadata.ctime(), metadata.ctime_nsec()),
            inode: metadata.ino(),
        }
    }
}

impl Manifest {
    /// The manifest of release `name`; `None` when there is none that can be read.
    pub fn load(layout: &Layout, name: &str) -> Option<Manifest> {
        serde_json::from_slice(&fs::read(layout.meta(name)).ok()?).ok()
    }

    /// Takes down how every file stands now.
    ///
    /// # Errors
    /// Those of the system.
    pub fn stamp(&mut self, root: &Path) -> io::Result<()> {
        for (path, entry) in &mut self.files {
            entry.stamp = Stamp::of(&fs::symlink_metadata(root.join(path))?);
        }
        Ok(())
    }

    /// The files as they stand in `root` now; a file that is gone is left out.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn now(&self, root: &Path) -> io::Result<Files> {
        let mut files = BTreeMap::new();
        for (path, entry) in &self.files {
            let place = root.join(path);
            match fs::symlink_metadata(&place) {
                Ok(found) if Stamp::of(&found) == entry.stamp => {
                    files.insert(path.clone(), (entry.sha256.clone(), entry.mode));
                }
                Ok(found) => {
                    files.insert(path.clone(), look(&place, &found)?);
                }
                Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
                Err(e) => return Err(e),
            }
        }
        Ok(files)
    }

    /// The files as they were unpacked.
    pub fn as_unpacked(&self) -> Files {
        self.files.iter().map(|(path, entry)| (path.clone(), (entry.sha256.clone(), entry.mode))).collect()
    }

    /// Whether every file in `root` is as it was unpacked.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn is_intact(&self, root: &Path) -> io::Result<bool> {
        Ok(self.now(root)? == self.as_unpacked())
    }
}

fn look(place: &Path, found: &fs::Metadata) -> io::Result<(String, u32)> {
    if found.is_symlink() {
        return Ok((of_link(&fs::read_link(place)?), 0));
    }
    if !found.is_file() {
        return Ok(("not a file".into(), found.mode() & 0o777));
    }
    Ok((of_reader(File::open(place)?)?, found.mode() & 0o777))
}

/// Digest of a symlink by what it says.
pub fn of_link(target: &Path) -> String {
    digest::of_bytes(format!("→{}", target.display()).as_bytes())
}

/// Digest of all that `reader` gives.
///
/// # Errors
/// Those of the reader.
pub fn of_reader(mut reader: impl io::Read) -> io::Result<String> {
    let mut running = digest::Running::default();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(running.finish()),
            Ok(n) => running.update(&buffer[..n]),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

/// The digest of a reading: level and files, or the absence of both.
pub fn digest_of(level: Option<&str>, files: &Files) -> String {
    digest::of_json(&json!({ "level": level, "files": files }))
}

/// The content of a small text file; `None` when it is large, no UTF-8, or cannot be read.
pub fn small_text(path: &Path, limit: u64) -> Option<String> {
    if !fs::symlink_metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(limit + 1).read_to_end(&mut bytes).ok()?;
    if bytes.len() as u64 > limit || bytes.contains(&0) {
        return None;
    }
    String::from_utf8(bytes).ok()
}
