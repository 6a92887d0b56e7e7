//! Makes text from outside harmless on a terminal: levels, paths, warnings and output may hold escape sequences,
//! carriage returns or characters that turn the reading direction.

use patchform_sdk::words::obeyed;

/// Appends `c` so that a terminal shows it and does not obey it.
pub fn push(out: &mut String, c: char) {
    match c {
        '\t' => out.push_str("    "),
        _ if obeyed(c) => out.extend(c.escape_default()),
        _ => out.push(c),
    }
}

/// The text on one line: control characters are shown as escapes, tabs as blanks.
pub fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| push(&mut out, c));
    out
}

/// An ASCII spelling of the drawing characters that reports use themselves.
pub(super) fn ascii(c: char) -> Option<&'static str> {
    Some(match c {
        '→' => "->",
        '←' => "<-",
        '…' => "...",
        '⏸' => "|",
        '↓' => "v",
        '↻' => "@",
        '·' => "-",
        '×' => "x",
        '─' => "-",
        '│' => "|",
        '✓' => "*",
        '✗' => "!",
        '↩' => "<",
        '◌' => ".",
        '●' => "*",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shows_what_a_terminal_would_obey() {
        for (text, shown) in [
            ("1.4.0", "1.4.0"),
            ("\u{1b}[2Jgone", "\\u{1b}[2Jgone"),
            ("a\rb\nc\td", "a\\rb\\nc    d"),
            ("x\u{202e}y", "x\\u{202e}y"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("größe 漢字", "größe 漢字"),
        ] {
            assert_eq!(one_line(text), shown);
        }
    }

    proptest! {
        #[test]
        fn no_control_character_comes_through(text in any::<String>()) {
            prop_assert!(!one_line(&text).chars().any(obeyed));
        }
    }
}
