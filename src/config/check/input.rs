//! Variables of modules: what a call gives, converted to what the module declares, and held against its validations.

use super::Checker;
use super::repeat::from_variables;
use crate::config::checked::{SecretOrigin, SecretSource};
use crate::config::convert::convert;
use crate::config::fields::{Fields, sentence_case};
use crate::config::syntax::Attribute;
use crate::config::value::{Marks, Value};
use crate::config::variables::{NOT_SHOWN, Variable, by_origin, unseen, verdict};
use crate::model::{Diagnostic, Span};
use std::collections::BTreeSet;

/// What a call says of a variable.
pub(super) enum Given {
    Value(Value),
    /// What holds without a value holds.
    Nothing,
}

/// The value that a call gives to a module's variable; `None` when something is wrong with it, which was said.
pub(super) fn given(
    variable: &Variable<'_>,
    argument: Option<&Attribute>,
    fields: &mut Fields<'_>,
) -> Option<Given> {
    let Some(attribute) = argument else { return Some(Given::Nothing) };
    let at = attribute.value.span();
    let written = variable.sensitive && attribute.value.references().is_empty();
    let value = match written {
        true => unseen(&attribute.value, fields)?,
        false => match fields.value_for(&attribute.value, &variable.ty)? {
            Ok(value) => value,
            Err(misfit) => {
                let why = match variable.sensitive {
                    true => NOT_SHOWN.to_string(),
                    false => format!("{}.", sentence_case(&misfit.error.describe(variable.name))),
                };
                fields.problems.push(unfit(variable, misfit.at, format!("this is {}", misfit.kind), why));
                return None;
            }
        },
    };
    if variable.broken {
        return None;
    }
    if value.is_null() && !variable.nullable {
        if variable.default.is_none() && !variable.had_default {
            let problem = Diagnostic::error(format!("The variable \"{}\" may not be null", variable.name))
                .at(at, "this is null")
                .and(variable.header, "declared with nullable = false, and without a default")
                .help("Give it a value.");
            fields.problems.push(problem);
        }
        return Some(Given::Nothing);
    }
    match convert(&value, &variable.ty) {
        Ok(value) if variable.sensitive && !value.marks().is_sensitive() => {
            Some(Given::Value(value.marked(&Marks::anonymous())))
        }
        Ok(value) => Some(Given::Value(value)),
        Err(wrong) => {
            let secret = value.is_sensitive() || variable.sensitive;
            let why = match secret {
                true if value.is_sensitive() => {
                    format!("Its value is not shown: {}.", from_variables(&value.deep_marks()))
                }
                true => NOT_SHOWN.to_string(),
                false => format!("{}.", sentence_case(&wrong.describe(variable.name))),
            };
            let (at, part) = if secret { (at, value) } else { wrong.part(&attribute.value, &value) };
            let is = if secret { String::new() } else { format!("this is {}", part.kind()) };
            fields.problems.push(unfit(variable, at, is, why));
            None
        }
    }
}

fn unfit(variable: &Variable<'_>, at: Span, is: String, why: String) -> Diagnostic {
    Diagnostic::error(format!("The value of variable \"{}\" does not fit its type", variable.name))
        .at(at, is)
        .and(variable.header, format!("declared here as {}", variable.ty))
        .because(why)
}

impl Checker<'_, '_> {
    /// What a module's variable has when its call gives it nothing: its default, or what is read in place of one. A
    /// secret of its own is read once for all instances of a call, and known by the module's name.
    pub fn otherwise(&mut self, at: usize, variable: &Variable<'_>) -> Option<Value> {
        if variable.broken {
            return None;
        }
        if !variable.sensitive {
            // A default that is wrong, or a value that is missing, was complained about already.
            return variable.default.clone();
        }
        let module = self.instances[at].module;
        let calls = self.tree.modules[module].chain.iter().map(|(name, _)| format!("module.{name}."));
        let name = format!("{}var.{}", calls.collect::<String>(), variable.name);
        if let Some(known) = self.secrets.value(&name) {
            return Some(known.clone());
        }
        let (value, source) = match (&variable.default, &variable.origin) {
            (Some(default), _) => {
                let folder = self.tree.area(module).path.to_string();
                (default.clone(), SecretSource::DefaultIn(folder))
            }
            (None, Some(origin)) => {
                let help = format!("give it in the call: {} = …", variable.name);
                self.with_fields(at, |fields| by_origin(variable, origin, &help, fields))?
            }
            (None, None) => return None,
        };
        let value = value.marked(&Marks::variable(&name));
        let origin = SecretOrigin { source, ty: variable.written_type(self.sources) };
        self.secrets.add(name, value.clone(), origin);
        Some(value)
    }

    /// Asks the validations of every module's variables; those of the root that need nothing else were asked when they
    /// were given.
    pub fn validations(&mut self) {
        let tree = self.tree;
        let mut failed: BTreeSet<Span> = BTreeSet::new();
        for at in 0..self.instances.len() {
            let module = self.instances[at].module;
            let called = tree.modules[module].parent.map(|(parent, call)| &tree.area(parent).calls[call]);
            for (index, variable) in tree.area(module).names.variables.values().enumerate() {
                for validation in &variable.validations {
                    if failed.contains(&validation.condition.span()) {
                        continue;
                    }
                    if !self.instances[at].values.variables.contains_key(variable.name) {
                        if !self.with_fields(at, |fields| validation.look(fields)) {
                            failed.insert(validation.condition.span());
                        }
                        continue;
                    }
                    if called.is_none() && validation.is_early() {
                        continue;
                    }
                    let place = match called.map(|called| called.arguments[index]) {
                        Some(Some(attribute)) => (attribute.value.span(), "given here".to_string()),
                        Some(None) => variable.otherwise(),
                        None => match self.places.get(variable.name) {
                            Some(place) => place.clone(),
                            None => continue,
                        },
                    };
                    let verdict = self.with_fields(at, |fields| {
                        let hopeless =
                            (fields.hopeless)(validation.condition) || (fields.hopeless)(validation.message);
                        match hopeless {
                            true => {
                                validation.look(fields);
                                Ok(())
                            }
                            false => verdict(variable, validation, fields.scope, place),
                        }
                    });
                    if let Err(wrong) = verdict {
                        failed.insert(validation.condition.span());
                        self.take(wrong, at);
                    }
                }
            }
        }
    }
}
