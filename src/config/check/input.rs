//! Variables of modules: what a call gives, converted to what the module declares, and held against its validations.

use super::Checker;
use super::instances::from_variables;
use crate::config::convert::convert;
use crate::config::fields::{Fields, sentence_case};
use crate::config::syntax::Attribute;
use crate::config::value::{Marks, Value};
use crate::config::variables::{Variable, verdict};
use crate::model::{Diagnostic, Span};
use std::collections::BTreeSet;

/// The value of a module's variable; `None` when it has none, which was said.
pub(super) fn value(
    variable: &Variable<'_>,
    argument: Option<&Attribute>,
    fields: &mut Fields<'_>,
) -> Option<Value> {
    let value = match argument {
        Some(attribute) => given(variable, attribute, fields)?,
        // A default that is wrong, or a value that is missing, was complained about already.
        None => variable.default.clone()?,
    };
    Some(if variable.sensitive && !value.marks().is_sensitive() {
        value.marked(&Marks::anonymous())
    } else {
        value
    })
}

fn given(variable: &Variable<'_>, attribute: &Attribute, fields: &mut Fields<'_>) -> Option<Value> {
    let at = attribute.value.span();
    let value = fields.value(&attribute.value)?;
    if value.is_null() && !variable.nullable {
        if variable.default.is_none() && !variable.had_default {
            let problem = Diagnostic::error(format!("The variable \"{}\" may not be null", variable.name))
                .at(at, "this is null")
                .and(variable.header, "declared with nullable = false, and without a default")
                .help("Give it a value.");
            fields.problems.push(problem);
        }
        return variable.default.clone();
    }
    match convert(&value, &variable.ty) {
        Ok(value) => Some(value),
        Err(wrong) => {
            let secret = value.is_sensitive();
            let why = match secret {
                true => format!("Its value is not shown: {}.", from_variables(&value)),
                false => format!("{}.", sentence_case(&wrong.describe(variable.name))),
            };
            let problem = Diagnostic::error(format!(
                "The value of variable \"{}\" does not fit its type",
                variable.name
            ))
            .at(at, if secret { String::new() } else { format!("this is {}", value.kind()) })
            .and(variable.header, format!("declared here as {}", variable.ty))
            .because(why);
            fields.problems.push(problem);
            None
        }
    }
}

impl Checker<'_, '_> {
    /// Asks the validations of every module's variables; those of the root were asked when they were given.
    pub fn validations(&mut self) {
        let tree = self.tree;
        let mut failed: BTreeSet<Span> = BTreeSet::new();
        for at in 1..self.instances.len() {
            let module = self.instances[at].module;
            let Some((parent, call)) = tree.modules[module].parent else { continue };
            let called = &tree.area(parent).calls[call];
            let variables = tree.area(module).names.variables.values();
            for (variable, argument) in variables.zip(&called.arguments) {
                for validation in &variable.validations {
                    if failed.contains(&validation.condition.span()) {
                        continue;
                    }
                    let place = match argument {
                        Some(attribute) => (attribute.value.span(), "given here".to_string()),
                        None => (variable.header, "the default".to_string()),
                    };
                    let problem = self.with_fields(at, |fields| {
                        let hopeless =
                            (fields.hopeless)(validation.condition) || (fields.hopeless)(validation.message);
                        match hopeless {
                            true => None,
                            false => verdict(variable, validation, fields.scope, place),
                        }
                    });
                    if let Some(problem) = problem {
                        failed.insert(validation.condition.span());
                        self.take(problem.into(), at);
                    }
                }
            }
        }
    }
}
