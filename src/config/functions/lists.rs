//! Lists: `concat`, `element`, `flatten`, `range`, `slice`, `sort`, ….

use super::Takes::{Any, List, Number as N, Texts};
use super::bounds::Tally;
use super::collection::{ANY, items, some_items};
use super::text::whole;
use super::{Done, Fault, Function, MAX_ITEMS, nullable, param, passing, plain};
use crate::config::convert::{convert, unify};
use crate::config::eval::equal;
use crate::config::number::Number;
use crate::config::types::Type;
use crate::config::value::{Data, Marks, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    passing("concat", &[], concat)
        .and(param("lists", Any))
        .told(
            "one list of the elements of all",
            "concat([\"a\"], [\"b\", \"c\"])",
            "[\n  \"a\",\n  \"b\",\n  \"c\",\n]",
        )
        .gives("list or tuple", &["lists and tuples; at least one"]),
    plain("distinct", &[param("list", List)], distinct)
        .told(
            "each element once, in the order of its first place",
            "distinct([\"a\", \"b\", \"a\"])",
            "tolist([\n  \"a\",\n  \"b\",\n])",
        )
        .gives("list(any)", &["a list"]),
    passing("element", &[ANY, param("index", N)], element)
        .told(
            "one element; the index wraps around, and counts from the end when it is negative",
            "element([\"a\", \"b\", \"c\"], 4)",
            "\"b\"",
        )
        .gives("the type of the element", &["a list or tuple that is not empty", "which element, from 0"]),
    passing("flatten", &[ANY], flatten)
        .told(
            "one list of the elements of all lists inside, however deep",
            "flatten([[\"a\"], [[\"b\"], \"c\"]])",
            "[\n  \"a\",\n  \"b\",\n  \"c\",\n]",
        )
        .gives("tuple", &["lists, sets and tuples in one another"]),
    plain("index", &[ANY, nullable("value")], index)
        .told(
            "at which index the value stands first; an error when it does not",
            "index([\"a\", \"b\"], \"b\")",
            "1",
        )
        .gives("number", &["a list or tuple", "the value to look for"]),
    plain("range", &[param("number", N)], range)
        .and(param("numbers", N))
        .told(
            "numbers up to, without, a limit: `range(limit)`, `range(start, limit)`, \
`range(start, limit, step)`",
            "range(1, 8, 3)",
            "tolist([\n  1,\n  4,\n  7,\n])",
        )
        .gives(
            "list(number)",
            &["the limit, or with a second number the start", "the limit, and the step between the numbers"],
        ),
    passing("reverse", &[ANY], reverse)
        .told("the elements the other way round", "reverse([\"a\", \"b\"])", "[\n  \"b\",\n  \"a\",\n]")
        .gives("list or tuple", &["a list or tuple"]),
    passing("slice", &[ANY, param("start", N), param("end", N)], slice)
        .told(
            "the elements from the start index up to, without, the end index",
            "slice([\"a\", \"b\", \"c\"], 0, 2)",
            "[\n  \"a\",\n  \"b\",\n]",
        )
        .gives(
            "list or tuple",
            &["a list or tuple", "the first index to take", "the first index not to take any more"],
        ),
    plain("sort", &[param("list", Texts)], sort)
        .told(
            "the texts sorted by their code points",
            "sort([\"web\", \"db\"])",
            "tolist([\n  \"db\",\n  \"web\",\n])",
        )
        .gives("list(string)", &["the texts"]),
    passing("coalescelist", &[nullable("list")], coalescelist)
        .and(nullable("lists"))
        .told(
            "the first list that is neither null nor empty",
            "coalescelist([], [\"eu\"])",
            "[\n  \"eu\",\n]",
        )
        .gives("list or tuple", &["the first candidate", "further candidates"]),
    plain("compact", &[param("list", Texts)], compact)
        .told(
            "the texts without nulls and empty ones",
            "compact([\"a\", \"\", null])",
            "tolist([\n  \"a\",\n])",
        )
        .gives("list(string)", &["the texts"]),
    passing("chunklist", &[param("list", List), param("size", N)], chunklist)
        .told(
            "the elements in lists of this size, the last of which may be shorter",
            "chunklist([1, 2, 3], 2)",
            "tolist([\n  tolist([\n    1,\n    2,\n  ]),\n  tolist([\n    3,\n  ]),\n])",
        )
        .gives("list(list(any))", &["a list", "how many elements each list has; 0 for one list of all"]),
];

