//! The lock file `patchform.lock.hcl`: which executables a configuration's providers are. Written by `init`, committed.

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
}

impl Lock {
    /// Reads a lock file.
    ///
    /// # Errors
    /// A sentence that says what is wrong, with line and column where they are known.
    pub fn read(text: &str) -> Result<Lock, String> {
        let stored: Stored = hcl::from_str(text).map_err(|e| e.to_string())?;
        Ok(Lock { providers: stored.provider, modules: stored.module })
    }

    /// The file's text.
    pub fn write(&self) -> String {
        let mut out = String::from(
            "# Written by `patchform init`; commit it. A provider whose executable differs is not started.\n",
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
        out
    }
}

/// A quoted HCL string: nothing in it is a template.
fn quoted(text: &str) -> String {
    let escaped = serde_json::Value::from(text).to_string();
    escaped.replace("${", "$${").replace("%{", "%%{")
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
