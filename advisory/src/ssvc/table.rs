//! A decision table: an outcome for every combination of answers.

use super::error::SsvcError;
use super::point::{Point, Value};
use std::collections::BTreeMap;

/// A complete table: each combination of the points' values stands in exactly one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Such as `CISA BOD 26-04`.
    pub name: String,
    /// Who says so: an address, a directive, a file.
    pub source: String,
    /// The questions, in the order of the table.
    pub points: Vec<Point>,
    /// What is decided.
    pub outcome: Point,
    /// Per combination of places of values: the row it stands in and the place of its outcome.
    answers: BTreeMap<Vec<usize>, (usize, usize)>,
}

/// What a table decided, and where it says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision<'a> {
    /// The row, counted from 0 in the order of the source.
    pub row: usize,
    /// The value of the outcome.
    pub outcome: &'a Value,
}

impl Table {
    /// A table of rows, each with a place per point and the place of the outcome last.
    ///
    /// # Errors
    ///
    /// A combination that stands twice, or one that stands nowhere.
    pub(super) fn new(
        name: String,
        source: String,
        points: Vec<Point>,
        outcome: Point,
        rows: Vec<(Vec<usize>, usize)>,
    ) -> Result<Table, SsvcError> {
        let mut answers = BTreeMap::new();
        let count = rows.len();
        for (row, (asked, answer)) in rows.into_iter().enumerate() {
            if let Some((earlier, _)) = answers.insert(asked, (row, answer)) {
                return Err(SsvcError::Twice { row, earlier });
            }
        }
        let combinations =
            points.iter().fold(1usize, |product, point| product.saturating_mul(point.values.len()));
        if count != combinations {
            return Err(SsvcError::Incomplete { rows: count, combinations });
        }
        Ok(Table { name, source, points, outcome, answers })
    }

    /// The row that holds for these answers: pairs of a point's name and a value's, in any spelling and order. Answers to
    /// questions that the table does not ask are passed over.
    ///
    /// # Errors
    ///
    /// A question of the table without an answer, or an answer that its point does not have.
    pub fn decide(&self, given: &[(&str, &str)]) -> Result<Decision<'_>, SsvcError> {
        let asked: Result<Vec<usize>, SsvcError> = self
            .points
            .iter()
            .map(|point| {
                let answer = given.iter().find(|(name, _)| point.is(name));
                let (_, value) = answer.ok_or_else(|| SsvcError::Open(point.name.clone()))?;
                point.place(value)
            })
            .collect();
        let combinations = self.answers.len();
        let found = self
            .answers
            .get(&asked?)
            .and_then(|(row, answer)| Some((*row, self.outcome.values.get(*answer)?)));
        let (row, outcome) = found.ok_or(SsvcError::Incomplete { rows: combinations, combinations })?;
        Ok(Decision { row, outcome })
    }

    /// Every combination with its decision, in the order of the source.
    #[must_use]
    pub fn rows(&self) -> Vec<(Vec<&Value>, Decision<'_>)> {
        let mut rows: Vec<_> = self
            .answers
            .iter()
            .map(|(asked, (row, answer))| {
                let values = self.points.iter().zip(asked).map(|(point, at)| &point.values[*at]).collect();
                (values, Decision { row: *row, outcome: &self.outcome.values[*answer] })
            })
            .collect();
        rows.sort_by_key(|(_, decision)| decision.row);
        rows
    }
}
