//! Values from and to JSON.

use super::{Data, Value, key};
use crate::config::number::Number;
use serde_json::Value as Json;

impl Value {
    /// As JSON, secrets in clear: sets and tuples as arrays. Numbers keep every digit where JSON readers do: whole
    /// numbers of 64 bits stay whole, others become the nearest double.
    pub fn to_json(&self) -> Json {
        match &self.data {
            Data::Null => Json::Null,
            Data::Bool(b) => Json::Bool(*b),
            Data::Number(n) => number_to_json(n),
            Data::String(s) => Json::String(s.to_string()),
            Data::Block(block) => Json::String(format!("{}.{}", block.kind, block.name)),
            Data::List(s) | Data::Set(s) | Data::Tuple(s) => {
                Json::Array(s.items.iter().map(Value::to_json).collect())
            }
            Data::Map(t) | Data::Object(t) => {
                Json::Object(t.entries.iter().map(|(k, v)| (k.to_string(), v.to_json())).collect())
            }
        }
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
}
