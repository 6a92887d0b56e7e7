//! Conversions as Terraform makes them, and what is said when there is none.

use super::*;
use crate::config::console::render;
use crate::config::eval::evaluate;
use crate::config::lower;
use crate::config::scope::Scope;
use crate::model::FileId;

fn value(text: &str) -> Value {
    evaluate(&lower::parse(text, FileId(0), 0).expect(text), &Scope::root()).expect(text)
}

fn ty(text: &str) -> Type {
    Type::from_expr(&lower::parse(text, FileId(0), 0).expect(text)).expect(text)
}

#[test]
fn converts() {
    for (from, to, wanted) in [
        ("\"5\"", "number", "5"),
        ("5", "string", "\"5\""),
        ("true", "string", "\"true\""),
        ("null", "number", "tonumber(null)"),
        ("[1, \"a\"]", "list(string)", "tolist([\"1\",\"a\"])"),
        ("[1, \"a\"]", "list(any)", "tolist([\"1\",\"a\"])"),
        ("[3, 1, 3]", "set(number)", "toset([1,3])"),
        ("[3, \"1\"]", "set(number)", "toset([1,3])"),
        ("toset([\"b\", \"a\"])", "list(string)", "tolist([\"a\",\"b\"])"),
        ("{a = 1}", "map(string)", "tomap({\"a\" = \"1\"})"),
        ("{a = 1, b = \"x\"}", "map(any)", "tomap({\"a\" = \"1\"\"b\" = \"x\"})"),
        ("{a = 1, b = 2}", "object({a = string})", "{\"a\" = \"1\"}"),
        ("{a = null}", "object({a = optional(number, 80)})", "{\"a\" = 80}"),
        (
            "{}",
            "object({a = optional(number, 80), b = optional(string)})",
            "{\"a\" = 80\"b\" = tostring(null)}",
        ),
        (
            "{x = {}}",
            "map(object({a = optional(list(string), [\"d\"])}))",
            "tomap({\"x\" = {\"a\" = tolist([\"d\"])}})",
        ),
        ("[\"1\", 2]", "tuple([number, string])", "[1,\"2\"]"),
        ("tomap({a = 1})", "object({a = number})", "{\"a\" = 1}"),
        ("[[1], [\"a\", 2]]", "list(any)", "tolist([tolist([\"1\"]),tolist([\"a\",\"2\"])])"),
        ("[{a = 1}, {a = \"x\"}]", "list(any)", "tolist([{\"a\" = \"1\"},{\"a\" = \"x\"}])"),
    ] {
        let made = convert(&value(from), &ty(to)).expect(from);
        let shown: String = render(&made).lines().map(|l| l.trim()).collect();
        assert_eq!(shown.replace(",]", "]"), wanted, "{from} to {to}");
    }
}

#[test]
fn says_where_it_does_not_fit() {
    for (from, to, wanted) in [
        ("\"http\"", "number", "hosts: a number is required, not \"http\""),
        (
            "{a = {port = \"x\"}}",
            "map(object({port = number}))",
            "hosts[\"a\"].port: a number is required, not \"x\"",
        ),
        ("[1, [2]]", "list(number)", "hosts[1]: a number is required, not a tuple"),
        ("{}", "object({a = string})", "hosts: the attribute \"a\" is required"),
        ("{x = []}", "object({x = object({a = string})})", "hosts.x: an object is required, not a tuple"),
        ("{}", "object({a = string, b = any})", "hosts: the attributes \"a\", \"b\" are required"),
        ("[1]", "tuple([number, number])", "hosts: a tuple of 2 elements is required, not of 1"),
        ("\"maybe\"", "bool", "hosts: a bool (true or false) is required, not \"maybe\""),
        ("1", "bool", "hosts: a bool is required, not 1"),
        ("\"a\"", "list(string)", "hosts: a list is required, not \"a\""),
        (
            "[1, []]",
            "list(any)",
            "hosts: all elements must have the same type, and these have no type in common",
        ),
        ("sensitive(\"s3cret\")", "number", "hosts: a number is required, not (sensitive)"),
    ] {
        let error = convert(&value(from), &ty(to)).expect_err(from);
        assert_eq!(error.describe("hosts"), wanted, "{from} to {to}");
    }
}

