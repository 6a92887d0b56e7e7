//! Writes the catalog: one copy of a feed at a time, each in a transaction of its own.

mod advisories;
mod documents;
mod facts;
mod offered;
mod older;

use super::content::Content;
use super::error::CatalogError;
use super::schema;
use super::standing::{self, Standing};
use crate::config::checked::FeedFormat;
use crate::model::Moment;
use older::Older;
use patchform_advisory::shrink::Shrank;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A catalog that is written.
pub struct Writer {
    connection: Connection,
    path: PathBuf,
}

/// Which feed a copy is of, and under what conditions it is taken.
#[derive(Debug, Clone)]
pub struct Taking<'a> {
    /// As the configuration calls it.
    pub name: &'a str,
    /// Of which format.
    pub format: FeedFormat,
    /// Where it comes from, without secrets. A feed of the same name from elsewhere is another feed.
    pub origin: &'a str,
    /// From which age on it is stale.
    pub max_age: Duration,
    /// Now.
    pub now: Moment,
    /// When its source was asked; none where nobody can say.
    pub checked: Option<Moment>,
    /// Take it although it lost many of its entries.
    pub accept_shrink: bool,
    /// Take it although it is older than the last copy.
    pub accept_older: bool,
}

/// What is known of a copy beside its content.
#[derive(Debug, Clone, Default)]
pub struct Edition {
    /// SHA-256, in hexadecimal, of what came.
    pub digest: String,
    /// What the publisher calls it.
    pub name: Option<String>,
    /// When that was published.
    pub at: Option<Moment>,
    /// Until when the publisher vouches for it.
    pub expires: Option<Moment>,
    /// The model of its numbers.
    pub model: Option<String>,
    /// What vouches for it.
    pub proof: String,
    /// How many remarks its reader made.
    pub remarks: u64,
    /// What could not be read of it.
    pub unread: Unread,
    /// What the next question to its source needs to know; a text of whoever asks.
    pub memo: String,
    /// The same where something of the copy could not be read: what is to be asked again; none is everything.
    pub again: Option<String>,
}

/// What could not be read of a copy. What the catalog knows of its files counts on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unread {
    /// How many entries.
    pub count: u64,
    /// The files of the feed that were not read whole; files of another kind are among them, which are no entries.
    pub files: BTreeSet<String>,
    /// The first of them, and why.
    pub first: Vec<String>,
}

/// What a copy brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many entries there are now.
    pub records: u64,
    /// Entries that are kept because their files could not be read whole.
    pub kept: u64,
    /// Entries that were not there before.
    pub new: u64,
    /// Entries that say something else than before.
    pub changed: u64,
    /// Entries that were taken back since: withdrawn, rejected.
    pub withdrawn: u64,
    /// Entries that are no longer there.
    pub gone: u64,
    /// Entries that are older than those that are held, which are kept: each, with both dates.
    pub older: Vec<String>,
}

impl Counts {
    /// What of it went back in time, in words; none where nothing did.
    fn went_back(&self) -> Option<String> {
        let first = self.older.first()?;
        Some(match self.older.len() {
            1 => format!("an entry went back in time ({first})"),
            many => format!("{many} entries went back in time (the first: {first})"),
        })
    }
}

/// A copy that is not taken; the last good one is kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It has far fewer entries than the last one.
    #[error("it shrank from {} to {} entries", .0.before, .0.after)]
    Shrank(Shrank),
    /// It is older than the last one.
    #[error("it went back in time: this copy is of {found}, the last one of {last}")]
    Older {
        /// When it was published.
        found: Moment,
        /// When the last good copy was.
        last: Moment,
    },
}

/// Why a copy was not stored.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It is not taken.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The catalog cannot be written.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// What is there of a feed.
struct There {
    id: i64,
    records: u64,
    /// The highest date of its copies that was believed.
    newest: Option<Moment>,
    has_copy: bool,
}

