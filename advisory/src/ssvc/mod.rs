//! SSVC: decision points, decision tables, and what an analyst selected.
//!
//! Sources: CERT/CC's [SSVC](https://certcc.github.io/SSVC/) (JSON and CSV of version 2 of its schema) and CISA's
//! [guide](https://www.cisa.gov/ssvc). Three tables stand here as data ([`known`]); any other is read from CERT/CC's
//! files. Spellings differ from publisher to publisher (`Yes` and `yes`, `PoC` and `public poc`), so names are compared
//! [folded](fold).

mod cisa;
mod document;
mod error;
mod fold;
pub mod known;
mod point;
mod selection;
mod sheet;
mod table;

pub use cisa::{CisaPoints, Exploitation, TechnicalImpact};
pub use error::SsvcError;
pub use fold::fold;
pub use point::{Point, Value};
pub use selection::Selection;
pub use table::{Decision, Table};

/// The most bytes of one document or sheet; CERT/CC's largest has 53 kB.
pub const MOST_BYTES: usize = 16 << 20;
