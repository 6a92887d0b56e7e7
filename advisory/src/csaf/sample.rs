//! A small document of our own for tests, and changes of it.

use super::reading::{Reading, read};
use serde_json::Value;

/// A valid VEX document of 2.0.
pub const TEXT: &str = include_str!("sample.json");

/// The sample with the value at a JSON pointer replaced; a name that is not there yet is added.
pub fn with(changes: &[(&str, Value)]) -> Reading {
    let mut value: Value = serde_json::from_str(TEXT).expect("the sample is JSON");
    for (pointer, new) in changes {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        match value.pointer_mut(parent).expect("a place in the sample") {
            Value::Object(map) => drop(map.insert(name.to_string(), new.clone())),
            Value::Array(list) => list.push(new.clone()),
            other => panic!("{other} has no members"),
        }
    }
    read(value.to_string().as_bytes()).expect("a document")
}
