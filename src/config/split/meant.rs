//! What was probably meant where one missing sign would make every line behind it seem wrong.

use super::{Item, Kind, Open, Scanner, Shape, is_name};
use crate::config::blocks;
use crate::model::Diagnostic;
use std::ops::Range;

impl Scanner<'_> {
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
        let problem = Diagnostic::error("This template is never closed")
            .at(self.opener(template), "opened here")
            .help("Add the missing `}`, and the `\"` that ends the string.");
        self.problem(problem);
        let rest = &self.text[template.at..self.end];
        self.at = template.at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        true
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
    /// the two is the block's.
    pub(super) fn headless(&mut self, at: usize) -> bool {
        let is_header = |range: &Range<usize>| self.is_header(range.clone());
        let headers =
            self.out.pieces.iter().rposition(|piece| piece.shape == Shape::Other && is_header(&piece.range));
        let Some(found) = headers else { return false };
        let header = self.out.pieces[found].range.clone();
        self.out.pieces.truncate(found);
        let problem = Diagnostic::error("The block's `{` is missing on this line")
            .at(self.span(header.end, header.end), "expected `{`")
            .and(self.span(at, at + 1), "this would close it");
        self.item = Some(Item { start: header.start, shape: Shape::Other, broken: true });
        self.problem(problem);
        true
    }

    fn is_header(&self, range: Range<usize>) -> bool {
        let text = &self.text[range];
        let word = text.iter().take_while(|byte| is_name(**byte)).count();
        std::str::from_utf8(&text[..word]).is_ok_and(blocks::is_known)
    }
}
