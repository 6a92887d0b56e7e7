//! What the splitter says: what is never closed, and what closes nothing.

use super::{Kind, Open, Scanner, closes, is_name};
use crate::model::{Diagnostic, Span};
use std::ops::Range;

impl Scanner<'_> {
    pub(super) fn wrong_closer(&mut self, open: Open, at: usize) {
        let problem = Diagnostic::error(format!("This {} is never closed", name(open.kind)))
            .at(self.opener(open), "opened here")
            .and(
                self.span(at, at + 1),
                format!("this closes something around it; {} is missing before", closer(open.kind)),
            )
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
        self.problem(problem);
        self.at += 1;
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
        let open = suspect.map_or(innermost, |(_, open)| open);
        let mut problem = Diagnostic::error(format!("This {} is never closed", name(open.kind)))
            .at(self.opener(open), "opened here")
            .help(self.how_to_close(open.kind));
        let marker = self.line_with_marker(open);
        if let Some(line) = marker {
            problem = problem.and(line, "more than the marker stands on this line");
        }
        if let Some((at, _)) = suspect {
            let end = self.text[at..self.end].iter().position(|b| *b == b'\n').map_or(self.end, |n| at + n);
            problem =
                problem.and(self.span(at, end), "this looks like the next block, and it is still open here");
        }
        self.stack.clear();
        self.item = None;
        self.out.problems.push(problem);
        let next = || self.next_block(marker?.end as usize);
        suspect.map(|(at, _)| at).or_else(next)
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
