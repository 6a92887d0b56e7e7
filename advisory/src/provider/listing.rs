//! Lists of documents in a folder: `index.txt`, `changes.csv`, and Red Hat's `deletions.csv`.

use super::path::within;
use crate::complaint::{Complaint, Kind};
use crate::input::{self, InputError};
use crate::moment::Moment;
use std::collections::BTreeMap;

/// The most bytes of a list that are read: a million documents.
const MOST_BYTES: usize = 64 << 20;

/// The most lines that are read.
const MOST_LINES: usize = 1_000_000;

/// A list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// The documents by path below the folder of the list, each once.
    pub entries: BTreeMap<String, Entry>,
    /// Lines that were passed over, with their numbers as paths; and what else is not as the standard wants it.
    pub complaints: Vec<Complaint>,
}

/// A document of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When it was last changed (`changes.csv`) or taken away (`deletions.csv`).
    pub changed: Option<Moment>,
}

/// Why a list is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListingError {
    /// No text, or too much of it.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Too many lines.
    #[error("the list has more than {MOST_LINES} lines")]
    Lines,
    /// There are lines, but none names a document: this is something else, such as a page that says so.
    #[error("no line names a document; the first one is: {0}")]
    Nothing(String),
}

/// Reads an `index.txt`: a path in each line. `folder` is where the list stands ([`within`]).
///
/// # Errors
///
/// Bytes that are no list.
pub fn index(bytes: &[u8], folder: &str) -> Result<Listing, ListingError> {
    read(bytes, folder, |line| Ok((line, None)))
}

/// Reads a `changes.csv` or `deletions.csv`: a path and a moment in each line, in quotation marks or not, the newest
/// first.
///
/// # Errors
///
/// Bytes that are no list.
pub fn changes(bytes: &[u8], folder: &str) -> Result<Listing, ListingError> {
    let mut last = None;
    let mut ordered = true;
    let mut listing = read(bytes, folder, |line| {
        let (path, date) = line.rsplit_once(',').ok_or("the line is not a path, a comma and a date")?;
        let moment = Moment::parse(unquoted(date)).ok_or("the date is no date and time (RFC 3339)")?;
        ordered &= last.is_none_or(|last| moment <= last);
        last = Some(moment);
        Ok((unquoted(path), Some(moment)))
    })?;
    if !ordered {
        listing.complaints.push(Complaint::new(
            Kind::Form,
            "",
            "the newest change does not stand first (7.1.13)",
        ));
    }
    Ok(listing)
}

fn unquoted(field: &str) -> &str {
    let field = field.trim();
    field.strip_prefix('"').and_then(|field| field.strip_suffix('"')).unwrap_or(field)
}

type Line<'a> = (&'a str, Option<Moment>);

fn read<'a>(
    bytes: &'a [u8],
    folder: &str,
    mut parse: impl FnMut(&'a str) -> Result<Line<'a>, &'static str>,
) -> Result<Listing, ListingError> {
    let text = input::text(bytes, MOST_BYTES)?;
    let mut listing = Listing::default();
    for (at, line) in text.lines().enumerate() {
        if at >= MOST_LINES {
            return Err(ListingError::Lines);
        }
        if line.trim().is_empty() {
            continue;
        }
        let found = parse(line.trim()).map_err(str::to_string);
        let found = found.and_then(|(path, changed)| match within(path, folder) {
            Ok(path) => Ok((path, changed)),
            Err(error) => Err(error.to_string()),
        });
        match found {
            Ok((path, changed)) => listing.take(at + 1, path, changed),
            Err(reason) => listing.tell(at + 1, reason),
        }
    }
    match text.lines().find(|line| !line.trim().is_empty()) {
        Some(first) if listing.entries.is_empty() => {
            Err(ListingError::Nothing(first.chars().take(80).collect()))
        }
        _ => Ok(listing),
    }
}

/// The most lines that are told; a list that is wrong all over is told by a part.
const MOST_TOLD: usize = 100;

impl Listing {
    fn tell(&mut self, line: usize, reason: impl Into<String>) {
        if self.complaints.len() < MOST_TOLD {
            self.complaints.push(Complaint::new(Kind::Form, &format!("line {line}"), reason));
        }
    }

    /// Of a document that is listed twice the later change counts.
    fn take(&mut self, line: usize, path: &str, changed: Option<Moment>) {
        match self.entries.get_mut(path) {
            Some(entry) => {
                entry.changed = entry.changed.max(changed);
                self.tell(line, format!("{path} is listed twice"));
            }
            None => drop(self.entries.insert(path.to_string(), Entry { changed })),
        }
    }

    /// When the newest change was.
    #[must_use]
    pub fn newest(&self) -> Option<Moment> {
        self.entries.values().filter_map(|entry| entry.changed).max()
    }

    /// The documents that changed after that moment; those without a date are among them.
    pub fn changed_since(&self, moment: Moment) -> impl Iterator<Item = &str> {
        let changed = move |entry: &Entry| entry.changed.is_none_or(|changed| changed > moment);
        self.entries.iter().filter(move |(_, entry)| changed(entry)).map(|(path, _)| path.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn paths(listing: &Listing) -> Vec<&str> {
        listing.entries.keys().map(String::as_str).collect()
    }

    #[test]
    fn an_index_is_read_and_what_leads_out_is_told() {
        let text = b"2023/a.json\r\n\n2024/b.json\n../../etc/c.json\n2023/a.json\n2024/b.txt";
        let listing = index(text, "white").expect("a list");
        assert_eq!(paths(&listing), ["2023/a.json", "2024/b.json"]);
        let told: Vec<String> = listing.complaints.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 3);
        assert!(told[0].starts_with("line 4: the path has a part that leads elsewhere"), "{told:?}");
        assert_eq!(told[1], "line 5: 2023/a.json is listed twice");
    }

    #[test]
    fn changes_are_read_quoted_or_not_and_asked_since_when() {
        let text = b"\"2023/a.json\",\"2024-08-15T11:45:05+00:00\"\n2023/b.json,2024-08-11T08:04:44Z\n2023/c.json,now\n";
        let listing = changes(text, "").expect("a list");
        assert_eq!(paths(&listing), ["2023/a.json", "2023/b.json"]);
        assert_eq!(listing.complaints[0].to_string(), "line 3: the date is no date and time (RFC 3339)");
        let since = Moment::parse("2024-08-11T08:04:44Z").expect("a moment");
        assert_eq!(listing.changed_since(since).collect::<Vec<_>>(), ["2023/a.json"]);
        assert_eq!(listing.newest(), Moment::parse("2024-08-15T11:45:05Z"));
        let wrong = changes(b"a.json,2024-01-01T00:00:00Z\nb.json,2024-01-02T00:00:00Z", "").expect("a list");
        assert_eq!(wrong.complaints.len(), 1);
    }

    #[test]
    fn what_is_no_list_is_refused() {
        assert_eq!(index(b"", ""), Ok(Listing::default()));
        assert_eq!(index(b"<html>\n", ""), Err(ListingError::Nothing("<html>".into())));
        assert!(matches!(index(b"a.json\0", ""), Err(ListingError::Input(InputError::Nul { at: 6 }))));
        let many = "\n".repeat(MOST_LINES + 1);
        assert_eq!(index(many.as_bytes(), ""), Err(ListingError::Lines));
    }

    proptest! {
        #[test]
        fn any_bytes_are_looked_at_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = index(&bytes, "a");
            let _ = changes(&bytes, "a");
        }
    }
}
