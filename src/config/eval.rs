//! Evaluates an expression in a scope. What fails points at the exact sub-expression and shows the values in it.

use super::convert::{convert, unify};
use super::expr::{Binary, Expr, For, Key, Node, Part, Unary};
use super::scope::Scope;
use super::types::Type;
use super::value::{Data, Entries, Marks, Value, quoted};
use crate::model::{Diagnostic, Diagnostics, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

mod bounds;
pub(super) mod call;
pub(super) mod failure;
pub(super) mod operate;
pub(super) mod traverse;

use bounds::{Scale, bounded};
pub(super) use call::misnamed;
use failure::{Failure, Problem, Together};

pub(super) use operate::{equal, unlike};

pub(super) type Evaluated = Result<Value, Failure>;

/// The longest string that an expression may make, in bytes.
pub(super) const MAX_TEXT: usize = 64 * 1024 * 1024;

/// So often the innermost of nested `for` may go round: in some seconds.
const MAX_ROUNDS: u64 = 50_000_000;

/// The value of `expr`, where names mean what `scope` says.
///
/// # Errors
/// What is wrong with which sub-expression: everything at once that does not rest on each other. Where nothing is, it rests
/// on what the scope knows to be wrong.
pub fn evaluate(expr: &Expr, scope: &Scope<'_>) -> Result<Value, Diagnostics> {
    eval(expr, scope).map_err(Diagnostics::from)
}

pub(super) fn eval(expr: &Expr, scope: &Scope<'_>) -> Evaluated {
    match &expr.node {
        Node::Literal(value) => Ok(value.clone()),
        Node::Name(_) | Node::Traversal(..) => traverse::traversal(expr, scope),
        Node::Wrapped(inner) | Node::Parens(inner) => eval(inner, scope),
        Node::Template(parts) => template(expr, parts, scope),
        Node::List(items) => list(expr, items, scope),
        Node::Object(entries) => object(expr, entries, scope),
        Node::Conditional(three) => conditional(expr, three, scope),
        Node::Unary(op, operand) => operate::unary(expr, *op, operand, scope),
        Node::Binary(op, two) => operate::binary(expr, *op, two, scope),
        Node::Call(call) => call::call(expr, call, scope),
        Node::For(f) => for_expr(expr, f, scope),
    }
}

/// A problem at `expr`, with the values of the references in it.
pub(super) fn fail(expr: &Expr, scope: &Scope<'_>, summary: impl Into<String>) -> Problem {
    fail_at(expr, expr.span(), scope, summary)
}

/// A problem within `expr` that points at `span`.
pub(super) fn fail_at(expr: &Expr, span: Span, scope: &Scope<'_>, summary: impl Into<String>) -> Problem {
    let problem = Diagnostic::error(summary).at(span, "");
    Box::new(if scope.is_quiet() { problem } else { with_values(problem, expr, scope) })
}

/// Shows at most this many values.
const SHOWN: usize = 6;

/// Shows the values of the references in `expr`.
pub(super) fn with_values(mut problem: Diagnostic, expr: &Expr, scope: &Scope<'_>) -> Diagnostic {
    for reference in expr.references() {
        let Some((steps, value)) = traverse::known(&reference, scope) else { continue };
        let name = reference.text(steps);
        if problem.values.len() < SHOWN && problem.values.iter().all(|(shown, _)| *shown != name) {
            problem = problem.with_value(name, value.brief());
        }
    }
    problem
}

fn list(expr: &Expr, items: &[Expr], scope: &Scope<'_>) -> Evaluated {
    // Collecting results would leave room for more: there may be very many lists.
    let (mut made, mut scale) = (Vec::with_capacity(items.len()), Scale::default());
    let mut all = Together::of(scope);
    for item in items {
        if let Some(value) = all.part(eval(item, scope))? {
            made.push(scale.add(value, expr, scope)?);
        }
    }
    all.end()?;
    bounded(Value::tuple(made), expr, scope)
}

fn object(expr: &Expr, entries: &[(Key, Expr)], scope: &Scope<'_>) -> Evaluated {
    let (mut made, mut scale) = (Entries::new(), Scale::default());
    let (mut marks, mut all) = (Marks::NONE, Together::of(scope));
    for (key, value) in entries {
        let key = all.part(match key {
            Key::Word(word, _) => Ok(word.clone()),
            Key::Computed(computed) => computed_key(computed, &mut marks, scope),
        })?;
        let value = all.part(eval(value, scope))?;
        if let Some((key, value)) = key.zip(value) {
            made.insert(key, scale.add(value, expr, scope)?);
        }
    }
    all.end()?;
    bounded(Value::object(made).marked(&marks), expr, scope)
}

fn computed_key(key: &Expr, marks: &mut Marks, scope: &Scope<'_>) -> Result<Arc<str>, Failure> {
    refuse_bare_reference(key, scope)?;
    let value = eval(key, scope)?;
    *marks = marks.and(&value.deep_marks());
    Ok(as_key(&value, key, scope)?)
}

/// `{ a.b = 1 }` could mean the value of `a.b`, or the word.
pub(super) fn refuse_bare_reference(key: &Expr, scope: &Scope<'_>) -> Result<(), Problem> {
    let Some(reference) = key.as_traversal().filter(|reference| !reference.steps.is_empty()) else {
        return Ok(());
    };
    let word = reference.text(usize::MAX);
    let problem = fail(key, scope, "this key could be a reference or a text");
    Err(Box::new(
        problem.help(format!("write ({word}) for what it refers to, or {} for the text", quoted(&word))),
    ))
}

pub(super) fn as_key(key: &Value, expr: &Expr, scope: &Scope<'_>) -> Result<Arc<str>, Problem> {
    if key.is_null() {
        return Err(fail(expr, scope, "a key cannot be null"));
    }
    match convert(key, &Type::String).map(|v| v.data().clone()) {
        Ok(Data::String(text)) => Ok(text),
        _ => Err(no_key(expr, key.kind(), scope)),
    }
}

/// What is of this kind is no key.
pub(super) fn no_key(expr: &Expr, kind: &str, scope: &Scope<'_>) -> Problem {
    fail(expr, scope, format!("a key must be a string, not {kind}"))
}

fn conditional(expr: &Expr, three: &[Expr; 3], scope: &Scope<'_>) -> Evaluated {
    let [condition, yes, no] = three;
    let test = truth(condition, scope, "the condition of ? :")?;
    let holds = test.as_bool().unwrap_or(false);
    let (chosen, other) = if holds { (yes, no) } else { (no, yes) };
    let value = eval(chosen, scope)?;
    // The other branch decides on the type only; whatever is wrong in it does not matter.
    let (agreed, other) = match eval(other, &scope.child().quietly()) {
        Ok(other) => (agree(&value, &other), type_shown(&other)),
        Err(_) => match type_of_operator(other) {
            Some(ty) => (agree_on(&value, [Type::of(&value), ty.clone()]), ty.brief()),
            None => (Some(value.clone()), String::new()),
        },
    };
    let agreed = agreed.ok_or_else(|| disagree(expr, (chosen, &value), other, holds, scope))?;
    Ok(agreed.marked(test.marks()))
}

/// `value` in the type that it shares with `other`.
fn agree(value: &Value, other: &Value) -> Option<Value> {
    if other.is_bare_null() || plainly_alike(value, other) {
        return Some(value.clone());
    }
    if value.is_bare_null() {
        return Some(Value::null(Type::of(other)).marked(value.marks()));
    }
    agree_on(value, Type::of_each([value, other]))
}

fn agree_on(value: &Value, types: impl AsRef<[Type]>) -> Option<Value> {
    convert(value, &unify(types.as_ref())?).ok()
}

/// What an operator makes, whatever it is given.
fn type_of_operator(expr: &Expr) -> Option<Type> {
    match &expr.node {
        Node::Parens(inner) => type_of_operator(inner),
        Node::Unary(Unary::Not, _) => Some(Type::Bool),
        Node::Unary(Unary::Negate, _) => Some(Type::Number),
        Node::Binary(operator, _) => Some(match operator {
            Binary::Add | Binary::Subtract | Binary::Multiply | Binary::Divide | Binary::Remainder => {
                Type::Number
            }
            _ => Type::Bool,
        }),
        _ => None,
    }
}

fn plainly_alike(a: &Value, b: &Value) -> bool {
    matches!(
        (a.data(), b.data()),
        (Data::String(_), Data::String(_))
            | (Data::Number(_), Data::Number(_))
            | (Data::Bool(_), Data::Bool(_))
    )
}

fn disagree(
    expr: &Expr,
    (chosen, value): (&Expr, &Value),
    other: String,
    holds: bool,
    scope: &Scope<'_>,
) -> Problem {
    let value = type_shown(value);
    let both = if holds { [value, other] } else { [other, value] };
    no_common_type(expr, chosen.span(), both, scope)
}

/// The two results of a `? :` have types that do not agree.
pub(super) fn no_common_type(expr: &Expr, at: Span, [yes, no]: [String; 2], scope: &Scope<'_>) -> Problem {
    let problem = fail_at(expr, at, scope, "both results of ? : must have the same type");
    Box::new(problem.because(format!("the first is {yes}, the second is {no}")))
}

/// The type of a value; that of a secret names its keys, so that its sort alone is told.
fn type_shown(value: &Value) -> String {
    if value.is_sensitive() { value.kind().to_string() } else { Type::of(value).brief() }
}

/// The truth of a condition.
fn truth(expr: &Expr, scope: &Scope<'_>, what: &str) -> Evaluated {
    truth_of(&eval(expr, scope)?, expr, scope, what)
}

/// The truth of what a condition came to.
pub(super) fn truth_of(value: &Value, expr: &Expr, scope: &Scope<'_>, what: &str) -> Evaluated {
    if value.is_null() {
        return Err(fail(expr, scope, format!("{what} is null")).into());
    }
    convert(value, &Type::Bool).map_err(|_| no_truth(expr, &described(value), scope, what).into())
}

/// A condition that is neither true nor false.
pub(super) fn no_truth(expr: &Expr, is: &str, scope: &Scope<'_>, what: &str) -> Problem {
    let problem = fail(expr, scope, format!("{what} must be true or false"));
    Box::new(problem.because(format!("it is {is}")))
}

/// A value in words: `the string "http"`, `a list`.
pub(super) fn described(value: &Value) -> String {
    match value.data() {
        Data::String(_) | Data::Number(_) if !value.is_sensitive() => {
            format!("{} {}", value.kind(), value.brief())
        }
        _ => value.kind().to_string(),
    }
}

fn template(expr: &Expr, parts: &[Part], scope: &Scope<'_>) -> Evaluated {
    let mut made = Made { text: String::new(), marks: Marks::NONE, whole: expr, all: Together::of(scope) };
    made.parts(parts, scope)?;
    made.all.end()?;
    Ok(Value::string(made.text).marked(&made.marks))
}

/// A text in the making.
struct Made<'e> {
    text: String,
    marks: Marks,
    whole: &'e Expr,
    all: Together,
}

