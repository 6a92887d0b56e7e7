//! CERT/CC's decision tables as sheets: CSV with a row number, a column per point, and the outcome last.

use super::error::SsvcError;
use super::point::{MOST_VALUES, Point, Value};
use super::table::Table;
use super::{MOST_BYTES, fold};
use crate::input;

impl Table {
    /// Reads a sheet. Its values are those that occur, in the order of their first row.
    ///
    /// # Errors
    ///
    /// The bytes are no text, rows of different lengths, fewer than three columns, or a table that is not complete.
    pub fn read_csv(bytes: &[u8], source: &str) -> Result<Table, SsvcError> {
        let mut reader = csv::Reader::from_reader(input::text(bytes, MOST_BYTES)?.as_bytes());
        let heads: Vec<String> = reader.headers().map_err(form)?.iter().skip(1).map(String::from).collect();
        let records: Result<Vec<csv::StringRecord>, csv::Error> = reader.records().collect();
        let records = records.map_err(form)?;
        let mut points: Vec<Point> = Vec::new();
        let mut places: Vec<Vec<usize>> = Vec::new();
        for (column, head) in heads.iter().enumerate() {
            let cells: Vec<&str> = records.iter().filter_map(|record| record.get(column + 1)).collect();
            let (point, column) = point(head, &cells)?;
            points.push(point);
            places.push(column);
        }
        let missing = || SsvcError::Form("a sheet has a row number, a point and an outcome".to_string());
        let outcome = points.pop().ok_or_else(missing)?;
        let answers = places.pop().ok_or_else(missing)?;
        let rows = answers.into_iter().enumerate().map(|(row, answer)| {
            let asked = places.iter().map(|column| column[row]).collect();
            (asked, answer)
        });
        Table::new(source.to_string(), source.to_string(), points, outcome, rows.collect())
    }
}

/// The point of a column, and the place of each row's value. A head is `In KEV v1.0.0 (cisa)`; without a namespace it is
/// `ssvc`.
fn point(head: &str, cells: &[&str]) -> Result<(Point, Vec<usize>), SsvcError> {
    let (rest, namespace) = match head.strip_suffix(')').and_then(|head| head.rsplit_once(" (")) {
        Some((rest, namespace)) => (rest, namespace),
        None => (head, "ssvc"),
    };
    let (name, version) = rest
        .rsplit_once(" v")
        .ok_or_else(|| SsvcError::Form(format!("the column `{head}` does not end in a version")))?;
    let mut values: Vec<Value> = Vec::new();
    let mut places = Vec::with_capacity(cells.len());
    for cell in cells {
        let key = fold(cell);
        let known = values.iter().position(|value| value.key == key);
        places.push(known.unwrap_or(values.len()));
        if known.is_none() {
            values.push(Value { key, name: (*cell).to_string() });
        }
        if values.len() > MOST_VALUES {
            return Err(SsvcError::Values(name.to_string()));
        }
    }
    Ok((Point::new(format!("{namespace}:{name}:{version}"), name.to_string(), values)?, places))
}

fn form(error: csv::Error) -> SsvcError {
    SsvcError::Form(error.to_string())
}
