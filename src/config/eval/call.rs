//! Function calls: arguments are spread, checked and converted before the function sees them.

use super::{Evaluated, Failure, Problem, Scale, Together, bounded, eval, fail, fail_at};
use crate::config::convert::{ConvertError, convert};
use crate::config::expr::{Call, Expr, Node};
use crate::config::functions::{self, Fault, Function, Param, Rule, Work};
use crate::config::scope::Scope;
use crate::config::suggestion;
use crate::config::value::{Marks, Value};
use crate::model::Diagnostic;

mod declared;

pub(super) fn call(expr: &Expr, call: &Call, scope: &Scope<'_>) -> Evaluated {
    if let Some(functions) = scope.declared() {
        return declared::call(expr, call, functions, scope);
    }
    let name = call.name.strip_prefix("core::").unwrap_or(&call.name);
    let Some(function) = functions::find(name) else {
        return Err(match scope.is_quiet() {
            true => Diagnostic::error("").at(call.name_span, "").into(),
            false => misnaming(expr, call, scope),
        });
    };
    match function.work {
        Work::Try => first_that_works(expr, call, scope),
        Work::Can => can(call, scope),
        Work::Refused(why) => Err(refused(expr, call, function, why, scope).into()),
        Work::Named(_) => {
            written_out(call, scope)?;
            apply(expr, call, function, scope)
        }
        Work::Plain(_) | Work::Files(_) => apply(expr, call, function, scope),
    }
}

/// A function that is never called.
pub(in crate::config) fn refused(
    expr: &Expr,
    call: &Call,
    function: &Function,
    why: &str,
    scope: &Scope<'_>,
) -> Problem {
    let problem = fail_at(expr, call.name_span, scope, format!("{}() cannot be used here", function.name));
    Box::new(problem.because(why))
}

/// What is wrong with the name of a call, whatever its arguments are; nothing when there is such a function.
pub(in crate::config) fn misnamed(call: &Call) -> Option<Diagnostic> {
    let name = call.name.strip_prefix("core::").unwrap_or(&call.name);
    functions::find(name).is_none().then(|| unknown(call))
}

/// A call of nothing: that was told where the expression was read, and its arguments are looked at all the same.
fn misnaming(expr: &Expr, call: &Call, scope: &Scope<'_>) -> Failure {
    let own = if scope.doubts(expr) { Failure::told() } else { unknown(call).into() };
    match arguments(call, scope) {
        Ok(_) => own,
        Err(failure) => own.and(failure),
    }
}

/// Functions of other languages, and of Terraform before 0.15, with what is written here.
const ELSEWHERE: [(&str, &str); 14] = [
    ("map", "tomap({ a = 1 }), or { a = 1 } alone"),
    ("list", "tolist([…]), or […] alone"),
    ("set", "toset([…])"),
    ("len", "length(…)"),
    ("size", "length(…)"),
    ("count", "length(…)"),
    ("str", "tostring(…), or a template: \"${…}\""),
    ("string", "tostring(…), or a template: \"${…}\""),
    ("int", "tonumber(…), or floor(…) for a whole number"),
    ("number", "tonumber(…)"),
    ("bool", "tobool(…)"),
    ("round", "floor(… + 0.5)"),
    ("filter", "[for x in … : x if …]"),
    ("match", "can(regex(pattern, text))"),
];

fn unknown(call: &Call) -> Diagnostic {
    let problem = Diagnostic::error(format!("There is no function {}", call.name)).at(call.name_span, "");
    if let Some((_, written)) = ELSEWHERE.iter().find(|(name, _)| *name == &*call.name) {
        return problem.help(format!("Write {written}."));
    }
    match suggestion::nearest(&call.name, functions::names()) {
        Some(near) => problem.help(format!("Did you mean {near}?")),
        None => problem.help("Functions cannot be declared; `patchform reference` lists those there are."),
    }
}

