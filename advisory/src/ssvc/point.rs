//! A decision point: one question and its possible answers, in order.

use super::error::SsvcError;
use super::fold::fold;

/// The most values of a point; of CERT/CC's none has more than five.
pub(super) const MOST_VALUES: usize = 64;

/// One possible answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Its short form, such as `A`.
    pub key: String,
    /// Its name, such as `Active`.
    pub name: String,
}

/// A decision point, or the outcome of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Namespace, key and version, such as `ssvc:E:1.1.0`; a sheet gives namespace, name and version.
    pub id: String,
    /// Such as `Exploitation`.
    pub name: String,
    /// From the least to the most urgent, as the publisher orders them.
    pub values: Vec<Value>,
}

impl Point {
    /// A point whose values can be told apart.
    ///
    /// # Errors
    ///
    /// No values, too many, or two whose names are spellings of one.
    pub fn new(id: String, name: String, values: Vec<Value>) -> Result<Point, SsvcError> {
        if values.len() > MOST_VALUES {
            return Err(SsvcError::Values(name));
        }
        let mut names: Vec<String> = values.iter().map(|value| fold(&value.name)).collect();
        names.sort();
        names.dedup();
        if values.is_empty() || names.len() != values.len() {
            return Err(SsvcError::Point(name));
        }
        Ok(Point { id, name, values })
    }

    /// Whether the point is called so, by name in any spelling, or by id.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.id == name || fold(&self.name) == fold(name)
    }

    /// The place of a value, by name in any spelling, else by key.
    ///
    /// # Errors
    ///
    /// The point has no such value; the error lists those it has.
    pub fn place(&self, value: &str) -> Result<usize, SsvcError> {
        let folded = fold(value);
        let by_name = || self.values.iter().position(|known| fold(&known.name) == folded);
        let by_key = || self.values.iter().position(|known| known.key.eq_ignore_ascii_case(value));
        by_name().or_else(by_key).ok_or_else(|| SsvcError::NoValue {
            point: self.name.clone(),
            value: value.to_string(),
            known: self.values.iter().map(|value| value.name.clone()).collect(),
        })
    }
}
