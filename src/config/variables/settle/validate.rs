//! `validation` blocks: whether the values that were given may stand.

use super::Variables;
use crate::config::convert::convert;
use crate::config::eval::{evaluate, unlike, with_values};
use crate::config::expr::Expr;
use crate::config::scope::{Files, Resolve, Scope};
use crate::config::types::Type;
use crate::config::value::Value;
use crate::config::variables::{Validation, Variable, no_truth};
use crate::model::{Diagnostic, Diagnostics, Span};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Knows the variables only: what has a value when they are settled.
struct OnlyVariables<'a>(&'a Variables);

impl Resolve for OnlyVariables<'_> {
    fn resolve(&self, root: &str, name: &str) -> Option<Cow<'_, Value>> {
        if root == "var" { self.0.values.get(name).map(Cow::Borrowed) } else { None }
    }

    fn names(&self) -> Vec<String> {
        self.0.values.keys().map(|name| format!("var.{name}")).collect()
    }
}

/// Asks every early validation whose variables have values. Answers those whose value may not stand.
pub(super) fn all<'p>(
    declared: &BTreeMap<&'p str, Variable<'p>>,
    variables: &Variables,
    files: &dyn Files,
    problems: &mut Diagnostics,
) -> BTreeSet<&'p str> {
    let mut refused = BTreeSet::new();
    let resolver = OnlyVariables(variables);
    let scope = Scope::root().files(files).resolver(&resolver);
    // One that has no value, or is not declared, is told of elsewhere.
    let has_value = |name: &str| variables.values.contains_key(name);
    for variable in declared.values() {
        for validation in variable.validations.iter().filter(|validation| validation.is_early()) {
            let uses = [validation.condition, validation.message].map(Expr::references);
            let hopeless = uses.iter().flatten().any(|r| !r.name().is_some_and(|name| has_value(name)));
            let Some(place) = variables.places.get(variable.name).filter(|_| !hopeless) else { continue };
            if let Err(mut wrong) = verdict(variable, validation, &scope, place.clone()) {
                problems.0.append(&mut wrong.0);
                refused.insert(variable.name);
            }
        }
    }
    refused
}

/// Asks a validation about its variable's value, which was given at `place`.
///
/// # Errors
/// The validation says no, or what is wrong with it.
pub(in crate::config) fn verdict(
    variable: &Variable<'_>,
    validation: &Validation<'_>,
    scope: &Scope<'_>,
    place: (Span, String),
) -> Result<(), Diagnostics> {
    let at = validation.condition.span();
    let value = evaluate(validation.condition, scope)?;
    match convert(&value, &Type::Bool).ok().and_then(|v| v.as_bool()) {
        Some(true) => return Ok(()),
        Some(false) => {}
        None => return Err(no_truth(at, &value.brief()).into()),
    }
    let message = evaluate(validation.message, scope)?;
    let shown = if message.is_sensitive() {
        "The validation's message holds a secret and is not shown.".to_string()
    } else {
        message.as_str().unwrap_or_default().to_string()
    };
    let problem = Diagnostic::error(format!("The value of variable \"{}\" is not valid", variable.name));
    let problem = problem.at(place.0, place.1).and(at, "this is false").quoting(shown);
    let problem = problem.help(unlike(validation.condition, scope));
    Err(with_values(problem, validation.condition, scope).into())
}