/// Refuses a first argument that does not name a value elsewhere: a template in place has been evaluated already.
pub(in crate::config) fn written_out(call: &Call, scope: &Scope<'_>) -> Result<(), Problem> {
    let named = |arg: &Expr| match &arg.node {
        Node::Name(_) => true,
        Node::Traversal(base, _) => matches!(base.node, Node::Name(_)),
        _ => false,
    };
    match call.args.first() {
        Some(arg) if !named(arg) => {
            let problem = fail(arg, scope, format!("{}() needs the name of a template here", call.name));
            let help =
                "name a value, such as local.greeting; a template that is written here needs no function";
            Err(Box::new(problem.help(help)))
        }
        _ => Ok(()),
    }
}

/// `try(a, b, …)`: the first argument that can be evaluated.
fn first_that_works(expr: &Expr, call: &Call, scope: &Scope<'_>) -> Evaluated {
    let quiet = scope.child().quietly();
    for arg in &call.args {
        match eval(arg, &quiet) {
            Ok(value) => return Ok(value),
            Err(failure) if failure.is_told() => return Err(failure),
            Err(_) => {}
        }
    }
    let Some(last) = call.args.last() else {
        return Err(fail(expr, scope, "try() needs at least one argument").into());
    };
    if scope.is_quiet() {
        return Err(fail(expr, scope, "").into());
    }
    // Evaluated once more, aloud, so that the last failure can be told.
    let why = match eval(last, scope).map_err(Failure::first) {
        Ok(value) => return Ok(value),
        Err(None) => return Err(Failure::told()),
        Err(Some(why)) => why,
    };
    let mut problem = fail(expr, scope, "none of the arguments of try() can be evaluated");
    problem.detail = format!("the last one fails: {}", why.summary);
    problem.related.extend(why.primary);
    Err(problem.into())
}

fn can(call: &Call, scope: &Scope<'_>) -> Evaluated {
    let [arg] = call.args.as_slice() else {
        let problem = Diagnostic::error(format!("can() needs 1 argument, not {}", call.args.len()));
        return Err(problem.at(call.name_span, "").into());
    };
    match eval(arg, &scope.child().quietly()) {
        Ok(value) => Ok(Value::bool(true).marked(&value.deep_marks())),
        Err(failure) if failure.is_told() => Err(failure),
        Err(_) => Ok(Value::bool(false)),
    }
}

fn apply(expr: &Expr, call: &Call, function: &Function, scope: &Scope<'_>) -> Evaluated {
    with_arguments(expr, call, function, arguments(call, scope)?, scope)
}

/// What a function makes of these arguments.
pub(in crate::config) fn with_arguments(
    expr: &Expr,
    call: &Call,
    function: &Function,
    mut args: Vec<Value>,
    scope: &Scope<'_>,
) -> Evaluated {
    check_count(expr, call, function, args.len(), scope)?;
    let (mut marks, mut scale, mut all) = (Marks::NONE, Scale::default(), Together::of(scope));
    // A complaint may quote what stands anywhere in an argument, or its type, which names keys.
    let hidden = args.iter().any(Value::is_sensitive);
    for (i, arg) in args.iter_mut().enumerate() {
        let Some(param) = function.param(i) else { continue };
        marks = marks.and(&match function.rule {
            Rule::Whole => arg.deep_marks(),
            Rule::Parts => arg.marks().clone(),
            Rule::Free => Marks::NONE,
        });
        let plain = match function.rule {
            Rule::Whole => arg.unmarked_deep(),
            Rule::Parts => arg.clone().unmarked(),
            Rule::Free => arg.clone(),
        };
        if let Some(fitted) = all.part(fitted(expr, call, i, param, plain, arg.is_sensitive(), scope))? {
            *arg = scale.together(fitted, expr, scope)?;
        }
    }
    all.end()?;
    let done = match (function.work, scope.file_reader()) {
        (Work::Plain(work), _) => work(&args),
        (Work::Named(work), _) => work(&args, scope),
        (Work::Files(work), Some(files)) => work(&args, files, scope),
        (Work::Files(_), None) if scope.doubts(expr) => return Err(Failure::told()),
        _ => Err(Fault::new("files cannot be read here")),
    };
    let value = done.map_err(|fault| told(expr, call, fault, hidden, scope))?;
    bounded(value.marked(&marks), expr, scope)
}

