//! The findings as they are stored: one JSON object, and a seal that finds every later change.
//!
//! A fleet has millions of findings with few names and few histories. So what they have in common stands in a list each, and
//! a finding's row names it by its place there.

mod first;

use super::course::{Closed, Course, Numbers, Remembered};
use super::names::Names;
use super::remembered::{Findings, Packages};
use crate::model::{Address, Moment, seal};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The version of the stored form that this program writes, and the newest that it reads.
pub const FORMAT: u64 = 2;

/// Why bytes are no findings. A sentence that can follow the file's name and a colon.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoredError {
    /// It is no JSON, cut off, or was changed.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// A newer program wrote it.
    #[error("it was written by a newer patchform, in form {0}; this one reads up to form {FORMAT}")]
    Newer(u64),
}

#[derive(Deserialize)]
struct Head {
    format_version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form<'a> {
    format_version: u64,
    assessed: Option<String>,
    /// The names of the vulnerabilities.
    #[serde(borrow)]
    vulnerabilities: Vec<Cow<'a, str>>,
    /// Groups of them, by their places among the names.
    groups: Vec<Cow<'a, [u32]>>,
    histories: Vec<History>,
    components: Vec<Component<'a>>,
    #[serde(default, skip_serializing)]
    #[allow(dead_code, reason = "checked as bytes before")]
    sum: Option<String>,
}

/// When findings were seen, and how they ended.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct History {
    first_seen: String,
    last_seen: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reopened: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    closed: Option<End>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    at: String,
    run: Option<String>,
    version: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Component<'a> {
    component: String,
    #[serde(borrow)]
    findings: Vec<Row<'a>>,
}

/// A package, the version that had it, and the places of the history and of the group of vulnerabilities.
#[derive(Serialize, Deserialize)]
struct Row<'a>(#[serde(borrow)] Cow<'a, str>, #[serde(borrow)] Cow<'a, str>, usize, usize);

/// The bytes to store.
pub fn write(findings: &Findings) -> Vec<u8> {
    let (mut histories, mut groups) = (Places::default(), Places::default());
    let mut components = Vec::with_capacity(findings.courses.len());
    for (component, packages) in &findings.courses {
        let mut rows = Vec::with_capacity(packages.len());
        for (package, course) in packages {
            for (known, numbers) in course.groups() {
                let Remembered { first_seen, last_seen, version, closed, reopened } = known;
                let history = histories.of((first_seen, last_seen, reopened, closed));
                rows.push(Row(Cow::from(&**package), Cow::from(&**version), history, groups.of(&**numbers)));
            }
        }
        components.push(Component { component: component.to_string(), findings: rows });
    }
    let history =
        |(first_seen, last_seen, reopened, closed): (&Moment, &Moment, &Option<Moment>, &Option<Closed>)| {
            History {
                first_seen: first_seen.to_string(),
                last_seen: last_seen.to_string(),
                reopened: reopened.map(|at| at.to_string()),
                closed: closed.as_ref().map(|closed| End {
                    at: closed.at.to_string(),
                    run: closed.run.as_deref().map(str::to_string),
                    version: closed.version.as_deref().map(str::to_string),
                }),
            }
        };
    let form = Form {
        format_version: FORMAT,
        assessed: findings.assessed.map(|at| at.to_string()),
        vulnerabilities: findings.names.iter().map(Cow::from).collect(),
        groups: groups.all.into_iter().map(Cow::from).collect(),
        histories: histories.all.into_iter().map(history).collect(),
        components,
        sum: None,
    };
    // Texts, numbers and lists only: this cannot fail.
    let mut bytes = serde_json::to_vec(&form).unwrap_or_default();
    seal::seal(&mut bytes, 0);
    bytes
}

/// What was met, in that order, and where each is.
struct Places<T> {
    all: Vec<T>,
    at: BTreeMap<T, usize>,
}

impl<T> Default for Places<T> {
    fn default() -> Self {
        Places { all: Vec::new(), at: BTreeMap::new() }
    }
}

impl<T: Copy + Ord> Places<T> {
    fn of(&mut self, one: T) -> usize {
        *self.at.entry(one).or_insert_with(|| {
            self.all.push(one);
            self.all.len() - 1
        })
    }
}

