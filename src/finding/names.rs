//! The names of vulnerabilities, each once: a finding holds its number.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Names by number and numbers by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    all: Vec<Arc<str>>,
    numbers: BTreeMap<Arc<str>, u32>,
}

impl Names {
    /// The number of a name, which gets one where it has none yet.
    pub fn number(&mut self, name: &str) -> u32 {
        self.find(name).unwrap_or_else(|| {
            let name: Arc<str> = name.into();
            // Four billion names would not fit into memory.
            let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
            self.all.push(Arc::clone(&name));
            self.numbers.insert(name, next);
            next
        })
    }

    /// The number of a name that has one.
    pub fn find(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// The name of a number that was given out here.
    pub fn name(&self, number: u32) -> &str {
        self.all.get(number as usize).map_or("", |name| name)
    }

    /// All of them, by number.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.all.iter().map(|name| &**name)
    }
}
