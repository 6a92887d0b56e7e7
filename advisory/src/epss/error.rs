//! Why a day's scores are refused.

use crate::cve::CveId;
use crate::input::InputError;

/// What is wrong with the bytes. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EpssError {
    /// The bytes are no text.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Nothing but blank, or a first line alone.
    #[error("there are no scores")]
    Empty,
    /// The first line, or the one after the remark, names other columns.
    #[error("the columns are `{0}`, not `cve,epss` or `cve,epss,percentile`")]
    Columns(String),
    /// A remark in front that says neither model nor day as known forms do.
    #[error("the first line is `{0}`, not `#model_version:…,score_date:…`")]
    Remark(String),
    /// A line beyond the limit.
    #[error("line {line} has more than {} bytes", super::MOST_LINE)]
    Long {
        /// Which.
        line: usize,
    },
    /// A row that is no CVE and numbers from 0 to 1.
    #[error("line {line} is no CVE with its scores: `{text}`")]
    Row {
        /// Which.
        line: usize,
        /// Its beginning.
        text: String,
    },
    /// The same CVE in two rows.
    #[error("{0} stands there twice")]
    Twice(CveId),
}
