//! The lock file `patchform.lock.hcl`: which executables a configuration's providers are, which commits its modules, and
//! which levels its constraints. Written by `init` and `propose`, committed.

use super::levels::{Levels, Row};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The lock file's content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// Pinned providers, by name.
    pub providers: BTreeMap<String, Pin>,
    /// Pinned repositories of modules, by source and version: `git::https://…?ref=v1`.
    pub modules: BTreeMap<String, ModulePin>,
    /// What constraints on patch levels were resolved to.
    pub levels: Levels,
}

/// A pinned repository.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModulePin {
    /// The commit that its version stands for.
    pub commit: String,
}

/// A pinned provider.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// Path of its executable; `None` when bundled.
    #[serde(default)]
    pub source: Option<String>,
    /// Its version.
    pub version: String,
    /// SHA-256 of its executable; `None` when bundled: then the program's own version stands for it.
    #[serde(default)]
    pub digest: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    #[serde(default)]
    provider: BTreeMap<String, Pin>,
    #[serde(default)]
    module: BTreeMap<String, ModulePin>,
    #[serde(default)]
    level: BTreeMap<String, Rows>,
}

/// Blocks with the same label.
#[derive(Deserialize)]
#[serde(untagged)]
enum Rows {
    One(Row),
    Several(Vec<Row>),
}

impl Lock {
    /// Reads a lock file.
    ///
    /// # Errors
    /// A sentence that says what is wrong, with line and column where they are known.
    pub fn read(text: &str) -> Result<Lock, String> {
        if let Some(line) = conflict(text) {
            return Err(format!(
                "line {line} is a mark of a merge that was not finished: take either side of each conflict"
            ));
        }
        if is_too_deep(text) {
            return Err("its brackets are nested deeper than any that patchform writes".into());
        }
        let stored: Stored = hcl::from_str(text).map_err(|e| e.to_string())?;
        let rows = stored.level.into_iter().map(|(key, rows)| match rows {
            Rows::One(row) => (key, vec![row]),
            Rows::Several(rows) => (key, rows),
        });
        let levels = Levels(rows.collect());
        match levels.problem() {
            Some(problem) => Err(problem),
            None => Ok(Lock { providers: stored.provider, modules: stored.module, levels }),
        }
    }

    /// The file's text.
    pub fn write(&self) -> String {
        let mut out = String::from(
            "# Written by `patchform init` and `patchform propose`; commit it. A provider whose executable differs is not started.\n",
        );
        for (name, pin) in &self.providers {
            let mut rows = vec![("version", &pin.version)];
            rows.extend(pin.source.as_ref().map(|source| ("source", source)));
            rows.extend(pin.digest.as_ref().map(|digest| ("digest", digest)));
            rows.sort_unstable();
            let _ = write!(out, "\nprovider {} {{\n", quoted(name));
            for (key, value) in rows {
                let _ = writeln!(out, "  {key:<7} = {}", quoted(value));
            }
            out.push_str("}\n");
        }
        for (package, pin) in &self.modules {
            let _ = write!(out, "\nmodule {} {{\n  commit = {}\n}}\n", quoted(package), quoted(&pin.commit));
        }
        for (key, rows) in &self.levels.0 {
            rows.iter().for_each(|row| write_row(key, row, &mut out));
        }
        out
    }
}

/// A line for each part and each component: two branches that change different ones merge by themselves.
fn write_row(key: &str, row: &Row, out: &mut String) {
    let _ = write!(out, "\nlevel {} {{\n  resolved = {}\n", quoted(key), quoted(&row.resolved));
    if !row.only.is_empty() {
        out.push_str("  only = [\n");
        row.only.iter().for_each(|address| _ = writeln!(out, "    {},", quoted(address)));
        out.push_str("  ]\n");
    }
    out.push_str("  levels = {\n");
    for (part, pin) in &row.levels {
        let (constraint, level) = (quoted(&pin.constraint), quoted(&pin.level));
        let _ = writeln!(out, "    {} = {{ constraint = {constraint}, level = {level} }}", quoted(part));
    }
    out.push_str("  }\n}\n");
}

/// The number of the first line that git left there in the middle of a merge.
fn conflict(text: &str) -> Option<usize> {
    let is_mark =
        |line: &str| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ") || line == "=======";
    text.lines().position(is_mark).map(|at| at + 1)
}

