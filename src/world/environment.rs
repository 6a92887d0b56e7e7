//! The process's environment variables.

use std::ffi::OsString;

/// One of them, be it UTF-8 or not.
pub fn one(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// All of them whose name is UTF-8, sorted by name; whoever wants a value says whether it must be UTF-8 too.
pub fn all() -> Vec<(String, OsString)> {
    let mut all: Vec<(String, OsString)> =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))).collect();
    all.sort_unstable();
    all
}
