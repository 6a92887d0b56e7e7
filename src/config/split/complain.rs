//! What the splitter says: what is never closed, and what closes nothing.

use super::meant::spaces;
use super::{Item, Kind, Open, Piece, Scanner, Shape, closes, is_name};
use crate::model::{Diagnostic, Span};
use std::ops::Range;

/// What becomes of a block that is not closed.
#[derive(PartialEq)]
enum Kept {
    /// Nothing of it is read.
    Nothing,
    /// All of it is; its own brace is open.
    Whole,
    /// It is read up to this line, where something begins that stands beside it.
    UpTo(usize),
    /// All of it is; what is open stands in it, and is told when its body is split.
    Inside,
}

impl Scanner<'_> {
    pub(super) fn wrong_closer(&mut self, open: Open, at: usize) {
        self.problem(self.closes_around(open, at));
    }

    /// What is open is not closed before `at`, where something around it is.
    pub(super) fn closes_around(&self, open: Open, at: usize) -> Diagnostic {
        let missing = closer(open.kind);
        Diagnostic::error(format!("This {} is never closed", name(open.kind)))
            .at(self.opener(open), "opened here")
            .and(
                self.span(at, at + 1),
                format!("this closes something around it; {missing} is missing before"),
            )
            .help(format!("Add the missing {missing}."))
    }

    /// What is open before a line that begins the next argument or block.
    pub(super) fn not_closed_before(&mut self, open: Open, line: usize) {
        let problem = Diagnostic::error(format!("This {} is never closed", name(open.kind)))
            .at(self.opener(open), "opened here")
            .and(self.line(line), self.begins_next(open.kind))
            .help(format!("Add the missing {}.", closer(open.kind)));
        self.problem(problem);
    }

    /// `)}` where `})` closes both: says so, and passes over the second one.
    pub(super) fn swapped(&mut self, open: Open, at: usize) -> bool {
        let Some(next) = self.peek().filter(|next| closes(open.kind, *next)) else { return false };
        let (first, second) = (self.text[at] as char, next as char);
        let problem =
            Diagnostic::error(format!("`{first}{second}` closes the two brackets in the wrong order"))
                .at(self.span(at, at + 2), "")
                .and(self.opener(open), "this was opened last, and is closed first")
                .help(format!("Write {second}{first}."));
        match self.stack.len() {
            // The first one was to close the block itself.
            2 => self.last_problem(problem),
            _ => self.problem(problem),
        }
        self.at += 1;
        true
    }

    /// `(1]`, and nothing on the line that would close the `(`: the one stands in place of the other.
    pub(super) fn closed_by_another(&mut self, open: Open, at: usize) -> bool {
        let wanted = match (open.kind, self.text[at]) {
            (Kind::Paren, b']') => b')',
            (Kind::Bracket, b')') => b']',
            _ => return false,
        };
        let is_end = |byte: &u8| *byte == b'\n';
        let rest = self.text[at..self.end].split(is_end).next().unwrap_or_default();
        if self.text[open.at..at].iter().any(is_end) || rest.contains(&wanted) {
            return false;
        }
        let (wrong, wanted) = (self.text[at] as char, wanted as char);
        let problem = Diagnostic::error(format!("This {} is closed by `{wrong}`", name(open.kind)))
            .at(self.span(at, at + 1), format!("expected `{wanted}`"))
            .and(self.opener(open), "opened here")
            .help(format!("Write `{wanted}` in place of `{wrong}`."));
        self.problem(problem);
        true
    }

    pub(super) fn closes_nothing(&mut self, open: Option<Open>, at: usize) {
        let byte = self.text[at] as char;
        let mut problem = Diagnostic::error(format!("This `{byte}` closes nothing"))
            .at(self.span(at, at + 1), "nothing of its kind is open");
        if let Some(open) = open {
            problem =
                problem.and(self.opener(open), format!("this is open, and ends with {}", closer(open.kind)));
        }
        self.problem(problem.help(format!("Remove the `{byte}`, or add what it should close.")));
    }

    /// `<< EOT`, `<<"EOT"`: the signs, the marker, and where it ends.
    pub(super) fn loose_marker(&mut self, signs: Range<usize>, marker: Range<usize>, end: usize) {
        let text = |range: Range<usize>| String::from_utf8_lossy(&self.text[range]).into_owned();
        let wanted = format!("{}{}", text(signs.clone()), text(marker));
        let problem = Diagnostic::error("The marker of a heredoc must follow `<<` at once, without quotes")
            .at(self.span(signs.start, end), "")
            .help(format!("Write {wanted}."));
        self.problem(problem);
    }

    /// `<-EOT`: where it stands.
    pub(super) fn half_marker(&mut self, start: usize, end: usize) {
        let problem = Diagnostic::error("A heredoc begins with two `<`")
            .at(self.span(start, end), "one is missing")
            .help("Write `<<` in place of `<`.");
        self.problem(problem);
    }

    /// Something is open at the end. Says what, and answers where to go on.
    pub(super) fn never_closed(&mut self, innermost: Open) -> Option<usize> {
        let suspect = self.suspect.take();
        if let Some(shifted) = self.shifted.take().filter(|_| innermost.kind == Kind::Brace) {
            if let Some(behind) = self.close_shifted(&shifted) {
                return Some(behind);
            }
            self.stack.clear();
            self.drop_item();
            self.out.problems.push(self.closes_around(shifted.inner, shifted.at));
            return suspect.map(|(at, _)| at);
        }
        let open = suspect.map_or(innermost, |(_, open)| open);
        let end = suspect.map_or(self.end, |(at, _)| at);
        let kept = self.keep_unclosed(open, end);
        if kept == Kept::Inside {
            self.stack.clear();
            return suspect.map(|(at, _)| at);
        }
        let mut problem = Diagnostic::error(format!("This {} is never closed", name(open.kind)))
            .at(self.opener(open), "opened here")
            .help(self.how_to_close(open.kind));
        let marker = self.line_with_marker(open);
        if let Some(line) = marker {
            problem = problem.and(line, "more than the marker stands on this line");
        }
        if let Kept::UpTo(next) = kept {
            problem = problem.and(self.line(next), self.begins_next(open.kind));
        } else if self.text.get(end).is_some_and(|byte| matches!(byte, b'}' | b']' | b')')) {
            let label = format!("this closes something around it; {} is missing before", closer(open.kind));
            problem = problem.and(self.span(end, end + 1), label);
        } else if suspect.is_some() || self.looks_like_block(end) {
            let length = self.text[end..].iter().position(|b| *b == b'\n');
            let line = self.span(end, length.map_or(self.text.len(), |length| end + length));
            problem = problem.and(line, "this looks like the next block, and it is still open here");
        }
        self.stack.clear();
        self.drop_item();
        self.out.problems.push(problem);
        let next = || self.next_block(marker?.end as usize);
        let begins = if let Kept::UpTo(begins) = kept { Some(begins) } else { None };
        begins.or(suspect.map(|(at, _)| at)).or_else(next)
    }

    /// Keeps a block that something in it, or its own brace, leaves open up to `end`: what stands in it is read all the same.
    fn keep_unclosed(&mut self, open: Open, end: usize) -> Kept {
        let is_bracket = |open: &Open| matches!(open.kind, Kind::Brace | Kind::Bracket | Kind::Paren);
        if !self.is_within_block() || !is_bracket(&open) || !self.stack.iter().all(is_bracket) {
            return Kept::Nothing;
        }
        let Some(Item { start, shape: Shape::Block { body }, .. }) = self.item.take() else {
            return Kept::Nothing;
        };
        let is_own = open.at + 1 == body.start;
        let next = is_own.then(|| self.next_beside(start, body.start, end)).flatten();
        let end = self.text[..next.unwrap_or(end)].trim_ascii_end().len().max(body.start);
        let shape = Shape::Block { body: body.start..end };
        self.out.pieces.push(Piece { range: start..end, shape });
        match next {
            Some(next) => Kept::UpTo(next),
            None if is_own => Kept::Whole,
            None => Kept::Inside,
        }
    }

    /// The first line behind the header of a block that begins an argument or a block and stands no deeper than the header,
    /// where the line before it does.
    fn next_beside(&self, header: usize, body: usize, end: usize) -> Option<usize> {
        let depth = spaces(&self.text[self.line_start(header)..header]);
        let mut at = body;
        let mut is_inside = false;
        for line in self.text[body..end].split_inclusive(|byte| *byte == b'\n') {
            let is_deeper = spaces(line) > depth;
            match !line.trim_ascii().is_empty() && at > body {
                true if is_deeper => is_inside = true,
                true if self.begins_item(at) => return is_inside.then_some(at),
                _ => {}
            }
            at += line.len();
        }
        None
    }

    /// A line without its white space.
    fn line(&self, line: usize) -> Span {
        let rest = &self.text[line..];
        let text = rest.split(|byte| *byte == b'\n').next().unwrap_or(rest).trim_ascii_end();
        self.span(line + text.len() - text.trim_ascii_start().len(), line + text.len())
    }

    fn begins_next(&self, kind: Kind) -> String {
        format!("this begins the next one; {} is missing before", closer(kind))
    }

    /// The first line of an unclosed heredoc that begins with its marker, which does not stand there alone.
    fn line_with_marker(&self, open: Open) -> Option<Span> {
        let Kind::Heredoc(start, end) = open.kind else { return None };
        let marker = &self.text[start..end];
        let mut at = end;
        for line in self.text[end..self.end].split_inclusive(|byte| *byte == b'\n') {
            let text = line.trim_ascii_start();
            if text.strip_prefix(marker).is_some_and(|more| !more.first().is_some_and(|byte| is_name(*byte)))
            {
                let begin = at + line.len() - text.len();
                return Some(self.span(begin, at + line.trim_ascii_end().len()));
            }
            at += line.len();
        }
        None
    }

    fn how_to_close(&self, kind: Kind) -> String {
        match kind {
            Kind::Heredoc(start, end) => {
                let marker = String::from_utf8_lossy(&self.text[start..end]);
                format!("End it with a line that holds only {marker}.")
            }
            kind => format!("Add the missing {}.", closer(kind)),
        }
    }
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Brace => "`{`",
        Kind::Bracket => "`[`",
        Kind::Paren => "`(`",
        Kind::Quote => "string",
        Kind::Template => "template",
        Kind::Heredoc(..) => "heredoc",
    }
}

fn closer(kind: Kind) -> &'static str {
    match kind {
        Kind::Brace | Kind::Template => "`}`",
        Kind::Bracket => "`]`",
        Kind::Paren => "`)`",
        Kind::Quote => "`\"`",
        Kind::Heredoc(..) => "end marker",
    }
}
