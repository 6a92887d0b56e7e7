//! What was probably meant where one missing sign would make every line behind it seem wrong.

use super::{Item, Kind, Open, Scanner, Shape, Shifted, UNENDED, closes, is_name};
use crate::config::fmt::scan::tokens;
use crate::config::fmt::token;
use crate::config::{blocks, functions};
use crate::model::Diagnostic;
use std::ops::Range;

/// So many items before a brace that closes nothing may hold what it should close.
const NEAR: usize = 16;
/// So far before a bracket its line may begin, in bytes.
const FAR: usize = 1_000;
/// What a type is made with.
const TYPES: [&str; 6] = ["list", "map", "object", "optional", "set", "tuple"];

impl Scanner<'_> {
    /// The innermost string with a template open in it: its place in the stack.
    fn string_with_template(&self) -> Option<usize> {
        self.stack.windows(2).rposition(|two| two[0].kind == Kind::Quote && two[1].kind == Kind::Template)
    }

    /// Remembers a quote that stands behind a value on its line, within a template of a string: it ends the string.
    pub(super) fn note_doubt(&mut self, at: usize) {
        let Some(template) = self.string_with_template().map(|outer| self.stack[outer + 1].at) else {
            return;
        };
        let between = self.text.get(self.last..at).unwrap_or_default();
        let is_first = self.doubt.is_none_or(|(known, _)| known != template);
        let before = self.text.get(template + 2..self.last + 1).unwrap_or_default();
        if is_first && !between.contains(&b'\n') && ends_value(before) {
            self.doubt = Some((template, at));
        }
    }

    /// At the end of a line on which a string seems to begin behind a value: `f("${x", 1)`. It is the template that lacks
    /// its end. Takes it and the string around it off the stack, and goes on behind the quote that ends that string.
    pub(super) fn unclosed_template(&mut self, line_end: usize) -> bool {
        let Some(outer) = self.string_with_template() else { return false };
        let template = self.stack[outer + 1];
        if self.text[template.at..line_end].contains(&b'\n') {
            return false;
        }
        // A string that is open began at what ends the one around it, if at nothing before.
        let open = self.stack.last().filter(|last| last.kind == Kind::Quote).map(|last| last.at);
        let doubt = self.doubt.filter(|(known, _)| *known == template.at).map(|(_, quote)| quote);
        let Some(end) = doubt.or(open) else { return false };
        self.stack.truncate(outer);
        self.problem(self.never_closes(template, "Add the missing `}`."));
        self.at = end + 1;
        // What was read behind that quote is read again.
        self.last = self.last.min(end);
        true
    }

    /// At the end of a line within `(` or `[`, before one that stands no deeper than the bracket's line and begins as only
    /// an argument or a block does: the bracket lacks its end. What is open up to the brace around it is closed here.
    pub(super) fn next_argument(&mut self, line_end: usize) -> bool {
        let Some(open) = self.stack.last().copied() else { return false };
        let is_code = |open: &Open| matches!(open.kind, Kind::Brace | Kind::Bracket | Kind::Paren);
        if open.kind == Kind::Brace || !self.begins_item(line_end + 1) || !self.stack.iter().all(is_code) {
            return false;
        }
        let outer = self.stack.iter().rposition(|open| open.kind == Kind::Brace).map_or(0, |brace| brace + 1);
        let first = self.stack[outer].at;
        if self.depth(first).is_none_or(|depth| spaces(&self.text[line_end + 1..self.end]) > depth) {
            return false;
        }
        self.not_closed_before(open, line_end + 1);
        self.stack.truncate(outer);
        true
    }

    /// Whether a line begins with `word =`, `word {` or `word "`.
    pub(super) fn begins_item(&self, line: usize) -> bool {
        let rest = self.text.get(line..self.end).unwrap_or_default();
        let rest = &rest[spaces(rest)..];
        let word = rest.iter().take_while(|byte| is_name(**byte)).count();
        let is_word = rest.first().is_some_and(|byte| !byte.is_ascii_digit() && *byte != b'-');
        let behind = &rest[word..];
        let behind = &behind[spaces(behind)..];
        match behind.first() {
            Some(b'{' | b'"') => word > 0 && is_word,
            Some(b'=') => word > 0 && is_word && !matches!(behind.get(1), Some(b'=' | b'>')),
            _ => false,
        }
    }

    /// Within a template of a heredoc, before a line that holds the marker alone: the template lacks its end, and the
    /// heredoc ends here.
    pub(super) fn heredoc_ends_in_template(&mut self) -> bool {
        let is_text = |open: &Open| matches!(open.kind, Kind::Quote | Kind::Heredoc(..));
        let Some(outer) = self.stack.iter().rposition(is_text) else { return false };
        let (Kind::Heredoc(start, end), Some(template)) =
            (self.stack[outer].kind, self.stack.get(outer + 1).copied())
        else {
            return false;
        };
        let rest = &self.text[self.at..self.end];
        let line = rest.split(|byte| *byte == b'\n').next().unwrap_or(rest);
        if line.trim_ascii() != &self.text[start..end] {
            return false;
        }
        let behind = self.at + line.trim_ascii_end().len();
        self.stack.truncate(outer);
        let sign = self.text[template.at] as char;
        let help = format!("Add the missing `}}`, or write {sign}{sign}{{ for the text itself.");
        self.problem(self.never_closes(template, &help));
        self.at = behind;
        true
    }

    fn never_closes(&self, template: Open, help: &str) -> Diagnostic {
        let problem = Diagnostic::error("This template is never closed");
        problem.at(self.opener(template), "opened here").help(help)
    }

    /// Remembers a template of a quoted string whose `}` stands on a later line than its `${`.
    pub(super) fn note_crossing(&mut self, open: Open, at: usize) {
        let [.., outer, _] = self.stack[..] else { return };
        if open.kind == Kind::Template && outer.kind == Kind::Quote && self.text[open.at..at].contains(&b'\n')
        {
            self.crossing = Some(open);
        }
    }

    /// A string that does not end, with a template in it that ends on a later line: the template lacks its end, and took
    /// the brace of what stands around it. Goes on behind the line that the template stands on.
    pub(super) fn never_ended_on_its_line(&mut self) -> bool {
        let Some(quote) = self.stack.last().copied() else { return false };
        let Some(template) = self.crossing.take().filter(|template| template.at > quote.at) else {
            return false;
        };
        self.stack.pop();
        let help = "Add the missing `}`, and the `\"` that ends the string.";
        self.last_problem(self.never_closes(template, help));
        let rest = &self.text[template.at..self.end];
        self.at = template.at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        true
    }

    /// `component "release" "api {`: the last label of a header lacks its end, and the brace behind it opens the block.
    pub(super) fn unclosed_label(&mut self) -> bool {
        let Some((quote, around)) = self.stack.split_last() else { return false };
        let begin = self.line_start(quote.at);
        let header = self.text[begin..quote.at].trim_ascii_start();
        let word = header.iter().take_while(|byte| is_name(**byte)).count();
        let is_header = word > 0 && header[word..].iter().all(is_label);
        let label = &self.text[quote.at..self.at].trim_ascii_end();
        let in_bodies = around.iter().all(|open| open.kind == Kind::Brace);
        let Some(label) = label.strip_suffix(b"{").filter(|_| is_header && in_bodies) else { return false };
        let (start, brace) = (quote.at, quote.at + label.len());
        let end = start + label.trim_ascii_end().len();
        let problem = Diagnostic::error(UNENDED)
            .at(self.span(start, end), "the closing `\"` is missing")
            .help("Close the label with `\"` before the `{`.");
        self.stack.pop();
        self.problem(problem);
        self.open(Kind::Brace, brace);
        self.last = brace;
        true
    }

    /// A string that does not end on its line has taken what closes brackets of that line: they are closed all the same.
    pub(super) fn close_behind_quote(&mut self, quote: usize) {
        let line = self.line_start(quote);
        let mut inner = 0_usize;
        for at in quote + 1..self.at {
            match self.text[at] {
                b'(' | b'[' | b'{' => inner += 1,
                b')' | b']' | b'}' if inner > 0 => inner -= 1,
                byte if self.stack.last().is_some_and(|open| open.at >= line && closes(open.kind, byte)) => {
                    self.stack.pop();
                    self.end_body(at);
                }
                _ => {}
            }
        }
    }

    /// Remembers a `}` that stands first on its line and less deep than the line of the brace that it closes, where the line
    /// of an outer one stands as deep: the inner one lacks its own.
    pub(super) fn note_shifted(&mut self, open: Open, at: usize) {
        if self.shifted.is_some() || open.kind != Kind::Brace || self.stack.is_empty() {
            return;
        }
        let before = &self.text[..at];
        let depth = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if depth < at && before[at - depth - 1] != b'\n' {
            return;
        }
        let is_deeper = self.depth(open.at).is_some_and(|opened| opened > depth);
        // Hostile text may hold any number of long lines.
        let spent = if is_deeper { FAR * self.stack.len() } else { depth };
        if self.budget < spent {
            return;
        }
        self.budget -= spent;
        let fits = |outer: &Open| outer.kind == Kind::Brace && self.depth(outer.at) == Some(depth);
        if let Some(outer) = self.stack.iter().rposition(fits).filter(|_| is_deeper) {
            let told = self.item.as_ref().map_or(0, |item| item.inside.len());
            self.shifted = Some(Shifted { at, inner: open, around: self.stack[..outer].to_vec(), told });
        }
    }

    /// Something is open at the end: takes that brace for the end of the block that it stands below, and answers where to go
    /// on. The block in it that lacks its own is found again when the body around it is split.
    pub(super) fn close_shifted(&mut self, shifted: &Shifted) -> Option<usize> {
        let behind = shifted.at + 1;
        if !self.is_within_block() || self.end - behind > self.budget {
            return None;
        }
        let missing = self.closes_around(shifted.inner, shifted.at);
        let item = self.item.as_mut()?;
        item.inside.truncate(shifted.told);
        item.inside.push(missing);
        self.stack = shifted.around.clone();
        (self.suspect, self.crossing, self.doubt, self.last) = (None, None, None, shifted.at);
        self.end_body(shifted.at);
        Some(behind)
    }

    /// How far the line is indented that something stands on; of a very long line that is not asked.
    fn depth(&self, at: usize) -> Option<usize> {
        let near = at.saturating_sub(FAR);
        let begin = self.text[near..at].iter().rposition(|byte| *byte == b'\n').map(|end| near + end + 1);
        let begin = begin.or((near == 0).then_some(0))?;
        Some(spaces(&self.text[begin..at]))
    }

    /// `upper name)`: a `)` that closes nothing on its line, where a function's or a type's name stands before a value.
    pub(super) fn missing_parenthesis(&mut self, at: usize) -> bool {
        let begin = self.line_start(at);
        let Ok(line) = std::str::from_utf8(&self.text[begin..at]) else { return false };
        let tokens: Vec<_> = tokens(line).collect();
        let is_called = |two: &&[token::Token<'_>]| {
            let [name, next] = two else { return false };
            let is_known = TYPES.contains(&&*name.text) || functions::find(&name.text).is_some();
            let words = ["in", "if", "for", "else", "endif", "endfor"];
            let is_value = match next.kind {
                token::Kind::Identifier => !words.contains(&&*next.text),
                kind => matches!(kind, token::Kind::Number | token::Kind::OpenQuote | token::Kind::OpenBrace),
            };
            name.kind == token::Kind::Identifier && is_known && is_value
        };
        let Some(name) = tokens.windows(2).rfind(is_called).map(|two| &two[0]) else { return false };
        let end = begin + name.at + name.text.len();
        let problem = Diagnostic::error(format!("The `(` is missing behind `{}`", name.text))
            .at(self.span(end, end), "expected `(`")
            .and(self.span(at, at + 1), "this would close it")
            .help(format!("Write {}(…).", name.text));
        self.problem(problem);
        true
    }

    /// A `}` would close a template in quotes that began on a line before, and another bracket is still open in it. Where
    /// that line holds an odd number of quotes, one of them is missing there. Goes on behind that line.
    pub(super) fn missing_quote(&mut self, template: usize, at: usize) -> bool {
        let [.., begun] = self.stack[..=template] else { return false };
        let line = self.line_start(begun.at);
        let is_there = |open: &Open| open.kind == Kind::Quote && open.at >= line;
        let Some(outer) = self.stack[..template].iter().position(is_there) else { return false };
        let rest = &self.text[begun.at..at];
        let Some(length) = rest.iter().position(|byte| *byte == b'\n') else { return false };
        let (quote, end) = (self.stack[outer].at, begun.at + length);
        if quotes(&self.text[quote..end]).is_multiple_of(2) {
            return false;
        }
        let problem = Diagnostic::error("A `\"` is missing on this line")
            .at(
                self.span(quote, quote + self.text[quote..end].trim_ascii_end().len()),
                "this string does not end",
            )
            .help("A text within a template has quotes of its own: \"${upper(\"a\")}\".");
        self.stack.truncate(outer);
        self.last_problem(problem);
        (self.at, self.last, self.suspect) = (end, end - 1, None);
        true
    }

    /// `"${join(\",\", list)}"`: within a template a text has quotes of its own. Passes over the line that the string stands on.
    pub(super) fn escaped_in_template(&mut self, at: usize) -> bool {
        let Some(outer) = self.stack.iter().rposition(|open| open.kind == Kind::Quote) else { return false };
        let quote = self.stack[outer].at;
        let rest = &self.text[at..self.end];
        let end = at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let problem = Diagnostic::error("A quote within a template stands without a backslash")
            .at(self.span(at, at + 2), "")
            .help("Between `${` and `}` stands code, with quotes of its own: \"${join(\",\", list)}\".");
        self.stack.truncate(outer);
        self.problem(problem);
        (self.at, self.last, self.suspect) = (end, end - 1, None);
        self.close_behind_quote(quote);
        true
    }

    pub(super) fn line_start(&self, at: usize) -> usize {
        self.text[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1)
    }

    /// `upper(<<EOT)`: something stands behind the marker, which does not begin a heredoc then. Where a line further down
    /// would end it, all up to there is passed over.
    pub(super) fn crowded_heredoc(&mut self, start: usize, marker: Range<usize>) {
        let rest = &self.text[marker.end..self.end];
        let Some(length) = rest.iter().position(|byte| *byte == b'\n') else { return };
        let line_end = marker.end + length;
        if self.budget < self.end - line_end {
            return;
        }
        let Some(end) = self.marker_line(line_end, &marker) else {
            self.budget -= self.end - line_end;
            return;
        };
        let name = String::from_utf8_lossy(&self.text[marker.clone()]).into_owned();
        let problem = Diagnostic::error("Nothing may stand behind the marker of a heredoc on its line")
            .at(self.span(marker.end, line_end), "")
            .and(self.span(start, marker.end), "the heredoc begins here")
            .help(format!(
                "Put it behind the line that ends the heredoc: {name}, and what follows on the next line."
            ));
        self.problem(problem);
        for at in marker.end..line_end {
            if matches!(self.text[at], b')' | b']' | b'}') {
                self.close(at, self.text[at]);
            }
        }
        self.at = end;
    }

    /// Where the line ends that holds a marker alone, behind `at`.
    fn marker_line(&self, at: usize, marker: &Range<usize>) -> Option<usize> {
        let mut end = at;
        for line in self.text[at..self.end].split_inclusive(|byte| *byte == b'\n') {
            let content = line.trim_ascii();
            if content == &self.text[marker.clone()] {
                return Some(end + line.trim_ascii_end().len());
            }
            end += line.len();
        }
        None
    }

    /// A `}` that closes nothing, below a block's header that has no `{`: the brace is what is missing. What stands between
    /// the two is the block's. Where the header stands in another block, a `}` before this one has closed that too early.
    pub(super) fn headless(&mut self, at: usize) -> bool {
        let pieces = &self.out.pieces;
        let beside = pieces.iter().rposition(|p| p.shape == Shape::Other && self.is_header(p.range.clone()));
        let found = match beside {
            Some(found) => Some((found, pieces[found].range.clone(), "this would close it")),
            None => self.header_within().map(|(found, header)| {
                (found, header, "this closes nothing, since another one closed the block around too early")
            }),
        };
        let Some((found, header, closes)) = found else { return false };
        let start = self.out.pieces[found].range.start;
        self.out.pieces.truncate(found);
        let problem = Diagnostic::error("The block's `{` is missing on this line")
            .at(self.span(header.end, header.end), "expected `{`")
            .and(self.span(at, at + 1), closes);
        self.item = Some(Item { start, shape: Shape::Other, broken: true, inside: Vec::new() });
        self.problem(problem);
        true
    }

    /// A header without `{` within one of the last blocks: the block's number, and where the header stands.
    fn header_within(&self) -> Option<(usize, Range<usize>)> {
        let last = self.out.pieces.iter().enumerate().rev().take(NEAR);
        let bodies = last.filter_map(|(at, piece)| match &piece.shape {
            Shape::Block { body } => Some((at, body.clone())),
            _ => None,
        });
        bodies.filter_map(|(at, body)| Some((at, self.header_line(body)?))).next()
    }

    /// The first line of a block's body that holds the header of a block and nothing else, and no brace follows it.
    fn header_line(&self, body: Range<usize>) -> Option<Range<usize>> {
        let mut at = body.start;
        for line in self.text[body.clone()].split_inclusive(|byte| *byte == b'\n') {
            let text = line.trim_ascii_start();
            let start = at + line.len() - text.len();
            let header = start..start + text.trim_ascii_end().len();
            at += line.len();
            let labels = &self.text[header.start + self.word(header.clone()).len()..header.end];
            if self.is_header(header.clone()) && labels.iter().all(is_label) {
                let is_open = self.text[at..body.end].trim_ascii_start().starts_with(b"{");
                return (!is_open).then_some(header);
            }
        }
        None
    }

    fn is_header(&self, range: Range<usize>) -> bool {
        std::str::from_utf8(self.word(range)).is_ok_and(blocks::is_known)
    }

    /// The word with which a part of the text begins.
    fn word(&self, range: Range<usize>) -> &[u8] {
        let text = &self.text[range];
        &text[..text.iter().take_while(|byte| is_name(**byte)).count()]
    }
}

/// How far a text is indented.
pub(super) fn spaces(text: &[u8]) -> usize {
    text.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// Whether a byte may stand in a header, behind its first word.
fn is_label(byte: &u8) -> bool {
    is_name(*byte) || matches!(byte, b' ' | b'\t' | b'"')
}

/// How many quotes stand in a text, escaped ones aside.
fn quotes(text: &[u8]) -> usize {
    let mut is_escaped = false;
    let counts = text.iter().filter(|byte| {
        let is_quote = **byte == b'"' && !is_escaped;
        is_escaped = **byte == b'\\' && !is_escaped;
        is_quote
    });
    counts.count()
}

/// Whether a value ends with the text, so that no other one can follow it.
fn ends_value(before: &[u8]) -> bool {
    let word = before.len() - before.iter().rev().take_while(|byte| is_name(**byte)).count();
    match &before[word..] {
        [] => before.ends_with(b")") || before.ends_with(b"]") || before.ends_with(b"\""),
        word => ![&b"if"[..], b"in"].contains(&word),
    }
}
