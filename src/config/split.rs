//! Splits a body's text at its items, so that each is parsed alone: several errors per file, bounded memory.
//!
//! The scanner knows strings, templates, heredocs, comments and brackets, nothing else of the language. It passes
//! over the text once; after an unclosed bracket it starts again behind it, within a budget, so that hostile input
//! costs linear time too.

use crate::model::{Diagnostic, FileId, Span};
use std::ops::Range;

/// The deepest nesting of brackets, blocks and templates; the parser's own limit is 64.
pub const MAX_DEPTH: usize = 60;
/// The largest item, in bytes: its parsed tree takes about 33 times as much memory.
pub const MAX_ITEM: usize = 8 * 1024 * 1024;
/// After so many problems in one file the rest of it is not looked at.
const MAX_PROBLEMS: usize = 20;
/// What is said of a string that goes on behind its line's end.
const UNENDED: &str = "The quoted string does not end on its line";

/// One item of a body: an attribute or a block, by byte offsets into the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The whole item.
    pub range: Range<usize>,
    /// What it looks like.
    pub shape: Shape,
}

/// What an item looks like before it is parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// `name = …`
    Attribute,
    /// `name "label" { … }`
    Block {
        /// What stands between its braces; up to the end of the item where the second one is missing.
        body: Range<usize>,
    },
    /// Neither; the parser will say what is wrong.
    Other,
}

/// The items of a text, and what kept it from being split.
#[derive(Debug, Default)]
pub struct Split {
    /// Items that are whole, in order.
    pub pieces: Vec<Piece>,
    /// What is never closed, or closes nothing.
    pub problems: Vec<Diagnostic>,
}

/// Splits `range` of a file's text at its items.
pub fn split(text: &str, file: FileId, range: Range<usize>) -> Split {
    let budget = range.len().saturating_mul(3) + 65_536;
    let mut scanner = Scanner {
        text: text.as_bytes(),
        file,
        at: range.start,
        end: range.end,
        budget,
        stack: Vec::new(),
        item: None,
        suspect: None,
        crossing: None,
        shifted: None,
        last: range.start,
        doubt: None,
        out: Split::default(),
    };
    scanner.run();
    scanner.out
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Brace,
    Bracket,
    Paren,
    Quote,
    /// `${` or `%{`
    Template,
    /// The marker's range.
    Heredoc(usize, usize),
}

#[derive(Debug, Clone, Copy)]
struct Open {
    kind: Kind,
    at: usize,
}

struct Item {
    start: usize,
    shape: Shape,
    broken: bool,
    /// What is wrong within the block that it is: found again, with everything beside it, when its body is split.
    inside: Vec<Diagnostic>,
}

/// The first brace of an item that closes a deeper one than it stands below.
struct Shifted {
    at: usize,
    /// What it closes.
    inner: Open,
    /// What is open around the one that it stands below.
    around: Vec<Open>,
    /// How much was wrong within the item before.
    told: usize,
}

struct Scanner<'a> {
    text: &'a [u8],
    file: FileId,
    at: usize,
    end: usize,
    budget: usize,
    stack: Vec<Open>,
    item: Option<Item>,
    /// A line that looks like the next block while something is still open, and what was open there.
    suspect: Option<(usize, Open)>,
    /// A template in quotes that ends on a later line than it begins on.
    crossing: Option<Open>,
    shifted: Option<Shifted>,
    /// The last byte of code, white space and comments aside.
    last: usize,
    /// Where a template in quotes begins, and the first quote in it that can begin no string.
    doubt: Option<(usize, usize)>,
    out: Split,
}