impl Unread {
    /// In words, for whoever reads what rests on it; none where everything was read.
    fn told(&self, kept: u64) -> Option<String> {
        let first = self.first.first().or(self.files.first()).map_or("", String::as_str);
        match self.count.max(kept) {
            0 => None,
            1 => Some(format!("an entry cannot be read ({first})")),
            count => Some(format!("{count} entries cannot be read (the first: {first})")),
        }
    }
}

impl Writer {
    /// Opens the catalog; makes it where it is not there.
    ///
    /// # Errors
    /// It is damaged, of a newer version, or the system refuses.
    pub fn open(path: &Path) -> Result<Writer, CatalogError> {
        Ok(Writer { connection: schema::open_to_write(path)?, path: path.to_path_buf() })
    }

    /// Every feed, by name.
    ///
    /// # Errors
    /// A damaged catalog.
    pub fn feeds(&self) -> Result<Vec<Standing>, CatalogError> {
        standing::all(&self.connection).map_err(|error| CatalogError::of("read", &self.path, &error))
    }

    /// What was noted with the last good copy of a feed of this format from this origin.
    ///
    /// # Errors
    /// A damaged catalog.
    pub fn memo(&self, name: &str, format: FeedFormat, origin: &str) -> Result<Option<String>, CatalogError> {
        let read = self.connection.query_row(
            "SELECT memo FROM feed WHERE name = ?1 AND format = ?2 AND origin = ?3 AND digest IS NOT NULL",
            params![name, format.name(), origin],
            |row| row.get::<_, Option<String>>(0),
        );
        read.optional().map(Option::flatten).map_err(|error| CatalogError::of("read", &self.path, &error))
    }

    /// The documents of a feed by path: the stamp of each.
    ///
    /// # Errors
    /// A damaged catalog.
    pub fn stamps(&self, name: &str) -> Result<BTreeMap<String, String>, CatalogError> {
        documents::stamps(&self.connection, name)
            .map_err(|error| CatalogError::of("read", &self.path, &error))
    }

    /// Takes a copy in place of the last one.
    ///
    /// # Errors
    /// It is refused, or the catalog cannot be written; the last copy is kept then.
    pub fn take(
        &mut self,
        taking: &Taking<'_>,
        edition: &Edition,
        content: &Content,
    ) -> Result<Counts, StoreError> {
        let path = self.path.clone();
        let failed = |error: rusqlite::Error| CatalogError::of("write", &path, &error);
        let begun =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let there = there(&begun, taking).map_err(failed)?;
        refuse_older(taking, edition, &there)?;
        let unread = &edition.unread.files;
        let mut older = Older::new(taking.now, taking.accept_older);
        let mut write = || -> rusqlite::Result<Counts> {
            match content {
                Content::Advisories(records) => {
                    advisories::replace(&begun, there.id, records, unread, &mut older)
                }
                Content::Exploited(catalog) => facts::replace_listings(&begun, there.id, catalog),
                Content::Records(records) => facts::replace_records(&begun, there.id, records, unread),
                Content::Scores(scores) => facts::replace_scores(&begun, there.id, scores),
                Content::Offered(packages) => offered::replace(&begun, there.id, packages),
                Content::Documents { changed, all } => {
                    documents::replace(&begun, there.id, (changed, all), unread, &mut older)
                }
            }
        };
        let mut counts = write().map_err(failed)?;
        counts.older = older.told;
        // What was written until here is taken back where it is refused.
        refuse_shrunk(taking, counts.records, &there)?;
        let note = || note(&begun, &there, taking, edition, &counts, withdrawn(&begun, there.id)?);
        note().map_err(failed)?;
        begun.commit().map_err(failed)?;
        Ok(counts)
    }

    /// Notes that the source of a feed answered, and has nothing new.
    ///
    /// # Errors
    /// The catalog cannot be written.
    pub fn unchanged(&mut self, taking: &Taking<'_>, memo: Option<&str>) -> Result<(), CatalogError> {
        self.write(|begun| {
            begun.execute(
                "UPDATE feed SET checked = coalesce(?2, checked), max_age = ?3, problem = NULL, memo = coalesce(?4, memo) WHERE name = ?1",
                params![taking.name, taking.checked.map(|at| at.0), seconds(taking.max_age), memo],
            )
        })
    }

