//! An expression: a compact tree with the place of every node, and what can be read off it without evaluating.

use super::value::Value;
use crate::model::Span;
use std::sync::Arc;

mod references;

/// An expression and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    pub(super) span: Span,
    pub(super) node: Node,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// A literal, or a string without interpolation.
    Literal(Value),
    /// `"…${…}…"`, a heredoc with interpolation.
    Template(Vec<Part>),
    /// `"${x}"`: the value itself, not text.
    Wrapped(Box<Expr>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{ a = b }`
    Object(Vec<(Key, Expr)>),
    /// A bare identifier.
    Name(Arc<str>),
    /// `base.a["b"][0]`, `base[*].a`
    Traversal(Box<Expr>, Box<[Step]>),
    /// `(a)`
    Parens(Box<Expr>),
    /// `a ? b : c`
    Conditional(Box<[Expr; 3]>),
    /// `!a`, `-a`
    Unary(Unary, Box<Expr>),
    /// `a + b`
    Binary(Binary, Box<[Expr; 2]>),
    /// `f(a, b...)`
    Call(Box<Call>),
    /// `[for …]`, `{for …}`
    For(Box<For>),
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    /// Text.
    Text(Arc<str>),
    /// `${x}`
    Value(Expr),
    /// `%{ if c }…%{ else }…%{ endif }`
    If { condition: Expr, then: Vec<Part>, otherwise: Vec<Part> },
    /// `%{ for k, v in c }…%{ endfor }`
    For { key: Option<Arc<str>>, value: Arc<str>, collection: Expr, body: Vec<Part> },
}

/// The key of an object's entry.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Key {
    /// A bare word.
    Word(Arc<str>, Span),
    /// `"quoted"` or `(anything)`.
    Computed(Expr),
}

/// One step of a traversal.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub(super) span: Span,
    pub(super) kind: StepKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum StepKind {
    /// `.name`
    Attr(Arc<str>),
    /// `[x]`, `.0`
    Index(Box<Expr>),
    /// `[*]`, `.*`: the steps inside apply to each element.
    Splat(Vec<Step>),
}

/// A function call.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    pub(super) name: Arc<str>,
    pub(super) name_span: Span,
    pub(super) args: Vec<Expr>,
    /// Whether the last argument is spread: `f(list...)`.
    pub(super) spread: bool,
}

/// A `for` expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct For {
    pub(super) key_name: Option<Arc<str>>,
    pub(super) value_name: Arc<str>,
    pub(super) collection: Expr,
    /// The result's key, if it makes an object.
    pub(super) key: Option<Expr>,
    pub(super) value: Expr,
    /// `...`: values of one key are gathered.
    pub(super) group: bool,
    pub(super) condition: Option<Expr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unary {
    Not,
    Negate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    And,
    Or,
}

impl Binary {
    /// As it is written.
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Binary::Add => "+",
            Binary::Subtract => "-",
            Binary::Multiply => "*",
            Binary::Divide => "/",
            Binary::Remainder => "%",
            Binary::Equal => "==",
            Binary::NotEqual => "!=",
            Binary::Less => "<",
            Binary::LessOrEqual => "<=",
            Binary::Greater => ">",
            Binary::GreaterOrEqual => ">=",
            Binary::And => "&&",
            Binary::Or => "||",
        }
    }
}

/// A reference to something outside the expression: `var.hosts["a"].port`.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// All of it.
    pub span: Span,
    /// Its first name: `var`.
    pub root: Arc<str>,
    /// Where the first name stands.
    pub root_span: Span,
    /// What follows, each with its place.
    pub steps: Vec<(RefStep, Span)>,
}

/// One step of a reference.
#[derive(Debug, Clone, PartialEq)]
pub enum RefStep {
    /// `.name`
    Attr(Arc<str>),
    /// `["key"]`, `[0]` or `.0`: a string or a number.
    Index(Value),
    /// `[expression]`
    Dynamic,
    /// `[*]` or `.*`
    Splat,
}

impl Reference {
    /// The name after the root, if that is how it goes on: `port` in `var.port`.
    pub fn name(&self) -> Option<&Arc<str>> {
        match self.steps.first() {
            Some((RefStep::Attr(name), _)) => Some(name),
            _ => None,
        }
    }

    /// The root with the name behind it, as an expression of their own.
    pub(super) fn beginning(&self) -> Expr {
        let root = Expr { span: self.root_span, node: Node::Name(self.root.clone()) };
        let Some((RefStep::Attr(name), span)) = self.steps.first() else { return root };
        let step = Step { span: *span, kind: StepKind::Attr(name.clone()) };
        Expr { span: self.root_span.to(*span), node: Node::Traversal(Box::new(root), Box::new([step])) }
    }

    /// The first `n` steps as they would be written, for messages: `var.hosts["a"]`.
    pub fn text(&self, n: usize) -> String {
        let mut text = self.root.to_string();
        for (step, _) in self.steps.iter().take(n) {
            match step {
                RefStep::Attr(name) => text.extend([".", name.as_ref()]),
                RefStep::Index(value) => text.push_str(&format!("[{}]", value.brief())),
                RefStep::Dynamic => text.push_str("[…]"),
                RefStep::Splat => text.push_str("[*]"),
            }
        }
        text
    }
}

/// The key of an object's entry, as the checker sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EntryKey<'a> {
    /// The key, if it is a bare word or a quoted literal.
    pub name: Option<&'a str>,
    /// Where it stands.
    pub span: Span,
    /// The expression, if it is none of these two.
    pub expr: Option<&'a Expr>,
}

impl Expr {
    /// A literal, for defaults that stand in no file.
    pub fn literal(value: Value, span: Span) -> Expr {
        Expr { span, node: Node::Literal(value) }
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        self.span
    }

    /// A bare identifier such as `string`.
    pub fn as_keyword(&self) -> Option<&str> {
        match &self.node {
            Node::Name(name) => Some(name),
            _ => None,
        }
    }

    /// The whole expression as one reference; indices that are no literals count as [`RefStep::Dynamic`].
    pub fn as_traversal(&self) -> Option<Reference> {
        match &self.node {
            Node::Name(name) => {
                let (span, root) = (self.span, name.clone());
                Some(Reference { span, root, root_span: span, steps: Vec::new() })
            }
            Node::Traversal(base, steps) => {
                let mut reference = base.as_traversal()?;
                flatten(steps, &mut reference.steps);
                Some(Reference { span: self.span, ..reference })
            }
            _ => None,
        }
    }

    /// A literal's value, or that of a string without interpolation.
    pub fn as_literal(&self) -> Option<&Value> {
        match &self.node {
            Node::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// A function call: its name, where that stands, its arguments, and whether the last one is spread.
    pub fn as_call(&self) -> Option<(&str, Span, &[Expr], bool)> {
        match &self.node {
            Node::Call(call) => Some((&call.name, call.name_span, &call.args, call.spread)),
            _ => None,
        }
    }

    /// The elements of `[a, b]`.
    pub fn as_list(&self) -> Option<&[Expr]> {
        match &self.node {
            Node::List(items) => Some(items),
            _ => None,
        }
    }

    /// Whether it is a template in which some text is written out.
    pub(super) fn is_partly_written(&self) -> bool {
        match &self.node {
            Node::Wrapped(inner) | Node::Parens(inner) => inner.is_partly_written(),
            Node::Template(parts) => {
                parts.iter().any(|part| matches!(part, Part::Text(text) if !text.is_empty()))
            }
            _ => false,
        }
    }

    /// Where an element stands; the whole expression where it is no list that is written out.
    pub fn element(&self, index: usize) -> Span {
        self.as_list().and_then(|items| items.get(index)).map_or(self.span, Expr::span)
    }

    /// The entries of `{ a = b }`, in the order written.
    pub fn as_object(&self) -> Option<Vec<(EntryKey<'_>, &Expr)>> {
        match &self.node {
            Node::Object(entries) => Some(entries.iter().map(|(key, value)| (key.entry(), value)).collect()),
            _ => None,
        }
    }

    /// An object without the entry `name`; anything else as it is.
    pub(super) fn without_key(&self, name: &str) -> Expr {
        let mut expr = self.clone();
        if let Node::Object(entries) = &mut expr.node {
            entries.retain(|(key, _)| key.entry().name != Some(name));
        }
        expr
    }

    /// All references to something outside the expression, in the order written; names that a `for` binds are
    /// inside.
    pub fn references(&self) -> Vec<Reference> {
        references::of(self)
    }
}

impl Key {
    fn entry(&self) -> EntryKey<'_> {
        match self {
            Key::Word(word, span) => EntryKey { name: Some(word), span: *span, expr: None },
            Key::Computed(expr) => EntryKey {
                name: expr.as_literal().and_then(Value::as_str),
                span: expr.span,
                expr: Some(expr),
            },
        }
    }
}

/// The steps of a reference; those within a splat stand behind it.
fn flatten(steps: &[Step], flat: &mut Vec<(RefStep, Span)>) {
    for step in steps {
        flat.push((step.as_ref_step(), step.span));
        if let StepKind::Splat(each) = &step.kind {
            flatten(each, flat);
        }
    }
}

impl Step {
    fn as_ref_step(&self) -> RefStep {
        match &self.kind {
            StepKind::Attr(name) => RefStep::Attr(name.clone()),
            StepKind::Splat(_) => RefStep::Splat,
            StepKind::Index(expr) => match expr.as_literal() {
                Some(value) if value.as_str().is_some() || value.as_number().is_some() => {
                    RefStep::Index(value.clone())
                }
                _ => RefStep::Dynamic,
            },
        }
    }
}
