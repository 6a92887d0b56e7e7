//! Values from and to JSON.

use super::{Data, Entries, Value, key};
use crate::config::number::Number;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;
use std::cell::RefCell;
use std::fmt;

impl Value {
    /// As JSON, secrets in clear: sets and tuples as arrays. Numbers keep every digit where JSON readers do: whole
    /// numbers of 64 bits stay whole, others become the nearest double.
    pub fn to_json(&self) -> Json {
        match &self.data {
            Data::Null(_) => Json::Null,
            Data::Bool(b) => Json::Bool(*b),
            Data::Number(n) => number_to_json(n),
            Data::String(s) => Json::String(s.to_string()),
            Data::Block(block) => Json::String(format!("{}.{}", block.kind, block.name)),
            Data::List(s) | Data::Set(s) | Data::Tuple(s) => {
                Json::Array(s.items.iter().map(Value::to_json).collect())
            }
            Data::Map(t) | Data::Object(t) => {
                Json::Object(t.iter().map(|(k, v)| (k.to_string(), v.to_json())).collect())
            }
        }
    }

    /// From the text of JSON. Unlike the library's numbers, ours keep every digit.
    ///
    /// # Errors
    /// The library's.
    pub fn from_json_text(text: &str) -> Result<Value, serde_json::Error> {
        Value::from_json_within(text, usize::MAX, usize::MAX)
    }

    /// From the text of JSON that holds no more than so many values, and no list with more than so many elements.
    ///
    /// # Errors
    /// The library's; that there are more.
    pub fn from_json_within(text: &str, values: usize, items: usize) -> Result<Value, serde_json::Error> {
        let digits = RefCell::new(Digits { rest: text, left: values, items });
        let mut reader = serde_json::Deserializer::from_str(text);
        let value = Reader(&digits).deserialize(&mut reader)?;
        reader.end()?;
        Ok(value)
    }

    /// From JSON: arrays become tuples, objects become objects.
    pub fn from_json(json: &Json) -> Value {
        match json {
            Json::Null => Value::NULL,
            Json::Bool(b) => Value::bool(*b),
            Json::Number(n) => match n.to_string().parse::<Number>() {
                Ok(n) => Value::number(n),
                Err(_) => Value::string(n.to_string()),
            },
            Json::String(s) => Value::string(s.as_str()),
            Json::Array(items) => Value::tuple(items.iter().map(Value::from_json).collect()),
            Json::Object(map) => {
                Value::object(map.iter().map(|(k, v)| (key(k), Value::from_json(v))).collect())
            }
        }
    }
}

fn number_to_json(n: &Number) -> Json {
    if let Some(small) = n.as_i64() {
        return Json::from(small);
    }
    if let Ok(large) = n.to_string().parse::<u64>() {
        return Json::from(large);
    }
    serde_json::Number::from_f64(n.to_f64()).map_or_else(|| Json::String(n.to_string()), Json::Number)
}

/// The numbers of a JSON text as they are written, one after the other.
struct Digits<'t> {
    rest: &'t str,
    /// So many more values may come.
    left: usize,
    /// So many elements may stand in a list.
    items: usize,
}

impl<'t> Digits<'t> {
    fn next(&mut self) -> &'t str {
        loop {
            let Some(at) = self.rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit()) else {
                return "";
            };
            if self.rest[at..].starts_with('"') {
                self.rest = behind_string(&self.rest[at + 1..]);
                continue;
            }
            let number = &self.rest[at..];
            let end = number.find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'));
            let (digits, rest) = number.split_at(end.unwrap_or(number.len()));
            self.rest = rest;
            return digits;
        }
    }
}

/// What stands behind the quote that ends a string.
fn behind_string(mut rest: &str) -> &str {
    while let Some(at) = rest.find(['"', '\\']) {
        let is_end = rest[at..].starts_with('"');
        let escaped = if is_end { 0 } else { rest[at + 1..].chars().next().map_or(0, char::len_utf8) };
        rest = &rest[at + 1 + escaped..];
        if is_end {
            return rest;
        }
    }
    ""
}

/// Reads a value; wherever the library has rounded a number, the digits are at hand.
#[derive(Clone, Copy)]
struct Reader<'r, 't>(&'r RefCell<Digits<'t>>);

impl Reader<'_, '_> {
    fn number(self) -> Value {
        let digits = self.0.borrow_mut().next();
        digits.parse::<Number>().map_or_else(|_| Value::string(digits), Value::number)
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let left = self.0.borrow().left.checked_sub(1);
        self.0.borrow_mut().left = left.ok_or_else(|| D::Error::custom("there are too many values"))?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_, '_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::NULL)
    }

    fn visit_bool<E>(self, b: bool) -> Result<Value, E> {
        Ok(Value::bool(b))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value, E> {
        Ok(self.number())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Value, E> {
        Ok(self.number())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(self.number())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::string(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self)? {
            if items.len() >= self.0.borrow().items {
                return Err(A::Error::custom("a list has too many elements"));
            }
            items.push(item);
        }
        Ok(Value::tuple(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Entries::new();
        while let Some(name) = map.next_key::<String>()? {
            entries.insert(key(&name), map.next_value_seed(self)?);
        }
        Ok(Value::object(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_comes_back_as_it_went() {
        for json in [
            json!(null),
            json!([1, -2, 1.5, "a", true, [], {}]),
            json!({"b": {"c": [null]}, "a": u64::MAX}),
            json!(9_007_199_254_740_993_i64),
        ] {
            assert_eq!(Value::from_json(&json).to_json(), json);
        }
    }

    #[test]
    fn text_is_in_normal_form() {
        let composed = Value::from_json(&json!({"e\u{301}": "e\u{301}"}));
        assert_eq!(composed.to_json(), json!({"é": "é"}));
    }

    #[test]
    fn numbers_of_a_text_keep_their_digits() {
        let long = "[123456789012345678901234567890, {\"1\": -0.12345678901234567890123, \"a\\\"2\\\\\": 3}, 1.50e1, 0]";
        let value = Value::from_json_text(long).expect("valid");
        let shown = crate::config::console::render(&value).replace(['\n', ' '], "");
        let wanted =
            "[123456789012345678901234567890,{\"1\"=-0.12345678901234567890123\"a\\\"2\\\\\"=3},15,0,]";
        assert_eq!(shown, wanted);
        for bad in ["", "[1", "1 2", "{\"a\" 1}", "01", "1e999", &"[".repeat(100_000)] {
            assert!(Value::from_json_text(bad).is_err(), "{bad:.20}");
        }
    }
}
