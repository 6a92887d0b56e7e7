//! The command line.

use crate::told;
use patchform::config::eval::evaluate;
use patchform::config::scope::Scope;
use patchform::config::source::Sources;
use patchform::config::value::Value;
use patchform::model::Diagnostics;

/// What was asked for.
#[derive(Default)]
pub struct Arguments {
    /// The specification's file.
    pub spec: String,
    /// The file to decode; the standard input when there is none.
    pub input: Option<String>,
    /// Where the result goes; the standard output when there is none.
    pub out: Option<String>,
    /// Variables: JSON, or files.
    pub vars: Vec<String>,
    /// Whether diagnostics are told as JSON.
    pub json: bool,
    /// Whether the result has its type beside it.
    pub with_type: bool,
    /// Whether attributes that are null stay.
    pub keep_nulls: bool,
    /// Whether the references of the input are told instead.
    pub var_refs: bool,
}

impl Arguments {
    /// Reads them.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
        let mut read = Arguments::default();
        while let Some(word) = words.next() {
            let (name, given) = match word.split_once('=') {
                Some((name, value)) if name.starts_with('-') => (name.to_string(), Some(value.to_string())),
                _ => (word.clone(), None),
            };
            let mut value = || given.clone().or_else(|| words.next()).ok_or(format!("{name} needs a value"));
            match name.as_str() {
                "--spec" | "-s" => read.spec = value()?,
                "--out" | "-o" => read.out = Some(value()?),
                "--vars" | "-V" => read.vars.push(value()?),
                "--diags" if value()? == "json" => read.json = true,
                "--diags" => return Err("the only format of diagnostics is json".to_string()),
                "--with-type" => read.with_type = true,
                "--keep-nulls" => read.keep_nulls = true,
                "--var-refs" => read.var_refs = true,
                other if other.starts_with('-') => return Err(format!("there is no option {other}")),
                _ if read.input.is_some() => return Err("only one file can be decoded".to_string()),
                _ => read.input = Some(word),
            }
        }
        if read.spec.is_empty() { Err("--spec=FILE is required".to_string()) } else { Ok(read) }
    }
}

/// The variables of one `--vars`.
///
/// # Errors
/// What is wrong with them.
pub fn variables(given: &str, sources: &mut Sources) -> Result<Vec<(String, Value)>, Diagnostics> {
    let json = match given {
        text if text.trim_start().starts_with('{') => Some(text.to_string()),
        path if path.ends_with(".json") => {
            let read = std::fs::read_to_string(path);
            Some(read.map_err(|error| told::plain(format!("cannot read {path}: {error}")))?)
        }
        _ => None,
    };
    if let Some(json) = json {
        let all = Value::from_json_text(&json).map_err(|error| told::plain(format!("--vars: {error}")))?;
        let all = all.as_entries().into_iter().flatten();
        return Ok(all.map(|(name, value)| (name.to_string(), value.clone())).collect());
    }
    let (_, body) = crate::file(sources, Some(given))?;
    let value = |expr| evaluate(expr, &Scope::root()).map_err(Diagnostics::from);
    body.attributes.iter().map(|a| Ok((a.name.to_string(), value(&a.value)?))).collect()
}
