//! How large a result may be: one account for every function that gathers elements.

use super::{Fault, MAX_ITEMS, MAX_TEXT};
use crate::config::value::{MAX_WEIGHT, Value};

/// The elements of a list that is being made. What would go beyond the bounds is refused before it is there.
#[derive(Default)]
pub(super) struct Tally {
    items: Vec<Value>,
    weight: u64,
}

impl Tally {
    /// Adds an element.
    pub fn push(&mut self, item: Value) -> Result<(), Fault> {
        self.count(1, item.weight())?;
        self.items.push(item);
        Ok(())
    }

    /// Adds elements that stand elsewhere.
    pub fn extend(&mut self, items: &[Value]) -> Result<(), Fault> {
        self.count(items.len(), items.iter().map(Value::weight).fold(0, u64::saturating_add))?;
        self.items.extend_from_slice(items);
        Ok(())
    }

    fn count(&mut self, more: usize, weight: u64) -> Result<(), Fault> {
        few(self.items.len().saturating_add(more))?;
        self.weight = self.weight.saturating_add(weight);
        light(self.weight)
    }

    /// All of them.
    pub fn items(self) -> Vec<Value> {
        self.items
    }
}

/// The elements that `all` yields, each of which may fail.
pub(super) fn gathered(all: impl Iterator<Item = Result<Value, Fault>>) -> Result<Vec<Value>, Fault> {
    let mut made = Tally::default();
    for item in all {
        made.push(item?)?;
    }
    Ok(made.items())
}

/// Refuses a list of so many elements.
pub(super) fn few(count: usize) -> Result<(), Fault> {
    match count > MAX_ITEMS {
        true => Err(Fault::new("the result would have more than 1,000,000 elements")),
        false => Ok(()),
    }
}

/// Refuses a value of this weight.
pub(super) fn light(weight: u64) -> Result<(), Fault> {
    match weight > MAX_WEIGHT {
        true => Err(Fault::new("the result would be larger than 128 MiB when written out")),
        false => Ok(()),
    }
}

/// Refuses texts that are too long before they are made.
pub(super) fn bounded(bytes: usize) -> Result<(), Fault> {
    if bytes > MAX_TEXT { Err(Fault::new("the result would be longer than 64 MiB")) } else { Ok(()) }
}
