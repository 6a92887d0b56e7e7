//! The release file of a suite of apt.
//!
//! Source: the Debian repository format, "Release" files.

use crate::model::Moment;
use std::collections::{BTreeMap, BTreeSet};

/// What a release file says.
#[derive(Debug, Default, PartialEq)]
pub struct Release {
    /// `Suite`, such as `oldstable-security`.
    suite: String,
    /// `Codename`, such as `bookworm-security`.
    pub codename: String,
    /// `Version`, of point releases.
    version: String,
    /// `Components`, as written.
    pub components: String,
    /// `Architectures`, as written.
    pub architectures: String,
    /// `Date`
    pub date: Option<Moment>,
    /// `Valid-Until`
    pub valid_until: Option<Moment>,
    /// `Acquire-By-Hash`
    pub by_hash: bool,
    /// By path: SHA-256 and size.
    pub files: BTreeMap<String, (String, u64)>,
}

impl Release {
    /// Reads one.
    ///
    /// # Errors
    /// It lists no files by SHA-256, or a date is none: a suite without a good one could go back in time.
    pub fn read(text: &str) -> Result<Release, String> {
        let mut release = Release::default();
        let mut field = "";
        for line in text.lines() {
            if line.trim().is_empty() {
                break;
            }
            if line.starts_with([' ', '\t']) {
                if field.eq_ignore_ascii_case("SHA256") {
                    let (path, file) =
                        file(line).ok_or_else(|| format!("its line `{}` lists no file", line.trim()))?;
                    release.files.insert(path, file);
                }
                continue;
            }
            let Some((name, value)) = line.split_once(':') else {
                return Err(format!("`{line:.60}` is no field of a release file"));
            };
            field = name;
            let value = value.trim();
            let date =
                || Moment::of_mail(value).ok_or_else(|| format!("its {name} is `{value}`, which is no date"));
            match name.to_ascii_lowercase().as_str() {
                "suite" => release.suite = value.to_string(),
                "codename" => release.codename = value.to_string(),
                "version" => release.version = value.to_string(),
                "components" => release.components = value.to_string(),
                "architectures" => release.architectures = value.to_string(),
                "date" => release.date = Some(date()?),
                "valid-until" => release.valid_until = Some(date()?),
                "acquire-by-hash" => release.by_hash = value.eq_ignore_ascii_case("yes"),
                _ => {}
            }
        }
        match (release.files.is_empty(), release.date) {
            (true, _) => Err("its release file lists no files by SHA-256".to_string()),
            (_, None) => Err("its release file has no Date, so that it could go back in time".to_string()),
            _ => Ok(release),
        }
    }

    /// Whether it is the release file of what is asked for as `suite`: by its `Suite` or its `Codename`, and where it stands in a
    /// folder of these (`buster/updates`) by theirs, as apt holds it. One that names neither cannot be held against anything.
    pub fn is_called(&self, suite: &str) -> bool {
        let names = [&self.suite, &self.codename];
        let folder = suite.rsplit_once('/').map(|(folder, _)| folder);
        names.iter().all(|name| name.is_empty())
            || [Some(suite), folder]
                .into_iter()
                .flatten()
                .any(|asked| names.iter().any(|name| *name == asked))
    }

    /// What it calls itself.
    pub fn names(&self) -> String {
        let names = BTreeSet::from([self.suite.as_str(), self.codename.as_str()]);
        names.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// How a person calls it.
    pub fn edition(&self) -> String {
        let name = if self.codename.is_empty() { &self.suite } else { &self.codename };
        format!("{name} {}", self.version).trim_end().to_string()
    }
}

/// ` SHA256 SIZE PATH`
fn file(line: &str) -> Option<(String, (String, u64))> {
    let mut words = line.split_whitespace();
    let (sha256, size, path) = (words.next()?, words.next()?, words.next()?);
    let formed = sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
    let file = (sha256.to_ascii_lowercase(), size.parse().ok()?);
    let below = !path.starts_with('/') && path.split('/').all(|part| part != "..");
    (formed && below && words.next().is_none()).then(|| (path.to_string(), file))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Origin: Debian\nSuite: oldstable-security\nCodename: bookworm-security\nVersion: 12\n\
        Date: Fri, 20 Nov 2026 00:12:41 UTC\nValid-Until: Fri, 27 Nov 2026 00:12:41 UTC\nAcquire-By-Hash: yes\nMD5Sum:\n \
        0 0 nothing\nSHA256:\n e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0 main/binary-amd64/Packages\n";

    #[test]
    fn it_says_when_it_was_made_and_what_it_lists() {
        let release = Release::read(TEXT).unwrap();
        assert_eq!(release.edition(), "bookworm-security 12");
        assert_eq!(release.date, Moment::parse("2026-11-20T00:12:41Z"));
        assert_eq!(release.valid_until, Moment::parse("2026-11-27T00:12:41Z"));
        assert!(release.by_hash && release.files.len() == 1);
        assert_eq!(release.files["main/binary-amd64/Packages"].1, 0);
    }

    #[test]
    fn what_proves_nothing_is_refused() {
        assert!(Release::read("").is_err() && Release::read("Suite: x\nMD5Sum:\n 0 0 x\n").is_err());
        assert!(Release::read(&TEXT.replace("20 Nov", "99 Nov")).unwrap_err().contains("no date"));
        assert!(Release::read(&TEXT.replace("e3b0", "zzzz")).unwrap_err().contains("lists no file"));
        assert!(Release::read(&TEXT.replace(" main/", " ../")).unwrap_err().contains("lists no file"));
        assert!(Release::read("no field").is_err());
        assert!(Release::read(&TEXT.replace("Date: Fri", "Dated: Fri")).unwrap_err().contains("no Date"));
    }

    #[test]
    fn it_is_called_by_its_suite_or_codename() {
        let release = |suite: &str, codename: &str| Release {
            suite: suite.into(),
            codename: codename.into(),
            ..Release::default()
        };
        for (suite, codename, asked, is_it) in [
            ("oldstable-security", "bookworm-security", "bookworm-security", true),
            ("oldstable-security", "bookworm-security", "oldstable-security", true),
            ("oldstable-security", "bookworm-security", "bookworm-updates", false),
            ("jammy-updates", "jammy", "jammy-updates", true),
            ("oldstable", "buster", "buster/updates", true),
            ("", "", "whatever", true),
            ("stable", "", "bookworm", false),
        ] {
            assert_eq!(release(suite, codename).is_called(asked), is_it, "{suite} {codename} {asked}");
        }
    }
}
