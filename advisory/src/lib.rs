//! Advisories: what vendors publish, what it says about installed packages, and how urgent it is.
//!
//! Everything here is pure: bytes of a feed go in, records, findings and scores come out. Where the bytes come from,
//! whether their digest and signature hold, and where records are kept is decided elsewhere.

pub mod cve;
pub mod cve5;
pub mod cvss;
pub mod day;
pub mod epss;
pub mod input;
pub mod kev;
pub mod policy;
pub mod priority;
pub mod shrink;
pub mod ssvc;
