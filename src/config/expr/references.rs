//! The free references of an expression.

use super::{Expr, For, Key, Node, Part, Reference, Step, StepKind};

/// All references to something outside `expr`, in the order written.
pub(super) fn of(expr: &Expr) -> Vec<Reference> {
    let mut found = Found::default();
    found.expr(expr);
    found.references
}

/// Walks an expression for its free references.
#[derive(Default)]
struct Found<'a> {
    references: Vec<Reference>,
    bound: Vec<&'a str>,
}

impl<'a> Found<'a> {
    fn expr(&mut self, expr: &'a Expr) {
        match &expr.node {
            Node::Literal(_) => {}
            Node::Name(_) | Node::Traversal(..) => self.traversal(expr),
            Node::Template(parts) => self.parts(parts),
            Node::Wrapped(inner) | Node::Parens(inner) | Node::Unary(_, inner) => self.expr(inner),
            Node::List(items) => items.iter().for_each(|item| self.expr(item)),
            Node::Object(entries) => entries.iter().for_each(|(key, value)| {
                if let Key::Computed(key) = key {
                    self.expr(key);
                }
                self.expr(value);
            }),
            Node::Conditional(three) => three.iter().for_each(|e| self.expr(e)),
            Node::Binary(_, two) => two.iter().for_each(|e| self.expr(e)),
            Node::Call(call) => call.args.iter().for_each(|arg| self.expr(arg)),
            Node::For(f) => self.for_expr(f),
        }
    }

    fn traversal(&mut self, expr: &'a Expr) {
        match expr.as_traversal() {
            Some(reference) if self.bound.iter().any(|name| **name == *reference.root) => {}
            Some(reference) => self.references.push(reference),
            None => {}
        }
        self.below(expr);
    }

    /// What stands between the brackets, all the way down to the root.
    fn below(&mut self, expr: &'a Expr) {
        match &expr.node {
            Node::Traversal(base, steps) => {
                self.below(base);
                self.steps(steps);
            }
            Node::Name(_) => {}
            _ => self.expr(expr),
        }
    }

    fn steps(&mut self, steps: &'a [Step]) {
        for step in steps {
            match &step.kind {
                StepKind::Attr(_) => {}
                StepKind::Index(index) => self.expr(index),
                StepKind::Splat(each) => self.steps(each),
            }
        }
    }

    fn parts(&mut self, parts: &'a [Part]) {
        for part in parts {
            match part {
                Part::Text(_) => {}
                Part::Value(expr) => self.expr(expr),
                Part::If { condition, then, otherwise } => {
                    self.expr(condition);
                    self.parts(then);
                    self.parts(otherwise);
                }
                Part::For { key, value, collection, body } => {
                    self.expr(collection);
                    self.within(key.as_deref(), value, |found| found.parts(body));
                }
            }
        }
    }

    fn for_expr(&mut self, f: &'a For) {
        self.expr(&f.collection);
        self.within(f.key_name.as_deref(), &f.value_name, |found| {
            for expr in [f.key.as_ref(), Some(&f.value), f.condition.as_ref()].into_iter().flatten() {
                found.expr(expr);
            }
        });
    }

    fn within(&mut self, key: Option<&'a str>, value: &'a str, walk: impl FnOnce(&mut Self)) {
        let outside = self.bound.len();
        self.bound.extend(key);
        self.bound.push(value);
        walk(self);
        self.bound.truncate(outside);
    }
}
