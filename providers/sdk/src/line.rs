//! Lines of a pipe, with a limit: an over-long line is skipped without being held in memory.

use std::io::{self, BufRead};

/// One line as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A line without its line end; the last one may have had none.
    Text(Vec<u8>),
    /// A line longer than the limit; it was skipped up to its end.
    TooLong {
        /// How it begins, for a message.
        beginning: String,
    },
}

/// Reads the next line of at most `limit` bytes; `None` at the end.
///
/// # Errors
/// Those of the pipe.
pub fn next(input: &mut impl BufRead, limit: usize) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let mut too_long = false;
    let mut any = false;
    loop {
        let available = match input.fill_buf() {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        if available.is_empty() {
            return Ok(any.then(|| finish(line, too_long)));
        }
        any = true;
        let end = available.iter().position(|b| *b == b'\n');
        let part = &available[..end.unwrap_or(available.len())];
        if too_long {
            // Only its end is of interest now.
        } else if line.len() + part.len() > limit {
            too_long = true;
            line.extend_from_slice(&part[..part.len().min(400)]);
            line.truncate(400);
            line.shrink_to_fit();
        } else {
            line.extend_from_slice(part);
        }
        let used = part.len() + usize::from(end.is_some());
        input.consume(used);
        if end.is_some() {
            return Ok(Some(finish(line, too_long)));
        }
    }
}

fn finish(mut line: Vec<u8>, too_long: bool) -> Line {
    if too_long {
        return Line::TooLong { beginning: beginning(&line) };
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Line::Text(line)
}

/// How a line begins, printable, for a message: at most 120 characters, cut with an ellipsis.
pub fn beginning(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(600)]);
    let mut out = String::new();
    for (i, c) in text.chars().enumerate() {
        if i == 120 {
            out.push('…');
            return out;
        }
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    if bytes.len() > 600 {
        out.push('…');
    }
    out
}

/// The end of a text, for an `output` field: at most `limit` bytes, cut at a character.
pub fn tail(text: &str, limit: usize) -> &str {
    let mut from = text.len().saturating_sub(limit);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    &text[from..]
}

/// The last line that says something.
pub fn last(text: &str) -> Option<String> {
    text.lines().rev().map(str::trim).find(|line| !line.is_empty()).map(str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn all(input: &[u8], limit: usize, buffer: usize) -> Vec<Line> {
        let mut reader = BufReader::with_capacity(buffer, input);
        let mut out = Vec::new();
        while let Some(line) = next(&mut reader, limit).unwrap() {
            out.push(line);
        }
        out
    }

    #[test]
    fn lines_are_split_whatever_the_buffer() {
        for buffer in 1..12 {
            let text = |s: &str| Line::Text(s.into());
            assert_eq!(all(b"ab\r\n\ncd", 4, buffer), [text("ab"), text(""), text("cd")]);
            assert_eq!(all(b"", 4, buffer), []);
            let long = Line::TooLong { beginning: "abcde".into() };
            let found = all(b"abcde\nok\n", 4, buffer);
            assert_eq!(found[1], text("ok"));
            assert!(
                matches!((&found[0], &long), (Line::TooLong { beginning: a }, Line::TooLong { beginning: b }) if b.starts_with(a.as_str())),
                "{found:?}"
            );
        }
    }

    #[test]
    fn beginnings_are_short_and_printable_and_tails_cut_at_characters() {
        assert_eq!(beginning(b"a\x1b[1m"), "a\\u{1b}[1m");
        assert_eq!(beginning(&[b'x'; 500]).chars().count(), 121);
        assert_eq!(tail("aäb", 2), "b");
        assert_eq!(tail("aäb", 3), "äb");
    }
}
