//! The reference as pages of Markdown: `docs/reference/`.

use super::{Article, Group, Row};
use std::fmt::Write as _;

/// A page of articles under a heading, with what holds for all of them.
pub fn page(title: &str, about: &str, articles: &[Article]) -> String {
    let mut out = format!("# {title}\n");
    if !about.is_empty() {
        let _ = write!(out, "\n{about}\n");
    }
    for article in articles {
        if articles.len() > 1 {
            let _ = write!(out, "\n## {}\n", article.name);
        }
        write(article, &mut out);
    }
    out
}

fn write(article: &Article, out: &mut String) {
    if article.sections.is_empty() {
        let _ = write!(out, "\n{}\n", article.about);
    }
    for section in &article.sections {
        // The sorts of a block get headings, one signature does not need one.
        let heading = if article.sections.len() > 1 { "## " } else { "" };
        let _ = write!(out, "\n{heading}`{}`\n\n{}\n", section.written, section.about);
        rows(&section.rows, out);
        for note in &section.notes {
            let _ = write!(out, "\n{note}\n");
        }
    }
    for example in &article.examples {
        let title =
            if example.title.is_empty() { String::new() } else { format!("`{}`:\n\n", example.title) };
        let _ = write!(out, "\n{title}```{}\n{}```\n", example.language, example.text);
    }
}

/// A table, without the columns that say nothing.
fn rows(rows: &[Row], out: &mut String) {
    if rows.is_empty() {
        return;
    }
    out.push('\n');
    let cells: Vec<[String; 5]> = rows.iter().map(cells).collect();
    let told: Vec<usize> = (0..5).filter(|&i| cells.iter().any(|cells| !cells[i].is_empty())).collect();
    let mut line = |cells: &dyn Fn(usize) -> String| {
        let cells: Vec<String> = told.iter().map(|&i| cells(i)).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    };
    line(&|i| COLUMNS[i].to_string());
    line(&|_| "---".to_string());
    cells.iter().for_each(|cells| line(&|i| cells[i].replace('|', "\\|")));
}

const COLUMNS: [&str; 5] = ["argument", "type", "without it", "may hold", ""];

fn cells(row: &Row) -> [String; 5] {
    let otherwise = if row.required { "**required**".into() } else { row.otherwise.clone() };
    [format!("`{}`", row.name), row.takes.clone(), otherwise, row.holds.clone(), row.about.clone()]
}

/// The list of all pages. `link` says where a name of a group is told.
pub fn index(title: &str, about: &str, groups: &[Group], link: &dyn Fn(&Group, &str) -> String) -> String {
    let mut out = format!("# {title}\n\n{about}\n");
    for group in groups {
        let _ = write!(out, "\n## {}\n\n", group.title);
        for (name, about) in &group.names {
            let _ = writeln!(out, "- [`{name}`]({}): {about}", link(group, name));
        }
    }
    out
}
