//! A command as one can type it: words that a POSIX shell would take apart or change stand in quotes.

/// `sh -c 'rm -f db; true'`.
pub fn typed(argv: &[String]) -> String {
    argv.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// `an earlier action of run R (R.0.forth3.1)`: an action by its id, which begins with its run's.
pub fn earlier_action(id: &str) -> String {
    let run = id.split_once('.').map_or(String::new(), |(run, _)| format!(" of run {run}"));
    format!("an earlier action{run} ({id})")
}

/// One word, in quotes where a shell would take it apart or change it.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "%+,-./:=@_".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into();
    }
    // What a terminal obeys, or turns into something else, is written so that it can be read, and copied.
    let mut typed = String::from("'");
    for c in word.chars() {
        match c {
            '\'' => typed += r"'\''",
            c if obeyed(c) && c != '\n' => {
                let bytes = c.to_string().bytes().map(|byte| format!("\\{byte:03o}")).collect::<String>();
                typed += &format!("'\"$(printf '{bytes}')\"'");
            }
            c => typed.push(c),
        }
    }
    typed + "'"
}

/// Whether a terminal would act on this character instead of showing it: control characters, line and paragraph
/// separators, marks and overrides of the reading direction (Unicode TR 36), invisible joiners, and tags.
pub fn obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{061c}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_shell_reads_the_same_words() {
        for words in [
            &[
                "printf",
                "%s|",
                "plain",
                "/a/b-c_d.e:f",
                "a b",
                "",
                "it's",
                "$HOME",
                "`id`",
                "*",
                "a\nb",
                "\\",
                "ü",
            ][..],
            &["printf", "%s|", "a\tb", "\u{1b}[2J", "\r", "v of \u{202e}abc", "\u{85}"],
            &["printf", "%s|", "~", "#x", "a;b", "a&b", "(", "\"q\"", "!x", "x=1"],
        ] {
            let argv: Vec<String> = words.iter().map(ToString::to_string).collect();
            let run = Command::new("sh").arg("-c").arg(typed(&argv)).output().unwrap();
            let printed = String::from_utf8(run.stdout).unwrap();
            assert_eq!(printed, words[2..].iter().map(|word| format!("{word}|")).collect::<String>());
        }
        assert_eq!(
            typed(&["systemctl".into(), "restart".into(), "a@b.service".into()]),
            "systemctl restart a@b.service"
        );
    }
}
