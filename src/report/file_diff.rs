//! A unified diff of one file, in the form that `diff -u` has and `patch` takes.

use super::harmless;
use super::style::{Style, Tint};
use similar::TextDiff;
use std::fmt::Write as _;
use std::time::Duration;

/// After this long a diff is no longer made smaller; it stays a right one.
const DEADLINE: Duration = Duration::from_secs(2);

/// Draws what `after` changes in `before`, with three lines of context. Without colours it is exact; with colours a
/// person reads it, and control characters are made harmless.
pub fn draw(path: &str, before: &str, after: &str, style: Style) -> String {
    let diff = TextDiff::configure().timeout(DEADLINE).diff_lines(before, after);
    let (old, new) = (format!("old/{path}"), format!("new/{path}"));
    let text = diff.unified_diff().header(&old, &new).to_string();
    if !style.color {
        return text;
    }
    let mut out = String::with_capacity(text.len() * 2);
    for line in text.lines() {
        let ansi = tint(line).ansi();
        // Writing into a String cannot fail.
        let _ = writeln!(out, "{ansi}{}{ansi:#}", harmless::one_line(line));
    }
    out
}

fn tint(line: &str) -> Tint {
    match line.as_bytes() {
        [b'-', b'-', b'-', b' ', ..] | [b'+', b'+', b'+', b' ', ..] => Tint::Bold,
        [b'@', ..] => Tint::Info,
        [b'-', ..] => Tint::Bad,
        [b'+', ..] => Tint::Good,
        _ => Tint::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_hunks_as_diff_does() {
        let drawn = draw("a.pf.hcl", "a=1\nb = 2\n", "a = 1\nb = 2", Style::plain(80));
        insta::assert_snapshot!(drawn, @r"
        --- old/a.pf.hcl
        +++ new/a.pf.hcl
        @@ -1,2 +1,2 @@
        -a=1
        -b = 2
        +a = 1
        +b = 2
        \ No newline at end of file
        ");
        let coloured = draw("a", "x = \u{1b}[2J\n", "", Style { color: true, ..Style::plain(80) });
        assert!(!coloured.contains("\u{1b}[2J"), "{coloured:?}");
    }
}