impl Scanner<'_> {
    fn run(&mut self) {
        loop {
            let begun = self.at;
            while self.at < self.end && self.out.problems.len() < MAX_PROBLEMS {
                match self.stack.last().map(|open| open.kind) {
                    Some(Kind::Quote) => self.quoted(),
                    Some(Kind::Heredoc(start, end)) => self.heredoc(start..end),
                    _ => self.code(),
                }
            }
            self.budget = self.budget.saturating_sub(self.at - begun);
            if self.out.problems.len() >= MAX_PROBLEMS {
                return;
            }
            self.finish_heredoc_at_end();
            let Some(innermost) = self.stack.last().copied() else { break };
            let restart = self.never_closed(innermost);
            match restart.filter(|at| self.end - at <= self.budget) {
                Some(at) => self.at = at,
                None => return,
            }
        }
        self.end_item(self.end);
    }

    /// One step outside of strings.
    fn code(&mut self) {
        let start = self.at;
        let byte = self.text[start];
        self.at += 1;
        match byte {
            b'\n' => self.line_end(start),
            b' ' | b'\t' | b'\r' => {}
            b'#' => self.skip_line(),
            b'/' if self.peek() == Some(b'/') => self.skip_line(),
            b'/' if self.peek() == Some(b'*') => self.skip_comment(start),
            _ => self.token(start, byte),
        }
    }

    fn token(&mut self, start: usize, byte: u8) {
        self.begin_item(start, byte);
        self.sign(start, byte);
        self.last = start;
    }

    fn sign(&mut self, start: usize, byte: u8) {
        match byte {
            b'\\' if self.peek() == Some(b'"') && self.escaped_in_template(start) => {}
            b'"' => {
                self.note_doubt(start);
                self.open(Kind::Quote, start);
            }
            b'{' => {
                if self.stack.is_empty()
                    && let Some(item) = &mut self.item
                    && item.shape == Shape::Other
                {
                    item.shape = Shape::Block { body: start + 1..start + 1 };
                }
                self.open(Kind::Brace, start);
            }
            b'[' => self.open(Kind::Bracket, start),
            b'(' => self.open(Kind::Paren, start),
            b'}' | b']' | b')' => self.close(start, byte),
            b'<' if self.peek() == Some(b'<') => self.begin_heredoc(start),
            b'<' if self.is_assigned() => self.begin_half_heredoc(start),
            b'=' if self.stack.is_empty() => {
                if let Some(item) = &mut self.item
                    && item.shape == Shape::Other
                {
                    item.shape = Shape::Attribute;
                }
            }
            _ => {}
        }
    }

    fn begin_item(&mut self, start: usize, byte: u8) {
        if self.item.is_some() {
            return;
        }
        // A brace on a line of its own belongs to the header above it; the parser then says so at one place.
        let header = match self.out.pieces.last() {
            Some(piece) if byte == b'{' && piece.shape == Shape::Other => self.out.pieces.pop(),
            _ => None,
        };
        let start = header.map_or(start, |piece| piece.range.start);
        self.item = Some(Item { start, shape: Shape::Other, broken: false, inside: Vec::new() });
    }

    fn open(&mut self, kind: Kind, at: usize) {
        if self.stack.len() >= MAX_DEPTH {
            let problem = Diagnostic::error("This is nested too deeply")
                .at(self.span(at, self.at), format!("level {}", MAX_DEPTH + 1))
                .because(format!("Brackets, blocks and templates may be nested {MAX_DEPTH} levels deep."))
                .help("Give inner parts names in a `locals` block and refer to them.");
            self.problem(problem);
            self.skip_to_next_block();
            return;
        }
        self.stack.push(Open { kind, at });
    }

    fn close(&mut self, at: usize, byte: u8) {
        let fits = |kind| closes(kind, byte);
        match self.stack.last() {
            Some(open) if fits(open.kind) => {
                let open = *open;
                self.note_crossing(open, at);
                self.stack.pop();
                self.note_shifted(open, at);
                self.end_body(at);
                // Behind the end of a template its string or heredoc goes on.
                return;
            }
            _ => {}
        }
        if byte == b')' && self.missing_parenthesis(at) {
            return;
        }
        let inner = self.stack.iter().rposition(|open| matches!(open.kind, Kind::Quote | Kind::Heredoc(..)));
        let fitting = self.stack.iter().rposition(|open| fits(open.kind));
        match (self.stack.last().copied(), fitting) {
            (Some(open), Some(found)) if found + 2 == self.stack.len() && self.swapped(open, at) => {
                self.stack.truncate(found);
            }
            (Some(_), Some(found)) if self.missing_quote(found, at) => {}
            (Some(open), Some(found)) if inner.is_none_or(|inner| found > inner) => {
                self.wrong_closer(open, at);
                self.stack.truncate(found);
                self.end_body(at);
            }
            (Some(open), None) if self.closed_by_another(open, at) => {
                self.stack.pop();
            }
            (None, _) if byte == b'}' && self.headless(at) => {}
            (open, _) => self.closes_nothing(open, at),
        }
    }

    /// The last bracket was closed: if it was a block's, its body ends here.
    fn end_body(&mut self, at: usize) {
        if self.stack.is_empty()
            && let Some(Item { shape: Shape::Block { body }, .. }) = &mut self.item
            && body.start >= body.end
        {
            body.end = at;
        }
    }

    /// One step inside of a quoted string.
    fn quoted(&mut self) {
        let byte = self.text[self.at];
        self.at += 1;
        match byte {
            b'"' => {
                self.stack.pop();
                self.last = self.at - 1;
            }
            b'\\' if self.peek() != Some(b'\n') => self.at = (self.at + 1).min(self.end),
            b'$' | b'%' => self.template(byte),
            b'\n' => {
                self.at -= 1;
                if !self.unclosed_template(self.at)
                    && !self.never_ended_on_its_line()
                    && !self.unclosed_label()
                    && let Some(open) = self.stack.pop()
                {
                    let problem = Diagnostic::error(UNENDED)
                        .at(self.span(open.at, self.line_content_end()), "the closing `\"` is missing")
                        .help("Close it with `\"`; for text of several lines use a heredoc (<<-EOT … EOT) or \\n.");
                    self.problem(problem);
                    self.close_behind_quote(open.at);
                }
            }
            _ => {
                let rest = &self.text[self.at..self.end];
                let plain = rest.iter().position(|b| matches!(b, b'"' | b'\\' | b'$' | b'%' | b'\n'));
                self.at += plain.unwrap_or(rest.len());
            }
        }
    }

    /// Behind a `$` or `%` of a string or heredoc: begins a template unless the sign is doubled.
    fn template(&mut self, sign: u8) {
        let at = self.at - 1;
        match self.peek() {
            Some(b'{') => {
                self.at += 1;
                self.open(Kind::Template, at);
            }
            Some(next) if next == sign && self.text.get(self.at + 1) == Some(&b'{') => self.at += 2,
            _ => {}
        }
    }

    fn begin_heredoc(&mut self, start: usize) {
        let mut at = start + 2;
        if self.text.get(at) == Some(&b'-') {
            at += 1;
        }
        let next = at;
        // Where a shell would take them; `<<<<<<< HEAD` is a merge conflict.
        let is_alone = start == 0 || self.text[start - 1] != b'<';
        while is_alone && at < self.end && matches!(self.text[at], b' ' | b'\t' | b'"' | b'\'') {
            at += 1;
        }
        let marker = at;
        while at < self.end && is_name(self.text[at]) {
            at += 1;
        }
        let end = at;
        if marker > next && matches!(self.text.get(at), Some(b'"' | b'\'')) {
            at += 1;
        }
        let line_end = if self.text.get(at) == Some(&b'\r') { at + 1 } else { at };
        // Anything else behind `<<` is no heredoc; the parser will say what was expected.
        if end > marker && line_end < self.end && self.text[line_end] == b'\n' {
            if marker > next {
                self.loose_marker(start..next, marker..end, at);
            }
            self.at = line_end;
            self.open(Kind::Heredoc(marker, end), start);
        } else if is_alone && end > marker && marker == next {
            self.crowded_heredoc(start, marker..end);
        }
    }

    /// `= <-EOT` and `= <EOT` at a line's end: no expression begins with `<`, so that one is missing.
    fn begin_half_heredoc(&mut self, start: usize) {
        let marker = start + 1 + usize::from(self.text.get(start + 1) == Some(&b'-'));
        let length = self.text[marker..self.end].iter().position(|byte| !is_name(*byte)).unwrap_or(0);
        let end = marker + length;
        let behind = self.text[end..self.end].strip_prefix(b"\r").unwrap_or(&self.text[end..self.end]);
        if length > 0 && behind.first() == Some(&b'\n') {
            self.half_marker(start, end);
            self.at = self.end - behind.len();
            self.open(Kind::Heredoc(marker, end), start);
        }
    }

    /// Whether the code before ends with the `=` of an assignment.
    fn is_assigned(&self) -> bool {
        let before = self.text.get(self.last.wrapping_sub(1)).copied().unwrap_or(b' ');
        self.text.get(self.last) == Some(&b'=') && !matches!(before, b'=' | b'<' | b'>' | b'!')
    }

    /// One step inside of a heredoc; stands at a line's end or behind a template.
    fn heredoc(&mut self, marker: Range<usize>) {
        let byte = self.text[self.at];
        self.at += 1;
        match byte {
            b'\n' => {
                let mut at = self.at;
                while at < self.end && matches!(self.text[at], b' ' | b'\t') {
                    at += 1;
                }
                // The line that ends it holds its marker and nothing else.
                let behind = self.text[at..self.end].strip_prefix(&self.text[marker.clone()]);
                let rest =
                    behind.and_then(|behind| behind.iter().find(|b| !matches!(b, b' ' | b'\t' | b'\r')));
                if behind.is_some() && rest.is_none_or(|b| *b == b'\n') {
                    self.stack.pop();
                    self.at = at + marker.len();
                }
            }
            b'$' | b'%' => self.template(byte),
            _ => {
                let rest = &self.text[self.at..self.end];
                let plain = rest.iter().position(|b| matches!(b, b'$' | b'%' | b'\n'));
                self.at += plain.unwrap_or(rest.len());
            }
        }
    }

    /// An unterminated heredoc has swallowed the rest of the file: only its opening says anything.
    fn finish_heredoc_at_end(&mut self) {
        let found = self.stack.iter().position(|open| matches!(open.kind, Kind::Heredoc(..)));
        if let Some(at) = found {
            self.stack.truncate(at + 1);
        }
    }

    fn line_end(&mut self, at: usize) {
        if self.stack.is_empty() || self.next_argument(at) {
            if self.stack.is_empty() {
                self.end_item(at);
            }
        } else if !self.heredoc_ends_in_template()
            && !self.unclosed_template(at)
            && self.suspect.is_none()
            && at + 1 < self.end
            && self.looks_like_block(at + 1)
        {
            self.suspect = self.stack.last().map(|open| (at + 1, *open));
        }
    }

    fn end_item(&mut self, at: usize) {
        (self.suspect, self.shifted) = (None, None);
        let Some(item) = self.item.take() else { return };
        let mut end = at;
        while end > item.start && self.text[end - 1].is_ascii_whitespace() {
            end -= 1;
        }
        if end - item.start > MAX_ITEM {
            let problem = Diagnostic::error("This item is too large")
                .at(self.span(item.start, item.start + 1), "begins here")
                .because(format!("It has {} bytes; at most {MAX_ITEM} are read.", end - item.start))
                .help("Keep large data in a file of its own and read it with jsondecode(file(\"…\")).");
            self.out.problems.push(problem);
        } else if !item.broken {
            self.out.pieces.push(Piece { range: item.start..end, shape: item.shape });
        }
    }

    fn skip_line(&mut self) {
        let rest = &self.text[self.at..self.end];
        self.at += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
    }

    fn skip_comment(&mut self, start: usize) {
        let rest = &self.text[self.at + 1..self.end];
        if let Some(length) = rest.windows(2).position(|two| two == b"*/") {
            self.at += 1 + length + 2;
            return;
        }
        let problem = Diagnostic::error("This comment is never closed")
            .at(self.span(start, start + 2), "opened here")
            .help("End it with `*/`.");
        self.drop_item();
        self.out.problems.push(problem);
        self.at = self.end;
        self.stack.clear();
    }

    /// Goes on at the next line that looks like a block.
    fn skip_to_next_block(&mut self) {
        self.stack.clear();
        self.drop_item();
        self.suspect = None;
        self.at = self.next_block(self.at).unwrap_or(self.end);
    }

    /// Where the next line begins that looks like a block.
    fn next_block(&self, from: usize) -> Option<usize> {
        let ends = (from..self.end).filter(|at| self.text[*at] == b'\n');
        ends.map(|end| end + 1).find(|line| *line < self.end && self.looks_like_block(*line))
    }

    /// Whether `word "` or `word {` stands at the beginning of a line.
    fn looks_like_block(&self, line: usize) -> bool {
        let rest = &self.text[line.min(self.text.len())..];
        let word = rest.iter().take_while(|b| is_name(**b)).count();
        let space = rest[word..].iter().take_while(|b| **b == b' ').count();
        word > 0 && !rest[0].is_ascii_digit() && matches!(rest.get(word + space), Some(b'"' | b'{'))
    }

    fn problem(&mut self, problem: Diagnostic) {
        let (within, told) = (self.is_within_block(), self.out.problems.len());
        match &mut self.item {
            Some(item) if within && told + item.inside.len() < MAX_PROBLEMS => item.inside.push(problem),
            _ => self.last_problem(problem),
        }
    }

    /// The same, of an item of which nothing can be read.
    fn last_problem(&mut self, problem: Diagnostic) {
        if let Some(item) = &mut self.item {
            item.broken = true;
            self.out.problems.append(&mut item.inside);
        }
        self.out.problems.push(problem);
    }

    /// Whether the item is a block whose body has begun and not ended.
    fn is_within_block(&self) -> bool {
        let open = self.stack.first().map(|open| open.at + 1);
        self.item.as_ref().is_some_and(|item| {
            !item.broken && matches!(&item.shape, Shape::Block { body } if Some(body.start) == open)
        })
    }

    /// Nothing of the item is read, so that what is wrong within it is told here.
    fn drop_item(&mut self) {
        if let Some(mut item) = self.item.take() {
            self.out.problems.append(&mut item.inside);
        }
    }

    fn peek(&self) -> Option<u8> {
        (self.at < self.end).then(|| self.text[self.at])
    }

    fn line_content_end(&self) -> usize {
        if self.at > 0 && self.text[self.at - 1] == b'\r' { self.at - 1 } else { self.at }
    }

    fn opener(&self, open: Open) -> Span {
        let end = match open.kind {
            Kind::Heredoc(_, end) => end,
            Kind::Template => open.at + 2,
            _ => open.at + 1,
        };
        self.span(open.at, end)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }
}

/// Whether a byte closes what is open.
fn closes(kind: Kind, byte: u8) -> bool {
    match kind {
        Kind::Brace | Kind::Template => byte == b'}',
        Kind::Bracket => byte == b']',
        Kind::Paren => byte == b')',
        Kind::Quote | Kind::Heredoc(..) => false,
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || byte >= 0x80
}

mod complain;
mod meant;

#[cfg(test)]
mod tests;
