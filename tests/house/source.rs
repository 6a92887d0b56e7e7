//! A source file as the rules see it: text without comments, strings and tests, line by line.

use std::fmt;
use std::fs;
use std::path::Path;

/// One thing that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    pub file: String,
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub instead: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}\n    {}", self.file, self.line, self.what, self.instead)
    }
}

/// One file.
pub struct Source {
    /// From the workspace, with `/`.
    pub file: String,
    pub text: String,
    /// The text with every character of comments, literals and inline test modules blanked; lines stay where they are.
    pub code: String,
}

impl Source {
    pub fn new(file: &str, text: &str) -> Self {
        let code = if is_test_file(file) { String::new() } else { without_tests(&masked(text)) };
        Source { file: file.to_string(), text: text.to_string(), code }
    }

    /// The folder below `src` that the file belongs to; none for `src/main.rs`, `src/lib.rs` and what is outside.
    pub fn folder(&self) -> Option<&str> {
        let (folder, _) = self.file.strip_prefix("src/")?.split_once('/')?;
        Some(folder)
    }

    pub fn complaint(&self, line: usize, what: impl Into<String>, instead: impl Into<String>) -> Complaint {
        Complaint { file: self.file.clone(), line, what: what.into(), instead: instead.into() }
    }
}

/// Test code beside the program: it may use what the program may not.
pub fn is_test_file(file: &str) -> bool {
    file.ends_with("/tests.rs")
        || file.starts_with("tests/")
        || file.contains("/tests/")
        || file.contains("/examples/")
}

/// Every Rust file below the folders, in order of their names.
pub fn read(workspace: &Path, folders: &[&str]) -> Vec<Source> {
    let texts = read_texts(workspace, folders);
    let rust = texts.iter().filter(|(file, _)| file.ends_with(".rs"));
    rust.map(|(file, text)| Source::new(file, text)).collect()
}

/// Every `Cargo.toml` of the workspace.
pub fn read_manifests(workspace: &Path) -> Vec<(String, String)> {
    let mut manifests = read_texts(workspace, &["advisory", "providers"]);
    manifests.retain(|(file, _)| file.ends_with("/Cargo.toml"));
    let root = fs::read_to_string(workspace.join("Cargo.toml")).expect("the workspace has a Cargo.toml");
    manifests.push(("Cargo.toml".to_string(), root));
    manifests
}

/// Every text file below the folders, in order of their names; a folder that is not there is empty.
pub fn read_texts(workspace: &Path, folders: &[&str]) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for folder in folders {
        collect(workspace, folder, &mut texts);
    }
    texts
}

fn collect(workspace: &Path, folder: &str, texts: &mut Vec<(String, String)>) {
    let Ok(entries) = fs::read_dir(workspace.join(folder)) else { return };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    for name in names.iter().filter(|name| *name != "target") {
        let file = format!("{folder}/{name}");
        if workspace.join(&file).is_dir() {
            collect(workspace, &file, texts);
        } else if let Ok(text) = fs::read_to_string(workspace.join(&file)) {
            texts.push((file, text));
        }
    }
}

/// Blanks comments and the insides of string and character literals.
pub fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = literal_or_comment(rest, out.chars().next_back());
        if length > 0 {
            out.extend(rest[..length].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = &rest[length..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// How long the comment or literal is that `rest` starts with; 0 where none starts.
fn literal_or_comment(rest: &str, before: Option<char>) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    let after_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if !after_word && let Some(length) = raw_string(rest) {
        return length;
    }
    if rest.starts_with('"') {
        return quoted(rest, '"');
    }
    if rest.starts_with('\'') {
        // A lifetime has no closing quote after one (perhaps escaped) character.
        let mut chars = rest.chars().skip(1);
        let first = chars.next();
        if first == Some('\\') || chars.next() == Some('\'') {
            return quoted(rest, '\'');
        }
    }
    0
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// `r"…"`, `r#"…"#`, with or without a `b` or `c` before it.
fn raw_string(rest: &str) -> Option<usize> {
    let prefix = rest.strip_prefix(['b', 'c']).unwrap_or(rest).strip_prefix('r')?;
    let hashes = prefix.len() - prefix.trim_start_matches('#').len();
    let body = prefix[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = body.find(&end).map_or(body.len(), |at| at + end.len());
    Some(rest.len() - body.len() + length)
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Blanks what stands in braces behind `#[cfg(test)]`; works on masked text, where braces are only braces.
pub fn without_tests(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find("#[cfg(test)]") {
        out.push_str(&rest[..at]);
        let end = item_end(&rest[at..]);
        out.extend(rest[at..at + end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = &rest[at + end..];
    }
    out + rest
}

/// The end of the item that `text` starts with: its closing brace, or a semicolon before any brace.
fn item_end(text: &str) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[test]
fn comments_literals_and_tests_are_blanked_and_lines_stay() {
    let text = "a // crate::x\n/* crate /* :: */ y */ b \"crate::x \\\" \" 'c' '\\'' <'a> r#\"\"x\"# 'd\n\
                #[cfg(test)]\nmod tests {\n  fn f() { std::fs::x() }\n}\n#[cfg(test)]\nmod t;\nlast";
    let source = Source::new("src/model/a.rs", text);
    assert_eq!(source.code.lines().count(), text.lines().count());
    let words: Vec<&str> = source.code.split_whitespace().collect();
    assert_eq!(words, ["a", "b", "<'a>", "'d", "last"]);
    assert_eq!(Source::new("src/model/a/tests.rs", text).code, "");
    assert_eq!((source.folder(), Source::new("src/main.rs", "").folder()), (Some("model"), None));
}
