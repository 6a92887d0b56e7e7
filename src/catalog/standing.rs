//! How a feed stands: its last good copy, when its source was asked, and what went wrong since.

use crate::config::checked::FeedFormat;
use crate::model::{Moment, period};
use rusqlite::{Connection, Row};
use std::time::Duration;

/// A feed of the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// As the configuration calls it.
    pub name: String,
    /// Of which format.
    pub format: FeedFormat,
    /// Where it comes from, without secrets.
    pub origin: String,
    /// Of its last good copy; none where there was none yet.
    pub copy: Option<Copy>,
    /// When its source was asked last and answered well, be it that nothing is new.
    pub checked: Option<Moment>,
    /// From which age on it is stale.
    pub max_age: Duration,
    /// Why it could not be taken when it was asked last; the last good copy counts still.
    pub problem: Option<String>,
}

/// The last good copy of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// SHA-256, in hexadecimal, of what came: of the document, or of the index that vouches for the rest.
    pub digest: String,
    /// What the publisher calls this edition: a date, a version, a revision.
    pub edition: Option<String>,
    /// When that was published.
    pub edition_at: Option<Moment>,
    /// Until when the publisher vouches for it.
    pub expires: Option<Moment>,
    /// The model of its numbers: EPSS has one.
    pub model: Option<String>,
    /// What vouches for it: a signature and by whom, a digest that the publisher or the configuration gives, or nothing.
    pub proof: String,
    /// How many entries it has, withdrawn ones among them.
    pub records: u64,
    /// How many of them are withdrawn or rejected.
    pub withdrawn: u64,
    /// What was passed over in it, or taken although its format forbids it: how many.
    pub remarks: u64,
    /// When it was taken.
    pub fetched: Moment,
}

impl Standing {
    /// How old what is known is: since its source was asked well, or, for formats with a steady rhythm, since its edition.
    pub fn age(&self, now: Moment) -> Option<Duration> {
        let asked = self.checked.map(|checked| now.since(checked));
        let steady = self.copy.as_ref().filter(|_| self.format.is_steady()).and_then(|copy| copy.edition_at);
        asked.max(steady.map(|edition| now.since(edition)))
    }

    /// Whether it is too old to be relied on; what was never read is.
    pub fn is_stale(&self, now: Moment) -> bool {
        self.copy.is_none() || self.why_stale(now).is_some()
    }

    /// Why its last good copy is too old to be relied on, in words; none where it is not.
    pub fn why_stale(&self, now: Moment) -> Option<String> {
        let copy = self.copy.as_ref()?;
        let old = |at: Moment| now.since(at) > self.max_age;
        let limit = period::show(self.max_age);
        if let Some(expires) = copy.expires.filter(|expires| *expires < now) {
            return Some(format!(
                "its publisher vouched for it until {expires}, and has published nothing since"
            ));
        }
        if self.checked.is_none_or(old) {
            return Some(format!("its source has not answered well for more than {limit}"));
        }
        let edition = copy.edition_at.filter(|at| self.format.is_steady() && old(*at))?;
        Some(format!("it was published {edition}, and more than {limit} old is too old for it"))
    }
}

/// The columns that [`read`] reads, in its order.
const COLUMNS: &str = "name, format, origin, digest, edition, edition_at, expires, model, proof, records, withdrawn, \
                       remarks, fetched, checked, max_age, problem";

/// Every feed, by name.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<Standing>> {
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS} FROM feed ORDER BY name"))?;
    let rows = statement.query_map([], read)?;
    // A feed of a format that this version does not know cannot be told about; `collect` lets go of it.
    Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().flatten().collect())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Option<Standing>> {
    let Some(format) = FeedFormat::of_name(&row.get::<_, String>(1)?) else { return Ok(None) };
    let moment = |at: usize| row.get::<_, Option<i64>>(at).map(|at| at.map(Moment));
    let copy = match (row.get::<_, Option<String>>(3)?, moment(12)?) {
        (Some(digest), Some(fetched)) => Some(Copy {
            digest,
            edition: row.get(4)?,
            edition_at: moment(5)?,
            expires: moment(6)?,
            model: row.get(7)?,
            proof: row.get(8)?,
            records: row.get::<_, i64>(9)?.unsigned_abs(),
            withdrawn: row.get::<_, i64>(10)?.unsigned_abs(),
            remarks: row.get::<_, i64>(11)?.unsigned_abs(),
            fetched,
        }),
        _ => None,
    };
    Ok(Some(Standing {
        name: row.get(0)?,
        format,
        origin: row.get(2)?,
        copy,
        checked: moment(13)?,
        max_age: Duration::from_secs(row.get::<_, i64>(14)?.unsigned_abs()),
        problem: row.get(15)?,
    }))
}
