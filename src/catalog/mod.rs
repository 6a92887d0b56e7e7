//! The catalog: what all feeds say, in one file beside the state, `.patchform/catalog.db`.
//!
//! # The store
//!
//! SQLite, linked into the program, because what is asked of the catalog is what it is good at and hard to build: a copy of
//! a feed is replaced in one transaction, so that it is there wholly or not at all, also after `kill -9` and on a full disk;
//! it is readable while it is written (write-ahead log); and a question about 700 packages among 700,000 entries reads just
//! these, in milliseconds, with no server and in bounded memory. The catalog holds nothing of its own: whatever happens to
//! it, `collect` makes it again.
//!
//! # Reading: what `assess` needs
//!
//! [`Catalog::open`] opens it; [`CatalogError`] says the way out where that fails.
//!
//! - [`Catalog::feeds`]: every feed's [`Standing`]: format, origin, last good [`struct@Copy`] (digest, edition, model of EPSS, how
//!   many records, what vouches for it, when taken), when its source answered last, why it did not since, and
//!   [`Standing::is_stale`].
//! - [`Catalog::advisories`]: the neutral records of some ecosystems and packages, as
//!   [`Index::new`](patchform_advisory::Index::new) and [`Relations::new`](patchform_advisory::Relations::new) take them:
//!   `catalog.advisories(|ecosystem| platform.bearing_of(ecosystem).is_some(), Some(&names))`, with the names of binary
//!   *and* source packages of the host. Every record has its provenance: feed, file, line.
//! - [`Catalog::facts`]: of some CVEs what is [`Known`]: [`Facts`](patchform_advisory::priority::Facts) (KEV, EPSS with its
//!   model, SSVC, CVSS computed from the vector, disclosure), whether it was rejected, KEV's whole entry, the record, and
//!   which feeds say so. What depends on a component (exposure, the vendor's word, the fix) is left at its default.
//! - [`Catalog::offered`]: what archives of apt offer, as [`Candidates`](patchform_advisory::packages::Candidates) take it.
//! - [`Catalog::documents`]: CSAF and OpenVEX documents, whole.
//!
//! # Writing
//!
//! A [`Writer`] takes one copy of a feed at a time: [`Content`] with its [`Edition`]. It refuses a copy that went back in
//! time or shrank sharply, unless told otherwise, and says what is new.

mod content;
mod error;
mod reading;
mod row;
mod schema;
mod standing;
mod stored;
mod writing;

pub use content::{Content, CveRecord, Document, Package};
pub use error::CatalogError;
pub use reading::{Catalog, Known};
pub use standing::{Copy, Standing};
pub use writing::{Counts, Edition, Refusal, StoreError, Taking, Unread, Writer};

#[cfg(test)]
mod tests;
