//! Advisories: what vendors publish, what it says about installed packages, how urgent it is, and until when to act.
//!
//! Everything here is pure: bytes of a feed go in, records, findings and deadlines come out. Where the bytes come from,
//! whether their signature holds, and where records are kept is decided elsewhere.
//!
//! # The way of an advisory
//!
//! 1. **Feeds become records.** Readers of [`osv`], [`debian`] and [`rpm`] make the same neutral record of what they
//!    read: an [`Advisory`] with its [`Relations`] to others, its [`Provenance`], and one [`Affected`] for each package
//!    that it names. An entry says whose package it is ([`Ecosystem`]), whether its name means a source or a binary
//!    package ([`Naming`]), for which architectures and module stream, and which versions are affected ([`Range`]) or
//!    the vendor's word ([`Status`]). Records of one source make a [`Feed`].
//! 2. **Records become findings.** Of a host there are its [`Platform`] and its [`Installed`] packages ([`dpkg`]). An
//!    [`Index`] of the records gives a [`Finding`] for each package that a record names: affected, not affected although
//!    named, or unknown, always with the [`Why`] and the record. A [`Fleet`] judges what hosts have alike once. What no record names has no finding; that is no proof
//!    that it is safe. What an archive offers instead stands in its [`packages`].
//! 3. **Findings become urgent.** [`kev`], [`epss`], [`cve5`], [`cvss`] and [`ssvc`] say of a CVE what attackers do;
//!    [`priority`] gathers it as [`Facts`](priority::Facts), judges the [`Urgency`](priority::Urgency), and joins it with
//!    what the component means.
//! 4. **Urgency becomes a deadline.** [`policy`] has rule books as tables: a row says within which term, counted from
//!    which event, a finding has to be gone, and an exception lasts no longer than it says.
//!
//! # Documents that judge products themselves
//!
//! [`csaf`] and [`openvex`] name products in their own ways and say which are affected, fixed or under investigation.
//! They are read, held against their standards and judged within themselves; [`csaf::records`] and [`openvex::records`]
//! make the neutral record of their verdicts. [`provider`] reads the lists, feeds and metadata by which such documents are found.
//!
//! # What is read, and how it is refused
//!
//! `read` takes the bytes of a file, `parse` a short text such as a version or an id. A reader refuses what is not its
//! format with a [`Fault`]: what was read, the line or JSON pointer where it is wrong ([`Place`]), and why. What it can
//! understand it takes, and tells the rest: feeds of many entries with a [`Remark`] for each that was passed over or taken
//! although its format forbids it, documents of a standard with a [`Complaint`](complaint::Complaint) that names the rule.
//!
//! The same holds of all: more bytes than the limit, another encoding than UTF-8 and NUL bytes are refused, a byte order
//! mark is passed over; a line is no longer than the limits in [`line`](mod@line); nesting ends at 128 levels; an
//! array is never taken for an object; XML declares no entities. Whoever replaces a feed asks [`shrink`] first.

// What every record, finding and deadline is made of.
pub mod cve;
pub mod day;
pub mod digest;
pub mod id;
pub mod moment;
pub mod purl;

// The neutral record.
mod advisory;
mod affected;
mod ecosystem;
mod feed;
mod range;
mod relations;

// From bytes to values, and how they are refused.
mod deb822;
mod fault;
mod input;
mod json;
mod objects;
mod remark;
mod xml;

pub mod complaint;
pub mod line;
pub mod shrink;

// Feeds of records.
pub mod debian;
pub mod osv;
pub mod oval;
pub mod rpm;

// Documents that judge products themselves, and where they are found.
mod said;

pub mod csaf;
pub mod openvex;
pub mod provider;

// The host, and what its archives offer.
mod installed;
mod platform;

pub mod dpkg;
pub mod packages;
pub mod suite;

// Findings.
mod fleet;
mod judgement;
mod matching;
mod why;

// Urgency and deadlines.
pub mod cve5;
pub mod cvss;
pub mod epss;
pub mod kev;
pub mod policy;
pub mod priority;
pub mod ssvc;

pub use advisory::{Advisory, Provenance, Severity};
pub use affected::{Affected, NoFix, Status};
pub use ecosystem::{Ecosystem, Naming};
pub use fault::{Fault, Place};
pub use feed::Feed;
pub use fleet::{Distinct, Fleet};
pub use installed::{Installed, Module, Source};
pub use matching::{Finding, Index};
pub use platform::{Bearing, Platform};
pub use range::{Event, Position, Range, RangeKind};
pub use relations::Relations;
pub use remark::Remark;
pub use why::{Verdict, Why};