/// Whether brackets are nested as no lock file's are: a reader that goes down into each would use up its stack.
fn is_too_deep(text: &str) -> bool {
    let mut depth = 0usize;
    text.bytes().any(|byte| {
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > 64
    })
}

/// A quoted HCL string: nothing in it is a template.
fn quoted(text: &str) -> String {
    let escaped = serde_json::Value::from(text).to_string();
    escaped.replace("${", "$${").replace("%{", "%%{")
}

#[cfg(test)]
mod tests {
    use super::super::levels::LevelPin;
    use super::*;

    fn row(only: &[&str]) -> Row {
        let pin =
            |constraint: &str, level: &str| LevelPin { constraint: constraint.into(), level: level.into() };
        Row {
            only: only.iter().map(ToString::to_string).collect(),
            resolved: "2026-11-27".into(),
            levels: BTreeMap::from([
                ("libstdc++6".into(), pin(">= 12.2, < 13", "12.2.0-14+deb12u1")),
                ("openssl".into(), pin("~> 3.0", "3.0.17-1~deb12u3")),
            ]),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let pin = |source: Option<&str>, digest: Option<&str>| Pin {
            source: source.map(Into::into),
            version: "0.1.0".into(),
            digest: digest.map(Into::into),
        };
        let lock = Lock {
            providers: BTreeMap::from([
                ("acme".into(), pin(Some("./bin/${x}\"quoted\""), Some("ab12"))),
                ("release".into(), pin(None, None)),
            ]),
            modules: BTreeMap::from([(
                "git::https://h.example/m.git?ref=v1".into(),
                ModulePin { commit: "ab".repeat(20) },
            )]),
            levels: Levels(BTreeMap::from([
                (
                    "apt.web".into(),
                    vec![row(&["apt.web[\"a\"]"]), row(&["apt.web[\"${b}\"]", "apt.web[\"c\"]"])],
                ),
                ("baseline.security".into(), vec![row(&[])]),
            ])),
        };
        assert_eq!(Lock::read(&lock.write()), Ok(lock.clone()), "{}", lock.write());
        assert_eq!(Lock::read(""), Ok(Lock::default()));
    }

    #[test]
    fn damage_is_named() {
        for text in
            ["provider \"a\" {", "provider \"a\" {\n  versoin = \"1\"\n}\n", "level \"a\" {\n}\n", "\u{0}"]
        {
            assert!(Lock::read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_merge_that_was_not_finished_is_told_as_such() {
        let whole =
            Lock { levels: Levels(BTreeMap::from([("a.b".into(), vec![row(&[])])])), ..Lock::default() }
                .write();
        let ours = whole.replacen("    \"openssl\"", "<<<<<<< HEAD\n    \"openssl\"", 1);
        let told = Lock::read(&ours).unwrap_err();
        assert!(told.starts_with("line 7 is a mark of a merge"), "{told}");
        for mark in ["=======", ">>>>>>> topic"] {
            assert!(
                Lock::read(&whole.replacen("    \"openssl\"", &format!("{mark}\n    \"openssl\""), 1))
                    .is_err()
            );
        }
    }

    /// Every prefix, and every byte replaced: an answer, never a panic, and never a level that is no exact one.
    #[test]
    fn any_damage_is_read_or_refused() {
        let levels = Levels(BTreeMap::from([("a.b".into(), vec![row(&["a.b[0]"]), row(&["a.b[1]"])])]));
        let whole = Lock { levels, ..Lock::default() }.write();
        for cut in 0..whole.len() {
            let _ = Lock::read(&whole[..cut]);
            for byte in ["\"", "{", "}", "\n", "=", "0", "$"] {
                let damaged = format!("{}{byte}{}", &whole[..cut], &whole[cut + 1..]);
                if let Ok(read) = Lock::read(&damaged) {
                    assert_eq!(read.levels.problem(), None, "{damaged}");
                }
            }
        }
    }

    #[test]
    fn what_is_nested_or_huge_is_refused_or_read_in_time() {
        for bracket in ["[", "{", "("] {
            assert!(Lock::read(&format!("level = {}", bracket.repeat(1_000_000))).is_err(), "{bracket}");
        }
        let rows = (0..2_000).map(|i| (format!("apt.web{i}"), vec![row(&[])]));
        let lock = Lock { levels: Levels(rows.collect()), ..Lock::default() };
        assert_eq!(Lock::read(&lock.write()), Ok(lock));
    }
}
