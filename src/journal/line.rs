//! One line of a journal as bytes: JSON that ends in its own sum. The sum covers the line before it, and with it the
//! sum of the line before, so that lines form a chain and even the last one is proved.

use super::stored::{StoredContent, StoredLine};
use crate::model::{Moment, seal};

/// What the first line follows.
pub(super) const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// The longest line that is read, in bytes: four messages of a provider, escaped.
pub(super) const MAX_LINE: usize = 64 * 1024 * 1024;

/// Where a journal ends: what the next line follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Number of the segment, from 1.
    pub segment: u32,
    /// Lines so far, headers included.
    pub lines: u64,
    /// Sum of the last line.
    pub sum: String,
}

/// Appends one line to `out` and moves `head` on.
pub(super) fn write(out: &mut Vec<u8>, head: &mut Head, at: Moment, content: StoredContent, end: bool) {
    let line =
        StoredLine { seq: head.lines, prev: std::mem::take(&mut head.sum), at: at.to_string(), content, end };
    let start = out.len();
    // Writing to memory cannot fail, and every stored type has string keys.
    let written = serde_json::to_writer(&mut *out, &line);
    debug_assert!(written.is_ok());
    let sum = seal::seal(out, start);
    out.push(b'\n');
    head.lines += 1;
    head.sum = sum;
}

/// Whether a line ends in a sum that is not its own.
pub(super) fn sum_differs(bytes: &[u8]) -> bool {
    seal::check(bytes).is_some_and(|(_, whole)| !whole)
}

/// Reads one line without its line feed: the line, its time and its sum.
///
/// # Errors
/// What is wrong with it, in a few words.
pub(super) fn read(bytes: &[u8]) -> Result<(StoredLine, Moment, String), String> {
    let (sum, whole) = seal::check(bytes).ok_or("it does not end in its sum")?;
    if !whole {
        return Err("its sum is not the sum of its content".into());
    }
    let line: StoredLine =
        serde_json::from_slice(bytes).map_err(|e| format!("its content cannot be read: {e}"))?;
    let at = Moment::parse(&line.at).ok_or_else(|| format!("{:?} is no time", line.at))?;
    Ok((line, at, String::from_utf8_lossy(sum).into_owned()))
}
