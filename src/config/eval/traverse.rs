//! Names, attributes, indices and splats. Nothing is copied on the way: each step takes a reference count.

use super::{Evaluated, Failure, Problem, described, eval, fail_at};
use crate::config::convert::convert;
use crate::config::expr::{Expr, Node, RefStep, Reference, Step, StepKind};
use crate::config::functions;
use crate::config::scope::{ROOTS, Scope};
use crate::config::suggestion;
use crate::config::types::Type;
use crate::config::value::{Data, Table, Value, quoted};
use crate::model::{Diagnostic, Span};
use std::borrow::Cow;

pub(super) fn traversal(expr: &Expr, scope: &Scope<'_>) -> Evaluated {
    let (base, steps): (&Expr, &[Step]) = match &expr.node {
        Node::Traversal(base, steps) => (base, steps),
        _ => (expr, &[]),
    };
    let begun = match &base.node {
        Node::Name(name) => start(expr, base, name, steps, scope),
        _ => eval(base, scope).map(|value| (Cow::Owned(value), steps)),
    };
    let (mut value, mut rest) = begun.map_err(|failure| with_indices(failure, steps, scope))?;
    while let Some((step, behind)) = rest.split_first() {
        let taken = match value {
            Cow::Borrowed(value) => within(value, step, expr, scope),
            Cow::Owned(value) => take(&value, step, expr, scope).map(Cow::Owned),
        };
        value = taken.map_err(|failure| with_indices(failure, behind, scope))?;
        rest = behind;
    }
    Ok(value.into_owned())
}

/// A failure with what is wrong with the indices behind it.
fn with_indices(failure: Failure, steps: &[Step], scope: &Scope<'_>) -> Failure {
    let failed = |step: &Step| match &step.kind {
        StepKind::Index(index) if !scope.is_quiet() => eval(index, scope).err(),
        _ => None,
    };
    steps.iter().filter_map(failed).fold(failure, Failure::and)
}

/// What the first name means, and the steps that are left.
fn start<'e, 's>(
    expr: &Expr,
    base: &Expr,
    name: &str,
    steps: &'e [Step],
    scope: &'s Scope<'_>,
) -> Result<(Cow<'s, Value>, &'e [Step]), Failure> {
    if let Some(value) = scope.lookup(name) {
        return Ok((Cow::Borrowed(value), steps));
    }
    if scope.doubts(expr) {
        return Err(Failure::told());
    }
    if let Some((Step { kind: StepKind::Attr(second), .. }, rest)) = steps.split_first()
        && let Some(value) = scope.asks().and_then(|resolver| resolver.resolve(name, second))
    {
        return Ok((value, rest));
    }
    Err(unknown(expr, base, name, steps, scope).into())
}

/// What the names behind a root are.
const DECLARED: [(&str, &str); 5] = [
    ("var", "variables"),
    ("local", "local values"),
    ("baseline", "baselines"),
    ("data", "data blocks"),
    ("module", "modules"),
];

fn unknown(expr: &Expr, base: &Expr, name: &str, steps: &[Step], scope: &Scope<'_>) -> Problem {
    if scope.is_quiet() {
        return Box::new(Diagnostic::error(format!("there is no {name} here")).at(base.span(), ""));
    }
    let known = scope.asks().map(|resolver| resolver.names()).unwrap_or_default();
    let prefix = format!("{name}.");
    let family: Vec<&str> = known.iter().filter_map(|n| n.strip_prefix(&prefix)).collect();
    match steps.first().map(|s| (&s.kind, s.span)) {
        Some((StepKind::Attr(second), span)) if !family.is_empty() => {
            let problem = fail_at(base, span, scope, format!("there is no {name}.{second}"));
            let help = suggestion::nearest(second, family.iter().copied())
                .map(|near| format!("did you mean {name}.{near}?"));
            Box::new(problem.help(help.unwrap_or_else(|| some_of(&family, name))))
        }
        _ if !family.is_empty() => {
            let problem = fail_at(base, expr.span(), scope, format!("{name} alone is no value"));
            Box::new(problem.help(format!("name one of them, such as {name}.{}", family[0])))
        }
        // A block that is read before there are any values.
        Some((StepKind::Attr(second), _)) if !scope.has_names() => {
            let is_declared = DECLARED.iter().any(|(root, _)| *root == name);
            let at = if is_declared { expr.span() } else { base.span() };
            let problem = fail_at(base, at, scope, "only a literal value may stand here");
            let why = format!("it is read before anything has a value: {name}.{second} has none yet");
            Box::new(problem.because(why).help("write the value itself"))
        }
        Some((StepKind::Attr(second), span)) if DECLARED.iter().any(|(root, _)| *root == name) => {
            let problem = fail_at(base, span, scope, format!("there is no {name}.{second}"));
            let what = DECLARED.iter().find(|(root, _)| *root == name).map_or("", |(_, what)| *what);
            Box::new(problem.because(format!("there are no {what} here")))
        }
        _ => {
            let problem = fail_at(base, base.span(), scope, format!("there is no {name} here"));
            let roots = known.iter().filter_map(|n| n.split('.').next());
            let near = suggestion::nearest(name, scope.visible().into_iter().chain(roots));
            let declared = ["var", "local"].map(|root| format!("{root}.{name}"));
            let declared = declared.into_iter().find(|declared| known.contains(declared));
            let near = declared.as_deref().or(if name == "terraform" { Some("patchform") } else { near });
            Box::new(match near {
                Some(near) => problem.help(format!("did you mean {near}?")),
                None if steps.is_empty() => {
                    problem.help(format!("to write a text, put it in quotes: {}", quoted(name)))
                }
                None if scope.asks().is_some() => problem.help(ROOTS),
                None => *problem,
            })
        }
    }
}

