//! The parser's errors in our words, with a place that shows what stands there.

use super::{conflict, directives, habits, missing};
use crate::config::fmt::scan::{scan, scan_template};
use crate::config::lower::Unreadable;
use crate::model::{Diagnostic, FileId, Span};

/// Translates an error of parsing `text[base..end]`.
pub(in crate::config) fn error(
    error: &Unreadable,
    text: &str,
    base: usize,
    end: usize,
    file: FileId,
) -> Diagnostic {
    if let Some(problem) = directives::in_code(&text[base..end], base, file) {
        return problem;
    }
    // Where it only says that something is wrong, the parser went back.
    let stop = if is_vague(error) { end } else { base + error.at };
    if let Some(problem) = missing::sign(&scan(&text[base..end]).0, base, stop, file) {
        let place = problem.primary.as_ref().map_or(base, |(at, _)| at.start as usize);
        return conflict::at(text, place, file).unwrap_or(problem);
    }
    stopped(error, text, base, end, file)
}

/// Translates an error of parsing a text that is one template.
pub(in crate::config) fn in_template(error: &Unreadable, text: &str, file: FileId) -> Diagnostic {
    let tokens = scan_template(text);
    let stop = if is_vague(error) { text.len() } else { error.at };
    directives::in_template(&tokens, file)
        .or_else(|| missing::sign(&tokens, 0, stop, file))
        .unwrap_or_else(|| stopped(error, text, 0, text.len(), file))
}

/// Says why the parser stopped where it did.
fn stopped(error: &Unreadable, text: &str, base: usize, end: usize, file: FileId) -> Diagnostic {
    let mut at = base + error.at;
    if error.message.contains("object value assignment") {
        // The parser has passed over what it did not expect.
        at -= text[base..at].chars().next_back().map_or(0, char::len_utf8);
    }
    // White space is never what is wrong.
    let at = at + text[at..end].bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let found = Found::at(text, at);
    if let Some(problem) = conflict::at(text, at, file) {
        return problem;
    }
    if let Some(inner) = block_on_one_line(&text[base..at], &text[at..end]) {
        return Diagnostic::error("A block on one line cannot hold another block")
            .at(Span::new(file, base + inner, at + found.length), "this begins a block")
            .help("Put the inner block on lines of its own.");
    }
    // The parser may have stopped within an operator.
    let ends = found.first.is_none_or(|c| matches!(c, '\n' | '\r'));
    let before = if ends { text[base..at].trim_end() } else { &text[base..at] };
    let sign = base + before.trim_end_matches(['&', '|', '=', '!', '<', '>', ':']).len();
    if text[sign..end].trim_end() == ":" && is_header(&text[base..sign]) {
        return Diagnostic::error("The block's `{` is missing on this line")
            .at(Span::new(file, sign, sign + 1), "expected `{`")
            .help("What a block holds stands in braces: { … }.");
    }
    if let Some(operator) = dangling(&text[sign..end]) {
        return Diagnostic::error(format!("A value is missing behind `{operator}`"))
            .at(Span::new(file, sign, sign + operator.len()), "the value on its right is missing")
            .help("Write it on this line; within parentheses an expression may go on on the next one.");
    }
    let message = &*error.message;
    if message.contains("escape sequence") {
        return no_escape(text, base, at, file);
    }
    if let Some(problem) = no_character(message, text, base, at, file) {
        return problem;
    }
    let span = Span::new(file, at, at + found.length);
    if let Some((summary, help)) = habits::second_equals(&text[base..at], &text[at..end]) {
        return Diagnostic::error(summary).at(span, "a second `=`").help(help);
    }
    let begins_line = text[..at].trim_end_matches([' ', '\t']).is_empty()
        || text[..at].trim_end_matches([' ', '\t']).ends_with('\n');
    let is_word = found.what.contains(|c: char| c.is_alphabetic());
    if begins_line && is_word && found.first.is_some_and(|c| c.is_ascii_digit()) {
        let problem = Diagnostic::error(format!("A name cannot begin with a digit, as {} does", found.what));
        return problem.at(span, "no name").help("Begin it with a letter or `_`.");
    }
    let (summary, label) = complaint(message, &found);
    let diagnostic = Diagnostic::error(summary).at(span, label);
    let before = if begins_line { "" } else { &text[base..at] };
    match help(message, &found, text, at).or_else(|| habits::meant(before, &text[at..])) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// Whether the last line of a text is a word and labels in quotes.
fn is_header(text: &str) -> bool {
    let line = text.rsplit('\n').next().unwrap_or_default().trim();
    let word = line.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(line.len());
    let labels = line[word..].trim_start();
    word > 0
        && labels.starts_with('"')
        && labels.split('"').step_by(2).all(|between| between.trim().is_empty())
}

/// Whether a text ends with an operator that has nothing behind it.
pub(super) fn is_dangling(text: &str) -> bool {
    let text = text.trim_end();
    let sign = text.trim_end_matches(['&', '|', '=', '!', '<', '>', ':', '?', '+', '-', '*', '/', '%']);
    dangling(&text[sign.len()..]).is_some()
}

/// The operator that stands at the end, with nothing behind it.
fn dangling(rest: &str) -> Option<&'static str> {
    const OPERATORS: [&str; 16] =
        ["==", "!=", "<=", ">=", "&&", "||", "+", "-", "*", "/", "%", "<", ">", "?", ":", "!"];
    let rest = rest.trim_end();
    OPERATORS.into_iter().find(|operator| rest == *operator)
}

