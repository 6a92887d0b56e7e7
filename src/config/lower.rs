//! From the library's syntax tree to our compact one, with what the library lets pass refused.

use super::expr::{Binary, Call, Expr, For, Key, Node, Step, StepKind, Unary};
use super::fmt::scan::scan;
use super::fmt::token::{Kind, Token};
use super::number::Number;
use super::syntax::translate;
use super::value::Value;
use super::words::Words;
use crate::model::{Diagnostic, Diagnostics, FileId, Span};
use hcl_edit::expr::{
    BinaryOperator, Expression, ForExpr, FuncCall, Object, ObjectKey, Traversal, TraversalOperator,
    UnaryOperator,
};
use hcl_edit::{Decorated, Span as _};
use std::ops::Range;

mod large;
mod retold;
mod template;

use large::Large;
pub(super) use large::Readable;
pub(super) use retold::{Lines, Unreadable, body, trimmed};

/// The deepest nesting of an expression that is accepted. The parser stops long before.
const MAX_NESTING: usize = 400;

/// A part of a file that the library has parsed alone.
#[derive(Clone, Copy)]
pub(super) struct Chunk<'t> {
    pub text: &'t str,
    pub file: FileId,
    /// Where it stands in the file.
    pub base: usize,
    /// Objects whose entries the library has not seen.
    pub large: &'t [Large],
    /// Whether ends of lines count outside of all brackets.
    pub lines: Lines,
}

/// Lowers an expression of a chunk.
///
/// # Errors
/// What the library lets pass: raw line breaks within quotes, nesting that is too deep, bad escapes.
pub(super) fn lower(expr: &Expression, chunk: Chunk<'_>, words: &mut Words) -> Result<Expr, Diagnostics> {
    let mut lowering = Lowering::of(chunk, words);
    let lowered = lowering.expr(expr);
    if lowering.problems.has_errors() { Err(lowering.problems) } else { Ok(lowered) }
}

/// Parses and lowers a text that is one expression, such as the value of `--var`.
///
/// # Errors
/// What is wrong with it, pointing into `file` behind `base`.
pub fn parse(text: &str, file: FileId, base: usize) -> Result<Expr, Diagnostics> {
    let Range { start, end } = trimmed(text);
    let (text, base) = (&text[start..end], base + start);
    let (parsed, large) = expression(text, Lines::Free).map_err(|error| {
        let at = base + error.at;
        let help = if error.message.contains("`)`") { "close what is open with `)`." } else { "" };
        let place = Span::new(file, at, at + 1);
        Diagnostic::error("this is no valid expression").at(place, error.message).help(help)
    })?;
    lower(&parsed, Chunk { text, file, base, large: &large, lines: Lines::Free }, &mut Words::new())
}

/// Parses a text that is one expression and nothing else; and its objects that are still to be read.
///
/// # Errors
/// The library's.
pub(super) fn expression(text: &str, lines: Lines) -> Result<(Expression, Vec<Large>), Unreadable> {
    let Readable { text, large } = Readable::of(text);
    Ok((retold::expression(&text, lines)?, large))
}

/// Parses and lowers a text that is one template, such as the file of `templatefile()`.
///
/// # Errors
/// What is wrong with it, pointing into `file` as if it stood at its beginning.
pub fn parse_template(text: &str, file: FileId) -> Result<Expr, Diagnostics> {
    let parsed = text
        .parse::<hcl_edit::template::Template>()
        .map_err(|error| translate::in_template(&Unreadable::of(&error, text), text, file))?;
    let chunk = Chunk { text, file, base: 0, large: &[], lines: Lines::Free };
    let mut words = Words::new();
    let mut lowering = Lowering::of(chunk, &mut words);
    let node = lowering.bare_template(&parsed);
    let span = Span::new(file, 0, text.len());
    if lowering.problems.has_errors() { Err(lowering.problems) } else { Ok(Expr { span, node }) }
}

