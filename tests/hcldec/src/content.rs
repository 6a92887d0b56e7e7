//! What a specification expects in a body, and what stands there beside it.

use crate::spec::{Shape, Spec};
use patchform::config::syntax::{Block, Body};
use patchform::model::{Diagnostic, Diagnostics};

/// Names of attributes, and kinds of blocks with the number of their labels.
#[derive(Default)]
pub struct Expected<'s> {
    attributes: Vec<&'s str>,
    blocks: Vec<(&'s str, usize)>,
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
            Spec::Blocks { kind, shape, .. } => {
                self.blocks.push((kind, if let Shape::Map { labels } = shape { *labels } else { 0 }));
            }
            Spec::BlockAttrs { kind, .. } => self.blocks.push((kind, 0)),
            Spec::Transform { inner, .. } => self.add(inner),
            Spec::Literal(_) => {}
        }
    }

    /// Complains about everything in the body that is not expected.
    pub fn check(&self, body: &Body, problems: &mut Diagnostics) {
        for attribute in body.attributes.iter().filter(|a| !self.attributes.contains(&&*a.name)) {
            let problem = format!("an argument named \"{}\" is not expected here", attribute.name);
            problems.push(Diagnostic::error(problem).at(attribute.span, ""));
        }
        for block in &body.blocks {
            match self.blocks.iter().find(|(kind, _)| *kind == &*block.kind) {
                None => {
                    let problem = format!("blocks of type \"{}\" are not expected here", block.kind);
                    problems.push(Diagnostic::error(problem).at(block.kind_span, ""));
                }
                Some((_, labels)) if *labels != block.labels.len() => {
                    problems.push(wrong_labels(block, *labels));
                }
                Some(_) => {}
            }
        }
    }
}

fn wrong_labels(block: &Block, wanted: usize) -> Diagnostic {
    let place = block.labels.get(wanted).map_or(block.header, |extra| extra.span);
    Diagnostic::error(format!("blocks of type \"{}\" have {wanted} labels", block.kind)).at(place, "")
}
