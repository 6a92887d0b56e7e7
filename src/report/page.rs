//! A page of text: the one place where reports become lines. It wraps to the width, keeps tints across a wrap, makes
//! text from outside harmless, and spells drawing characters in ASCII where asked.

use super::harmless;
use super::style::{Piece, Style, Tint, tinted};
use unicode_width::UnicodeWidthChar as _;

/// A page that is being written.
#[derive(Debug)]
pub struct Page {
    style: Style,
    out: String,
}

/// One character with its tint, ready to draw.
type Cell = (char, Tint);

impl Page {
    /// An empty page.
    pub fn new(style: Style) -> Self {
        Page { style, out: String::new() }
    }

    /// How it is drawn.
    pub fn style(&self) -> Style {
        self.style
    }

    /// Leaves one line free, unless one is free already or the page is empty.
    pub fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A line that begins at column `indent`; what does not fit goes on below, at column `hang`.
    pub fn line(&mut self, indent: usize, hang: usize, pieces: &[Piece]) {
        let cells = self.cells(pieces);
        let widest = self.style.columns();
        let (indent, hang) = (indent.min(widest / 2), hang.min(widest / 2));
        let mut rest = &cells[..];
        let mut margin = indent;
        // A break before the hanging column would leave a label or a sign alone on its line.
        let mut floor = hang.saturating_sub(indent);
        loop {
            let (line, after) = take_line(rest, widest - margin, floor);
            self.draw(margin, line);
            rest = after;
            margin = hang;
            floor = 0;
            if rest.is_empty() {
                return;
            }
        }
    }

    /// Text that may have several lines, each wrapped like [`Page::line`].
    pub fn text(&mut self, indent: usize, tint: Tint, text: &str) {
        for line in text.lines() {
            self.line(indent, indent, &[tinted(tint, line)]);
        }
    }

    /// A line `label value`, values aligned at column `indent + column`.
    pub fn labelled(&mut self, indent: usize, column: usize, label: &str, value: &[Piece]) {
        let mut pieces = vec![tinted(Tint::Dim, format!("{label:<column$}"))];
        pieces.extend_from_slice(value);
        self.line(indent, indent + column, &pieces);
    }

    /// Lines of a file or a diff: blanks are kept, what is too long goes on below without losing a character.
    pub fn verbatim(&mut self, indent: usize, tint: Tint, text: &str) {
        let cells = self.cells(&[tinted(tint, text)]);
        let room = self.style.columns().saturating_sub(indent).max(10);
        let mut rest = &cells[..];
        let mut margin = indent;
        loop {
            let fits = fitting(rest, room + indent - margin);
            self.draw(margin, &rest[..fits]);
            rest = &rest[fits..];
            margin = indent + 2;
            if rest.is_empty() {
                return;
            }
        }
    }

    /// A command line to copy: the terminal wraps it where it must, so that what is pasted is one line. A script of several lines
    /// goes on at the margin: what stands within quotes stays as it is.
    pub fn typed(&mut self, indent: usize, line: &str) {
        for (i, part) in line.split('\n').enumerate() {
            let cells = self.cells(&[tinted(Tint::Command, part)]);
            self.draw(if i == 0 { indent } else { 0 }, &cells);
        }
    }

    /// One row of a table that was laid out to fit; it is not wrapped again.
    pub(super) fn row(&mut self, indent: usize, pieces: &[Piece]) {
        let cells = self.cells(pieces);
        self.draw(indent, &cells);
    }

    /// One line that never wraps: what does not fit ends in an ellipsis. Only for live views, whose text is also told
    /// in full.
    pub(super) fn clipped(&mut self, pieces: &[Piece]) {
        let mut cells = self.cells(pieces);
        let room = self.style.columns().saturating_sub(1);
        if fitting(&cells, room) < cells.len() {
            let dots = if self.style.unicode { "…" } else { "..." };
            cells.truncate(fitting(&cells, room - dots.chars().count()));
            cells.extend(dots.chars().map(|c| (c, Tint::Dim)));
        }
        self.draw(0, &cells);
    }

    /// Lines that were drawn on another page of this style.
    pub(super) fn append(&mut self, drawn: &str) {
        self.out.push_str(drawn);
    }

    /// The page's text; every line ends in a newline.
    pub fn finish(self) -> String {
        self.out
    }

    fn cells(&self, pieces: &[Piece]) -> Vec<Cell> {
        let mut cells = Vec::new();
        let mut shown = String::new();
        for piece in pieces {
            shown.clear();
            let mut typed = piece.tint == Tint::Command;
            for (at, c) in piece.text.char_indices() {
                if c == '`' {
                    typed = !typed && piece.text[at + 1..].starts_with("patchform ");
                }
                // A command is typed as one line, so it is not wrapped at its blanks.
                let c = if c == ' ' && typed { '\u{a0}' } else { c };
                match harmless::ascii(c).filter(|_| !self.style.unicode) {
                    Some(spelling) => shown.push_str(spelling),
                    None => harmless::push(&mut shown, c),
                }
            }
            cells.extend(shown.chars().map(|c| (c, piece.tint)));
        }
        cells
    }

