//! Walking down an expression's tree.

use super::expr::{Expr, Key, Node, Part, Step, StepKind};
use crate::model::Span;

impl Expr {
    /// What stands in the brackets of the index step at `span`, when the expression has such a step.
    pub(super) fn index_at(&self, span: Span) -> Option<&Expr> {
        let mut waiting = vec![self];
        while let Some(expr) = waiting.pop() {
            let steps: &[Step] = match &expr.node {
                Node::Traversal(_, steps) => steps,
                Node::Splat(splat) => &splat.each,
                _ => &[],
            };
            for step in steps {
                match &step.kind {
                    StepKind::Index(index) if step.span == span => return Some(index),
                    _ => {}
                }
            }
            expr.children(&mut waiting);
        }
        None
    }

    /// Adds the expressions directly inside.
    fn children<'a>(&'a self, out: &mut Vec<&'a Expr>) {
        match &self.node {
            Node::Literal(_) | Node::Name(_) => {}
            Node::Template(parts) => parts_of(parts, out),
            Node::Wrapped(inner) | Node::Parens(inner) | Node::Unary(_, inner) => out.push(inner),
            Node::List(items) => out.extend(items),
            Node::Object(entries) => {
                for (key, value) in entries {
                    if let Key::Computed(key) = key {
                        out.push(key);
                    }
                    out.push(value);
                }
            }
            Node::Traversal(base, steps) => {
                out.push(base);
                steps_of(steps, out);
            }
            Node::Splat(splat) => {
                out.push(&splat.source);
                steps_of(&splat.each, out);
            }
            Node::Conditional(three) => out.extend(three.iter()),
            Node::Binary(_, two) => out.extend(two.iter()),
            Node::Call(call) => out.extend(&call.args),
            Node::For(f) => {
                out.extend([&f.collection, &f.value]);
                out.extend(f.key.iter().chain(&f.condition));
            }
        }
    }
}

fn steps_of<'a>(steps: &'a [Step], out: &mut Vec<&'a Expr>) {
    out.extend(steps.iter().filter_map(|step| match &step.kind {
        StepKind::Index(index) => Some(index),
        StepKind::Attr(_) => None,
    }));
}

fn parts_of<'a>(parts: &'a [Part], out: &mut Vec<&'a Expr>) {
    for part in parts {
        match part {
            Part::Text(_) => {}
            Part::Value(expr) => out.push(expr),
            Part::If { condition, then, otherwise } => {
                out.push(condition);
                parts_of(then, out);
                parts_of(otherwise, out);
            }
            Part::For { collection, body, .. } => {
                out.push(collection);
                parts_of(body, out);
            }
        }
    }
}
