//! CSAF: advisories and VEX of the Common Security Advisory Framework, 2.0 and 2.1.
//!
//! [`read`] makes a document of bytes and tells all that its form and the schema have against it.
//!
//! Sources: <https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html>,
//! <https://docs.oasis-open.org/csaf/csaf/v2.1/csaf-v2.1.html>. Sections are those of 2.0 where it does not say otherwise.

mod complaint;
pub mod document;
mod json;
mod moment;
pub mod product;
mod reading;
#[cfg(test)]
mod sample;
mod schema;
pub mod vulnerability;

pub use complaint::{Complaint, Kind};
pub use document::{Csaf, Edition};
pub use json::{DEEPEST, DocumentError, MOST_BYTES};
pub use moment::Moment;
pub use reading::{Reading, read};
