//! Diagnostics, as hcldec writes them.

use patchform::config::source::Sources;
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
        json["subject"] = range(token(*span, sources), sources);
    }
    json
}

/// HCL's ranges hold at least one token: a place before a line's end holds the line break.
fn token(span: Span, sources: &Sources) -> Span {
    let rest = sources.text(span.file).get(span.start as usize..).unwrap_or_default();
    let breaks = ["\r\n", "\n"].into_iter().find(|b| rest.starts_with(b));
    match breaks {
        Some(found) if span.start == span.end => {
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
