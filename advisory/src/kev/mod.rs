//! CISA's catalogue of known exploited vulnerabilities (KEV): editions, and what changed between two.
//!
//! Source: the [catalogue](https://www.cisa.gov/known-exploited-vulnerabilities-catalog) and its JSON schema. An edition
//! is the JSON document, which says its version and its count. The sheet (CSV) that CISA publishes beside it says neither,
//! so it can [confirm](Catalog::confirm) an edition and never add to one.

mod catalog;
mod difference;
mod entry;
mod sheet;

pub use catalog::{Catalog, KevError, MOST_BYTES};
pub use difference::{Change, Difference};
pub use entry::Entry;
pub use sheet::Sheet;
