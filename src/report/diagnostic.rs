//! Draws diagnostics: the source line with carets under the exact expression; or JSON in Terraform's shape.

use super::harmless::{one_line, push};
use crate::config::Sources;
use crate::model::{Diagnostic, Diagnostics, Severity, Span};
use annotate_snippets::renderer::DEFAULT_TERM_WIDTH;
use annotate_snippets::{Annotation, AnnotationKind, Element, Level, Origin, Renderer, Snippet};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

mod json;

pub use json::to_json;

/// How to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// With colours (ANSI escapes).
    pub colour: bool,
    /// Columns of the terminal; texts are wrapped to it. 0: the usual width.
    pub width: usize,
}

impl Look {
    /// Without colours, as wide as a terminal usually is at least.
    pub const PLAIN: Look = Look { colour: false, width: 100 };
}

/// Longer lines are cut around the place that is shown.
const LONG_LINE: usize = 1_000;
/// A span over more lines is shown by its first one.
const MANY_LINES: usize = 6;
/// Places that are so many lines apart stand in windows of their own: all lines between are looked at when one is drawn.
const FAR_LINES: usize = 500;
/// Related places beyond this are counted, not drawn.
const MANY_PLACES: usize = 20;

/// Complaints beyond this are counted, not drawn: nobody reads them, and they often have one cause.
const MANY: usize = 100;

/// Errors and warnings by their places; what has none comes first.
fn by_place(all: &Diagnostics) -> Vec<&Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = all.0.iter().collect();
    sorted.sort_by_key(|one| one.primary.as_ref().map(|(span, _)| (span.file, span.start)));
    sorted
}

/// Draws them, errors and warnings by their places, with an empty line between; of very many, the first errors.
pub fn draw_all(all: &Diagnostics, sources: &Sources, look: Look) -> String {
    let mut shown = by_place(all);
    if shown.len() > MANY {
        shown.sort_by_key(|one| one.severity == Severity::Warning);
        shown.truncate(MANY);
    }
    let mut drawn: Vec<String> = shown.iter().map(|one| draw(one, sources, look)).collect();
    if all.0.len() > MANY {
        drawn.push(format!("and {} more, which are not shown\n", all.0.len() - MANY));
    }
    drawn.join("\n")
}

/// Draws one; ends in a newline.
pub fn draw(diagnostic: &Diagnostic, sources: &Sources, look: Look) -> String {
    let width = if look.width == 0 { DEFAULT_TERM_WIDTH } else { look.width };
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut elements: Vec<Element<'_>> = Vec::new();
    for window in windows(diagnostic, sources) {
        window.into_elements(&mut elements);
    }
    let unseen = diagnostic.related.len().saturating_sub(MANY_PLACES);
    if unseen > 0 {
        elements.push(Level::NOTE.message(format!("and {unseen} more places")).into());
    }
    if let Some(instances) = instances(diagnostic) {
        elements.push(Level::NOTE.with_name("in").message(wrap(&instances, width, "in")).into());
    }
    if let Some(values) = values(diagnostic) {
        elements.push(Level::NOTE.with_name("with").message(wrap(&values, width, "with")).into());
    }
    if !diagnostic.detail.is_empty() {
        elements.push(Level::NOTE.message(wrap(&detail(diagnostic), width, "note")).into());
    }
    if !diagnostic.help.is_empty() {
        elements.push(Level::HELP.message(wrap(&short(&capital(&diagnostic.help)), width, "help")).into());
    }
    let group = level.primary_title(one_line(&short(&capital(&diagnostic.summary)))).elements(elements);
    let renderer = if look.colour { Renderer::styled() } else { Renderer::plain() };
    let drawn = renderer.term_width(width).render(&[group]);
    let mut out = String::with_capacity(drawn.len() + 1);
    for line in drawn.lines() {
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// A sentence that quotes a name of a megabyte is not shown in full.
fn short(text: &str) -> String {
    match text.char_indices().nth(LONG_LINE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_string(),
    }
}

/// Why; in the words of the configuration's author where they are.
fn detail(diagnostic: &Diagnostic) -> Cow<'_, str> {
    if diagnostic.quotes { Cow::Borrowed(&diagnostic.detail) } else { capital(&diagnostic.detail) }
}

/// Begins with a capital letter unless it begins with a name.
fn capital(text: &str) -> Cow<'_, str> {
    let word = text.split(' ').next().unwrap_or_default();
    if word.is_empty() || !word.chars().all(|c| c.is_ascii_lowercase()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}{}", word[..1].to_ascii_uppercase(), &text[1..]))
}

/// `release.api["b"], and in 41 more instances`
fn instances(diagnostic: &Diagnostic) -> Option<String> {
    let Diagnostic { address, others, .. } = diagnostic;
    let address = one_line(address);
    match others {
        _ if address.is_empty() => None,
        0 => Some(address),
        1 => Some(format!("{address}, and in 1 more instance")),
        n => Some(format!("{address}, and in {n} more instances")),
    }
}

/// `var.port = "http", each.key = "a"`
fn values(diagnostic: &Diagnostic) -> Option<String> {
    let rows: Vec<String> =
        diagnostic.values.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    (!rows.is_empty()).then(|| rows.join("\n"))
}

/// The lines of one file that are drawn together.
struct Window<'a> {
    /// As a terminal shows it: a name may hold what a terminal obeys.
    path: String,
    text: Cow<'a, str>,
    /// Number of its first line.
    first_line: usize,
    /// Line and column to name where a cut line would make the drawer count wrongly.
    origin: Option<(usize, usize)>,
    annotations: Vec<Annotation<'a>>,
}

