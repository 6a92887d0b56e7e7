//! The elements of a list, a set or a tuple.

use super::{HiddenType, Inside, Value};
use crate::config::types::Type;
use std::sync::Arc;

/// Elements, and what is known about them all.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sequence {
    pub(super) items: Box<[Value]>,
    /// Of the elements, if there are none.
    pub(super) of: HiddenType,
    pub(super) inside: Inside,
}

impl Sequence {
    pub(super) fn of(items: Vec<Value>) -> Arc<Sequence> {
        let inside = Inside::of(items.iter());
        Arc::new(Sequence { items: items.into_boxed_slice(), of: HiddenType(Type::Any), inside })
    }

    /// None, of a type.
    pub(super) fn empty(of: Type) -> Arc<Sequence> {
        Arc::new(Sequence { items: Box::default(), of: HiddenType(of), inside: Inside::of([].iter()) })
    }
}
