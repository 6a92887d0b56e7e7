//! OpenVEX: who says what about a vulnerability in a product (<https://github.com/openvex/spec>, 0.0.1 and 0.2.0).
//!
//! [`read`] makes a document of bytes; its [`Statement`]s have what they inherit from it filled in. Of several
//! statements about one vulnerability and product [`in_force`] picks the latest. What no statement is about is unknown.
//! [`records`] makes the neutral record.

mod document;
mod package;
mod reading;
mod records;
mod statement;

pub use document::{Component, Identifiers, OpenVex, Vulnerability, WrittenStatement};
pub use package::purl_matches;
pub use reading::{Reading, read};
pub use records::records;
pub use statement::{Product, Statement, Status, in_force};
