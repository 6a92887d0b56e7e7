//! Lists, maps and what is inside them: `concat`, `lookup`, `merge`, `flatten`, `zipmap`, ….

use super::Takes::{Any, Bools, List, Number as N, Text, TextLists, Texts};
use super::text::{text, whole};
use super::{Done, Fault, Function, MAX_ITEMS, Param, nullable, param, passing, plain};
use crate::config::convert::{convert, unify};
use crate::config::eval::equal;
use crate::config::number::Number;
use crate::config::types::Type;
use crate::config::value::{Data, Entries, Table, Value, key, quoted};
use std::collections::BTreeMap;
use std::sync::Arc;
use unicode_segmentation::UnicodeSegmentation;

const ANY: Param = param("list", Any);
const MAP: Param = param("map", Any);

pub(super) const FUNCTIONS: &[Function] = &[
    passing("length", &[param("value", Any)], length),
    passing("concat", &[], concat).and(param("lists", Any)),
    plain("contains", &[ANY, nullable("value")], contains),
    plain("distinct", &[param("list", List)], distinct),
    passing("element", &[ANY, param("index", N)], element),
    passing("flatten", &[ANY], flatten),
    plain("index", &[ANY, nullable("value")], index),
    passing("keys", &[MAP], keys),
    passing("values", &[MAP], values),
    passing("lookup", &[MAP, param("key", Text)], lookup).and(nullable("default")),
    passing("merge", &[], merge).and(nullable("maps")),
    plain("range", &[param("number", N)], range).and(param("numbers", N)),
    passing("reverse", &[ANY], reverse),
    passing("slice", &[ANY, param("start", N), param("end", N)], slice),
    plain("sort", &[param("list", Texts)], sort),
    passing("coalesce", &[nullable("value")], coalesce).and(nullable("values")),
    passing("coalescelist", &[ANY], coalescelist).and(param("lists", Any)),
    plain("compact", &[param("list", Texts)], compact),
    passing("chunklist", &[param("list", List), param("size", N)], chunklist),
    passing("zipmap", &[param("keys", Texts), param("values", Any)], zipmap),
    passing("one", &[ANY], one),
    plain("alltrue", &[param("list", Bools)], |a| Ok(Value::bool(items(&a[0]).iter().all(is_true)))),
    plain("anytrue", &[param("list", Bools)], |a| Ok(Value::bool(items(&a[0]).iter().any(is_true)))),
    plain("matchkeys", &[param("values", List), param("keys", List), param("wanted", List)], matchkeys),
    plain("transpose", &[param("map", TextLists)], transpose),
];

fn is_true(value: &Value) -> bool {
    value.as_bool() == Some(true)
}

fn items(value: &Value) -> &[Value] {
    value.as_items().unwrap_or_default()
}

/// The elements of an argument that must be a list, a set or a tuple.
pub(super) fn some_items(args: &[Value], index: usize) -> Result<&[Value], Fault> {
    let value = &args[index];
    value.as_items().ok_or_else(|| Fault::at(index, format!("a list is needed, not {}", value.kind())))
}

fn some_entries(args: &[Value], index: usize) -> Result<&Table, Fault> {
    let value = &args[index];
    value
        .as_entries()
        .ok_or_else(|| Fault::at(index, format!("a map or an object is needed, not {}", value.kind())))
}

/// A list where the argument is one, else a tuple.
fn like(original: &Value, made: Vec<Value>) -> Value {
    match original.data() {
        Data::Tuple(_) => Value::tuple(made),
        _ => Value::list(made),
    }
}

fn length(args: &[Value]) -> Done {
    let value = &args[0];
    let count = match (value.as_items(), value.as_entries(), value.as_str()) {
        (Some(items), ..) => items.len(),
        (_, Some(entries), _) => entries.len(),
        (.., Some(text)) => text.graphemes(true).count(),
        _ => return Err(Fault::at(0, format!("{} has no length", value.kind()))),
    };
    Ok(Value::number(count))
}

fn concat(args: &[Value]) -> Done {
    if args.is_empty() {
        return Err(Fault::new("at least one list is needed"));
    }
    let mut all = Vec::new();
    for (i, arg) in args.iter().enumerate() {
        if matches!(arg.data(), Data::Set(_)) {
            return Err(Fault::at(i, "a set has no order; use tolist(…), or setunion(…)"));
        }
        all.extend_from_slice(some_items(args, i)?);
    }
    let lists = args.iter().all(|a| matches!(a.data(), Data::List(_)));
    unified(all, lists)
}

/// A list of one type, or a tuple.
fn unified(all: Vec<Value>, as_list: bool) -> Done {
    let made = Value::tuple(all);
    if !as_list {
        return Ok(made);
    }
    convert(&made, &Type::list(Type::Any)).map_err(|error| Fault::new(error.describe("the result")))
}

fn contains(args: &[Value]) -> Done {
    let value = &args[1];
    let found = some_items(args, 0)?.iter().any(|item| equal(item, value));
    Ok(Value::bool(found))
}

