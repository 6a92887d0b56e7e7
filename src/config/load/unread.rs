//! Values of sensitive variables in a file whose syntax is wrong: what could not be read is told apart by its words alone.

use regex_lite::Regex;
use std::ops::Range;
use std::sync::LazyLock;

static VARIABLE: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?m)^[\s{,]*"?variable\b"#));
static SENSITIVE: LazyLock<Regex> = LazyLock::new(|| pattern(r#"\bsensitive"?\s*[:=]\s*(\w*)"#));
static DEFAULT: LazyLock<Regex> = LazyLock::new(|| pattern(r#"\bdefault"?\s*[:=]"#));

#[expect(clippy::expect_used, reason = "the patterns stand above, and a test uses each")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of our own")
}

/// Where defaults of sensitive variables seem to stand in a text of the configuration's language or of JSON. Rather too
/// much than too little: a block goes on to the next `variable`.
pub fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut starts: Vec<usize> = VARIABLE.find_iter(text).map(|found| found.start()).collect();
    starts.push(text.len());
    let blocks = starts.windows(2).map(|pair| pair[0]..pair[1]);
    blocks.filter(|block| is_secret(&text[block.clone()])).flat_map(|block| defaults(text, block)).collect()
}

fn is_secret(block: &str) -> bool {
    SENSITIVE.captures_iter(block).any(|found| &found[1] != "false")
}

fn defaults(text: &str, block: Range<usize>) -> Vec<Range<usize>> {
    let found = DEFAULT.find_iter(&text[block.clone()]);
    found.map(|found| block.start + found.end()).map(|at| at..end_of_value(text, at, block.end)).collect()
}

/// Where a value ends that begins at `at`: before the next line that stands no deeper than the one it begins on. Lines of
/// a heredoc may stand anywhere: it goes on to `end`.
fn end_of_value(text: &str, at: usize, end: usize) -> usize {
    let line = text[..at].rfind('\n').map_or(0, |before| before + 1);
    let depth = indentation(&text[line..at]);
    let mut lines = text[at..end].split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if first.contains("<<") {
        return end;
    }
    let goes_on = |line: &&str| {
        line.trim().is_empty() || indentation(line) > depth || line.trim_start().starts_with([']', '}', ')'])
    };
    at + first.len() + lines.take_while(goes_on).map(str::len).sum::<usize>()
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

#[cfg(test)]
mod tests {
    use super::secrets;

    #[test]
    fn defaults_of_secrets_are_found_in_texts_that_make_no_sense() {
        for (text, hidden) in [
            ("variable \"a\" {\n  default = \"x\" + +\n  sensitive = true\n}\n", vec![" \"x\" + +\n"]),
            (
                "variable \"a\" {\n  sensitive = true\n  default = [\n    1\n  ]\n  type = x\n",
                vec![" [\n    1\n  ]\n"],
            ),
            (
                "variable a { default = \"x, sensitive = true }\nlocals {}\n",
                vec![" \"x, sensitive = true }\n"],
            ),
            (
                "variable \"a\" {\n  default = <<E\nx\nE\n  sensitive = var.b\n}\n",
                vec![" <<E\nx\nE\n  sensitive = var.b\n}\n"],
            ),
            (
                "variable \"a\" {\n  default = 1 1\n  sensitive = false\n}\nvariable \"b\" {\n default = (\n",
                vec![],
            ),
            (
                "variable \"a\" {\n  default = 1 1\n}\nvariable \"b\" {\n sensitive = \n default = 2",
                vec![" 2"],
            ),
            (
                "{\"variable\": {\"a\": {\n  \"default\": \"x\" \"y\",\n  \"sensitive\": true\n}}}",
                vec![" \"x\" \"y\",\n"],
            ),
        ] {
            let found: Vec<&str> = secrets(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, hidden, "{text}");
        }
    }
}
