//! Rule: every file opens with a line that says what it is, and no file becomes a drawer.

use crate::source::{Complaint, Source, is_test_file, masked, without_tests};

/// The most lines of a file, tests not counted.
const MOST_LINES: usize = 600;

/// Longer files, and why.
const LONGER: [(&str, usize, &str); 1] =
    [("providers/sdk/src/message.rs", 1000, "the whole protocol, as its documentation reads it; types only")];

pub fn check(sources: &[Source]) -> Vec<Complaint> {
    sources.iter().flat_map(|source| opening(source).into_iter().chain(size(source))).collect()
}

fn opening(source: &Source) -> Option<Complaint> {
    let first = source.text.lines().next().unwrap_or_default();
    let said = first.strip_prefix("//!").is_some_and(|line| line.trim().len() > 10);
    let instead = "say in one sentence what the file holds; if that needs an \"and\", split it";
    (!said).then(|| {
        source.complaint(1, "the file does not open with a `//!` line that says what it is", instead)
    })
}

fn size(source: &Source) -> Option<Complaint> {
    if is_test_file(&source.file) || source.file.starts_with("tests/") {
        return None;
    }
    let most =
        LONGER.iter().find(|(file, _, _)| *file == source.file).map_or(MOST_LINES, |(_, most, _)| *most);
    let lines = lines_of_code(&source.text);
    let what = format!("the file has {lines} lines without its tests; at most {most} are allowed");
    let instead = "split it by noun, or give it a row with the reason in LONGER of tests/house/shape.rs";
    (lines > most).then(|| source.complaint(lines, what, instead))
}

/// Lines, those of inline test modules left out.
fn lines_of_code(text: &str) -> usize {
    let code = masked(text);
    let rest = without_tests(&code);
    let in_tests =
        code.lines().zip(rest.lines()).filter(|(a, b)| !a.trim().is_empty() && b.trim().is_empty()).count();
    text.lines().count() - in_tests
}

#[test]
fn silent_and_long_files_are_found() {
    let long = format!("//! A drawer for things.\n{}", "x\n".repeat(MOST_LINES));
    let tests = "y\n".repeat(MOST_LINES);
    let tested = format!("//! Short, much tested.\nx\n#[cfg(test)]\nmod tests {{\n{tests}}}\n");
    let sources = [
        Source::new("src/a/silent.rs", "use x;\n"),
        Source::new("src/a/placeholder.rs", "//! x\n"),
        Source::new("src/a/long.rs", &long),
        Source::new("src/a/tested.rs", &tested),
        Source::new("src/a/tests.rs", &long),
    ];
    let found: Vec<String> = check(&sources).into_iter().map(|c| c.file).collect();
    assert_eq!(found, ["src/a/silent.rs", "src/a/placeholder.rs", "src/a/long.rs"]);
}