struct Lowering<'t> {
    chunk: Chunk<'t>,
    depth: usize,
    /// Whether ends of lines count where it is reading.
    lines: Lines,
    words: &'t mut Words,
    problems: Diagnostics,
}

impl<'t> Lowering<'t> {
    fn of(chunk: Chunk<'t>, words: &'t mut Words) -> Self {
        Lowering { chunk, depth: 0, lines: chunk.lines, words, problems: Diagnostics::default() }
    }

    /// Reads what stands in brackets of a sort.
    fn within<T>(&mut self, lines: Lines, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.lines, lines);
        let answer = read(self);
        self.lines = before;
        answer
    }

    fn span(&self, range: Option<Range<usize>>) -> Span {
        let range = range.unwrap_or(0..0);
        Span::new(self.chunk.file, self.chunk.base + range.start, self.chunk.base + range.end)
    }

    fn refuse(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    fn expr(&mut self, expr: &Expression) -> Expr {
        let span = self.span(expr.span());
        if self.depth >= MAX_NESTING {
            self.too_deep(span);
            return Expr { span, node: Node::Literal(Value::NULL) };
        }
        self.depth += 1;
        let node = self.node(expr, span);
        self.depth -= 1;
        Expr { span, node }
    }

    fn node(&mut self, expr: &Expression, span: Span) -> Node {
        match expr {
            Expression::Null(_) => Node::Literal(Value::NULL),
            Expression::Bool(b) => Node::Literal(Value::bool(**b)),
            Expression::Number(_) => self.number(span),
            Expression::String(s) => {
                self.quoted(span);
                Node::Literal(Value::string(self.words.get(s.as_str())))
            }
            Expression::Array(items) => self
                .within(Lines::Free, |free| Node::List(items.iter().map(|item| free.expr(item)).collect())),
            Expression::Object(object) => self.within(Lines::Count, |inner| inner.object(object, span)),
            Expression::StringTemplate(template) => self.string_template(template),
            Expression::HeredocTemplate(heredoc) => self.heredoc(heredoc, span),
            Expression::Parenthesis(inner) => {
                Node::Parens(Box::new(self.within(Lines::Free, |free| free.expr(inner.inner()))))
            }
            Expression::Variable(name) => Node::Name(self.words.key(name.as_str())),
            Expression::Conditional(c) => Node::Conditional(Box::new([
                self.expr(&c.cond_expr),
                self.expr(&c.true_expr),
                self.expr(&c.false_expr),
            ])),
            Expression::FuncCall(call) => self.call(call),
            Expression::Traversal(traversal) => self.traversal(traversal),
            Expression::UnaryOp(op) => {
                let unary = match op.operator.value() {
                    UnaryOperator::Neg => Unary::Negate,
                    UnaryOperator::Not => Unary::Not,
                };
                Node::Unary(unary, Box::new(self.expr(&op.expr)))
            }
            Expression::BinaryOp(op) => {
                let two = [self.expr(&op.lhs_expr), self.expr(&op.rhs_expr)];
                Node::Binary(binary(*op.operator.value()), Box::new(two))
            }
            Expression::ForExpr(f) => self.within(Lines::Free, |free| free.for_expr(f)),
        }
    }

    fn object(&mut self, object: &Object, span: Span) -> Node {
        if object.is_empty()
            && let Some(large) = self.large(span)
        {
            return large;
        }
        Node::Object(object.iter().map(|(key, value)| (self.key(key), self.expr(value.expr()))).collect())
    }

    /// Reads the digits themselves: the library has rounded them to a double.
    fn number(&mut self, span: Span) -> Node {
        let source = self.source(span);
        // Between the sign and the digits may stand white space and comments.
        let digits = source.rsplit(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
        let sign = if source.starts_with('-') && !digits.starts_with('-') { "-" } else { "" };
        let digits = format!("{sign}{digits}");
        match digits.parse::<Number>() {
            Ok(n) => Node::Literal(Value::number(n)),
            Err(error) => {
                self.refuse(Diagnostic::error(error.to_string()).at(span, ""));
                Node::Literal(Value::NULL)
            }
        }
    }

    /// The source text of a span; empty where the tree was not made from it.
    fn source(&self, span: Span) -> &str {
        let (start, end) = (span.start as usize, span.end as usize);
        let Chunk { text, base, .. } = self.chunk;
        text.get(start.saturating_sub(base)..end.saturating_sub(base)).unwrap_or_default()
    }

    fn key(&mut self, key: &ObjectKey) -> Key {
        match key {
            ObjectKey::Ident(word) => Key::Word(self.words.key(word.as_str()), self.span(word.span())),
            // Bare words too, though the library takes them for values.
            ObjectKey::Expression(word @ (Expression::Null(_) | Expression::Bool(_))) => {
                let span = self.span(word.span());
                Key::Word(self.source(span).into(), span)
            }
            ObjectKey::Expression(expr) => Key::Computed(self.expr(expr)),
        }
    }

    fn call(&mut self, call: &FuncCall) -> Node {
        let mut name = String::new();
        for part in &call.name.namespace {
            name.push_str(part.as_str());
            name.push_str("::");
        }
        name.push_str(call.name.name.as_str());
        let first = call.name.namespace.first().unwrap_or(&call.name.name);
        let name_span = self.span(first.span()).to(self.span(call.name.name.span()));
        let args = self.within(Lines::Free, |free| call.args.iter().map(|arg| free.expr(arg)).collect());
        let name = self.words.key(&name);
        Node::Call(Box::new(Call { name, name_span, args, spread: call.args.expand_final() }))
    }

    fn for_expr(&mut self, f: &ForExpr) -> Node {
        Node::For(Box::new(For {
            key_name: f.intro.key_var.as_ref().map(|name| self.words.key(name.as_str())),
            value_name: self.words.key(f.intro.value_var.as_str()),
            collection: self.expr(&f.intro.collection_expr),
            key: f.key_expr.as_ref().map(|key| self.expr(key)),
            value: self.expr(&f.value_expr),
            group: f.grouping,
            condition: f.cond.as_ref().map(|cond| self.expr(&cond.expr)),
        }))
    }

    fn traversal(&mut self, traversal: &Traversal) -> Node {
        let base = self.expr(&traversal.expr);
        if self.lines == Lines::Count {
            self.on_one_line(traversal);
        }
        let mut left = traversal.operators.as_slice();
        Node::Traversal(Box::new(base), self.steps(&mut left, Reach::All).into_boxed_slice())
    }

    /// Refuses a step that stands on a line below: there a new argument begins, or nothing may stand.
    fn on_one_line(&mut self, traversal: &Traversal) {
        let mut end = self.span(traversal.expr.span()).end;
        for operator in &traversal.operators {
            let step = self.span(operator.span());
            let around = Span { start: end, ..step };
            end = step.end;
            let text = self.source(around);
            if !text.contains('\n') {
                continue;
            }
            let (tokens, _) = scan(text);
            let first = tokens.iter().position(|token| !matches!(token.kind, Kind::Newline | Kind::Comment));
            let Some(first) = first.filter(|first| tokens[..*first].iter().any(Token::ends_line)) else {
                continue;
            };
            let Token { at, text, .. } = &tokens[first];
            let start = around.start as usize + at;
            let sign = text.chars().next().unwrap_or('[');
            let problem =
                Diagnostic::error(format!("An expression cannot go on with `{sign}` on the next line"))
                    .at(Span::new(around.file, start, start + 1), "not expected here")
                    .help("Put it behind the expression on the same line, or all of it in parentheses.");
            return self.refuse(problem);
        }
    }

    /// Everything behind a full splat applies to each element; behind an attribute splat all but `[…]` does.
    fn steps(&mut self, left: &mut &[Decorated<TraversalOperator>], reach: Reach) -> Vec<Step> {
        // Room for those up to the first splat: it takes what is behind it, and there may be very many splats.
        let room = left.iter().take_while(|step| !is_splat(step.value())).count();
        let mut steps = Vec::with_capacity(room + usize::from(room < left.len()));
        while let Some((operator, rest)) = left.split_first() {
            let operator = operator.value();
            if reach == Reach::Plain && !is_plain(operator) {
                break;
            }
            *left = rest;
            let span = self.span(operator.span());
            let kind = match operator {
                TraversalOperator::GetAttr(name) => StepKind::Attr(self.words.key(name.as_str())),
                TraversalOperator::Index(index) => {
                    StepKind::Index(Box::new(self.within(Lines::Free, |free| free.expr(index))))
                }
                TraversalOperator::LegacyIndex(n) => {
                    self.no_fraction(span, rest);
                    StepKind::Index(Box::new(Expr { span, node: Node::Literal(Value::number(*n.value())) }))
                }
                TraversalOperator::AttrSplat(_) => StepKind::Splat(self.each(left, Reach::Plain, span)),
                TraversalOperator::FullSplat(_) => StepKind::Splat(self.each(left, Reach::All, span)),
            };
            steps.push(Step { span, kind });
        }
        steps
    }

    /// `x.0.1`: what stands behind the first dot is a number with a fraction, which terraform refuses.
    fn no_fraction(&mut self, index: Span, rest: &[Decorated<TraversalOperator>]) {
        let Some(next) =
            rest.first().filter(|next| matches!(next.value(), TraversalOperator::LegacyIndex(_)))
        else {
            return;
        };
        let both = index.to(self.span(next.span()));
        let numbers = self.source(both).trim_start_matches('.');
        if let Some((first, second)) = numbers.split_once('.')
            && [first, second].iter().all(|n| n.bytes().all(|byte| byte.is_ascii_digit()))
        {
            let help = format!("Write [{first}][{second}].");
            self.refuse(
                Diagnostic::error("Two indexes in a row cannot stand behind dots").at(both, "").help(help),
            );
        }
    }

    /// The steps within a splat; splats nest, so that they count as a level.
    fn each(&mut self, left: &mut &[Decorated<TraversalOperator>], reach: Reach, star: Span) -> Vec<Step> {
        if self.depth >= MAX_NESTING {
            self.too_deep(star);
            *left = &[];
            return Vec::new();
        }
        self.depth += 1;
        let steps = self.steps(left, reach);
        self.depth -= 1;
        steps
    }

    fn too_deep(&mut self, span: Span) {
        self.refuse(
            Diagnostic::error("this expression is nested too deeply")
                .at(span, "")
                .help("name parts of it in a locals block"),
        );
    }
}

/// How far the steps behind a splat reach.
#[derive(Clone, Copy, PartialEq)]
enum Reach {
    All,
    Plain,
}

fn is_splat(operator: &TraversalOperator) -> bool {
    matches!(operator, TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_))
}

fn is_plain(operator: &TraversalOperator) -> bool {
    matches!(operator, TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_))
}

fn binary(operator: BinaryOperator) -> Binary {
    match operator {
        BinaryOperator::Plus => Binary::Add,
        BinaryOperator::Minus => Binary::Subtract,
        BinaryOperator::Mul => Binary::Multiply,
        BinaryOperator::Div => Binary::Divide,
        BinaryOperator::Mod => Binary::Remainder,
        BinaryOperator::Eq => Binary::Equal,
        BinaryOperator::NotEq => Binary::NotEqual,
        BinaryOperator::Less => Binary::Less,
        BinaryOperator::LessEq => Binary::LessOrEqual,
        BinaryOperator::Greater => Binary::Greater,
        BinaryOperator::GreaterEq => Binary::GreaterOrEqual,
        BinaryOperator::And => Binary::And,
        BinaryOperator::Or => Binary::Or,
    }
}
