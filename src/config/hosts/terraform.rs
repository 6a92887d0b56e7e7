//! The outputs of a state of Terraform.

use super::Misread;
use crate::config::convert::convert;
use crate::config::types::Type;
use crate::config::value::{Entries, Marks, Value, key};

/// The form of a state that is read: that of Terraform since 0.12, and of OpenTofu.
const FORM: &str = "4";

/// The outputs of a state as an object; those that are sensitive are secrets.
///
/// # Errors
/// It is no state, or one of another form.
pub fn outputs(text: &str) -> Result<Value, Misread> {
    let state = crate::config::functions::decode("jsondecode", text).map_err(Misread::whole)?;
    let part = |name: &str| state.get(name);
    if part("encrypted_data").is_some() {
        return Err(Misread::whole(
            "the state is encrypted; take `tofu output -json` in a data \"external\" block",
        ));
    }
    let Some(form) = part("version").and_then(|form| form.as_number().map(ToString::to_string)) else {
        return Err(Misread::whole("it is no state of Terraform: it has no \"version\""));
    };
    if form != FORM {
        return Err(Misread::whole(format!("it is a state of form {form}; only form {FORM} is read")));
    }
    let mut read = Entries::new();
    let outputs = part("outputs").unwrap_or(Value::NULL);
    for (name, output) in outputs.as_entries().into_iter().flat_map(|outputs| outputs.iter()) {
        let value = one(output).map_err(|why| Misread::whole(format!("the output {name:?} {why}")))?;
        read.insert(key(name), value);
    }
    Ok(Value::object(read))
}

/// An output's value, of the type that the state names: only that tells a set from a list.
fn one(output: &Value) -> Result<Value, String> {
    let value = output.get("value").ok_or("has no value")?;
    let ty = output.get("type").ok_or("has no type")?;
    let ty = Type::from_json(&ty.to_json()).map_err(|why| format!("has an unknown type: {why}"))?;
    let is_secret = output.get("sensitive").is_some_and(|flag| flag.as_bool() != Some(false));
    let value = convert(&value, &ty).map_err(|why| match is_secret {
        true => "does not fit its type, and is not shown: it is sensitive".to_string(),
        false => format!("does not fit its type: {}", why.describe("value")),
    })?;
    Ok(if is_secret { value.marked(&Marks::anonymous()) } else { value })
}
