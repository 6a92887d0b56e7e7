//! The known right answers of others, and how many of them were met.
//!
//! They are looked for in `$PATCHFORM_CORPUS`, else in `../shared/data` beside the workspace; a test that misses them
//! says that it was skipped. `cargo test -p patchform-advisory -- --nocapture` prints the tables: collection, cases,
//! right, wrong.

use flate2::read::MultiGzDecoder;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A folder of the corpus; none, after a line that says so, where it is missing.
pub fn folder(name: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("PATCHFORM_CORPUS").map_or(beside, PathBuf::from).join(name);
    if !folder.is_dir() {
        println!("skipped: there is no corpus in {} (set PATCHFORM_CORPUS)", folder.display());
        return None;
    }
    Some(folder)
}

/// The bytes of a file, unpacked where its name ends in `.gz`.
pub fn bytes(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if path.extension().is_none_or(|extension| extension != "gz") {
        return bytes;
    }
    let mut plain = Vec::new();
    MultiGzDecoder::new(&bytes[..]).read_to_end(&mut plain).expect("a file of the corpus unpacks");
    plain
}

/// The text of a file, unpacked where its name ends in `.gz`.
pub fn text(path: &Path) -> String {
    String::from_utf8(bytes(path)).expect("a text of the corpus is UTF-8")
}

/// What became of the cases of one collection.
#[derive(Default)]
pub struct Tally {
    pub right: usize,
    pub wrong: Vec<String>,
}

impl Tally {
    pub fn check(&mut self, right: bool, what: impl FnOnce() -> String) {
        if right { self.right += 1 } else { self.wrong.push(what()) }
    }

    /// Prints the row of the table, and fails where more is wrong than is known and explained in docs/accuracy.md, or
    /// where there was nothing to check.
    pub fn hold(&self, collection: &str, known_wrong: usize) {
        let cases = self.right + self.wrong.len();
        println!("{collection:<58} {cases:>6} cases {:>6} right {:>3} wrong", self.right, self.wrong.len());
        for line in self.wrong.iter().take(12) {
            println!("    {line}");
        }
        assert!(cases > 0, "{collection}: no case was found");
        assert!(self.wrong.len() <= known_wrong, "{collection}: {} wrong", self.wrong.len());
    }
}
