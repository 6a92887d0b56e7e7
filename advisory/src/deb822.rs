//! Stanzas of `Name: value` lines, as dpkg's status file and apt's indices are written.
//!
//! Source: deb822(5). A stanza ends at a line that is empty or blank; a line that begins with a blank continues the
//! field above it. Only the first line of a field is given: no field that is read here has more.

use crate::fault::Fault;
use crate::line::{Lines, TEXT_LIMIT};

/// What a reader wants to know of one stanza: filled in field by field.
pub(crate) trait Stanza<'a>: Default {
    /// Takes a field; its name as it is written, its value without blanks around it.
    fn field(&mut self, name: &'a [u8], value: &'a [u8]);
}

/// The stanzas of some bytes, each with the number of its first line.
pub(crate) struct Stanzas<'a, S> {
    lines: Lines<'a>,
    what: std::marker::PhantomData<S>,
}

impl<'a, S: Stanza<'a>> Stanzas<'a, S> {
    pub(crate) fn new(bytes: &'a [u8], what: &'static str) -> Self {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        Stanzas { lines: Lines::new(bytes, what, TEXT_LIMIT), what: std::marker::PhantomData }
    }

    fn read(&mut self) -> Result<Option<(usize, S)>, Fault> {
        let mut stanza = None;
        while let Some(line) = self.lines.next() {
            let line = line?;
            if line.trim_ascii_start().is_empty() {
                if stanza.is_some() {
                    break;
                }
            } else if !matches!(line[0], b' ' | b'\t' | b'#') {
                let (_, into) = stanza.get_or_insert_with(|| (self.lines.number(), S::default()));
                self.field(line, into)?;
            }
        }
        Ok(stanza)
    }

    fn field(&self, line: &'a [u8], into: &mut S) -> Result<(), Fault> {
        let Some(colon) = memchr::memchr(b':', line) else {
            return Err(self.lines.fault(format!("{} is no field: a colon is missing", shown(line))));
        };
        if memchr::memchr(0, line).is_some() {
            return Err(self.lines.fault("there is a NUL byte in the line"));
        }
        into.field(&line[..colon], line[colon + 1..].trim_ascii());
        Ok(())
    }
}

impl<'a, S: Stanza<'a>> Iterator for Stanzas<'a, S> {
    type Item = Result<(usize, S), Fault>;

    /// After a fault the reading goes on behind the line that is wrong.
    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

/// The start of a line, for a message.
pub(crate) fn shown(line: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(&line[..line.len().min(40)]))
}

/// Takes `name (version)` apart: the value of a `Source` field. Without a version it is the binary package's.
pub(crate) fn source_field(value: &str) -> (&str, Option<&str>) {
    let Some((name, rest)) = value.split_once('(') else { return (value, None) };
    let version = rest.trim_end().strip_suffix(')').unwrap_or(rest).trim();
    (name.trim_end(), (!version.is_empty()).then_some(version))
}