    /// Notes why a feed could not be taken. Its last good copy is kept.
    ///
    /// # Errors
    /// The catalog cannot be written.
    pub fn failed(&mut self, taking: &Taking<'_>, problem: &str) -> Result<(), CatalogError> {
        self.write(|begun| {
            // Also where it was read from elsewhere so far: what is known counts until the new source was read well.
            let known: bool = begun.query_row(
                "SELECT EXISTS (SELECT 1 FROM feed WHERE name = ?1)",
                [taking.name],
                |row| row.get(0),
            )?;
            if !known {
                there(begun, taking)?;
            }
            begun.execute(
                "UPDATE feed SET problem = ?2, max_age = ?3 WHERE name = ?1",
                params![taking.name, problem, seconds(taking.max_age)],
            )
        })
    }

    /// Lets go of all feeds but these; gives back the names of those that went.
    ///
    /// # Errors
    /// The catalog cannot be written.
    pub fn keep_only(&mut self, names: &BTreeSet<&str>) -> Result<Vec<String>, CatalogError> {
        let all = || -> rusqlite::Result<Vec<(i64, String)>> {
            let mut statement = self.connection.prepare("SELECT id, name FROM feed ORDER BY name")?;
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        let all = all().map_err(|error| CatalogError::of("read", &self.path, &error))?;
        let gone: Vec<(i64, String)> =
            all.into_iter().filter(|(_, name)| !names.contains(name.as_str())).collect();
        if !gone.is_empty() {
            self.write(|begun| {
                gone.iter().try_for_each(|(id, _)| {
                    empty(begun, *id)?;
                    begun.execute("DELETE FROM feed WHERE id = ?1", [id]).map(drop)
                })
            })?;
        }
        Ok(gone.into_iter().map(|(_, name)| name).collect())
    }

    /// Moves what was written into the catalog's own file, so that the log beside it is small. Where somebody reads just
    /// now, that is left for the next time.
    pub fn settle(&self) {
        let _ = self.connection.pragma_update(None, "wal_checkpoint", "TRUNCATE");
    }

    fn write<T>(
        &mut self,
        write: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<(), CatalogError> {
        let path = self.path.clone();
        let failed = |error: rusqlite::Error| CatalogError::of("write", &path, &error);
        let begun =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        write(&begun).map_err(failed)?;
        begun.commit().map_err(failed)
    }
}

/// The row of a feed, made where there is none. What is there of the same name from another origin, or of another format,
/// is let go of: it is no earlier copy of this feed.
fn there(begun: &Transaction<'_>, taking: &Taking<'_>) -> rusqlite::Result<There> {
    let found = begun.query_row(
        "SELECT id, records, coalesce((SELECT at FROM newest WHERE feed = id), edition_at), digest IS NOT NULL, format, origin FROM feed WHERE name = ?1",
        [taking.name],
        |row| {
            let newest = row.get::<_, Option<i64>>(2)?.map(Moment);
            let there = There {
                id: row.get(0)?,
                records: row.get::<_, i64>(1)?.unsigned_abs(),
                newest,
                has_copy: row.get(3)?,
            };
            Ok((there, row.get::<_, String>(4)?, row.get::<_, String>(5)?))
        },
    );
    match found.optional()? {
        Some((there, format, origin)) if format == taking.format.name() && origin == taking.origin => {
            Ok(there)
        }
        other => {
            if let Some((there, ..)) = other {
                empty(begun, there.id)?;
                begun.execute("DELETE FROM feed WHERE id = ?1", [there.id])?;
            }
            begun.execute(
                "INSERT INTO feed (name, format, origin, max_age) VALUES (?1, ?2, ?3, ?4)",
                params![taking.name, taking.format.name(), taking.origin, seconds(taking.max_age)],
            )?;
            Ok(There { id: begun.last_insert_rowid(), records: 0, newest: None, has_copy: false })
        }
    }
}

fn refuse_older(taking: &Taking<'_>, edition: &Edition, there: &There) -> Result<(), Refusal> {
    // What a copy of before this rule says, that has not come yet, counts for nothing.
    let last = there.newest.filter(|last| !last.is_ahead_of(taking.now));
    let at = edition.at.zip(last).filter(|_| there.has_copy && !taking.accept_older);
    // The newest entry may be the one that cannot be read.
    match at.filter(|_| edition.unread.files.is_empty()) {
        Some((found, last)) if found < last => Err(Refusal::Older { found, last }),
        _ => Ok(()),
    }
}

fn refuse_shrunk(taking: &Taking<'_>, records: u64, there: &There) -> Result<(), Refusal> {
    let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    match Shrank::check(number(there.records), number(records)) {
        Err(shrank) if there.has_copy && !taking.accept_shrink => Err(Refusal::Shrank(shrank)),
        _ => Ok(()),
    }
}

fn note(
    begun: &Transaction<'_>,
    there: &There,
    taking: &Taking<'_>,
    edition: &Edition,
    counts: &Counts,
    withdrawn: i64,
) -> rusqlite::Result<()> {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let unread = edition.unread.told(counts.kept).or(counts.went_back());
    let kept_at = there.newest.filter(|_| unread.is_some());
    begun.execute(
        "UPDATE feed SET digest = ?2, edition = ?3, edition_at = ?4, expires = ?5, model = ?6, proof = ?7, records = ?8, \
         withdrawn = ?9, remarks = ?10, fetched = ?11, checked = ?12, max_age = ?13, memo = ?14, problem = ?15 WHERE id = ?1",
        params![
            there.id,
            edition.digest,
            edition.name,
            edition.at.max(kept_at).map(|at| at.0),
            edition.expires.map(|at| at.0),
            edition.model,
            edition.proof,
            number(counts.records),
            withdrawn,
            number(edition.remarks),
            taking.checked.unwrap_or(taking.now).0,
            taking.checked.map(|at| at.0),
            seconds(taking.max_age),
            // What could not be read is read again, and told again, until it can be.
            if unread.is_none() { Some(&edition.memo) } else { edition.again.as_ref() },
            unread,
        ],
    )?;
    let known = there.newest.filter(|at| !taking.accept_older && !at.is_ahead_of(taking.now));
    if let Some(at) = edition.at.max(known) {
        begun.execute("INSERT OR REPLACE INTO newest (feed, at) VALUES (?1, ?2)", params![there.id, at.0])?;
    }
    Ok(())
}

/// How many entries of a feed are taken back. Rejected CVE records say so in their body.
fn withdrawn(begun: &Transaction<'_>, feed: i64) -> rusqlite::Result<i64> {
    begun.query_row(
        "SELECT (SELECT count(*) FROM advisory WHERE feed = ?1 AND withdrawn) \
              + (SELECT count(*) FROM document WHERE feed = ?1 AND withdrawn) \
              + (SELECT count(*) FROM fact WHERE feed = ?1 AND body LIKE '{\"rejected\":true%')",
        [feed],
        |row| row.get(0),
    )
}

/// Takes all content of a feed out.
fn empty(begun: &Transaction<'_>, feed: i64) -> rusqlite::Result<()> {
    for of_advisory in ["affected", "relation"] {
        let delete =
            format!("DELETE FROM {of_advisory} WHERE advisory IN (SELECT id FROM advisory WHERE feed = ?1)");
        begun.execute(&delete, [feed])?;
    }
    for table in ["advisory", "fact", "score", "offered", "document", "newest"] {
        begun.execute(&format!("DELETE FROM {table} WHERE feed = ?1"), [feed])?;
    }
    Ok(())
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

/// What tells two bodies apart.
fn hash(text: &str) -> String {
    let mut digest = patchform_sdk::digest::of_bytes(text.as_bytes());
    digest.truncate(32);
    digest
}