/// Names a few of what there is.
fn some_of(family: &[&str], root: &str) -> String {
    let few: Vec<String> = family.iter().take(8).map(|name| format!("{root}.{name}")).collect();
    let more = if family.len() > few.len() { ", …" } else { "" };
    format!("there is: {}{more}", few.join(", "))
}

/// One step further. Where nothing is marked what stands inside is looked at, not counted as taken: threads would
/// wait for each other to count.
fn within<'v>(
    value: &'v Value,
    step: &Step,
    expr: &Expr,
    scope: &Scope<'_>,
) -> Result<Cow<'v, Value>, Failure> {
    let plain = value.as_entries().filter(|_| !value.marks().is_sensitive());
    let Some(entries) = plain else { return take(value, step, expr, scope).map(Cow::Owned) };
    match &step.kind {
        StepKind::Attr(name) => match entries.get(name) {
            Some(found) => Ok(Cow::Borrowed(found)),
            None => Err(no_attribute(value, name, step.span, expr, scope).into()),
        },
        StepKind::Index(index) => {
            let key = eval(index, scope)?;
            let found = key.as_str().filter(|_| !key.is_sensitive()).and_then(|key| entries.get(key));
            match found {
                Some(found) => Ok(Cow::Borrowed(found)),
                None => indexed(value, &key, step.span, expr, scope).map(Cow::Owned),
            }
        }
        StepKind::Splat(_) => take(value, step, expr, scope).map(Cow::Owned),
    }
}

/// One step further.
pub(in crate::config) fn take(value: &Value, step: &Step, expr: &Expr, scope: &Scope<'_>) -> Evaluated {
    match &step.kind {
        StepKind::Attr(name) => match value.get(name) {
            Some(found) => Ok(found),
            None => Err(no_attribute(value, name, step.span, expr, scope).into()),
        },
        StepKind::Index(index) => {
            let key = eval(index, scope)?;
            indexed(value, &key, step.span, expr, scope)
        }
        StepKind::Splat(each) => splat(value, each, expr, scope),
    }
}

fn no_attribute(value: &Value, name: &str, span: Span, expr: &Expr, scope: &Scope<'_>) -> Problem {
    if scope.is_quiet() {
        return quietly(span);
    }
    if let Some(entries) = value.as_entries() {
        // A secret inside makes no secret of the names; one that names were made of marks the whole.
        let hidden = value.marks().is_sensitive();
        let names = (!hidden).then(|| entries.keys().map(AsRef::as_ref).collect());
        return no_such_attribute(value.kind(), names, name, span, expr, scope);
    }
    if value.is_null() {
        let problem = fail_at(expr, span, scope, "null has no attributes");
        return Box::new(problem.help("test it with != null, or use try(…)"));
    }
    let of_objects = value.as_items().is_some_and(|items| items.iter().any(|i| i.as_entries().is_some()));
    no_attributes(&described(value), of_objects, name, span, expr, scope)
}

/// What has attributes of these names, where they may be told, and not the one that is asked for.
pub(in crate::config) fn no_such_attribute(
    kind: &str,
    names: Option<Vec<&str>>,
    name: &str,
    span: Span,
    expr: &Expr,
    scope: &Scope<'_>,
) -> Problem {
    let problem = fail_at(expr, span, scope, format!("{kind} has no attribute {}", quoted(name)));
    let Some(names) = names else { return problem };
    Box::new(match nearest(name, &names, scope) {
        Some(near) => problem.help(format!("did you mean {near}?")),
        None if names.is_empty() => problem.because("it has no attributes at all"),
        None => problem.help(format!("it has: {}", few(names.into_iter()))),
    })
}

