//! Stand-ins for what is not known: a function that passes values on, or looks them up, is given them in its place, and
//! what it answers is read back. Whoever looks into them must not be given any.

use super::Guess;
use crate::config::value::{Data, Entries, Table, Value};

/// Who stands in for what.
#[derive(Default)]
pub(super) struct Cast {
    parts: Vec<Guess>,
}

/// The kind of block that a stand-in seems to be; there is no such kind.
const KIND: &str = "";

impl Cast {
    /// A value in which everything that is known has its place.
    pub fn stand_in(&mut self, guess: &Guess) -> Value {
        match guess {
            Guess::Known(value) => value.clone(),
            Guess::Tuple(items) => Value::tuple(items.iter().map(|item| self.stand_in(item)).collect()),
            Guess::Object(entries) => {
                let all = entries.iter().map(|(name, entry)| (name.clone(), self.stand_in(entry)));
                Value::object(all.collect::<Entries>())
            }
            Guess::Of(_) | Guess::Secret(..) => {
                self.parts.push(guess.clone());
                Value::block(KIND, self.parts.len() - 1, "".into())
            }
        }
    }

    /// What a value means in which there are stand-ins.
    pub fn meant(&self, value: &Value) -> Guess {
        if value.block_inside().is_none() {
            return Guess::Known(value.clone());
        }
        match (value.as_block(), value.data()) {
            (Some(block), _) if block.kind == KIND => {
                self.parts.get(block.owner).cloned().unwrap_or(Guess::ANY)
            }
            (_, Data::Tuple(_)) => {
                let items = value.as_items().unwrap_or_default();
                Guess::tuple(items.iter().map(|item| self.meant(item)).collect())
            }
            (_, Data::Object(_)) => {
                let entries = value.as_entries().into_iter().flat_map(Table::iter);
                Guess::object(entries.map(|(name, entry)| (name.clone(), self.meant(entry))).collect())
            }
            _ => Guess::ANY,
        }
    }
}
