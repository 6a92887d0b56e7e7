//! Values as they are recorded and told: what JSON can hold, with every digit of their numbers.

use super::number::Number;
use super::types::Type;
use super::value::{Data, Value};
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json, json};
use std::fmt;

/// A value without marks, of nulls, bools, numbers, strings, tuples and objects only: what comes back from JSON. The
/// library's own values round numbers to doubles; these are written as they are, and read so again.
#[derive(Debug, Clone)]
pub struct Exact {
    value: Value,
    /// Its type, where the value alone does not say it.
    ty: Option<Json>,
}

impl PartialEq for Exact {
    /// Whether the values are the same: what was recorded before types were is no other value.
    fn eq(&self, other: &Exact) -> bool {
        self.value == other.value
    }
}

impl Exact {
    /// `null`
    pub const NULL: Exact = Exact { value: Value::NULL, ty: None };

    /// What JSON holds of `value`; secrets in clear.
    pub fn of(value: &Value) -> Exact {
        Exact { value: plain(value), ty: None }
    }

    /// The value, known to be of a type.
    pub fn of_type(self, ty: &Type) -> Exact {
        let told = ty.to_json();
        Exact { ty: (told != type_of(&self.value)).then_some(told), ..self }
    }

    /// The value with the type that was told with it.
    pub fn told(self, ty: Option<Json>) -> Exact {
        Exact { ty, ..self }
    }

    /// Its type, where the value alone does not say it: what has to be told with it.
    pub fn told_type(&self) -> Option<&Json> {
        self.ty.as_ref()
    }

    /// Its type as Terraform's JSON has it: `"string"`, `["map", "number"]`, `["object", {"a": "bool"}]`; `"dynamic"` for a null of
    /// no type.
    pub fn type_json(&self) -> Json {
        self.ty.clone().unwrap_or_else(|| type_of(&self.value))
    }

    /// Its text, if it is a string.
    pub fn as_str(&self) -> Option<&str> {
        self.value.as_str()
    }
}

impl From<Json> for Exact {
    fn from(json: Json) -> Self {
        Exact { value: Value::from_json(&json), ty: None }
    }
}

fn plain(value: &Value) -> Value {
    match value.data() {
        Data::Null(_) => Value::NULL,
        Data::Bool(_) | Data::Number(_) | Data::String(_) => value.clone().unmarked(),
        Data::Block(block) => Value::string(format!("{}.{}", block.kind, block.name)),
        Data::List(_) | Data::Set(_) | Data::Tuple(_) => {
            Value::tuple(items(value).iter().map(plain).collect())
        }
        Data::Map(t) | Data::Object(t) => {
            Value::object(t.iter().map(|(k, v)| (k.clone(), plain(v))).collect())
        }
    }
}

fn type_of(value: &Value) -> Json {
    match value.data() {
        Data::Null(_) => "dynamic".into(),
        Data::Bool(_) => "bool".into(),
        Data::Number(_) => "number".into(),
        Data::String(_) | Data::Block(_) => "string".into(),
        Data::List(_) | Data::Set(_) | Data::Tuple(_) => {
            json!(["tuple", items(value).iter().map(type_of).collect::<Vec<_>>()])
        }
        Data::Map(t) | Data::Object(t) => {
            let of: Map<String, Json> = t.iter().map(|(k, v)| (k.to_string(), type_of(v))).collect();
            json!(["object", of])
        }
    }
}

fn items(value: &Value) -> &[Value] {
    value.as_items().unwrap_or_default()
}

impl fmt::Display for Exact {
    /// As JSON: on one line, or over several with `{:#}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text =
            if f.alternate() { serde_json::to_string_pretty(self) } else { serde_json::to_string(self) };
        f.write_str(&text.map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Part(&self.value).serialize(serializer)
    }
}

