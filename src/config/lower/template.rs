//! Templates and heredocs, read as Terraform reads them: a flat list of pieces is trimmed (`~`), dedented (`<<-`) and
//! only then nested. The text is taken from the source, since the library unescapes and dedents only its outermost level.

use super::{Lines, Lowering};
use crate::config::expr::{Expr, Node, Part};
use crate::config::value::Value;
use crate::model::{Diagnostic, Span};
use hcl_edit::Span as _;
use hcl_edit::template::{
    Directive, Element, ForDirective, HeredocTemplate, IfDirective, StringTemplate, Strip, Template,
};
use std::sync::Arc;

/// A piece of a template, before nesting.
enum Piece {
    Text(String),
    Value(Expr),
    If(Expr),
    Else,
    For(Option<Arc<str>>, Arc<str>, Expr),
    End,
}

/// The pieces so far, and whether the next text loses its leading white space.
#[derive(Default)]
struct Pieces {
    all: Vec<Piece>,
    trim_next: bool,
}

impl Pieces {
    fn text(&mut self, text: String) {
        let trim = std::mem::take(&mut self.trim_next);
        self.all.push(Piece::Text(if trim { text.trim_start().to_string() } else { text }));
    }

    fn marker(&mut self, piece: Piece, strip: Strip) {
        if strip.strip_start()
            && let Some(Piece::Text(text)) = self.all.last_mut()
        {
            text.truncate(text.trim_end().len());
        }
        self.all.push(piece);
        self.trim_next = strip.strip_end();
    }
}

/// How the text between the markers is written.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    Quoted,
    Heredoc,
}

impl Lowering<'_> {
    pub(super) fn string_template(&mut self, template: &StringTemplate) -> Node {
        let mut pieces = Pieces::default();
        self.elements(template.iter(), Style::Quoted, &mut pieces);
        finish(pieces.all)
    }

    /// A template that stands in no quotes: a file.
    pub(super) fn bare_template(&mut self, template: &Template) -> Node {
        let mut pieces = Pieces::default();
        self.elements(template.iter(), Style::Heredoc, &mut pieces);
        finish(pieces.all)
    }

    pub(super) fn heredoc(&mut self, heredoc: &HeredocTemplate, span: Span) -> Node {
        // The library reads past the end of an empty heredoc, to the next one's.
        if self.source(span).lines().nth(1).is_some_and(|line| line.trim() == heredoc.delimiter.as_str()) {
            self.refuse(
                Diagnostic::error("an empty heredoc is not supported")
                    .at(span, "")
                    .help("write \"\" instead"),
            );
            return Node::Literal(Value::NULL);
        }
        let mut pieces = Pieces::default();
        self.elements(heredoc.template.iter(), Style::Heredoc, &mut pieces);
        if self.source(span).starts_with("<<-") {
            dedent(&mut pieces.all);
        }
        finish(pieces.all)
    }

    /// Refuses raw line breaks within quotes, which the library lets pass.
    pub(super) fn quoted(&mut self, span: Span) {
        let Some(at) = self.source(span).find('\n') else { return };
        let start = span.start as usize + at;
        self.refuse(
            Diagnostic::error("a quoted string cannot go on on the next line")
                .at(Span::new(span.file, span.start as usize, start), "this string is not closed on its line")
                .help("write \\n for a line break, or use a heredoc (<<EOT) for text of several lines"),
        );
    }

    fn elements<'e>(
        &mut self,
        elements: impl Iterator<Item = &'e Element>,
        style: Style,
        pieces: &mut Pieces,
    ) {
        for element in elements {
            match element {
                Element::Literal(literal) => {
                    let span = self.span(literal.span());
                    self.text_pieces(span, style, pieces);
                }
                Element::Interpolation(interpolation) => {
                    let expr = self.within(Lines::Free, |free| free.expr(&interpolation.expr));
                    pieces.marker(Piece::Value(expr), interpolation.strip);
                }
                Element::Directive(directive) => match directive.as_ref() {
                    Directive::If(directive) => self.if_directive(directive, style, pieces),
                    Directive::For(directive) => self.for_directive(directive, style, pieces),
                },
            }
        }
    }

    fn if_directive(&mut self, directive: &IfDirective, style: Style, pieces: &mut Pieces) {
        let condition = self.within(Lines::Free, |free| free.expr(&directive.if_expr.cond_expr));
        pieces.marker(Piece::If(condition), directive.if_expr.strip);
        self.elements(directive.if_expr.template.iter(), style, pieces);
        if let Some(otherwise) = &directive.else_expr {
            pieces.marker(Piece::Else, otherwise.strip);
            self.elements(otherwise.template.iter(), style, pieces);
        }
        pieces.marker(Piece::End, directive.endif_expr.strip);
    }

    fn for_directive(&mut self, directive: &ForDirective, style: Style, pieces: &mut Pieces) {
        let intro = &directive.for_expr;
        let key = intro.key_var.as_ref().map(|name| name.as_str().into());
        let collection = self.within(Lines::Free, |free| free.expr(&intro.collection_expr));
        pieces.marker(Piece::For(key, intro.value_var.as_str().into(), collection), intro.strip);
        self.elements(intro.template.iter(), style, pieces);
        pieces.marker(Piece::End, directive.endfor_expr.strip);
    }

    /// The text of a literal: one piece within quotes, one per line in a heredoc.
    fn text_pieces(&mut self, span: Span, style: Style, pieces: &mut Pieces) {
        if style == Style::Quoted {
            self.quoted(span);
        }
        let source = self.source(span).to_string();
        match style {
            Style::Heredoc => {
                for line in source.split_inclusive('\n') {
                    pieces.text(line.replace("$${", "${").replace("%%{", "%{"));
                }
            }
            Style::Quoted => match unescape(&source) {
                Ok(text) => pieces.text(text),
                Err((at, problem)) => {
                    let at = span.start as usize + at;
                    self.refuse(Diagnostic::error(problem).at(Span::new(span.file, at, at + 1), ""));
                }
            },
        }
    }
}

