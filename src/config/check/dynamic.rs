//! `dynamic "check" { for_each = … content { … } }`: blocks that are made from a collection.

use super::binding::Binding;
use super::{assertion, guess, nested};
use crate::config::blocks;
use crate::config::convert::convert;
use crate::config::expr::Expr;
use crate::config::fields::{Fields, misfit};
use crate::config::infer::{Guess, Sort};
use crate::config::suggest::nearest;
use crate::config::syntax::{Attribute, Block, Body, Label};
use crate::config::types::Type;
use crate::config::value::{Data, Entries, Value};
use crate::model::{Absence, Diagnostic, Diagnostics, Span};
use std::borrow::Cow;
use std::sync::Arc;

/// The name by which the content of a dynamic block refers to the present element.
pub(super) fn iterator(block: &Block) -> Option<Arc<str>> {
    match block.body.attribute("iterator") {
        Some(attribute) => attribute.value.as_keyword().map(Into::into),
        None => {
            // One that is misspelt is told of, and means the same.
            let mut unknown =
                block.body.attributes.iter().filter(|a| blocks::DYNAMIC.argument(&a.name).is_none());
            let meant = unknown.find(|a| nearest(&a.name, ["iterator"]).is_some());
            let name = meant.and_then(|attribute| attribute.value.as_keyword()).map(Into::into);
            name.or_else(|| block.labels.first().map(|label| label.text.clone()))
        }
    }
}

/// Whether a block is meant to be the content of a dynamic one, misspelt or not.
fn is_content(block: &Block) -> bool {
    &*block.kind == "content" || nearest(&block.kind, ["content"]).is_some()
}

/// Checks what does not depend on values.
pub(super) fn shape(block: &Block, problems: &mut Diagnostics) {
    let makes = ["check", "connection", "snapshot", "role", "lifecycle", "precondition"];
    let [kind] = block.labels.as_slice() else {
        let problem = Diagnostic::error("A `dynamic` block needs one label: the kind of block that it makes")
            .at(block.header, "")
            .help(
                "Write it as dynamic \"check\" { for_each = … labels = [\"http\", check.key] content { … } }",
            );
        return problems.push(problem);
    };
    if !makes.contains(&&*kind.text) {
        let problem = Diagnostic::error(format!("There is no block {:?} that could be made", &*kind.text))
            .at(kind.span, "unknown block")
            .help(crate::config::suggest::sentence(&kind.text, makes))
            .making_moot(block.body.expressions().into_iter().map(Expr::span));
        return problems.push(problem);
    }
    blocks::DYNAMIC.check(block, problems);
    if let Some(attribute) = block.body.attribute("iterator").filter(|a| a.value.as_keyword().is_none()) {
        let problem = Diagnostic::error("\"iterator\" must be a name without quotes")
            .at(attribute.value.span(), "")
            .help("Write iterator = port; the content then refers to port.key and port.value.");
        problems.push(problem);
    }
    let contents: Vec<&Block> = block.body.blocks.iter().filter(|b| is_content(b)).collect();
    let [content] = contents.as_slice() else {
        let problem = Diagnostic::error("A `dynamic` block needs one `content` block")
            .at(block.header, if contents.is_empty() { "has none" } else { "has several" })
            .help("Put what each block is to hold into content { … }.");
        return problems.push(match contents.as_slice() {
            [] => problem.absent(Absence::Within(block.header)),
            _ => problem,
        });
    };
    blocks::CONTENT.no_labels(content, problems);
    // What it will make is looked at as if it stood there; labels that are computed stand for any name.
    let labels = block.body.attribute("labels").and_then(|a| a.value.as_list()).unwrap_or_default();
    let label = |expr: &Expr| Label {
        text: expr.as_literal().and_then(Value::as_str).unwrap_or("…").into(),
        span: expr.span(),
    };
    let labels: Vec<Label> = labels.iter().map(label).collect();
    if lacks_labels(&kind.text, block) {
        return problems.push(unlabelled(block, kind));
    }
    if labels.first().is_none_or(|first| &*first.text != "…") {
        let made = Block { kind: kind.text.clone(), labels, ..(*content).clone() };
        nested::shape(&Block { kind_span: kind.span, header: block.header, ..made }, problems);
    }
}

/// The labels that a kind of block needs, and what they are.
fn needed(kind: &str) -> Option<(usize, &'static str, &'static str)> {
    match kind {
        "check" => Some((2, "two labels: what is tried, and a name", "[\"http\", \"ready-${check.key}\"]")),
        "connection" => Some((1, "one label: how the target is reached", "[\"ssh\"]")),
        _ => None,
    }
}

/// Whether the labels that are written are too few or too many, or missing.
fn lacks_labels(kind: &str, block: &Block) -> bool {
    let Some((count, ..)) = needed(kind) else { return false };
    match block.body.attribute("labels") {
        None => true,
        Some(given) => given.value.as_list().is_some_and(|labels| labels.len() != count),
    }
}

