//! A small document of our own for tests, and changes of it.

use super::reading::{Reading, read};
use serde_json::Value;

/// A valid VEX document of 2.0.
pub const TEXT: &str = include_str!("sample.json");

/// A valid VEX document of 2.1.
pub const TEXT_21: &str = include_str!("sample21.json");

/// As [`with`], of the sample of 2.1.
pub fn with_21(changes: &[(&str, Value)]) -> Reading {
    changed(TEXT_21, changes)
}

/// The sample with the value at a JSON pointer replaced; a name that is not there yet is
/// added, `null` takes it away, and of an array any index adds an element.
pub fn with(changes: &[(&str, Value)]) -> Reading {
    changed(TEXT, changes)
}

fn changed(text: &str, changes: &[(&str, Value)]) -> Reading {
    let mut value: Value = serde_json::from_str(text).expect("the sample is JSON");
    for (pointer, new) in changes {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        match value.pointer_mut(parent).expect("a place in the sample") {
            Value::Object(map) if new.is_null() => drop(map.remove(name)),
            Value::Object(map) => drop(map.insert(name.to_string(), new.clone())),
            Value::Array(list) => list.push(new.clone()),
            other => panic!("{other} has no members"),
        }
    }
    read(value.to_string().as_bytes()).expect("a document")
}
