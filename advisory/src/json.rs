//! The bytes of a document as JSON (RFC 8259): by the letter where that goes, else with what was passed over.
//!
//! Three things are passed over, because nothing that the document says changes: a byte order mark, a comma before a
//! closing bracket, and bytes after the document's end. A name that an object has twice is told, too; the last counts.
//! Nesting is limited to [`DEEPEST`] by `serde_json`, bytes to [`MOST_BYTES`].

use crate::complaint::{Complaint, Kind};
use crate::input::{self, InputError};
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::RefCell;
use std::fmt;

/// The most bytes of a document that are read. Appendix C.1 of the standard names 15 MB as a usual limit; the greatest
/// of real ones are some tens of MB.
pub const MOST_BYTES: usize = 64 << 20;

/// How deep arrays and objects may nest. A branch takes two levels, and 2.1 allows 30 branches (6.1.34).
pub const DEEPEST: usize = 127;

/// How often products may be named, groups expanded. Real documents name some tens of thousands.
pub const MOST_MENTIONS: usize = 5_000_000;

/// Members of an object that are not known. A type with such a field is read from objects only; without one `serde` takes
/// an array, too, and reads its elements as the members in their order.
pub type Others = std::collections::BTreeMap<String, serde::de::IgnoredAny>;

/// Why bytes are no document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// No text, or too much of it.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Not JSON.
    #[error("line {line}, column {column}: {reason}")]
    Json {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// In plain words.
        reason: String,
    },
    /// JSON, but something has not the kind that it must have.
    #[error("{path}: {reason}")]
    Shape {
        /// A JSON pointer (RFC 6901).
        path: String,
        /// In plain words.
        reason: String,
    },
    /// Groups of products that come to too much.
    #[error("products are named {found} times, groups expanded; at most {MOST_MENTIONS} times are followed")]
    Mentions {
        /// How often.
        found: usize,
    },
}

impl DocumentError {
    /// What `serde_json` says, its place apart.
    pub(crate) fn json(error: &serde_json::Error) -> Self {
        let full = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let reason = full.strip_suffix(&place).unwrap_or(&full).to_string();
        DocumentError::Json { line: error.line(), column: error.column(), reason }
    }
}

/// The value that the bytes hold, and what was passed over.
///
/// # Errors
///
/// Bytes that are no text, too many, or no JSON even so.
pub fn read(bytes: &[u8]) -> Result<(Value, Vec<Complaint>), DocumentError> {
    let text = input::text(bytes, MOST_BYTES)?;
    let mut complaints = Vec::new();
    if text.len() < bytes.len() {
        complaints.push(form("", "the text begins with a byte order mark, which JSON forbids"));
    }
    match parse(text, &mut complaints) {
        Ok(value) => Ok((value, complaints)),
        Err(error) => match without_trailing_commas(text) {
            Some((repaired, line)) => {
                let told =
                    format!("line {line}: a comma stands before a closing bracket; it was passed over");
                complaints.push(form("", told));
                let value = parse(&repaired, &mut complaints).map_err(|_| DocumentError::json(&error))?;
                Ok((value, complaints))
            }
            None => Err(DocumentError::json(&error)),
        },
    }
}

fn form(path: &str, reason: impl Into<String>) -> Complaint {
    Complaint::new(Kind::Form, path, reason)
}

fn parse(text: &str, complaints: &mut Vec<Complaint>) -> Result<Value, serde_json::Error> {
    let twice = RefCell::new(Vec::new());
    let mut source = serde_json::Deserializer::from_str(text);
    let value = Seed { path: &RefCell::new(String::new()), twice: &twice }.deserialize(&mut source)?;
    for path in twice.into_inner() {
        complaints.push(form(&path, "the object has this name twice; the last one counts"));
    }
    if let Err(error) = source.end() {
        let told = format!(
            "line {}: bytes stand after the end of the document; they were passed over",
            error.line()
        );
        complaints.push(form("", told));
    }
    Ok(value)
}

