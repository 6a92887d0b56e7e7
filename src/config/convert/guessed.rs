//! What is known of a value, converted to a type: whether any value of which that is known can be.

use super::{ConvertError, PathStep, convert, fill, lacking, unify, unlike};
use crate::config::expr::Expr;
use crate::config::infer::Guess;
use crate::config::types::{Field, Type};
use crate::model::Span;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known of a value that was converted to a type. Null fits every type.
///
/// # Errors
/// Where in it something never fits, and why: whatever the values are that are not known yet.
pub fn fit(guess: &Guess, ty: &Type) -> Result<Guess, ConvertError> {
    match (guess, ty) {
        (guess, Type::Any) => Ok(guess.clone()),
        (Guess::Known(value), ty) => convert(value, ty).map(Guess::Known),
        (Guess::Secret(marks, inner), ty) => fit(inner, ty).map(|made| made.marked(marks)),
        (Guess::Of(from), ty) => typed(from, ty).map(Guess::of),
        (Guess::Tuple(items), Type::List(of) | Type::Set(of)) => {
            let parts = items.iter().enumerate().map(|(i, item)| (PathStep::Index(i), item));
            let of = alike(parts, of, "elements")?;
            match ty {
                Type::List(_) => Ok(Guess::Of(Type::list(of))),
                // Which element of a set is a secret would be seen by its place.
                _ => Ok(Guess::Of(Type::set(of)).marked(&guess.deep_marks())),
            }
        }
        (Guess::Tuple(items), Type::Tuple(types)) if items.len() == types.len() => {
            let each = items.iter().zip(types.iter()).enumerate();
            let made = each.map(|(i, (item, ty))| fit(item, ty).map_err(|e| e.under(PathStep::Index(i))));
            Ok(Guess::tuple(made.collect::<Result<_, _>>()?))
        }
        (Guess::Tuple(items), Type::Tuple(types)) => {
            let (want, have) = (types.len(), items.len());
            Err(ConvertError::new(format!("a tuple of {want} elements is required, not of {have}")))
        }
        (Guess::Object(entries), Type::Map(of)) => {
            let parts = entries.iter().map(|(key, entry)| (PathStep::Key(key.clone()), entry));
            Ok(Guess::Of(Type::map(alike(parts, of, "values")?)))
        }
        (Guess::Object(entries), Type::Object(fields)) => object(entries, fields),
        (Guess::Tuple(_) | Guess::Object(_), ty) => Err(needed(ty, guess.kind())),
    }
}

impl ConvertError {
    /// The part of a guess that does not fit in a word, and where `expr`, which came to it, writes it out.
    pub(in crate::config) fn part_of(&self, expr: &Expr, guess: &Guess) -> (Span, &'static str) {
        let (mut expr, mut guess) = (expr, guess.clone());
        for step in &self.path {
            let next = match step {
                PathStep::Index(index) => expr.as_list().and_then(|items| items.get(*index)),
                PathStep::Attr(name) | PathStep::Key(name) => {
                    let mut entries = expr.as_object().unwrap_or_default().into_iter();
                    entries.find(|(key, _)| key.name == Some(&**name)).map(|(_, written)| written)
                }
                PathStep::Each => None,
            };
            let Some(next) = next.zip(guess.part(step)) else { break };
            (expr, guess) = next;
        }
        (expr.span(), guess.kind())
    }
}

impl Guess {
    fn part(&self, step: &PathStep) -> Option<Guess> {
        match (self, step) {
            (Guess::Known(value), PathStep::Index(index)) => value.at(*index).map(Guess::Known),
            (Guess::Known(value), PathStep::Attr(name) | PathStep::Key(name)) => {
                value.get(name).map(Guess::Known)
            }
            (Guess::Tuple(items), PathStep::Index(index)) => items.get(*index).cloned(),
            (Guess::Object(entries), PathStep::Attr(name) | PathStep::Key(name)) => {
                entries.get(name).cloned()
            }
            (Guess::Secret(_, inner), step) => inner.part(step),
            _ => None,
        }
    }
}

/// The type of elements that are to be of one.
fn alike<'g>(
    parts: impl Iterator<Item = (PathStep, &'g Guess)>,
    of: &Type,
    what: &str,
) -> Result<Type, ConvertError> {
    let made = parts.map(|(step, part)| fit(part, of).map(|made| made.ty()).map_err(|e| e.under(step)));
    let types: Vec<Type> = made.collect::<Result<_, _>>()?;
    if !of.has_any() {
        return Ok(of.clone());
    }
    // Where something is not known of one of them, they may agree.
    if types.iter().any(Type::has_any) {
        return Ok(of.clone());
    }
    unify(&types).map(|unified| fill(of, &unified)).ok_or_else(|| unlike(what))
}

fn object(
    entries: &BTreeMap<Arc<str>, Guess>,
    fields: &BTreeMap<Arc<str>, Field>,
) -> Result<Guess, ConvertError> {
    let is_missing = |name: &&Arc<str>| !entries.contains_key(*name) && !fields[*name].optional;
    let missing: Vec<&str> = fields.keys().filter(is_missing).map(AsRef::as_ref).collect();
    let mut made = BTreeMap::new();
    for (name, field) in fields {
        // One that is left out, or null, is the default.
        let guess = match entries.get(name) {
            Some(entry) => {
                let fitted = fit(entry, &field.ty).map_err(|e| e.under(PathStep::Attr(name.clone())))?;
                if field.optional { Guess::of(field.ty.clone()) } else { fitted }
            }
            None => Guess::of(field.ty.clone()),
        };
        made.insert(name.clone(), guess);
    }
    if missing.is_empty() {
        return Ok(Guess::object(made));
    }
    let others = entries.keys().filter(|name| !fields.contains_key(*name));
    Err(lacking(&missing, others.map(|name| &**name)))
}

/// The type of what was converted from one to another.
fn typed(from: &Type, to: &Type) -> Result<Type, ConvertError> {
    let each = |a: &Type, b: &Type| typed(a, b).map_err(|error| error.under(PathStep::Each));
    match (from, to) {
        (from, Type::Any) => Ok(from.clone()),
        (Type::Any, to) => Ok(to.clone()),
        (from, to) if from.is_simple() && to.is_simple() => {
            let fits = from == to || *from == Type::String || *to == Type::String;
            if fits { Ok(to.clone()) } else { Err(needed(to, from.sort())) }
        }
        (Type::Tuple(_) | Type::Object(_), to) => fit(&Guess::of(from.clone()), to).map(|made| made.ty()),
        (Type::List(a) | Type::Set(a), Type::List(b)) => Ok(Type::list(each(a, b)?)),
        (Type::List(a) | Type::Set(a), Type::Set(b)) => Ok(Type::set(each(a, b)?)),
        // What is known as a list may be a tuple.
        (Type::List(_), Type::Tuple(_)) => Ok(to.clone()),
        (Type::Map(a), Type::Map(b)) => Ok(Type::map(each(a, b)?)),
        (Type::Map(of), Type::Object(fields)) => {
            // One that may be left out need not be there.
            for (name, field) in fields.iter().filter(|(_, field)| !field.optional) {
                typed(of, &field.ty).map_err(|error| error.under(PathStep::Attr(name.clone())))?;
            }
            Ok(to.clone())
        }
        _ => Err(needed(to, from.sort())),
    }
}

fn needed(ty: &Type, found: &str) -> ConvertError {
    ConvertError::new(format!("{} is required, not {found}", ty.sort()))
}
