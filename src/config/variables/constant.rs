//! What is read before anything else has a value: it refers to nothing and calls nothing, as in Terraform.

use crate::config::expr::Expr;
use crate::model::Diagnostic;

/// What keeps an expression from being a constant. `what` begins the sentence: `The default of a variable`.
pub(in crate::config) fn unfit(what: &str, expr: &Expr) -> Option<Diagnostic> {
    let references = expr.references();
    let problem = match (references.first(), expr.calls().first()) {
        (Some(reference), _) => {
            Diagnostic::error(format!("{what} cannot refer to anything")).at(reference.span, "a reference")
        }
        (None, Some(call)) => {
            Diagnostic::error(format!("{what} cannot call a function")).at(call.name_span, "a function")
        }
        (None, None) => return None,
    };
    Some(problem.help(
        "Write the value itself; a text stands in double quotes. What is made of others belongs into a `locals` block.",
    ))
}
