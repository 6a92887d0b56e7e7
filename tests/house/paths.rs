//! Paths in code, groups taken apart: `use a::{b, c::{d, e}}` is `a::b`, `a::c::d`, `a::c::e`.

/// A path and the line it starts on.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    pub line: usize,
    pub segments: Vec<String>,
}

/// Every path of the (masked) code that starts with the word `root`.
pub fn starting_with(code: &str, root: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices(root) {
        let before = code[..at].trim_end().chars().next_back();
        let joined = code[..at].chars().next_back().is_some_and(is_word);
        let inner = code[..at].trim_end().ends_with("::") || before == Some('.');
        let rest = &code[at + root.len()..];
        if joined || inner || rest.starts_with(is_word) {
            continue;
        }
        if let Some(rest) = rest.trim_start().strip_prefix("::") {
            let start = code.len() - rest.len();
            let mut reader = Reader { code, at: start, found: &mut found };
            reader.tree(&mut vec![root.to_string()]);
        }
    }
    found
}

/// Whether the word stands alone somewhere; on which lines.
pub fn lines_with_word(code: &str, word: &str) -> Vec<usize> {
    let stands_alone = |at: usize| {
        !code[..at].chars().next_back().is_some_and(is_word) && !code[at + word.len()..].starts_with(is_word)
    };
    code.match_indices(word).filter(|(at, _)| stands_alone(*at)).map(|(at, _)| line_of(code, at)).collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// Reads one path behind its first `::`.
struct Reader<'a> {
    code: &'a str,
    at: usize,
    found: &'a mut Vec<Found>,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.code[self.at..]
    }

    fn skip_blanks(&mut self) {
        self.at = self.code.len() - self.rest().trim_start().len();
    }

    fn tree(&mut self, path: &mut Vec<String>) {
        self.skip_blanks();
        if self.rest().starts_with('{') {
            self.at += 1;
            self.group(path);
            return;
        }
        let line = line_of(self.code, self.at);
        let word: String = self.rest().chars().take_while(|c| is_word(*c) || *c == '*').collect();
        if word.is_empty() {
            self.found.push(Found { line, segments: path.clone() });
            return;
        }
        self.at += word.len();
        path.push(word);
        if self.rest().starts_with("::") {
            self.at += 2;
            self.tree(path);
        } else {
            self.found.push(Found { line, segments: path.clone() });
        }
        path.pop();
    }

    fn group(&mut self, path: &mut Vec<String>) {
        loop {
            self.skip_blanks();
            match self.rest().chars().next() {
                None => return,
                Some('}') => {
                    self.at += 1;
                    return;
                }
                Some(c) if is_word(c) || c == '{' => self.tree(path),
                // A comma, a glob, or a name behind `as`.
                Some(c) => self.at += c.len_utf8(),
            }
        }
    }
}

#[test]
fn groups_are_taken_apart() {
    let code = "use std::{\n  fs::{self, File},\n  io as x,\n};\nlet y = std::env::args(); mystd::z; a::std::b; std::io";
    let found: Vec<String> =
        starting_with(code, "std").iter().map(|f| format!("{} {}", f.line, f.segments.join("::"))).collect();
    assert_eq!(
        found,
        [
            "2 std::fs::self",
            "2 std::fs::File",
            "3 std::io",
            "3 std::as",
            "3 std::x",
            "5 std::env::args",
            "5 std::io"
        ]
    );
    assert_eq!(lines_with_word("HashMap\nMyHashMap HashMapX\nx::HashMap<", "HashMap"), [1, 3]);
}
