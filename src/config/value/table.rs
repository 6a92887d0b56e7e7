//! The entries of a map or an object once they are complete: as small as they can be, since there may be millions.

use super::{Entries, HiddenType, Inside, Value};
use crate::config::types::Type;
use std::cmp::Ordering;
use std::sync::Arc;

/// Entries, sorted by key, and what is known about them all. Objects of one shape may share their keys; a bare null takes
/// no room: most arguments of most components are none.
#[derive(Debug, Clone)]
pub struct Table {
    keys: Arc<[Arc<str>]>,
    /// Which keys have a value that is kept, a bit for each from the lowest one on; the others are null.
    kept: u64,
    /// In the order of their keys.
    values: Box<[Value]>,
    /// Of the values of a map, if there are none.
    pub(super) of: HiddenType,
    pub(super) inside: Inside,
}

/// With more keys than there are bits every value is kept.
const BITS: usize = u64::BITS as usize;

static NULL: Value = Value::NULL;

impl Table {
    /// `keys` in order, each once, with one value for each.
    pub(super) fn shaped(keys: Arc<[Arc<str>]>, values: Vec<Value>) -> Arc<Table> {
        debug_assert!(keys.len() == values.len() && keys.is_sorted_by(|a, b| a < b));
        let mut inside = Inside::of(values.iter());
        let length: usize = keys.iter().map(|k| k.len()).sum();
        inside.weight = inside.weight.saturating_add(length as u64);
        let (kept, values) = without_nulls(values);
        Arc::new(Table { keys, kept, values, of: HiddenType(Type::Any), inside })
    }

    /// None, of a type.
    pub(super) fn empty(of: Type) -> Arc<Table> {
        let none = (Arc::default(), Box::default(), Inside::of([].iter()));
        Arc::new(Table { keys: none.0, kept: 0, values: none.1, of: HiddenType(of), inside: none.2 })
    }

    pub(super) fn of(entries: Entries) -> Arc<Table> {
        let (keys, values): (Vec<Arc<str>>, Vec<Value>) = entries.into_iter().unzip();
        Table::shaped(keys.into(), values)
    }

    /// The same keys with other values.
    pub(super) fn map(&self, change: impl FnMut(&Value) -> Value) -> Arc<Table> {
        Table::shaped(self.keys.clone(), self.values().map(change).collect())
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let at = self.keys.binary_search_by(|known| (**known).cmp(key)).ok()?;
        if self.keys.len() > BITS {
            return self.values.get(at);
        }
        let before = self.kept & ((1 << at) - 1);
        Some(if self.keeps(at) { &self.values[before.count_ones() as usize] } else { &NULL })
    }

    fn keeps(&self, at: usize) -> bool {
        self.keys.len() > BITS || self.kept >> at & 1 == 1
    }

    /// Whether there is such a key.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Keys and values, by key.
    pub fn iter(&self) -> Iter<'_> {
        Iter { table: self, at: 0, kept: self.values.iter() }
    }

    /// The keys, sorted.
    pub fn keys(&self) -> std::slice::Iter<'_, Arc<str>> {
        self.keys.iter()
    }

    /// The values, by key.
    pub fn values(&self) -> impl Iterator<Item = &Value> + Clone {
        self.iter().map(|(_, value)| value)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The entries, to be changed.
    pub fn to_entries(&self) -> Entries {
        self.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }
}

/// Whether it is a null of which nothing is to be kept: neither a type nor marks.
fn is_nothing(value: &Value) -> bool {
    value.is_bare_null() && !value.is_sensitive()
}

/// Which values are kept, and these.
fn without_nulls(values: Vec<Value>) -> (u64, Box<[Value]>) {
    if values.len() > BITS {
        return (u64::MAX, values.into_boxed_slice());
    }
    let bit = |(at, value): (usize, &Value)| u64::from(!is_nothing(value)) << at;
    let kept = values.iter().enumerate().map(bit).fold(0, |all, bit| all | bit);
    if kept.count_ones() as usize == values.len() {
        return (kept, values.into_boxed_slice());
    }
    let mut others = Vec::with_capacity(kept.count_ones() as usize);
    others.extend(values.into_iter().filter(|value| !is_nothing(value)));
    (kept, others.into_boxed_slice())
}

/// Keys and values, by key.
#[derive(Clone)]
pub struct Iter<'a> {
    table: &'a Table,
    at: usize,
    kept: std::slice::Iter<'a, Value>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a Arc<str>, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        let key = self.table.keys.get(self.at)?;
        let value = if self.table.keeps(self.at) { self.kept.next()? } else { &NULL };
        self.at += 1;
        Some((key, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.table.len() - self.at;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a Table {
    type Item = (&'a Arc<str>, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Entry by entry: whether a null is kept makes no difference.
impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.keys == other.keys && self.values().eq(other.values())
    }
}

impl Eq for Table {}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::types::Type;
    use crate::config::value::Marks;

    #[test]
    fn nulls_take_no_room_and_are_there() {
        for count in [0, 1, 3, 63, 64, 65, 200] {
            for step in [1, 2, 7] {
                let value = |i: usize| if i.is_multiple_of(step) { Value::number(i) } else { Value::NULL };
                let entries: Entries = (0..count).map(|i| (format!("k{i:03}").into(), value(i))).collect();
                let table = Table::of(entries.clone());
                assert_eq!(table.to_entries(), entries);
                assert_eq!((table.len(), table.iter().len()), (count, count));
                assert!(entries.iter().all(|(key, value)| table.get(key) == Some(value)));
                assert_eq!(table.get("k"), None);
                let kept = if count > BITS { count } else { count.div_ceil(step) };
                assert_eq!(table.values.len(), kept, "of {count}, each {step}.");
            }
        }
        let secret = Value::NULL.marked(&Marks::anonymous());
        let table = Table::of(Entries::from([("a".into(), secret.clone()), ("b".into(), Value::NULL)]));
        assert_eq!(table.get("a"), Some(&secret));
        assert!(table.get("b").is_some_and(|b| !b.is_sensitive()));
        let typed = Table::of(Entries::from([("a".into(), Value::null(Type::String))]));
        assert_eq!(typed.get("a").and_then(Value::null_type), Some(&Type::String));
        assert_eq!(typed, Table::of(Entries::from([("a".into(), Value::NULL)])));
    }
}