impl<'a> Window<'a> {
    fn into_elements(self, out: &mut Vec<Element<'a>>) {
        let mut snippet =
            Snippet::source(self.text).line_start(self.first_line).annotations(self.annotations).fold(true);
        match self.origin {
            Some((line, column)) => {
                out.push(Origin::path(self.path).line(line).char_column(column).into());
            }
            None => snippet = snippet.path(self.path),
        }
        out.push(snippet.into());
    }
}

/// The places of a diagnostic, those of one file in one window, in their order; that of the primary one comes first.
fn windows<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Vec<Window<'a>> {
    let primary = diagnostic.primary.iter().map(|(span, label)| (*span, label.as_str(), true));
    let related =
        diagnostic.related.iter().take(MANY_PLACES).map(|(span, label)| (*span, label.as_str(), false));
    let mut groups: Vec<Vec<Mark<'a>>> = Vec::new();
    for (span, label, primary) in primary.chain(related) {
        let mark = Mark::new(span, label, primary, sources);
        match groups.iter_mut().find(|group| group.iter().any(|other| other.near(&mark))) {
            Some(group) => group.push(mark),
            None => groups.push(vec![mark]),
        }
    }
    groups.iter().map(|marks| window(marks, sources)).collect()
}

/// A place to draw.
struct Mark<'a> {
    span: Span,
    label: &'a str,
    primary: bool,
    /// First and last line.
    lines: (usize, usize),
    /// It stands on a line that has to be cut.
    long: bool,
}

impl<'a> Mark<'a> {
    fn new(span: Span, label: &'a str, primary: bool, sources: &Sources) -> Self {
        let first = sources.place(span.file, span.start as usize).line;
        let last = sources.place(span.file, (span.end as usize).max(span.start as usize + 1) - 1).line;
        let range = sources.line(span.file, first);
        let (mut span, mut last) = (span, last);
        let long = range.len() > LONG_LINE;
        if last - first >= MANY_LINES || long {
            last = first;
            span.end = span.end.min(range.end as u32).max(span.start);
        }
        Mark { span, label, primary, lines: (first, last), long }
    }

    /// Whether both belong in one window.
    fn near(&self, other: &Mark<'_>) -> bool {
        let gap = self.lines.0.max(other.lines.0).saturating_sub(self.lines.1.min(other.lines.1));
        self.span.file == other.span.file && gap <= FAR_LINES && !self.long && !other.long
    }

    fn annotation(&self, range: Range<usize>) -> Annotation<'a> {
        let kind = if self.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(range);
        if self.label.is_empty() { annotation } else { annotation.label(self.label) }
    }
}

fn window<'a>(marks: &[Mark<'a>], sources: &'a Sources) -> Window<'a> {
    let file = marks[0].span.file;
    if marks[0].long {
        return long_line(&marks[0], sources);
    }
    let first = marks.iter().map(|mark| mark.lines.0).min().unwrap_or(1);
    let last = marks.iter().map(|mark| mark.lines.1).max().unwrap_or(first);
    let start = sources.line(file, first).start;
    let end = sources.line(file, last).end.max(start);
    let text = &sources.shown(file)[start..end];
    let inside = |offset: u32| (offset as usize).clamp(start, end) - start;
    Window {
        path: one_line(sources.path(file)),
        text: Cow::Borrowed(text),
        first_line: first,
        origin: None,
        annotations: marks.iter().map(|m| m.annotation(inside(m.span.start)..inside(m.span.end))).collect(),
    }
}

/// A window of a line that is too long to be shown: some text on both sides of the place.
fn long_line<'a>(mark: &Mark<'a>, sources: &'a Sources) -> Window<'a> {
    let file = mark.span.file;
    let text = sources.shown(file);
    let range = sources.line(file, mark.lines.0);
    let start = (mark.span.start as usize).clamp(range.start, range.end);
    let from = text.floor_char_boundary(start.saturating_sub(40).max(range.start));
    let to = text.floor_char_boundary((start + 60).min(range.end));
    let end = text.floor_char_boundary((mark.span.end as usize).clamp(start, to));
    let before = if from > range.start { "…" } else { "" };
    let after = if to < range.end { "…" } else { "" };
    let place = sources.place(file, start);
    let shown = before.len() + start - from..before.len() + end - from;
    Window {
        path: one_line(sources.path(file)),
        text: Cow::Owned(format!("{before}{}{after}", &text[from..to])),
        first_line: mark.lines.0,
        origin: Some((place.line, place.column)),
        annotations: vec![mark.annotation(shown)],
    }
}

/// Breaks lines between words so that they fit beside the name of their element.
fn wrap(text: &str, width: usize, name: &str) -> String {
    let room = width.saturating_sub(name.len() + 9).max(30);
    let mut out = String::new();
    for (i, line) in text.lines().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        let mut used = 0;
        for word in words(line) {
            let length = unicode_width::UnicodeWidthStr::width(word);
            if used > 0 && used + 1 + length > room {
                out.push('\n');
                used = 0;
            } else if used > 0 || (used == 0 && out.ends_with(' ')) {
                out.push(' ');
                used += 1;
            }
            // An author's message may hold what a terminal obeys.
            word.chars().for_each(|c| push(&mut out, c));
            used += length;
        }
    }
    out
}

/// What is not taken apart: words, and what stands in a pair of backticks, which is typed as one line.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let in_pairs = line.matches('`').count().is_multiple_of(2);
    let mut typed = false;
    line.split(move |c| {
        typed ^= in_pairs && c == '`';
        c == ' ' && !typed
    })
}

#[cfg(test)]
mod tests;
