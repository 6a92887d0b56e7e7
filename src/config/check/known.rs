//! What expressions see of a checked configuration: for the console.

use super::values::Values;
use super::{Surroundings, run, scope};
use crate::config::checked::Config;
use crate::config::eval;
use crate::config::expr::Expr;
use crate::config::load::Parsed;
use crate::config::schemas::Schemas;
use crate::config::scope::Resolve as _;
use crate::config::source::Sources;
use crate::config::value::Value;
use crate::config::variables::VariableInputs;
use crate::model::Diagnostics;

/// The values of variables, local values and components. By default there are none.
#[derive(Default)]
pub struct Known(Values);

/// Checks a configuration as `check` does, and keeps its values.
///
/// # Errors
/// As `check`.
pub fn known(
    parsed: &Parsed,
    sources: &mut Sources,
    schemas: &Schemas,
    inputs: &VariableInputs,
    around: &Surroundings<'_>,
) -> Result<((Config, Known), Diagnostics), Diagnostics> {
    let (looked, values, warnings) = run(parsed, sources, schemas, inputs, around)?;
    if looked.is_whole { Ok(((looked.config, Known(values)), warnings)) } else { Err(warnings) }
}

impl Known {
    /// The value of an expression.
    ///
    /// # Errors
    /// What is wrong with which part of it.
    pub fn evaluate(&self, expr: &Expr, around: &Surroundings<'_>) -> Result<Value, Diagnostics> {
        let scope = scope(around, ".", &self.0);
        // What `try` or a condition would pass over the checker refuses all the same.
        if let Some(problem) = expr.calls().into_iter().find_map(eval::misnamed) {
            return Err(problem.into());
        }
        for reference in expr.references() {
            eval::evaluate(&reference.beginning(), &scope)?;
        }
        eval::evaluate(expr, &scope)
    }

    /// Every reference that has a value, such as `var.port`; sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names = self.0.names();
        names.sort_unstable();
        names
    }

    /// The texts of every sensitive variable's value: what must stand in no file.
    pub fn secrets(&self) -> Vec<String> {
        let sensitive = self.0.variables.values().filter(|value| value.is_sensitive());
        let mut texts = Vec::new();
        sensitive.for_each(|value| collect(value, &mut texts));
        texts
    }
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    let value = value.clone().unmarked();
    texts.extend(value.as_str().map(str::to_string));
    value.children().for_each(|inner| collect(inner, texts));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::levels::Resolved;
    use crate::config::scope::Files;
    use crate::config::syntax;

    struct Nothing;

    impl Files for Nothing {
        fn read(&self, _: &str) -> Result<Vec<u8>, String> {
            Err("not found".to_string())
        }
    }

    #[test]
    fn what_means_nothing_is_refused_wherever_it_stands() {
        let around = Surroundings {
            files: &Nothing,
            folder: ".",
            working_folder: "/work",
            workspace: "default",
            levels: Resolved::NONE,
        };
        for (text, good) in [
            ("try(var.nope, 2)", false),
            ("can(local.nope)", false),
            ("false && nope", false),
            ("true ? 1 : each.key", false),
            ("try(nofunction(1), 2)", false),
            ("[for x in [1] : try(x.y, 2)]", true),
            ("try({}.a, 2)", true),
            ("try(path.cwd, 2)", true),
        ] {
            let mut sources = Sources::new();
            let file = sources.add_text("<console>", text);
            let expr = syntax::read_expression(&sources, file).expect(text);
            assert_eq!(Known::default().evaluate(&expr, &around).is_ok(), good, "{text}");
        }
    }
}
