//! Diagnostics as JSON, in the shape of `terraform validate -json`.

use super::{by_place, capital, detail};
use crate::config::Sources;
use crate::config::context::Contexts;
use crate::model::{Diagnostic, Diagnostics, Severity, Span};
use serde::Serialize;

/// All diagnostics of a command, in the shape of `terraform validate -json`; related places and help are additions.
pub fn to_json(all: &Diagnostics, sources: &Sources) -> serde_json::Value {
    let files = all.0.iter().filter_map(|d| d.primary.as_ref()).map(|(span, _)| span.file);
    let contexts = Contexts::of(sources, files);
    let count = |severity| all.0.iter().filter(|d| d.severity == severity).count();
    let answer = Answer {
        format_version: "1.0",
        valid: !all.has_errors(),
        error_count: count(Severity::Error),
        warning_count: count(Severity::Warning),
        diagnostics: by_place(all).into_iter().map(|d| Item::new(d, sources, &contexts)).collect(),
    };
    // Strings, numbers and lists of them always make a JSON value.
    serde_json::to_value(answer).unwrap_or_default()
}

#[derive(Serialize)]
struct Answer {
    format_version: &'static str,
    valid: bool,
    error_count: usize,
    warning_count: usize,
    diagnostics: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    severity: &'static str,
    summary: String,
    detail: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    help: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
    /// What stands under the mark.
    #[serde(skip_serializing_if = "String::is_empty")]
    label: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    address: String,
    /// In how many more instances it was found.
    #[serde(skip_serializing_if = "is_none")]
    others: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<Snippet>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<Related>,
}

fn is_none(others: &usize) -> bool {
    *others == 0
}

#[derive(Serialize)]
struct Range {
    filename: String,
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
    byte: usize,
}

#[derive(Serialize)]
struct Snippet {
    context: Option<String>,
    code: String,
    start_line: usize,
    highlight_start_offset: usize,
    highlight_end_offset: usize,
    values: Vec<Named>,
}

#[derive(Serialize)]
struct Named {
    traversal: String,
    statement: String,
}

#[derive(Serialize)]
struct Related {
    message: String,
    range: Range,
}

impl Item {
    fn new(diagnostic: &Diagnostic, sources: &Sources, contexts: &Contexts) -> Self {
        let primary = diagnostic.primary.as_ref();
        Item {
            severity: match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            summary: capital(&diagnostic.summary).into_owned(),
            // Readers made for terraform's shape show summary and detail alone.
            detail: [&*detail(diagnostic), &*capital(&diagnostic.help)]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("\n\n"),
            help: capital(&diagnostic.help).into_owned(),
            range: primary.map(|(span, _)| Range::new(*span, sources)),
            label: primary.map(|(_, label)| label.clone()).unwrap_or_default(),
            address: diagnostic.address.clone(),
            others: diagnostic.others,
            snippet: primary.map(|(span, _)| Snippet::new(*span, diagnostic, sources, contexts)),
            related: diagnostic
                .related
                .iter()
                .map(|(span, label)| Related { message: label.clone(), range: Range::new(*span, sources) })
                .collect(),
        }
    }
}

impl Range {
    fn new(span: Span, sources: &Sources) -> Self {
        let position = |byte: u32| {
            let place = sources.place(span.file, byte as usize);
            let byte = sources.in_file(span.file, byte as usize);
            Position { line: place.line, column: place.column, byte }
        };
        Range {
            filename: sources.path(span.file).to_string(),
            start: position(span.start),
            end: position(span.end),
        }
    }
}

/// The longest code of a snippet, in bytes.
const MAX_CODE: usize = 2_000;

impl Snippet {
    fn new(span: Span, diagnostic: &Diagnostic, sources: &Sources, contexts: &Contexts) -> Self {
        let line = sources.place(span.file, span.start as usize).line;
        let last = sources.place(span.file, (span.end as usize).max(span.start as usize + 1) - 1).line;
        let range = sources.line(span.file, line).start..sources.line(span.file, last).end;
        let text = sources.shown(span.file);
        let at = (span.start as usize).clamp(range.start, range.end);
        let from = if range.len() > MAX_CODE {
            text.floor_char_boundary(at.saturating_sub(MAX_CODE / 2).max(range.start))
        } else {
            range.start
        };
        let to = text.floor_char_boundary((from + MAX_CODE).min(range.end));
        Snippet {
            context: contexts.at(span.file, span.start as usize),
            code: text[from..to].to_string(),
            start_line: line,
            highlight_start_offset: at - from,
            highlight_end_offset: (span.end as usize).clamp(at, to.max(at)) - from,
            values: diagnostic
                .values
                .iter()
                .map(|(name, value)| Named { traversal: name.clone(), statement: format!("is {value}") })
                .collect(),
        }
    }
}