fn unlabelled(block: &Block, kind: &Label) -> Diagnostic {
    let (_, what, example) = needed(&kind.text).unwrap_or_default();
    let problem = Diagnostic::error(format!("A `{}` block needs {what}", kind.text));
    let problem = match block.body.attribute("labels") {
        Some(given) => problem.at(given.value.span(), "other labels are needed"),
        None => problem.at(block.header, "makes blocks without labels").absent(Absence::Within(block.header)),
    };
    problem.help(format!("Write labels = {example} beside `for_each`."))
}

/// A block with every dynamic block inside replaced by what it makes, values in place of its expressions; and whether
/// nothing lacks there because something was wrong, which was said.
pub(super) fn expanded<'b>(block: &'b Block, fields: &mut Fields<'_>) -> (Cow<'b, Block>, bool) {
    // Nearly all have none: their name is not put together in vain.
    if !has_dynamic(&block.body) {
        return (Cow::Borrowed(block), true);
    }
    let name: Vec<&str> = block.labels.iter().map(|label| &*label.text).collect();
    of_component(block, &name.join("."), fields)
}

/// `name`: the component's.
fn of_component<'b>(block: &'b Block, name: &str, fields: &mut Fields<'_>) -> (Cow<'b, Block>, bool) {
    if !has_dynamic(&block.body) {
        return (Cow::Borrowed(block), true);
    }
    let (before, mut is_whole) = (fields.problems.0.len(), true);
    let mut blocks = Vec::new();
    for inner in &block.body.blocks {
        is_whole &= match &*inner.kind {
            "dynamic" => made(inner, name, fields, &mut blocks).is_some(),
            _ => {
                let (inner, is_whole) = of_component(inner, name, fields);
                blocks.push(inner.into_owned());
                is_whole
            }
        };
    }
    let body = Body { attributes: block.body.attributes.clone(), blocks };
    let made = Block { body, ..block.clone() };
    if fields.problems.0.len() == before && made.labels.len() == 2 {
        nested::shapes(&made, fields.problems);
    }
    (Cow::Owned(made), is_whole && fields.problems.0.len() == before)
}

/// Whether there are dynamic blocks in a body.
pub(super) fn has_dynamic(body: &Body) -> bool {
    body.blocks.iter().any(|block| &*block.kind == "dynamic" || has_dynamic(&block.body))
}

fn made(block: &Block, component: &str, fields: &mut Fields<'_>, out: &mut Vec<Block>) -> Option<()> {
    let (kind, name) = (block.labels.first()?, iterator(block)?);
    if lacks_labels(&kind.text, block) {
        return None;
    }
    let content = block.body.blocks.iter().find(|b| &*b.kind == "content")?;
    let for_each = block.body.attribute("for_each")?;
    let all = fields.value(&for_each.value)?;
    for (key, value) in elements(&all, for_each, fields)? {
        let element = Entries::from([("key".into(), key), ("value".into(), value)]);
        let scope = fields.scope.child().with(name.clone(), Value::object(element));
        let mut within = Fields { scope: &scope, hopeless: fields.hopeless, problems: fields.problems };
        if &*kind.text == "precondition" {
            precondition(&content.body, component, &name, &mut within);
            continue;
        }
        let (labels, body) = (labels(block, &mut within), settled(&content.body, component, &mut within));
        let (labels, body) = (labels?, body?);
        out.push(Block {
            kind: kind.text.clone(),
            kind_span: kind.span,
            labels,
            header: block.header,
            body,
            is_damaged: false,
        });
    }
    Some(())
}

/// Asks a condition here, where its element is known and can be shown.
fn precondition(body: &Body, component: &str, iterator: &str, fields: &mut Fields<'_>) {
    let summary = format!("A precondition of {component} does not hold");
    let Some(mut problem) = assertion::failed(body, &summary, fields) else { return };
    let element = fields.scope.lookup(iterator);
    for part in ["key", "value"] {
        let name = format!("{iterator}.{part}");
        let is_shown = problem.values.iter().any(|(shown, _)| shown.starts_with(&name));
        if let Some(value) = element.and_then(|element| element.get(part)).filter(|_| !is_shown) {
            problem.values.push((name, value.brief()));
        }
    }
    fields.problems.push(*problem);
}

fn elements(all: &Value, at: &Attribute, fields: &mut Fields<'_>) -> Option<Vec<(Value, Value)>> {
    if let (Some(items), false) = (all.as_items(), all.marks().is_sensitive()) {
        let is_set = matches!(all.data(), Data::Set(_));
        let key = |i: usize, item: &Value| if is_set { item.clone() } else { Value::number(i) };
        return Some(items.iter().enumerate().map(|(i, item)| (key(i, item), item.clone())).collect());
    }
    if let (Some(entries), false) = (all.as_entries(), all.marks().is_sensitive()) {
        return Some(
            entries.iter().map(|(key, value)| (Value::string(key.clone()), value.clone())).collect(),
        );
    }
    fields.problems.push(no_elements(at, all.marks().is_sensitive(), all.kind()));
    None
}

