//! What a value must look like, and the walk that compares.

use super::form::Form;
use super::scoring;
use crate::complaint::{Complaint, Kind};
use crate::csaf::document::Edition;
use serde_json::{Map, Value};

/// What a value must look like.
pub enum Shape {
    /// A text of at least one character.
    Text,
    /// Any text.
    AnyText,
    /// A text of that form.
    Form(&'static Form),
    /// One of these words.
    Words(&'static [&'static str]),
    /// One of these words, in 2.0 and in 2.1.
    WordsBy(&'static [&'static str], &'static [&'static str]),
    /// True or false.
    Bool,
    /// An object with at least one member, whatever it is.
    AnyObject,
    /// An object of CVSS, of any version.
    Cvss,
    /// An object.
    Object(&'static Object),
    /// An array.
    List(&'static Shape, Least, Unique),
}

/// How many elements an array must have.
pub type Least = usize;

/// In which version an array may not have the same element twice.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Unique {
    /// In none.
    Never,
    /// In 2.1.
    In21,
    /// In both.
    Always,
}

/// An object.
pub struct Object {
    pub fields: &'static [Field],
    pub least: usize,
    pub most: usize,
}

/// A member of an object.
pub struct Field {
    pub name: &'static str,
    pub shape: &'static Shape,
    pub in20: Need,
    pub in21: Need,
}

/// Whether a version has the member.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Must,
    May,
    Unknown,
}

const fn field(name: &'static str, shape: &'static Shape, in20: Need, in21: Need) -> Field {
    Field { name, shape, in20, in21 }
}

/// A member that both versions require.
pub const fn must(name: &'static str, shape: &'static Shape) -> Field {
    field(name, shape, Need::Must, Need::Must)
}

/// A member that both versions allow.
pub const fn may(name: &'static str, shape: &'static Shape) -> Field {
    field(name, shape, Need::May, Need::May)
}

/// A member that 2.0 alone knows.
pub const fn may20(name: &'static str, shape: &'static Shape) -> Field {
    field(name, shape, Need::May, Need::Unknown)
}

/// A member that 2.1 alone knows.
pub const fn may21(name: &'static str, shape: &'static Shape) -> Field {
    field(name, shape, Need::Unknown, Need::May)
}

/// A member that 2.1 requires, and 2.0 does not know.
pub const fn must21(name: &'static str, shape: &'static Shape) -> Field {
    field(name, shape, Need::Unknown, Need::Must)
}

/// A member that 2.1 requires, and 2.0 allows.
pub const fn may20_must21(name: &'static str, shape: &'static Shape) -> Field {
    field(name, shape, Need::May, Need::Must)
}

/// An object whose members are counted nowhere.
pub const fn object(fields: &'static [Field]) -> Object {
    Object { fields, least: 0, most: usize::MAX }
}

impl Field {
    fn need(&self, edition: Edition) -> Need {
        match edition {
            Edition::V20 => self.in20,
            Edition::V21 => self.in21,
        }
    }
}

/// A walk along a value and its shape.
pub struct Walk {
    edition: Edition,
    path: String,
    most: usize,
    pub complaints: Vec<Complaint>,
    /// The first value of another kind than it must have, told or not. `null` is taken as what is not there.
    pub misfit: Option<Complaint>,
}

impl Walk {
    /// A walk that starts at the document.
    pub fn new(edition: Edition, most: usize) -> Walk {
        Walk { edition, path: String::new(), most, complaints: Vec::new(), misfit: None }
    }

    /// Tells something about the value where the walk is.
    pub fn tell(&mut self, reason: impl Into<String>) {
        if self.complaints.len() < self.most {
            self.complaints.push(Complaint::new(Kind::Schema, &self.path, reason));
        }
    }

    /// Tells that a value is of another kind.
    fn wrong(&mut self, value: &Value, wanted: &str) {
        let reason = format!("must be {wanted}");
        if !value.is_null() && self.misfit.is_none() {
            self.misfit = Some(Complaint::new(Kind::Schema, &self.path, reason.clone()));
        }
        self.tell(reason);
    }

    /// Runs `inner` one step further.
    pub fn within(&mut self, step: &str, inner: impl FnOnce(&mut Walk)) {
        let before = self.path.len();
        self.path.push('/');
        self.path.push_str(&step.replace('~', "~0").replace('/', "~1"));
        inner(self);
        self.path.truncate(before);
    }