/// The node that the pieces make: text alone is a literal, a single `${x}` is `x` itself.
fn finish(mut pieces: Vec<Piece>) -> Node {
    if let [Piece::Value(_)] = pieces.as_slice()
        && let Some(Piece::Value(expr)) = pieces.pop()
    {
        return Node::Wrapped(Box::new(expr));
    }
    let parts = branch(&mut pieces.into_iter()).0;
    match parts.as_slice() {
        [] => Node::Literal(Value::string("")),
        [Part::Text(text)] => Node::Literal(Value::string(text.clone())),
        _ => Node::Template(parts),
    }
}

/// The parts of one branch, and whether an `else` ended it.
fn branch(pieces: &mut std::vec::IntoIter<Piece>) -> (Vec<Part>, bool) {
    let mut parts: Vec<Part> = Vec::new();
    let mut text = String::new();
    let mut ended_by_else = false;
    while let Some(piece) = pieces.next() {
        if let Piece::Text(more) = piece {
            text.push_str(&more);
            continue;
        }
        if !text.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut text).into()));
        }
        match piece {
            Piece::Value(expr) => parts.push(Part::Value(expr)),
            Piece::If(condition) => {
                let (then, has_else) = branch(pieces);
                let otherwise = if has_else { branch(pieces).0 } else { Vec::new() };
                parts.push(Part::If { condition, then, otherwise });
            }
            Piece::For(key, value, collection) => {
                let body = branch(pieces).0;
                parts.push(Part::For { key, value, collection, body });
            }
            Piece::Else => {
                ended_by_else = true;
                break;
            }
            Piece::End | Piece::Text(_) => break,
        }
    }
    if !text.is_empty() {
        parts.push(Part::Text(text.into()));
    }
    (parts, ended_by_else)
}

/// Takes the indentation that all lines share away, as `<<-` asks for. Blank lines neither count nor change.
fn dedent(pieces: &mut [Piece]) {
    let mut shared = usize::MAX;
    let mut line_start = true;
    let mut starts = Vec::new();
    for (i, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(text) => {
                let is_blank = text.ends_with('\n') && text.trim().is_empty();
                if line_start && !is_blank {
                    shared = shared.min(text.chars().take_while(|c| c.is_whitespace()).count());
                    starts.push(i);
                }
                line_start = text.ends_with('\n');
            }
            _ => {
                shared = if line_start { 0 } else { shared };
                line_start = false;
            }
        }
    }
    for i in starts {
        if let Some(Piece::Text(text)) = pieces.get_mut(i) {
            *text = text.chars().skip(shared).collect();
        }
    }
}

/// Reads the escapes of a quoted string. Fails with a byte offset and a sentence.
fn unescape(source: &str) -> Result<String, (usize, &'static str)> {
    const UNKNOWN: &str = "unknown escape: use \\n, \\r, \\t, \\\", \\\\, \\uNNNN or \\UNNNNNNNN";
    let mut out = String::with_capacity(source.len());
    let mut rest = source.char_indices();
    while let Some((at, c)) = rest.next() {
        match c {
            '$' | '%' if source[at + 1..].starts_with([c]) && source[at + 2..].starts_with('{') => {
                rest.next();
                out.push(c);
            }
            '"' => return Err((at, "a quote within a string must be written \\\"")),
            '\\' => match rest.next().map(|(_, c)| c) {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some(plain @ ('"' | '\\')) => out.push(plain),
                Some(kind @ ('u' | 'U')) => {
                    let wanted = if kind == 'u' { 4 } else { 8 };
                    let digits: String = rest.by_ref().take(wanted).map(|(_, c)| c).collect();
                    let is_hex = digits.len() == wanted && digits.bytes().all(|b| b.is_ascii_hexdigit());
                    let code = u32::from_str_radix(&digits, 16).ok().filter(|_| is_hex);
                    out.push(code.and_then(char::from_u32).ok_or((at, UNKNOWN))?);
                }
                _ => return Err((at, UNKNOWN)),
            },
            plain => out.push(plain),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unescapes() {
        assert_eq!(unescape(r#"a\n\"\\\u00e4$${x}%%{y}$x"#).as_deref(), Ok("a\n\"\\ä${x}%{y}$x"));
        for bad in [r"\q", r"\u12", "\"", r"\uD800"] {
            assert!(unescape(bad).is_err(), "{bad}");
        }
    }
}
