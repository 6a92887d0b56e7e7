//! How large a value may be: what nobody can have meant is refused before it is made.

use super::{Evaluated, Problem, fail};
use crate::config::expr::Expr;
use crate::config::scope::Scope;
use crate::config::value::{MAX_DEPTH, MAX_WEIGHT, Value};

/// Refuses values that are so deep or so large that nobody can have meant it.
pub(super) fn bounded(value: Value, expr: &Expr, scope: &Scope<'_>) -> Evaluated {
    if value.weight() > MAX_WEIGHT {
        return Err(too_large(expr, scope).into());
    }
    if value.depth() <= MAX_DEPTH {
        return Ok(value);
    }
    let summary = format!("this value nests lists and maps more than {MAX_DEPTH} levels deep");
    Err(fail(expr, scope, summary).into())
}

fn too_large(expr: &Expr, scope: &Scope<'_>) -> Problem {
    fail(expr, scope, "this value would be larger than 128 MiB when written out")
}

/// Weighs the parts of a value while they are gathered.
#[derive(Default)]
pub(super) struct Scale {
    weight: u64,
}

impl Scale {
    /// Adds an argument of a call: each may be made anew, in another type.
    pub(super) fn together(&mut self, argument: Value, call: &Expr, scope: &Scope<'_>) -> Evaluated {
        self.weight = self.weight.saturating_add(argument.weight());
        match self.weight > MAX_WEIGHT {
            true => {
                let summary = "these arguments would be larger than 128 MiB when written out";
                Err(fail(call, scope, summary).into())
            }
            false => Ok(argument),
        }
    }

    /// Adds a part of what `whole` makes.
    pub(super) fn add(&mut self, part: Value, whole: &Expr, scope: &Scope<'_>) -> Evaluated {
        self.weight = self.weight.saturating_add(part.weight());
        if self.weight > MAX_WEIGHT { Err(too_large(whole, scope).into()) } else { Ok(part) }
    }
}
