//! Diagnostics, as hcldec writes them.

use patchform::config::source::Sources;
use patchform::config::syntax::Block;
use patchform::model::{Diagnostic, Diagnostics, Severity, Span};
use serde_json::{Value as Json, json};
use unicode_segmentation::UnicodeSegmentation as _;

/// One complaint without a place.
pub fn plain(problem: String) -> Diagnostics {
    Diagnostic::error(problem).into()
}

/// One complaint.
pub fn at(span: Span, problem: &str) -> Diagnostics {
    Diagnostic::error(problem).at(span, "").into()
}

/// The opening brace of a block; in JSON, where none follows the header, the header.
pub fn brace(block: &Block, sources: &Sources) -> Span {
    let (file, end) = (block.header.file, block.header.end as usize);
    let rest = sources.text(file).get(end..).unwrap_or_default();
    let at = end + rest.len() - rest.trim_start_matches([' ', '\t']).len();
    if sources.text(file)[at..].starts_with('{') { Span::new(file, at, at + 1) } else { block.header }
}

/// Where a block's body begins: what is missing in it is told there.
pub fn start(block: &Block, sources: &Sources) -> Span {
    let brace = brace(block, sources);
    if brace == block.header { brace } else { Span { end: brace.start, ..brace } }
}

/// All of them, as JSON or as lines.
pub fn told(problems: &Diagnostics, sources: &Sources, as_json: bool) -> String {
    if as_json {
        let all: Vec<Json> = problems.0.iter().map(|problem| one(problem, sources)).collect();
        return json!({ "diagnostics": all }).to_string();
    }
    let line = |problem: &Diagnostic| format!("Error: {}; {}", problem.summary, problem.detail);
    problems.0.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn one(problem: &Diagnostic, sources: &Sources) -> Json {
    let severity = if problem.severity == Severity::Error { "error" } else { "warning" };
    let mut json = json!({ "severity": severity, "summary": problem.summary, "detail": problem.detail });
    if let Some((span, _)) = &problem.primary {
        json["subject"] = range(token(step(problem, *span, sources), sources), sources);
    }
    json
}

/// HCL's steps hold their dot or their brackets: what has no attribute or no element is told with them.
fn step(problem: &Diagnostic, span: Span, sources: &Sources) -> Span {
    let is_step = ["has no attribute", "has no element"].iter().any(|what| problem.summary.contains(what));
    let before = sources.text(span.file).get(..span.start as usize).unwrap_or_default();
    match before.ends_with('.') {
        _ if !is_step => span,
        true => Span { start: span.start - 1, ..span },
        false => bracketed(span, sources),
    }
}

/// An index with its brackets.
pub fn bracketed(span: Span, sources: &Sources) -> Span {
    let text = sources.text(span.file);
    let (start, end) = (span.start as usize, span.end as usize);
    let before = text[..start].trim_end_matches([' ', '\t']);
    let after = text[end..].trim_start_matches([' ', '\t']);
    match (before.strip_suffix('['), after.strip_prefix(']')) {
        (Some(before), Some(after)) => Span::new(span.file, before.len(), text.len() - after.len()),
        _ => span,
    }
}

/// HCL's ranges hold at least one token: a place before a line's end holds the line break. A body's beginning is none.
fn token(span: Span, sources: &Sources) -> Span {
    let rest = sources.text(span.file).get(span.start as usize..).unwrap_or_default();
    let breaks = ["\r\n", "\n"].into_iter().find(|b| rest.starts_with(b));
    match breaks {
        Some(found) if span.start == span.end && span.start > 0 => {
            Span::new(span.file, span.start as usize, span.start as usize + found.len())
        }
        _ => span,
    }
}

/// A range with its file's name.
pub fn range(span: Span, sources: &Sources) -> Json {
    let text = sources.text(span.file);
    json!({
        "filename": sources.path(span.file),
        "start": position(text, span.start as usize),
        "end": position(text, span.end as usize),
    })
}

/// Line and column count from 1, columns as people see characters.
fn position(text: &str, at: usize) -> Json {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rfind('\n').map_or(0, |n| n + 1);
    let column = before[line..].graphemes(true).count() + 1;
    json!({ "line": before.matches('\n').count() + 1, "column": column, "byte": at })
}