/// Where the inner block of `a { b {` or `a { b "c" {` begins, when the parser stopped behind its kind.
fn block_on_one_line(before: &str, rest: &str) -> Option<usize> {
    let line = before.rfind('\n').map_or(0, |n| n + 1);
    let header = before[line..].trim_end_matches([' ', '\t']);
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let outer = header.trim_end_matches(is_name);
    let labels = rest.split_inclusive('"').take_while(|part| !part.trim_start().starts_with('{'));
    let behind = rest[labels.map(str::len).sum()..].trim_start();
    let is_inner = behind.starts_with('{') && outer.len() < header.len() && rest.starts_with(['"', '{']);
    (is_inner && outer.trim_end_matches([' ', '\t']).ends_with('{')).then_some(line + outer.len())
}

/// Whether an escape is what the parser stopped at.
pub(super) fn is_escape(error: &Unreadable) -> bool {
    error.message.contains("escape sequence") || error.message.contains("hex code")
}

/// How long a backslash and the letter behind it are.
pub(super) fn escape(text: &str) -> usize {
    text.chars().take(2).map(char::len_utf8).sum()
}

/// The parser stops behind the letter that follows a backslash.
fn no_escape(text: &str, base: usize, at: usize, file: FileId) -> Diagnostic {
    let start = text[base..at].rfind('\\').map_or(at, |found| base + found);
    let end = start + escape(&text[start..]);
    Diagnostic::error(format!("The escape {} does not exist", &text[start..end]))
        .at(Span::new(file, start, end), "no such escape")
        .help("These exist: \\n, \\r, \\t, \\\", \\\\, \\uNNNN and \\UNNNNNNNN; write \\\\ for a backslash.")
}

/// An escape with the right digits, whose number no character has.
fn no_character(message: &str, text: &str, base: usize, at: usize, file: FileId) -> Option<Diagnostic> {
    let start = message.contains("hex code").then(|| text[base..at].rfind('\\'))?? + base;
    let length = if text[start..].starts_with("\\u") { 6 } else { 10 };
    let escape = text.get(start..start + length)?;
    let number = u32::from_str_radix(&escape[2..], 16).ok()?;
    let help = match number {
        0xd800..=0xdfff => "It is half of a pair; write the whole character, as \\UNNNNNNNN.",
        _ => "The last one is \\U0010FFFF.",
    };
    let problem = Diagnostic::error(format!("The escape {escape} stands for no character"));
    Some(problem.at(Span::new(file, start, start + length), "no character has this number").help(help))
}