/// Reads what [`write()`] wrote, or a program before it.
///
/// # Errors
/// Bytes that are no findings, were changed, or are of a newer form.
pub fn read(bytes: &[u8]) -> Result<Findings, StoredError> {
    let version = version(bytes)?;
    if version > FORMAT {
        return Err(StoredError::Newer(version));
    }
    if !seal::is_whole(bytes) {
        return Err(damaged("it was changed after patchform wrote it"));
    }
    if version == 1 { first::read(bytes) } else { parsed::<Form>(bytes)?.whole() }
}

/// The version, which stands first in what this program writes: millions of findings need not be read for it.
fn version(bytes: &[u8]) -> Result<u64, StoredError> {
    let stands_first = bytes.strip_prefix(b"{\"format_version\":").and_then(|rest| {
        let end = rest.iter().take(20).position(|byte| *byte == b',')?;
        std::str::from_utf8(&rest[..end]).ok()?.parse().ok()
    });
    stands_first.map_or_else(|| Ok(parsed::<Head>(bytes)?.format_version), Ok)
}

fn parsed<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, StoredError> {
    serde_json::from_slice(bytes).map_err(|error| StoredError::Damaged(error.to_string()))
}

fn damaged(why: &str) -> StoredError {
    StoredError::Damaged(why.to_string())
}

fn moment(text: &str) -> Result<Moment, StoredError> {
    Moment::parse(text).ok_or_else(|| StoredError::Damaged(format!("{text:?} is no time")))
}

fn address(text: &str) -> Result<Address, StoredError> {
    text.parse().map_err(|_| StoredError::Damaged(format!("{text:?} is no address")))
}

impl Form<'_> {
    fn whole(self) -> Result<Findings, StoredError> {
        let mut names = Names::default();
        for (at, name) in (0..).zip(&self.vulnerabilities) {
            if names.number(name) != at {
                return Err(StoredError::Damaged(format!("{name} is named twice")));
            }
        }
        let group = |numbers: Cow<'_, [u32]>| {
            let rise = numbers.is_sorted_by(|a, b| a < b);
            let known = numbers.last().is_some_and(|last| (*last as usize) < self.vulnerabilities.len());
            if rise && known {
                Ok(Numbers::from(&*numbers))
            } else {
                Err(damaged("a group of vulnerabilities is none"))
            }
        };
        let groups = self.groups.into_iter().map(group).collect::<Result<Vec<_>, _>>()?;
        let histories = self.histories.into_iter().map(History::whole).collect::<Result<Vec<_>, _>>()?;
        let mut courses: BTreeMap<Address, Packages> = BTreeMap::new();
        for Component { component, findings } in self.components {
            let mut packages: BTreeMap<Arc<str>, Vec<(Remembered, Numbers)>> = BTreeMap::new();
            for Row(package, version, history, group) in findings {
                let (Some(history), Some(group)) = (histories.get(history), groups.get(group)) else {
                    return Err(damaged("a finding has no history, or no vulnerability"));
                };
                let known = Remembered { version: (*version).into(), ..history.clone() };
                packages.entry((*package).into()).or_default().push((known, Arc::clone(group)));
            }
            let packages = packages.into_iter().map(|(package, groups)| (package, Course::of(groups)));
            courses.insert(address(&component)?, packages.collect());
        }
        Ok(Findings { assessed: self.assessed.as_deref().map(moment).transpose()?, names, courses })
    }
}

