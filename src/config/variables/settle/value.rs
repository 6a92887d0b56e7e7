//! What a variable's value comes to: read, converted to its type, or taken from its default.

use super::{Assigned, Text, VariableInputs};
use crate::config::checked::SecretSource;
use crate::config::convert::convert;
use crate::config::eval::evaluate;
use crate::config::expr::Expr;
use crate::config::fields::{Fields, sentence_case};
use crate::config::scope::Scope;
use crate::config::source::Sources;
use crate::config::syntax;
use crate::config::types::Type;
use crate::config::value::Value;
use crate::config::variables::origin::{Origin, describe};
use crate::config::variables::{NOT_SHOWN, Variable, unfit};
use crate::model::{Absence, Diagnostic, Diagnostics};

/// What is asked of a variable.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a, 'p> {
    pub variable: &'a Variable<'p>,
    pub assigned: Option<&'a Assigned>,
    /// Where its value was looked for.
    pub inputs: &'a VariableInputs,
}

/// The value that a variable has: what was given, converted to its type, or its default, or what is read in place of
/// one. `None` when there is none, which was said, or when it cannot be told what it is to be.
pub(super) fn find(
    asked: Asked<'_, '_>,
    sources: &Sources,
    scope: &Scope<'_>,
    problems: &mut Diagnostics,
) -> Option<(Value, SecretSource)> {
    settled(asked, sources, scope, problems).filter(|_| !asked.variable.broken)
}

fn settled(
    Asked { variable, assigned, inputs }: Asked<'_, '_>,
    sources: &Sources,
    scope: &Scope<'_>,
    problems: &mut Diagnostics,
) -> Option<(Value, SecretSource)> {
    let Some(assigned) = assigned else {
        return otherwise(variable, scope, problems, || missing(variable, inputs));
    };
    let value = raw_value(variable, assigned, sources, problems)?;
    if value.is_null() && !variable.nullable {
        return otherwise(variable, scope, problems, || no_null(variable, assigned));
    }
    converted(variable, &value, assigned, problems)
}

/// What holds where nothing is given.
fn otherwise(
    variable: &Variable<'_>,
    scope: &Scope<'_>,
    problems: &mut Diagnostics,
    complaint: impl FnOnce() -> Diagnostic,
) -> Option<(Value, SecretSource)> {
    if let Some(default) = &variable.default {
        return Some((default.clone(), SecretSource::Default));
    }
    if let Some(origin) = &variable.origin {
        let name = variable.name;
        let help = format!("give it as PF_VAR_{name}, with --var-file or with --var '{name}=…'");
        let fields = &mut Fields { scope, hopeless: &|_| false, problems };
        return by_origin(variable, origin, &help, fields);
    }
    if variable.is_lacking() {
        problems.push(complaint());
    }
    None
}

/// The value that is read from where the configuration says, converted to the variable's type. `otherwise` is a clause
/// that says how else it is given.
pub(in crate::config) fn by_origin(
    variable: &Variable<'_>,
    origin: &Origin<'_>,
    otherwise: &str,
    fields: &mut Fields<'_>,
) -> Option<(Value, SecretSource)> {
    let (text, source) = origin.read(variable.name, otherwise, fields)?;
    let from = describe(&source);
    let assigned = Assigned { text: Text::Plain(text), span: origin.span(), from, source };
    // A secret's text never stands among the sources.
    let value = raw_value(variable, &assigned, &Sources::new(), fields.problems)?;
    if value.is_null() && !variable.nullable {
        fields.problems.push(no_null(variable, &assigned));
        return None;
    }
    converted(variable, &value, &assigned, fields.problems)
}

fn no_null(variable: &Variable<'_>, assigned: &Assigned) -> Diagnostic {
    Diagnostic::error(format!("The variable \"{}\" may not be null", variable.name))
        .at(assigned.span, format!("from {}", assigned.from))
        .and(variable.header, "declared with nullable = false, and without a default")
        .help("Give it a value.")
}

