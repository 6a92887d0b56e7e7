//! Functions: those that a specification declares for its inputs, and those that it may use itself.

use patchform::config::convert::{convert, unify};
use patchform::config::eval::evaluate;
use patchform::config::expr::Expr;
use patchform::config::functions::{self, Done, Fault, Work};
use patchform::config::scope::{Functions, Scope};
use patchform::config::types::Type;
use patchform::config::value::Value;
use std::collections::BTreeMap;

/// Functions that a specification declares.
#[derive(Default)]
pub struct Declared(BTreeMap<String, Function>);

/// One of them.
pub struct Function {
    /// The names of its parameters.
    pub params: Vec<String>,
    /// The name of the parameter that holds all further arguments.
    pub rest: Option<String>,
    /// What it gives.
    pub result: Expr,
}

impl Declared {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds one; an earlier one of the same name is gone.
    pub fn add(&mut self, name: &str, function: Function) {
        self.0.insert(name.to_string(), function);
    }
}

impl Functions for Declared {
    fn call(&self, name: &str, args: &[Value]) -> Option<Done> {
        self.0.get(name).map(|function| function.call(args))
    }

    fn names(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }
}

impl Function {
    fn call(&self, args: &[Value]) -> Done {
        if let Some(name) = self.params.get(args.len()) {
            return Err(Fault::at(args.len(), format!("a value for {name} is missing")));
        }
        if args.len() > self.params.len() && self.rest.is_none() {
            return Err(Fault::at(self.params.len(), format!("it takes {} arguments", self.params.len())));
        }
        if let Some(null) = args.iter().position(Value::is_null) {
            return Err(Fault::at(null, "an argument cannot be null"));
        }
        let named = self.params.iter().zip(args);
        let scope =
            named.fold(Scope::root(), |scope, (name, value)| scope.with(name.as_str(), value.clone()));
        let scope = match &self.rest {
            Some(name) => scope.with(name.as_str(), Value::tuple(args[self.params.len()..].to_vec())),
            None => scope,
        };
        evaluate(&self.result, &scope.functions(&OfSpecifications)).map_err(|problems| {
            let told = problems.0.first().map(|problem| match problem.detail.is_empty() {
                true => problem.summary.clone(),
                false => format!("{}; {}", problem.summary, problem.detail),
            });
            Fault::new(told.unwrap_or_default())
        })
    }
}

/// The functions that expressions of a specification may use.
pub struct OfSpecifications;

/// Those that our language has, by their names there; some have another name.
const SHARED: [(&str, &str); 11] = [
    ("abs", "abs"),
    ("concat", "concat"),
    ("jsondecode", "jsondecode"),
    ("jsonencode", "jsonencode"),
    ("lower", "lower"),
    ("max", "max"),
    ("min", "min"),
    ("reverse", "strrev"),
    ("strlen", "strlen"),
    ("substr", "substr"),
    ("upper", "upper"),
];

impl Functions for OfSpecifications {
    fn call(&self, name: &str, args: &[Value]) -> Option<Done> {
        Some(match (name, args) {
            ("coalesce", _) => coalesce(args),
            ("hasindex", [collection, key]) => has_index(collection, key),
            ("int", [number]) => whole(number),
            ("length", [collection]) => length(collection),
            ("hasindex" | "int" | "length", _) => Err(Fault::new("the number of arguments is wrong")),
            _ => of_the_language(SHARED.iter().find(|(known, _)| *known == name)?.1, args),
        })
    }

    fn names(&self) -> Vec<&str> {
        SHARED.iter().map(|(name, _)| *name).chain(["coalesce", "hasindex", "int", "length"]).collect()
    }
}

/// One of our own, with its arguments checked as the evaluator checks them.
fn of_the_language(name: &str, args: &[Value]) -> Done {
    let Some(function) = functions::find(name) else { return Err(Fault::new("there is no such function")) };
    let Work::Plain(work) = function.work else { return Err(Fault::new("it cannot be called here")) };
    if args.len() < function.params.len() {
        return Err(Fault::at(args.len(), "an argument is missing"));
    }
    let mut taken = Vec::new();
    for (index, value) in args.iter().enumerate() {
        let Some(param) = function.param(index) else { return Err(Fault::at(index, "an argument too many")) };
        if value.is_null() && !param.null {
            return Err(Fault::at(index, "an argument cannot be null"));
        }
        let converted = convert(value, &param.takes.ty());
        taken.push(converted.map_err(|error| Fault::at(index, error.describe(param.name)))?);
    }
    work(&taken)
}

/// The first that is not null, in the type that all share.
fn coalesce(args: &[Value]) -> Done {
    let types: Vec<Type> = args.iter().filter(|value| !value.is_null()).map(Type::of).collect();
    let Some(first) = args.iter().find(|value| !value.is_null()) else {
        return Err(Fault::new("every argument is null"));
    };
    let shared = unify(&types).ok_or_else(|| Fault::new("all arguments must have the same type"))?;
    convert(first, &shared).map_err(|error| Fault::new(error.describe("the result")))
}

fn has_index(collection: &Value, key: &Value) -> Done {
    if collection.as_items().is_none() && collection.as_entries().is_none() {
        return Err(Fault::new("the collection must be a list, a map or a tuple"));
    }
    let there = match (collection.as_entries(), key.as_str(), key.as_number()) {
        (Some(_), Some(name), _) => collection.get(name).is_some(),
        (None, _, Some(number)) => number.as_usize().is_some_and(|index| collection.at(index).is_some()),
        _ => false,
    };
    Ok(Value::bool(there))
}

/// The whole part of a number.
fn whole(number: &Value) -> Done {
    let negative = number.as_number().is_some_and(|n| n.signum() < 0);
    of_the_language(if negative { "ceil" } else { "floor" }, std::slice::from_ref(number))
}

/// Elements; a text has none here.
fn length(collection: &Value) -> Done {
    match (collection.as_items(), collection.as_entries()) {
        (None, None) => Err(Fault::at(0, "a collection is needed")),
        _ => of_the_language("length", std::slice::from_ref(collection)),
    }
}
