//! What a script of a host has answered: lines of words between a first and a last one that say that it is whole. What a
//! login script printed before is passed over.

/// The line that an answer begins with.
const BEGIN: &str = "patchform-answer";
/// The line that it ends with.
const END: &str = "end";

/// The lines of an answer, each split at its blanks; control characters count as blanks.
///
/// # Errors
/// What the script says is wrong, or that the answer is not whole.
pub fn lines(printed: &str) -> Result<Vec<Vec<String>>, String> {
    if printed.trim().is_empty() {
        return Err(
            "the host answered nothing: is its disk full, or does its shell run something else?".into()
        );
    }
    let mut lines = printed.lines().skip_while(|line| line.trim_end() != BEGIN);
    if lines.next().is_none() {
        return Err(
            "the host's answer has no beginning: it is longer than 64 KiB, or something else answered".into(),
        );
    }
    let mut all = Vec::new();
    for line in lines {
        let mut words =
            line.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
        match words.next() {
            None => {}
            Some(END) if line.trim_end() == END => return Ok(all),
            Some("error") => return Err(words.collect::<Vec<_>>().join(" ")),
            Some(first) => all.push(std::iter::once(first).chain(words).map(str::to_string).collect()),
        }
    }
    Err("the host's answer breaks off: is its disk full?".into())
}

/// The lines that begin with `word`, without it; only those with at least `least` further words.
pub fn of<'a>(
    lines: &'a [Vec<String>],
    word: &'a str,
    least: usize,
) -> impl Iterator<Item = Vec<&'a str>> + 'a {
    lines
        .iter()
        .filter(move |line| line[0] == word && line.len() > least)
        .map(|line| line[1..].iter().map(String::as_str).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_a_whole_answer_is_one() {
        let whole = "Welcome!\npatchform-answer\nfree 12 /usr\n\npackage a b\nend\n";
        assert_eq!(lines(whole).unwrap(), [vec!["free", "12", "/usr"], vec!["package", "a", "b"]]);
        for (printed, why) in [
            ("", "is its disk full"),
            ("package a\nend\n", "no beginning"),
            ("patchform-answer\npackage a\n", "breaks off"),
            ("patchform-answer\nend of it\n", "breaks off"),
            ("patchform-answer\nerror no dpkg here\nend\n", "no dpkg here"),
        ] {
            assert!(lines(printed).unwrap_err().contains(why), "{printed:?}");
        }
        let huge = format!("patchform-answer\n{}\nend\n", "a ".repeat(1 << 20));
        assert_eq!(lines(&huge).unwrap()[0].len(), 1 << 20);
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_or_refused(text in "(?s).{0,200}") {
            let whole = format!("{BEGIN}\n{text}\n{END}\n");
            if let Ok(lines) = lines(&whole) {
                prop_assert!(lines.iter().flatten().all(|w| !w.is_empty() && !w.chars().any(char::is_control)));
            }
            let _ = lines(&text);
        }
    }
}
