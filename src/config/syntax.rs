//! A file as a tree of attributes and blocks, with the place of every name; expressions are lowered to our own.

use super::expr::Expr;
use super::lower::{self, Chunk, Lines, Readable, Unreadable, trimmed};
use super::source::Sources;
use super::split::{Piece, Shape, split};
use super::words::Words;
use crate::model::parts::in_parts;
use crate::model::{Diagnostic, Diagnostics, FileId, Span};
use hcl_edit::Span as _;
use hcl_edit::structure::{self, Structure};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

pub(super) mod conflict;
pub(super) mod directives;
pub(super) mod from_json;
mod habits;
mod json;
mod layout;
mod missing;
mod returns;
pub(super) mod translate;

pub use layout::{Layout, Reading};

/// So many items are read by one thread; starting another one takes as long as reading some hundred.
const ALONE: usize = 256;

/// So many escapes of one argument are told.
const MOST_ESCAPES: usize = 8;

/// What stands in a file or between the braces of a block.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Body {
    /// In the order written; every name once.
    pub attributes: Vec<Attribute>,
    /// In the order written.
    pub blocks: Vec<Block>,
}

/// `name = value`
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// The name.
    pub name: Arc<str>,
    /// Where the name stands.
    pub span: Span,
    /// The value.
    pub value: Expr,
}

/// `kind "label" { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The word before the labels.
    pub kind: Arc<str>,
    /// Where that word stands.
    pub kind_span: Span,
    /// The labels.
    pub labels: Vec<Label>,
    /// From the word to the last label.
    pub header: Span,
    /// What stands between the braces.
    pub body: Body,
    /// Whether something of it could not be read, or stands twice: what it does not say may have stood there.
    pub is_damaged: bool,
}

/// A label of a block.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// Without quotes.
    pub text: Arc<str>,
    /// With quotes.
    pub span: Span,
}

impl Body {
    /// The attribute `name`.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| &*a.name == name)
    }

    /// Every value in it and in its blocks.
    pub(super) fn expressions(&self) -> Vec<&Expr> {
        let mut waiting = vec![self];
        let mut found = Vec::new();
        while let Some(body) = waiting.pop() {
            found.extend(body.attributes.iter().map(|given| &given.value));
            waiting.extend(body.blocks.iter().map(|block| &block.body));
        }
        found
    }
}

/// Reads a file's text. Whatever is wrong with it goes to `problems`; the answer holds what could be read.
pub fn read(sources: &Sources, file: FileId, problems: &mut Diagnostics) -> Body {
    let (text, lone) = returns::blanked(sources.text(file), file);
    problems.0.extend(lone);
    let mut reader = Reader { text: &text, file, problems, words: Words::new(), dangling: None };
    reader.body(0..text.len())
}

/// Reads a file of JSON whose body holds what `layout` says. Whatever is wrong with it goes to `problems`; the answer
/// holds what could be read.
pub fn read_json<L: Layout>(layout: &L, sources: &Sources, file: FileId, problems: &mut Diagnostics) -> Body {
    from_json::read_as(layout, sources, file, problems)
}

/// Reads a text that is one expression, such as the value of a `--var`.
///
/// # Errors
/// What is wrong, pointing into the text.
pub fn read_expression(sources: &Sources, file: FileId) -> Result<Expr, Diagnostics> {
    read_part(sources, Span::new(file, 0, sources.text(file).len()))
}

/// Reads a part of a text that is one expression: what stands behind the `=` of a `--var`.
///
/// # Errors
/// What is wrong, pointing into the text.
pub fn read_part(sources: &Sources, part: Span) -> Result<Expr, Diagnostics> {
    let (text, range) = (sources.text(part.file), part.start as usize..part.end as usize);
    // Its brackets must be whole and not too deep before the parser may see it.
    let split = split(text, part.file, range.clone());
    if let Some(problem) = split.problems.into_iter().next() {
        return Err(problem.into());
    }
    let Range { start, end } = trimmed(&text[range.clone()]);
    let range = range.start + start..range.start + end;
    if range.is_empty() {
        return Err(translate::no_value(part.file, range.start).into());
    }
    let chunk = &text[range.clone()];
    match lower::expression(chunk, Lines::Free) {
        Ok((expr, large)) => {
            let chunk =
                Chunk { text: chunk, file: part.file, base: range.start, large: &large, lines: Lines::Free };
            lower::lower(&expr, chunk, &mut Words::new())
        }
        Err(error) => Err(translate::error(&error, text, range.start, range.end, part.file).into()),
    }
}

