//! The artifact of a level: where it is, the digest it must have, and its copy in the store.

use crate::arguments::{Arguments, absolute};
use crate::layout::Layout;
use crate::manifest::of_reader;
use patchform_sdk::message::{Act, Artifact};
use patchform_sdk::{durable, failpoint};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The artifact that belongs to `level`, with its digest as the configuration gives it.
///
/// # Errors
/// A sentence: the digest is not known, or the file is not there.
pub fn of(arguments: &Arguments, level: &str) -> Result<Artifact, String> {
    let path = absolute(&arguments.artifact.replace("{level}", level));
    let sha256 = match (&arguments.sha256, &arguments.sha256_file) {
        (Some(digests), _) => digests
            .get(level)
            .cloned()
            .ok_or_else(|| format!("there is no SHA-256 for level {level}; add it to `sha256`"))?,
        (None, Some(file)) => from_file(&absolute(&file.replace("{level}", level)), &path)?,
        (None, None) => {
            return Err("the artifact's digest is not known; give `sha256` or `sha256_file`".into());
        }
    };
    let size = fs::metadata(&path).map(|m| m.len());
    let size = size.map_err(|e| format!("the artifact {} cannot be read: {e}", path.display()))?;
    Ok(Artifact { source: path.display().to_string(), sha256: sha256.to_ascii_lowercase(), size })
}

/// The digest of `artifact` in a file as `sha256sum` writes it: `HEX  name` per line, or the digest alone.
fn from_file(file: &Path, artifact: &Path) -> Result<String, String> {
    let text = fs::read_to_string(file)
        .map_err(|e| format!("the digest file {} cannot be read: {e}", file.display()))?;
    let name = artifact.file_name().unwrap_or_default().to_string_lossy();
    for line in text.lines() {
        let (digest, of) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
        let of = of.trim_start().trim_start_matches('*').rsplit('/').next().unwrap_or_default();
        let is_digest = digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
        if is_digest && (of.is_empty() || of == name) {
            return Ok(digest.into());
        }
    }
    Err(format!("the digest file {} has no SHA-256 of {name}", file.display()))
}

/// The artifact that an action is about: the one the plan pinned, or else the configured one.
///
/// # Errors
/// As [`of`].
pub fn wanted(arguments: &Arguments, act: &Act, level: &str) -> Result<Artifact, String> {
    match act.artifacts.first() {
        Some(pinned) => Ok(pinned.clone()),
        None => of(arguments, level),
    }
}

/// The checked copy of an artifact in the store; made when it is not there yet.
///
/// # Errors
/// A sentence: it cannot be copied, or its digest is another one. Then nothing is kept.
pub fn fetch(layout: &Layout, artifact: &Artifact) -> Result<PathBuf, String> {
    let stored = layout.stored(&artifact.sha256);
    if is_stored(layout, artifact) {
        return Ok(stored);
    }
    let fresh = durable::beside(&stored);
    let made = copy(Path::new(&artifact.source), &fresh)
        .map_err(|e| format!("{} cannot be fetched: {e}", artifact.source));
    let kept = made.and_then(|found| {
        if found != artifact.sha256 {
            return Err(format!(
                "the artifact {} has the SHA-256 {found}, expected {}; it was not unpacked",
                artifact.source, artifact.sha256
            ));
        }
        fs::rename(&fresh, &stored)
            .and_then(|()| durable::sync_folder(durable::folder_of(&stored)))
            .map_err(|e| format!("{} cannot be kept: {e}", stored.display()))
    });
    if kept.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    kept.map(|()| stored)
}

/// Whether a whole and right copy is in the store.
pub fn is_stored(layout: &Layout, artifact: &Artifact) -> bool {
    let is_hex = artifact.sha256.len() == 64 && artifact.sha256.bytes().all(|b| b.is_ascii_hexdigit());
    is_hex
        && File::open(layout.stored(&artifact.sha256))
            .and_then(of_reader)
            .is_ok_and(|found| found == artifact.sha256)
}

/// Copies and gives the digest of what was copied.
fn copy(from: &Path, to: &Path) -> io::Result<String> {
    fs::create_dir_all(durable::folder_of(to))?;
    let mut source = File::open(from)?;
    let mut copy = File::create_new(to)?;
    io::copy(&mut source, &mut copy)?;
    failpoint::hit("release.copied")?;
    copy.sync_all()?;
    // What counts is what lies on the target's side.
    of_reader(File::open(to)?)
}
