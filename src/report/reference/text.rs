//! The reference on a terminal: `patchform reference`.

use super::{Article, Group, Row, Section};
use crate::report::page::Page;
use crate::report::style::{Style, Tint, plain, tinted};

/// Articles, in full.
pub fn articles_text(articles: &[Article], style: Style) -> String {
    let mut page = Page::new(style);
    articles.iter().for_each(|article| write(article, &mut page));
    page.finish()
}

fn write(article: &Article, page: &mut Page) {
    if article.sections.is_empty() {
        page.line(0, 2, &[tinted(Tint::Bold, &*article.name), plain(format!("  {}", article.about))]);
    }
    for section in &article.sections {
        page.blank();
        draw(section, page);
    }
    for example in &article.examples {
        page.blank();
        if !example.title.is_empty() {
            page.line(2, 2, &[tinted(Tint::Dim, format!("# {}", example.title))]);
        }
        example.text.lines().for_each(|line| page.verbatim(2, Tint::Plain, line));
    }
}

fn draw(section: &Section, page: &mut Page) {
    page.line(0, 2, &[tinted(Tint::Bold, &*section.written)]);
    page.line(2, 2, &[plain(unticked(&section.about))]);
    let column = section.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0) + 2;
    if !section.rows.is_empty() {
        page.blank();
    }
    for row in &section.rows {
        let facts = tinted(Tint::Info, facts(row));
        match row.about.as_str() {
            "" => page.labelled(2, column, &row.name, &[facts]),
            about => {
                page.labelled(2, column, &row.name, &[plain(unticked(about))]);
                page.line(2 + column, 2 + column, &[facts]);
            }
        }
    }
    if !section.notes.is_empty() {
        page.blank();
    }
    for note in &section.notes {
        page.line(2, 2, &[plain(unticked(note))]);
    }
}

/// Type, default and what may stand there.
fn facts(row: &Row) -> String {
    let otherwise = match (row.required, row.otherwise.as_str()) {
        (true, _) => "required".to_string(),
        (false, "") => String::new(),
        (false, otherwise) => format!("without it: {}", unticked(otherwise)),
    };
    let facts = [unticked(&row.takes), otherwise, row.holds.clone()];
    facts.into_iter().filter(|fact| !fact.is_empty()).collect::<Vec<_>>().join("; ")
}

/// Without the marks that Markdown has for code.
fn unticked(text: &str) -> String {
    text.replace('`', "")
}

/// Every name.
pub fn list_text(groups: &[Group], style: Style) -> String {
    let mut page = Page::new(style);
    for group in groups {
        page.blank();
        page.line(0, 0, &[tinted(Tint::Bold, &*group.title)]);
        let column = group.names.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0) + 2;
        for (name, about) in &group.names {
            page.labelled(2, column, name, &[plain(unticked(about))]);
        }
    }
    page.finish()
}
