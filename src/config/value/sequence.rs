//! The elements of a list, a set or a tuple.

use super::{Inside, Value};
use std::sync::Arc;

/// Elements, and what is known about them all.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sequence {
    pub(super) items: Box<[Value]>,
    pub(super) inside: Inside,
}

impl Sequence {
    pub(super) fn of(items: Vec<Value>) -> Arc<Sequence> {
        let inside = Inside::of(items.iter());
        Arc::new(Sequence { items: items.into_boxed_slice(), inside })
    }
}