/// Nothing stands behind the `=` at `at`.
pub(super) fn no_value(file: FileId, at: usize) -> Diagnostic {
    Diagnostic::error("A value is missing")
        .at(Span::new(file, at, at), "a value is expected here")
        .help("Write the value on this line; `null` stands for none.")
}

/// Whether the parser only says that something is wrong.
pub(super) fn is_vague(error: &Unreadable) -> bool {
    error.message == "unexpected token"
}

/// What stands where the parser stopped.
struct Found {
    what: String,
    first: Option<char>,
    length: usize,
}

impl Found {
    fn at(text: &str, at: usize) -> Found {
        let rest = &text[at..];
        let behind = rest.trim_start_matches([' ', '\t']);
        // White space at the end of a line is not what is wrong.
        let rest = if behind.is_empty() || behind.starts_with(['\n', '\r']) { behind } else { rest };
        let first = rest.chars().next();
        let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
        let (what, length) = match first {
            None => ("the end of the file".to_string(), 0),
            Some('\n' | '\r') => ("the end of the line".to_string(), 0),
            Some('`') => ("a backquote".to_string(), 1),
            Some(c) if is_invisible(c) => (format!("the {} U+{:04X}", unseen(c), c as u32), c.len_utf8()),
            Some(c) if c.is_control() => (format!("the control character U+{:04X}", c as u32), c.len_utf8()),
            Some(_) if word > 0 => {
                let shown: String = rest[..word].chars().take(40).collect();
                (format!("`{shown}`"), word)
            }
            Some(c) => (format!("`{c}`"), c.len_utf8()),
        };
        Found { what, first, length }
    }
}

/// Whether a character cannot be told from a space, or from nothing.
fn is_invisible(c: char) -> bool {
    !c.is_ascii() && c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

fn unseen(c: char) -> &'static str {
    match c {
        '\u{a0}' | '\u{202f}' => "no-break space",
        '\u{200b}' => "zero-width space",
        '\u{feff}' => "byte order mark",
        _ => "invisible character",
    }
}

/// Summary, and the words under the caret.
fn complaint(message: &str, found: &Found) -> (String, String) {
    let what = &found.what;
    let rows: &[(&str, String, &str)] = &[
        ("nested levels", "This is nested too deeply".into(), "at most 64 levels"),
        ("chained binary operators", "The expression has too many operators in a row".into(), "at most 128"),
        ("redefined attribute", "This argument is set twice".into(), "set again here"),
        ("redefined object key", "This key stands twice in the object".into(), "given again here"),
        (
            "invalid expression",
            format!("A value is missing: {what} cannot begin one"),
            "a value is expected here",
        ),
        (
            "invalid structure",
            format!("An argument or a block is expected, not {what}"),
            "expected `=`, `{` or a label",
        ),
        (
            "invalid block body",
            format!("The block cannot go on with {what}"),
            "a new line or `}` is expected here",
        ),
        ("heredoc end", "The heredoc does not end".into(), "its end marker is expected"),
        (
            "hex code",
            "The escape needs hexadecimal digits".into(),
            "expected 4 digits behind \\u, 8 behind \\U",
        ),
        (
            "object value assignment",
            format!("`=` or `:` is expected behind the key, not {what}"),
            "expected `=`",
        ),
        (
            "object item",
            format!("The object cannot go on with {what}"),
            "expected a comma, a new line or `}`",
        ),
        (
            "traversal operator",
            format!("A name or an index is expected behind the dot, not {what}"),
            "expected a name",
        ),
        ("newline", format!("The line cannot go on with {what}"), "a new line is expected here"),
    ];
    if message == "expected `{`" {
        return ("The block's `{` is missing on this line".to_string(), "expected `{`".to_string());
    }
    if found.first.is_none_or(|c| matches!(c, '\n' | '\r')) && message.contains("invalid expression") {
        return ("A value is missing".to_string(), "a value is expected here".to_string());
    }
    if message == "unexpected token" {
        return (format!("The line cannot go on with {what}"), "not expected here".to_string());
    }
    match rows.iter().find(|(word, _, _)| message.contains(word)) {
        Some((_, summary, label)) => (summary.clone(), (*label).to_string()),
        None => {
            let expected = message.rsplit("expected ").next().filter(|e| *e != message);
            // Nothing else may stand there, so that it was left out.
            let only = expected.filter(|e| found.first != Some('=') && ["`:`", "`=>`", "`in`"].contains(e));
            if let Some(sign) = only {
                return (format!("{sign} is missing before {what}"), format!("expected {sign}"));
            }
            let label =
                expected.map_or(String::new(), |e| format!("expected {}", e.split(';').next().unwrap_or(e)));
            (format!("This cannot be read: {what} is not expected here"), label)
        }
    }
}

