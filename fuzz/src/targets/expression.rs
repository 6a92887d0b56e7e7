//! One expression, as a variable's value or an argument is read and evaluated.

use super::pointing;
use patchform::config::console::render;
use patchform::config::convert::convert;
use patchform::config::eval::evaluate;
use patchform::config::marks::Marks;
use patchform::config::scope::{Resolve, Scope};
use patchform::config::syntax::read_expression;
use patchform::config::types::Type;
use patchform::config::value::{Entries, Value};
use patchform::config::{Sources, lower};
use patchform::model::FileId;
use std::borrow::Cow;

/// Reads it, evaluates it in a small world, shows it, and converts it to every simple type. The console's text of a
/// value is read again, too.
pub fn run(data: &[u8]) {
    let mut sources = Sources::new();
    let Ok(file) = sources.add("expression", data) else { return };
    let value = evaluated(&mut sources, file);
    if let Some(value) = value {
        shown(&value);
    }
}

fn evaluated(sources: &mut Sources, file: FileId) -> Option<Value> {
    let expr = match read_expression(sources, file) {
        Ok(expr) => expr,
        Err(problems) => {
            assert!(problems.has_errors(), "refused, but nothing is said");
            pointing::check(&problems, sources);
            return None;
        }
    };
    for reference in expr.references() {
        assert!(!reference.text(usize::MAX).is_empty());
    }
    if let Err(problems) = Type::from_expr(&expr) {
        pointing::check(&problems, sources);
    }
    let scope = Scope::root().with("each", each()).resolver(&Small);
    match evaluate(&expr, &scope) {
        Ok(value) => Some(value),
        Err(problems) => {
            assert!(problems.has_errors());
            pointing::check(&problems, sources);
            None
        }
    }
}

fn shown(value: &Value) {
    if value.weight() > 1 << 20 {
        return;
    }
    let text = render(value);
    assert!(!text.is_empty() && !value.brief().is_empty());
    let json = value.to_json();
    if !value.deep_marks().is_sensitive() {
        // What the console shows is an expression again, unless it holds the beginning of a template, or a text of several
        // lines, behind whose marker a comma stands: that is how Terraform shows it.
        let again = lower::parse(&text, FileId(0), 0);
        assert!(again.is_ok() || text.contains("{") || text.contains("<<-"), "{text} cannot be read again");
    }
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(json.to_string().as_bytes()).ok().as_ref(),
        Some(&json)
    );
    for ty in [
        Type::String,
        Type::Number,
        Type::Bool,
        Type::list(Type::String),
        Type::set(Type::Number),
        Type::map(Type::Any),
    ] {
        if let Ok(converted) = convert(value, &ty) {
            assert_eq!(
                convert(&converted, &ty).ok().as_ref(),
                Some(&converted),
                "{text} as {ty:?} is not stable"
            );
        }
    }
}

fn each() -> Value {
    let entries = [
        ("key", Value::string("eu-1")),
        ("value", Value::tuple(vec![Value::number(7_i64), Value::bool(true)])),
    ];
    Value::object(entries.into_iter().map(|(k, v)| (k.into(), v)).collect())
}

/// A world of a few names.
struct Small;

impl Resolve for Small {
    fn resolve(&self, root: &str, name: &str) -> Option<Cow<'_, Value>> {
        let value = match (root, name) {
            ("var", "port") => Some(Value::number(8080_i64)),
            ("var", "none") => Some(Value::NULL),
            ("var", "secret") => Some(Value::string("hunter2").marked(&Marks::variable("secret"))),
            ("var", "names") => Some(Value::list(["b", "a", "ö"].map(Value::string).to_vec())),
            ("local", "map") => {
                let entries: Entries = [("a".into(), each()), ("b".into(), each())].into();
                Some(Value::map(entries))
            }
            _ => None,
        };
        value.map(Cow::Owned)
    }

    fn names(&self) -> Vec<String> {
        ["var.port", "var.none", "var.secret", "var.names", "local.map"].map(str::to_string).to_vec()
    }
}
