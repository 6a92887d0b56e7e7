//! What an archive offers, replaced by what it offers now.

use super::Counts;
use crate::catalog::content::Package;
use crate::catalog::row::{PACKAGES, package};
use rusqlite::{Transaction, params};
use std::collections::BTreeSet;

/// Writes what differs. A package with another version is a changed one, if its name, suite and architecture were there.
pub(super) fn replace(begun: &Transaction<'_>, feed: i64, packages: &[Package]) -> rusqlite::Result<Counts> {
    let mut there = there(begun, feed)?;
    let known: BTreeSet<(String, String, String)> =
        there.iter().map(|p| (p.suite.clone(), p.name.clone(), p.arch.clone())).collect();
    let mut counts = Counts { records: packages.len() as u64, ..Counts::default() };
    let mut write = begun.prepare(
        "INSERT OR REPLACE INTO offered (name, feed, arch, version, suite, source, source_version) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let mut changed = 0_u64;
    for package in packages {
        if there.remove(package) {
            continue;
        }
        let Package { suite, name, version, arch, source, source_version } = package;
        match known.contains(&(suite.clone(), name.clone(), arch.clone())) {
            true => changed += 1,
            false => counts.new += 1,
        }
        write.execute(params![name, feed, arch, version, suite, source, source_version])?;
    }
    let mut delete = begun.prepare(
        "DELETE FROM offered WHERE name = ?1 AND feed = ?2 AND arch = ?3 AND version = ?4 AND suite = ?5",
    )?;
    let still: BTreeSet<(&str, &str, &str)> =
        packages.iter().map(|p| (p.suite.as_str(), p.name.as_str(), p.arch.as_str())).collect();
    let same_place: BTreeSet<(&str, &str, &str, &str)> = packages
        .iter()
        .map(|p| (p.suite.as_str(), p.name.as_str(), p.arch.as_str(), p.version.as_str()))
        .collect();
    for gone in &there {
        let place = (gone.suite.as_str(), gone.name.as_str(), gone.arch.as_str());
        // Another source of the same version was written over it.
        if !same_place.contains(&(place.0, place.1, place.2, gone.version.as_str())) {
            delete.execute(params![gone.name, feed, gone.arch, gone.version, gone.suite])?;
        }
        counts.gone += u64::from(!still.contains(&place));
    }
    counts.changed = changed;
    Ok(counts)
}

fn there(begun: &Transaction<'_>, feed: i64) -> rusqlite::Result<BTreeSet<Package>> {
    let mut statement = begun.prepare(&format!("{PACKAGES} WHERE feed = ?1"))?;
    statement.query_map([feed], package)?.collect()
}