/// A list where the argument is one, else a tuple.
fn like(original: &Value, made: Vec<Value>) -> Value {
    match original.data() {
        Data::Tuple(_) => Value::tuple(made),
        _ => Value::list(made).holding(|| Type::of_elements(original)),
    }
}

fn concat(args: &[Value]) -> Done {
    if args.is_empty() {
        return Err(Fault::new("at least one list is needed"));
    }
    let mut all = Tally::default();
    for (i, arg) in args.iter().enumerate() {
        if matches!(arg.data(), Data::Set(_)) {
            return Err(Fault::at(i, "a set has no order; use tolist(…), or setunion(…)"));
        }
        all.extend(some_items(args, i)?)?;
    }
    let lists = args.iter().all(|a| matches!(a.data(), Data::List(_)));
    let made = Value::tuple(all.items());
    // Lists that have a type in common make a list, anything else a tuple.
    let shared = if lists { unify(&Type::of_each(args)) } else { None };
    Ok(shared.and_then(|ty| convert(&made, &ty).ok()).unwrap_or(made))
}

fn distinct(args: &[Value]) -> Done {
    let mut seen = std::collections::BTreeSet::new();
    Ok(like(&args[0], items(&args[0]).iter().filter(|item| seen.insert((*item).clone())).cloned().collect()))
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
    let (mut flat, mut marks) = (Tally::default(), Marks::NONE);
    some_items(args, 0)?.iter().try_for_each(|item| gather(item, &mut flat, &mut marks))?;
    Ok(Value::tuple(flat.items()).marked(&marks))
}

/// How many elements a list has is as secret as they are: the marks of one that is taken apart go to the whole. Values are
/// at most 200 levels deep, so that this ends.
fn gather(value: &Value, flat: &mut Tally, marks: &mut Marks) -> Result<(), Fault> {
    match value.as_items() {
        Some(items) => {
            *marks = marks.and(value.marks());
            items.iter().try_for_each(|item| gather(item, flat, marks))
        }
        None => flat.push(value.clone()),
    }
}

fn index(args: &[Value]) -> Done {
    let found = some_items(args, 0)?.iter().position(|item| equal(item, &args[1]));
    found
        .map(Value::number)
        .ok_or_else(|| Fault::at(1, format!("the list does not contain {}", args[1].brief())))
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
    Ok(Value::list(made).holding(|| Type::Number))
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
    Ok(like(&args[0], sorted))
}

fn coalescelist(args: &[Value]) -> Done {
    let mut filled = None;
    for (i, arg) in args.iter().enumerate() {
        match (arg.data(), arg.null_type()) {
            (Data::Set(_), _) | (_, Some(Type::Set(_))) => {
                return Err(Fault::at(i, "a set has no order; use tolist(…) first"));
            }
            (_, Some(Type::List(_) | Type::Tuple(_))) => continue,
            _ => {}
        }
        if !some_items(args, i)?.is_empty() {
            filled = filled.or(Some(arg));
        }
    }
    filled.cloned().ok_or_else(|| Fault::new("all lists are empty"))
}

fn compact(args: &[Value]) -> Done {
    let kept = items(&args[0]).iter().filter(|v| !v.is_null() && v.as_str() != Some("")).cloned();
    Ok(like(&args[0], kept.collect()))
}

fn chunklist(args: &[Value]) -> Done {
    let size = usize::try_from(whole(args, 1)?).map_err(|_| Fault::at(1, "the size cannot be negative"))?;
    let all = items(&args[0]);
    let size = if size == 0 { all.len().max(1) } else { size };
    let chunks = all.chunks(size).map(|chunk| Value::list(chunk.to_vec())).collect();
    Ok(Value::list(chunks).holding(|| Type::of(&args[0])))
}
