//! Calls of functions that are declared where the scope was made.

use super::arguments;
use crate::config::eval::{Evaluated, bounded, fail, fail_at};
use crate::config::expr::{Call, Expr};
use crate::config::functions::Fault;
use crate::config::scope::{Functions, Scope};
use crate::config::suggestion;
use crate::config::value::Marks;
use crate::model::Span;

pub(super) fn call(expr: &Expr, call: &Call, functions: &dyn Functions, scope: &Scope<'_>) -> Evaluated {
    let names = functions.names();
    if names.is_empty() {
        return Err(fail(expr, scope, "no functions can be called here").into());
    }
    if !names.contains(&&*call.name) {
        let problem = fail_at(expr, call.name_span, scope, format!("there is no function {}", call.name));
        return Err(match suggestion::nearest(&call.name, names) {
            Some(near) => problem.help(format!("did you mean {near}?")).into(),
            None => problem.into(),
        });
    }
    let given = arguments(call, scope)?;
    let marks = given.iter().fold(Marks::NONE, |marks, value| marks.and(&value.deep_marks()));
    let plain: Vec<_> = given.iter().map(|value| value.unmarked_deep()).collect();
    let done =
        functions.call(&call.name, &plain).unwrap_or_else(|| Err(Fault::new("there is no such function")));
    match done {
        Ok(value) => bounded(value.marked(&marks), expr, scope),
        Err(fault) => {
            let problem = if marks.is_sensitive() { "its arguments are sensitive" } else { &fault.problem };
            let summary = format!("{}(): {problem}", call.name);
            Err(fail_at(expr, place(expr, call, &fault), scope, summary).into())
        }
    }
}

/// Where a complaint points: at its argument; at the closing parenthesis where that is missing; else at the name with
/// the opening one.
fn place(expr: &Expr, call: &Call, fault: &Fault) -> Span {
    let (file, name, end) = (expr.span().file, call.name_span, expr.span().end as usize);
    match fault.argument {
        Some(index) => match call.args.get(index).or(call.args.last().filter(|_| call.spread)) {
            Some(argument) => argument.span(),
            None => Span::new(file, end.saturating_sub(1), end),
        },
        None => Span::new(file, name.start as usize, name.end as usize + 1),
    }
}
