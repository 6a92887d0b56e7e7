//! CSAF, OpenVEX and provider trees beside the right answers of others.

#[path = "../corpus/mod.rs"]
mod corpus;

mod openvex;
mod provider;
mod reading;
mod validity;
mod verdicts;

use std::path::{Path, PathBuf};

/// The files under a folder whose names end so, in order.
fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, end));
        } else if path.to_string_lossy().ends_with(end) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The last part of a path.
fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("a name")
}
