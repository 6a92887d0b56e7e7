//! What is known of a value that may not be there yet.

use crate::config::convert::fit;
use crate::config::eval::described;
use crate::config::types::{Field, Type};
use crate::config::value::{Data, Entries, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Guess {
    /// All of it.
    Known(Value),
    /// Its type, which is neither a tuple nor an object. A list may turn out to be a tuple, and a map an object, whose
    /// elements are all of that type.
    Of(Type),
    /// What is known of each element of a tuple.
    Tuple(Vec<Guess>),
    /// What is known of each attribute of an object.
    Object(BTreeMap<Arc<str>, Guess>),
}

/// A guess of more parts, or of deeper ones, is as good as none: local values that are made of each other may double it
/// again and again.
const MOST_PARTS: usize = 10_000;
const DEEPEST: usize = 50;

impl Guess {
    /// Nothing is known.
    pub const ANY: Guess = Guess::Of(Type::Any);

    /// Of a value of a type, which may be null: even what is empty is not known then.
    pub fn of(ty: Type) -> Guess {
        match ty {
            Type::Tuple(types) => Guess::Tuple(types.iter().cloned().map(Guess::of).collect()).bounded(),
            Type::Object(fields) => {
                let all = fields.iter().map(|(name, field)| (name.clone(), Guess::of(field.ty.clone())));
                Guess::Object(all.collect()).bounded()
            }
            simple => Guess::Of(simple),
        }
    }

    /// Of a tuple.
    pub fn tuple(items: Vec<Guess>) -> Guess {
        let known = |item: &Guess| item.as_known().cloned();
        if let Some(values) = items.iter().map(known).collect() {
            return Guess::Known(Value::tuple(values));
        }
        Guess::Tuple(items).bounded()
    }

    /// Of an object.
    pub fn object(entries: BTreeMap<Arc<str>, Guess>) -> Guess {
        let known = |(name, entry): (&Arc<str>, &Guess)| Some((name.clone(), entry.as_known()?.clone()));
        if let Some(values) = entries.iter().map(known).collect::<Option<Entries>>() {
            return Guess::Known(Value::object(values));
        }
        Guess::Object(entries).bounded()
    }

    pub fn as_known(&self) -> Option<&Value> {
        match self {
            Guess::Known(value) => Some(value),
            _ => None,
        }
    }

    fn bounded(self) -> Guess {
        if self.is_small(DEEPEST, &mut { MOST_PARTS }) { self } else { Guess::ANY }
    }

    pub(super) fn is_small(&self, depth: usize, left: &mut usize) -> bool {
        let Some((rest, depth)) = left.checked_sub(1).zip(depth.checked_sub(1)) else { return false };
        *left = rest;
        match self {
            Guess::Known(value) => value.weight() < 1 << 20 && usize::from(value.depth()) <= depth,
            Guess::Of(ty) => is_small(ty, depth, left),
            Guess::Tuple(items) => items.iter().all(|item| item.is_small(depth, left)),
            Guess::Object(entries) => entries.values().all(|entry| entry.is_small(depth, left)),
        }
    }

    /// Its type, open where nothing is known. The names in the type of a secret are secret too.
    pub fn ty(&self) -> Type {
        match self {
            Guess::Known(value) if value.is_sensitive() => Type::Any,
            Guess::Known(value) => Type::of(value),
            Guess::Of(ty) => ty.clone(),
            Guess::Tuple(items) => Type::Tuple(items.iter().map(Guess::ty).collect()),
            Guess::Object(entries) => {
                let field = |(name, entry): (&Arc<str>, &Guess)| (name.clone(), Field::required(entry.ty()));
                Type::object(entries.iter().map(field).collect())
            }
        }
    }

    /// What it is in a word, with an article: `a string`.
    pub fn kind(&self) -> &'static str {
        match self {
            Guess::Known(value) => value.kind(),
            Guess::Of(ty) => ty.sort(),
            Guess::Tuple(_) => "a tuple",
            Guess::Object(_) => "an object",
        }
    }

    /// The same with the value of what is known and simple.
    pub fn described(&self) -> String {
        self.as_known().map_or_else(|| self.kind().to_string(), described)
    }

    pub fn sort(&self) -> Sort {
        match self {
            Guess::Known(value) => Sort::of_value(value),
            Guess::Of(ty) => Sort::of(ty),
            Guess::Tuple(_) => Sort::Sequence,
            Guess::Object(_) => Sort::Table,
        }
    }

    /// Whether a value of which this is known may be converted to a type.
    pub fn may_be(&self, ty: &Type) -> bool {
        fit(self, ty).is_ok()
    }
}

/// A sort of values: none of one is ever converted to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Nothing is known, or it is null.
    Any,
    /// A bool, a number or a string.
    Simple,
    /// A list, a set or a tuple.
    Sequence,
    /// A map or an object.
    Table,
    /// A block.
    Block,
}

impl Sort {
    fn of(ty: &Type) -> Sort {
        match ty {
            Type::Any => Sort::Any,
            Type::Bool | Type::Number | Type::String => Sort::Simple,
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => Sort::Sequence,
            Type::Map(_) | Type::Object(_) => Sort::Table,
        }
    }

    fn of_value(value: &Value) -> Sort {
        match value.data() {
            Data::Null => Sort::Any,
            Data::Block(_) => Sort::Block,
            Data::Bool(_) | Data::Number(_) | Data::String(_) => Sort::Simple,
            Data::List(_) | Data::Set(_) | Data::Tuple(_) => Sort::Sequence,
            Data::Map(_) | Data::Object(_) => Sort::Table,
        }
    }

    /// Whether values of both are never of one type.
    pub fn differs(self, other: Sort) -> bool {
        self != other && self != Sort::Any && other != Sort::Any
    }
}

fn is_small(ty: &Type, depth: usize, left: &mut usize) -> bool {
    let Some((rest, depth)) = left.checked_sub(1).zip(depth.checked_sub(1)) else { return false };
    *left = rest;
    match ty {
        Type::Any | Type::Bool | Type::Number | Type::String => true,
        Type::List(of) | Type::Set(of) | Type::Map(of) => is_small(of, depth, left),
        Type::Object(fields) => fields.values().all(|field| is_small(&field.ty, depth, left)),
        Type::Tuple(types) => types.iter().all(|ty| is_small(ty, depth, left)),
    }
}
