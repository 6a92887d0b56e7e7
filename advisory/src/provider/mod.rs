//! Providers of CSAF documents, as data: which documents they list, which changed, and whether a digest fits.
//!
//! A provider is a folder with `index.txt` and `changes.csv` (CSAF 2.0, 7.1.12 and 7.1.13) or a ROLIE feed (7.1.15), with
//! a `provider-metadata.json` (7.1.7) that leads there. Beside each document stand `.sha256` or `.sha512` (7.1.18) and
//! `.asc` (7.1.19). Fetching, hashing and checking signatures are done elsewhere.

mod digest;
mod inventory;
mod listing;
mod metadata;
mod path;
mod rolie;

pub use digest::{Algorithm, Digest, DigestError};
pub use inventory::{Stray, strays};
pub use listing::{Entry, Listing, ListingError, changes, index};
pub use metadata::{Distribution, Feed, Key, Metadata, MetadataReading};
pub use path::{PathError, within};
pub use rolie::{FeedEntry, FeedReading, feed};
