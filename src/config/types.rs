//! Types of the language: written as in `type = map(object({ port = optional(number, 80) }))`, or in Terraform's JSON.

use super::expr::Expr;
use super::load::is_identifier;
use super::value::{Value, key};
use crate::model::{Diagnostic, Diagnostics};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;

mod of;
mod written;

pub(super) use of::Id;

/// The type of a value, or a constraint on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// No constraint; also the type of a bare `null`.
    Any,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(…)`
    List(Arc<Type>),
    /// `set(…)`
    Set(Arc<Type>),
    /// `map(…)`
    Map(Arc<Type>),
    /// `object({ … })`
    Object(Arc<BTreeMap<Arc<str>, Field>>),
    /// `tuple([ … ])`
    Tuple(Arc<[Type]>),
}

/// One attribute of an object type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its type.
    pub ty: Type,
    /// Whether it may be left out: it is then the default, or `null`.
    pub optional: bool,
    /// The value when it is left out or null.
    pub default: Option<Value>,
}

impl Field {
    /// An attribute that must be there.
    pub fn required(ty: Type) -> Field {
        Field { ty, optional: false, default: None }
    }
}

impl Type {
    /// A list type.
    pub fn list(of: Type) -> Type {
        Type::List(Arc::new(of))
    }

    /// A set type.
    pub fn set(of: Type) -> Type {
        Type::Set(Arc::new(of))
    }

    /// A map type.
    pub fn map(of: Type) -> Type {
        Type::Map(Arc::new(of))
    }

    /// An object type.
    pub fn object(fields: BTreeMap<Arc<str>, Field>) -> Type {
        Type::Object(Arc::new(fields))
    }

    /// Whether it is a bool, a number or a string.
    pub(super) fn is_simple(&self) -> bool {
        matches!(self, Type::Bool | Type::Number | Type::String)
    }

    /// Reads a type expression: `map(object({ address = string, port = optional(number, 80) }))`.
    ///
    /// # Errors
    /// One diagnostic per mistake.
    pub fn from_expr(expr: &Expr) -> Result<Type, Diagnostics> {
        let mut problems = Diagnostics::default();
        let ty = read(expr, &mut problems);
        if problems.has_errors() { Err(problems) } else { Ok(ty) }
    }

    /// Reads Terraform's JSON encoding: `"string"`, `["list", T]`, `["object", {name: T}, [optional names]]`, ….
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn from_json(json: &Json) -> Result<Type, String> {
        let wrong = || {
            format!("{json} is no type; expected \"string\", [\"list\", T], [\"object\", {{…}}] or the like")
        };
        match json {
            Json::String(word) => match word.as_str() {
                "string" => Ok(Type::String),
                "number" => Ok(Type::Number),
                "bool" => Ok(Type::Bool),
                "any" | "dynamic" => Ok(Type::Any),
                _ => Err(wrong()),
            },
            Json::Array(parts) => {
                match (parts.first().and_then(Json::as_str), parts.get(1..).unwrap_or_default()) {
                    (Some("list"), [of]) => Type::from_json(of).map(Type::list),
                    (Some("set"), [of]) => Type::from_json(of).map(Type::set),
                    (Some("map"), [of]) => Type::from_json(of).map(Type::map),
                    (Some("tuple"), [Json::Array(of)]) => {
                        of.iter().map(Type::from_json).collect::<Result<_, _>>().map(Type::Tuple)
                    }
                    (Some("object"), [Json::Object(fields)]) => object_from_json(fields, &[]),
                    (Some("object"), [Json::Object(fields), Json::Array(optional)]) => {
                        object_from_json(fields, optional)
                    }
                    _ => Err(wrong()),
                }
            }
            _ => Err(wrong()),
        }
    }
}

impl Type {
    /// In Terraform's JSON encoding.
    pub fn to_json(&self) -> Json {
        match self {
            Type::Any => "dynamic".into(),
            Type::Bool => "bool".into(),
            Type::Number => "number".into(),
            Type::String => "string".into(),
            Type::List(of) => json!(["list", of.to_json()]),
            Type::Set(of) => json!(["set", of.to_json()]),
            Type::Map(of) => json!(["map", of.to_json()]),
            Type::Tuple(types) => json!(["tuple", types.iter().map(Type::to_json).collect::<Vec<_>>()]),
            Type::Object(fields) => {
                let of: Map<String, Json> =
                    fields.iter().map(|(name, field)| (name.to_string(), field.ty.to_json())).collect();
                json!(["object", of])
            }
        }
    }
}

fn object_from_json(fields: &serde_json::Map<String, Json>, optional: &[Json]) -> Result<Type, String> {
    let mut read = BTreeMap::new();
    for (name, ty) in fields {
        let optional = optional.iter().any(|o| o.as_str() == Some(name));
        read.insert(key(name), Field { ty: Type::from_json(ty)?, optional, default: None });
    }
    Ok(Type::object(read))
}

/// What a type expression may be, for help texts.
const HELP: &str = "write string, number, bool, any, list(…), set(…), map(…), object({ … }) or tuple([ … ])";

fn read(expr: &Expr, problems: &mut Diagnostics) -> Type {
    if let Some(word) = expr.as_keyword() {
        return read_word(word, expr, problems);
    }
    let Some((name, name_span, args, _)) = expr.as_call() else {
        let quoted = expr.as_literal().and_then(Value::as_str);
        let help =
            match quoted.filter(|w| matches!(*w, "string" | "number" | "bool" | "any" | "list" | "map")) {
                Some(word) => format!("write {word} without quotes"),
                None => HELP.to_string(),
            };
        problems
            .push(Diagnostic::error("this is no type").at(expr.span(), "a type is expected here").help(help));
        return Type::Any;
    };
    let wrong = |problems: &mut Diagnostics, what: &str| {
        problems.push(Diagnostic::error(format!("{name} needs {what}")).at(expr.span(), "").help(HELP));
        Type::Any
    };
    match (name, args) {
        ("list", [of]) => Type::list(read(of, problems)),
        ("set", [of]) => Type::set(read(of, problems)),
        ("map", [of]) => Type::map(read(of, problems)),
        ("object", [of]) => read_object(of, problems),
        ("tuple", [of]) => match of.as_list() {
            Some(items) => Type::Tuple(items.iter().map(|item| read(item, problems)).collect()),
            None => wrong(problems, "a list of types, as in tuple([string, number])"),
        },
        ("list" | "set" | "map", _) => wrong(problems, "exactly one type, as in list(string)"),
        ("object", _) => wrong(problems, "its attributes, as in object({ port = number })"),
        ("tuple", _) => wrong(problems, "a list of types, as in tuple([string, number])"),
        ("optional", _) => {
            problems.push(
                Diagnostic::error("optional(…) stands only inside object({ … })")
                    .at(expr.span(), "")
                    .help("to make a variable optional, give it a default"),
            );
            Type::Any
        }
        _ => {
            let problem = Diagnostic::error(format!("there is no type {name}(…)"));
            problems.push(problem.at(name_span, "unknown type").help(meant(name)));
            Type::Any
        }
    }
}

/// Types of other languages, and what they are here.
const OTHERS: [(&str, &str); 11] = [
    ("int", "number"),
    ("integer", "number"),
    ("float", "number"),
    ("double", "number"),
    ("str", "string"),
    ("text", "string"),
    ("array", "list(…), or tuple([ … ]) where each element has a type of its own"),
    ("dict", "map(…)"),
    ("hash", "map(…)"),
    ("dictionary", "map(…)"),
    ("struct", "object({ … })"),
];

/// The type that a word probably means.
fn meant(word: &str) -> String {
    if let Some((_, here)) = OTHERS.into_iter().find(|(other, _)| *other == word) {
        return format!("here it is called {here}");
    }
    let words = ["string", "number", "bool", "any", "list", "set", "map", "object", "tuple", "optional"];
    match super::suggest::nearest(word, words) {
        Some(near) => format!("did you mean {near}?"),
        None => HELP.to_string(),
    }
}

fn read_word(word: &str, expr: &Expr, problems: &mut Diagnostics) -> Type {
    let problem = match word {
        "string" => return Type::String,
        "number" => return Type::Number,
        "bool" => return Type::Bool,
        "any" => return Type::Any,
        "list" | "set" | "map" => Diagnostic::error(format!("{word} needs the type of its elements"))
            .at(expr.span(), "")
            .help(format!("write {word}(string), or {word}(any)")),
        "object" => Diagnostic::error("object needs its attributes")
            .at(expr.span(), "")
            .help("write object({ name = string, port = number })"),
        "tuple" => Diagnostic::error("tuple needs the types of its elements")
            .at(expr.span(), "")
            .help("write tuple([string, number])"),
        _ => {
            let problem =
                Diagnostic::error(format!("there is no type {word}")).at(expr.span(), "unknown type");
            problem.help(meant(word))
        }
    };
    problems.push(problem);
    Type::Any
}

fn read_object(expr: &Expr, problems: &mut Diagnostics) -> Type {
    let Some(entries) = expr.as_object() else {
        problems.push(
            Diagnostic::error("object needs its attributes")
                .at(expr.span(), "expected { name = type, … }")
                .help("write object({ name = string, port = number })"),
        );
        return Type::Any;
    };
    let mut fields = BTreeMap::new();
    for (name, ty) in entries {
        let Some(text) = name.name.filter(|_| name.expr.is_none()) else {
            let problem = Diagnostic::error("the name of an attribute must be a plain word, without quotes");
            let help = name.name.filter(|word| is_identifier(word)).map(|word| format!("write {word} = …"));
            problems.push(problem.at(name.span, "").help(help.unwrap_or_else(|| HELP.to_string())));
            continue;
        };
        // A key that stands twice was refused when the object was read.
        fields.insert(key(text), read_field(ty, problems));
    }
    Type::object(fields)
}

fn read_field(expr: &Expr, problems: &mut Diagnostics) -> Field {
    let Some(("optional", _, args, _)) = expr.as_call() else {
        return Field::required(read(expr, problems));
    };
    let (ty, default) = match args {
        [ty] => (read(ty, problems), None),
        [ty, default] => (read(ty, problems), Some(default)),
        _ => {
            problems.push(
                Diagnostic::error("optional needs a type, and may have a default")
                    .at(expr.span(), "")
                    .help("write optional(number) or optional(number, 80)"),
            );
            return Field { ty: Type::Any, optional: true, default: None };
        }
    };
    let default = default.and_then(|default| read_default(default, &ty, problems));
    Field { ty, optional: true, default }
}

fn read_default(expr: &Expr, ty: &Type, problems: &mut Diagnostics) -> Option<Value> {
    if let Some(problem) = super::variables::unfit("The default of an attribute", expr) {
        problems.push(problem);
        return None;
    }
    let value = match super::eval::evaluate(expr, &super::scope::Scope::root()) {
        Ok(value) => value,
        Err(mut wrong) => {
            problems.0.append(&mut wrong.0);
            return None;
        }
    };
    match super::convert::convert(&value, ty) {
        Ok(value) => Some(value),
        Err(error) => {
            let detail = error.describe("the default");
            problems.push(
                Diagnostic::error("this default does not fit its type").at(expr.span(), "").because(detail),
            );
            None
        }
    }
}
