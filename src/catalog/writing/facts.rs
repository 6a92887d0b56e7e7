//! Facts of CVEs of a feed, replaced by those of its new copy.

use super::{Counts, hash};
use crate::catalog::content::CveRecord;
use crate::catalog::stored::{StoredListing, StoredRecord};
use patchform_advisory::{epss, kev};
use rusqlite::{Transaction, params};
use std::collections::{BTreeMap, BTreeSet};

/// Entries of KEV.
pub(super) fn replace_listings(
    begun: &Transaction<'_>,
    feed: i64,
    new: &kev::Catalog,
) -> rusqlite::Result<Counts> {
    let bodies = new.entries.iter().map(|(cve, entry)| {
        (cve.to_string(), serde_json::to_string(&StoredListing::from(entry)).unwrap_or_default(), false)
    });
    replace(begun, feed, bodies, |_| Ok(false))
}

/// CVE records. Of two of one CVE the later counts, as the reader gives them. What is gone from a file that could not be read
/// whole is kept.
pub(super) fn replace_records(
    begun: &Transaction<'_>,
    feed: i64,
    new: &[CveRecord],
    unread: &BTreeSet<String>,
) -> rusqlite::Result<Counts> {
    let bodies = new.iter().map(|record| {
        let body = serde_json::to_string(&StoredRecord::from(record)).unwrap_or_default();
        (record.cve.to_string(), body, record.rejected)
    });
    replace(begun, feed, bodies, |cve| {
        if unread.is_empty() {
            return Ok(false);
        }
        let mut body = begun.prepare_cached("SELECT body FROM fact WHERE cve = ?1 AND feed = ?2")?;
        let body: String = body.query_row(params![cve, feed], |row| row.get(0))?;
        Ok(serde_json::from_str::<StoredRecord>(&body).is_ok_and(|record| unread.contains(record.file())))
    })
}

/// Writes what differs: CVE, body, and whether it is taken back. What is gone goes, unless it is to be kept.
fn replace(
    begun: &Transaction<'_>,
    feed: i64,
    bodies: impl Iterator<Item = (String, String, bool)>,
    keeps: impl Fn(&str) -> rusqlite::Result<bool>,
) -> rusqlite::Result<Counts> {
    let mut there = there(begun, feed)?;
    let mut counts = Counts::default();
    let mut write =
        begun.prepare("INSERT OR REPLACE INTO fact (cve, feed, hash, body) VALUES (?1, ?2, ?3, ?4)")?;
    for (cve, body, rejected) in bodies {
        counts.records += 1;
        let hash = hash(&body);
        match there.remove(&cve) {
            Some(same) if same == hash => continue,
            Some(_) if rejected => counts.withdrawn += 1,
            Some(_) => counts.changed += 1,
            None => counts.new += 1,
        }
        write.execute(params![cve, feed, hash, body])?;
    }
    let mut delete = begun.prepare("DELETE FROM fact WHERE cve = ?1 AND feed = ?2")?;
    for gone in there.keys() {
        if keeps(gone)? {
            (counts.kept, counts.records) = (counts.kept + 1, counts.records + 1);
            continue;
        }
        delete.execute(params![gone, feed])?;
        counts.gone += 1;
    }
    Ok(counts)
}

fn there(begun: &Transaction<'_>, feed: i64) -> rusqlite::Result<BTreeMap<String, String>> {
    let mut statement = begun.prepare("SELECT cve, hash FROM fact WHERE feed = ?1")?;
    statement.query_map([feed], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// A day of EPSS.
pub(super) fn replace_scores(
    begun: &Transaction<'_>,
    feed: i64,
    new: &epss::Scores,
) -> rusqlite::Result<Counts> {
    let mut there: BTreeMap<String, (f64, Option<f64>)> = {
        let mut statement =
            begun.prepare("SELECT cve, probability, percentile FROM score WHERE feed = ?1")?;
        let rows = statement.query_map([feed], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    let mut counts = Counts { records: new.len() as u64, ..Counts::default() };
    let mut write = begun.prepare(
        "INSERT OR REPLACE INTO score (cve, feed, probability, percentile) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (cve, likelihood) in new.rows() {
        let cve = cve.to_string();
        match there.remove(&cve) {
            Some(same) if same == (likelihood.probability, likelihood.percentile) => continue,
            Some(_) => counts.changed += 1,
            None => counts.new += 1,
        }
        write.execute(params![cve, feed, likelihood.probability, likelihood.percentile])?;
    }
    let mut delete = begun.prepare("DELETE FROM score WHERE cve = ?1 AND feed = ?2")?;
    for gone in there.keys() {
        delete.execute(params![gone, feed])?;
        counts.gone += 1;
    }
    Ok(counts)
}
