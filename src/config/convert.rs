//! Conversion of values between types, and the one type that several agree on, as Terraform does both.

use super::number::{Number, NumberError};
use super::types::{Field, Id, Type};
use super::value::{Data, Entries, Marks, Value, quoted};
use crate::config::expr::Expr;
use crate::config::suggestion::nearest;
use crate::model::Span;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

mod guessed;
mod unify;

pub(super) use guessed::fit;
pub(super) use unify::all_same;
pub use unify::unify;

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
    /// Each of those that there will be.
    Each,
}

impl fmt::Display for PathStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PathStep::Attr(name) => write!(f, ".{name}"),
            PathStep::Key(key) => write!(f, "[{}]", quoted(key)),
            PathStep::Index(index) => write!(f, "[{index}]"),
            PathStep::Each => f.write_str("[*]"),
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

    /// The part of `value` that does not fit, and where `expr`, which came to it, writes it out: as far as that can be told.
    pub fn part(&self, expr: &Expr, value: &Value) -> (Span, Value) {
        let (mut expr, mut value) = (expr, value.clone());
        for step in &self.path {
            let next = match step {
                PathStep::Index(index) => {
                    expr.as_list().and_then(|items| items.get(*index)).zip(value.at(*index))
                }
                PathStep::Attr(name) | PathStep::Key(name) => {
                    let entries = expr.as_object().unwrap_or_default();
                    let entry = entries.into_iter().find(|(key, _)| key.name == Some(&**name));
                    entry.map(|(_, written)| written).zip(value.get(name))
                }
                PathStep::Each => None,
            };
            let Some(next) = next else { break };
            (expr, value) = next;
        }
        (expr.span(), value)
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

/// Converts `value` to `ty`; marks stay where they are. `null` fits every type, and is one of that type then.
///
/// # Errors
/// Where in the value something does not fit, and why.
pub fn convert(value: &Value, ty: &Type) -> Result<Value, ConvertError> {
    Conversion::default().convert(value, ty)
}

/// What was converted, and to what.
type Pair = ((u8, usize), Id);

/// A conversion of a value with all that is in it. Values share their parts, so that each part is converted once, and the
/// results share theirs.
#[derive(Default)]
struct Conversion {
    /// By identity, which holds as long as the value and the type live: they are kept, too.
    done: BTreeMap<Pair, (Value, Type, Result<Value, ConvertError>)>,
}

/// Values that weigh less, in bytes, are converted each time they are met.
const WORTHWHILE: u64 = 1024;

impl Conversion {
    fn convert(&mut self, value: &Value, ty: &Type) -> Result<Value, ConvertError> {
        if *ty == Type::Any {
            return Ok(value.clone());
        }
        if let Some(own) = value.null_type() {
            return Ok(Value::null(fill(ty, own).settled()).marked(value.marks()));
        }
        match self.once(value, ty) {
            Ok(plain) => Ok(plain.marked(value.marks())),
            // What stands inside of a secret is secret too, though it does not carry the mark itself. So may be the names
            // in a type, where it was that of another secret.
            Err(error) if value.marks().is_sensitive() && !error.path.is_empty() => {
                let ty = ty.sort();
                Err(ConvertError::new(format!(
                    "{ty} of another type is required; the value is sensitive and not shown"
                )))
            }
            Err(error) => Err(error),
        }
    }

    fn once(&mut self, value: &Value, ty: &Type) -> Result<Value, ConvertError> {
        let Some(place) = value.place().filter(|_| value.weight() >= WORTHWHILE) else {
            return self.plain(value, ty);
        };
        let pair = (place, ty.id());
        if let Some((_, _, done)) = self.done.get(&pair) {
            return done.clone();
        }
        let made = self.plain(value, ty);
        self.done.insert(pair, (value.clone(), ty.clone(), made.clone()));
        made
    }

    /// Without the marks of the value itself.
    fn plain(&mut self, value: &Value, ty: &Type) -> Result<Value, ConvertError> {
        match ty {
            Type::Any => Ok(value.clone()),
            Type::Bool => to_bool(value),
            Type::Number => to_number(value),
            Type::String => to_string(value),
            Type::List(of) => self.list(value, of),
            Type::Set(of) => self.set(value, of),
            Type::Map(of) => self.map(value, of),
            Type::Object(fields) => self.object(value, fields),
            Type::Tuple(types) => self.tuple(value, types),
        }
    }
}

fn unlike(what: &str) -> ConvertError {
    ConvertError::new(format!("all {what} must have the same type, and these have no type in common"))
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

/// Whether a value is of a simple type already.
fn is_plainly(value: &Value, ty: &Type) -> bool {
    matches!(
        (value.data(), ty),
        (Data::String(_), Type::String) | (Data::Number(_), Type::Number) | (Data::Bool(_), Type::Bool)
    )
}

impl Conversion {
    /// Elements of one type: where that is left open, of one that all agree on.
    fn alike<'v>(
        &mut self,
        parts: impl Iterator<Item = (PathStep, &'v Value)> + Clone,
        of: &Type,
        what: &str,
    ) -> Result<Vec<Value>, ConvertError> {
        let made = parts.clone().map(|(step, value)| self.convert(value, of).map_err(|e| e.under(step)));
        let made: Vec<Value> = made.collect::<Result<_, _>>()?;
        if !of.has_any() {
            return Ok(made);
        }
        let types = Type::of_each(&made);
        if all_same(&types) {
            return Ok(made);
        }
        // Beside a bare null what does not agree stays open, which the elements of a collection cannot be.
        let known: Vec<Type> = types.iter().filter(|ty| **ty != Type::Any).cloned().collect();
        let unified = match known.first() {
            Some(first) if all_same(&known) => Some(first.clone()),
            _ => unify(&types).filter(|unified| *unified != Type::Any),
        };
        let of = &with_defaults(unified.ok_or_else(|| unlike(what))?, of);
        let again =
            parts.zip(&made).map(|((step, _), value)| self.convert(value, of).map_err(|e| e.under(step)));
        again.collect()
    }

    fn items(&mut self, items: &[Value], of: &Type) -> Result<Vec<Value>, ConvertError> {
        let parts = items.iter().enumerate().map(|(i, item)| (PathStep::Index(i), item));
        self.alike(parts, of, "elements")
    }

    fn list(&mut self, value: &Value, of: &Type) -> Result<Value, ConvertError> {
        let (Some(items), Some(same)) = (value.as_items(), value.relisted()) else {
            return Err(needed("a list", value));
        };
        if items.is_empty() {
            return Ok(same.holding(|| of_none(value, of)));
        }
        let is_list = matches!(value.data(), Data::List(_));
        if is_list && *of == Type::Any || items.iter().all(|item| is_plainly(item, of)) {
            return Ok(same);
        }
        self.items(items, of).map(Value::list)
    }

    fn set(&mut self, value: &Value, of: &Type) -> Result<Value, ConvertError> {
        let Some(items) = value.as_items() else {
            return Err(needed("a set", value));
        };
        if items.is_empty() {
            return Ok(Value::set(Vec::new()).holding(|| of_none(value, of)));
        }
        if matches!(value.data(), Data::Set(_)) && items.iter().all(|item| is_plainly(item, of)) {
            return Ok(value.clone().unmarked());
        }
        self.items(items, of).map(Value::set)
    }

    fn map(&mut self, value: &Value, of: &Type) -> Result<Value, ConvertError> {
        let (Some(entries), Some(same)) = (value.as_entries(), value.remapped()) else {
            return Err(needed("a map", value));
        };
        if entries.is_empty() {
            return Ok(same.holding(|| of_none(value, of)));
        }
        let is_map = matches!(value.data(), Data::Map(_));
        if is_map && *of == Type::Any || entries.values().all(|v| is_plainly(v, of)) {
            return Ok(same);
        }
        let parts = entries.iter().map(|(key, value)| (PathStep::Key(key.clone()), value));
        let values = self.alike(parts, of, "values")?;
        Ok(Value::map(entries.keys().cloned().zip(values).collect()))
    }

    fn object(&mut self, value: &Value, fields: &BTreeMap<Arc<str>, Field>) -> Result<Value, ConvertError> {
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
                (Some(v), _) => {
                    self.convert(v, &field.ty).map_err(|e| e.under(PathStep::Attr(name.clone())))?
                }
                (None, Some(default)) => default.clone().marked(given.map_or(&Marks::NONE, Value::marks)),
                (None, None) => self.convert(given.unwrap_or(&Value::NULL), &field.ty)?,
            };
            converted.insert(name.clone(), v);
        }
        if missing.is_empty() {
            return Ok(Value::object(converted));
        }
        // The keys of a secret are not shown.
        let keys = entries.keys().filter(|name| !value.is_sensitive() && !fields.contains_key(*name));
        Err(lacking(&missing, keys.map(|name| &**name)))
    }

    fn tuple(&mut self, value: &Value, types: &[Type]) -> Result<Value, ConvertError> {
        let Some(items) = value.as_items().filter(|_| matches!(value.data(), Data::Tuple(_))) else {
            return Err(needed("a tuple", value));
        };
        if items.len() != types.len() {
            let (want, have) = (types.len(), items.len());
            return Err(ConvertError::new(format!("a tuple of {want} elements is required, not of {have}")));
        }
        let mut made = Vec::with_capacity(items.len());
        for (i, (item, ty)) in items.iter().zip(types).enumerate() {
            made.push(self.convert(item, ty).map_err(|e| e.under(PathStep::Index(i)))?);
        }
        Ok(Value::tuple(made))
    }
}

