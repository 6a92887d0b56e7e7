//! The names of a journal's segments: `000001.jsonl`, `000002.jsonl`, …

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The path of segment `number` in `folder`.
pub(super) fn path(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("{number:06}.jsonl"))
}

/// Numbers of the segments in `folder`, sorted. Other files are not looked at.
pub(super) fn numbers(folder: &Path) -> io::Result<Vec<u32>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|n| n.strip_suffix(".jsonl")).filter(|n| n.len() >= 6);
        if let Some(number) = number.and_then(|n| n.parse().ok()) {
            found.push(number);
        }
    }
    found.sort_unstable();
    Ok(found)
}
