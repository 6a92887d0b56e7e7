//! Whether work of a length fits, and when.

use super::interval::Interval;
use crate::model::Moment;

/// When work can start that needs some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// Now; nothing closes before then.
    Now {
        /// When it closes.
        until: Moment,
    },
    /// In this opening.
    Later(Interval),
    /// In no opening: none is long enough.
    Never {
        /// The longest one that was found; `None` where nothing opens again.
        longest: Option<Interval>,
    },
}