/// Reads some of a file's pieces by themselves.
fn read_pieces(text: &str, file: FileId, pieces: &[Piece]) -> (Body, Diagnostics) {
    let (mut body, mut problems) = (Body::default(), Diagnostics::default());
    let mut reader = Reader { text, file, problems: &mut problems, words: Words::new(), dangling: None };
    for piece in pieces {
        // Names set twice are found when the parts come together.
        reader.piece(piece, &mut body, &mut BTreeMap::new());
    }
    (body, problems)
}

struct Reader<'a> {
    text: &'a str,
    file: FileId,
    problems: &'a mut Diagnostics,
    words: Words,
    /// Where an item ended whose last operator has nothing behind it: what follows may be its rest.
    dangling: Option<usize>,
}

impl Reader<'_> {
    fn body(&mut self, range: Range<usize>) -> Body {
        let split = split(self.text, self.file, range);
        self.problems.0.extend(split.problems);
        let (first, others) = split.pieces.split_at(split.pieces.len().min(ALONE));
        let mut body = Body::default();
        let mut names = BTreeMap::new();
        for piece in first {
            self.piece(piece, &mut body, &mut names);
        }
        let (text, file) = (self.text, self.file);
        for (part, problems) in in_parts(others, ALONE, |pieces| read_pieces(text, file, pieces)) {
            self.problems.0.extend(problems.0);
            for attribute in part.attributes {
                self.add(attribute, &mut body, &mut names);
            }
            body.blocks.extend(part.blocks);
        }
        body
    }

    fn piece(&mut self, piece: &Piece, body: &mut Body, names: &mut BTreeMap<Arc<str>, Span>) {
        let text = &self.text[piece.range.clone()];
        let readable = Readable::of(text);
        let chunk = Chunk {
            text,
            file: self.file,
            base: piece.range.start,
            large: &readable.large,
            lines: Lines::Count,
        };
        match lower::body(&readable.text) {
            Ok(parsed) => {
                for structure in parsed.iter() {
                    self.structure(structure, chunk, body, names);
                }
            }
            Err(error) => {
                let at = piece.range.start;
                let end = piece.range.end;
                let between = self.dangling.take().and_then(|before| self.text.get(before..at));
                let goes_on = between.is_some_and(|between| between.trim().is_empty());
                if translate::is_dangling(text) {
                    self.dangling = Some(end);
                }
                // That it stands on the next line was said.
                if goes_on && piece.shape == Shape::Other {
                    return;
                }
                let translated = translate::error(&error, self.text, at, end, self.file);
                match &piece.shape {
                    Shape::Attribute if translate::is_vague(&error) => {
                        self.problems.push(self.value_error(piece).unwrap_or(translated));
                    }
                    Shape::Other => {
                        self.problems.push(missing::equals(text, at, self.file).unwrap_or(translated));
                    }
                    Shape::Block { body: inner } => self.in_pieces(piece, inner.clone(), translated, body),
                    _ => {
                        self.problems.push(translated);
                        self.further_escapes(piece, &readable.text, error);
                    }
                }
            }
        }
    }

    /// The parser stops at the first escape that is none: with that one blanked it stops at the next.
    fn further_escapes(&mut self, piece: &Piece, text: &str, mut error: Unreadable) {
        let mut text = text.to_string();
        for _ in 0..MOST_ESCAPES {
            let before = text.get(..error.at).filter(|_| translate::is_escape(&error));
            let Some(start) = before.and_then(|before| before.rfind('\\')) else { return };
            let length = translate::escape(&text[start..]);
            text.replace_range(start..start + length, &" ".repeat(length));
            match lower::body(&text) {
                Err(next) if translate::is_escape(&next) && next.at > error.at => error = next,
                _ => return,
            }
            let Range { start, end } = piece.range;
            self.problems.push(translate::error(&error, self.text, start, end, self.file));
        }
    }

    /// The parser went back to the attribute's name: what is wrong with its value alone?
    fn value_error(&self, piece: &Piece) -> Option<Diagnostic> {
        let text = &self.text[piece.range.clone()];
        let behind = text.find('=')? + 1;
        let space = text[behind..].bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let start = piece.range.start + behind + space;
        let value = &self.text[start..piece.range.end];
        let value = &value[..trimmed(value).end];
        if value.is_empty() {
            return Some(translate::no_value(self.file, piece.range.start + behind));
        }
        let error = lower::expression(value, Lines::Count).err()?;
        Some(translate::error(&error, self.text, start, piece.range.end, self.file))
    }

    /// Something is wrong within a block: reads its header and its items one by one, so that everything that is
    /// wrong is found, and duplicates are told with both places.
    fn in_pieces(&mut self, piece: &Piece, inner: Range<usize>, whole: Diagnostic, body: &mut Body) {
        let before = self.problems.0.len();
        let is_closed = inner.end < piece.range.end;
        let header = format!("{}}}", &self.text[piece.range.start..inner.start]);
        let mut names = BTreeMap::new();
        match lower::body(&header) {
            Ok(parsed) => {
                let blocks = body.blocks.len();
                let chunk = Chunk {
                    text: &header,
                    file: self.file,
                    base: piece.range.start,
                    large: &[],
                    lines: Lines::Count,
                };
                for structure in parsed.iter() {
                    self.structure(structure, chunk, body, &mut names);
                }
                let inside = self.body(inner);
                if let Some(block) = body.blocks.get_mut(blocks) {
                    block.body = inside;
                }
            }
            Err(_) => self.problems.push(whole.clone()),
        }
        // Each item alone was well: it is how they stand together. Of one without its end that was told.
        if self.problems.0.len() == before && is_closed {
            self.problems.push(whole);
        }
    }

    fn structure(
        &mut self,
        structure: &Structure,
        chunk: Chunk<'_>,
        body: &mut Body,
        names: &mut BTreeMap<Arc<str>, Span>,
    ) {
        match structure {
            Structure::Attribute(attribute) => {
                if let Some(read) = self.attribute(attribute, chunk) {
                    self.add(read, body, names);
                }
            }
            Structure::Block(block) => {
                let read = self.block(block, chunk);
                body.blocks.push(read);
            }
        }
    }

    fn add(&mut self, read: Attribute, body: &mut Body, names: &mut BTreeMap<Arc<str>, Span>) {
        if let Some(first) = names.get(&read.name) {
            return self.problems.push(twice(&read, *first));
        }
        names.insert(read.name.clone(), read.span);
        body.attributes.push(read);
    }

    fn attribute(&mut self, attribute: &structure::Attribute, chunk: Chunk<'_>) -> Option<Attribute> {
        let span = self.span(attribute.key.span(), chunk.base);
        match lower::lower(&attribute.value, chunk, &mut self.words) {
            Ok(value) => Some(Attribute { name: self.words.key(attribute.key.as_str()), span, value }),
            Err(problems) => {
                self.problems.0.extend(problems.0);
                None
            }
        }
    }

    fn block(&mut self, block: &structure::Block, chunk: Chunk<'_>) -> Block {
        let kind_span = self.span(block.ident.span(), chunk.base);
        let labels: Vec<Label> = block
            .labels
            .iter()
            .map(|label| Label {
                text: self.words.key(label.as_str()),
                span: self.span(label.span(), chunk.base),
            })
            .collect();
        let header = labels.last().map_or(kind_span, |label| kind_span.to(label.span));
        let mut body = Body {
            attributes: Vec::with_capacity(block.body.attributes().count()),
            blocks: Vec::with_capacity(block.body.blocks().count()),
        };
        let mut names = BTreeMap::new();
        for structure in block.body.iter() {
            self.structure(structure, chunk, &mut body, &mut names);
        }
        Block {
            kind: self.words.key(block.ident.as_str()),
            kind_span,
            labels,
            header,
            body,
            is_damaged: false,
        }
    }

    fn span(&self, range: Option<Range<usize>>, base: usize) -> Span {
        let range = range.unwrap_or(0..0);
        Span::new(self.file, base + range.start, base + range.end)
    }
}

fn twice(second: &Attribute, first: Span) -> Diagnostic {
    Diagnostic::error(format!("The argument \"{}\" is set twice", second.name))
        .at(second.span, "set again here")
        .and(first, "first set here")
        .help("Remove one of them.")
        .repeated()
}

#[cfg(test)]
mod tests;
