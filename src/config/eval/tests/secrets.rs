//! Secrets inside of arguments: whatever they are, and however many, what is not marked of a result stays the same.

use super::*;
use crate::config::functions::{self, Takes, Work};
use crate::config::types::Type;
use crate::config::value::Entries;
use serde_json::{Value as Json, json};

/// Two values that differ in what is secret in them only.
type Twins = (Value, Value);

/// The arguments `a`, `b`, `c`.
struct Arguments(Vec<Value>);

impl Resolve for Arguments {
    fn resolve(&self, _: &str, name: &str) -> Option<Cow<'_, Value>> {
        let index = ["a", "b", "c"].iter().position(|known| *known == name)?;
        self.0.get(index).map(Cow::Borrowed)
    }

    fn names(&self) -> Vec<String> {
        ["var.a", "var.b", "var.c"].map(String::from).to_vec()
    }
}

fn texts(word: &'static str) -> impl Strategy<Value = Value> {
    (0..3_u8).prop_map(move |n| Value::string(format!("{word}{n}")))
}

/// What a secret may hold. Its sort is none, but how much there is of it.
fn hidden() -> impl Strategy<Value = Twins> {
    let words = || prop::collection::vec(texts("hunter"), 0..3);
    let rows = || prop::collection::vec(words().prop_map(Value::list), 0..3);
    prop_oneof![
        (texts("hunter"), texts("hunter")),
        (words(), words()).prop_map(|(a, b)| (Value::tuple(a), Value::tuple(b))),
        (words(), words()).prop_map(|(a, b)| (Value::list(a), Value::list(b))),
        (rows(), rows()).prop_map(|(a, b)| (Value::list(a), Value::list(b))),
        (words(), words()).prop_map(|(a, b)| (Value::map(keyed(a)), Value::map(keyed(b)))),
        (words(), words()).prop_map(|(a, b)| (Value::object(keyed(a)), Value::object(keyed(b)))),
    ]
    .prop_filter("of one type", alike)
}

fn keyed(values: Vec<Value>) -> Entries {
    values.into_iter().enumerate().map(|(i, v)| (format!("k{i}").into(), v)).collect()
}

/// Only twins of one type, which is no secret. (An empty list, or a tuple of another length, is of another one: it decides into what the values beside it are converted, where they become elements of one collection.)
fn alike((a, b): &Twins) -> bool {
    Type::of(a) == Type::of(b)
}

fn marked(twins: Twins) -> Twins {
    let mark = |value: Value| value.marked(&Marks::variable("token"));
    (mark(twins.0), mark(twins.1))
}

fn same(value: Value) -> Twins {
    (value.clone(), value)
}

/// Several of them, put together.
fn several(one: impl Strategy<Value = Twins>, made: fn(Vec<Value>) -> Value) -> impl Strategy<Value = Twins> {
    prop::collection::vec(one, 0..3).prop_map(move |all| {
        let (a, b) = all.into_iter().unzip();
        (made(a), made(b))
    })
}

/// A text, here and there a secret one.
fn word() -> impl Strategy<Value = Twins> {
    prop_oneof![
        3 => texts("t").prop_map(same),
        1 => (texts("hunter"), texts("hunter")).prop_map(marked),
    ]
}

/// A list of texts, here and there a secret one, which may have another length.
fn words() -> impl Strategy<Value = Twins> {
    let secret = || prop::collection::vec(texts("hunter"), 0..3).prop_map(Value::list);
    let secret = (secret(), secret()).prop_filter("of one type", alike);
    prop_oneof![2 => several(word(), Value::list), 1 => secret.prop_map(marked)]
}

/// The elements of a list, and of a map, are of one type; those of a tuple, and of an object, of any.
fn twins() -> impl Strategy<Value = Twins> {
    let leaf = prop_oneof![
        3 => word(),
        3 => (0..3_i64).prop_map(|n| same(Value::number(n))),
        2 => hidden().prop_map(marked),
        1 => words(),
        1 => several(words(), Value::list),
        1 => several(word(), |all| Value::map(keyed(all))),
        1 => several(words(), |all| Value::map(keyed(all))),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![several(inner.clone(), Value::tuple), several(inner, |all| Value::object(keyed(all))),]
    })
}

/// An argument that has a chance to be taken.
fn fitting(takes: Option<Takes>, any: Twins, n: i64) -> Twins {
    match takes {
        Some(Takes::Number) => same(Value::number(n)),
        Some(Takes::Text) => same(Value::string(format!("k{n}"))),
        Some(Takes::Bool) => same(Value::bool(n > 0)),
        _ => any,
    }
}

/// What is not marked, as JSON: types are no secret.
fn public(value: &Value) -> Json {
    if value.marks().is_sensitive() {
        return json!("(sensitive)");
    }
    match (value.as_items(), value.as_entries()) {
        (Some(items), _) => items.iter().map(public).collect(),
        (_, Some(entries)) => Json::Object(entries.iter().map(|(k, v)| (k.to_string(), public(v))).collect()),
        _ => value.to_json(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn no_function_tells_of_a_secret_inside(given in prop::collection::vec((twins(), 0..2_i64), 3)) {
        let unmarking = ["nonsensitive", "issensitive"];
        let all = functions::names().filter_map(functions::find);
        for function in all.filter(|f| matches!(f.work, Work::Plain(_)) && !unmarking.contains(&f.name)) {
            let most = if function.rest.is_some() { 3 } else { function.params.len().min(3) };
            for count in function.params.len()..=most {
                let args = given[..count].iter().cloned().enumerate();
                let (a, b): (Vec<Value>, Vec<Value>) = args
                    .map(|(i, (any, n))| fitting(function.param(i).map(|p| p.takes), any, n))
                    .unzip();
                let names = ["var.a", "var.b", "var.c"][..count].join(", ");
                let text = format!("{}({names})", function.name);
                let told = |args: Vec<Value>| run_in(&text, &Scope::root().resolver(&Arguments(args)));
                let of = (a.iter().map(render).collect::<Vec<_>>(), b.iter().map(render).collect::<Vec<_>>());
                match (told(a), told(b)) {
                    (Ok(a), Ok(b)) => prop_assert_eq!(public(&a), public(&b), "{} of {:?}", text, of),
                    (a, b) => for wrong in [a.err(), b.err()].into_iter().flatten() {
                        prop_assert!(!wrong.contains("hunter"), "{}: {}", text, wrong);
                    },
                }
            }
        }
    }
}
