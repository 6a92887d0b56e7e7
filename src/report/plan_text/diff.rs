//! Files that a patch touches, with unified diffs of those whose text is known.

use super::View;
use super::change::COLUMN;
use crate::report::page::Page;
use crate::report::style::{Tint, plain, tinted};
use patchform_sdk::message::FileChange;
use similar::{ChangeTag, TextDiff};
use std::time::Duration;

/// Files shown before the rest is counted.
const FEW_FILES: usize = 8;
/// Lines of one diff shown before the rest is counted.
const FEW_LINES: usize = 30;
/// After this long a diff is no longer made smaller; it stays a right one.
const DEADLINE: Duration = Duration::from_millis(200);

/// Draws a change's files.
pub fn draw(page: &mut Page, view: &View<'_>, indent: usize, files: &[FileChange]) {
    let shown = view.shown(files.len(), FEW_FILES);
    for (i, file) in files[..shown].iter().enumerate() {
        let (word, tint) = match (&file.before, &file.after) {
            (None, Some(_)) => (" (new)", Tint::Good),
            (Some(_), None) => (" (removed)", Tint::Bad),
            _ => ("", Tint::Plain),
        };
        let label = if i == 0 { "files" } else { "" };
        page.labelled(indent, COLUMN, label, &[plain(&file.path), tinted(tint, word)]);
        if let Some((before, after)) = &file.text {
            unified(page, view, indent + COLUMN, before, after);
        }
    }
    view.more(page, indent + COLUMN, files.len() - shown, "files");
}

/// A unified diff with two lines of context.
fn unified(page: &mut Page, view: &View<'_>, indent: usize, before: &str, after: &str) {
    let diff = TextDiff::configure().timeout(DEADLINE).diff_lines(before, after);
    let mut lines: Vec<(Tint, String)> = Vec::new();
    for hunk in diff.unified_diff().context_radius(2).iter_hunks() {
        lines.push((Tint::Info, hunk.header().to_string()));
        for change in hunk.iter_changes() {
            let (sign, tint) = match change.tag() {
                ChangeTag::Delete => ('-', Tint::Bad),
                ChangeTag::Insert => ('+', Tint::Good),
                ChangeTag::Equal => (' ', Tint::Dim),
            };
            let value = change.value();
            lines.push((tint, format!("{sign}{}", value.strip_suffix('\n').unwrap_or(value))));
            if change.missing_newline() {
                lines.push((Tint::Dim, "\\ No newline at end of file".into()));
            }
        }
    }
    if lines.is_empty() && before == after {
        lines.push((Tint::Dim, "(its text stays the same)".into()));
    }
    let shown = view.shown(lines.len(), FEW_LINES);
    for (tint, line) in &lines[..shown] {
        page.verbatim(indent, *tint, line);
    }
    view.more(page, indent, lines.len() - shown, "lines of this diff");
}