/// The name that was probably meant, while suggestions may still be looked for.
fn nearest<'a>(name: &str, names: &[&'a str], scope: &Scope<'_>) -> Option<&'a str> {
    scope.may_suggest(names.len()).then(|| suggestion::nearest(name, names.iter().copied())).flatten()
}

/// What has no attributes at all; `of_objects`: its elements have.
pub(in crate::config) fn no_attributes(
    is: &str,
    of_objects: bool,
    name: &str,
    span: Span,
    expr: &Expr,
    scope: &Scope<'_>,
) -> Problem {
    let problem = fail_at(expr, span, scope, format!("{is} has no attributes"));
    Box::new(match of_objects {
        true => {
            problem.help(format!("write [*].{name} for that attribute of each element, or an index for one"))
        }
        false if functions::find(name).is_some() => {
            problem.help(format!("a function takes a value as its argument: {name}(…)"))
        }
        false => *problem,
    })
}

fn few<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut shown: Vec<&str> = names.take(9).collect();
    if shown.len() == 9 {
        shown[8] = "…";
    }
    shown.join(", ")
}

/// An element, as secret as its key.
pub(in crate::config) fn indexed(
    value: &Value,
    key: &Value,
    span: Span,
    expr: &Expr,
    scope: &Scope<'_>,
) -> Evaluated {
    Ok(element(value, key, span, expr, scope)?.marked(&key.deep_marks()))
}

fn element(value: &Value, key: &Value, span: Span, expr: &Expr, scope: &Scope<'_>) -> Result<Value, Problem> {
    let fail = |summary: String| fail_at(expr, span, scope, summary);
    if key.is_null() {
        return Err(null_index(span, expr, scope));
    }
    if value.as_entries().is_some() {
        let Ok(text) = convert(key, &Type::String) else {
            return Err(no_index(value.kind(), "a string", key.kind(), span, expr, scope));
        };
        let text = text.as_str().unwrap_or_default();
        return value.get(text).ok_or_else(|| match scope.is_quiet() {
            true => quietly(span),
            false if key.is_sensitive() || value.is_sensitive() => {
                fail("there is no element with this key".to_string())
            }
            false => {
                let keys = value.as_entries().into_iter().flat_map(Table::keys).map(AsRef::as_ref).collect();
                no_such_key(value.kind(), keys, text, span, expr, scope)
            }
        });
    }
    match value.data() {
        Data::List(_) | Data::Tuple(_) => {}
        Data::Set(_) => return Err(index_of_set(span, expr, scope)),
        Data::Number(_) if is_written_out(expr) => {
            let problem = fail("a number has one point at most".to_string());
            return Err(Box::new(problem.help("a version is a text, in double quotes: \"1.10.2\"")));
        }
        _ => return Err(no_element(&described(value), span, expr, scope)),
    }
    let number = convert(key, &Type::Number).ok().and_then(|v| v.as_number().cloned());
    let Some(number) = number else {
        return Err(no_index(value.kind(), "a number", key.kind(), span, expr, scope));
    };
    number.as_usize().and_then(|i| value.at(i)).ok_or_else(|| match scope.is_quiet() {
        true => quietly(span),
        false => {
            let length = value.as_items().map_or(0, <[Value]>::len);
            beyond(value.kind(), length, key, span, expr, scope)
        }
    })
}

/// What is never an index.
pub(in crate::config) fn null_index(span: Span, expr: &Expr, scope: &Scope<'_>) -> Problem {
    fail_at(expr, span, scope, "an index cannot be null")
}

/// What is indexed by something else.
pub(in crate::config) fn no_index(
    kind: &str,
    by: &str,
    given: &str,
    span: Span,
    expr: &Expr,
    scope: &Scope<'_>,
) -> Problem {
    fail_at(expr, span, scope, format!("{kind} is indexed by {by}, not by {given}"))
}

/// A set is never indexed.
pub(in crate::config) fn index_of_set(span: Span, expr: &Expr, scope: &Scope<'_>) -> Problem {
    let problem = fail_at(expr, span, scope, "the elements of a set have no index");
    Box::new(problem.help("use tolist(…) or sort(…) first, or one(…) if there is only one"))
}

/// What has nothing in it.
pub(in crate::config) fn no_element(is: &str, span: Span, expr: &Expr, scope: &Scope<'_>) -> Problem {
    fail_at(expr, span, scope, format!("{is} has no elements"))
}

/// `1.10.2` is read as the element 2 of a number.
fn is_written_out(expr: &Expr) -> bool {
    matches!(&expr.node, Node::Traversal(base, _) if matches!(base.node, Node::Literal(_)))
}

/// A failure that nobody will see.
fn quietly(span: Span) -> Problem {
    Box::new(Diagnostic::error("").at(span, ""))
}

