//! Conversion of values between types, and the one type that several agree on, as Terraform does both.

use super::number::{Number, NumberError};
use super::types::{Field, Type};
use super::value::{Data, Entries, Marks, Value, quoted};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Why a value does not fit a type, and where inside the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConvertError {
    /// From the outside in.
    pub path: Vec<PathStep>,
    /// Such as `a number is required, not "http"`.
    pub problem: String,
}

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathStep {
    /// An attribute of an object.
    Attr(Arc<str>),
    /// A key of a map.
    Key(Arc<str>),
    /// An index of a list, a set or a tuple.
    Index(usize),
}

impl fmt::Display for PathStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PathStep::Attr(name) => write!(f, ".{name}"),
            PathStep::Key(key) => write!(f, "[{}]", quoted(key)),
            PathStep::Index(index) => write!(f, "[{index}]"),
        }
    }
}

impl ConvertError {
    fn new(problem: impl Into<String>) -> ConvertError {
        ConvertError { path: Vec::new(), problem: problem.into() }
    }

    fn under(mut self, step: PathStep) -> ConvertError {
        self.path.insert(0, step);
        self
    }

    /// The sentence, with the path behind `name`: `hosts["a"].port: a number is required`.
    pub fn describe(&self, name: &str) -> String {
        let path: String = self.path.iter().map(PathStep::to_string).collect();
        format!("{name}{path}: {}", self.problem)
    }
}

impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            return f.write_str(&self.problem);
        }
        let path: String = self.path.iter().map(PathStep::to_string).collect();
        write!(f, "{}: {}", path.strip_prefix('.').unwrap_or(&path), self.problem)
    }
}

/// Converts `value` to `ty`; marks stay where they are. `null` fits every type.
///
/// # Errors
/// Where in the value something does not fit, and why.
pub fn convert(value: &Value, ty: &Type) -> Result<Value, ConvertError> {
    if value.is_null() || *ty == Type::Any {
        return Ok(value.clone());
    }
    let plain = match ty {
        Type::Any => Ok(value.clone()),
        Type::Bool => to_bool(value),
        Type::Number => to_number(value),
        Type::String => to_string(value),
        Type::List(of) => to_list(value, of),
        Type::Set(of) => to_set(value, of),
        Type::Map(of) => to_map(value, of),
        Type::Object(fields) => to_object(value, fields),
        Type::Tuple(types) => to_tuple(value, types),
    };
    match plain {
        Ok(plain) => Ok(plain.marked(value.marks())),
        // What stands inside of a secret is secret too, though it does not carry the mark itself.
        Err(error) if value.marks().is_sensitive() && !error.path.is_empty() => {
            Err(ConvertError::new(format!("{ty} is required; the value is sensitive and not shown")))
        }
        Err(error) => Err(error),
    }
}

fn needed(what: &str, value: &Value) -> ConvertError {
    let found = match value.data() {
        Data::Bool(_) | Data::Number(_) | Data::String(_) => value.brief(),
        _ => value.kind().to_string(),
    };
    ConvertError::new(format!("{what} is required, not {found}"))
}

fn to_bool(value: &Value) -> Result<Value, ConvertError> {
    match value.data() {
        Data::Bool(_) => Ok(value.clone()),
        Data::String(s) => match s.as_ref() {
            "true" | "1" => Ok(Value::bool(true)),
            "false" | "0" => Ok(Value::bool(false)),
            _ => Err(needed("a bool (true or false)", value)),
        },
        _ => Err(needed("a bool", value)),
    }
}

fn to_number(value: &Value) -> Result<Value, ConvertError> {
    match value.data() {
        Data::Number(_) => Ok(value.clone()),
        Data::String(s) => match s.parse::<Number>() {
            Ok(n) => Ok(Value::number(n)),
            Err(NumberError::NotANumber) => Err(needed("a number", value)),
            Err(error) => Err(ConvertError::new(error.to_string())),
        },
        _ => Err(needed("a number", value)),
    }
}

fn to_string(value: &Value) -> Result<Value, ConvertError> {
    match value.data() {
        Data::String(_) => Ok(value.clone()),
        Data::Number(n) => Ok(Value::string(n.to_string())),
        Data::Bool(b) => Ok(Value::string(if *b { "true" } else { "false" })),
        _ => Err(needed("a string", value)),
    }
}

fn to_list(value: &Value, of: &Type) -> Result<Value, ConvertError> {
    let (Some(items), Some(same)) = (value.as_items(), value.relisted()) else {
        return Err(needed("a list", value));
    };
    let is_list = matches!(value.data(), Data::List(_));
    if is_list && *of == Type::Any || items.iter().all(|item| is_plainly(item, of)) {
        return Ok(same);
    }
    let of = &agreed(of, items.iter(), "elements")?;
    let convert_one = |(i, item)| convert(item, of).map_err(|e| e.under(PathStep::Index(i)));
    items.iter().enumerate().map(convert_one).collect::<Result<_, _>>().map(Value::list)
}

/// Whether a value is of a simple type already.
fn is_plainly(value: &Value, ty: &Type) -> bool {
    matches!(
        (value.data(), ty),
        (Data::String(_), Type::String) | (Data::Number(_), Type::Number) | (Data::Bool(_), Type::Bool)
    )
}

