//! Walking down an expression's tree.

use super::expr::{Call, Expr, Key, Node, Part, Step, StepKind};
use crate::model::Span;

impl Expr {
    /// What stands in the brackets of the index step at `span`, when the expression has such a step.
    pub(super) fn index_at(&self, span: Span) -> Option<&Expr> {
        let mut waiting = vec![Inner { expr: self, step: None }];
        while let Some(inner) = waiting.pop() {
            if inner.step == Some(span) {
                return Some(inner.expr);
            }
            children(inner.expr, &mut waiting);
        }
        None
    }
}

impl Expr {
    /// Every function call in the expression, in the order written.
    pub(super) fn calls(&self) -> Vec<&Call> {
        let mut waiting = vec![Inner { expr: self, step: None }];
        let mut found = Vec::new();
        while let Some(inner) = waiting.pop() {
            if let Node::Call(call) = &inner.expr.node {
                found.push(&**call);
            }
            children(inner.expr, &mut waiting);
        }
        found.sort_by_key(|call| call.name_span.start);
        found
    }
}

impl Expr {
    /// The texts and numbers that stand anywhere in the expression.
    pub(super) fn literals(&self) -> Vec<&Expr> {
        let mut waiting = vec![Inner { expr: self, step: None }];
        let mut found = Vec::new();
        while let Some(Inner { expr, .. }) = waiting.pop() {
            found.extend(
                expr.as_literal().filter(|v| v.as_str().is_some() || v.as_number().is_some()).map(|_| expr),
            );
            children(expr, &mut waiting);
        }
        found
    }
}

impl Expr {
    /// Keys of objects that could be a reference or a text: `a.b` in `{ a.b = 1 }`.
    pub(super) fn doubtful_keys(&self) -> Vec<Span> {
        let mut waiting = vec![Inner { expr: self, step: None }];
        let mut found = Vec::new();
        while let Some(Inner { expr, .. }) = waiting.pop() {
            let keys = match &expr.node {
                Node::Object(entries) => &**entries,
                _ => &[],
            };
            found.extend(keys.iter().filter_map(|(key, _)| match key {
                Key::Computed(key) => {
                    key.as_traversal().filter(|key| !key.steps.is_empty()).map(|key| key.span)
                }
                Key::Word(..) => None,
            }));
            children(expr, &mut waiting);
        }
        found
    }
}

impl Expr {
    /// Whether a text or a number stands anywhere in the expression, be it beside a reference in a template.
    pub(super) fn has_text(&self) -> bool {
        let mut waiting = vec![Inner { expr: self, step: None }];
        while let Some(Inner { expr, .. }) = waiting.pop() {
            let is_text = match &expr.node {
                Node::Literal(value) => value.as_str().is_some() || value.as_number().is_some(),
                // A template that holds one reference and nothing else is `Wrapped`.
                Node::Template(_) => true,
                Node::Object(entries) => entries.iter().any(|(key, _)| matches!(key, Key::Word(..))),
                _ => false,
            };
            if is_text {
                return true;
            }
            children(expr, &mut waiting);
        }
        false
    }
}

impl Expr {
    /// Gives every place in the expression another one.
    pub(super) fn respan(&mut self, place: &impl Fn(Span) -> Span) {
        self.span = place(self.span);
        match &mut self.node {
            Node::Literal(_) | Node::Name(_) => {}
            Node::Template(parts) => respan_parts(parts, place),
            Node::Wrapped(inner) | Node::Parens(inner) | Node::Unary(_, inner) => inner.respan(place),
            Node::List(items) => items.iter_mut().for_each(|item| item.respan(place)),
            Node::Object(entries) => {
                for (key, value) in entries {
                    match key {
                        Key::Word(_, span) => *span = place(*span),
                        Key::Computed(key) => key.respan(place),
                    }
                    value.respan(place);
                }
            }
            Node::Traversal(base, steps) => {
                base.respan(place);
                respan_steps(steps, place);
            }
            Node::Conditional(three) => three.iter_mut().for_each(|expr| expr.respan(place)),
            Node::Binary(_, two) => two.iter_mut().for_each(|expr| expr.respan(place)),
            Node::Call(call) => {
                call.name_span = place(call.name_span);
                call.args.iter_mut().for_each(|arg| arg.respan(place));
            }
            Node::For(f) => {
                let parts =
                    [&mut f.collection, &mut f.value].into_iter().chain(&mut f.key).chain(&mut f.condition);
                parts.for_each(|part| part.respan(place));
            }
        }
    }
}

fn respan_steps(steps: &mut [Step], place: &impl Fn(Span) -> Span) {
    for step in steps {
        step.span = place(step.span);
        match &mut step.kind {
            StepKind::Attr(_) => {}
            StepKind::Index(index) => index.respan(place),
            StepKind::Splat(each) => respan_steps(each, place),
        }
    }
}

fn respan_parts(parts: &mut [Part], place: &impl Fn(Span) -> Span) {
    for part in parts {
        match part {
            Part::Text(_) => {}
            Part::Value(expr) => expr.respan(place),
            Part::If { condition, then, otherwise } => {
                condition.respan(place);
                respan_parts(then, place);
                respan_parts(otherwise, place);
            }
            Part::For { collection, body, .. } => {
                collection.respan(place);
                respan_parts(body, place);
            }
        }
    }
}

/// An expression inside of another, and the index step whose brackets it fills.
struct Inner<'a> {
    expr: &'a Expr,
    step: Option<Span>,
}

fn children<'a>(expr: &'a Expr, out: &mut Vec<Inner<'a>>) {
    let mut add = |expr: &'a Expr| out.push(Inner { expr, step: None });
    match &expr.node {
        Node::Literal(_) | Node::Name(_) => {}
        Node::Template(parts) => parts_of(parts, out),
        Node::Wrapped(inner) | Node::Parens(inner) | Node::Unary(_, inner) => add(inner),
        Node::List(items) => items.iter().for_each(add),
        Node::Object(entries) => {
            for (key, value) in entries {
                if let Key::Computed(key) = key {
                    add(key);
                }
                add(value);
            }
        }
        Node::Traversal(base, steps) => {
            add(base);
            steps_of(steps, out);
        }
        Node::Conditional(three) => three.iter().for_each(add),
        Node::Binary(_, two) => two.iter().for_each(add),
        Node::Call(call) => call.args.iter().for_each(add),
        Node::For(f) => {
            let parts = [&f.collection, &f.value].into_iter().chain(f.key.iter()).chain(f.condition.iter());
            parts.for_each(add);
        }
    }
}

fn steps_of<'a>(steps: &'a [Step], out: &mut Vec<Inner<'a>>) {
    for step in steps {
        match &step.kind {
            StepKind::Attr(_) => {}
            StepKind::Index(expr) => out.push(Inner { expr, step: Some(step.span) }),
            StepKind::Splat(each) => steps_of(each, out),
        }
    }
}

fn parts_of<'a>(parts: &'a [Part], out: &mut Vec<Inner<'a>>) {
    for part in parts {
        match part {
            Part::Text(_) => {}
            Part::Value(expr) => out.push(Inner { expr, step: None }),
            Part::If { condition, then, otherwise } => {
                out.push(Inner { expr: condition, step: None });
                parts_of(then, out);
                parts_of(otherwise, out);
            }
            Part::For { collection, body, .. } => {
                out.push(Inner { expr: collection, step: None });
                parts_of(body, out);
            }
        }
    }
}
