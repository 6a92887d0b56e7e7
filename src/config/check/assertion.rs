//! `condition` and `error_message`: in `precondition`, which stops the plan, and in top-level `check`, which warns.

use super::Checker;
use crate::config::blocks;
use crate::config::checked::Assertion;
use crate::config::convert::convert;
use crate::config::eval::{self, with_values};
use crate::config::fields::Fields;
use crate::config::syntax::{Attribute, Block, Body};
use crate::config::types::Type;
use crate::model::{Absence, Diagnostic, Diagnostics, Span};
use std::collections::BTreeSet;

/// Checks the shape of a top-level `check` block.
pub(super) fn check_shape(block: &Block, problems: &mut Diagnostics) {
    blocks::CHECK.check(block, problems);
    let asserts: Vec<&Block> = block.body.blocks.iter().filter(|b| &*b.kind == "assert").collect();
    if asserts.is_empty() {
        let problem = Diagnostic::error("The check asserts nothing")
            .at(block.header, "has no `assert` block")
            .help("Add assert { condition = … error_message = \"…\" }; what is tried on a component stands in a `check` block inside of it.")
            .absent(Absence::Within(block.header));
        problems.push(problem);
    }
    asserts.into_iter().for_each(|assert| blocks::ASSERT.check(assert, problems));
}

/// What is wrong when a condition does not hold: where, and what its author says of it.
pub(super) fn failed(body: &Body, summary: &str, fields: &mut Fields<'_>) -> Option<Box<Diagnostic>> {
    let (condition, message) = (body.attribute("condition")?, body.attribute("error_message")?);
    let at = condition.value.span();
    let before = fields.problems.0.len();
    let found = fields.value_for(&condition.value, &Type::Bool);
    let is_wrong = fields.problems.0.len() > before;
    let value = match found {
        Some(Ok(value)) => value,
        // Without a value it is not asked, and what is said then is looked at all the same.
        open => {
            let misfit = open.and_then(Result::err);
            fields.problems.0.extend(misfit.map(|misfit| no_truth(misfit.at, misfit.kind)));
            if !is_wrong {
                self::message(message, fields);
            }
            return None;
        }
    };
    match convert(&value, &Type::Bool).ok().and_then(|value| value.as_bool()) {
        Some(_) if fields.scope.is_sketched() => {
            self::message(message, fields);
            return None;
        }
        Some(true) => return None,
        Some(false) => {}
        None => {
            let problem = no_truth(at, &value.brief());
            fields.problems.push(with_values(problem, &condition.value, fields.scope));
            return None;
        }
    }
    let text = self::message(message, fields)?;
    let problem = Diagnostic::error(summary).at(at, "this is false").quoting(text);
    let problem = problem.help(eval::unlike(&condition.value, fields.scope));
    Some(Box::new(with_values(problem, &condition.value, fields.scope)))
}

fn no_truth(at: Span, is: &str) -> Diagnostic {
    Diagnostic::error("A condition must be true or false")
        .at(at, format!("this is {is}"))
        .help("A comparison gives one of them, such as length(var.hosts) > 0.")
}

/// What the author of a condition says.
fn message(attribute: &Attribute, fields: &mut Fields<'_>) -> Option<String> {
    let (at, kind) = match fields.value_for(&attribute.value, &Type::String)? {
        Err(misfit) => (misfit.at, misfit.kind),
        Ok(text) => match convert(&text, &Type::String) {
            Ok(text) if text.is_sensitive() => {
                return Some("The message holds a secret and is not shown.".to_string());
            }
            Ok(text) => return Some(text.as_str().unwrap_or_default().to_string()),
            Err(_) => (attribute.value.span(), text.kind()),
        },
    };
    let problem = Diagnostic::error("\"error_message\" must be a string").at(at, format!("this is {kind}"));
    fields.problems.push(problem);
    None
}

/// Asks the preconditions in a block; each that does not hold stops the plan.
pub(super) fn preconditions(block: &Block, what: &str, fields: &mut Fields<'_>) {
    for inner in block.body.blocks.iter().filter(|b| &*b.kind == "precondition") {
        if let Some(problem) = failed(&inner.body, &format!("A precondition of {what} does not hold"), fields)
        {
            fields.problems.push(*problem);
        }
    }
}

impl Checker<'_, '_> {
    /// Asks every assertion of every module's `check` blocks. One that fails warns.
    pub fn assertions(&mut self) -> Vec<Assertion> {
        let tree = self.tree;
        let mut all = Vec::new();
        let mut broken: BTreeSet<Span> = BTreeSet::new();
        for at in 0..self.instances.len() {
            let path = &self.instances[at].path;
            let path: String = path.iter().map(|(name, key)| format!("module.{name}{key}.")).collect();
            for (name, block) in &tree.area(self.instances[at].module).names.checks {
                let address = format!("{path}check.{name}");
                let mut said = Vec::new();
                let asserts = block.body.blocks.iter().filter(|b| &*b.kind == "assert");
                for assert in
                    asserts.filter(|b| blocks::ASSERT.needs().all(|name| b.body.attribute(name).is_some()))
                {
                    if broken.contains(&assert.header) {
                        continue;
                    }
                    let before = self.problems.0.len();
                    let summary = format!("{address} does not hold");
                    let problem = self.with_fields(at, |fields| failed(&assert.body, &summary, fields));
                    if let Some(problem) = problem {
                        said.push(problem.detail.clone());
                        let warning = Diagnostic { severity: crate::model::Severity::Warning, ..*problem };
                        self.take(warning.into(), at);
                    } else if self.problems.0.len() > before {
                        broken.insert(assert.header);
                    }
                }
                all.push(Assertion { address, failed: said });
            }
        }
        all
    }
}
