//! A line taken apart into words as a shell does: quotes, backslashes, and what stands behind a `#` left out.

/// The words of a line, as Python's `shlex.split(line, comments=True)` gives them.
///
/// # Errors
/// That a quote is not closed, or that nothing stands behind a backslash.
pub(super) fn split(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match c {
            '#' => break,
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '\\' => match rest.next() {
                Some(next) => word.get_or_insert_default().push(next),
                None => return Err("nothing stands behind the last backslash".into()),
            },
            '"' | '\'' => quoted(c, &mut rest, word.get_or_insert_default())?,
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

/// What stands up to the closing quote; between double ones a backslash takes the meaning of `"` and `\` away.
fn quoted(quote: char, rest: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), String> {
    while let Some(c) = rest.next() {
        match c {
            c if c == quote => return Ok(()),
            '\\' if quote == '"' => match rest.next() {
                Some(next @ ('"' | '\\')) => word.push(next),
                Some(next) => word.extend(['\\', next]),
                None => break,
            },
            other => word.push(other),
        }
    }
    Err(format!("a quote {quote} is not closed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_a_shell() {
        let rows: &[(&str, &[&str])] = &[
            ("", &[]),
            ("web1 a=1\tb=2 # c", &["web1", "a=1", "b=2"]),
            ("a=b#c d", &["a=b"]),
            (r#"a="b # c" d='e "f'"#, &["a=b # c", "d=e \"f"]),
            (r#"a="x\"y\\z\n" b=\ c"#, &[r#"a=x"y\z\n"#, "b= c"]),
            (r#"a='' """#, &["a=", ""]),
            (r"a='\'b", &[r"a=\b"]),
        ];
        for (line, words) in rows {
            assert_eq!(
                split(line).as_deref(),
                Ok(*words)
                    .map(|w: &[&str]| w)
                    .map(|w| w.iter().map(|s| s.to_string()).collect::<Vec<_>>())
                    .as_deref(),
                "{line}"
            );
        }
        for bad in ["a='b", "a=\"b", "a\\", "a=\"b\\"] {
            assert!(split(bad).is_err(), "{bad}");
        }
    }
}
