//! Collections and what is inside them: `length`, `lookup`, `merge`, `zipmap`, ….

use super::Takes::{Any, Bools, List, Text, TextLists, Texts};
use super::text::text;
use super::{Done, Fault, Function, Param, nullable, param, passing, plain};
use crate::config::convert::{all_same, convert, unify};
use crate::config::eval::equal;
use crate::config::types::Type;
use crate::config::value::{Data, Entries, Table, Value, key, quoted};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use unicode_segmentation::UnicodeSegmentation;

pub(super) const ANY: Param = param("list", Any);
const MAP: Param = param("map", Any);

pub(super) const FUNCTIONS: &[Function] = &[
    passing("length", &[param("value", Any)], length)
        .told("how many elements a collection has, or characters a text", "length({ eu = 1, us = 2 })", "2")
        .gives("number", &["a list, set, map, object, or text, whose characters count"]),
    plain("contains", &[ANY, nullable("value")], contains)
        .told("whether the value is an element", "contains([\"eu\", \"us\"], \"eu\")", "true")
        .gives("bool", &["a list, set or tuple", "the value to look for; its type must fit, too"]),
    passing("keys", &[MAP], keys)
        .told(
            "the keys of a map, or the names of an object's attributes, sorted",
            "keys({ us = 2, eu = 1 })",
            "[\n  \"eu\",\n  \"us\",\n]",
        )
        .gives("list or tuple of strings", &["a map or an object"]),
    passing("values", &[MAP], values)
        .told(
            "the values of a map or object, in the order of their keys",
            "values({ us = 2, eu = 1 })",
            "[\n  1,\n  2,\n]",
        )
        .gives("list or tuple", &["a map or an object"]),
    passing("lookup", &[MAP, param("key", Text)], lookup)
        .and(nullable("default"))
        .told(
            "the value of a key, or the default when there is none",
            "lookup({ eu = 8080 }, \"us\", 80)",
            "80",
        )
        .gives(
            "the type of the values",
            &[
                "a map or an object",
                "the key to look for",
                "what to give where the key is not there; without it that is an error",
            ],
        ),
    passing("merge", &[], merge)
        .and(nullable("maps"))
        .told(
            "one map of all; of two equal keys the later one counts, and a null is passed \
over",
            "merge({ a = 1, b = 2 }, { b = 3 })",
            "{\n  \"a\" = 1\n  \"b\" = 3\n}",
        )
        .gives("map or object", &["maps and objects; null stands for an empty one"]),
    passing("coalesce", &[nullable("value")], coalesce)
        .and(nullable("values"))
        .told(
            "the first value that is neither null nor an empty text",
            "coalesce(null, \"\", \"eu\")",
            "\"eu\"",
        )
        .gives("the type that the arguments share", &["the first candidate", "further candidates"]),
    passing("zipmap", &[param("keys", Texts), param("values", Any)], zipmap)
        .told(
            "a map of keys and values that stand at the same index",
            "zipmap([\"eu\", \"us\"], [8080, 8081])",
            "{\n  \"eu\" = 8080\n  \"us\" = 8081\n}",
        )
        .gives("map or object", &["the keys", "a list or tuple of as many values"]),
    passing("one", &[ANY], one)
        .told(
            "the only element, or null when there is none; an error when there are several",
            "one([\"eu\"])",
            "\"eu\"",
        )
        .gives("the type of the element", &["a list, set or tuple of at most one element"]),
    plain("alltrue", &[param("list", Bools)], |a| Ok(Value::bool(items(&a[0]).iter().all(is_true))))
        .told("whether every element is true; so it is of an empty list", "alltrue([true, \"true\"])", "true")
        .gives("bool", &["bools; null counts as false"]),
    plain("anytrue", &[param("list", Bools)], |a| Ok(Value::bool(items(&a[0]).iter().any(is_true))))
        .told("whether an element is true", "anytrue([false, true])", "true")
        .gives("bool", &["bools; null counts as false"]),
    plain("matchkeys", &[param("values", List), param("keys", List), param("wanted", List)], matchkeys)
        .told(
            "the values at whose index stands a key that is wanted",
            "matchkeys([\"a\", \"b\"], [\"eu\", \"us\"], [\"us\"])",
            "tolist([\n  \"b\",\n])",
        )
        .gives(
            "list(any)",
            &["the values to choose from", "a key for each of them", "the keys that are wanted"],
        ),
    plain("transpose", &[param("map", TextLists)], transpose)
        .told(
            "a map of lists with keys and elements exchanged",
            "transpose({ web = [\"eu\", \"us\"] })",
            "tomap({\n  \"eu\" = tolist([\n    \"web\",\n  ])\n  \"us\" = tolist([\n    \
\"web\",\n  ])\n})",
        )
        .gives("map(list(string))", &["a map of lists"]),
];

fn is_true(value: &Value) -> bool {
    value.as_bool() == Some(true)
}