/// The type of the elements that an empty collection does not have, once it is converted.
fn of_none(value: &Value, of: &Type) -> Type {
    fill(of, value.hidden_type()).settled()
}

/// What an object must have and does not; `others`: names that it has for nothing.
fn lacking<'n>(missing: &[&str], others: impl Iterator<Item = &'n str>) -> ConvertError {
    if let [one] = missing {
        let meant = nearest(one, others).map_or(String::new(), |near| format!(" (is {near} meant?)"));
        return ConvertError::new(format!("the attribute {} is required{meant}", quoted(one)));
    }
    let names: Vec<String> = missing.iter().map(|name| quoted(name)).collect();
    ConvertError::new(format!("the attributes {} are required", names.join(", ")))
}

/// The unified type, with the optional attributes that the constraint declares.
fn with_defaults(unified: Type, of: &Type) -> Type {
    if matches!(of, Type::Any) { unified } else { fill(of, &unified) }
}

/// `of` with each `any` replaced by what stands there in `known`.
fn fill(of: &Type, known: &Type) -> Type {
    match (of, known) {
        (Type::Any, known) => known.clone(),
        (Type::List(a), Type::List(b) | Type::Set(b)) => Type::list(fill(a, b)),
        (Type::Set(a), Type::Set(b) | Type::List(b)) => Type::set(fill(a, b)),
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

#[cfg(test)]
mod tests;
