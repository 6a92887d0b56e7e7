//! CSAF: advisories and VEX of the Common Security Advisory Framework, 2.0 and 2.1.
//!
//! [`read`] makes a document of bytes and tells all that its form and the schema have against it.
//! [`check`] runs the mandatory tests of section 6.1. A [`Tree`] says which products there are, and [`verdicts`] what a vulnerability does to each: what no list names is
//! *unknown*, never safe. [`records`] makes the neutral record of them.
//!
//! Sources: <https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html>,
//! <https://docs.oasis-open.org/csaf/csaf/v2.1/csaf-v2.1.html>. Sections are those of 2.0 where it does not say otherwise.

pub mod document;
mod filename;
pub mod product;
mod reading;
mod records;
mod rules;
#[cfg(test)]
mod sample;
mod schema;
mod status;
mod tree;
mod version;
pub mod vulnerability;

pub use crate::complaint::{Complaint, Kind};
pub use crate::json::{DEEPEST, MOST_BYTES};
pub use crate::moment::Moment;
pub use document::{Csaf, Edition};
pub use filename::file_name;
pub use reading::{Reading, read};
pub use records::records;
pub use rules::{RULES, Rule, check};
pub use status::{Stance, Status, Verdict, verdicts};
pub use tree::{Part, Product, Tree};
