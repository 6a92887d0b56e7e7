//! Documents of a feed: those that changed are replaced, those that it no longer has go.

use super::older::{Older, dated};
use super::{Counts, hash};
use crate::catalog::content::Document;
use rusqlite::{Connection, Transaction, params};
use std::collections::{BTreeMap, BTreeSet};

/// Writes the changed ones, and lets go of what is not among `all`.
pub(super) fn replace(
    begun: &Transaction<'_>,
    feed: i64,
    (changed, all): (&[Document], &[String]),
    unread: &BTreeSet<String>,
    older: &mut Older,
) -> rusqlite::Result<Counts> {
    let there: BTreeMap<String, (String, bool)> = {
        let mut statement = begun.prepare("SELECT path, hash, withdrawn FROM document WHERE feed = ?1")?;
        let rows = statement.query_map([feed], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    let mut counts = Counts { records: there.len() as u64, ..Counts::default() };
    let mut write = begun.prepare(
        "INSERT OR REPLACE INTO document (feed, path, name, stamp, hash, withdrawn, body) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let mut held = begun.prepare("SELECT body FROM document WHERE feed = ?1 AND path = ?2")?;
    for document in changed {
        let Document { path, name, stamp, withdrawn, body } = document;
        let hash = hash(&String::from_utf8_lossy(body));
        if there.get(path).is_some_and(|(same, _)| *same != hash) {
            let held: Vec<u8> = held.query_row(params![feed, path], |row| row.get(0))?;
            if older.has(name, dated(body).as_deref(), dated(&held).as_deref()) {
                continue;
            }
        }
        match there.get(path) {
            Some((same, _)) if *same == hash => {}
            Some((_, before)) if *withdrawn && !before => counts.withdrawn += 1,
            Some(_) => counts.changed += 1,
            None => (counts.new, counts.records) = (counts.new + 1, counts.records + 1),
        }
        write.execute(params![feed, path, name, stamp, hash, withdrawn, body])?;
    }
    counts.kept = unread.iter().filter(|path| there.contains_key(*path)).count() as u64;
    let all: BTreeSet<&str> = all.iter().map(String::as_str).collect();
    let mut delete = begun.prepare("DELETE FROM document WHERE feed = ?1 AND path = ?2")?;
    for gone in there.keys().filter(|path| !all.contains(path.as_str())) {
        delete.execute(params![feed, gone])?;
        (counts.gone, counts.records) = (counts.gone + 1, counts.records - 1);
    }
    Ok(counts)
}

/// The stamp of each document of a feed, by path.
pub(super) fn stamps(connection: &Connection, feed: &str) -> rusqlite::Result<BTreeMap<String, String>> {
    let mut statement = connection
        .prepare("SELECT path, stamp FROM document WHERE feed = (SELECT id FROM feed WHERE name = ?1)")?;
    statement.query_map([feed], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}
