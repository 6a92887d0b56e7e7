//! Secrets within arguments: a sensitive variable's value may be passed on whole, nothing else.

use crate::config::checked::{Secret, SecretForm, SecretOrigin, Step};
use crate::config::expr::Expr;
use crate::config::infer::Guess;
use crate::config::syntax::Attribute;
use crate::config::value::{Data, Value};
use crate::config::variables::Variables;
use crate::model::{Diagnostic, Span};
use std::collections::BTreeMap;

/// The sensitive variables that can be read again. Those of the root are known by their names, a module's own ones as
/// `module.db.var.password`.
#[derive(Default)]
pub(super) struct Secrets {
    values: BTreeMap<String, Value>,
    sources: BTreeMap<String, SecretOrigin>,
}

impl Secrets {
    /// Those of the root.
    pub fn of(variables: &Variables) -> Secrets {
        let sources = variables.secret_sources.clone();
        let values = variables.values.iter().filter(|(name, _)| sources.contains_key(*name));
        Secrets { values: values.map(|(name, value)| (name.clone(), value.clone())).collect(), sources }
    }

    /// One of a module.
    pub fn add(&mut self, name: String, value: Value, source: SecretOrigin) {
        self.values.insert(name.clone(), value);
        self.sources.insert(name, source);
    }

    /// The value of one.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// Where each is read.
    pub fn sources(self) -> BTreeMap<String, SecretOrigin> {
        self.sources
    }

    /// Finds the secrets in an argument's value.
    ///
    /// # Errors
    /// A diagnostic when a secret was mixed into something else: a stored plan could not leave it out.
    pub fn find(
        &self,
        name: &str,
        value: &Value,
        at: Span,
        out: &mut Vec<Secret>,
    ) -> Result<(), Box<Diagnostic>> {
        if !value.is_sensitive() {
            return Ok(());
        }
        let mut path = vec![Step::Key(name.to_string())];
        walk(value, &self.values, &mut path, out).map_err(|why| Box::new(mixed(name, &why, at)))
    }
}

/// What a secret's name is in an expression.
pub(super) fn called(name: &str) -> String {
    if name.contains('.') { name.to_string() } else { format!("var.{name}") }
}

fn walk(
    value: &Value,
    variables: &BTreeMap<String, Value>,
    path: &mut Vec<Step>,
    out: &mut Vec<Secret>,
) -> Result<(), String> {
    if !value.is_sensitive() {
        return Ok(());
    }
    if value.marks().is_sensitive() {
        let variable = whole(value, variables)?;
        out.push(Secret { path: path.clone(), variable, form: form(value) });
        return Ok(());
    }
    if let Some(entries) = value.as_entries() {
        for (key, inner) in entries {
            path.push(Step::Key(key.to_string()));
            walk(inner, variables, path, out)?;
            path.pop();
        }
    }
    for (index, inner) in value.as_items().unwrap_or_default().iter().enumerate() {
        path.push(Step::Index(index));
        walk(inner, variables, path, out)?;
        path.pop();
    }
    Ok(())
}

/// The variable whose whole value this is.
fn whole(value: &Value, variables: &BTreeMap<String, Value>) -> Result<String, String> {
    let names: Vec<&str> = value.marks().variables().map(|name| &**name).collect();
    let [name] = names.as_slice() else {
        return Err(match names.len() {
            0 => "It was made sensitive by a function or a data block, or was given in clear to a sensitive variable of a module: nothing says where to read it again".to_string(),
            _ => several(&names),
        });
    };
    let same = variables.get(*name).is_some_and(|variable| same(value, variable));
    if same { Ok((*name).to_string()) } else { Err(not_whole(name)) }
}

fn several(names: &[&str]) -> String {
    format!("It is made of several secrets: {}", list(names))
}

fn not_whole(name: &str) -> String {
    format!("It is made from {}, but is not its whole value", called(name))
}

/// What is wrong with the secrets in an argument, whatever their values are.
pub(super) fn mixed_in(attribute: &Attribute, guess: &Guess) -> Option<Diagnostic> {
    let why = never_whole(&attribute.value, guess)?;
    Some(mixed(&attribute.name, &why, attribute.value.span()))
}

/// Why something in it is never the whole value of a variable. Those of modules may be given the same one.
fn never_whole(expr: &Expr, guess: &Guess) -> Option<String> {
    match guess {
        Guess::Known(_) | Guess::Of(_) => None,
        Guess::Tuple(items) => {
            let mut written = expr.as_list()?.iter().zip(items);
            written.find_map(|(expr, item)| never_whole(expr, item))
        }
        Guess::Object(entries) => {
            expr.as_object()?.into_iter().find_map(|(key, expr)| never_whole(expr, entries.get(key.name?)?))
        }
        Guess::Secret(marks, _) => {
            let names: Vec<&str> = marks.variables().map(|name| &**name).collect();
            match names.as_slice() {
                [name] => expr.is_partly_written().then(|| not_whole(name)),
                names => {
                    (names.iter().filter(|name| !name.contains('.')).count() > 1).then(|| several(names))
                }
            }
        }
    }
}

/// What a value stands as.
fn form(value: &Value) -> SecretForm {
    match value.data() {
        Data::String(_) => SecretForm::Text,
        Data::Number(_) => SecretForm::Number,
        Data::Bool(_) => SecretForm::Bool,
        _ => SecretForm::Same,
    }
}

/// Equal once both are converted to what JSON knows: an argument's type may turn a number into a string.
fn same(value: &Value, variable: &Value) -> bool {
    let text = |v: &Value| match v.data() {
        Data::String(text) => Some(text.to_string()),
        Data::Number(number) => Some(number.to_string()),
        Data::Bool(truth) => Some(truth.to_string()),
        _ => None,
    };
    let texts = (text(value), text(variable));
    (texts.0.is_some() && texts.0 == texts.1) || value.to_json() == variable.to_json()
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| called(name)).collect::<Vec<_>>().join(", ")
}

fn mixed(name: &str, why: &str, at: Span) -> Diagnostic {
    Diagnostic::error(format!("The secret in \"{name}\" cannot be kept out of the plan"))
        .at(at, "this is sensitive")
        .because(format!(
            "{why}. A stored plan holds the names of secrets, never their values; apply, resume and rollback read them again."
        ))
        .help("Pass the sensitive variable on whole, as in password = var.password; give what is made from it in a variable of its own, which may read it by from_file or from_command.")
}
