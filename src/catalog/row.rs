//! How an offered package stands in a row of the catalog.

use super::content::Package;
use rusqlite::Row;

/// Selects the columns that [`package`] reads; what follows narrows the rows.
pub(super) const PACKAGES: &str = "SELECT suite, name, version, arch, source, source_version FROM offered";

/// Reads a row of [`PACKAGES`].
pub(super) fn package(row: &Row<'_>) -> rusqlite::Result<Package> {
    Ok(Package {
        suite: row.get(0)?,
        name: row.get(1)?,
        version: row.get(2)?,
        arch: row.get(3)?,
        source: row.get(4)?,
        source_version: row.get(5)?,
    })
}
