//! `--var-refs`: what the expressions that a specification reads refer to.

use crate::spec::{Given, Spec};
use crate::told::{bracketed, range};
use patchform::config::expr::{RefStep, Reference};
use patchform::config::source::Sources;
use patchform::config::syntax::Body;
use patchform::config::value::Value;
use patchform::model::Span;
use serde_json::{Value as Json, json};

/// All references, in the order of the specification, each with its value where that is known.
pub fn json(given: &Given, body: &Body, sources: &Sources) -> Json {
    let mut found = Vec::new();
    gather(&given.root, body, &mut found);
    found.iter().map(|reference| one(reference, given, sources)).collect()
}

fn gather(spec: &Spec, body: &Body, found: &mut Vec<Reference>) {
    match spec {
        Spec::Object(fields) => fields.iter().for_each(|(_, spec)| gather(spec, body, found)),
        Spec::Array(all) | Spec::Default(all) => all.iter().for_each(|spec| gather(spec, body, found)),
        Spec::Attr { name, .. } => {
            found.extend(body.attribute(name).into_iter().flat_map(|a| a.value.references()));
        }
        Spec::Blocks { kind, inner, .. } => {
            let blocks = body.blocks.iter().filter(|b| &*b.kind == kind);
            blocks.for_each(|block| gather(inner, &block.body, found));
        }
        Spec::BlockAttrs { kind, .. } => {
            let blocks = body.blocks.iter().filter(|b| &*b.kind == kind);
            found.extend(blocks.flat_map(|b| &b.body.attributes).flat_map(|a| a.value.references()));
        }
        Spec::Transform { inner, .. } => gather(inner, body, found),
        Spec::Literal(_) => {}
    }
}

/// A reference as far as it is fixed: an index that is computed ends it.
fn one(reference: &Reference, given: &Given, sources: &Sources) -> Json {
    let mut value =
        given.variables.iter().rev().find(|(name, _)| **name == *reference.root).map(|(_, v)| v.clone());
    let mut steps = vec![json!({
        "kind": "root", "name": &*reference.root, "range": range(reference.root_span, sources),
    })];
    let mut whole = reference.root_span;
    for (step, span) in &reference.steps {
        let (mut told, span) = match step {
            RefStep::Attr(name) => (json!({ "kind": "attr", "name": &**name }), with_dot(*span, sources)),
            RefStep::Index(key) => {
                (json!({ "kind": "index", "key": key.to_json() }), bracketed(*span, sources))
            }
            RefStep::Dynamic | RefStep::Splat => break,
        };
        value = value.and_then(|value| inside(&value, step));
        told["range"] = range(span, sources);
        steps.push(told);
        whole = whole.to(span);
    }
    let mut told = json!({ "root_name": &*reference.root, "steps": steps, "range": range(whole, sources) });
    if let Some(value) = value {
        told["value"] = value.to_json();
    }
    told
}

/// What a step leads to.
fn inside(value: &Value, step: &RefStep) -> Option<Value> {
    match step {
        RefStep::Attr(name) => value.get(name),
        RefStep::Index(key) => match key.as_str() {
            Some(name) => value.get(name),
            None => value.at(key.as_number()?.as_usize()?),
        },
        RefStep::Dynamic | RefStep::Splat => None,
    }
}

/// HCL's steps hold their dot.
fn with_dot(span: Span, sources: &Sources) -> Span {
    let before = sources.text(span.file).get(..span.start as usize).unwrap_or_default();
    if before.ends_with('.') { Span { start: span.start - 1, ..span } } else { span }
}
