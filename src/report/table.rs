//! A small table: columns as wide as they need, the widest narrowed to the terminal and wrapped; nothing is cut off.
//! Written here and not taken from a crate, because every cell must go through [`super::harmless`] and keep its tint.

use super::page::{Page, columns};
use super::style::{Piece, Style, Tint, tinted};

/// A table with a title row.
#[derive(Debug)]
pub struct Table {
    titles: Vec<String>,
    right: Vec<bool>,
    rows: Vec<Vec<Piece>>,
}

/// Blanks between two columns.
const GAP: usize = 2;

impl Table {
    /// A table with these titles; one that begins with `>` is set to the right (numbers, sizes, times).
    pub fn new(titles: &[&str]) -> Self {
        Table {
            titles: titles.iter().map(|t| t.trim_start_matches('>').to_string()).collect(),
            right: titles.iter().map(|t| t.starts_with('>')).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; missing cells are empty.
    pub fn row(&mut self, cells: Vec<Piece>) {
        self.rows.push(cells);
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Draws it at column `indent`. Where the terminal is too narrow to keep every word whole, each row becomes a
    /// paragraph instead, so that ids and paths can still be copied.
    pub fn draw(&self, page: &mut Page, indent: usize) {
        let Some(widths) = self.widths(page.style(), indent) else { return self.paragraphs(page, indent) };
        let titles: Vec<Piece> = self.titles.iter().map(|t| tinted(Tint::Dim, t)).collect();
        self.draw_row(page, indent, &widths, &titles);
        for row in &self.rows {
            self.draw_row(page, indent, &widths, row);
        }
    }

    /// Widths of the columns: natural ones, then the widest narrowed, to its longest word at least, until all fit.
    fn widths(&self, style: Style, indent: usize) -> Option<Vec<usize>> {
        let mut widths: Vec<usize> = self.titles.iter().map(|t| columns(t, style)).collect();
        let mut least = widths.clone();
        for row in &self.rows {
            for (i, cell) in row.iter().enumerate().take(widths.len()) {
                widths[i] = widths[i].max(columns(&cell.text, style));
                let word = cell.text.split([' ', '\n']).map(|w| columns(w, style)).max();
                least[i] = least[i].max(word.unwrap_or(0));
            }
        }
        let room = style.columns().saturating_sub(indent + GAP * widths.len().saturating_sub(1));
        if least.iter().sum::<usize>() > room {
            return None;
        }
        while widths.iter().sum::<usize>() > room {
            let can = widths.iter_mut().zip(&least).filter(|(width, least)| **width > **least);
            *can.map(|(width, _)| width).max()? -= 1;
        }
        Some(widths)
    }

    /// The first cell, and below it the others with their titles.
    fn paragraphs(&self, page: &mut Page, indent: usize) {
        let column = self.titles.iter().map(|t| columns(t, page.style())).max().unwrap_or(0) + GAP;
        for row in &self.rows {
            for (i, (cell, title)) in row.iter().zip(&self.titles).enumerate() {
                if i == 0 {
                    page.line(indent, indent + 2, std::slice::from_ref(cell));
                } else if !cell.text.is_empty() {
                    page.labelled(indent + 2, column, title, std::slice::from_ref(cell));
                }
            }
        }
    }

    fn draw_row(&self, page: &mut Page, indent: usize, widths: &[usize], row: &[Piece]) {
        let style = page.style();
        let cells: Vec<Vec<String>> =
            row.iter().zip(widths).map(|(cell, width)| wrap(&cell.text, *width, style)).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for line in 0..height {
            let mut pieces = Vec::new();
            for (i, cell) in cells.iter().enumerate() {
                let text = cell.get(line).map_or("", String::as_str);
                let blanks = " ".repeat(widths[i].saturating_sub(columns(text, style)));
                let gap = if i + 1 < cells.len() { " ".repeat(GAP) } else { String::new() };
                let (before, after) =
                    if self.right[i] { (blanks, gap) } else { (String::new(), blanks + &gap) };
                pieces.push(tinted(Tint::Plain, before));
                pieces.push(tinted(row[i].tint, text));
                pieces.push(tinted(Tint::Plain, after));
            }
            page.row(indent, &pieces);
        }
    }
}

/// Splits a cell's text into lines of at most `width` columns, at blanks where there are some.
fn wrap(text: &str, width: usize, style: Style) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_inclusive([' ', '\n']) {
        let shown = word.trim_end();
        let line = lines.last_mut().map(|l| columns(l, style)).unwrap_or(0);
        if line > 0 && line + columns(shown, style) > width {
            lines.push(String::new());
        }
        for c in word.trim_end_matches('\n').chars() {
            let full = lines.last().map_or(0, |l| columns(l, style));
            if full > 0 && c != ' ' && full + columns(c.encode_utf8(&mut [0; 4]), style) > width {
                lines.push(String::new());
            }
            if let Some(last) = lines.last_mut() {
                last.push(c);
            }
        }
        if word.ends_with('\n') {
            lines.push(String::new());
        }
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::style::plain;

    fn drawn(width: usize, rows: &[[&str; 3]]) -> String {
        let mut table = Table::new(&["address", "level", ">size"]);
        for row in rows {
            table.row(row.iter().map(|c| plain(*c)).collect());
        }
        let mut page = Page::new(Style::plain(width));
        table.draw(&mut page, 2);
        page.finish()
    }

    #[test]
    fn aligns() {
        assert_eq!(
            drawn(60, &[["release.api", "1.4.0", "12 MB"], ["release.db", "15.2", "1.2 GB"]]),
            "  address      level    size\n  release.api  1.4.0   12 MB\n  release.db   15.2   1.2 GB\n"
        );
    }

    #[test]
    fn wraps_and_loses_nothing() {
        let long = "x".repeat(90);
        let text = drawn(60, &[[&long, "a few words that must wrap too", "1"]]);
        assert_eq!(text.matches('x').count(), 90);
        assert!(text.lines().all(|l| l.len() <= 60), "{text}");
        assert!(!text.contains("must wrap too  ") && text.contains("few"));
    }
}
