//! EPSS: the probability that a CVE is exploited within 30 days, of one day and one model.
//!
//! Source: [FIRST](https://www.first.org/epss/data_stats), feed of Empirical Security. A change of the model moves every
//! number (CVE-2024-57727 went from 0.385 to 0.919 within four days of 2025), so scores keep the version of their model,
//! and a [`Threshold`] or a [trend](Scores::trend) holds for one model only.

mod error;
mod row;
mod scores;

pub use error::EpssError;
pub use scores::{Likelihood, OtherModel, Scores, Threshold};

/// The most bytes of one day; 370,000 rows have 12 MB.
pub const MOST_BYTES: usize = 256 << 20;

/// The most bytes of one line; a row has fewer than 60.
pub const MOST_LINE: usize = 512;
