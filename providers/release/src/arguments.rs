//! A component's arguments, checked.

use crate::archive::MAX_SIZE;
use patchform_sdk::message::{Complaint, Desired, Level, Subject};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// The arguments of a `release` component.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Arguments {
    /// The symlink.
    pub path: String,
    /// Path of the tar.gz, with `{level}`.
    pub artifact: String,
    /// Digest by level.
    #[serde(default)]
    pub sha256: Option<BTreeMap<String, String>>,
    /// Path of a digest file, with `{level}`.
    #[serde(default)]
    pub sha256_file: Option<String>,
    /// How many unused releases are kept.
    #[serde(default = "two")]
    pub keep: u64,
    /// Largest unpacked size, in bytes.
    #[serde(default = "max_size")]
    pub max_size: u64,
    /// Run after a switch.
    #[serde(default)]
    pub on_switch: Option<Vec<String>>,
    /// Run after the link was removed.
    #[serde(default)]
    pub on_remove: Option<Vec<String>>,
    /// For the commands.
    #[serde(default)]
    pub env: Option<BTreeMap<String, String>>,
}

fn two() -> u64 {
    2
}

fn max_size() -> u64 {
    MAX_SIZE
}

impl Arguments {
    /// Reads them.
    ///
    /// # Errors
    /// What does not fit, in a sentence.
    pub fn of(subject: &Subject) -> Result<Arguments, String> {
        if subject.connection.kind != "local" {
            let kind = &subject.connection.kind;
            return Err(format!("a release is switched on this machine; it cannot be reached by {kind} yet"));
        }
        serde_json::from_value(subject.arguments.clone())
            .map_err(|e| format!("the arguments do not fit: {e}"))
    }

    /// The symlink, absolute.
    pub fn link(&self) -> PathBuf {
        absolute(&self.path)
    }

    /// Whether a command runs after a switch.
    pub fn has_hook(&self) -> bool {
        self.on_switch.as_ref().is_some_and(|argv| !argv.is_empty())
    }
}

/// The level of a request, for this provider.
pub fn level(level: Option<&Level>) -> Option<&str> {
    match level {
        Some(Level::Single(level)) => Some(level),
        _ => None,
    }
}

/// Whether a level can be the name of a folder.
pub fn is_level(level: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._+~:-".contains(c);
    !level.is_empty() && level.len() <= 128 && !level.starts_with('.') && level.chars().all(allowed)
}

/// An absolute path without `.` and `..`; relative ones start at the configuration's folder, where the provider was
/// started.
pub fn absolute(path: &str) -> PathBuf {
    let path = Path::new(path);
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut clean = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean
}

/// All that is wrong with a component's arguments.
pub fn complaints(desired: &Desired) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut complain = |path: Value, summary: String, detail: &str| {
        complaints.push(Complaint::error(path, summary, detail));
    };
    let arguments = match Arguments::of(&desired.subject) {
        Ok(arguments) => arguments,
        Err(why) => {
            complain(json!([]), why, "");
            return complaints;
        }
    };
    if arguments.path.trim().is_empty() || arguments.link().file_name().is_none() {
        complain(
            json!(["path"]),
            format!("{:?} cannot be a symlink", arguments.path),
            "Name the symlink to switch.",
        );
    }
    let connection = &desired.subject.connection.kind;
    if connection != "local" {
        let what = format!("a release cannot be reached over connection \"{connection}\"");
        complain(
            json!(["connection"]),
            what,
            "This version manages releases on the machine that it runs on.",
        );
    }
    let level = level(Some(&desired.level)).unwrap_or_default();
    if !is_level(level) {
        let what = format!("{level:?} cannot be a release's patch level");
        complain(
            json!(["patch_level"]),
            what,
            "It becomes a folder's name: letters, digits and `._+~:-`, no leading dot.",
        );
    }
    match (&arguments.sha256, &arguments.sha256_file) {
        (None, None) => complain(
            json!(["artifact"]),
            "the artifact's digest is not known".into(),
            "Give `sha256 = { \"LEVEL\" = \"…\" }`, or `sha256_file`. A release is never unpacked unchecked.",
        ),
        (Some(_), Some(_)) => {
            complain(
                json!(["sha256_file"]),
                "both `sha256` and `sha256_file` are given".into(),
                "Keep one of them.",
            );
        }
        (Some(digests), None) => {
            for (level, digest) in digests {
                if digest.len() != 64 || !digest.bytes().all(|b| b.is_ascii_hexdigit()) {
                    let what = format!("{digest:?} is no SHA-256");
                    complain(json!(["sha256", level]), what, "It has 64 hexadecimal digits.");
                }
            }
            if !digests.contains_key(level) {
                let what = format!("there is no SHA-256 for level {level}");
                complain(json!(["sha256"]), what, "Add a line: `sha256sum` of the artifact prints it.");
            }
        }
        (None, Some(_)) => {}
    }
    for (name, argv) in [("on_switch", &arguments.on_switch), ("on_remove", &arguments.on_remove)] {
        if argv.as_ref().is_some_and(|argv| argv.first().is_none_or(String::is_empty)) {
            complain(
                json!([name]),
                format!("`{name}` names no program"),
                "Give a list: [\"program\", \"argument\"].",
            );
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchform_sdk::message::Connection;

    fn complaints_of(arguments: Value, level: &str) -> Vec<String> {
        let subject = Subject {
            address: "release.a".into(),
            kind: "release".into(),
            alias: String::new(),
            arguments,
            connection: Connection::local(),
        };
        let desired = Desired { subject, level: Level::Single(level.into()) };
        complaints(&desired).into_iter().map(|c| format!("{}: {}", json!(c.path), c.summary)).collect()
    }

    #[test]
    fn every_mistake_has_its_place() {
        let good =
            json!({"path": "a/current", "artifact": "a-{level}.tar.gz", "sha256": {"1": "a".repeat(64)}});
        assert_eq!(complaints_of(good.clone(), "1"), [""; 0]);
        let with = |name: &str, value: Value| {
            let mut arguments = good.clone();
            arguments[name] = value;
            arguments
        };
        for (arguments, level, says) in [
            (with("path", json!("/")), "1", r#"["path"]: "/" cannot be a symlink"#),
            (with("sha256", json!(null)), "1", r#"["artifact"]: the artifact's digest is not known"#),
            (with("sha256", json!({"1": "xyz"})), "1", r#"["sha256","1"]: "xyz" is no SHA-256"#),
            (good.clone(), "2", r#"["sha256"]: there is no SHA-256 for level 2"#),
            (
                with("sha256_file", json!("x")),
                "1",
                r#"["sha256_file"]: both `sha256` and `sha256_file` are given"#,
            ),
            (with("on_switch", json!([])), "1", r#"["on_switch"]: `on_switch` names no program"#),
        ] {
            assert_eq!(complaints_of(arguments, level), [says]);
        }
        assert!(complaints_of(good, "../../etc")[0].starts_with(r#"["patch_level"]"#));
    }

    #[test]
    fn paths_are_cleaned() {
        assert_eq!(absolute("/a/./b/../c"), Path::new("/a/c"));
        assert_eq!(absolute("/../a"), Path::new("/a"));
        assert_eq!(absolute("x"), std::env::current_dir().unwrap().join("x"));
    }
}