impl History {
    /// Without its version.
    fn whole(self) -> Result<Remembered, StoredError> {
        let closed = self.closed.map(|end| {
            let (run, version) = (end.run.map(Arc::from), end.version.map(Arc::from));
            Ok(Closed { at: moment(&end.at)?, run, version })
        });
        Ok(Remembered {
            first_seen: moment(&self.first_seen)?,
            last_seen: moment(&self.last_seen)?,
            version: "".into(),
            closed: closed.transpose()?,
            reopened: self.reopened.as_deref().map(moment).transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// One of each form, as it was written first: it must read for ever.
    const FORM_1: &[u8] = include_bytes!("findings-1.json");
    const FORM_2: &[u8] = include_bytes!("findings-2.json");

    fn sample() -> Findings {
        let open = Remembered {
            first_seen: Moment(1_790_000_000_000),
            last_seen: Moment(1_790_000_500_000),
            version: "3.0.17-1~deb12u2".into(),
            closed: None,
            reopened: Some(Moment(1_790_000_400_000)),
        };
        let closed = Closed {
            at: Moment(1_790_000_600_000),
            run: Some("20261122-024000-000-3f9a".into()),
            version: Some("3.0.17-1~deb12u3".into()),
        };
        let ended = Remembered { closed: Some(closed), reopened: None, ..open.clone() };
        let mut names = Names::default();
        let course =
            Course::from_iter([(names.number("CVE-2026-1"), open), (names.number("CVE-2026-2"), ended)]);
        let component = "module.eu.apt.web[\"a\"]".parse().unwrap();
        let packages = Packages::from([("openssl".into(), course)]);
        let assessed = Some(Moment(1_790_000_600_000));
        Findings { assessed, names, courses: BTreeMap::from([(component, packages)]) }
    }

    #[test]
    fn what_was_written_is_read_also_of_the_first_form() {
        assert_eq!(read(&write(&sample())), Ok(sample()));
        assert_eq!(read(FORM_1.trim_ascii_end()), Ok(sample()));
        assert_eq!(read(FORM_2.trim_ascii_end()), Ok(sample()));
    }

    #[test]
    fn damage_is_found_and_a_newer_form_is_told() {
        let bytes = write(&sample());
        for at in 0..bytes.len() {
            assert!(read(&bytes[..at]).is_err(), "cut at {at}");
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert!(read(&flipped).is_err(), "flipped at {at}");
        }
        for newer in ["{\"format_version\":3,\"x\":1}", "{\"x\":1,\"format_version\":3}"] {
            assert_eq!(read(newer.as_bytes()), Err(StoredError::Newer(3)));
        }
    }

    /// What no program wrote, under a seal that holds: places that lead nowhere, numbers that do not rise, names twice.
    #[test]
    fn a_form_that_contradicts_itself_is_refused() {
        let form = |names: &str, groups: &str, rows: &str| {
            let history =
                r#"{"first_seen":"2026-09-21T14:13:20.000Z","last_seen":"2026-09-21T14:13:20.000Z"}"#;
            let component = format!(r#"{{"component":"apt.web","findings":[{rows}]}}"#);
            let mut bytes = format!(
                r#"{{"format_version":2,"assessed":null,"vulnerabilities":[{names}],"groups":[{groups}],"histories":[{history}],"components":[{component}]}}"#
            )
            .into_bytes();
            seal::seal(&mut bytes, 0);
            read(&bytes).map(|findings| findings.iter().count())
        };
        let names = r#""CVE-1","CVE-2""#;
        assert_eq!(form(names, "[0,1]", r#"["a","1",0,0]"#), Ok(2));
        // Two rows of one package join; of two that speak of one vulnerability one counts.
        assert_eq!(form(names, "[0],[1],[0,1]", r#"["a","1",0,0],["a","1",0,1],["a","2",0,2]"#), Ok(2));
        for (names, groups, rows) in [
            (r#""CVE-1","CVE-1""#, "[0]", r#"["a","1",0,0]"#),
            (names, "[]", r#"["a","1",0,0]"#),
            (names, "[2]", r#"["a","1",0,0]"#),
            (names, "[1,0]", r#"["a","1",0,0]"#),
            (names, "[0,0]", r#"["a","1",0,0]"#),
            (names, "[-1]", r#"["a","1",0,0]"#),
            (names, "[0]", r#"["a","1",1,0]"#),
            (names, "[0]", r#"["a","1",0,1]"#),
            (names, "[0]", r#"["a","1",0]"#),
            (names, "[0]", r#"["a","1",0,0,0]"#),
        ] {
            let read = form(names, groups, rows);
            assert!(matches!(read, Err(StoredError::Damaged(_))), "{names} {groups} {rows}: {read:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
        }
    }
}