    fn draw(&mut self, margin: usize, line: &[Cell]) {
        let end = line.iter().rposition(|(c, _)| *c != ' ').map_or(0, |last| last + 1);
        let line = &line[..end];
        if !line.is_empty() {
            self.out.extend(std::iter::repeat_n(' ', margin));
        }
        for run in line.chunk_by(|a, b| a.1 == b.1) {
            let ansi = run[0].1.ansi();
            // A no-break space has done its work; what is copied from a terminal should hold ordinary blanks.
            let text: String = run.iter().map(|(c, _)| if *c == '\u{a0}' { ' ' } else { *c }).collect();
            if self.style.color && run[0].1 != Tint::Plain {
                self.out.push_str(&format!("{ansi}{text}{ansi:#}"));
            } else {
                self.out.push_str(&text);
            }
        }
        self.out.push('\n');
    }
}

/// Splits off what fits into `room` columns, at a blank behind the first `floor` cells where there is one.
fn take_line(cells: &[Cell], room: usize, floor: usize) -> (&[Cell], &[Cell]) {
    let fits = fitting(cells, room);
    if fits == cells.len() {
        return (cells, &[]);
    }
    let lead = cells.iter().take_while(|(c, _)| *c == ' ').count();
    let at = match cells[lead..=fits.max(lead)].iter().rposition(|(c, _)| *c == ' ') {
        Some(blank) if blank > 0 && lead + blank > floor => lead + blank,
        _ => fits,
    };
    let rest = &cells[at..];
    let skip = rest.iter().take_while(|(c, _)| *c == ' ').count();
    (&cells[..at], &rest[skip..])
}

/// How many cells fit into `room` columns; at least one, so that a wrap always gets on.
fn fitting(cells: &[Cell], room: usize) -> usize {
    let mut used = 0;
    for (i, (c, _)) in cells.iter().enumerate() {
        used += c.width().unwrap_or(0);
        if used > room {
            return i.max(1);
        }
    }
    cells.len()
}

/// Columns that a text takes when drawn on one line.
pub fn columns(text: &str, style: Style) -> usize {
    text.chars()
        .map(|c| match harmless::ascii(c).filter(|_| !style.unicode) {
            Some(spelling) => spelling.len(),
            None => {
                let mut shown = String::new();
                harmless::push(&mut shown, c);
                shown.chars().map(|c| c.width().unwrap_or(0)).sum()
            }
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::style::plain;
    use proptest::prelude::*;

    fn draw(width: usize, indent: usize, hang: usize, text: &str) -> String {
        let mut page = Page::new(Style::plain(width));
        page.line(indent, hang, &[plain(text)]);
        page.finish()
    }

    #[test]
    fn wraps_at_blanks_and_hangs() {
        let text = "one two three four five six seven eight nine ten";
        assert_eq!(draw(40, 2, 4, text), "  one two three four five six seven\n    eight nine ten\n");
    }

    #[test]
    fn what_is_typed_stands_on_one_line() {
        let text = "to go on with it, `patchform resume 20261128-033` does that; `rm` not";
        let shown = "to go on with it,\n`patchform resume 20261128-033` does\nthat; `rm` not\n";
        assert_eq!(draw(40, 0, 0, text), shown);
    }

    #[test]
    fn a_word_longer_than_the_line_is_split_and_not_lost() {
        let word = "x".repeat(100);
        let drawn = draw(40, 0, 2, &word);
        assert_eq!(drawn.matches('x').count(), 100);
        assert!(drawn.lines().all(|l| l.len() <= 40));
    }

    #[test]
    fn tints_end_where_they_began() {
        let mut page = Page::new(Style { color: true, width: 40, unicode: true });
        page.line(0, 2, &[tinted(Tint::Good, "word ".repeat(12)), plain("end")]);
        let drawn = page.finish();
        assert!(drawn.lines().all(|l| l.matches("\u{1b}[32m").count() == l.matches("\u{1b}[0m").count()));
        assert!(drawn.lines().count() == 2);
    }

    #[test]
    fn ascii_spelling() {
        let mut page = Page::new(Style { color: false, width: 40, unicode: false });
        page.line(0, 2, &[plain("1 → 2 …")]);
        assert_eq!(page.finish(), "1 -> 2 ...\n");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_too_wide(text in "[a-zA-Z0-9 é漢→]{0,300}", width in 40usize..130) {
            let drawn = draw(width, 2, 6, &text);
            let squeeze = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(squeeze(&drawn), squeeze(&text));
            for line in drawn.lines() {
                prop_assert!(columns(line, Style::plain(width)) <= width, "{:?}", line);
            }
        }
    }
}
