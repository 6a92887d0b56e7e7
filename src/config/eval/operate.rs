//! Operators. `&&` and `||` do not look at their second operand when the first decides.

use super::{Evaluated, Failure, Problem, Together, described, eval, evaluate, fail, fail_at, truth};
use crate::config::convert::{all_same, convert, unify};
use crate::config::expr::{Binary, Expr, Node, Unary};
use crate::config::number::Number;
use crate::config::scope::Scope;
use crate::config::types::Type;
use crate::config::value::{Data, Value};

pub(super) fn unary(expr: &Expr, op: Unary, operand: &Expr, scope: &Scope<'_>) -> Evaluated {
    match op {
        Unary::Not => {
            let value = truth(operand, scope, "the operand of !")?;
            Ok(Value::bool(value.as_bool() == Some(false)).marked(value.marks()))
        }
        Unary::Negate => {
            let value = eval(operand, scope)?;
            let n = number(&value, operand, expr, "-", scope)?;
            Ok(Value::number(n.negate()).marked(value.marks()))
        }
    }
}

pub(super) fn binary(expr: &Expr, op: Binary, two: &[Expr; 2], scope: &Scope<'_>) -> Evaluated {
    match op {
        Binary::And | Binary::Or => logic(op, two, scope),
        Binary::Equal | Binary::NotEqual => {
            let (left, right) = both(two, scope)?;
            let same = equal(&left, &right) == (op == Binary::Equal);
            Ok(Value::bool(same).marked(&left.deep_marks().and(&right.deep_marks())))
        }
        _ => arithmetic(expr, op, two, scope),
    }
}

fn logic(op: Binary, two: &[Expr; 2], scope: &Scope<'_>) -> Evaluated {
    let what = if op == Binary::And { "an operand of &&" } else { "an operand of ||" };
    let left = truth(&two[0], scope, what)?;
    if left.as_bool() == Some(op == Binary::Or) {
        return Ok(left);
    }
    let right = truth(&two[1], scope, what)?;
    Ok(right.marked(left.marks()))
}

/// Two operands of which neither decides whether the other one is looked at.
fn both([left, right]: &[Expr; 2], scope: &Scope<'_>) -> Result<(Value, Value), Failure> {
    let mut all = Together::of(scope);
    let (left, right) = (all.part(eval(left, scope))?, all.part(eval(right, scope))?);
    all.end()?;
    left.zip(right).ok_or_else(Failure::told)
}

/// Equal values are of one type: `1 == "1"` is false, and an empty list of strings is no empty list of numbers. A null by
/// itself is one whatever its type is. Marks do not count.
pub(in crate::config) fn equal(left: &Value, right: &Value) -> bool {
    let same = match left.is_sensitive() || right.is_sensitive() {
        true => left.unmarked_deep().data() == right.unmarked_deep().data(),
        false => left.data() == right.data(),
    };
    same && (left.place().is_none() || all_same(&Type::of_each([left, right])))
}

/// A word for whoever wonders why `==` says no: where two values differ by their types alone. Empty elsewhere.
pub(in crate::config) fn unlike(condition: &Expr, scope: &Scope<'_>) -> String {
    let types = || -> Option<[Type; 2]> {
        let Node::Binary(Binary::Equal, two) = &condition.node else { return None };
        let values = [evaluate(&two[0], scope).ok()?, evaluate(&two[1], scope).ok()?];
        let types = [Type::of(&values[0]), Type::of(&values[1])];
        if all_same(&types) || values.iter().any(Value::is_sensitive) {
            return None;
        }
        let shared = unify(&types)?;
        (convert(&values[0], &shared).ok()? == convert(&values[1], &shared).ok()?).then_some(types)
    };
    types().map_or(String::new(), |[left, right]| {
        let (left, right) = (left.brief(), right.brief());
        format!(
            "Values of two types are never equal: the left is {left}, the right is {right}. Convert one of them, as with \
             tolist([…]) or tostring(…)."
        )
    })
}

fn arithmetic(expr: &Expr, op: Binary, two: &[Expr; 2], scope: &Scope<'_>) -> Evaluated {
    let (left, right) = both(two, scope)?;
    let a = number(&left, &two[0], expr, op.symbol(), scope)?;
    let b = number(&right, &two[1], expr, op.symbol(), scope)?;
    let result = match op {
        Binary::Less => Ok(Value::bool(a < b)),
        Binary::LessOrEqual => Ok(Value::bool(a <= b)),
        Binary::Greater => Ok(Value::bool(a > b)),
        Binary::GreaterOrEqual => Ok(Value::bool(a >= b)),
        Binary::Add => a.add(&b).map(Value::number),
        Binary::Subtract => a.subtract(&b).map(Value::number),
        Binary::Multiply => a.multiply(&b).map(Value::number),
        Binary::Divide => a.divide(&b).map(Value::number),
        _ => a.remainder(&b).map(Value::number),
    };
    let value = result.map_err(|error| fail(expr, scope, error.to_string()))?;
    Ok(value.marked(&left.marks().and(right.marks())))
}

/// An operand as a number.
pub(in crate::config) fn number(
    value: &Value,
    operand: &Expr,
    whole: &Expr,
    symbol: &str,
    scope: &Scope<'_>,
) -> Result<Number, Problem> {
    if let Data::Number(n) = value.data() {
        return Ok(n.clone());
    }
    if value.is_null() {
        let summary = format!("an operand of {symbol} is null");
        return Err(fail_at(whole, operand.span(), scope, summary));
    }
    match convert(value, &Type::Number).map(|v| v.data().clone()) {
        Ok(Data::Number(n)) => Ok(n),
        _ => {
            let problem = no_number(operand, whole, symbol, &described(value), scope);
            let is_text = symbol == "+" && value.as_str().is_some();
            let template = "texts are put together in a template: \"${…}…\"";
            Err(if is_text { Box::new(problem.help(template)) } else { problem })
        }
    }
}

/// An operand that is no number.
pub(in crate::config) fn no_number(
    operand: &Expr,
    whole: &Expr,
    symbol: &str,
    is: &str,
    scope: &Scope<'_>,
) -> Problem {
    let problem = fail_at(whole, operand.span(), scope, format!("{symbol} needs numbers"));
    Box::new(problem.because(format!("this is {is}")))
}
