//! What a specification expects in a body, and what stands there beside it.

use crate::spec::{Shape, Spec};
use crate::told;
use patchform::config::source::Sources;
use patchform::config::syntax::{Block, Body, Layout, Reading};
use patchform::model::{Diagnostic, Diagnostics};

/// Names of attributes, and kinds of blocks with the names of their labels.
#[derive(Default)]
pub struct Expected<'s> {
    attributes: Vec<&'s str>,
    blocks: Vec<Kind<'s>>,
}

struct Kind<'s> {
    name: &'s str,
    labels: &'s [String],
    /// What is made of their bodies; nothing where attributes are taken as they are.
    inner: Option<&'s Spec>,
}

impl<'s> Expected<'s> {
    /// What `spec` expects in the body it is applied to, not in blocks within.
    pub fn by(spec: &'s Spec) -> Expected<'s> {
        let mut expected = Expected::default();
        expected.add(spec);
        expected
    }

    fn add(&mut self, spec: &'s Spec) {
        match spec {
            Spec::Object(fields) => fields.iter().for_each(|(_, spec)| self.add(spec)),
            Spec::Array(all) | Spec::Default(all) => all.iter().for_each(|spec| self.add(spec)),
            Spec::Attr { name, .. } => self.attributes.push(name),
            Spec::Blocks { kind, shape, inner } => {
                let labels = if let Shape::Map { labels } = shape { labels.as_slice() } else { &[] };
                self.blocks.push(Kind { name: kind, labels, inner: Some(inner) });
            }
            Spec::BlockAttrs { kind, .. } => self.blocks.push(Kind { name: kind, labels: &[], inner: None }),
            Spec::Transform { inner, .. } => self.add(inner),
            Spec::Literal(_) => {}
        }
    }

    /// Complains about everything in the body that is not expected.
    pub fn check(&self, body: &Body, sources: &Sources, problems: &mut Diagnostics) {
        for attribute in body.attributes.iter().filter(|a| !self.attributes.contains(&&*a.name)) {
            let problem = format!("an argument named \"{}\" is not expected here", attribute.name);
            problems.push(Diagnostic::error(problem).at(attribute.span, ""));
        }
        for block in &body.blocks {
            match self.blocks.iter().find(|kind| *kind.name == *block.kind) {
                None => {
                    let problem = format!("blocks of type \"{}\" are not expected here", block.kind);
                    problems.push(Diagnostic::error(problem).at(block.kind_span, ""));
                }
                Some(kind) => problems.0.extend(wrong_labels(block, kind.labels, sources)),
            }
        }
    }
}

/// A label that is missing is told at the opening brace, one too many at itself.
pub fn wrong_labels(block: &Block, wanted: &[String], sources: &Sources) -> Option<Diagnostic> {
    let count = wanted.len();
    let place = match block.labels.get(count) {
        Some(extra) => extra.span,
        None if block.labels.len() < count => told::brace(block, sources),
        None => return None,
    };
    Some(Diagnostic::error(format!("blocks of type \"{}\" have {count} labels", block.kind)).at(place, ""))
}

/// A body in JSON, seen by the specifications that are applied to it.
pub struct Within<'s> {
    specs: Vec<&'s Spec>,
    templates: bool,
}

impl<'s> Within<'s> {
    /// The body that `spec` is applied to; `templates` says whether strings are templates.
    pub fn the_body_of(spec: &'s Spec, templates: bool) -> Within<'s> {
        Within { specs: vec![spec], templates }
    }
}

impl Layout for Within<'_> {
    fn block(&self, name: &str) -> Option<(usize, Self)> {
        let mut expected = Expected::default();
        self.specs.iter().for_each(|spec| expected.add(spec));
        let kinds: Vec<&Kind<'_>> = expected.blocks.iter().filter(|kind| kind.name == name).collect();
        let labels = kinds.first()?.labels.len();
        let specs = kinds.iter().filter_map(|kind| kind.inner).collect();
        Some((labels, Within { specs, templates: self.templates }))
    }

    fn reading(&self, _: &str) -> Reading {
        if self.templates { Reading::Templates } else { Reading::Texts }
    }
}