impl Made<'_> {
    fn parts(&mut self, parts: &[Part], scope: &Scope<'_>) -> Result<(), Failure> {
        for part in parts {
            match part {
                Part::Text(text) => self.text.push_str(text),
                Part::Value(expr) => {
                    let text = text_of(expr, scope);
                    if let Some(text) = self.all.part(text)? {
                        self.marks = self.marks.and(text.marks());
                        self.text.push_str(text.as_str().unwrap_or_default());
                    }
                }
                Part::If { condition, then, otherwise } => {
                    let test = truth(condition, scope, "the condition of %{ if }");
                    let Some(test) = self.all.part(test)? else { continue };
                    self.marks = self.marks.and(test.marks());
                    self.parts(if test.as_bool() == Some(true) { then } else { otherwise }, scope)?;
                }
                Part::For { key, value, collection, body } => {
                    self.each((key.as_ref(), value), collection, body, scope)?;
                }
            }
            if self.text.len() > MAX_TEXT {
                let problem =
                    fail_at(self.whole, self.whole.span(), scope, "this text is longer than 64 MiB");
                return Err(problem.into());
            }
        }
        Ok(())
    }

    fn each(
        &mut self,
        (key_name, value_name): (Option<&Arc<str>>, &Arc<str>),
        collection: &Expr,
        body: &[Part],
        scope: &Scope<'_>,
    ) -> Result<(), Failure> {
        let Some(all) = self.all.part(eval(collection, scope))? else { return Ok(()) };
        self.marks = self.marks.and(all.marks());
        let Some(elements) = self.all.part(elements(&all, collection, scope, "%{ for }"))? else {
            return Ok(());
        };
        let mut inner = scope.child();
        for (key, value) in elements {
            inner.rebind(key_name.map(|n| (n.clone(), key)).into_iter().chain([(value_name.clone(), value)]));
            let before = self.all.failed();
            self.parts(body, &inner)?;
            // The next element would say the same.
            if self.all.failed() > before {
                break;
            }
        }
        Ok(())
    }
}