/// What has these keys, and not the one that is asked for.
pub(in crate::config) fn no_such_key(
    kind: &str,
    keys: Vec<&str>,
    text: &str,
    span: Span,
    expr: &Expr,
    scope: &Scope<'_>,
) -> Problem {
    let problem = fail_at(expr, span, scope, format!("{kind} has no element {}", quoted(text)));
    Box::new(match nearest(text, &keys, scope) {
        Some(near) => problem.help(format!("did you mean {}?", quoted(near))),
        None if keys.is_empty() => problem.because("it is empty"),
        None => problem.help(format!("it has: {}", few(keys.into_iter()))),
    })
}

/// What has so many elements, and not the one that is asked for.
pub(in crate::config) fn beyond(
    kind: &str,
    length: usize,
    key: &Value,
    span: Span,
    expr: &Expr,
    scope: &Scope<'_>,
) -> Problem {
    let elements = match length {
        0 => "it is empty".to_string(),
        1 => "it has one element: the only index is 0".to_string(),
        n => format!("it has {n} elements: the last index is {}", n - 1),
    };
    let problem = fail_at(expr, span, scope, format!("{kind} has no element {}", key.brief()));
    Box::new(problem.because(elements))
}

/// `source[*].a`: null gives nothing, one value is a list of itself.
pub(in crate::config) fn splat(source: &Value, each: &[Step], expr: &Expr, scope: &Scope<'_>) -> Evaluated {
    match source.null_type() {
        Some(Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
            let problem = fail_at(expr, expr.span(), scope, "a list that is null has no elements");
            return Err(problem.help("write coalesce(…, []) for a list that may be null").into());
        }
        Some(_) => return Ok(Value::tuple(Vec::new()).marked(source.marks())),
        None => {}
    }
    let single = [source.clone().unmarked()];
    let items = source.as_items().unwrap_or(&single);
    let taken = |item: &Value| {
        let marked = item.clone().marked(source.marks());
        let taken = each.iter().try_fold(marked, |value, step| take(&value, step, expr, scope));
        taken.map_err(|problem| of_elements(source, each, problem))
    };
    let made: Vec<Value> = items.iter().map(taken).collect::<Result<_, _>>()?;
    let is_list = matches!(source.data(), Data::List(_) | Data::Set(_));
    let value = if is_list { Value::list(made) } else { Value::tuple(made) };
    let value = value.holding(|| each.iter().fold(source.hidden_type().clone(), |ty, step| part(&ty, step)));
    Ok(value.marked(source.marks()))
}

/// What a step finds in a value of a type; open where only the value tells.
fn part(ty: &Type, step: &Step) -> Type {
    match (ty, &step.kind) {
        (Type::Object(fields), StepKind::Attr(name)) => {
            fields.get(&**name).map_or(Type::Any, |field| field.ty.clone())
        }
        (Type::Map(of), StepKind::Attr(_)) | (Type::List(of) | Type::Map(of), StepKind::Index(_)) => {
            (**of).clone()
        }
        _ => Type::Any,
    }
}

/// `[*]` makes a list of one of a map or an object: an attribute of its elements was meant.
fn of_elements(source: &Value, each: &[Step], problem: Failure) -> Failure {
    let Some(Step { kind: StepKind::Attr(name), .. }) = each.first() else { return problem };
    let mut elements = source.as_entries().into_iter().flat_map(|entries| entries.values());
    if source.is_sensitive() || !elements.any(|element| element.get(name).is_some()) {
        return problem;
    }
    problem
        .map(|problem| problem.help(format!("for that attribute of each element write values(…)[*].{name}")))
}

/// The longest beginning of a reference that has a value without evaluating anything: how many of its steps, and the
/// value; for messages. `local.levels["wbe"]`, where there is no such key, gives that of `local.levels`.
pub(super) fn known(reference: &Reference, scope: &Scope<'_>) -> Option<(usize, Value)> {
    let mut steps = reference.steps.iter().map(|(step, _)| step);
    let (mut taken, mut value) = match scope.lookup(&reference.root) {
        Some(value) => (0, value.clone()),
        None => match steps.next() {
            Some(RefStep::Attr(name)) => (1, scope.asks()?.resolve(&reference.root, name)?.into_owned()),
            _ => return None,
        },
    };
    for step in steps {
        let Some(next) = known_step(&value, step) else { break };
        (taken, value) = (taken + 1, next);
    }
    Some((taken, value))
}

fn known_step(value: &Value, step: &RefStep) -> Option<Value> {
    match step {
        RefStep::Attr(name) => value.get(name),
        RefStep::Index(index) => match (index.as_str(), index.as_number()) {
            (Some(key), _) => value.get(key),
            (_, Some(n)) => value.at(n.as_usize()?),
            _ => None,
        },
        RefStep::Dynamic | RefStep::Splat => None,
    }
}
