//! What stands in a journal behind the place where it cannot be followed any more: lines that are whole by themselves, but
//! do not prove what came before them. And whether a journal goes on where an earlier one ended.

use super::stored::{StoredContent, StoredLine};
use super::{line, segment};
use crate::model::Moment;
use crate::run::event::Event;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::Path;

/// Hands every event of the journal in `folder` to `each` whose line is whole and numbered `from` or higher. Lines of
/// controllers that had lost the run are among them.
///
/// # Errors
/// A file that cannot be read to its end; what was read before was handed over.
pub fn beyond(folder: &Path, from: u64, each: &mut dyn FnMut(Event)) -> io::Result<()> {
    whole(folder, &mut |line, at, _| {
        if let (true, StoredContent::Event(event)) = (line.seq >= from, line.content) {
            each(event.at(at));
        }
    })
}

/// Whether a journal that had so many `lines` and ended in `head` goes on in `folder`: that line is there.
pub fn goes_on_from(folder: &Path, lines: u64, head: &str) -> bool {
    let Some(last) = lines.checked_sub(1) else { return true };
    let mut found = false;
    let read = whole(folder, &mut |line, _, sum| found |= line.seq == last && sum == head);
    read.is_ok() && found
}

/// Hands every whole line to `each`, with its time and its sum.
fn whole(folder: &Path, each: &mut dyn FnMut(StoredLine, Moment, &str)) -> io::Result<()> {
    for number in segment::numbers(folder)? {
        let mut file = BufReader::with_capacity(1 << 16, File::open(segment::path(folder, number))?);
        let mut bytes = Vec::new();
        while file.by_ref().take(line::MAX_LINE as u64 + 1).read_until(b'\n', &mut bytes)? > 0 {
            if let Ok((line, at, sum)) = line::read(bytes.strip_suffix(b"\n").unwrap_or(&bytes)) {
                each(line, at, &sum);
            }
            bytes.clear();
        }
    }
    Ok(())
}