#[test]
fn types_read_back_from_text_and_json() {
    for (text, json) in [
        ("string", "\"string\""),
        ("list(number)", "[\"list\",\"number\"]"),
        ("map(set(any))", "[\"map\",[\"set\",\"any\"]]"),
        ("tuple([string, bool])", "[\"tuple\",[\"string\",\"bool\"]]"),
        (
            "object({ a = string, b = optional(number) })",
            "[\"object\",{\"a\":\"string\",\"b\":\"number\"},[\"b\"]]",
        ),
        ("object({})", "[\"object\",{}]"),
    ] {
        assert_eq!(ty(text).to_string(), text);
        let json: serde_json::Value = serde_json::from_str(json).expect("json");
        assert_eq!(Type::from_json(&json).expect(text), ty(text));
    }
    for bad in ["\"text\"", "[]", "[\"list\"]", "[\"object\",[]]", "3", "{}"] {
        let json: serde_json::Value = serde_json::from_str(bad).expect("json");
        assert!(Type::from_json(&json).is_err(), "{bad}");
    }
}

#[test]
fn wrong_types_are_explained() {
    for (text, words) in [
        ("strin", "there is no type strin"),
        ("\"string\"", "write string without quotes"),
        ("list", "list needs the type of its elements"),
        ("list(string, number)", "list needs exactly one type"),
        ("object(string)", "object needs its attributes"),
        ("optional(string)", "optional(…) stands only inside object"),
        ("object({ a = optional(number, \"x\") })", "the default: a number is required, not \"x\""),
        ("maybe(string)", "there is no type maybe(…)"),
        ("[string]", "this is no type"),
    ] {
        let problems = Type::from_expr(&lower::parse(text, FileId(0), 0).expect(text)).expect_err(text);
        let all: String =
            problems.0.iter().map(|d| format!("{} {} {}", d.summary, d.detail, d.help)).collect();
        assert!(all.contains(words), "{text}: {all}");
    }
}

/// `[x, x]`, `[a, a]` of it, and so on: small in memory, of `2^levels` elements when written out.
fn doubled(innermost: &str, levels: usize) -> Value {
    (0..levels).fold(value(innermost), |inner, _| Value::tuple(vec![inner.clone(), inner]))
}

fn lists(levels: usize, of: Type) -> Type {
    (0..levels).fold(of, |of, _| Type::list(of))
}

/// Whoever walks through all 2^180 elements is never done.
#[test]
fn what_is_shared_is_looked_at_once() {
    let (levels, number) = (180, doubled("1", 180));
    let (text, null) = (doubled("\"x\"", levels), doubled("null", levels));
    let (one, another) = (Type::of(&number), Type::of(&doubled("2", levels)));
    assert!(!one.has_any() && Type::of(&null).has_any());
    assert!(all_same(&[one.clone(), another.clone()]) && !all_same(&[one.clone(), Type::of(&text)]));
    let texts = unify(&[one.clone(), another, Type::of(&text), Type::of(&null)]).expect("a type");
    let innermost = |value: &Value| (0..levels).fold(value.clone(), |inner, _| inner.at(1).expect("two"));
    assert_eq!(innermost(&convert(&number, &texts).expect("texts")), Value::string("1"));
    let listed = convert(&number, &lists(levels, Type::Any)).expect("lists");
    assert!(matches!(listed.data(), Data::List(_)) && innermost(&listed) == Value::number(1_i64));
    assert!(convert(&text, &lists(levels, Type::Number)).is_err());
    let mixed = Value::tuple(vec![number, null]);
    assert!(all_same(&Type::of_each(&[convert(&mixed, &Type::list(Type::Any)).expect("a list")])));
    // A type that is shown is cut.
    assert_eq!(one.written(1 << 20), None);
    let shown = one.brief();
    assert!(shown.starts_with("tuple([tuple([") && shown.ends_with('…') && shown.len() < 300, "{shown}");
}

/// Each level asks for the type of its elements: once, not again for each level around it.
#[test]
fn lists_of_lists_of_whatever_are_converted_level_by_level() {
    let nested = (1..120).fold(value("[]"), |inner, _| Value::tuple(vec![inner]));
    for of in [Type::Any, Type::String] {
        assert!(convert(&nested, &lists(120, of)).is_ok());
    }
}
