//! The result as JSON, with its type beside it where that is asked for.

use crate::decode::Typed;
use patchform::config::types::Type;
use patchform::config::value::{Data, Value};
use serde_json::{Map, Value as Json, json};

/// JSON, as the library for HCL's values writes it: every digit of a number. Without `keep_nulls`, properties that are
/// null are left out.
pub fn json(typed: &Typed, with_type: bool, keep_nulls: bool) -> String {
    let mut text = String::new();
    write(&typed.value, keep_nulls, &mut text);
    if with_type { format!("{{\"value\":{text},\"type\":{}}}", type_json(&typed.ty)) } else { text }
}

/// By hand, since the library that writes JSON knows no number of more than 64 bits.
fn write(value: &Value, keep_nulls: bool, text: &mut String) {
    if let Some(items) = value.as_items() {
        text.push('[');
        for (index, item) in items.iter().enumerate() {
            text.push_str(if index > 0 { "," } else { "" });
            write(item, keep_nulls, text);
        }
        text.push(']');
    } else if let Some(entries) = value.as_entries() {
        text.push('{');
        let mut first = true;
        for (name, value) in entries.iter().filter(|(_, value)| keep_nulls || !value.is_null()) {
            text.push_str(if first { "" } else { "," });
            text.push_str(&format!("{}:", Json::from(&**name)));
            write(value, keep_nulls, text);
            first = false;
        }
        text.push('}');
    } else if let Data::Number(number) = value.data() {
        text.push_str(&number.to_string());
    } else {
        text.push_str(&value.to_json().to_string());
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
