//! Why a document is no decision point, table or selection, or why a table does not decide.

use crate::input::InputError;

/// What is wrong with a document or a question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SsvcError {
    /// The bytes are no text.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The text is not of the form; the reader's own words.
    #[error("not of the form of an SSVC document: {0}")]
    Form(String),
    /// A point without values, or with two of the same name.
    #[error("the decision point `{0}` has no values, or two of the same name")]
    Point(String),
    /// More values than any question has.
    #[error("the decision point `{0}` has more than {most} values", most = super::point::MOST_VALUES)]
    Values(String),
    /// A point that the document does not define.
    #[error("the decision point `{0}` is not defined")]
    NoPoint(String),
    /// A value that the point does not have.
    #[error("`{value}` is no value of {point}; it is {}", known.join(", "))]
    NoValue {
        /// The point's name.
        point: String,
        /// As given.
        value: String,
        /// What it may be.
        known: Vec<String>,
    },
    /// The question leaves a point open.
    #[error("the table needs {0}, which is not given")]
    Open(String),
    /// A combination stands in two rows.
    #[error("row {row} of the table asks the same as row {earlier}")]
    Twice {
        /// The later row, from 0.
        row: usize,
        /// The earlier row.
        earlier: usize,
    },
    /// Fewer rows than combinations.
    #[error("the table has {rows} rows for {combinations} combinations")]
    Incomplete {
        /// How many there are.
        rows: usize,
        /// How many there have to be.
        combinations: usize,
    },
}
