//! The reference for programs: `patchform reference --json`.

use super::{Article, Group};
use serde_json::{Value as Json, json};

/// The version of these forms; it rises when a program that reads one would misunderstand.
const FORMAT_VERSION: u32 = 1;

/// Articles, in full.
pub fn articles_json(articles: &[Article]) -> String {
    let articles: Vec<Json> = articles.iter().map(article).collect();
    format!("{:#}\n", json!({ "format_version": FORMAT_VERSION, "articles": articles }))
}

fn article(article: &Article) -> Json {
    let sections = article.sections.iter().map(|section| {
        let rows = section.rows.iter().map(|row| {
            json!({
                "name": row.name, "type": row.takes, "required": row.required, "otherwise": row.otherwise,
                "may_hold": row.holds, "about": row.about,
            })
        });
        json!({
            "written": section.written, "about": section.about, "arguments": rows.collect::<Vec<Json>>(),
            "notes": section.notes,
        })
    });
    let examples = article
        .examples
        .iter()
        .map(|example| json!({ "file": example.title, "language": example.language, "text": example.text }));
    json!({
        "name": article.name, "sort": article.sort.word(), "about": article.about,
        "sections": sections.collect::<Vec<Json>>(), "examples": examples.collect::<Vec<Json>>(),
    })
}

/// Every name.
pub fn list_json(groups: &[Group]) -> String {
    let groups = groups.iter().map(|group| {
        let names = group.names.iter().map(|(name, about)| json!({ "name": name, "about": about }));
        json!({ "title": group.title, "names": names.collect::<Vec<Json>>() })
    });
    let groups: Vec<Json> = groups.collect();
    format!("{:#}\n", json!({ "format_version": FORMAT_VERSION, "groups": groups }))
}
