//! What a block's expressions refer to.

use super::component::{STATIC, instance_key};
use super::names::{Names, Place, Target};
use super::order::{Use, Which};
use super::values::Values;
use crate::config::eval::misnamed;
use crate::config::expr::{Expr, RefStep, Reference};
use crate::config::syntax::Block;
use crate::model::{Diagnostic, Diagnostics};

/// Finds the uses of expressions, and complains about references that mean nothing.
pub(super) struct Finder<'a, 'p> {
    pub names: &'a Names<'p>,
    pub values: &'a mut Values,
    pub problems: &'a mut Diagnostics,
}

impl<'p> Finder<'_, 'p> {
    /// The node of a component block; local values come first.
    fn component_node(&self, index: usize) -> usize {
        self.names.locals.len() + index
    }

    /// What one expression uses. Every reference and every function that means nothing is told, so that none of them
    /// hides another one.
    pub fn expr(&mut self, expr: &'p Expr, place: Place, out: &mut Vec<Use<'p>>) {
        for problem in expr.calls().into_iter().filter_map(misnamed) {
            self.wrong(expr, problem);
        }
        for reference in expr.references() {
            match self.names.target(&reference, place) {
                Ok(Target::Known) => {}
                Ok(Target::Local(node)) => out.push(Use { node, span: reference.span, which: Which::All }),
                Ok(Target::Component(index)) => {
                    let which = which(&reference, expr);
                    out.push(Use { node: self.component_node(index), span: reference.span, which });
                }
                Err(problem) => self.wrong(expr, *problem),
            }
        }
    }

    fn wrong(&mut self, expr: &Expr, problem: Diagnostic) {
        self.problems.push(problem);
        self.values.bad.insert(expr.span());
        self.values.spoilt = true;
    }

    /// What the expressions of a block use, except for arguments that are references by themselves.
    pub fn block(&mut self, block: &'p Block, place: Place, out: &mut Vec<Use<'p>>) {
        for attribute in &block.body.attributes {
            if !STATIC.contains(&&*attribute.name) {
                self.expr(&attribute.value, place, out);
            }
        }
    }

    /// What a component block uses. `each` and `count` are known everywhere but in `for_each` and `count`; `self`
    /// in the blocks inside.
    pub fn component(&mut self, block: &'p Block, out: &mut Vec<Use<'p>>) {
        let each = block.body.attribute("for_each").is_some();
        let count = block.body.attribute("count").is_some();
        for attribute in &block.body.attributes {
            match &*attribute.name {
                "for_each" | "count" => {
                    let before = out.len();
                    self.expr(&attribute.value, Place::default(), out);
                    if each && is_whole_block(&attribute.value) {
                        // Each instance is made from the one with its key, and waits for that one only.
                        let locals = self.names.locals.len();
                        let blocks = out[before..].iter_mut().filter(|used| used.node >= locals);
                        blocks.for_each(|used| used.which = Which::Same);
                    }
                }
                name if STATIC.contains(&name) => {}
                _ => self.expr(&attribute.value, Place { each, count, itself: false }, out),
            }
        }
        for inner in &block.body.blocks {
            self.block(inner, Place { each, count, itself: true }, out);
        }
    }
}

/// `release.db`, without anything behind it.
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
