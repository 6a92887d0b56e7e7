//! The key of a state: by it a plan tells what files held that expressions read, without helping anybody to guess it. It
//! is made once, stands beside the state and is never in a plan.

use super::{Failure, Place};
use crate::config::inputs::Key;
use crate::world::{disk, random};
use std::io::ErrorKind;
use std::path::PathBuf;

/// Bytes of randomness.
const LENGTH: usize = 32;

fn path(place: &Place) -> PathBuf {
    place.store().join("key")
}

/// The key, if there is one yet.
///
/// # Errors
/// It cannot be read, or is none.
pub fn known(place: &Place) -> Result<Option<Key>, Failure> {
    let path = path(place);
    let bytes = match disk::read(&path, 4 << 10) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Failure::error(format!("cannot read {}: {e}", path.display()))),
    };
    let text = String::from_utf8(bytes).unwrap_or_default();
    let text = text.trim_end();
    if text.len() != 2 * LENGTH || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(Failure::error(format!("{}, the key for digests of files, is damaged", path.display()))
            .hint("put it back from a backup; or remove it, and make plans that were saved before anew"));
    }
    Ok(Some(Key::new(text.to_string())))
}

/// The key, made where there is none. Where nothing can be written it is kept by nobody: such a plan can be read, and not be
/// applied later.
///
/// # Errors
/// As [`known`]; there is no randomness.
pub fn made(place: &Place) -> Result<Key, Failure> {
    if let Some(key) = known(place)? {
        return Ok(key);
    }
    let secret = random::hex(LENGTH)
        .map_err(|e| Failure::error(format!("no randomness for the key of digests of files: {e}")))?;
    match disk::write_new(&path(place), |file| writeln!(file, "{secret}")) {
        // Another command was faster.
        Err(e) if e.kind() == ErrorKind::AlreadyExists => known(place)?.ok_or_else(|| lost(place)),
        Ok(()) | Err(_) => Ok(Key::new(secret)),
    }
}

fn lost(place: &Place) -> Failure {
    Failure::error(format!("{} is there and cannot be read", path(place).display()))
}