/// What `any` stands for, given the values.
fn agreed<'a>(of: &Type, values: impl Iterator<Item = &'a Value>, what: &str) -> Result<Type, ConvertError> {
    if !of.has_any() {
        return Ok(of.clone());
    }
    let types: Vec<Type> =
        values
            .map(|value| {
                if *of == Type::Any { Ok(Type::of(value)) } else { convert(value, of).map(|v| Type::of(&v)) }
            })
            .collect::<Result<_, _>>()?;
    let unified = unify(&types).ok_or_else(|| {
        ConvertError::new(format!("all {what} must have the same type, and these have no type in common"))
    })?;
    Ok(with_defaults(unified, of))
}

/// The unified type, with the optional attributes that the constraint declares.
fn with_defaults(unified: Type, of: &Type) -> Type {
    if matches!(of, Type::Any) { unified } else { fill(of, &unified) }
}

/// `of` with each `any` replaced by what stands there in `known`.
fn fill(of: &Type, known: &Type) -> Type {
    match (of, known) {
        (Type::Any, known) => known.clone(),
        (Type::List(a), Type::List(b)) => Type::list(fill(a, b)),
        (Type::Set(a), Type::Set(b)) => Type::set(fill(a, b)),
        (Type::Map(a), Type::Map(b)) => Type::map(fill(a, b)),
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
            Type::Tuple(a.iter().zip(b.iter()).map(|(a, b)| fill(a, b)).collect())
        }
        (Type::Object(a), Type::Object(b)) => {
            let fill_one = |(name, field): (&Arc<str>, &Field)| {
                let ty = b.get(name).map_or_else(|| field.ty.clone(), |k| fill(&field.ty, &k.ty));
                (name.clone(), Field { ty, ..field.clone() })
            };
            Type::object(a.iter().map(fill_one).collect())
        }
        (own, _) => own.clone(),
    }
}

fn to_set(value: &Value, of: &Type) -> Result<Value, ConvertError> {
    let Some(items) = value.as_items() else {
        return Err(needed("a set", value));
    };
    if matches!(value.data(), Data::Set(_)) && items.iter().all(|item| is_plainly(item, of)) {
        return Ok(value.clone());
    }
    let of = &agreed(of, items.iter(), "elements")?;
    let convert_one = |(i, item)| convert(item, of).map_err(|e| e.under(PathStep::Index(i)));
    items.iter().enumerate().map(convert_one).collect::<Result<_, _>>().map(Value::set)
}

fn to_map(value: &Value, of: &Type) -> Result<Value, ConvertError> {
    let (Some(entries), Some(same)) = (value.as_entries(), value.remapped()) else {
        return Err(needed("a map", value));
    };
    let is_map = matches!(value.data(), Data::Map(_));
    if is_map && *of == Type::Any || entries.values().all(|v| is_plainly(v, of)) {
        return Ok(same);
    }
    let of = &agreed(of, entries.values(), "values")?;
    let mut converted = Entries::new();
    for (key, v) in entries {
        let v = convert(v, of).map_err(|e| e.under(PathStep::Key(key.clone())))?;
        converted.insert(key.clone(), v);
    }
    Ok(Value::map(converted))
}

fn to_object(value: &Value, fields: &BTreeMap<Arc<str>, Field>) -> Result<Value, ConvertError> {
    let Some(entries) = value.as_entries() else {
        return Err(needed("an object", value));
    };
    let mut converted = Entries::new();
    let mut missing = Vec::new();
    for (name, field) in fields {
        let given = entries.get(name);
        if given.is_none() && !field.optional {
            missing.push(name.as_ref());
            continue;
        }
        let v = match (given.filter(|v| !v.is_null()), &field.default) {
            (Some(v), _) => convert(v, &field.ty).map_err(|e| e.under(PathStep::Attr(name.clone())))?,
            (None, Some(default)) => default.clone().marked(given.map_or(&Marks::NONE, Value::marks)),
            (None, None) => given.cloned().unwrap_or(Value::NULL),
        };
        converted.insert(name.clone(), v);
    }
    match missing.as_slice() {
        [] => Ok(Value::object(converted)),
        [one] => Err(ConvertError::new(format!("the attribute {} is required", quoted(one)))),
        several => {
            let names: Vec<String> = several.iter().map(|name| quoted(name)).collect();
            Err(ConvertError::new(format!("the attributes {} are required", names.join(", "))))
        }
    }
}

fn to_tuple(value: &Value, types: &[Type]) -> Result<Value, ConvertError> {
    let Some(items) = value.as_items().filter(|_| matches!(value.data(), Data::Tuple(_))) else {
        return Err(needed("a tuple", value));
    };
    if items.len() != types.len() {
        let (want, have) = (types.len(), items.len());
        return Err(ConvertError::new(format!("a tuple of {want} elements is required, not of {have}")));
    }
    let convert_one = |(i, (item, ty)): (usize, (&Value, &Type))| {
        convert(item, ty).map_err(|e| e.under(PathStep::Index(i)))
    };
    items.iter().zip(types).enumerate().map(convert_one).collect::<Result<_, _>>().map(Value::tuple)
}

mod unify;

pub use unify::unify;

#[cfg(test)]
mod tests;
