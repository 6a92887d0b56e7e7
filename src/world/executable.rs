//! Executables: this program itself, and others by path and digest.

use patchform_sdk::digest::Running;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// This program.
///
/// # Errors
/// Those of the system.
pub fn own() -> io::Result<PathBuf> {
    std::env::current_exe()
}

/// Absolute path without symlinks, and SHA-256, of the executable at `path`.
///
/// # Errors
/// Those of the system; that it is no file, or not executable.
pub fn digest(path: &Path) -> io::Result<(PathBuf, String)> {
    use std::os::unix::fs::PermissionsExt as _;
    let path = fs::canonicalize(path)?;
    let mut file = File::open(&path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    if metadata.permissions().mode() & 0o111 == 0 {
        return Err(io::Error::other("it is not executable (chmod +x)"));
    }
    let mut digest = Running::default();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((path, digest.finish())),
            n => digest.update(&buffer[..n]),
        }
    }
}

/// Size in bytes and time of change in nanoseconds since 1970, which differ from build to build.
///
/// # Errors
/// Those of the system.
pub fn stamp(path: &Path) -> io::Result<(u64, u128)> {
    let metadata = fs::metadata(path)?;
    let changed = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok((metadata.len(), changed.as_nanos()))
}
