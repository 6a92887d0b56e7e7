//! Conversion and inspection: `tostring`, `tolist`, `try`, `sensitive`, ….

use super::{Done, Fault, Function, Rule, Work, nullable, passing, plain};
use crate::config::convert::convert;
use crate::config::types::Type;
use crate::config::value::{Marks, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    passing("tostring", &[nullable("value")], |a| to(a, Type::String)),
    passing("tonumber", &[nullable("value")], |a| to(a, Type::Number)),
    passing("tobool", &[nullable("value")], |a| to(a, Type::Bool)),
    passing("tolist", &[nullable("value")], |a| to(a, Type::list(Type::Any))),
    passing("toset", &[nullable("value")], |a| to(a, Type::set(Type::Any))),
    passing("tomap", &[nullable("value")], |a| to(a, Type::map(Type::Any))),
    plain("type", &[nullable("value")], |a| Ok(Value::string(Type::of(&a[0]).to_string()))),
    plain("sensitive", &[nullable("value")], |a| Ok(a[0].clone().marked(&Marks::anonymous()))).free(),
    plain("nonsensitive", &[nullable("value")], |a| Ok(a[0].clone().unmarked())).free(),
    plain("issensitive", &[nullable("value")], |a| Ok(Value::bool(a[0].marks().is_sensitive()))).free(),
    plain("ephemeralasnull", &[nullable("value")], |a| Ok(a[0].clone())).free(),
    Function {
        name: "try",
        params: &[],
        rest: Some(nullable("expressions")),
        rule: Rule::Free,
        work: Work::Try,
    },
    Function {
        name: "can",
        params: &[nullable("expression")],
        rest: None,
        rule: Rule::Free,
        work: Work::Can,
    },
];

fn to(args: &[Value], ty: Type) -> Done {
    convert(&args[0], &ty).map_err(|error| Fault::at(0, error.describe("value")))
}
