//! Sets: union, intersection, difference and product.

use super::Takes::{Any, Set};
use super::collection::some_items;
use super::{Done, Fault, Function, MAX_ITEMS, Takes, param, plain};
use crate::config::convert::{convert, unify};
use crate::config::types::Type;
use crate::config::value::{Data, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    plain("setunion", &[param("set", Set)], |a| {
        fold(a, |mut all, next| {
            all.extend_from_slice(next);
            all
        })
    })
    .and(param("sets", Set))
    .told(
        "what is in any of the sets",
        "setunion([\"a\"], [\"b\", \"a\"])",
        "toset([\n  \"a\",\n  \"b\",\n])",
    ),
    plain("setintersection", &[param("set", Set)], |a| fold(a, |all, next| keep(all, next, true)))
        .and(param("sets", Set))
        .told(
            "what is in all of the sets",
            "setintersection([\"a\", \"b\"], [\"b\", \"c\"])",
            "toset([\n  \"b\",\n])",
        ),
    plain("setsubtract", &[param("set", Set), param("without", Set)], |a| {
        fold(a, |all, next| keep(all, next, false))
    })
    .told(
        "what is in the first set and not in the second",
        "setsubtract([\"a\", \"b\"], [\"b\"])",
        "toset([\n  \"a\",\n])",
    ),
    plain("setproduct", &[param("set", Any), param("other", Any)], product).and(param("others", Any)).told(
        "every combination of an element of each",
        "setproduct([\"eu\", \"us\"], [1])",
        "tolist([\n  [\n    \"eu\",\n    1,\n  ],\n  [\n    \"us\",\n    1,\n  ],\n])",
    ),
];

/// Brings all sets to one type, then combines them from the left.
fn fold(args: &[Value], combine: impl Fn(Vec<Value>, &[Value]) -> Vec<Value>) -> Done {
    let types: Vec<Type> = Type::of_each(args);
    let ty = unify(&types).ok_or_else(|| Fault::new("the sets have no type in common"))?;
    let mut all: Option<Vec<Value>> = None;
    for (i, arg) in args.iter().enumerate() {
        let set = convert(arg, &ty).map_err(|error| Fault::at(i, error.describe("set")))?;
        let next = set.as_items().unwrap_or_default();
        all = Some(match all {
            None => next.to_vec(),
            Some(all) => combine(all, next),
        });
    }
    Ok(Value::set(all.unwrap_or_default()))
}

/// The elements that stand, or do not stand, in `other`.
fn keep(mut all: Vec<Value>, other: &[Value], wanted: bool) -> Vec<Value> {
    let other: std::collections::BTreeSet<&Value> = other.iter().collect();
    all.retain(|item| other.contains(item) == wanted);
    all
}

/// Every combination of one element of each: a list if none of them is a set.
fn product(args: &[Value]) -> Done {
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for i in 0..args.len() {
        some_items(args, i)?;
        let ty = if matches!(args[i].data(), Data::Set(_)) { Takes::Set } else { Takes::List };
        let next = convert(&args[i], &ty.ty()).map_err(|error| Fault::at(i, error.describe("set")))?;
        let next = next.as_items().unwrap_or_default();
        if rows.len().saturating_mul(next.len()) > MAX_ITEMS {
            return Err(Fault::new(format!("the product has more than {MAX_ITEMS} elements")));
        }
        rows = rows
            .iter()
            .flat_map(|row| next.iter().map(move |item| row.iter().chain([item]).cloned().collect()))
            .collect();
    }
    let rows: Vec<Value> = rows.into_iter().map(Value::tuple).collect();
    let any_set = args.iter().any(|a| matches!(a.data(), Data::Set(_)));
    Ok(if any_set { Value::set(rows) } else { Value::list(rows) })
}
