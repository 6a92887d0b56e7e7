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
        let asked = self.asked(now).map(|checked| now.since(checked));
        asked.max(self.copy.as_ref().and_then(|copy| self.since(copy, now)).map(|since| now.since(since)))
    }

    /// When its source was asked, as far as that can be believed: what has not come yet cannot.
    fn asked(&self, now: Moment) -> Option<Moment> {
        self.checked.filter(|checked| !checked.is_ahead_of(now))
    }

    /// Since when a copy of a format with a steady rhythm is the last one: since its edition, or, where its publisher gives no
    /// date that can be believed, since it came.
    fn since(&self, copy: &Copy, now: Moment) -> Option<Moment> {
        let edition = copy.edition_at.filter(|edition| !edition.is_ahead_of(now));
        Some(edition.unwrap_or(copy.fetched)).filter(|_| self.format.is_steady())
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
        let Some(asked) = self.asked(now) else {
            return Some("nobody can say when its source was asked: a clock was wrong then".to_string());
        };
        if old(asked) {
            return Some(format!("its source has not answered well for more than {limit}"));
        }
        let since = self.since(copy, now).filter(|since| old(*since))?;
        let doing = if copy.edition_at == Some(since) { "published" } else { "taken" };
        Some(format!("it was {doing} {since}, and more than {limit} old is too old for it"))
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

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    fn kev(checked: i64, fetched: i64, edition_at: Option<i64>) -> Standing {
        let copy = Copy {
            digest: String::new(),
            edition: None,
            edition_at: edition_at.map(Moment),
            expires: None,
            model: None,
            proof: String::new(),
            records: 1,
            withdrawn: 0,
            remarks: 0,
            fetched: Moment(fetched),
        };
        Standing {
            name: "cisa".into(),
            format: FeedFormat::Kev,
            origin: String::new(),
            copy: Some(copy),
            checked: Some(Moment(checked)),
            max_age: Duration::from_secs(14 * 86_400),
            problem: None,
        }
    }

    #[test]
    fn a_date_that_has_not_come_yet_makes_nothing_fresh() {
        let why = |standing: Standing| standing.why_stale(Moment(100 * DAY)).unwrap_or_default();
        assert_eq!(why(kev(100 * DAY, 50 * DAY, Some(99 * DAY))), "");
        assert!(why(kev(100 * DAY, 100 * DAY, Some(80 * DAY))).starts_with("it was published 1970-03-22"));
        // A publisher without a date that can be believed is as new as the last copy that differed.
        for edition in [None, Some(300 * DAY)] {
            assert_eq!(why(kev(100 * DAY, 90 * DAY, edition)), "");
            assert!(why(kev(100 * DAY, 80 * DAY, edition)).starts_with("it was taken 1970-03-22"));
        }
        assert!(why(kev(300 * DAY, 100 * DAY, Some(99 * DAY))).starts_with("nobody can say when"));
        assert_eq!(
            kev(300 * DAY, 99 * DAY, Some(300 * DAY)).age(Moment(100 * DAY)),
            Some(Duration::from_secs(86_400))
        );
    }
}
