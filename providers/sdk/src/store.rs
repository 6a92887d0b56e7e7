//! Where a provider keeps what must survive its process, such as ledgers.

use std::env;
use std::path::PathBuf;

/// The variable in which patchform names the folder: beside the state, so that whoever takes a run over from another
/// folder finds what is in it. Relative paths start where the provider was started.
pub const STORE: &str = "PATCHFORM_STORE";

/// The folder; `.patchform` where nobody names one.
pub fn folder() -> PathBuf {
    let named = env::var_os(STORE).filter(|named| !named.is_empty());
    named.map_or_else(|| PathBuf::from(".patchform"), PathBuf::from)
}
