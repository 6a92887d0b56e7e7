//! A folder that is removed when it is no longer needed, and a fingerprint of what it holds.

use crate::digest;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// A folder under the system's temporary one.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes one.
    ///
    /// # Errors
    /// Those of the system.
    pub fn new() -> io::Result<Scratch> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let n = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = std::env::temp_dir().join(format!("patchform-contract-{}-{n}", std::process::id()));
            match fs::create_dir(&path) {
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                made => return made.and_then(|()| fs::canonicalize(&path)).map(Scratch),
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed lies in the temporary folder, where somebody else will.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What a folder holds: of each path its mode, and the digest of its content or what its link says.
pub fn fingerprint(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    walk(folder, folder, &mut found);
    found
}

fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let (path, Ok(metadata)) = (entry.path(), entry.metadata()) else { continue };
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let content = if metadata.is_symlink() {
            fs::read_link(&path).map(|to| to.display().to_string()).unwrap_or_default()
        } else if metadata.is_dir() {
            walk(root, &path, found);
            String::new()
        } else {
            fs::read(&path).map(|bytes| digest::of_bytes(&bytes)).unwrap_or_default()
        };
        found.insert(name, format!("{:o} {content}", metadata.mode()));
    }
}
