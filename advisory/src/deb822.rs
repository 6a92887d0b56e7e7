//! Stanzas of `Name: value` lines, as dpkg's status file and apt's indices are written.
//!
//! Source: deb822(5). A stanza ends at a line that is empty or blank; a line that begins with a blank continues the
//! field above it. Only the first line of a field is given: no field that is read here has more.

use crate::fault::Fault;
use crate::line::{Lines, TEXT_LIMIT};

/// The fields that matter of one stanza: a binary package, installed or offered. Empty where there is none.
#[derive(Default)]
pub(crate) struct Stanza<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) version: &'a [u8],
    pub(crate) arch: &'a [u8],
    pub(crate) source: &'a [u8],
    pub(crate) status: &'a [u8],
}

impl<'a> Stanza<'a> {
    /// Takes a field: its name, of any case as deb822 has it, and its value without blanks around it.
    fn take(&mut self, name: &[u8], value: &'a [u8]) {
        let into = match name {
            _ if name.eq_ignore_ascii_case(b"package") => &mut self.name,
            _ if name.eq_ignore_ascii_case(b"version") => &mut self.version,
            _ if name.eq_ignore_ascii_case(b"architecture") => &mut self.arch,
            _ if name.eq_ignore_ascii_case(b"source") => &mut self.source,
            _ if name.eq_ignore_ascii_case(b"status") => &mut self.status,
            _ => return,
        };
        *into = value;
    }
}

/// The stanzas of some bytes, each with the number of its first line.
pub(crate) struct Stanzas<'a> {
    lines: Lines<'a>,
}

impl<'a> Stanzas<'a> {
    pub(crate) fn new(bytes: &'a [u8], what: &'static str) -> Self {
        Stanzas { lines: Lines::new(bytes, what, TEXT_LIMIT) }
    }

    fn read(&mut self) -> Result<Option<(usize, Stanza<'a>)>, Fault> {
        let mut stanza = None;
        while let Some(line) = self.lines.next() {
            let line = line?;
            if line.trim_ascii_start().is_empty() {
                if stanza.is_some() {
                    break;
                }
            } else if !matches!(line[0], b' ' | b'\t' | b'#') {
                let (_, into) = stanza.get_or_insert_with(|| (self.lines.number(), Stanza::default()));
                self.field(line, into)?;
            }
        }
        Ok(stanza)
    }

    fn field(&self, line: &'a [u8], into: &mut Stanza<'a>) -> Result<(), Fault> {
        let Some(colon) = memchr::memchr(b':', line) else {
            return Err(self.lines.fault(format!("{} is no field: a colon is missing", shown(line))));
        };
        into.take(&line[..colon], line[colon + 1..].trim_ascii());
        Ok(())
    }
}

impl<'a> Iterator for Stanzas<'a> {
    type Item = Result<(usize, Stanza<'a>), Fault>;

    /// After a fault the reading goes on behind the line that is wrong.
    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

/// The value of a field as text.
pub(crate) fn word<'a>(field: &str, value: &'a [u8]) -> Result<&'a str, String> {
    std::str::from_utf8(value).map_err(|_| format!("its {field} is not UTF-8: {}", shown(value)))
}

/// The start of a line, for a message.
fn shown(line: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(&line[..line.len().min(40)]))
}

/// Takes `name (version)` apart: the value of a `Source` field. Without a version it is the binary package's.
pub(crate) fn source_field(value: &str) -> (&str, Option<&str>) {
    let Some((name, rest)) = value.split_once('(') else { return (value, None) };
    let version = rest.trim_end().strip_suffix(')').unwrap_or(rest).trim();
    (name.trim_end(), (!version.is_empty()).then_some(version))
}