    /// Compares a value with its shape.
    pub fn visit(&mut self, shape: &Shape, value: &Value) {
        match shape {
            Shape::Text => self.text(value, |walk, text| {
                if text.is_empty() {
                    walk.tell("is empty");
                }
            }),
            Shape::AnyText => self.text(value, |_, _| {}),
            Shape::Form(form) => self.text(value, |walk, text| {
                if !form.holds(text, walk.edition) {
                    walk.tell(format!("{} is not {}", quoted(text), form.name));
                }
            }),
            Shape::Words(words) => self.words(words, value),
            Shape::WordsBy(old, new) => {
                self.words(if self.edition == Edition::V20 { old } else { new }, value)
            }
            Shape::Bool if value.is_boolean() => {}
            Shape::Bool => self.wrong(value, "true or false"),
            Shape::AnyObject => self.members(value, |walk, map| {
                if map.is_empty() {
                    walk.tell("is empty");
                }
            }),
            Shape::Cvss => self.members(value, scoring::visit),
            Shape::Object(object) => self.members(value, |walk, map| walk.object(object, map)),
            Shape::List(of, least, unique) => self.list(of, *least, *unique, value),
        }
    }

    /// A text, which is looked at further by `inner`.
    pub fn text(&mut self, value: &Value, inner: impl FnOnce(&mut Walk, &str)) {
        match value {
            Value::String(text) => inner(self, text),
            _ => self.wrong(value, "a text"),
        }
    }

    /// One of these words.
    pub fn words(&mut self, words: &[&str], value: &Value) {
        self.text(value, |walk, text| {
            if !words.contains(&text) {
                walk.tell(format!("{} is none of {}", quoted(text), words.join(", ")));
            }
        });
    }

    fn members(&mut self, value: &Value, inner: impl FnOnce(&mut Walk, &Map<String, Value>)) {
        match value {
            Value::Object(map) => inner(self, map),
            _ => self.wrong(value, "an object"),
        }
    }

    fn object(&mut self, object: &Object, map: &Map<String, Value>) {
        for field in object.fields {
            match map.get(field.name) {
                Some(value) if field.need(self.edition) != Need::Unknown => {
                    self.within(field.name, |walk| walk.visit(field.shape, value));
                }
                None if field.need(self.edition) == Need::Must => {
                    self.tell(format!("{} is missing", field.name));
                }
                _ => {}
            }
        }
        if self.edition == Edition::V21 {
            self.closed(object, map);
        }
        if map.len() < object.least {
            self.tell(format!("has {} members; it must have at least {}", map.len(), object.least));
        } else if map.len() > object.most {
            self.tell(format!("has {} members; it may have at most {}", map.len(), object.most));
        }
    }

    fn closed(&mut self, object: &Object, map: &Map<String, Value>) {
        for name in map.keys() {
            let known = object.fields.iter().find(|field| field.name == name);
            if known.is_none_or(|field| field.need(self.edition) == Need::Unknown) {
                self.within(name, |walk| walk.tell("is no member that the standard knows"));
            }
        }
    }

    fn list(&mut self, of: &Shape, least: usize, unique: Unique, value: &Value) {
        let Value::Array(list) = value else { return self.wrong(value, "an array") };
        if list.len() < least {
            self.tell(format!("has {} elements; it must have at least {least}", list.len()));
        }
        for (at, value) in list.iter().enumerate() {
            self.within(&at.to_string(), |walk| walk.visit(of, value));
        }
        if unique == Unique::Always || unique == Unique::In21 && self.edition == Edition::V21 {
            self.distinct(list);
        }
    }

    fn distinct(&mut self, list: &[Value]) {
        // Written out, names in order, equal values are equal texts.
        let mut written: Vec<String> = list.iter().map(Value::to_string).collect();
        written.sort_unstable();
        if let Some([first, _]) = written.array_windows().find(|[a, b]| a == b) {
            self.tell(format!("has {} twice", quoted(first.trim_matches('"'))));
        }
    }
}

/// A text for a message, cut where it is long.
pub fn quoted(text: &str) -> String {
    let cut: String = text.chars().take(60).collect();
    if cut.len() < text.len() { format!("`{cut}…`") } else { format!("`{cut}`") }
}