/// What stands in a text for a value.
fn text_of(expr: &Expr, scope: &Scope<'_>) -> Evaluated {
    text_from(&eval(expr, scope)?, expr, scope)
}

/// What stands in a text for what an expression came to.
pub(super) fn text_from(value: &Value, expr: &Expr, scope: &Scope<'_>) -> Evaluated {
    if value.is_null() {
        let problem = fail(expr, scope, "null cannot stand in a text");
        return Err(problem.help("give it a default with coalesce(…), or test it with ? :").into());
    }
    convert(value, &Type::String).map_err(|_| no_text(expr, value.kind(), scope).into())
}

/// What is of this kind cannot stand in a text.
pub(super) fn no_text(expr: &Expr, kind: &str, scope: &Scope<'_>) -> Problem {
    let problem = fail(expr, scope, format!("{kind} cannot stand in a text"));
    Box::new(problem.help("take one element of it, or use join(…) or jsonencode(…)"))
}

/// Keys and values of whatever a `for` may run over.
pub(super) fn elements(
    all: &Value,
    expr: &Expr,
    scope: &Scope<'_>,
    what: &str,
) -> Result<Vec<(Value, Value)>, Problem> {
    // Inside the loop, each carries the marks of the whole: no message may show it.
    let marked = |value: Value| value.marked(all.marks());
    let is_set = matches!(all.data(), Data::Set(_));
    if let Some(items) = all.as_items() {
        let key = |i: usize, item: &Value| if is_set { item.clone() } else { Value::number(i) };
        let pair = |(i, item)| (marked(key(i, item)), marked(item.clone()));
        return Ok(items.iter().enumerate().map(pair).collect());
    }
    if let Some(entries) = all.as_entries() {
        let pair = |(k, v): (&Arc<str>, &Value)| (marked(Data::String(k.clone()).into()), marked(v.clone()));
        return Ok(entries.iter().map(pair).collect());
    }
    Err(no_elements(expr, &described(all), scope, what))
}