/// The text without commas that stand before a closing bracket, and the line of the first; none where there are none.
fn without_trailing_commas(text: &str) -> Option<(String, usize)> {
    let bytes = text.as_bytes();
    let mut drop = Vec::new();
    let (mut quoted, mut comma) = (false, None);
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quoted => at += 1,
            b'"' => (quoted, comma) = (!quoted, None),
            _ if quoted => {}
            b',' => comma = Some(at),
            b']' | b'}' => drop.extend(comma.take()),
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => comma = None,
        }
        at += 1;
    }
    let line = 1 + bytes[..*drop.first()?].iter().filter(|byte| **byte == b'\n').count();
    // A blank in its place keeps every other place what it was.
    let mut repaired = bytes.to_vec();
    for at in drop {
        repaired[at] = b' ';
    }
    String::from_utf8(repaired).ok().map(|text| (text, line))
}

/// The place of a value: builds it, and remembers names that an object has twice.
#[derive(Clone, Copy)]
struct Seed<'a> {
    path: &'a RefCell<String>,
    twice: &'a RefCell<Vec<String>>,
}

/// The most names met twice that are told; a document full of them is told as well by a few.
const MOST_TWICE: usize = 20;

impl Seed<'_> {
    /// Runs `inner` with one more step on the path.
    fn within<T>(self, step: &str, inner: impl FnOnce() -> T) -> T {
        let before = self.path.borrow().len();
        {
            let mut path = self.path.borrow_mut();
            path.push('/');
            path.push_str(step);
        }
        let result = inner();
        self.path.borrow_mut().truncate(before);
        result
    }

    fn tell(self, name: &str) {
        let mut twice = self.twice.borrow_mut();
        if twice.len() < MOST_TWICE {
            twice.push(format!("{}/{name}", self.path.borrow()));
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = self.within(&list.len().to_string(), || source.next_element_seed(self))? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = source.next_key::<String>()? {
            let value = self.within(&name, || source.next_value_seed(self))?;
            if map.contains_key(&name) {
                self.tell(&name);
            }
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(text: &str) -> Vec<String> {
        read(text.as_bytes()).expect("a value").1.iter().map(Complaint::to_string).collect()
    }

    #[test]
    fn what_changes_nothing_is_passed_over_and_told() {
        assert_eq!(told("{\"a\": [1, \"b,]\"]}"), [""; 0]);
        assert_eq!(
            told("{\"a\": [1,\n \"\\\",}\",\n],}"),
            ["line 2: a comma stands before a closing bracket; it was passed over"]
        );
        assert_eq!(
            told("{}\nmore"),
            ["line 2: bytes stand after the end of the document; they were passed over"]
        );
        assert_eq!(told("\u{feff}{}"), ["the text begins with a byte order mark, which JSON forbids"]);
        assert_eq!(
            told("[{\"a\": 1, \"a\": 2}]"),
            ["/0/a: the object has this name twice; the last one counts"]
        );
    }

    #[test]
    fn what_is_no_document_is_refused_with_its_place() {
        let refused = |bytes: &[u8]| read(bytes).expect_err("refused").to_string();
        assert_eq!(refused(b"{\"a\": tru}"), "line 1, column 10: expected ident");
        assert_eq!(refused(b"{\"a\": 1"), "line 1, column 7: EOF while parsing an object");
        assert_eq!(refused(b"{\"a\": \"\0\"}"), "byte 7 is NUL; this is no text");
        assert_eq!(
            refused(b"{\"a\": \"\n\"}"),
            "line 2, column 0: control character (\\u0000-\\u001F) found while parsing a string"
        );
        assert_eq!(
            refused(&"[".repeat(DEEPEST + 1).into_bytes()),
            "line 1, column 128: recursion limit exceeded"
        );
        assert_eq!(refused(b"\xff\xfe{\0}\0"), "the text is UTF-16 or UTF-32; it is read as UTF-8 only");
        let huge = vec![b' '; MOST_BYTES + 1];
        assert_eq!(refused(&huge), "67108865 bytes are more than the 67108864 that are read here");
    }

    proptest! {
        #[test]
        fn a_text_that_serde_json_reads_is_read_alike(text in "[\\[\\]{}:,\"a1 ]{0,20}") {
            if let Ok(value) = serde_json::from_str::<Value>(&text) {
                prop_assert_eq!(read(text.as_bytes()).expect("read").0, value);
            }
        }
    }
}
