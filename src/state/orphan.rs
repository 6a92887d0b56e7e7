//! A snapshot that may exist although no run can use it.

use crate::model::{Address, Moment, PatchLevel};

/// A snapshot that a run asked for and never saw made: its controller was killed before the answer, or the answer was
/// lost. Its id was journalled before it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    /// Its id.
    pub id: String,
    /// Whose it would be.
    pub component: Address,
    /// The run that asked for it.
    pub run: String,
    /// The level that it would go back to; `None` when the component was absent.
    pub level: Option<PatchLevel>,
    /// When it was asked for.
    pub asked: Moment,
    /// Where its provider said that it would keep it; empty where it said nothing.
    pub place: String,
}
