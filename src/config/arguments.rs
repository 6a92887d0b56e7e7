//! The arguments of a component as the evaluator has them, JSON being made only where it is needed; and their places.

use super::value::Value;
use crate::model::Span;
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// The level of a component, which stands beside its arguments where others refer to it.
pub(super) const LEVEL: &str = "patch_level";

/// The kind's own arguments, defaults filled in; secrets in clear. Shares everything with the value that references
/// to the component have.
#[derive(Debug, Clone, PartialEq)]
pub struct Arguments(Value);

impl Arguments {
    /// Those of a component whose references see `value`.
    pub(super) fn of(value: &Value) -> Arguments {
        Arguments(value.clone())
    }

    /// From JSON, for components that stand in no configuration.
    pub fn from_json(json: &Json) -> Arguments {
        Arguments(Value::from_json(json))
    }

    /// As JSON, without those that are null.
    pub fn to_json(&self) -> Json {
        let entries = self.0.as_entries().into_iter().flatten();
        let own = entries.filter(|(name, value)| &***name != LEVEL && !value.is_null());
        Json::Object(own.map(|(name, value)| (name.to_string(), value.to_json())).collect::<Map<_, _>>())
    }
}

/// Where the arguments of a block stand, in the order written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArgumentSpans(pub Arc<[(Arc<str>, Span)]>);

impl ArgumentSpans {
    /// Where the argument `name` stands.
    pub fn get(&self, name: &str) -> Option<Span> {
        self.0.iter().find(|(known, _)| **known == *name).map(|(_, span)| *span)
    }
}
