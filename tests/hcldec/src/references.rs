//! `--var-refs`: what the expressions that a specification reads refer to.

use crate::spec::Spec;
use crate::told::range;
use patchform::config::expr::{RefStep, Reference};
use patchform::config::source::Sources;
use patchform::config::syntax::Body;
use patchform::model::Span;
use serde_json::{Value as Json, json};

/// All references, in the order of the specification.
pub fn json(spec: &Spec, body: &Body, sources: &Sources) -> Json {
    let mut found = Vec::new();
    gather(spec, body, &mut found);
    found.iter().map(|reference| one(reference, sources)).collect()
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
fn one(reference: &Reference, sources: &Sources) -> Json {
    let mut steps = vec![json!({
        "kind": "root", "name": &*reference.root, "range": range(reference.root_span, sources),
    })];
    let mut whole = reference.root_span;
    for (step, span) in &reference.steps {
        let mut told = match step {
            RefStep::Attr(name) => json!({ "kind": "attr", "name": &**name }),
            RefStep::Index(key) => json!({ "kind": "index", "key": key.to_json() }),
            RefStep::Dynamic | RefStep::Splat => break,
        };
        let span = bracketed(*span, sources);
        told["range"] = range(span, sources);
        steps.push(told);
        whole = whole.to(span);
    }
    json!({ "root_name": &*reference.root, "steps": steps, "range": range(whole, sources) })
}

/// An index with its brackets.
fn bracketed(span: Span, sources: &Sources) -> Span {
    let text = sources.text(span.file);
    let (start, end) = (span.start as usize, span.end as usize);
    let before = text[..start].trim_end_matches([' ', '\t']);
    let after = text[end..].trim_start_matches([' ', '\t']);
    match (before.strip_suffix('['), after.strip_prefix(']')) {
        (Some(before), Some(after)) => Span::new(span.file, before.len(), text.len() - after.len()),
        _ => span,
    }
}
