//! A secret's value read again, without its configuration: by the type that a plan remembers.

use crate::config::checked::SecretForm;
use crate::config::convert::convert;
use crate::config::eval::evaluate;
use crate::config::load;
use crate::config::scope::Scope;
use crate::config::source::Sources;
use crate::config::syntax::{self, Block};
use crate::config::types::Type;
use crate::config::value::Value;
use crate::model::Diagnostics;
use serde_json::Value as Json;

/// The value of a text from the command line or the environment for a variable of the type `ty`, which is written as
/// in a configuration.
///
/// # Errors
/// What does not fit, in a sentence without the value.
pub fn of_text(text: &str, ty: Option<&str>) -> Result<Json, String> {
    let ty = ty.map(read_type).transpose()?;
    let value = match &ty {
        None | Some(Type::String | Type::Number | Type::Bool) => Value::string(text),
        Some(_) => expression(text).ok_or("it is no HCL expression")?,
    };
    converted(&value, ty.as_ref())
}

/// The value that a variable file gives to the variable `name` of the type `ty`; `None` when it gives none.
///
/// # Errors
/// What does not fit, in a sentence without the value.
pub fn in_file(path: &str, bytes: &[u8], name: &str, ty: Option<&str>) -> Result<Option<Json>, String> {
    let found = if path.ends_with(".json") { in_json(bytes, name)? } else { in_hcl(path, bytes, name)? };
    let ty = ty.map(read_type).transpose()?;
    found.map(|value| converted(&value, ty.as_ref())).transpose()
}

/// The default of the variable `name` that a file of the configuration declares; `None` when it declares none.
pub fn default_in(path: &str, bytes: &[u8], name: &str, ty: Option<&str>) -> Option<Json> {
    let mut sources = Sources::new();
    let file = sources.add(path, bytes).ok()?;
    let body = load::body(&sources, file, &mut Diagnostics::default());
    let declares = |b: &&Block| &*b.kind == "variable" && b.labels.first().is_some_and(|l| &*l.text == name);
    let default = body.blocks.iter().find(declares)?.body.attribute("default")?;
    let value = evaluate(&default.value, &Scope::root()).ok()?;
    let ty = ty.map(read_type).transpose().ok()?;
    converted(&value, ty.as_ref()).ok()
}

fn in_json(bytes: &[u8], name: &str) -> Result<Option<Value>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is no JSON")?;
    // The library's own values would round long numbers.
    let rows = Value::from_json_text(text.trim_start_matches('\u{feff}')).map_err(|_| "it is no JSON")?;
    Ok(rows.get(name))
}

fn in_hcl(path: &str, bytes: &[u8], name: &str) -> Result<Option<Value>, String> {
    let mut sources = Sources::new();
    let file = sources.add(path, bytes).map_err(|problem| problem.summary)?;
    let mut problems = Diagnostics::default();
    let body = syntax::read(&sources, file, &mut problems);
    match body.attributes.into_iter().find(|a| &*a.name == name) {
        Some(attribute) => {
            evaluate(&attribute.value, &Scope::root()).map(Some).map_err(|_| "its value has none now".into())
        }
        None if problems.has_errors() => Err("it cannot be understood".into()),
        None => Ok(None),
    }
}

fn expression(text: &str) -> Option<Value> {
    let mut sources = Sources::new();
    let file = sources.add_text("", text);
    let expr = syntax::read_expression(&sources, file).ok()?;
    evaluate(&expr, &Scope::root()).ok()
}

fn read_type(ty: &str) -> Result<Type, String> {
    let mut sources = Sources::new();
    let file = sources.add_text("", ty);
    let read = syntax::read_expression(&sources, file).and_then(|expr| Type::from_expr(&expr));
    read.map_err(|_| format!("the type {ty} that the plan remembers is none"))
}

fn converted(value: &Value, ty: Option<&Type>) -> Result<Json, String> {
    match ty {
        None => Ok(value.to_json()),
        Some(ty) => {
            convert(value, ty).map(|v| v.to_json()).map_err(|_| format!("it does not fit the type {ty}"))
        }
    }
}

/// A variable's value as an argument's type made it; `None` when this value cannot be made that.
pub fn as_form(value: &Json, form: SecretForm) -> Option<Json> {
    let ty = match (form, value) {
        (SecretForm::Text, Json::String(_)) | (SecretForm::Same, _) => return Some(value.clone()),
        (SecretForm::Text, _) => Type::String,
        (SecretForm::Number, _) => Type::Number,
        (SecretForm::Bool, _) => Type::Bool,
    };
    convert(&Value::from_json(value), &ty).ok().map(|v| v.to_json())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_are_read_by_the_type_that_is_remembered() {
        for (text, ty, read) in [
            ("080", None, Some(json!("080"))),
            ("080", Some("string"), Some(json!("080"))),
            ("080", Some("number"), Some(json!(80))),
            ("true", Some("bool"), Some(json!(true))),
            ("[1, \"b\"]", Some("list(string)"), Some(json!(["1", "b"]))),
            (
                "{ a = 1 }",
                Some("object({ a = string, b = optional(number, 5) })"),
                Some(json!({"a": "1", "b": 5})),
            ),
            ("{ a = 1 }", Some("any"), Some(json!({"a": 1}))),
            ("s3cret", Some("number"), None),
            ("[", Some("list(string)"), None),
            ("x", Some("no such type"), None),
        ] {
            let found = of_text(text, ty);
            assert!(!found.as_ref().is_err_and(|why| why.contains("s3cret")), "{found:?}");
            assert_eq!(found.ok(), read, "{text} {ty:?}");
        }
    }

    #[test]
    fn files_are_read_by_the_type_that_is_remembered() {
        let of = |path, text: &str, ty| in_file(path, text.as_bytes(), "v", ty);
        assert_eq!(of("a.pfvars", "v = 080", Some("string")), Ok(Some(json!("80"))));
        assert_eq!(of("a.pfvars", "w = 1", None), Ok(None));
        assert_eq!(of("a.pfvars.json", "{\"v\": \"5\"}", Some("number")), Ok(Some(json!(5))));
        assert!(of("a.pfvars.json", "{", None).is_err());
        assert!(of("a.pfvars", "v = [", None).is_err());
        assert!(of("a.pfvars", "v = \"x\"", Some("number")).is_err());
    }

    #[test]
    fn a_default_is_read_from_its_block() {
        let text = b"variable \"w\" {}\nvariable \"v\" {\n  default = 080\n}\n";
        assert_eq!(default_in("a.pf.hcl", text, "v", Some("string")), Some(json!("80")));
        assert_eq!(default_in("a.pf.hcl", text, "w", None), None);
        let text = b"{\"variable\": {\"w\": {}, \"v\": {\"default\": \"080\"}}}";
        assert_eq!(default_in("a.pf.json", text, "v", Some("number")), Some(json!(80)));
    }

    #[test]
    fn a_value_takes_the_form_that_it_had() {
        for (value, form, made) in [
            (json!(80), SecretForm::Text, Some(json!("80"))),
            (json!("80"), SecretForm::Number, Some(json!(80))),
            (json!("080"), SecretForm::Text, Some(json!("080"))),
            (json!(true), SecretForm::Text, Some(json!("true"))),
            (json!(["a"]), SecretForm::Same, Some(json!(["a"]))),
            (json!("x"), SecretForm::Number, None),
        ] {
            assert_eq!(as_form(&value, form), made, "{value} {form:?}");
        }
    }
}
