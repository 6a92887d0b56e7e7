//! Conversion and inspection: `tostring`, `tolist`, `try`, `sensitive`, ….

use super::{Done, Fault, Function, MAX_TEXT, Rule, Work, nullable, passing, plain};
use crate::config::convert::convert;
use crate::config::types::Type;
use crate::config::value::{Marks, Value};

pub(super) const FUNCTIONS: &[Function] =
    &[
        passing("tostring", &[nullable("value")], |a| to(a, Type::String)).told(
            "the value as a string",
            "tostring(8080)",
            "\"8080\"",
        ),
        passing("tonumber", &[nullable("value")], |a| to(a, Type::Number)).told(
            "the value as a number",
            "tonumber(\"8080\")",
            "8080",
        ),
        passing("tobool", &[nullable("value")], |a| to(a, Type::Bool)).told(
            "the value as a bool",
            "tobool(\"true\")",
            "true",
        ),
        passing("tolist", &[nullable("value")], |a| to(a, Type::list(Type::Any))).told(
            "the value as a list, whose elements get one type",
            "tolist([\"a\", 1])",
            "tolist([\n  \"a\",\n  \"1\",\n])",
        ),
        passing("toset", &[nullable("value")], |a| to(a, Type::set(Type::Any))).told(
            "the value as a set: each element once, sorted",
            "toset([\"b\", \"a\", \"b\"])",
            "toset([\n  \"a\",\n  \"b\",\n])",
        ),
        passing("tomap", &[nullable("value")], |a| to(a, Type::map(Type::Any))).told(
            "the value as a map, whose values get one type",
            "tomap({ a = 1, b = \"x\" })",
            "tomap({\n  \"a\" = \"1\"\n  \"b\" = \"x\"\n})",
        ),
        plain("type", &[nullable("value")], |a| type_of(&a[0])).told(
            "the type of the value, as it would be written",
            "type({ port = 80, tags = [\"a\"] })",
            "\"object({ port = number, tags = tuple([string]) })\"",
        ),
        plain("sensitive", &[nullable("value")], |a| Ok(a[0].clone().marked(&Marks::anonymous())))
            .free()
            .told("the value, marked as a secret", "sensitive(\"s3cret\")", "(sensitive value)"),
        plain("nonsensitive", &[nullable("value")], |a| Ok(a[0].clone().unmarked())).free().told(
            "the value without the mark of a secret: you say that it does no harm to show it",
            "nonsensitive(sensitive(\"eu\"))",
            "\"eu\"",
        ),
        plain("issensitive", &[nullable("value")], |a| Ok(Value::bool(a[0].marks().is_sensitive())))
            .free()
            .told("whether the value is marked as a secret", "issensitive(sensitive(\"eu\"))", "true"),
        plain("ephemeralasnull", &[nullable("value")], |a| Ok(a[0].clone())).free().told(
            "the value as it is, since nothing is ephemeral here",
            "ephemeralasnull(\"eu\")",
            "\"eu\"",
        ),
        Function::new("try", &[], Rule::Free, Work::Try).and(nullable("expressions")).told(
            "the first of the expressions that has a value",
            "try({ a = 1 }.b, \"none\")",
            "\"none\"",
        ),
        Function::new("can", &[nullable("expression")], Rule::Free, Work::Can).told(
            "whether the expression has a value",
            "can({ a = 1 }.b)",
            "false",
        ),
    ];

fn type_of(value: &Value) -> Done {
    let text = Type::of(value).written(MAX_TEXT);
    text.map(Value::string).ok_or_else(|| Fault::new("the result would be longer than 64 MiB"))
}

fn to(args: &[Value], ty: Type) -> Done {
    convert(&args[0], &ty).map_err(|error| Fault::at(0, error.describe("value")))
}
