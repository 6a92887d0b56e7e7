//! Advisories of a feed, replaced by those of its new copy.

use super::older::Older;
use super::{Counts, hash};
use crate::catalog::stored::{StoredAdvisory, StoredAffected};
use patchform_advisory::{Advisory, Ecosystem};
use rusqlite::{Transaction, params};
use std::collections::{BTreeMap, BTreeSet};

/// What is there of an advisory.
struct There {
    id: i64,
    hash: String,
    withdrawn: bool,
    file: String,
    line: i64,
}

/// How relations are stored: aliases, upstream, related.
const KINDS: [i64; 3] = [0, 1, 2];

/// Writes what differs, and only that. What is gone from a file that could not be read whole is kept.
pub(super) fn replace(
    begun: &Transaction<'_>,
    feed: i64,
    records: &[Advisory],
    unread: &BTreeSet<String>,
    older: &mut Older,
) -> rusqlite::Result<Counts> {
    let mut there = there(begun, feed)?;
    let mut ecosystems = ecosystems(begun)?;
    let mut counts = Counts { records: records.len() as u64, ..Counts::default() };
    for record in records {
        let bodies = bodies(record);
        let hash = hash(&bodies.join("\n"));
        let withdrawn = record.withdrawn.is_some();
        let line = i64::try_from(record.provenance.line).unwrap_or(i64::MAX);
        match there.remove(&record.id) {
            Some(same) if same.hash == hash => {
                // The same words may stand elsewhere now.
                if same.line != line || same.file != record.provenance.file {
                    let mut moved =
                        begun.prepare_cached("UPDATE advisory SET file = ?2, line = ?3 WHERE id = ?1")?;
                    moved.execute(params![same.id, record.provenance.file, line])?;
                }
                continue;
            }
            Some(other)
                if older.has(
                    &record.id,
                    record.modified.as_deref(),
                    modified(begun, other.id)?.as_deref(),
                ) =>
            {
                continue;
            }
            Some(other) => {
                delete(begun, other.id)?;
                if withdrawn && !other.withdrawn { counts.withdrawn += 1 } else { counts.changed += 1 }
            }
            None => counts.new += 1,
        }
        let mut insert = begun.prepare_cached(
            "INSERT INTO advisory (feed, name, hash, withdrawn, file, line, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        insert.execute(params![feed, record.id, hash, withdrawn, record.provenance.file, line, bodies[0]])?;
        let id = begun.last_insert_rowid();
        insert_entries(begun, id, record, &bodies[1..], &mut ecosystems)?;
        insert_relations(begun, id, record)?;
    }
    for gone in there.values() {
        if unread.contains(&gone.file) {
            (counts.kept, counts.records) = (counts.kept + 1, counts.records + 1);
            continue;
        }
        delete(begun, gone.id)?;
        counts.gone += 1;
    }
    Ok(counts)
}

/// What is stored of an advisory, and of each of its entries. What cannot be written as JSON is empty: that cannot be.
fn bodies(record: &Advisory) -> Vec<String> {
    let own = serde_json::to_string(&StoredAdvisory::from(record)).unwrap_or_default();
    let entries = record.affected.iter().map(|entry| {
        let body = serde_json::to_string(&StoredAffected::from(entry)).unwrap_or_default();
        // The columns beside it count too.
        format!("{body}\n{}\n{}", entry.ecosystem.text, entry.package)
    });
    std::iter::once(own).chain(entries).collect()
}

fn insert_entries(
    begun: &Transaction<'_>,
    id: i64,
    record: &Advisory,
    bodies: &[String],
    ecosystems: &mut BTreeMap<Ecosystem, i64>,
) -> rusqlite::Result<()> {
    let mut insert = begun.prepare_cached(
        "INSERT INTO affected (package, advisory, entry, ecosystem, body) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (at, (entry, body)) in (0_i64..).zip(record.affected.iter().zip(bodies)) {
        let ecosystem = match ecosystems.get(&entry.ecosystem) {
            Some(known) => *known,
            None => {
                let new = insert_ecosystem(begun, &entry.ecosystem)?;
                ecosystems.insert(entry.ecosystem.clone(), new);
                new
            }
        };
        let body = body.split_once('\n').map_or(body.as_str(), |(body, _)| body);
        insert.execute(params![entry.package, id, at, ecosystem, body])?;
    }
    Ok(())
}

fn insert_relations(begun: &Transaction<'_>, id: i64, record: &Advisory) -> rusqlite::Result<()> {
    let mut insert =
        begun.prepare_cached("INSERT INTO relation (advisory, name, kind, other) VALUES (?1, ?2, ?3, ?4)")?;
    for (kind, others) in KINDS.into_iter().zip([&record.aliases, &record.upstream, &record.related]) {
        for other in others {
            insert.execute(params![id, record.id, kind, other])?;
        }
    }
    Ok(())
}

fn insert_ecosystem(begun: &Transaction<'_>, ecosystem: &Ecosystem) -> rusqlite::Result<i64> {
    let Ecosystem { name, release, channel, text } = ecosystem;
    begun
        .prepare_cached("INSERT INTO ecosystem (name, release, channel, text) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![name, release, channel, text])?;
    Ok(begun.last_insert_rowid())
}

/// When an advisory that is held was changed last.
fn modified(begun: &Transaction<'_>, id: i64) -> rusqlite::Result<Option<String>> {
    let mut body = begun.prepare_cached("SELECT body FROM advisory WHERE id = ?1")?;
    let body: String = body.query_row([id], |row| row.get(0))?;
    Ok(serde_json::from_str::<StoredAdvisory>(&body).ok().and_then(StoredAdvisory::into_modified))
}

fn delete(begun: &Transaction<'_>, id: i64) -> rusqlite::Result<()> {
    begun.prepare_cached("DELETE FROM affected WHERE advisory = ?1")?.execute([id])?;
    begun.prepare_cached("DELETE FROM relation WHERE advisory = ?1")?.execute([id])?;
    begun.prepare_cached("DELETE FROM advisory WHERE id = ?1")?.execute([id])?;
    Ok(())
}

fn there(begun: &Transaction<'_>, feed: i64) -> rusqlite::Result<BTreeMap<String, There>> {
    let mut statement =
        begun.prepare("SELECT name, id, hash, withdrawn, file, line FROM advisory WHERE feed = ?1")?;
    let rows = statement.query_map([feed], |row| {
        let there = There {
            id: row.get(1)?,
            hash: row.get(2)?,
            withdrawn: row.get(3)?,
            file: row.get(4)?,
            line: row.get(5)?,
        };
        Ok((row.get(0)?, there))
    })?;
    rows.collect()
}

fn ecosystems(begun: &Transaction<'_>) -> rusqlite::Result<BTreeMap<Ecosystem, i64>> {
    let mut statement = begun.prepare("SELECT name, release, channel, text, id FROM ecosystem")?;
    let rows = statement.query_map([], |row| {
        let ecosystem =
            Ecosystem { name: row.get(0)?, release: row.get(1)?, channel: row.get(2)?, text: row.get(3)? };
        Ok((ecosystem, row.get(4)?))
    })?;
    rows.collect()
}
