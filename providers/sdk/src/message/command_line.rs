//! A command line for a person.

use crate::words::quoted;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A command for a person, to be typed where the component is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandLine {
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Variables of its environment; a value that is [`CommandLine::LEVEL`] stands for the level to come to, one that is
    /// [`CommandLine::TOKEN`] for the highest token of the run.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
}

impl CommandLine {
    /// What stands for a level in [`CommandLine::env`].
    pub const LEVEL: &str = "{level}";

    /// What stands for a run's token there.
    pub const TOKEN: &str = "{token}";

    /// As one types it: `LEVEL=1.0 bin/switch load`. What stands for a secret, `hidden`, becomes a variable of the shell
    /// that is to be set before: `PW="${SECRET_PW:?…}" bin/switch load`. Without it the shell refuses the line, and nothing runs.
    pub fn typed(&self, level: &str, token: u64, hidden: &str) -> String {
        let mut secrets = 0;
        let env = self.env.iter().map(|(name, value)| {
            let value = match value.as_str() {
                Self::LEVEL => quoted(level),
                Self::TOKEN => token.to_string(),
                _ => value.split(hidden).map(part).collect::<Vec<_>>().join(&asked(&self.secret_of(name))),
            };
            let name = if is_name(name) { name.clone() } else { quoted(name) };
            format!("{name}={}", if value.is_empty() { quoted("") } else { value })
        });
        // What no shell can set by itself is set by `env`.
        let env =
            self.env.keys().any(|name| !is_name(name)).then(|| "env".to_string()).into_iter().chain(env);
        let argv = self.argv.iter().map(|word| {
            let mut parts = word.split(hidden);
            let first = parts.next().unwrap_or_default();
            if first.len() == word.len() {
                return quoted(word);
            }
            parts.fold(part(first), |typed, next| {
                secrets += 1;
                typed + &asked(&format!("SECRET_{secrets}")) + &part(next)
            })
        });
        env.chain(argv).collect::<Vec<_>>().join(" ")
    }

    /// The variable of the shell that is asked for the secret in the variable `name`: none that the line sets itself.
    fn secret_of(&self, name: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let mut asked = format!("SECRET_{}", name.chars().map(plain).collect::<String>());
        while self.env.contains_key(&asked) {
            asked.push('_');
        }
        asked
    }
}

/// Whether a shell sets a variable of this name before a command: not where it cannot be changed, as in bash.
fn is_name(name: &str) -> bool {
    const FIXED: [&str; 6] = ["BASHOPTS", "BASH_VERSINFO", "EUID", "PPID", "SHELLOPTS", "UID"];
    let first = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    first && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !FIXED.contains(&name)
}

/// A part of a word: nothing where there is nothing.
fn part(text: &str) -> String {
    if text.is_empty() { String::new() } else { quoted(text) }
}

/// What a shell refuses with that message unless its variable `name` is set.
fn asked(name: &str) -> String {
    format!("\"${{{name}:?is a secret, which is not printed: set it first}}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_secret_is_asked_for_and_without_it_nothing_runs() {
        let words = |words: &[&str]| words.iter().map(ToString::to_string).collect();
        let line = CommandLine {
            argv: words(&[
                "sh",
                "-c",
                "echo \"$0|$1|$2|$PW|$LEVEL|$NONE|\"",
                "a b",
                "--key=<secret>;",
                "<secret>",
            ]),
            env: [("PW", "x<secret>'"), ("LEVEL", CommandLine::LEVEL), ("NONE", "")]
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .into(),
        };
        let typed = line.typed("1.0 $(id)", 7, "<secret>");
        let run = |set: &str| {
            let shell = Command::new("sh").arg("-c").arg(format!("{set}\n{typed}")).output().unwrap();
            (String::from_utf8(shell.stdout).unwrap(), String::from_utf8(shell.stderr).unwrap())
        };
        let (out, _) = run("SECRET_PW='p w'; SECRET_1='k $y'; SECRET_2=z");
        assert_eq!(out, "a b|--key=k $y;|z|xp w'|1.0 $(id)||\n", "{typed}");
        let (out, err) = run("SECRET_PW=p; SECRET_1=k");
        assert!(out.is_empty() && err.contains("SECRET_2: is a secret"), "{out}{err}");
        let (out, err) = run("PW=p; SECRET_1=k; SECRET_2=z");
        assert!(out.is_empty() && err.contains("SECRET_PW: is a secret"), "{out}{err}");
    }

    #[test]
    fn whatever_its_variables_are_called_the_line_sets_them() {
        let line = CommandLine {
            argv: vec!["env".into()],
            env: [
                ("A.B", "dot"),
                ("a b", "blank"),
                ("my-var", "<secret>"),
                ("UID", "1000"),
                ("Z", "<secret>"),
                ("SECRET_Z", "plain"),
            ]
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .into(),
        };
        let typed = line.typed("1", 1, "<secret>");
        for shell in ["sh", "bash"] {
            let set = format!("SECRET_my_var=one; SECRET_Z_=two\n{typed}");
            let ran = Command::new(shell).arg("-c").arg(set).output().unwrap();
            let out = String::from_utf8(ran.stdout).unwrap();
            for set in ["A.B=dot", "SECRET_Z=plain", "UID=1000", "Z=two", "a b=blank", "my-var=one"] {
                assert!(out.lines().any(|line| line == set), "{shell}, {set}: {typed}\n{out}");
            }
        }
        // One that the line sets itself is no answer.
        let line = CommandLine {
            env: [("Z", "<secret>"), ("SECRET_Z", "plain")].map(|(n, v)| (n.into(), v.into())).into(),
            ..line
        };
        let ran = Command::new("sh").arg("-c").arg(line.typed("1", 1, "<secret>")).output().unwrap();
        assert!(!ran.status.success() && ran.stdout.is_empty(), "{ran:?}");
    }
}
