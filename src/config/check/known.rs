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
use crate::model::{Diagnostic, Diagnostics};

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
    run(parsed, sources, schemas, inputs, around)
        .map(|(config, values, warnings)| ((config, Known(values)), warnings))
}

impl Known {
    /// The value of an expression.
    ///
    /// # Errors
    /// What is wrong with which part of it.
    #[expect(clippy::result_large_err, reason = "a person waits for it; its size does not matter")]
    pub fn evaluate(&self, expr: &Expr, around: &Surroundings<'_>) -> Result<Value, Diagnostic> {
        eval::evaluate(expr, &scope(around, ".", &self.0))
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
