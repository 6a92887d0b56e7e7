//! The result as JSON, with its type beside it where that is asked for.

use crate::decode::Typed;
use patchform::config::types::Type;
use patchform::config::value::{Data, Value};
use serde_json::{Map, Value as Json, json};

/// JSON, as the library for HCL's values writes it. Numbers are texts where a double cannot hold them.
pub fn json(typed: &Typed, with_type: bool) -> Json {
    let value = in_json(&typed.value);
    if with_type { json!({ "type": type_json(&typed.ty), "value": value }) } else { value }
}

fn in_json(value: &Value) -> Json {
    if let Some(items) = value.as_items() {
        return items.iter().map(in_json).collect();
    }
    if let Some(entries) = value.as_entries() {
        return Json::Object(
            entries.iter().map(|(name, value)| (name.to_string(), in_json(value))).collect(),
        );
    }
    match value.data() {
        Data::Number(n) => {
            let plain = value.to_json();
            let (digits, kept) = (n.to_string(), plain.to_string());
            if kept == digits { plain } else { Json::String(digits) }
        }
        _ => value.to_json(),
    }
}

fn type_json(ty: &Type) -> Json {
    match ty {
        Type::Any => json!("dynamic"),
        Type::Bool => json!("bool"),
        Type::Number => json!("number"),
        Type::String => json!("string"),
        Type::List(of) => json!(["list", type_json(of)]),
        Type::Set(of) => json!(["set", type_json(of)]),
        Type::Map(of) => json!(["map", type_json(of)]),
        Type::Tuple(types) => json!(["tuple", types.iter().map(type_json).collect::<Vec<_>>()]),
        Type::Object(fields) => {
            let fields: Map<String, Json> =
                fields.iter().map(|(name, field)| (name.to_string(), type_json(&field.ty))).collect();
            json!(["object", fields])
        }
    }
}

/// Without attributes that are null.
pub fn without_nulls(json: Json) -> Json {
    match json {
        Json::Array(items) => items.into_iter().map(without_nulls).collect(),
        Json::Object(all) => Json::Object(
            all.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k, without_nulls(v))).collect(),
        ),
        plain => plain,
    }
}