fn arguments(call: &Call, scope: &Scope<'_>) -> Result<Vec<Value>, Failure> {
    let (mut args, mut all) = (Vec::with_capacity(call.args.len()), Together::of(scope));
    for arg in &call.args {
        args.extend(all.part(eval(arg, scope))?);
    }
    all.end()?;
    if !call.spread {
        return Ok(args);
    }
    let (Some(last), Some(expr)) = (args.pop(), call.args.last()) else {
        return Ok(args);
    };
    let Some(items) = last.as_items() else { return Err(no_spread(expr, last.kind(), scope).into()) };
    args.extend(items.iter().map(|item| item.clone().marked(last.marks())));
    Ok(args)
}

/// What is of this kind cannot be spread.
pub(in crate::config) fn no_spread(expr: &Expr, kind: &str, scope: &Scope<'_>) -> Problem {
    fail(expr, scope, format!("only a list, a set or a tuple can be spread with ..., not {kind}"))
}

/// Whether so many arguments are those that the function takes.
pub(in crate::config) fn check_count(
    expr: &Expr,
    call: &Call,
    function: &Function,
    given: usize,
    scope: &Scope<'_>,
) -> Result<(), Problem> {
    let least = function.params.len();
    if given >= least && (given == least || function.rest.is_some()) {
        return Ok(());
    }
    let wanted = match (least, function.rest.is_some()) {
        (1, false) => "1 argument".to_string(),
        (n, false) => format!("{n} arguments"),
        (1, true) => "at least 1 argument".to_string(),
        (n, true) => format!("at least {n} arguments"),
    };
    let problem =
        fail_at(expr, call.name_span, scope, format!("{}() needs {wanted}, not {given}", function.name));
    Err(Box::new(problem.help(format!("write {}", function.signature()))))
}

/// The argument as the parameter wants it.
pub(in crate::config) fn fitted(
    expr: &Expr,
    call: &Call,
    index: usize,
    param: &Param,
    value: Value,
    hidden: bool,
    scope: &Scope<'_>,
) -> Result<Value, Problem> {
    let place = call.args.get(index).or(call.args.last()).unwrap_or(expr);
    if value.is_null() && !param.null {
        return Err(fail(place, scope, format!("{}() needs {}, not null", call.name, param.name)));
    }
    convert(&value, &param.takes.ty())
        .map_err(|error| unfit(place, call, param, Some(&error).filter(|_| !hidden), scope))
}

/// An argument that is nothing for its parameter, and why, where that may be told.
pub(in crate::config) fn unfit(
    place: &Expr,
    call: &Call,
    param: &Param,
    error: Option<&ConvertError>,
    scope: &Scope<'_>,
) -> Problem {
    let problem = fail(place, scope, format!("{}() cannot take this as {}", call.name, param.name));
    match error {
        Some(error) => Box::new(problem.because(error.describe(param.name))),
        None => problem,
    }
}

/// A function's complaint, at the argument that it is about.
pub(in crate::config) fn told(
    expr: &Expr,
    call: &Call,
    fault: Fault,
    hidden: bool,
    scope: &Scope<'_>,
) -> Problem {
    let place = fault.argument.and_then(|i| call.args.get(i).or(call.args.last())).unwrap_or(expr);
    // What a function says may quote its arguments.
    let problem =
        if hidden { "its arguments are sensitive, so the reason is not shown" } else { &fault.problem };
    let mut failure = fail(expr, scope, format!("{}(): {problem}", call.name));
    if let Some((span, _)) = &mut failure.primary {
        *span = place.span();
    }
    failure
}
