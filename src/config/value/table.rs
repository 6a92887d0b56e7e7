//! The entries of a map or an object once they are complete: as small as they can be, since there may be millions.

use super::{Entries, Inside, Value};
use std::cmp::Ordering;
use std::sync::Arc;

/// Entries, sorted by key, and what is known about them all. Objects of one shape may share their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    keys: Arc<[Arc<str>]>,
    values: Box<[Value]>,
    pub(super) inside: Inside,
}

impl Table {
    /// `keys` in order, each once, with one value for each.
    pub(super) fn shaped(keys: Arc<[Arc<str>]>, values: Vec<Value>) -> Arc<Table> {
        debug_assert!(keys.len() == values.len() && keys.is_sorted_by(|a, b| a < b));
        let mut inside = Inside::of(values.iter());
        let length: usize = keys.iter().map(|k| k.len()).sum();
        inside.weight = inside.weight.saturating_add(length as u64);
        Arc::new(Table { keys, values: values.into_boxed_slice(), inside })
    }

    pub(super) fn of(entries: Entries) -> Arc<Table> {
        let (keys, values): (Vec<Arc<str>>, Vec<Value>) = entries.into_iter().unzip();
        Table::shaped(keys.into(), values)
    }

    /// The same keys with other values.
    pub(super) fn map(&self, change: impl FnMut(&Value) -> Value) -> Arc<Table> {
        Table::shaped(self.keys.clone(), self.values.iter().map(change).collect())
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let at = self.keys.binary_search_by(|known| (**known).cmp(key)).ok()?;
        self.values.get(at)
    }

    /// Whether there is such a key.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Keys and values, by key.
    pub fn iter(&self) -> std::iter::Zip<std::slice::Iter<'_, Arc<str>>, std::slice::Iter<'_, Value>> {
        self.keys.iter().zip(self.values.iter())
    }

    /// The keys, sorted.
    pub fn keys(&self) -> std::slice::Iter<'_, Arc<str>> {
        self.keys.iter()
    }

    /// The values, by key.
    pub fn values(&self) -> std::slice::Iter<'_, Value> {
        self.values.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The entries, to be changed.
    pub fn to_entries(&self) -> Entries {
        self.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }
}

impl<'a> IntoIterator for &'a Table {
    type Item = (&'a Arc<str>, &'a Value);
    type IntoIter = std::iter::Zip<std::slice::Iter<'a, Arc<str>>, std::slice::Iter<'a, Value>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PartialOrd for Table {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Entry by entry.
impl Ord for Table {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}
