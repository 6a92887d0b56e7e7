//! A block of lines at the bottom of what was written on a terminal, drawn over again in its place.
//!
//! The cursor rests below the block, at the left: what the terminal echoes there (`^C`) goes with the next drawing.

use super::outlet::{Outlet, Stream};
use crate::report::page::columns;
use crate::report::style::Style;
use std::fmt::Write as _;

/// The block as it stands on the terminal.
#[derive(Default)]
pub struct Painter {
    lines: Vec<String>,
    /// How wide the terminal was when it was looked at last.
    width: usize,
    outlet: Outlet,
}

impl Painter {
    /// On the terminal that standard output is.
    pub fn new(outlet: Outlet) -> Painter {
        Painter { outlet, ..Painter::default() }
    }

    /// Where it draws.
    pub fn outlet(&self) -> &Outlet {
        &self.outlet
    }

    /// Replaces the block on a terminal that is so wide; none of the lines may be wider.
    pub fn paint(&mut self, lines: Vec<String>, width: usize) {
        // Drawing the same again would only flicker; where the terminal echoes something, it goes within a second.
        let same = self.lines == lines && self.width == width;
        if same || self.outlet.is_behind() {
            return;
        }
        self.width = width;
        self.draw(lines);
    }

    /// Writes above the block.
    pub fn above(&mut self, say: impl FnOnce()) {
        let lines = self.wipe();
        say();
        if !self.outlet.is_behind() {
            self.draw(lines);
        }
    }

    /// Takes the block away; answers its lines.
    pub fn wipe(&mut self) -> Vec<String> {
        self.outlet.say(Stream::Out, &self.wiping());
        std::mem::take(&mut self.lines)
    }

    fn draw(&mut self, lines: Vec<String>) {
        let mut text = self.wiping();
        self.lines = lines;
        for line in &self.lines {
            text.push_str(line);
            text.push('\n');
        }
        self.outlet.say(Stream::Out, &text);
    }

    /// What takes the block off the terminal.
    fn wiping(&self) -> String {
        let mut text = String::new();
        let rows: usize = self.lines.iter().map(|line| rows(line, self.width)).sum();
        if rows > 0 {
            let _ = write!(text, "\r\x1b[{rows}A\x1b[J");
        }
        text
    }
}

/// How many rows a line takes on a terminal that may have become narrower since it was drawn.
fn rows(line: &str, width: usize) -> usize {
    let mut shown = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((text, styled)) = rest.split_once('\u{1b}') {
        shown.push_str(text);
        rest = styled.split_once('m').map_or("", |(_, rest)| rest);
    }
    shown.push_str(rest);
    columns(&shown, Style { unicode: true, ..Style::plain(width) }).div_ceil(width.max(1)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_on_a_narrower_terminal_takes_more_rows() {
        let styled = format!("\u{1b}[1m{}\u{1b}[0m{}", "a".repeat(50), "b".repeat(30));
        for (line, width, expected) in [
            ("", 80, 1),
            ("abc", 80, 1),
            (styled.as_str(), 80, 1),
            (styled.as_str(), 79, 2),
            (styled.as_str(), 40, 2),
            (styled.as_str(), 20, 4),
            ("● ä", 3, 1),
            ("x", 0, 1),
        ] {
            assert_eq!(rows(line, width), expected, "{line:?} {width}");
        }
    }
}
