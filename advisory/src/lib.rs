//! Advisories: what vendors publish, what it says about installed packages, and how urgent it is.
//!
//! Everything here is pure: bytes of a feed go in, records, findings and scores come out. Where the bytes come from,
//! whether their digest and signature hold, and where records are kept is decided elsewhere.
//!
//! # From a feed to a finding
//!
//! Whatever the feed, its reader ([`osv`], [`debian`], [`rpm`]) makes the same neutral record of it: an [`Advisory`],
//! with its relations to others, where it comes from, and one [`Affected`] for each package that it names. An entry
//! says whose package it is ([`Ecosystem`]: vendor, release, channel), whether its name means a source or a binary
//! package, for which architectures and module stream, and either which versions are affected or the vendor's word.
//!
//! Of a host there are its [`Platform`] and its [`Installed`] packages ([`dpkg`]). An [`Index`] of the records gives a
//! [`Finding`] for each package that a record names: affected, not affected although named, or unknown, always with
//! the [`Why`] and the record. What no record names has no finding; that is no proof that it is safe.
//!
//! # Broken feeds
//!
//! A reader refuses what is not its format with a [`Fault`], which names the line; it takes what it can understand, and
//! says with a [`Remark`] what it passed over. Readers borrow from the bytes that they are given and keep no more than
//! the records; a line longer than the limits in [`line`](mod@line) is refused.

mod advisory;
mod affected;
mod deb822;
mod ecosystem;
mod fault;
mod feed;
mod installed;
mod judgement;
mod matching;
mod platform;
mod range;
mod relations;
mod remark;
mod why;
mod xml;

pub mod complaint;
pub mod csaf;
pub mod cve;
pub mod cve5;
pub mod cvss;
pub mod day;
pub mod debian;
pub mod dpkg;
pub mod epss;
pub mod input;
pub mod json;
pub mod kev;
pub mod line;
pub mod moment;
pub mod openvex;
pub mod osv;
pub mod packages;
pub mod policy;
pub mod priority;
pub mod provider;
pub mod purl;
pub mod rpm;
pub mod shrink;
pub mod ssvc;

pub use advisory::{Advisory, Provenance, Severity};
pub use affected::{Affected, NoFix, Status};
pub use ecosystem::{Ecosystem, Naming};
pub use fault::Fault;
pub use feed::Feed;
pub use installed::{Installed, Module, Source};
pub use matching::{Finding, Index};
pub use platform::{Bearing, Platform};
pub use range::{Event, Position, Range, RangeKind};
pub use relations::Relations;
pub use remark::Remark;
pub use why::{Verdict, Why};
