//! The lock file `patchform.lock.hcl`: which executables a configuration's providers are, which commits its modules, and
//! which levels its constraints. Written by `init` and `propose`, committed.

mod reading;

use super::levels::{Levels, Row};
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModulePin {
    /// The commit that its version stands for.
    pub commit: String,
}

/// A pinned provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Path of its executable; `None` when bundled.
    pub source: Option<String>,
    /// Its version.
    pub version: String,
    /// SHA-256 of its executable; `None` when bundled: then the program's own version stands for it.
    pub digest: Option<String>,
}

impl Lock {
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

/// A quoted HCL string: nothing in it is a template.
fn quoted(text: &str) -> String {
    let escaped = serde_json::Value::from(text).to_string();
    escaped.replace("${", "$${").replace("%{", "%%{")
}

#[cfg(test)]
mod tests {
    use super::super::levels::{LevelPin, fault};
    use super::*;
    use crate::config::source::Sources;
    use crate::model::Diagnostics;
    use crate::report::diagnostic::Look;

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
        assert_eq!(read(&lock.write()), Ok(lock.clone()), "{}", lock.write());
        assert_eq!(read(""), Ok(Lock::default()));
    }

    fn read(text: &str) -> Result<Lock, String> {
        let mut sources = Sources::new();
        let file = sources.add_text("patchform.lock.hcl", text);
        let told = |problems: Diagnostics| {
            let look = Look { colour: false, width: 100 };
            crate::report::diagnostic::draw_all(&problems, &sources, look)
        };
        Lock::read(&sources, file).map_err(told)
    }

    #[test]
    fn damage_is_shown_in_its_place() {
        let whole = "level \"a.b\" {\n  resolved = \"2026-11-27\"\n  levels = {\n    \"x\" = { constraint = \"~> 1\", level = \"1.1\" }\n  }\n}\n";
        assert!(read(whole).is_ok());
        let with = |a: &str, b: &str| whole.replacen(a, b, 1);
        for (text, said) in [
            ("provider \"a\" {".to_string(), "is never closed"),
            ("provider \"a\" {\n  versoin = \"1\"\n}\n".into(), "Did you mean \"version\"?"),
            ("provider \"a\" {\n  version = 1\n  version = 2\n}\n".into(), "version"),
            ("level \"a\" {\n}\n".into(), "resolved"),
            ("levle \"a\" {\n}\n".into(), "Did you mean \"level\"?"),
            ("x = 1\n".into(), "no argument \"x\""),
            ("level {\n  resolved = \"2026-11-27\"\n  levels = {}\n}\n".into(), "has one label"),
            (with("2026-11-27", "soon"), ":2"),
            (with("2026-11-27", "2026-02-30"), "is no day"),
            (with("constraint = \"~> 1\", ", ""), "is not whole"),
            (with("~> 1", "1.0"), "is no constraint"),
            (with("\"1.1\"", "\"~> 1\""), "is no exact level"),
            (with("\"1.1\"", "\"\""), "is no exact level"),
            (with("\"1.1\"", "\"1 2\""), "is no exact level"),
            (with("\"1.1\"", "file(\"/etc/passwd\")"), "file"),
            (with("\"1.1\"", "var.x"), "var"),
            (format!("{whole}{whole}"), "stands there several times"),
            (format!("{0}{0}", with("  resolved", "  only = [\"a.b\"]\n  resolved")), "is said twice of a.b"),
            (
                "module \"m\" {\n  commit = \"a\"\n}\nmodule \"m\" {\n  commit = \"b\"\n}\n".into(),
                "stands there twice",
            ),
            ("\u{0}".into(), "patchform.lock.hcl:1"),
        ] {
            let told = read(&text).expect_err(&text);
            assert!(told.contains(said) && told.contains("patchform.lock.hcl"), "{text}\n{told}");
        }
    }

    #[test]
    fn a_merge_that_was_not_finished_is_told_as_such() {
        let whole =
            Lock { levels: Levels(BTreeMap::from([("a.b".into(), vec![row(&[])])])), ..Lock::default() }
                .write();
        for mark in ["<<<<<<< HEAD", "=======", ">>>>>>> topic"] {
            let told =
                read(&whole.replacen("    \"openssl\"", &format!("{mark}\n    \"openssl\""), 1)).unwrap_err();
            assert!(told.contains("merge conflict") && told.contains("patchform.lock.hcl:7"), "{told}");
        }
    }

    /// Every prefix, and every byte replaced: an answer, never a panic, and never a level that is no exact one.
    #[test]
    fn any_damage_is_read_or_refused() {
        let levels = Levels(BTreeMap::from([("a.b".into(), vec![row(&["a.b[0]"]), row(&["a.b[1]"])])]));
        let whole = Lock { levels, ..Lock::default() }.write();
        for cut in 0..whole.len() {
            let _ = read(&whole[..cut]);
            for byte in ["\"", "{", "}", "\n", "=", "0", "$"] {
                let damaged = format!("{}{byte}{}", &whole[..cut], &whole[cut + 1..]);
                if let Ok(read) = read(&damaged) {
                    let rows = read.levels.0.values().flatten();
                    assert!(rows.map(fault).all(|fault| fault.is_none()), "{damaged}");
                }
            }
        }
    }

    #[test]
    fn what_is_nested_or_huge_is_refused_or_read_in_time() {
        for bracket in ["[", "{", "("] {
            assert!(read(&format!("level = {}", bracket.repeat(1_000_000))).is_err(), "{bracket}");
        }
        let rows = (0..2_000).map(|i| (format!("apt.web{i}"), vec![row(&[])]));
        let lock = Lock { levels: Levels(rows.collect()), ..Lock::default() };
        assert_eq!(read(&lock.write()), Ok(lock));
    }
}
