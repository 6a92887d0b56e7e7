//! Templates that stand elsewhere: `templatefile` in a file, `templatestring` in a value. They see only the variables
//! that they are given, and use no other template.

use super::Takes::{Any, Text};
use super::files::{read_text, reading};
use super::text::text;
use super::{Done, Fault, Function, param};
use crate::config::convert::convert;
use crate::config::eval::evaluate;
use crate::config::expr::Expr;
use crate::config::lower;
use crate::config::scope::{Files, Scope};
use crate::config::types::Type;
use crate::config::value::{Value, quoted};
use crate::model::{Diagnostics, FileId};
use std::sync::Arc;

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
    let variables = args[1].as_entries().ok_or_else(no_variables)?;
    let template = Template::new(source, name, variables.keys(), scope)?;
    let inner =
        variables.iter().fold(template.scope(scope), |s, (name, value)| s.with(name.clone(), value.clone()));
    let value = evaluate(&template.expr, &inner).map_err(|problems| template.first(&problems))?;
    if value.is_null() { Err(Fault::at(0, format!("{name} comes to null"))) } else { Ok(value) }
}

/// The text of a template in a file.
///
/// # Errors
/// It cannot be read.
pub(in crate::config) fn template_in(path: &Value, files: &dyn Files) -> Result<String, Fault> {
    read_text(std::slice::from_ref(path), files)
}

/// The second argument holds no names.
pub(in crate::config) fn no_variables() -> Fault {
    Fault::at(1, "a map or an object is needed")
}

/// A template, read.
pub(in crate::config) struct Template<'a> {
    pub expr: Expr,
    source: &'a str,
    /// What it is called in messages.
    name: &'a str,
}

impl<'a> Template<'a> {
    /// `variables`: what those are called that it is given; `scope`: where its function is called.
    ///
    /// # Errors
    /// It is called from another one; a name that is none; a text that cannot be read.
    pub fn new<'n>(
        source: &'a str,
        name: &'a str,
        mut variables: impl Iterator<Item = &'n Arc<str>>,
        scope: &Scope<'_>,
    ) -> Result<Self, Fault> {
        if scope.is_template() {
            return Err(Fault::new("a template cannot use another one"));
        }
        if let Some(bad) = variables.find(|key| !is_name(key)) {
            let problem = format!("{} cannot be the name of a variable", quoted(bad));
            return Err(Fault::at(1, format!("{problem}; use letters, digits, _ and -, a letter first")));
        }
        let expr = lower::parse_template(source, FileId(u32::MAX))
            .map_err(|problems| first(source, name, &problems))?;
        Ok(Template { expr, source, name })
    }

    /// What it sees beside its variables.
    pub fn scope<'s>(&self, scope: &Scope<'s>) -> Scope<'s> {
        let inner = Scope::root().within_template();
        match scope.file_reader() {
            Some(files) => inner.files(files),
            None => inner,
        }
    }

    /// The first problem, with its place in the template.
    pub fn first(&self, problems: &Diagnostics) -> Fault {
        first(self.source, self.name, problems)
    }
}

fn first(source: &str, name: &str, problems: &Diagnostics) -> Fault {
    let Some(problem) = problems.0.first() else { return Fault::at(0, "it is no valid template") };
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
