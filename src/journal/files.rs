//! The files of a journal as they stand there, whatever is in them: for whoever checks or copies them.

use super::segment;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

/// One segment's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentFile {
    /// Its number, from 1.
    pub number: u32,
    /// Where it is.
    pub path: PathBuf,
    /// Line feeds in it.
    pub lines: u64,
    /// Bytes in it.
    pub bytes: u64,
}

/// The segments in `folder`, by number.
///
/// # Errors
/// The folder or a file cannot be read.
pub fn files(folder: &Path) -> io::Result<Vec<SegmentFile>> {
    let numbers = segment::numbers(folder)?;
    numbers.into_iter().map(|number| count(segment::path(folder, number), number)).collect()
}

fn count(path: PathBuf, number: u32) -> io::Result<SegmentFile> {
    let mut file = BufReader::with_capacity(1 << 16, File::open(&path)?);
    let (mut lines, mut bytes) = (0, 0);
    loop {
        let part = file.fill_buf()?;
        if part.is_empty() {
            return Ok(SegmentFile { number, path, lines, bytes });
        }
        lines += part.iter().filter(|b| **b == b'\n').count() as u64;
        bytes += part.len() as u64;
        let used = part.len();
        file.consume(used);
    }
}
