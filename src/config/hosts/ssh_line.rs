//! One line of a configuration of ssh: its keyword and arguments; and the patterns that its hosts are named by.

/// The keyword in small letters and what stands behind it; nothing for an empty line or a comment.
pub(super) fn keyword(line: &str) -> Option<(String, &str)> {
    let line = line.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\u{c}');
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let end = line.find(|c: char| c.is_ascii_whitespace() || c == '=').unwrap_or(line.len());
    let rest = line[end..].trim_start();
    let rest = rest.strip_prefix('=').map_or(rest, str::trim_start);
    Some((line[..end].trim_matches('"').to_ascii_lowercase(), rest))
}

/// The arguments, as ssh takes them apart: quotes of both kinds, a comment at the end.
///
/// # Errors
/// That a quote is not closed.
pub(super) fn arguments(text: &str) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    let mut rest = text.trim_start_matches([' ', '\t']);
    while !rest.is_empty() && !rest.starts_with('#') {
        let (argument, behind) = argument(rest)?;
        all.push(argument);
        rest = behind.trim_start_matches([' ', '\t']);
    }
    Ok(all)
}

fn argument(text: &str) -> Result<(String, &str), String> {
    let mut word = String::new();
    let mut quote: Option<char> = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        match c {
            '\\' if matches!(next, Some('\'' | '"' | '\\')) || (quote.is_none() && next == Some(' ')) => {
                word.extend(next);
                chars.next();
            }
            ' ' | '\t' if quote.is_none() => return Ok((word, &text[at..])),
            '"' | '\'' if quote.is_none() => quote = Some(c),
            c if quote == Some(c) => quote = None,
            other => word.push(other),
        }
    }
    match quote {
        Some(quote) => Err(format!("a quote {quote} is not closed")),
        None => Ok((word, "")),
    }
}

/// Whether a text fits a pattern in which `*` stands for any text and `?` for one character.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match star {
                // The last star takes one character more.
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    (p, t) = (at + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// Whether one of the patterns fits, and none that is denied by `!`.
pub(super) fn any_fits<'a>(patterns: impl IntoIterator<Item = &'a str>, text: &str) -> bool {
    let mut fit = false;
    for pattern in patterns {
        match pattern.strip_prefix('!') {
            Some(denied) if fits(denied, text) => return false,
            Some(_) => {}
            None => fit |= fits(pattern, text),
        }
    }
    fit
}

/// Whether a pattern is the name of one host.
pub(super) fn is_name(pattern: &str) -> bool {
    !pattern.starts_with('!') && !pattern.contains(['*', '?'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_ssh() {
        let rows = [
            ("", "-"),
            ("  # Host x", "-"),
            ("Host a  b # c", "host: a b"),
            ("\tHostName=10.0.0.1", "hostname: 10.0.0.1"),
            ("HOSTNAME = 10.0.0.1  ", "hostname: 10.0.0.1"),
            ("User \"a b\"", "user: [a b]"),
            ("User 'a \"b'c", "user: [a \"bc]"),
            ("User a\\ b#c", "user: [a b#c]"),
            ("User \"\"", "user: []"),
        ];
        for (line, expected) in rows {
            let shown = keyword(line).map_or("-".to_string(), |(word, rest)| {
                let shown =
                    |a: &String| if a.contains(' ') || a.is_empty() { format!("[{a}]") } else { a.clone() };
                let all: Vec<String> = arguments(rest).unwrap().iter().map(shown).collect();
                format!("{word}: {}", all.join(" "))
            });
            assert_eq!(shown, expected, "{line}");
        }
        assert!(arguments("\"a").is_err() && arguments("a 'b").is_err());
    }

    #[test]
    fn patterns_are_those_of_ssh() {
        for (pattern, text, expected) in [
            ("web1", "web1", true),
            ("web?", "web1", true),
            ("web?", "web", false),
            ("*.example", "a.b.example", true),
            ("a*b*c", "axxbxxbxc", true),
            ("a*b*c", "axxbxx", false),
            ("*", "", true),
            ("Web1", "web1", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
        assert!(
            any_fits(["!db*", "*"], "web") && !any_fits(["*", "!web"], "web") && !any_fits(["!db"], "web")
        );
        // Stars that go back and forth must not take for ever.
        assert!(!fits(&"*a".repeat(1000), &"a".repeat(999)));
    }
}