/// The elements of an argument that is a list already.
pub(super) fn items(value: &Value) -> &[Value] {
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

fn contains(args: &[Value]) -> Done {
    let value = &args[1];
    let found = some_items(args, 0)?.iter().any(|item| equal(item, value));
    Ok(Value::bool(found))
}

fn keys(args: &[Value]) -> Done {
    let keys = some_entries(args, 0)?.keys().map(|k| Value::from(Data::String(k.clone()))).collect();
    Ok(if matches!(args[0].data(), Data::Object(_)) {
        Value::tuple(keys)
    } else {
        Value::list(keys).holding(|| Type::String)
    })
}

fn values(args: &[Value]) -> Done {
    let values = some_entries(args, 0)?.values().cloned().collect();
    let is_object = matches!(args[0].data(), Data::Object(_));
    Ok(if is_object {
        Value::tuple(values)
    } else {
        Value::list(values).holding(|| Type::of_elements(&args[0]))
    })
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
    // In an object each has a type of its own. The first value tells that of a map, which may be huge.
    let ty = match (args[0].data(), args[0].children().next()) {
        (Data::Map(_), Some(first)) => Type::of(first),
        _ => args[0].hidden_type().clone(),
    };
    convert(&default, &ty).map_err(|error| Fault::at(2, error.describe("default")))
}

fn merge(args: &[Value]) -> Done {
    let mut merged = Entries::new();
    for (i, _) in args.iter().enumerate().filter(|(_, arg)| !arg.is_null()) {
        for (name, value) in some_entries(args, i)? {
            merged.insert(name.clone(), value.clone());
        }
    }
    // Maps of one type make a map, anything else an object. The type of an object is not asked: it may be huge.
    let is_map = |a: &Value| matches!((a.data(), a.null_type()), (Data::Map(_), _) | (_, Some(Type::Map(_))));
    let all_maps = !args.is_empty() && args.iter().all(is_map);
    let types = if all_maps { Type::of_each(args) } else { Vec::new() };
    Ok(match types.first() {
        Some(Type::Map(of)) if all_same(&types) => Value::map(merged).holding(|| (**of).clone()),
        _ => Value::object(merged),
    })
}

fn coalesce(args: &[Value]) -> Done {
    let types: Vec<Type> = Type::of_each(args);
    let ty = unify(&types).ok_or_else(|| Fault::new("all arguments must have the same type"))?;
    let first = args.iter().find(|v| !v.is_null() && v.as_str() != Some(""));
    let first = first.ok_or_else(|| Fault::new("all arguments are null or empty"))?;
    convert(first, &ty).map_err(|error| Fault::new(error.describe("value")))
}

fn zipmap(args: &[Value]) -> Done {
    if matches!(args[1].data(), Data::Set(_)) {
        return Err(Fault::at(
            1,
            "a set has no order that could be matched with the keys; make a list of it with sort() or tolist()",
        ));
    }
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
    let made = if as_object { Value::object(made) } else { Value::map(made) };
    Ok(made.holding(|| Type::of_elements(&args[1])).marked(&names_marks))
}

fn one(args: &[Value]) -> Done {
    match some_items(args, 0)? {
        [] => Ok(Value::null(Type::of_elements(&args[0]))),
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
    // As they are, and in the type that both lists share.
    let shared = unify(&Type::of_each(&args[1..]));
    let shared =
        shared.ok_or_else(|| Fault::at(2, "the keys and what is searched for have no type in common"))?;
    let alike = |list: &Value| convert(list, &shared).ok();
    let both = alike(&args[1]).zip(alike(&args[2]));
    let (named, searched) = both.as_ref().map_or((&[][..], &[][..]), |(a, b)| (items(a), items(b)));
    let (wanted, searched): (BTreeSet<&Value>, BTreeSet<&Value>) =
        (wanted.iter().collect(), searched.iter().collect());
    let is_wanted = |at: usize, name: &Value| {
        wanted.contains(name) || named.get(at).is_some_and(|name| searched.contains(name))
    };
    let kept = values.iter().zip(names).enumerate().filter(|(at, (_, name))| is_wanted(*at, name));
    let kept = kept.map(|(_, (value, _))| value.clone()).collect();
    Ok(Value::list(kept).holding(|| Type::of_elements(&args[0])))
}

fn transpose(args: &[Value]) -> Done {
    let mut turned: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for (name, list) in some_entries(args, 0)? {
        if list.is_null() {
            return Err(Fault::at(0, format!("the list of {} is null", quoted(name))));
        }
        for item in items(list) {
            let item = item.as_str().ok_or_else(|| Fault::at(0, "an element is null"))?;
            turned.entry(key(item)).or_default().push(Value::from(Data::String(name.clone())));
        }
    }
    let turned = turned.into_iter().map(|(k, v)| (k, Value::list(v)));
    Ok(Value::map(turned.collect()).holding(|| Type::list(Type::String)))
}
