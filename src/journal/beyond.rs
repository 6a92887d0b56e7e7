//! What stands in a journal behind the place where it cannot be followed any more: lines that are whole by themselves, but
//! do not prove what came before them.

use super::{line, segment, stored::StoredContent};
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
    for number in segment::numbers(folder)? {
        let mut file = BufReader::with_capacity(1 << 16, File::open(segment::path(folder, number))?);
        let mut bytes = Vec::new();
        while file.by_ref().take(line::MAX_LINE as u64 + 1).read_until(b'\n', &mut bytes)? > 0 {
            let whole = line::read(bytes.strip_suffix(b"\n").unwrap_or(&bytes));
            if let Ok((stored, at, _)) = whole
                && let (true, StoredContent::Event(event)) = (stored.seq >= from, stored.content)
            {
                each(event.at(at));
            }
            bytes.clear();
        }
    }
    Ok(())
}
