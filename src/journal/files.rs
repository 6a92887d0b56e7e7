//! The files of a journal as they stand there, whatever is in them: for whoever checks or copies them.

use super::stored::StoredContent;
use super::{line, segment};
use crate::model::Moment;
use crate::run::event::What;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// No line that ends a run is longer, in bytes.
const SHORT: u64 = 4096;

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

/// Whether the last line in `folder` is whole and says that the run ended. Nothing before it is looked at.
pub fn says_finished(folder: &Path) -> bool {
    let last = segment::numbers(folder).ok().and_then(|numbers| numbers.last().copied());
    let line = last.and_then(|number| last_line(&segment::path(folder, number)).ok());
    let read = line.and_then(|line| line::read(&line).ok());
    read.is_some_and(|(line, ..)| match line.content {
        StoredContent::Event(event) => event.at(Moment(0)).what == What::Finished,
        StoredContent::Segment(_) => false,
    })
}

/// The last line of a file, without its line feed, where it is as short as one that ends a run.
fn last_line(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(SHORT)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    Ok(bytes.rsplit(|b| *b == b'\n').next().unwrap_or_default().to_vec())
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
