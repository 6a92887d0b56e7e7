//! Templates that stand elsewhere: `templatefile` in a file, `templatestring` in a value. They see only the variables
//! that they are given, and use no other template.

use super::Takes::{Any, Text};
use super::files::{read_text, reading};
use super::text::text;
use super::{Done, Fault, Function, param};
use crate::config::convert::convert;
use crate::config::eval::evaluate;
use crate::config::lower;
use crate::config::scope::Scope;
use crate::config::types::Type;
use crate::config::value::{Value, quoted};
use crate::model::{Diagnostic, Diagnostics, FileId};

pub(super) const FUNCTIONS: &[Function] = &[
    reading("templatefile", &[param("path", Text), param("variables", Any)], |a, files, scope| {
        let source = read_text(a, files)?;
        rendered(&source, &quoted(text(a, 0)), a, scope)
    })
    .told(
        "what a template in a file comes to with these variables",
        "templatefile(\"greeting.tpl\", { n = \"x\", names = [\"you\"] })",
        "<<EOT\nHello you, you\n\nEOT",
    )
    .gives(
        "string",
        &["a file that holds a template", "the names that the template may use, with their values"],
    ),
    Function::new(
        "templatestring",
        &[param("template", Any), param("variables", Any)],
        super::Rule::Whole,
        super::Work::Named(templatestring),
    )
    .told(
        "what a template in a value comes to with these variables; the value must be \
named, as `local.greeting`",
        "templatestring(local.greeting, { name = \"you\" })",
        "\"Hello, you!\"",
    )
    .gives(
        "string",
        &["the name of a value that is a template", "the names that the template may use, with their values"],
    ),
];

fn templatestring(args: &[Value], scope: &Scope<'_>) -> Done {
    let source = args[0].as_str().ok_or_else(|| Fault::at(0, "the template must be a string"))?;
    let value = rendered(source, "the template", args, scope)?;
    convert(&value, &Type::String).map_err(|error| Fault::at(0, error.describe("the result")))
}

/// Evaluates a template with the variables in the second argument.
fn rendered(source: &str, name: &str, args: &[Value], scope: &Scope<'_>) -> Done {
    if scope.is_template() {
        return Err(Fault::new("a template cannot use another one"));
    }
    let variables = args[1].as_entries().ok_or_else(|| Fault::at(1, "a map or an object is needed"))?;
    if let Some(bad) = variables.keys().find(|key| !is_name(key)) {
        let problem = format!("{} cannot be the name of a variable", quoted(bad));
        return Err(Fault::at(1, format!("{problem}; use letters, digits, _ and -, a letter first")));
    }
    let told = |problem: &Diagnostic| {
        let at = problem.primary.as_ref().map_or(0, |(span, _)| span.start as usize);
        let before = source.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let help = match problem.help.as_str() {
            "" => String::new(),
            help => format!("; {}", uncapitalized(help)),
        };
        let summary = uncapitalized(&problem.summary);
        Fault::at(0, format!("{name} line {line}, column {column}: {summary}{help}"))
    };
    let first = |problems: &Diagnostics| {
        problems.0.first().map_or_else(|| Fault::at(0, "it is no valid template"), told)
    };
    let template = lower::parse_template(source, FileId(u32::MAX)).map_err(|problems| first(&problems))?;
    let mut inner = Scope::root().within_template();
    if let Some(files) = scope.file_reader() {
        inner = inner.files(files);
    }
    let inner = variables.iter().fold(inner, |s, (name, value)| s.with(name.clone(), value.clone()));
    let value = evaluate(&template, &inner).map_err(|problems| first(&problems))?;
    if value.is_null() { Err(Fault::at(0, format!("{name} comes to null"))) } else { Ok(value) }
}

/// For the middle of a sentence.
fn uncapitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}
