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
                _ => {
                    value.split(hidden).map(part).collect::<Vec<_>>().join(&asked(&format!("SECRET_{name}")))
                }
            };
            format!("{name}={}", if value.is_empty() { quoted("") } else { value })
        });
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
}
