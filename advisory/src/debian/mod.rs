//! Debian's security tracker, in its two forms: one JSON document, and the lists that the team writes by hand.

mod release;

pub mod list;
pub mod tracker;

pub use release::number;
