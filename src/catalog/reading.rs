//! Reads the catalog: what matching and judging ask of it.

use super::content::{CveRecord, Document, Package};
use super::error::CatalogError;
use super::row::{PACKAGES, package};
use super::schema;
use super::standing::{self, Standing};
use super::stored::{StoredAdvisory, StoredAffected, StoredListing, StoredRecord};
use crate::config::checked::FeedFormat;
use patchform_advisory::cve::CveId;
use patchform_advisory::day::Day;
use patchform_advisory::priority::{Facts, Listing, Prediction};
use patchform_advisory::{Advisory, Affected, Ecosystem, Provenance, kev};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A catalog that is read. Each question sees the catalog whole, before or after any feed that is taken meanwhile.
pub struct Catalog {
    connection: Connection,
    path: PathBuf,
}

/// What the feeds say of one CVE.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    /// What counts, as [`Evidence`](patchform_advisory::priority::Evidence) has it: where a KEV feed was read, it decides
    /// whether the CVE is listed, else its record does.
    pub facts: Facts,
    /// Its record says that it is none: findings that rest on it are retracted.
    pub rejected: bool,
    /// What it is called.
    pub title: Option<String>,
    /// The share of all CVEs that are at most as likely to be exploited.
    pub percentile: Option<f64>,
    /// Its entry in KEV, whole.
    pub listing: Option<kev::Entry>,
    /// Its record.
    pub record: Option<CveRecord>,
    /// Which feed says what: the format's name and the feed's.
    pub said_by: Vec<(FeedFormat, String)>,
}

/// A feed of facts.
struct Source {
    format: FeedFormat,
    name: String,
    model: Option<String>,
}

impl Catalog {
    /// Opens the catalog of a platform, such as `.patchform/catalog.db`.
    ///
    /// # Errors
    /// There is none, it is damaged, of a newer version, or the system refuses.
    pub fn open(path: &Path) -> Result<Catalog, CatalogError> {
        Ok(Catalog { connection: schema::open(path)?, path: path.to_path_buf() })
    }

    /// Every feed, by name, with how fresh it is.
    ///
    /// # Errors
    /// A damaged catalog.
    pub fn feeds(&self) -> Result<Vec<Standing>, CatalogError> {
        standing::all(&self.connection).map_err(|error| self.failed(&error))
    }

    /// The advisories that name one of `packages` (source or binary; none is every package) of an ecosystem that `wanted`
    /// takes, such as those that bear on a platform. Each has only those entries. Behind them stand, without any entry, the
    /// records that join them to others by alias or upstream, so that [`Relations`](patchform_advisory::Relations) of the
    /// answer are right. Withdrawn records are among them, and marked.
    ///
    /// # Errors
    /// A damaged catalog.
    pub fn advisories(
        &self,
        wanted: impl Fn(&Ecosystem) -> bool,
        packages: Option<&BTreeSet<&str>>,
    ) -> Result<Vec<Advisory>, CatalogError> {
        let _whole = self.whole()?;
        let entries = self.entries(wanted, packages)?;
        let mut names = BTreeSet::new();
        let mut records = Vec::with_capacity(entries.len());
        let mut read = BTreeSet::new();
        for (id, affected) in entries {
            let record = self.advisory(id, affected)?;
            names.insert(record.id.clone());
            read.insert(id);
            records.push(record);
        }
        for id in self.beside(names)? {
            if read.insert(id) {
                records.push(self.advisory(id, Vec::new())?);
            }
        }
        Ok(records)
    }

    /// The ecosystems that `wanted` takes of which an advisory says something now. One that only an earlier copy of a feed spoke
    /// of is none: that nothing is found of it would be no good news.
    ///
    /// # Errors
    /// A damaged catalog.
    pub fn speaks_of(&self, wanted: impl Fn(&Ecosystem) -> bool) -> Result<Vec<Ecosystem>, CatalogError> {
        let _whole = self.whole()?;
        let ecosystems = self.ecosystems(wanted)?;
        let read = || -> rusqlite::Result<Vec<Ecosystem>> {
            let mut any =
                self.connection.prepare("SELECT EXISTS (SELECT 1 FROM affected WHERE ecosystem = ?1)")?;
            let mut spoken = Vec::new();
            for (id, ecosystem) in ecosystems {
                if any.query_row([id], |row| row.get(0))? {
                    spoken.push(ecosystem);
                }
            }
            Ok(spoken)
        };
        read().map_err(|error| self.failed(&error))
    }

