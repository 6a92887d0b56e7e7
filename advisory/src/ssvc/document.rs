//! CERT/CC's JSON documents of decision points and tables, version 2.0.0 of their schema.

use super::error::SsvcError;
use super::point::{Point, Value};
use super::table::Table;
use super::{MOST_BYTES, fold};
use crate::input;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct PointDocument {
    namespace: String,
    key: String,
    version: String,
    name: String,
    values: Vec<ValueDocument>,
}

#[derive(Deserialize)]
struct ValueDocument {
    key: String,
    name: String,
}

#[derive(Deserialize)]
struct TableDocument {
    name: String,
    decision_points: BTreeMap<String, PointDocument>,
    outcome: String,
    mapping: Vec<BTreeMap<String, String>>,
}

impl Point {
    /// Reads a decision point.
    ///
    /// # Errors
    ///
    /// The bytes are no text, no such document, or its values cannot be told apart.
    pub fn read_json(bytes: &[u8]) -> Result<Point, SsvcError> {
        parsed::<PointDocument>(bytes)?.checked()
    }
}

impl PointDocument {
    fn checked(self) -> Result<Point, SsvcError> {
        let id = format!("{}:{}:{}", self.namespace, self.key, self.version);
        let values =
            self.values.into_iter().map(|value| Value { key: value.key, name: value.name }).collect();
        Point::new(id, self.name, values)
    }
}

impl Table {
    /// Reads a decision table. The points stand in the order of their ids, rows as in the document.
    ///
    /// # Errors
    ///
    /// The bytes are no text or no such document, a row names what is not defined, or the table is not complete.
    pub fn read_json(bytes: &[u8], source: &str) -> Result<Table, SsvcError> {
        let document: TableDocument = parsed(bytes)?;
        let mut points = Vec::new();
        let mut outcome = None;
        for (id, point) in document.decision_points {
            let point = point.checked()?;
            if id == document.outcome { outcome = Some(point) } else { points.push((id, point)) }
        }
        let outcome = outcome.ok_or_else(|| SsvcError::NoPoint(document.outcome.clone()))?;
        let rows: Result<Vec<_>, SsvcError> = document
            .mapping
            .iter()
            .map(|row| {
                let asked: Result<_, _> = points.iter().map(|(id, point)| by_key(point, row, id)).collect();
                Ok((asked?, by_key(&outcome, row, &document.outcome)?))
            })
            .collect();
        let points = points.into_iter().map(|(_, point)| point).collect();
        Table::new(document.name, source.to_string(), points, outcome, rows?)
    }
}

/// The place of the value whose key the row has for that point.
fn by_key(point: &Point, row: &BTreeMap<String, String>, id: &str) -> Result<usize, SsvcError> {
    let key = row.get(id).ok_or_else(|| SsvcError::Open(point.name.clone()))?;
    let exact = point.values.iter().position(|value| value.key == *key);
    exact.map_or_else(|| point.place(&fold(key)), Ok)
}

/// A document within [`MOST_BYTES`]; nesting beyond 128 levels is refused by the reader of JSON.
pub(super) fn parsed<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, SsvcError> {
    let text = input::text(bytes, MOST_BYTES)?;
    serde_json::from_str(text).map_err(|error| SsvcError::Form(error.to_string()))
}
