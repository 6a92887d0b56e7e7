//! Which segments of a journal count. Each says in its header which one it follows, and behind which line: what else is
//! there was written by a controller that had lost the run, or was cut off.

use super::line::{self, MAX_LINE};
use super::segment;
use super::stored::{Header, StoredContent};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::Path;

/// The segments that are to be read, each with how many lines of the journal stand before the one that follows it:
/// `None` for the last. One whose beginning cannot be read says nothing of others, and is to be read as it is, so that
/// it is told what is wrong with it.
pub(super) fn course(folder: &Path, numbers: &[u32]) -> io::Result<BTreeMap<u32, Option<u64>>> {
    let mut course = BTreeMap::new();
    let (mut next, mut end) = (numbers.last().copied(), None);
    while let Some(number) = next {
        course.insert(number, end);
        let before = number.saturating_sub(1);
        let follows = match opening(folder, number)? {
            Some((header, seq)) => {
                end = Some(seq);
                header.after.map_or(before, |after| after.min(before))
            }
            None => before,
        };
        next = Some(follows).filter(|n| *n > 0);
    }
    Ok(course)
}

/// The header of a segment whose first batch is closed, and its number among the journal's lines.
fn opening(folder: &Path, number: u32) -> io::Result<Option<(Header, u64)>> {
    let mut file = match File::open(segment::path(folder, number)) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => BufReader::new(other?),
    };
    let mut found = None;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        file.by_ref().take(MAX_LINE as u64 + 1).read_until(b'\n', &mut bytes)?;
        let Some(Ok((line, ..))) = bytes.strip_suffix(b"\n").map(line::read) else { return Ok(None) };
        if let StoredContent::Segment(header) = line.content {
            found.get_or_insert((header, line.seq));
        }
        if line.end {
            return Ok(found);
        }
    }
}
