//! The form of the catalog's file, and how it is opened.

use super::error::CatalogError;
use crate::world::{clock, disk};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// The form that is written. A catalog of an older form is made again by `collect`: it holds nothing of its own.
pub(super) const FORM: u32 = 1;

/// `pfCa`: tells a catalog from another store.
const APPLICATION: i32 = 0x7066_4361;

/// How long one who writes waits for another.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long before it is tried again to open it.
const PAUSE: Duration = Duration::from_millis(20);

/// The columns of `feed` are told in [`super::standing`]. Keys of facts begin with the CVE, because that is asked for.
const TABLES: &str = "
    CREATE TABLE feed (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, format TEXT NOT NULL, origin TEXT NOT NULL,
        digest TEXT, edition TEXT, edition_at INTEGER, expires INTEGER, model TEXT, proof TEXT NOT NULL DEFAULT '',
        records INTEGER NOT NULL DEFAULT 0, withdrawn INTEGER NOT NULL DEFAULT 0,
        remarks INTEGER NOT NULL DEFAULT 0, fetched INTEGER, checked INTEGER, max_age INTEGER NOT NULL,
        problem TEXT, memo TEXT
    );
    CREATE TABLE ecosystem (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, release TEXT, channel TEXT, text TEXT NOT NULL
    );
    CREATE TABLE advisory (
        id INTEGER PRIMARY KEY, feed INTEGER NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL,
        withdrawn INTEGER NOT NULL, file TEXT NOT NULL, line INTEGER NOT NULL, body TEXT NOT NULL,
        UNIQUE (feed, name)
    );
    CREATE INDEX advisory_by_name ON advisory (name);
    CREATE TABLE affected (
        package TEXT NOT NULL, advisory INTEGER NOT NULL, entry INTEGER NOT NULL, ecosystem INTEGER NOT NULL,
        body TEXT NOT NULL, PRIMARY KEY (package, advisory, entry)
    ) WITHOUT ROWID;
    CREATE INDEX affected_by_advisory ON affected (advisory);
    CREATE TABLE relation (
        advisory INTEGER NOT NULL, name TEXT NOT NULL, kind INTEGER NOT NULL, other TEXT NOT NULL
    );
    CREATE INDEX relation_by_advisory ON relation (advisory);
    CREATE INDEX relation_by_name ON relation (name, kind);
    CREATE INDEX relation_by_other ON relation (other, kind);
    CREATE TABLE fact (
        cve TEXT NOT NULL, feed INTEGER NOT NULL, hash TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (cve, feed)
    ) WITHOUT ROWID;
    CREATE INDEX fact_by_feed ON fact (feed);
    CREATE TABLE score (
        cve TEXT NOT NULL, feed INTEGER NOT NULL, probability REAL NOT NULL, percentile REAL, PRIMARY KEY (cve, feed)
    ) WITHOUT ROWID;
    CREATE INDEX score_by_feed ON score (feed);
    CREATE TABLE offered (
        name TEXT NOT NULL, feed INTEGER NOT NULL, arch TEXT NOT NULL, version TEXT NOT NULL, suite TEXT NOT NULL,
        source TEXT NOT NULL, source_version TEXT NOT NULL, PRIMARY KEY (name, feed, suite, arch, version)
    ) WITHOUT ROWID;
    CREATE INDEX offered_by_feed ON offered (feed);
    CREATE TABLE document (
        feed INTEGER NOT NULL, path TEXT NOT NULL, name TEXT NOT NULL, stamp TEXT NOT NULL, hash TEXT NOT NULL,
        withdrawn INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (feed, path)
    ) WITHOUT ROWID;
";

/// The highest date of each feed's copies that was ever believed: a copy without one that can be does not let the next one go back.
/// It came after the form, and who does not know it is not disturbed.
const NEWEST: &str = "CREATE TABLE IF NOT EXISTS newest (feed INTEGER PRIMARY KEY, at INTEGER NOT NULL)";

/// Opens a catalog to read it.
pub(super) fn open(path: &Path) -> Result<Connection, CatalogError> {
    if !path.exists() {
        return Err(CatalogError::Missing(path.to_path_buf()));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let failed = |error: rusqlite::Error| CatalogError::of("read", path, &error);
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    // Else a statement would be made anew for each of the thousands of names that it is asked with, to suit the value.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(failed)?;
    match form(&connection, path)? {
        FORM => Ok(connection),
        0 => Err(CatalogError::Missing(path.to_path_buf())),
        found if found > FORM => Err(CatalogError::Newer { path: path.to_path_buf(), found, known: FORM }),
        found => {
            Err(CatalogError::Damaged { path: path.to_path_buf(), what: format!("its form is {found}") })
        }
    }
}

/// Opens a catalog to write it; makes it where it is not there.
pub(super) fn open_to_write(path: &Path) -> Result<Connection, CatalogError> {
    let begun = clock::steady();
    loop {
        match make(path) {
            // SQLite does not wait where two turn to its log at once: one of them is told that it is busy.
            Err(CatalogError::Busy(_)) if begun.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            made => return made,
        }
    }
}

fn make(path: &Path) -> Result<Connection, CatalogError> {
    let failed = |error: rusqlite::Error| CatalogError::of("write", path, &error);
    disk::make_folder(disk::folder_of(path)).map_err(|error| CatalogError::io("write", path, &error))?;
    let mut connection = Connection::open(path).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    let found = form(&connection, path)?;
    if found > FORM {
        return Err(CatalogError::Newer { path: path.to_path_buf(), found, known: FORM });
    }
    // Who reads is not disturbed by who writes. A power cut may lose the last collecting, never the catalog.
    connection.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
    connection.pragma_update(None, "synchronous", "NORMAL").map_err(failed)?;
    if found < FORM {
        let begun =
            connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(failed)?;
        // Another process may have made it meanwhile.
        if form(&begun, path)? < FORM {
            begun.execute_batch(TABLES).map_err(failed)?;
            begun.pragma_update(None, "application_id", APPLICATION).map_err(failed)?;
            begun.pragma_update(None, "user_version", FORM).map_err(failed)?;
        }
        begun.commit().map_err(failed)?;
    }
    connection.execute_batch(NEWEST).map_err(failed)?;
    Ok(connection)
}

/// The form of what is there: 0 for an empty file.
fn form(connection: &Connection, path: &Path) -> Result<u32, CatalogError> {
    let failed = |error: rusqlite::Error| CatalogError::of("read", path, &error);
    // In one statement: another process may make the catalog between two.
    let (application, form, tables): (i32, i32, i64) = connection
        .query_row(
            "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema) \
             FROM pragma_application_id, pragma_user_version",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .map_err(failed)?;
    match application {
        APPLICATION => Ok(u32::try_from(form).unwrap_or(0)),
        0 if tables == 0 => Ok(0),
        _ => Err(CatalogError::Damaged { path: path.to_path_buf(), what: "it is another store".to_string() }),
    }
}
