//! Lines of a feed: counted, and of a length that has a limit.
//!
//! A reader borrows from the bytes that it is given and copies only what a record keeps, so a long line costs nothing
//! but its own length; the limit is there so that a feed without line ends is refused instead of taken for one entry.

use crate::fault::Fault;

/// The longest line of a text feed (dpkg status, Packages, tracker lists), in bytes. The longest of Debian's archive is
/// below 20 kB.
pub const TEXT_LIMIT: usize = 1 << 20;

/// The longest line of a JSON lines feed, in bytes: one document. The largest OSV document known has 3 MB.
pub const JSON_LIMIT: usize = 64 << 20;

/// The lines of some bytes, without their ends (`\n` or `\r\n`).
#[derive(Debug, Clone)]
pub struct Lines<'a> {
    rest: &'a [u8],
    what: &'static str,
    limit: usize,
    number: usize,
}

impl<'a> Lines<'a> {
    /// The lines of `bytes`, none longer than `limit` bytes.
    pub fn new(bytes: &'a [u8], what: &'static str, limit: usize) -> Self {
        Lines { rest: bytes, what, limit, number: 0 }
    }

    /// The number of the line that was given last, from 1.
    pub fn number(&self) -> usize {
        self.number
    }

    /// A refusal at the line that was given last.
    pub fn fault(&self, reason: impl Into<String>) -> Fault {
        Fault::new(self.what, self.number, reason)
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Result<&'a [u8], Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        let end = memchr::memchr(b'\n', self.rest).unwrap_or(self.rest.len());
        let line = &self.rest[..end];
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        if line.len() > self.limit {
            self.rest = &[];
            return Some(Err(self.fault(format!(
                "the line has {} bytes; the limit is {}",
                line.len(),
                self.limit
            ))));
        }
        Some(Ok(line.strip_suffix(b"\r").unwrap_or(line)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_and_cut_at_their_ends() {
        let mut lines = Lines::new(b"a\r\n\nb", "text", 10);
        assert_eq!(lines.next(), Some(Ok(&b"a"[..])));
        assert_eq!(lines.next(), Some(Ok(&b""[..])));
        assert_eq!(lines.next(), Some(Ok(&b"b"[..])));
        assert_eq!((lines.next(), lines.number()), (None, 3));
    }

    #[test]
    fn a_line_beyond_the_limit_is_refused_and_ends_the_reading() {
        let mut lines = Lines::new(b"short\n0123456789\nshort\n", "text", 8);
        assert!(lines.next().is_some_and(|line| line.is_ok()));
        let fault = lines.next().unwrap().unwrap_err();
        assert_eq!(fault.to_string(), "text, line 2: the line has 10 bytes; the limit is 8");
        assert_eq!(lines.next(), None);
    }
}