/// What to write instead.
fn help(message: &str, found: &Found, text: &str, at: usize) -> Option<&'static str> {
    let (before, rest) = (&text[..at], &text[at..]);
    let before = &before[before.rfind('\n').map_or(0, |line| line + 1)..];
    let next = rest.trim_start();
    let is_argument =
        !message.contains("object") && (message.contains("newline") || message.contains("block body"));
    Some(match found.first {
        _ if message.contains("nested levels") || message.contains("chained") => {
            "Give inner parts names in a `locals` block and refer to them."
        }
        _ if message.contains("redefined") => "Remove one of them.",
        Some(',') if message.ends_with("expected `}`") && habits::is_for(before) => {
            "A `for` makes the whole of an object; merge({ for … }, { key = value }) adds to it."
        }
        Some(c) if c != '=' && message.ends_with("expected `}`") && habits::meant(before, rest).is_none() => {
            "A template holds one value; where another language's text was meant, write $${."
        }
        Some(c) if is_invisible(c) => "Remove it, or put a plain space in its place.",
        Some('\'') => "Strings stand in double quotes.",
        Some('`') => "Strings stand in double quotes; text of several lines in a heredoc (<<-EOT … EOT).",
        Some(';') if is_argument => "Arguments are separated by new lines, without a semicolon.",
        Some(';') => "Elements and entries stand apart by commas.",
        Some('}') if message.contains("newline") => {
            "The `}` of a block of several lines stands on a line of its own."
        }
        Some('{' | '[') if text[..at].trim().is_empty() => "A configuration in JSON is called *.pf.json.",
        _ if message == "expected `{`" && !rest.starts_with(['\n', '\r']) => {
            return habits::in_place_of_brace(rest);
        }
        _ if message.contains("hex code") => "A backslash itself is written \\\\: \"C:\\\\Users\".",
        Some(',') if is_argument && habits::is_number(before, &rest[1..]) => {
            "A number has a decimal point: 1.5."
        }
        Some(',') if message.contains("newline") || message.contains("block body") => {
            "Arguments of a block stand on lines of their own, without commas."
        }
        Some(':') if message.ends_with("expected `]`") && habits::is_slice(before) => {
            "A part of a list: slice(list, 0, 2), from the first number up to before the second."
        }
        Some(':') if message.contains("structure") => "Write `=` between an argument's name and its value.",
        Some('=') if rest.starts_with("=>") => {
            "At least is `>=`; `=>` belongs into a `for` expression that makes an object."
        }
        Some('~') if text[..at].ends_with('=') => {
            "Whether a text fits a pattern: can(regex(\"pattern\", text))."
        }
        Some('=') if rest.starts_with("=~") => {
            "Whether a text fits a pattern: can(regex(\"pattern\", text))."
        }
        Some('=') => habits::equals(message, before.trim_end_matches([' ', '\t']), rest),
        Some('\n' | '\r') if next.starts_with('{') => {
            "The opening brace must stand on the line of the block's header."
        }
        Some('\n' | '\r') if message.contains("block body") => {
            "A block on one line holds one argument at most and ends on that line; otherwise put each argument on a line of its own."
        }
        _ => return None,
    })
}