/// Equality after conversion to a type that both share, as functions compare.
fn same(a: &Value, b: &Value) -> bool {
    if equal(a, b) {
        return true;
    }
    let Some(ty) = unify(&[Type::of(a), Type::of(b)]) else { return false };
    match (convert(a, &ty), convert(b, &ty)) {
        (Ok(a), Ok(b)) => equal(&a, &b),
        _ => false,
    }
}

fn distinct(args: &[Value]) -> Done {
    let mut seen = std::collections::BTreeSet::new();
    let kept = items(&args[0]).iter().filter(|item| seen.insert((*item).clone())).cloned().collect();
    Ok(Value::list(kept))
}

fn element(args: &[Value]) -> Done {
    let (all, index) = (some_items(args, 0)?, whole(args, 1)?);
    if matches!(args[0].data(), Data::Set(_)) {
        return Err(Fault::at(0, "the elements of a set have no index; use tolist(…) first"));
    }
    if all.is_empty() {
        return Err(Fault::at(0, "an empty list has no elements"));
    }
    // It wraps around at both ends: -1 is the last element.
    Ok(all[index.rem_euclid(all.len() as i64) as usize].clone())
}

fn flatten(args: &[Value]) -> Done {
    let mut flat = Vec::new();
    some_items(args, 0)?.iter().for_each(|item| gather(item, &mut flat));
    Ok(Value::tuple(flat))
}

/// Values are at most 200 levels deep, so that this ends.
fn gather(value: &Value, flat: &mut Vec<Value>) {
    match value.as_items() {
        Some(items) => items.iter().for_each(|item| gather(&item.clone().marked(value.marks()), flat)),
        None => flat.push(value.clone()),
    }
}

fn index(args: &[Value]) -> Done {
    let found = some_items(args, 0)?.iter().position(|item| equal(item, &args[1]));
    found
        .map(Value::number)
        .ok_or_else(|| Fault::at(1, format!("the list does not contain {}", args[1].brief())))
}

fn keys(args: &[Value]) -> Done {
    let keys = some_entries(args, 0)?.keys().map(|k| Value::from(Data::String(k.clone()))).collect();
    Ok(if matches!(args[0].data(), Data::Object(_)) { Value::tuple(keys) } else { Value::list(keys) })
}

fn values(args: &[Value]) -> Done {
    let values = some_entries(args, 0)?.values().cloned().collect();
    Ok(if matches!(args[0].data(), Data::Object(_)) { Value::tuple(values) } else { Value::list(values) })
}

fn lookup(args: &[Value]) -> Done {
    if args.len() > 3 {
        return Err(Fault::at(3, "lookup() takes a map, a key and at most one default"));
    }
    let name = text(args, 1);
    if let Some(found) = some_entries(args, 0)?.get(name) {
        return Ok(found.clone());
    }
    let default = args.get(2).cloned().ok_or_else(|| {
        Fault::at(1, format!("the map has no element {}, and no default is given", quoted(name)))
    })?;
    let is_map = matches!(args[0].data(), Data::Map(_));
    let ty = args[0].as_entries().and_then(|e| e.values().next()).filter(|_| is_map).map(Type::of);
    match ty {
        Some(ty) => convert(&default, &ty).map_err(|error| Fault::at(2, error.describe("default"))),
        None => Ok(default),
    }
}

fn merge(args: &[Value]) -> Done {
    let mut merged = Entries::new();
    for (i, _) in args.iter().enumerate().filter(|(_, arg)| !arg.is_null()) {
        for (name, value) in some_entries(args, i)? {
            merged.insert(name.clone(), value.clone());
        }
    }
    // Maps of one type make a map, anything else an object. The type of an object is not asked: it may be huge.
    let all_maps = !args.is_empty() && args.iter().all(|a| matches!(a.data(), Data::Map(_)));
    let of_one_type = all_maps && {
        let types: Vec<Type> = args.iter().map(Type::of).collect();
        types.iter().all(|ty| *ty == types[0])
    };
    Ok(if of_one_type { Value::map(merged) } else { Value::object(merged) })
}

fn range(args: &[Value]) -> Done {
    let n = |i: usize| super::numeric::number(args, i);
    let one = Number::from(1_i64);
    let (start, end, step) = match args.len() {
        1 => (Number::ZERO, n(0), None),
        2 => (n(0), n(1), None),
        3 => (n(0), n(1), Some(n(2))),
        _ => return Err(Fault::new("range() takes an end, or a start, an end and a step")),
    };
    let down = end < start;
    let step = step.unwrap_or_else(|| if down { one.negate() } else { one.clone() });
    if step.signum() == 0 {
        return Err(Fault::at(2, "the step cannot be zero"));
    }
    if (step.signum() < 0) != down && start != end {
        let direction = if down { "negative" } else { "positive" };
        return Err(Fault::at(2, format!("the step must be {direction} to get from {start} to {end}")));
    }
    let too_many = || Fault::new(format!("the range has more than {MAX_ITEMS} numbers"));
    let steps = end.subtract(&start).and_then(|way| way.divide(&step));
    if steps.is_ok_and(|steps| steps > Number::from(MAX_ITEMS as i64)) {
        return Err(too_many());
    }
    let mut made = Vec::new();
    let mut at = start;
    while (!down && at < end) || (down && at > end) {
        if made.len() >= MAX_ITEMS {
            return Err(too_many());
        }
        made.push(Value::number(at.clone()));
        at = at.add(&step).map_err(|error| Fault::new(error.to_string()))?;
    }
    Ok(Value::list(made))
}

