//! Numbers: `abs`, `max`, `pow`, `parseint`, ….

use super::Takes::{Number as N, Numbers, Text};
use super::text::whole;
use super::{Done, Fault, Function, param, plain};
use crate::config::number::{Number, NumberError};
use crate::config::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    plain("abs", &[param("number", N)], |a| map(a, Number::abs))
        .told("the number without its sign", "abs(-12.5)", "12.5")
        .gives("number", &["any number"]),
    plain("ceil", &[param("number", N)], |a| map(a, Number::ceil))
        .told("the next whole number that is not below", "ceil(2.1)", "3")
        .gives("number", &["any number"]),
    plain("floor", &[param("number", N)], |a| map(a, Number::floor))
        .told("the next whole number that is not above", "floor(-2.1)", "-3")
        .gives("number", &["any number"]),
    plain("signum", &[param("number", N)], |a| whole(a, 0).map(|n| Value::number(n.signum())))
        .told("-1, 0 or 1: whether the number is below, at or above zero", "signum(-7)", "-1")
        .gives("number", &["a whole number"]),
    plain("max", &[param("number", N)], |a| Ok(a.iter().max().cloned().unwrap_or(Value::NULL)))
        .and(param("numbers", N))
        .told("the largest of the numbers", "max(3, 12, 9)", "12")
        .gives("number", &["one of the numbers", "the others"]),
    plain("min", &[param("number", N)], |a| Ok(a.iter().min().cloned().unwrap_or(Value::NULL)))
        .and(param("numbers", N))
        .told("the smallest of the numbers", "min([3, 12, 9]...)", "3")
        .gives("number", &["one of the numbers", "the others"]),
    plain("pow", &[param("number", N), param("power", N)], pow)
        .told("the number raised to a power; exact for whole powers", "pow(2, 10)", "1024")
        .gives(
            "number",
            &["the base", "how often it is multiplied by itself; it may be a fraction, or negative"],
        ),
    plain("log", &[param("number", N), param("base", N)], log)
        .told("the logarithm of the number in a base", "log(1024, 2)", "10")
        .gives("number", &["a number above 0", "the base, above 0 and not 1"]),
    plain("parseint", &[param("text", Text), param("base", N)], parseint)
        .told("the whole number that a text writes in a base from 2 to 62", "parseint(\"ff\", 16)", "255")
        .gives("number", &["the digits, with a sign in front if need be", "the base, from 2 to 62"]),
    plain("sum", &[param("list", Numbers)], sum)
        .told("the sum of a list that is not empty", "sum([1, 2.5, 4])", "7.5")
        .gives("number", &["the numbers; at least one"]),
];

/// The number at `index`; arguments have been converted already.
pub(super) fn number(args: &[Value], index: usize) -> Number {
    args.get(index).and_then(Value::as_number).cloned().unwrap_or(Number::ZERO)
}

fn map(args: &[Value], work: impl Fn(&Number) -> Number) -> Done {
    Ok(Value::number(work(&number(args, 0))))
}

fn fault(error: NumberError) -> Fault {
    Fault::new(error.to_string())
}

fn pow(args: &[Value]) -> Done {
    let (base, power) = (number(args, 0), number(args, 1));
    if let Some(whole) = power.as_i64() {
        let size = u32::try_from(whole.unsigned_abs()).map_err(|_| fault(NumberError::OutOfRange))?;
        // 2 to the 20,000th has more digits than are kept; anything between -1 and 1 does not grow.
        if size > 20_000 && base.abs() > Number::from(1_i64) {
            return Err(fault(NumberError::OutOfRange));
        }
        let raised = base.power(size).map_err(fault)?;
        let result = if whole < 0 { Number::from(1_i64).divide(&raised) } else { Ok(raised) };
        return result.map(Value::number).map_err(fault);
    }
    from_float(base.to_f64().powf(power.to_f64()))
}

fn log(args: &[Value]) -> Done {
    let (n, base) = (number(args, 0), number(args, 1));
    if n.signum() <= 0 {
        return Err(Fault::at(0, "only numbers above zero have a logarithm"));
    }
    if base.signum() <= 0 || base == Number::from(1_i64) {
        return Err(Fault::at(1, "the base must be above zero, and not 1"));
    }
    from_float(n.to_f64().ln() / base.to_f64().ln())
}

fn from_float(result: f64) -> Done {
    Number::from_f64(result).map(Value::number).ok_or_else(|| Fault::new("there is no such number"))
}

fn parseint(args: &[Value]) -> Done {
    let text = args[0].as_str().unwrap_or_default();
    let base = number(args, 1).as_usize().filter(|b| (2..=62).contains(b));
    let base = base.ok_or_else(|| Fault::at(1, "the base must be a whole number from 2 to 62"))? as u32;
    Number::parse_radix(text, base).map(Value::number).map_err(|error| match error {
        NumberError::NotANumber => {
            Fault::at(0, format!("{} is no whole number in base {base}", args[0].brief()))
        }
        other => fault(other),
    })
}

fn sum(args: &[Value]) -> Done {
    let items = args[0].as_items().unwrap_or_default();
    if items.is_empty() {
        return Err(Fault::at(0, "an empty list has no sum"));
    }
    let mut total = Number::ZERO;
    for item in items {
        let n = item.as_number().ok_or_else(|| Fault::at(0, "an element is null"))?;
        total = total.add(n).map_err(fault)?;
    }
    Ok(Value::number(total))
}
