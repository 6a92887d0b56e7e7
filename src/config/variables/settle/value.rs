//! What a variable's value comes to: read, converted to its type, or taken from its default.

use super::{Assigned, Text};
use crate::config::checked::SecretSource;
use crate::config::convert::convert;
use crate::config::eval::evaluate;
use crate::config::expr::Expr;
use crate::config::fields::sentence_case;
use crate::config::scope::Scope;
use crate::config::source::Sources;
use crate::config::syntax;
use crate::config::types::Type;
use crate::config::value::Value;
use crate::config::variables::Variable;
use crate::model::{Absence, Diagnostic, Diagnostics};

/// The value that a variable has: what was given, converted to its type, or its default. `None` when there is none,
/// which was said.
pub(super) fn find(
    variable: &Variable<'_>,
    assigned: Option<&Assigned>,
    sources: &Sources,
    problems: &mut Diagnostics,
) -> Option<(Value, SecretSource)> {
    let default = || variable.default.clone().map(|value| (value, SecretSource::Default));
    let Some(assigned) = assigned else {
        let found = default();
        if found.is_none() && !variable.had_default {
            problems.push(missing(variable));
        }
        return found;
    };
    let value = raw_value(variable, assigned, sources, problems)?;
    if value.is_null() && !variable.nullable {
        let found = default();
        if found.is_none() && !variable.had_default {
            let problem = Diagnostic::error(format!("The variable \"{}\" may not be null", variable.name))
                .at(assigned.span, format!("from {}", assigned.from))
                .and(variable.header, "declared with nullable = false, and without a default")
                .help("Give it a value.");
            problems.push(problem);
        }
        return found;
    }
    match convert(&value, &variable.ty) {
        Ok(value) => Some((value, assigned.source.clone())),
        Err(wrong) => {
            // What does not fit, and where inside, would give a secret away.
            let (is, why) = if variable.sensitive {
                (String::new(), "Its value is sensitive and not shown.".to_string())
            } else {
                let why = format!("{}.", sentence_case(&wrong.describe(variable.name)));
                (format!("this is {}", value.kind()), why)
            };
            let problem = Diagnostic::error(format!(
                "The value of variable \"{}\" does not fit its type",
                variable.name
            ))
            .at(assigned.span, is)
            .and(variable.header, format!("declared here as {}", variable.ty))
            .because(why);
            problems.push(problem);
            None
        }
    }
}

fn raw_value(
    variable: &Variable<'_>,
    assigned: &Assigned,
    sources: &Sources,
    problems: &mut Diagnostics,
) -> Option<Value> {
    let text = match &assigned.text {
        Text::Value(value) => return Some(value.clone()),
        Text::Expr(expr) => return constant(expr, problems),
        Text::Plain(text) => text,
    };
    // Terraform's rule: a text stays a text where a simple type (or none) is asked for; otherwise it is HCL.
    let simple = matches!(variable.ty, Type::String | Type::Number | Type::Bool) || !variable.typed;
    if simple {
        return Some(Value::string(text.as_str()));
    }
    let read = if variable.sensitive {
        // Its text is not among the sources, so that nobody can draw it.
        let mut apart = Sources::new();
        let file = apart.add_text("", text);
        syntax::read_expression(&apart, file).map_err(|_| unreadable(variable, assigned))
    } else {
        syntax::read_part(sources, assigned.span)
    };
    match read {
        Ok(expr) => constant(&expr, problems),
        Err(wrong) => {
            problems.0.extend(wrong.0);
            None
        }
    }
}

fn unreadable(variable: &Variable<'_>, assigned: &Assigned) -> Diagnostics {
    Diagnostic::error(format!("The value of variable \"{}\" is no HCL expression", variable.name))
        .at(assigned.span, format!("from {}", assigned.from))
        .and(variable.header, format!("declared here as {}", variable.ty))
        .help("Write it as in a variable file, for example [\"a\", \"b\"].")
        .into()
}

/// A variable's value refers to nothing.
fn constant(expr: &Expr, problems: &mut Diagnostics) -> Option<Value> {
    if let Some(reference) = expr.references().first() {
        let problem = Diagnostic::error("The value of a variable cannot refer to anything")
            .at(reference.span, "")
            .help("Write the value itself; a text stands in double quotes. Values that are made of others belong into `locals`.");
        problems.push(problem);
        return None;
    }
    match evaluate(expr, &Scope::root()) {
        Ok(value) => Some(value),
        Err(wrong) => {
            problems.push(wrong);
            None
        }
    }
}

fn missing(variable: &Variable<'_>) -> Diagnostic {
    let name = variable.name;
    let example = match &variable.ty {
        Type::Number => "1",
        Type::Bool => "true",
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => "[…]",
        Type::Map(_) | Type::Object(_) => "{…}",
        _ => "…",
    };
    let quote = if matches!(variable.ty, Type::String | Type::Any) { "\"" } else { "" };
    Diagnostic::error(format!("The variable \"{name}\" has no value"))
        .at(variable.header, "it has no default")
        .help(format!(
            "Give it with --var '{name}={example}', in the environment as PF_VAR_{name}, or in patchform.pfvars: {name} = {quote}{example}{quote}"
        ))
        .absent(Absence::Within(variable.header))
}
