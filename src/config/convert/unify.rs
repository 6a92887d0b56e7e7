//! The one type that several agree on, as Terraform finds it: all of them are looked at together, not two by two, so
//! that a number and a bool meet where there is a string too.

use crate::config::types::{Field, Type};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The one type that values of all these types can be converted to; `None` if there is none.
pub fn unify(types: &[Type]) -> Option<Type> {
    let known: Vec<&Type> = types.iter().filter(|t| **t != Type::Any).collect();
    let Some(first) = known.first() else {
        return Some(Type::Any);
    };
    if known.iter().all(|t| t == first) {
        return Some((*first).clone());
    }
    match first {
        Type::Any | Type::Bool | Type::Number | Type::String => simple(&known),
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => sequence(&known),
        Type::Map(_) | Type::Object(_) => table(&known),
    }
}

fn simple(types: &[&Type]) -> Option<Type> {
    let all_simple = types.iter().all(|t| matches!(t, Type::Bool | Type::Number | Type::String));
    (all_simple && types.contains(&&Type::String)).then_some(Type::String)
}

/// Tuples of one length stay tuples; others become a list, or a set where there is a set and no list.
fn sequence(types: &[&Type]) -> Option<Type> {
    let tuples: Option<Vec<&Arc<[Type]>>> = types.iter().map(|t| as_tuple(t)).collect();
    if let Some(tuples) = tuples
        && let Some(first) = tuples.first()
        && tuples.iter().all(|t| t.len() == first.len())
    {
        let column = |i: usize| unify(&tuples.iter().map(|t| t[i].clone()).collect::<Vec<_>>());
        return (0..first.len()).map(column).collect::<Option<_>>().map(Type::Tuple);
    }
    let mut inside = Vec::new();
    let (mut any_list, mut any_set) = (false, false);
    for ty in types {
        match ty {
            Type::Tuple(items) => inside.extend(items.iter().cloned()),
            Type::List(of) => (any_list, _) = (true, inside.push((**of).clone())),
            Type::Set(of) => (any_set, _) = (true, inside.push((**of).clone())),
            _ => return None,
        }
    }
    let of = unify(&inside)?;
    Some(if any_set && !any_list { Type::set(of) } else { Type::list(of) })
}

fn as_tuple(ty: &Type) -> Option<&Arc<[Type]>> {
    match ty {
        Type::Tuple(items) => Some(items),
        _ => None,
    }
}

/// Objects with the same attributes stay objects; others become a map, if their values agree.
fn table(types: &[&Type]) -> Option<Type> {
    let objects: Option<Vec<&BTreeMap<Arc<str>, Field>>> = types.iter().map(|t| as_object(t)).collect();
    if let Some(objects) = objects
        && let Some(first) = objects.first()
        && objects.iter().all(|o| o.keys().eq(first.keys()))
    {
        let column = |name: &Arc<str>| {
            let all: Vec<Type> = objects.iter().filter_map(|o| o.get(name)).map(|f| f.ty.clone()).collect();
            unify(&all).map(|ty| (name.clone(), Field::required(ty)))
        };
        return first.keys().map(column).collect::<Option<_>>().map(Type::object);
    }
    let mut inside = Vec::new();
    for ty in types {
        match ty {
            Type::Object(fields) => inside.extend(fields.values().map(|f| f.ty.clone())),
            Type::Map(of) => inside.push((**of).clone()),
            _ => return None,
        }
    }
    unify(&inside).map(Type::map)
}

fn as_object(ty: &Type) -> Option<&BTreeMap<Arc<str>, Field>> {
    match ty {
        Type::Object(fields) => Some(fields),
        _ => None,
    }
}
