//! What is known of a value that may not be there yet.

use crate::config::convert::fit;
use crate::config::eval::described;
use crate::config::types::{Field, Type};
use crate::config::value::{Data, Entries, Marks, Value};
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
    /// What is known of a value that carries these marks, whatever it is; neither all of it, since a value carries its own
    /// marks, nor once more a secret.
    Secret(Marks, Box<Guess>),
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

    /// With marks that the value carries, whatever it is.
    pub fn marked(self, marks: &Marks) -> Guess {
        match self {
            guess if !marks.is_sensitive() => guess,
            Guess::Known(value) => Guess::Known(value.marked(marks)),
            Guess::Secret(own, inner) => Guess::Secret(own.and(marks), inner),
            plain => Guess::Secret(marks.clone(), Box::new(plain)),
        }
    }

    /// The marks that the value itself carries, not what is inside.
    pub fn marks(&self) -> Marks {
        match self {
            Guess::Known(value) => value.marks().clone(),
            Guess::Secret(marks, _) => marks.clone(),
            Guess::Of(_) | Guess::Tuple(_) | Guess::Object(_) => Marks::NONE,
        }
    }

    /// The marks that the value and what is inside carry.
    pub fn deep_marks(&self) -> Marks {
        match self {
            Guess::Known(value) => value.deep_marks(),
            Guess::Of(_) => Marks::NONE,
            Guess::Tuple(items) => all_marks(items),
            Guess::Object(entries) => all_marks(entries.values()),
            Guess::Secret(marks, inner) => marks.and(&inner.deep_marks()),
        }
    }

    /// What is known beside its marks of a value that is not known; one that is keeps them, so that no message shows it.
    pub fn bare(self) -> Guess {
        match self {
            Guess::Secret(_, inner) => *inner,
            plain => plain,
        }
    }

    /// The same of all that is inside, too.
    pub fn bare_deep(self) -> Guess {
        match self.bare() {
            Guess::Tuple(items) => Guess::Tuple(items.into_iter().map(Guess::bare_deep).collect()),
            Guess::Object(entries) => {
                Guess::Object(entries.into_iter().map(|(name, entry)| (name, entry.bare_deep())).collect())
            }
            plain => plain,
        }
    }

    /// What is known of a value that is one of two.
    pub fn or(self, other: Guess) -> Guess {
        let marks = self.marks().common(&other.marks());
        let guess = match (self.bare(), other.bare()) {
            (one, other) if one == other => one,
            (Guess::Known(null), other) | (other, Guess::Known(null)) if null.is_bare_null() => {
                other.opened()
            }
            (one, other) => match (one.opened(), other.opened()) {
                (Guess::Tuple(a), Guess::Tuple(b)) if a.len() == b.len() => {
                    Guess::tuple(a.into_iter().zip(b).map(|(a, b)| a.or(b)).collect())
                }
                (Guess::Object(a), Guess::Object(b)) if a.keys().eq(b.keys()) => {
                    let each = a.into_iter().zip(b.into_values());
                    Guess::object(each.map(|((name, a), b)| (name, a.or(b))).collect())
                }
                (one, other) if one == other => one,
                _ => Guess::ANY,
            },
        };
        guess.marked(&marks)
    }

    /// What is known of each element of a collection.
    pub fn element(self) -> Guess {
        let marks = self.marks();
        let one = match self.bare().opened() {
            Guess::Of(Type::List(of) | Type::Set(of) | Type::Map(of)) => Some(Guess::of((*of).clone())),
            Guess::Tuple(items) => items.into_iter().reduce(Guess::or),
            Guess::Object(entries) => entries.into_values().reduce(Guess::or),
            _ => None,
        };
        one.unwrap_or(Guess::ANY).marked(&marks)
    }

    /// The same of a value that need not be the one that is known.
    fn opened(self) -> Guess {
        let Guess::Known(value) = &self else { return self };
        if value.is_sensitive() {
            return Guess::ANY;
        }
        let known = |value: &Value| Guess::Known(value.clone());
        match value.data() {
            Data::Tuple(_) => Guess::Tuple(value.children().map(known).collect()),
            Data::Object(table) => {
                Guess::Object(table.iter().map(|(name, value)| (name.clone(), known(value))).collect())
            }
            _ => Guess::of(self.ty()),
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
            Guess::Secret(_, inner) => inner.is_small(depth, left),
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
            Guess::Secret(_, inner) => inner.ty(),
        }
    }

    /// What it is in a word, with an article: `a string`.
    pub fn kind(&self) -> &'static str {
        match self {
            Guess::Known(value) => value.kind(),
            Guess::Of(ty) => ty.sort(),
            Guess::Tuple(_) => "a tuple",
            Guess::Object(_) => "an object",
            Guess::Secret(_, inner) => inner.kind(),
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
            Guess::Secret(_, inner) => inner.sort(),
        }
    }

    /// Whether it may be a text as it is: a number that would have to be converted is none.
    pub fn may_be_text(&self) -> bool {
        match self {
            Guess::Known(value) => value.is_null() || value.as_str().is_some(),
            Guess::Of(ty) => matches!(ty, Type::Any | Type::String),
            Guess::Tuple(_) | Guess::Object(_) => false,
            Guess::Secret(_, inner) => inner.may_be_text(),
        }
    }

    /// Whether it may be a block that is named, which no type describes.
    pub fn may_be_block(&self) -> bool {
        matches!(self.sort(), Sort::Any | Sort::Block)
    }

    /// Whether it may be a block that is named, or a list of such.
    pub fn may_be_blocks(&self) -> bool {
        self.may_be_block() || self.may_be_list(Guess::may_be_block)
    }

    /// Whether it may be a list of which each element may be so.
    pub fn may_be_list(&self, may_be: impl Fn(&Guess) -> bool) -> bool {
        match self {
            Guess::Known(value) => {
                let mut items = value.as_items().unwrap_or_default().iter();
                self.sort() == Sort::Sequence && items.all(|item| may_be(&Guess::Known(item.clone())))
            }
            // It may be empty.
            Guess::Of(_) => !self.sort().differs(Sort::Sequence),
            Guess::Tuple(items) => items.iter().all(may_be),
            Guess::Object(_) => false,
            Guess::Secret(_, inner) => inner.may_be_list(may_be),
        }
    }

    /// Whether a value of which this is known may be converted to a type.
    pub fn may_be(&self, ty: &Type) -> bool {
        fit(self, ty).is_ok()
    }
}

fn all_marks<'g>(guesses: impl IntoIterator<Item = &'g Guess>) -> Marks {
    guesses.into_iter().fold(Marks::NONE, |all, one| all.and(&one.deep_marks()))
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
            Data::Null(_) => Sort::Any,
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