fn no_elements(at: &Attribute, is_secret: bool, kind: &str) -> Diagnostic {
    match is_secret {
        true => Diagnostic::error("A secret may not decide how many blocks there are")
            .at(at.value.span(), "this is sensitive")
            .help("Use a value that is not sensitive; nonsensitive(…) says that showing it does no harm."),
        false => Diagnostic::error("\"for_each\" of a dynamic block must be a list, a set or a map")
            .at(at.value.span(), format!("this is {kind}"))
            .help("Give an empty list, [], to make no blocks."),
    }
}

/// Looks through a dynamic block that makes nothing, as far as its collection is known; `content` reads what is in it.
pub(super) fn looked_through(block: &Block, fields: &mut Fields<'_>, content: impl FnOnce(&mut Fields<'_>)) {
    let all = match block.body.attribute("for_each") {
        Some(given) => collection(given, fields),
        None => Guess::ANY,
    };
    let outer = fields.scope.asks();
    let Some((outer, name)) = outer.zip(iterator(block)) else { return content(fields) };
    let key = match &all {
        Guess::Of(Type::Set(of)) => Guess::of((**of).clone()),
        open if open.sort() == Sort::Table => Guess::Of(Type::String),
        Guess::Of(Type::List(_)) | Guess::Tuple(_) => Guess::Of(Type::Number),
        _ => Guess::ANY,
    };
    let binding = Binding { outer, names: vec![guess::element(&name, key, all)] };
    let scope = fields.scope.child().resolver(&binding);
    let mut within = Fields { scope: &scope, hopeless: fields.hopeless, problems: fields.problems };
    labels(block, &mut within);
    content(&mut within);
}

/// What is known of the collection that a dynamic block runs over.
fn collection(given: &Attribute, fields: &mut Fields<'_>) -> Guess {
    let guess = match fields.found(&given.value) {
        Ok(value) => {
            elements(&value, given, fields);
            return Guess::Known(value);
        }
        Err(guess) => guess,
    };
    let is_secret = guess.marks().is_sensitive();
    if is_secret || guess.sort() == Sort::Simple {
        fields.problems.push(no_elements(given, is_secret, guess.kind()));
    }
    guess
}

fn labels(block: &Block, fields: &mut Fields<'_>) -> Option<Vec<Label>> {
    let Some(attribute) = block.body.attribute("labels") else { return Some(Vec::new()) };
    let span = attribute.value.span();
    let texts = Type::list(Type::String);
    let value = match fields.found(&attribute.value) {
        Ok(value) => value,
        Err(guess) => {
            if guess.deep_marks().is_sensitive() {
                fields.problems.push(secret_labels(span));
            } else if let Some(misfit) = misfit(&attribute.value, &guess, &texts) {
                fields.problems.push(no_labels(misfit.at, misfit.kind));
            }
            return None;
        }
    };
    if value.is_sensitive() {
        fields.problems.push(secret_labels(span));
        return None;
    }
    let texts = convert(&value, &texts).ok();
    let texts: Option<Vec<Arc<str>>> = texts
        .as_ref()
        .and_then(Value::as_items)
        .and_then(|items| items.iter().map(|item| item.as_str().map(Into::into)).collect());
    let Some(texts) = texts else {
        fields.problems.push(no_labels(span, &value.brief()));
        return None;
    };
    let places: Vec<_> = attribute.value.as_list().unwrap_or_default().iter().map(Expr::span).collect();
    let place = |i: usize| places.get(i).copied().unwrap_or(span);
    Some(texts.into_iter().enumerate().map(|(i, text)| Label { text, span: place(i) }).collect())
}

fn secret_labels(at: Span) -> Diagnostic {
    Diagnostic::error("A secret may not decide the labels of a block")
        .at(at, "this is sensitive")
        .because("Labels are shown and stored in clear.")
        .help("Use values that are not sensitive; nonsensitive(…) says that showing them does no harm.")
}

fn no_labels(at: Span, is: &str) -> Diagnostic {
    Diagnostic::error("\"labels\" must be a list of strings")
        .at(at, format!("this is {is}"))
        .help("Write labels = [\"http\", check.key], one for each label of the block.")
}

/// A body whose arguments are values.
fn settled(body: &Body, component: &str, fields: &mut Fields<'_>) -> Option<Body> {
    // Each is evaluated before one that failed counts.
    let values: Vec<_> = body.attributes.iter().map(|attribute| fields.value(&attribute.value)).collect();
    let mut attributes = Vec::with_capacity(body.attributes.len());
    for (attribute, value) in body.attributes.iter().zip(values) {
        let value = Expr::literal(value?, attribute.value.span());
        attributes.push(Attribute { value, ..attribute.clone() });
    }
    let mut blocks = Vec::new();
    for inner in &body.blocks {
        match &*inner.kind {
            "dynamic" => made(inner, component, fields, &mut blocks)?,
            _ => blocks.push(Block { body: settled(&inner.body, component, fields)?, ..inner.clone() }),
        }
    }
    Some(Body { attributes, blocks })
}
