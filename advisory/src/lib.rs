//! Advisories: what vendors publish, what it says about installed packages, and how urgent it is.
//!
//! Everything here is pure: bytes of a feed go in, records, findings and scores come out. Where the bytes come from,
//! whether their digest and signature hold, and where records are kept is decided elsewhere.

pub mod complaint;
pub mod csaf;
pub mod cvss;
pub mod input;
pub mod json;
pub mod moment;
pub mod openvex;
pub mod provider;
pub mod ssvc;
