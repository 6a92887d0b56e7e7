//! Lines of tokens: cut into cells, indented, aligned with their neighbours.

use super::spacing;
use super::token::{Kind, Token};
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation as _;

/// A line as ranges of tokens: what stands before an `=`, from the `=` on, and the comment at its end.
struct Line {
    lead: Range<usize>,
    /// Empty where the line is no whole assignment.
    assignment: Range<usize>,
    /// Empty where no comment ends the line, or nothing stands before it.
    comment: Range<usize>,
}

/// Sets the spaces before every token.
pub(super) fn lay_out(tokens: &mut [Token<'_>]) {
    let lines = cut(tokens);
    indent(&lines, tokens);
    for line in &lines {
        spacing::set(&mut tokens[line.lead.clone()]);
        spacing::set(&mut tokens[line.assignment.clone()]);
    }
    align(&lines, tokens, |line| line.assignment.clone(), |line| line.lead.clone());
    align(&lines, tokens, |line| line.comment.clone(), |line| line.lead.start..line.assignment.end);
}

fn cut(tokens: &[Token<'_>]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (at, token) in tokens.iter().enumerate() {
        if token.ends_line() || at + 1 == tokens.len() {
            lines.push(cells(tokens, start..at + 1));
            start = at + 1;
        }
    }
    lines
}

/// Cuts a line into its cells. Behind an `=` must stand a whole expression, with all its brackets.
fn cells(tokens: &[Token<'_>], all: Range<usize>) -> Line {
    let commented = all.len() > 1 && tokens[all.end - 1].kind == Kind::Comment;
    let end = all.end - usize::from(commented);
    let equal = tokens[all.start..end].iter().skip(1).position(|t| t.kind == Kind::Equal);
    let whole = |at: &usize| tokens[*at..end].iter().map(|t| t.kind.opens()).sum::<isize>() == 0;
    let split = equal.map(|at| all.start + 1 + at).filter(whole).unwrap_or(end);
    Line { lead: all.start..split, assignment: split..end, comment: end..all.end }
}

/// Sets the spaces at the beginning of each line: two for each earlier line that left brackets open, however many.
fn indent(lines: &[Line], tokens: &mut [Token<'_>]) {
    let mut open: Vec<isize> = Vec::new();
    for line in lines {
        let first = line.lead.start;
        if tokens[first].kind == Kind::Newline {
            tokens[first].spaces = 0;
            continue;
        }
        let change = opened(line, tokens);
        if change < 0 {
            close(&mut open, -change);
        }
        tokens[first].spaces = 2 * open.len();
        if change > 0 {
            open.push(change);
        }
    }
}

/// How many more brackets are open behind a line. What a heredoc holds does not count.
fn opened(line: &Line, tokens: &[Token<'_>]) -> isize {
    let mut change = 0;
    for token in &tokens[line.lead.clone()] {
        change += token.kind.opens();
        if token.kind == Kind::OpenHeredoc {
            break;
        }
    }
    change + tokens[line.assignment.clone()].iter().map(|t| t.kind.opens()).sum::<isize>()
}

/// Closes so many brackets: a level of indentation ends when all are closed that its line opened.
fn close(open: &mut Vec<isize>, mut closed: isize) {
    while closed > 0
        && let Some(last) = open.last_mut()
    {
        if closed < *last {
            *last -= closed;
            return;
        }
        closed -= *last;
        open.pop();
    }
}

/// Puts the cells that `cell` picks below each other where consecutive lines have one; `before` is what stands
/// before it.
fn align(
    lines: &[Line],
    tokens: &mut [Token<'_>],
    cell: impl Fn(&Line) -> Range<usize>,
    before: impl Fn(&Line) -> Range<usize>,
) {
    for chain in lines.chunk_by(|a, b| !cell(a).is_empty() && !cell(b).is_empty()) {
        if cell(&chain[0]).is_empty() {
            continue;
        }
        let widths: Vec<usize> = chain.iter().map(|line| columns(&tokens[before(line)])).collect();
        let widest = widths.iter().max().copied().unwrap_or(0);
        for (line, width) in chain.iter().zip(widths) {
            tokens[cell(line).start].spaces = widest - width + 1;
        }
    }
}

/// How many columns tokens take: a column for each character that a reader sees, however wide.
fn columns(tokens: &[Token<'_>]) -> usize {
    tokens.iter().map(|token| token.spaces + width(&token.text)).sum()
}

fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() - text.matches("\r\n").count() } else { text.graphemes(true).count() }
}