    /// What the feeds say of these CVEs. Of those that no feed knows there is no entry.
    ///
    /// # Errors
    /// A damaged catalog.
    pub fn facts(
        &self,
        cves: impl IntoIterator<Item = CveId>,
    ) -> Result<BTreeMap<CveId, Known>, CatalogError> {
        let _whole = self.whole()?;
        let sources = self.sources()?;
        let decides = sources.values().any(|source| source.format == FeedFormat::Kev);
        let mut all = BTreeMap::new();
        for cve in cves {
            let known = self.known(cve, &sources, decides)?;
            if !known.said_by.is_empty() {
                all.insert(cve, known);
            }
        }
        Ok(all)
    }

    /// What the archives offer of these packages; none is all of them.
    ///
    /// # Errors
    /// A damaged catalog.
    pub fn offered(&self, packages: Option<&BTreeSet<&str>>) -> Result<Vec<Package>, CatalogError> {
        let _whole = self.whole()?;
        let read = || -> rusqlite::Result<Vec<Package>> {
            let Some(packages) = packages else {
                return self.connection.prepare(PACKAGES)?.query_map([], package)?.collect();
            };
            let mut of_one = self.connection.prepare(&format!("{PACKAGES} WHERE name = ?1"))?;
            let mut all = Vec::new();
            for name in packages {
                for row in of_one.query_map([name], package)? {
                    all.push(row?);
                }
            }
            Ok(all)
        };
        read().map_err(|error| self.failed(&error))
    }

    /// The documents of the feeds of a format (CSAF, OpenVEX), with the name of the feed of each.
    ///
    /// # Errors
    /// A damaged catalog.
    pub fn documents(&self, format: FeedFormat) -> Result<Vec<(String, Document)>, CatalogError> {
        let read = || -> rusqlite::Result<Vec<(String, Document)>> {
            let mut statement = self.connection.prepare(
                "SELECT feed.name, path, document.name, stamp, document.withdrawn, body FROM document \
                 JOIN feed ON feed.id = document.feed WHERE feed.format = ?1 ORDER BY feed.name, path",
            )?;
            let rows = statement.query_map([format.name()], |row| {
                let document = Document {
                    path: row.get(1)?,
                    name: row.get(2)?,
                    stamp: row.get(3)?,
                    withdrawn: row.get(4)?,
                    body: row.get(5)?,
                };
                Ok((row.get(0)?, document))
            })?;
            rows.collect()
        };
        read().map_err(|error| self.failed(&error))
    }