fn reverse(args: &[Value]) -> Done {
    Ok(like(&args[0], some_items(args, 0)?.iter().rev().cloned().collect()))
}

fn slice(args: &[Value]) -> Done {
    let all = some_items(args, 0)?;
    if matches!(args[0].data(), Data::Set(_)) {
        return Err(Fault::at(0, "a set has no order; use tolist(…) first"));
    }
    let bound = |i: usize| {
        let n = usize::try_from(whole(args, i)?).ok().filter(|n| *n <= all.len());
        n.ok_or_else(|| Fault::at(i, format!("it must be from 0 to {}, the length of the list", all.len())))
    };
    let (start, end) = (bound(1)?, bound(2)?);
    if start > end {
        return Err(Fault::at(1, "the start must not lie behind the end"));
    }
    Ok(like(&args[0], all[start..end].to_vec()))
}

fn sort(args: &[Value]) -> Done {
    let mut sorted = items(&args[0]).to_vec();
    if sorted.iter().any(Value::is_null) {
        return Err(Fault::at(0, "an element is null"));
    }
    sorted.sort();
    Ok(Value::list(sorted))
}

fn coalesce(args: &[Value]) -> Done {
    let types: Vec<Type> = args.iter().map(Type::of).collect();
    let ty = unify(&types).ok_or_else(|| Fault::new("all arguments must have the same type"))?;
    let first = args.iter().find(|v| !v.is_null() && v.as_str() != Some(""));
    let first = first.ok_or_else(|| Fault::new("all arguments are null or empty"))?;
    convert(first, &ty).map_err(|error| Fault::new(error.describe("value")))
}

fn coalescelist(args: &[Value]) -> Done {
    let mut filled = None;
    for (i, arg) in args.iter().enumerate() {
        if matches!(arg.data(), Data::Set(_)) {
            return Err(Fault::at(i, "a set has no order; use tolist(…) first"));
        }
        if !some_items(args, i)?.is_empty() {
            filled = filled.or(Some(arg));
        }
    }
    filled.cloned().ok_or_else(|| Fault::new("all lists are empty"))
}

fn compact(args: &[Value]) -> Done {
    let kept = items(&args[0]).iter().filter(|v| !v.is_null() && v.as_str() != Some("")).cloned();
    Ok(Value::list(kept.collect()))
}

fn chunklist(args: &[Value]) -> Done {
    let size = usize::try_from(whole(args, 1)?).map_err(|_| Fault::at(1, "the size cannot be negative"))?;
    let all = items(&args[0]);
    let size = if size == 0 { all.len().max(1) } else { size };
    Ok(Value::list(all.chunks(size).map(|chunk| Value::list(chunk.to_vec())).collect()))
}

fn zipmap(args: &[Value]) -> Done {
    let (names, values) = (items(&args[0]), some_items(args, 1)?);
    if names.len() != values.len() {
        let (n, m) = (names.len(), values.len());
        return Err(Fault::new(format!("there are {n} keys, but {m} values")));
    }
    let mut made = Entries::new();
    for (name, value) in names.iter().zip(values) {
        let name = name.as_str().ok_or_else(|| Fault::at(0, "a key is null"))?;
        made.insert(key(name), value.clone());
    }
    let names_marks = args[0].deep_marks();
    let as_object = matches!(args[1].data(), Data::Tuple(_));
    Ok(if as_object { Value::object(made) } else { Value::map(made) }.marked(&names_marks))
}

fn one(args: &[Value]) -> Done {
    match some_items(args, 0)? {
        [] => Ok(Value::NULL),
        [only] => Ok(only.clone()),
        several => Err(Fault::at(0, format!("it has {} elements, but must have one or none", several.len()))),
    }
}

fn matchkeys(args: &[Value]) -> Done {
    let (values, names, wanted) = (items(&args[0]), items(&args[1]), items(&args[2]));
    if values.len() != names.len() {
        let (n, m) = (values.len(), names.len());
        return Err(Fault::new(format!("there are {n} values, but {m} keys")));
    }
    let kept = values.iter().zip(names).filter(|(_, name)| wanted.iter().any(|w| same(w, name)));
    Ok(Value::list(kept.map(|(value, _)| value.clone()).collect()))
}

fn transpose(args: &[Value]) -> Done {
    let mut turned: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for (name, list) in some_entries(args, 0)? {
        for item in items(list) {
            let item = item.as_str().ok_or_else(|| Fault::at(0, "an element is null"))?;
            turned.entry(key(item)).or_default().push(Value::from(Data::String(name.clone())));
        }
    }
    Ok(Value::map(turned.into_iter().map(|(k, v)| (k, Value::list(v))).collect()))
}