/// A part of a value, on its way to JSON.
struct Part<'v>(&'v Value);

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.data() {
            Data::Null(_) | Data::Block(_) => serializer.serialize_unit(),
            Data::Bool(b) => serializer.serialize_bool(*b),
            Data::Number(n) => number(n, serializer),
            Data::String(s) => serializer.serialize_str(s),
            Data::List(_) | Data::Set(_) | Data::Tuple(_) => {
                serializer.collect_seq(items(self.0).iter().map(Part))
            }
            Data::Map(t) | Data::Object(t) => {
                serializer.collect_map(t.iter().map(|(name, item)| (&**name, Part(item))))
            }
        }
    }
}

/// The first whole number in `value` that [`Value::to_json`] rounds, and what it becomes: providers get JSON of the library.
pub(super) fn rounded(value: &Value) -> Option<(String, String)> {
    if let Some(n) = value.as_number().filter(|n| n.is_integer()) {
        let json = value.to_json().to_string();
        let same = json.parse::<Number>().is_ok_and(|told| told == *n);
        return (!same).then(|| (n.to_string(), json));
    }
    value.children().find_map(rounded)
}

/// As the library writes it where that loses nothing, so that states and plans of before are written as they were.
fn number<S: Serializer>(n: &Number, serializer: S) -> Result<S::Ok, S::Error> {
    if let Some(small) = n.as_i64() {
        return serializer.serialize_i64(small);
    }
    let text = n.to_string();
    if let Ok(large) = text.parse::<u64>() {
        return serializer.serialize_u64(large);
    }
    let double = n.to_f64();
    if Number::from_f64(double).as_ref() == Some(n) {
        return serializer.serialize_f64(double);
    }
    RawValue::from_string(text).map_err(S::Error::custom)?.serialize(serializer)
}

impl<'de> Deserialize<'de> for Exact {
    /// From the text of JSON only, not from what a derived reader has buffered.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let value = Value::from_json_text(text.get()).map_err(D::Error::custom)?;
        Ok(Exact { value, ty: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_with_every_digit() {
        for text in [
            "null",
            "[true,\"a\\\"é\",{\"a\":{},\"b\":[]}]",
            "12345678901234567890123",
            "-0.1234567890123456789012345",
            "{\"a\":[18446744073709551615,18446744073709551616,-9223372036854775809]}",
            "0.1",
            "1.2345678901234568e+22",
        ] {
            let exact: Exact = serde_json::from_str(text).expect(text);
            assert_eq!(exact.to_string(), text);
            let pretty = format!("{exact:#}");
            assert_eq!(serde_json::from_str::<Exact>(&pretty).expect(&pretty), exact, "{pretty}");
        }
    }

    #[test]
    fn its_type_is_written_as_terraform_does() {
        let exact = Exact::from(json!({ "a": [1, "x", null], "b": { "c": true } }));
        let wanted = json!(["object", { "a": ["tuple", ["number", "string", "dynamic"]], "b": ["object", { "c": "bool" }] }]);
        assert_eq!(exact.type_json(), wanted);
    }

    #[test]
    fn it_is_what_the_library_makes_of_what_loses_nothing() {
        let json = serde_json::json!({ "a": [1, 1.5, null, u64::MAX, 1e22, -1e-7], "b": "x" });
        assert_eq!(Exact::from(json.clone()).to_string(), json.to_string());
        assert_eq!(format!("{:#}", Exact::from(json.clone())), format!("{json:#}"));
        assert_eq!(serde_json::to_value(Exact::from(json.clone())).expect("JSON"), json);
    }

    #[test]
    fn a_number_that_a_provider_would_not_get_is_found() {
        let of =
            |text: &str| rounded(&Value::tuple(vec![Value::number(text.parse::<Number>().expect(text))]));
        for kept in ["1", "18446744073709551615", "1e22", "0.1234567890123456789012345"] {
            assert_eq!(of(kept), None, "{kept}");
        }
        let long = "12345678901234567890123";
        assert_eq!(of(long), Some((long.into(), "1.2345678901234568e+22".into())));
    }

    #[test]
    fn a_list_a_set_and_a_tuple_are_one() {
        let of = |value: Value| Exact::of(&value);
        let items = || vec![Value::number(1_i64), Value::number(2_i64)];
        assert_eq!(of(Value::list(items())), of(Value::tuple(items())));
        assert_eq!(of(Value::set(items())), of(Value::tuple(items())));
    }
}