/// What no `for` can run over.
pub(super) fn no_elements(expr: &Expr, is: &str, scope: &Scope<'_>, what: &str) -> Problem {
    let problem = fail(expr, scope, format!("{what} cannot run over {is}"));
    Box::new(problem.help("it needs a list, a set, a tuple, a map or an object"))
}

fn for_expr(expr: &Expr, f: &For, scope: &Scope<'_>) -> Evaluated {
    let all = eval(&f.collection, scope)?;
    let pairs = elements(&all, &f.collection, scope, "for")?;
    let mut made = Gathered { marks: all.marks().clone(), ..Gathered::default() };
    let mut inner = scope.rounds(pairs.len());
    if inner.is_gone_through() > MAX_ROUNDS {
        let problem = fail(expr, scope, "with those around it this `for` goes more than 50,000,000 rounds");
        return Err(problem
            .help("look elements up in a map by their keys instead of comparing each with each")
            .into());
    }
    for (key, value) in pairs {
        let names = f.key_name.as_ref().map(|n| (n.clone(), key)).into_iter();
        inner.rebind(names.chain([(f.value_name.clone(), value)]));
        if let Some(condition) = &f.condition {
            let test = truth(condition, &inner, "the condition of for … if")?;
            made.marks = made.marks.and(test.marks());
            if test.as_bool() != Some(true) {
                continue;
            }
        }
        match &f.key {
            None => {
                let value = eval(&f.value, &inner)?;
                made.items.push(made.scale.add(value, expr, scope)?);
            }
            Some(key) => made.entry((expr, f), key, &inner)?,
        }
    }
    bounded(made.finish(f), expr, scope)
}

/// What a `for` has made so far.
#[derive(Default)]
struct Gathered {
    marks: Marks,
    scale: Scale,
    items: Vec<Value>,
    entries: Entries,
    groups: BTreeMap<Arc<str>, Vec<Value>>,
}

impl Gathered {
    fn entry(&mut self, (expr, f): (&Expr, &For), key: &Expr, scope: &Scope<'_>) -> Result<(), Failure> {
        let mut all = Together::of(scope);
        let key_value = all.part(eval(key, scope))?;
        let value = all.part(eval(&f.value, scope))?;
        all.end()?;
        let (Some(key_value), Some(value)) = (key_value, value) else { return Ok(()) };
        self.marks = self.marks.and(&key_value.deep_marks());
        let name = as_key(&key_value, key, scope)?;
        let value = self.scale.add(value, expr, scope)?;
        if f.group {
            self.groups.entry(name).or_default().push(value);
            return Ok(());
        }
        if self.entries.contains_key(&name) {
            let shown = if key_value.is_sensitive() { "(sensitive)".to_string() } else { quoted(&name) };
            let problem = fail(key, scope, format!("two elements have the key {shown}"));
            return Err(problem.help("add ... behind the value to gather the values of equal keys").into());
        }
        self.entries.insert(name, value);
        Ok(())
    }

    fn finish(self, f: &For) -> Value {
        let value = match (&f.key, f.group) {
            (None, _) => Value::tuple(self.items),
            (Some(_), false) => Value::object(self.entries),
            (Some(_), true) => {
                Value::object(self.groups.into_iter().map(|(k, v)| (k, Value::tuple(v))).collect())
            }
        };
        value.marked(&self.marks)
    }
}

#[cfg(test)]
mod tests;
