//! Advisories in the OSV schema: one document, or one per line.

mod document;
mod prefix;

pub use document::{read, read_lines};
