//! Sets: union, intersection, difference and product.

use super::Takes::{Any, Set};
use super::bounds::{Tally, few, light};
use super::collection::some_items;
use super::{Done, Fault, Function, Takes, param, plain};
use crate::config::convert::{convert, unify};
use crate::config::types::Type;
use crate::config::value::{Data, Value};
use std::collections::BTreeSet;

pub(super) const FUNCTIONS: &[Function] = &[
    plain("setunion", &[param("set", Set)], union)
        .and(param("sets", Set))
        .told(
            "what is in any of the sets",
            "setunion([\"a\"], [\"b\", \"a\"])",
            "toset([\n  \"a\",\n  \"b\",\n])",
        )
        .gives("set(any)", &["the first set", "further sets"]),
    plain("setintersection", &[param("set", Set)], |a| fold(a, |all, next| keep(all, next, true)))
        .and(param("sets", Set))
        .told(
            "what is in all of the sets",
            "setintersection([\"a\", \"b\"], [\"b\", \"c\"])",
            "toset([\n  \"b\",\n])",
        )
        .gives("set(any)", &["the first set", "further sets"]),
    plain("setsubtract", &[param("set", Set), param("without", Set)], |a| {
        fold(a, |all, next| keep(all, next, false))
    })
    .told(
        "what is in the first set and not in the second",
        "setsubtract([\"a\", \"b\"], [\"b\"])",
        "toset([\n  \"a\",\n])",
    )
    .gives("set(any)", &["the set to take from", "the elements to take out"]),
    plain("setproduct", &[param("set", Any), param("other", Any)], product)
        .and(param("others", Any))
        .told(
            "every combination of an element of each",
            "setproduct([\"eu\", \"us\"], [1])",
            "tolist([\n  [\n    \"eu\",\n    1,\n  ],\n  [\n    \"us\",\n    1,\n  ],\n])",
        )
        .gives("list, set or tuple", &["the first list or set", "the second one", "further ones"]),
];

/// All sets, brought to one type, and the type of their elements.
fn alike(args: &[Value]) -> Result<(Vec<Value>, Type), Fault> {
    let types: Vec<Type> = Type::of_each(args);
    let ty = unify(&types).ok_or_else(|| Fault::new("the sets have no type in common"))?;
    let one = |(i, arg)| convert(arg, &ty).map_err(|error| Fault::at(i, error.describe("set")));
    let sets = args.iter().enumerate().map(one).collect::<Result<_, _>>()?;
    Ok((sets, ty.element()))
}

/// What is in any of them: each element counts once.
fn union(args: &[Value]) -> Done {
    let (mut seen, mut all) = (BTreeSet::new(), Tally::default());
    let (sets, of) = alike(args)?;
    for set in &sets {
        for item in set.as_items().unwrap_or_default() {
            if seen.insert(item.clone()) {
                all.push(item.clone())?;
            }
        }
    }
    Ok(Value::set(all.items()).holding(|| of))
}

/// Combines the sets from the left.
fn fold(args: &[Value], combine: impl Fn(Vec<Value>, &[Value]) -> Vec<Value>) -> Done {
    let (sets, of) = alike(args)?;
    let mut sets = sets.iter().map(|set| set.as_items().unwrap_or_default());
    let first = sets.next().unwrap_or_default().to_vec();
    Ok(Value::set(sets.fold(first, combine)).holding(|| of))
}

/// The elements that stand, or do not stand, in `other`.
fn keep(mut all: Vec<Value>, other: &[Value], wanted: bool) -> Vec<Value> {
    let other: BTreeSet<&Value> = other.iter().collect();
    all.retain(|item| other.contains(item) == wanted);
    all
}

/// Every combination of one element of each: a list if none of them is a set.
fn product(args: &[Value]) -> Done {
    let (mut rows, mut weight): (Vec<Vec<Value>>, u64) = (vec![Vec::new()], 8);
    let mut types = Vec::new();
    for i in 0..args.len() {
        some_items(args, i)?;
        let ty = if matches!(args[i].data(), Data::Set(_)) { Takes::Set } else { Takes::List };
        let next = convert(&args[i], &ty.ty()).map_err(|error| Fault::at(i, error.describe("set")))?;
        types.push(Type::of_elements(&next));
        let next = next.as_items().unwrap_or_default();
        let count = rows.len().saturating_mul(next.len());
        few(count)?;
        // Each row so far is told once for each that comes, and the other way round.
        let (mean, own) = (weight / rows.len().max(1) as u64, next.iter().map(Value::weight).sum::<u64>());
        weight = (mean.saturating_mul(count as u64)).saturating_add(own.saturating_mul(rows.len() as u64));
        light(weight)?;
        rows = rows
            .iter()
            .flat_map(|row| next.iter().map(move |item| row.iter().chain([item]).cloned().collect()))
            .collect();
    }
    let rows: Vec<Value> = rows.into_iter().map(Value::tuple).collect();
    let any_set = args.iter().any(|a| matches!(a.data(), Data::Set(_)));
    let all = if any_set { Value::set(rows) } else { Value::list(rows) };
    Ok(all.holding(|| Type::Tuple(types.into())))
}
