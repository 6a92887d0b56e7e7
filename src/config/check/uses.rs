//! What a block's expressions refer to.

use super::component::{direct, instance_key, is_static};
use super::names::{Names, Node, Place, Target};
use super::order::{Part, Use, Which};
use super::values::Wrong;
use crate::config::eval::misnamed;
use crate::config::expr::{Expr, RefStep, Reference};
use crate::config::syntax::Block;
use crate::model::{Diagnostic, Diagnostics, Span};
use std::sync::Arc;

/// Finds the uses of expressions, and complains about references that mean nothing.
pub(super) struct Finder<'a, 'p> {
    pub names: &'a Names<'p>,
    pub wrong: &'a mut Wrong,
    /// What dynamic blocks around bind.
    pub bound: Vec<Bound>,
    pub problems: &'a mut Diagnostics,
}

/// A name that a dynamic block binds.
pub(super) struct Bound {
    iterator: Arc<str>,
    /// The kind of block that is made: without `iterator` the name is the same.
    makes: Arc<str>,
}

impl Bound {
    /// Says in `problem` how the element is called that `reference` was meant to be.
    fn correct(&self, reference: &Reference, problem: &mut Diagnostic) {
        let Bound { iterator, makes } = self;
        if *makes == reference.root {
            problem.summary = format!("The element of this dynamic block is not called `{makes}`");
            problem.primary = Some((reference.root_span, format!("`iterator` says `{iterator}`")));
        }
        problem.help =
            format!("The element of this dynamic block is {iterator}.value, and its key {iterator}.key.");
    }
}

impl<'p> Finder<'_, 'p> {
    /// What one expression uses. Every reference and every function that means nothing is told, so that none of them
    /// hides another one.
    pub fn expr(&mut self, expr: &'p Expr, place: Place, out: &mut Vec<Use<'p>>) {
        for call in expr.calls() {
            if let Some(problem) = misnamed(call) {
                self.wrong(call.name_span, problem);
            }
        }
        for reference in expr.references() {
            if self.bound.iter().any(|bound| bound.iterator == reference.root) {
                continue;
            }
            let (node, part) = match self.names.target(&reference, place) {
                Ok(Target::Known) => continue,
                Ok(Target::Local(index)) => (Node::Local(index), Part::Outputs),
                Ok(Target::Input(index)) => (Node::Input(index), Part::Outputs),
                Ok(Target::Component(index)) => (Node::Component(index), Part::Outputs),
                Ok(Target::Data(index)) => (Node::Data(index), Part::Outputs),
                Ok(Target::Call(index, None)) => (Node::Call(index), Part::Outputs),
                Ok(Target::Call(index, Some(output))) => (Node::Call(index), Part::Output(output)),
                // What is wrong with it is told where the object is made.
                Err(_) if expr.doubtful_keys().contains(&reference.span) => continue,
                Err(mut problem) => {
                    if let Some(bound) = self.meant(&reference) {
                        bound.correct(&reference, &mut problem);
                    }
                    self.wrong(reference.span, *problem);
                    continue;
                }
            };
            let which = match node {
                Node::Component(_) | Node::Call(_) => which(&reference, expr),
                _ => Which::All,
            };
            out.push(Use { node: self.names.number(node), span: reference.span, which, part });
        }
    }

    /// The dynamic block whose element a reference that means nothing was meant to be.
    fn meant(&self, reference: &Reference) -> Option<&Bound> {
        match &*reference.root {
            "each" => self.bound.last(),
            root => self.bound.iter().rfind(|bound| &*bound.makes == root),
        }
    }

    fn wrong(&mut self, at: Span, problem: Diagnostic) {
        self.problems.push(problem);
        self.wrong.bad.insert(at);
        self.wrong.spoil(true);
    }

    /// What the expressions of a block use, except for arguments that are references by themselves.
    pub fn block(&mut self, block: &'p Block, place: Place, out: &mut Vec<Use<'p>>) {
        for attribute in &block.body.attributes {
            if !is_static(&attribute.name) {
                self.expr(&attribute.value, place, out);
            }
        }
        for inner in &block.body.blocks {
            self.inner(inner, place, out);
        }
    }

    /// A block within another one. In the content of a dynamic one its iterator is known.
    fn inner(&mut self, block: &'p Block, place: Place, out: &mut Vec<Use<'p>>) {
        if &*block.kind != "dynamic" {
            return self.block(block, place, out);
        }
        if let Some(for_each) = block.body.attribute("for_each") {
            self.expr(&for_each.value, place, out);
        }
        let outside = self.bound.len();
        let iterator = super::dynamic::iterator(block).zip(block.labels.first());
        self.bound.extend(iterator.map(|(iterator, made)| Bound { iterator, makes: made.text.clone() }));
        if let Some(labels) = block.body.attribute("labels") {
            self.expr(&labels.value, place, out);
        }
        for content in &block.body.blocks {
            self.block(content, place, out);
        }
        self.bound.truncate(outside);
    }

    /// What the arguments of a block use, those aside that decide how many instances it has.
    pub fn arguments(&mut self, block: &'p Block, place: Place, out: &mut Vec<Use<'p>>) {
        let repeats = |name: &str| ["for_each", "count"].contains(&name);
        for attribute in block.body.attributes.iter().filter(|a| !repeats(&a.name)) {
            self.expr(&attribute.value, place, out);
        }
    }

    /// What a component block uses. `each` and `count` are known everywhere but in `for_each` and `count`; `self`
    /// in the blocks inside.
    pub fn component(&mut self, block: &'p Block, out: &mut Vec<Use<'p>>) {
        let (each, count) = self.repeated(block, out);
        let place = Place { each, count, ..Place::default() };
        for attribute in &block.body.attributes {
            match &*attribute.name {
                "for_each" | "count" => {}
                "rollout" | "vendor" if direct(attribute).is_some() => {}
                "rollout" | "vendor" => self.expr(&attribute.value, Place { names: true, ..place }, out),
                name if is_static(name) => {}
                _ => self.expr(&attribute.value, place, out),
            }
        }
        for inner in &block.body.blocks {
            let names = &*inner.kind == "maintenance";
            self.inner(inner, Place { itself: true, names, ..place }, out);
        }
    }

    /// What decides how many instances a block has; and whether `each` and `count` are known in it.
    pub fn repeated(&mut self, block: &'p Block, out: &mut Vec<Use<'p>>) -> (bool, bool) {
        let each = block.body.attribute("for_each");
        let count = block.body.attribute("count");
        for attribute in each.into_iter().chain(count) {
            let before = out.len();
            self.expr(&attribute.value, Place::default(), out);
            if each.is_some() && is_whole_block(&attribute.value) {
                // Each instance is made from the one with its key, and waits for that one only.
                for used in &mut out[before..] {
                    if matches!(self.names.node(used.node), Node::Component(_) | Node::Call(_)) {
                        used.which = Which::Same;
                    }
                }
            }
        }
        (each.is_some(), count.is_some())
    }
}

/// `release.db` or `module.eu`, without anything behind it.
fn is_whole_block(expr: &Expr) -> bool {
    expr.as_traversal().is_some_and(|reference| reference.steps.len() == 1)
}

fn which<'p>(reference: &Reference, expr: &'p Expr) -> Which<'p> {
    match reference.steps.get(1) {
        Some((RefStep::Index(key), _)) => instance_key(key).map_or(Which::All, Which::One),
        Some((RefStep::Dynamic, span)) => expr.index_at(*span).map_or(Which::All, Which::Computed),
        _ => Which::All,
    }
}