fn converted(
    variable: &Variable<'_>,
    value: &Value,
    assigned: &Assigned,
    problems: &mut Diagnostics,
) -> Option<(Value, SecretSource)> {
    match convert(value, &variable.ty) {
        Ok(value) => Some((value, assigned.source.clone())),
        Err(wrong) => {
            // What does not fit, and where inside, would give a secret away.
            let (at, is, why) = if variable.sensitive {
                (assigned.span, String::new(), NOT_SHOWN.to_string())
            } else {
                let (at, part) = match &assigned.text {
                    Text::Expr(expr) => wrong.part(expr, value),
                    Text::Plain(_) => (assigned.span, value.clone()),
                };
                let why = format!("{}.", sentence_case(&wrong.describe(variable.name)));
                (at, format!("this is {}", part.kind()), why)
            };
            let problem = Diagnostic::error(format!(
                "The value of variable \"{}\" does not fit its type",
                variable.name
            ))
            .at(at, is)
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
        Text::Expr(expr) => return constant(variable, expr, assigned, problems),
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
        Ok(expr) => constant(variable, &expr, assigned, problems),
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

/// What an expression comes to. What is wrong with that of a secret is told without its words, and at its place: it may
/// stand in a text of its own.
fn constant(
    variable: &Variable<'_>,
    expr: &Expr,
    assigned: &Assigned,
    problems: &mut Diagnostics,
) -> Option<Value> {
    if !variable.sensitive {
        return evaluated(expr, problems);
    }
    let value = evaluated(expr, &mut Diagnostics::default());
    if value.is_none() {
        let wrong = match (expr.references().is_empty(), expr.calls().is_empty()) {
            (false, _) => "refers to something",
            (true, false) => "calls a function",
            (true, true) => "cannot be evaluated",
        };
        let problem = Diagnostic::error(format!("The value of variable \"{}\" {wrong}", variable.name))
            .at(assigned.span, format!("from {}", assigned.from))
            .and(variable.header, format!("declared here as {}", variable.ty))
            .because(NOT_SHOWN)
            .help("Write the value itself; a text stands in double quotes.");
        problems.push(problem);
    }
    value
}

fn evaluated(expr: &Expr, problems: &mut Diagnostics) -> Option<Value> {
    if let Some(problem) = unfit("The value of a variable", expr) {
        problems.push(problem);
        return None;
    }
    match evaluate(expr, &Scope::root()) {
        Ok(value) => Some(value),
        Err(mut wrong) => {
            problems.0.append(&mut wrong.0);
            None
        }
    }
}

fn missing(variable: &Variable<'_>, inputs: &VariableInputs) -> Diagnostic {
    Diagnostic::error(format!("The variable \"{}\" has no value", variable.name))
        .at(variable.header, "it has no default")
        .help(how_to_give(variable, inputs))
        .absent(Absence::Within(variable.header))
}

/// How a variable is given a value.
pub(super) fn how_to_give(variable: &Variable<'_>, inputs: &VariableInputs) -> String {
    let name = variable.name;
    let example = match &variable.ty {
        Type::Number => "1",
        Type::Bool => "true",
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => "[…]",
        Type::Map(_) | Type::Object(_) => "{…}",
        _ => "…",
    };
    let quote = if matches!(variable.ty, Type::String | Type::Any) { "\"" } else { "" };
    by_terraforms_name(name, inputs).unwrap_or_else(|| {
        format!(
            "Give it with --var '{name}={example}', in the environment as PF_VAR_{name}, or in patchform.pfvars: {name} = {quote}{example}{quote}"
        )
    })
}

/// Where a value was put that Terraform would find, and what that place is called here.
fn by_terraforms_name(name: &str, inputs: &VariableInputs) -> Option<String> {
    let key = format!("TF_VAR_{name}");
    if inputs.environment.iter().any(|(known, _)| *known == key) {
        return Some(format!(
            "The environment has {key}, which is not read: here its name is PF_VAR_{name}."
        ));
    }
    let file = inputs.foreign_files.first()?;
    let ours = file.replace("terraform.tfvars", "patchform.pfvars").replace(".tfvars", ".pfvars");
    Some(format!(
        "{file} is not read: if the value stands there, call the file {ours}, or give it with --var-file {file}."
    ))
}
