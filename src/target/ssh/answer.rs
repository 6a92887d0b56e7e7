//! What a host's script answered: lines of words, and parts with their length.

use patchform_sdk::line::tail;
use patchform_sdk::message::{FailedCheck, Switch, TargetAwaited};
use std::collections::BTreeMap;

/// The line before which a login script may print what it likes.
const BEGIN: &[u8] = b"patchform-answer\n";
const PARTS: [&str; 6] = ["stdout", "stderr", "switch-stdout", "switch-stderr", "check", "content"];

/// An answer that came whole.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Answer {
    words: BTreeMap<String, String>,
    parts: BTreeMap<String, String>,
}

impl Answer {
    /// Reads it; `None` when it was cut off.
    pub fn read(bytes: &[u8]) -> Option<Answer> {
        let begin = bytes.windows(BEGIN.len()).position(|at| at == BEGIN)? + BEGIN.len();
        let mut rest = &bytes[begin..];
        let mut answer = Answer::default();
        loop {
            let end = rest.iter().position(|b| *b == b'\n')?;
            let line = String::from_utf8_lossy(&rest[..end]).into_owned();
            rest = &rest[end + 1..];
            if line == "end" {
                return Some(answer);
            }
            let (name, said) = line.split_once(' ').unwrap_or((&line, ""));
            if PARTS.contains(&name) {
                let length: usize = said.parse().ok()?;
                let part = rest.get(..length)?;
                rest = &rest[length..];
                answer.parts.insert(name.into(), String::from_utf8_lossy(part).into_owned());
            } else {
                answer.words.insert(name.into(), said.into());
            }
        }
    }

    /// What was said under a name.
    pub fn word(&self, name: &str) -> Option<&str> {
        self.words.get(name).map(String::as_str)
    }

    /// A part; empty when there is none.
    pub fn part(&self, name: &str) -> String {
        self.parts.get(name).cloned().unwrap_or_default()
    }

    /// How the command stands.
    pub fn command(&self) -> Option<TargetAwaited> {
        let (state, code) = self.word("state")?.split_once(' ').unwrap_or((self.word("state")?, ""));
        Some(match state {
            "exited" => TargetAwaited::Exited {
                code: code.parse().unwrap_or(-1),
                stdout: self.part("stdout"),
                stderr: self.part("stderr"),
                stdout_masked: None,
                stderr_masked: None,
            },
            "running" => TargetAwaited::Running,
            "lost" => TargetAwaited::Lost { output: self.part("stdout") + &self.part("stderr") },
            "unknown" => TargetAwaited::Unknown,
            _ => return None,
        })
    }

    /// How its switch stands.
    pub fn switch(&self) -> Option<Switch> {
        let (stands, number) = self.word("switch")?.split_once(' ').unwrap_or((self.word("switch")?, ""));
        let output = || {
            let all = self.part("switch-stdout") + &self.part("switch-stderr");
            tail(&all, 64 * 1024).to_string()
        };
        Some(match stands {
            "armed" => Switch::Armed { left: number.parse().unwrap_or(0) },
            "confirmed" => Switch::Confirmed,
            "reverting" => Switch::Reverting,
            "reverted" => Switch::Reverted { code: number.parse().unwrap_or(-1), output: output() },
            "lost" => Switch::Lost { output: output() },
            _ => return None,
        })
    }

    /// The check, when it did not end with 0.
    pub fn failed(&self) -> Option<FailedCheck> {
        let code = self.word("failed")?;
        Some(FailedCheck { code: code.parse().ok(), output: self.part("check") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_answers_are_read_and_others_are_not() {
        let text =
            "motd\npatchform-answer\nstate exited 3\nswitch armed 17\nstdout 7\na\nend\nbstderr 0\nend\n";
        let answer = Answer::read(text.as_bytes()).unwrap();
        assert_eq!(answer.part("stdout"), "a\nend\nb");
        assert_eq!(answer.switch(), Some(Switch::Armed { left: 17 }));
        assert!(matches!(answer.command(), Some(TargetAwaited::Exited { code: 3, .. })));
        for cut in 0..text.len() {
            assert_eq!(Answer::read(&text.as_bytes()[..cut]), None, "{cut}");
        }
    }
}