    /// For a question of many statements: they see one catalog, and it is locked and let go once.
    fn whole(&self) -> Result<Transaction<'_>, CatalogError> {
        self.connection.unchecked_transaction().map_err(|error| self.failed(&error))
    }

    /// The entries of the packages, by the row of their advisory.
    fn entries(
        &self,
        wanted: impl Fn(&Ecosystem) -> bool,
        packages: Option<&BTreeSet<&str>>,
    ) -> Result<BTreeMap<i64, Vec<Affected>>, CatalogError> {
        const COLUMNS: &str = "SELECT advisory, ecosystem, package, body FROM affected";
        let ecosystems = self.ecosystems(wanted)?;
        let mut all: BTreeMap<i64, Vec<Affected>> = BTreeMap::new();
        let mut take = |row: &rusqlite::Row<'_>| -> rusqlite::Result<Result<(), CatalogError>> {
            if let Some(ecosystem) = ecosystems.get(&row.get::<_, i64>(1)?) {
                let package = row.get_ref(2)?.as_str()?;
                let stored = serde_json::from_str::<StoredAffected>(row.get_ref(3)?.as_str()?).ok();
                let Some(entry) = stored.and_then(|stored| stored.whole(ecosystem, package)) else {
                    return Ok(Err(self.damaged("an entry of an advisory")));
                };
                all.entry(row.get(0)?).or_default().push(entry);
            }
            Ok(Ok(()))
        };
        let mut read = || -> rusqlite::Result<Result<(), CatalogError>> {
            let filter = if packages.is_some() { " WHERE package = ?1" } else { "" };
            let mut statement = self.connection.prepare(&format!("{COLUMNS}{filter}"))?;
            let names = packages.map(|names| names.iter().map(|name| Some(*name)).collect());
            for name in names.unwrap_or_else(|| vec![None]) {
                let mut rows = match name {
                    Some(name) => statement.query([name])?,
                    None => statement.query([])?,
                };
                while let Some(row) = rows.next()? {
                    if let Err(error) = take(row)? {
                        return Ok(Err(error));
                    }
                }
            }
            Ok(Ok(()))
        };
        read().map_err(|error| self.failed(&error))??;
        Ok(all)
    }

    fn ecosystems(
        &self,
        wanted: impl Fn(&Ecosystem) -> bool,
    ) -> Result<BTreeMap<i64, Ecosystem>, CatalogError> {
        let read = || -> rusqlite::Result<Vec<(i64, Ecosystem)>> {
            let mut statement =
                self.connection.prepare("SELECT id, name, release, channel, text FROM ecosystem")?;
            let rows = statement.query_map([], |row| {
                let ecosystem = Ecosystem {
                    name: row.get(1)?,
                    release: row.get(2)?,
                    channel: row.get(3)?,
                    text: row.get(4)?,
                };
                Ok((row.get(0)?, ecosystem))
            })?;
            rows.collect()
        };
        let all = read().map_err(|error| self.failed(&error))?;
        Ok(all.into_iter().filter(|(_, ecosystem)| wanted(ecosystem)).collect())
    }

    fn advisory(&self, id: i64, affected: Vec<Affected>) -> Result<Advisory, CatalogError> {
        let read = || -> rusqlite::Result<(String, Provenance, String)> {
            let mut statement = self.connection.prepare_cached(
                "SELECT advisory.name, feed.name, file, line, body FROM advisory JOIN feed ON feed.id = advisory.feed \
                 WHERE advisory.id = ?1",
            )?;
            statement.query_row([id], |row| {
                let line = usize::try_from(row.get::<_, i64>(3)?).unwrap_or(0);
                Ok((row.get(0)?, Provenance { feed: row.get(1)?, file: row.get(2)?, line }, row.get(4)?))
            })
        };
        let (name, provenance, body) = read().map_err(|error| self.failed(&error))?;
        let stored: StoredAdvisory = serde_json::from_str(&body).map_err(|_| self.damaged(&name))?;
        Ok(stored.whole(name, provenance, affected))
    }

    /// The rows of all records that are joined to `names`: by aliases in both directions, upstream only upwards.
    fn beside(&self, names: BTreeSet<String>) -> Result<BTreeSet<i64>, CatalogError> {
        let read = || -> rusqlite::Result<BTreeSet<i64>> {
            let mut own = self.connection.prepare("SELECT id FROM advisory WHERE name = ?1")?;
            let mut upwards =
                self.connection.prepare("SELECT other FROM relation WHERE name = ?1 AND kind IN (0, 1)")?;
            let mut back =
                self.connection.prepare("SELECT name FROM relation WHERE other = ?1 AND kind = 0")?;
            let mut found = BTreeSet::new();
            let mut open: Vec<String> = names.iter().cloned().collect();
            let mut seen = names;
            while let Some(name) = open.pop() {
                for id in own.query_map([&name], |row| row.get(0))? {
                    found.insert(id?);
                }
                for statement in [&mut upwards, &mut back] {
                    for other in statement.query_map([&name], |row| row.get::<_, String>(0))? {
                        let other = other?;
                        if seen.insert(other.clone()) {
                            open.push(other);
                        }
                    }
                }
            }
            Ok(found)
        };
        read().map_err(|error| self.failed(&error))
    }

    fn sources(&self) -> Result<BTreeMap<i64, Source>, CatalogError> {
        let read = || -> rusqlite::Result<Vec<(i64, Option<Source>)>> {
            let mut statement = self
                .connection
                .prepare("SELECT id, format, name, model FROM feed WHERE digest IS NOT NULL")?;
            let rows = statement.query_map([], |row| {
                let format = FeedFormat::of_name(&row.get::<_, String>(1)?);
                let (name, model) = (row.get(2)?, row.get(3)?);
                Ok((row.get(0)?, format.map(|format| Source { format, name, model })))
            })?;
            rows.collect()
        };
        let all = read().map_err(|error| self.failed(&error))?;
        Ok(all.into_iter().filter_map(|(id, source)| Some((id, source?))).collect())
    }

    fn known(
        &self,
        cve: CveId,
        sources: &BTreeMap<i64, Source>,
        decides: bool,
    ) -> Result<Known, CatalogError> {
        let mut known = Known::default();
        let key = cve.to_string();
        for (feed, body) in self.bodies(&key)? {
            let Some(source) = sources.get(&feed) else { continue };
            let read = match source.format {
                FeedFormat::Kev => {
                    known.listing =
                        serde_json::from_str(&body).ok().and_then(|s: StoredListing| s.whole(cve));
                    known.listing.is_some()
                }
                _ => {
                    let stored: Option<StoredRecord> = serde_json::from_str(&body).ok();
                    let record = stored.map(|stored| stored.whole(cve));
                    let read = record.is_some();
                    // Of two feeds that have a record of it, the one that was changed last counts.
                    let newer =
                        record.as_ref().map(|r| &r.updated) >= known.record.as_ref().map(|r| &r.updated);
                    known.record = if newer { record } else { known.record };
                    read
                }
            };
            if !read {
                return Err(self.damaged(&key));
            }
            known.said_by.push((source.format, source.name.clone()));
        }
        if let Some((feed, probability, percentile)) = self.score(&key)?
            && let Some(source) = sources.get(&feed)
        {
            // A day that does not say its model predicts nothing that a threshold could be held against.
            known.facts.epss = source.model.clone().map(|model| Prediction { probability, model });
            known.percentile = percentile;
            known.said_by.push((source.format, source.name.clone()));
        }
        known.settle(decides);
        Ok(known)
    }

    fn bodies(&self, key: &str) -> Result<Vec<(i64, String)>, CatalogError> {
        let read = || -> rusqlite::Result<Vec<(i64, String)>> {
            let mut statement =
                self.connection.prepare_cached("SELECT feed, body FROM fact WHERE cve = ?1")?;
            statement.query_map([key], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        read().map_err(|error| self.failed(&error))
    }

    fn score(&self, key: &str) -> Result<Option<(i64, f64, Option<f64>)>, CatalogError> {
        let read = || -> rusqlite::Result<Option<(i64, f64, Option<f64>)>> {
            let mut statement = self.connection.prepare_cached(
                "SELECT feed, probability, percentile FROM score JOIN feed ON feed.id = score.feed WHERE cve = ?1 \
                 ORDER BY feed.edition_at DESC LIMIT 1",
            )?;
            statement.query_row(params![key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()
        };
        read().map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &rusqlite::Error) -> CatalogError {
        CatalogError::of("read", &self.path, error)
    }

    fn damaged(&self, what: &str) -> CatalogError {
        CatalogError::Damaged { path: self.path.clone(), what: format!("{what} cannot be read") }
    }
}

impl Known {
    /// Makes the facts of what was read.
    fn settle(&mut self, decides: bool) {
        let record = self.record.as_ref();
        self.rejected = record.is_some_and(|record| record.rejected);
        let listed = self.listing.as_ref().map(|entry| Listing {
            added: entry.added,
            due: Some(entry.due),
            ransomware: entry.used_by_ransomware(),
        });
        let said = record.and_then(|record| record.kev_added);
        let undue = |added: Day| Listing { added, due: None, ransomware: false };
        self.facts.kev = if decides { listed } else { said.map(undue) };
        self.facts.ssvc = record.map(|record| record.points).unwrap_or_default();
        self.facts.cvss = record.and_then(CveRecord::scored);
        self.facts.disclosed = record.and_then(|record| record.disclosed);
        self.title = record.and_then(|record| record.title.clone());
    }
}
