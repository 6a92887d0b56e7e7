//! What a test means for a host, from its object and states.
//!
//! Source: the OVAL language 5.11 (oval-definitions-schema, linux- and independent-definitions-schema), and what the
//! vendors publish. That a package is signed by its vendor is taken for true: records are about the vendor's packages.

use super::condition::{Bound, Condition, Ways, always, any};
use super::document::{Document, Field, Fields, Test};
use super::vendor::Vendor;
use crate::installed::Module;

/// The ways, or the one condition that nothing is known of.
type Told = Result<Ways, Condition>;

/// The ways to pass a test. `comment` is that of the criterion, in which vendors say what no field has.
pub(super) fn of_test(document: &Document, vendor: &Vendor, id: &str, comment: &str) -> Ways {
    let told = document.test(id).and_then(|test| of(document, vendor, test, comment));
    told.unwrap_or_else(|gap| any([gap]))
}

fn of(document: &Document, vendor: &Vendor, test: &Test, comment: &str) -> Told {
    let object = document.object(&test.object)?;
    let states = test.states.iter().map(|id| document.state(id)).collect::<Result<Vec<_>, _>>()?;
    if test.any_state && states.len() > 1 {
        return unknown("any of several states".to_string());
    }
    // Fields of several states are all asked for.
    if states.iter().any(|state| state.any && state.names().len() > 1) {
        return unknown("any of several values".to_string());
    }
    let asked = Asked { document, test, object, states, comment };
    match test.kind.as_str() {
        "rpminfo_test" | "dpkginfo_test" => asked.packages(vendor),
        "rpmverifyfile_test" => asked.release_file(),
        "textfilecontent54_test" => asked.text(),
        "uname_test" => asked.uname(),
        other => unknown(format!("a test of the kind {other:.60}")),
    }
}

/// A test with what it leans on.
struct Asked<'a> {
    document: &'a Document,
    test: &'a Test,
    object: &'a Fields,
    states: Vec<&'a Fields>,
    comment: &'a str,
}

impl Asked<'_> {
    fn field(&self, name: &str) -> Option<&Field> {
        self.states.iter().find_map(|state| state.get(name))
    }

    fn fields(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.states.iter().flat_map(|state| state.names()).collect();
        names.sort_unstable();
        names
    }

    /// Whether it is asked that nothing is as the states say.
    fn is_negative(&self) -> bool {
        matches!(self.test.check.as_str(), "none satisfy" | "none exist")
    }

    /// A test of packages: whether they are there, in which version, or what the host's release is.
    fn packages(&self, vendor: &Vendor) -> Told {
        let names = self.names()?;
        let fields = self.fields();
        let release = names.iter().all(|name| name.ends_with("-release"));
        match (self.test.existence.as_str(), self.is_negative()) {
            ("none_exist", false) if fields.is_empty() => {
                return Ok(any(names.into_iter().map(Condition::Absent)));
            }
            ("at_least_one_exists" | "all_exist" | "any_exist" | "only_one_exists", false) => {}
            // A host of another vendor is asked nothing.
            (_, true) if release => return Ok(Ways::new()),
            (existence, _) => {
                return unknown(format!("packages by {existence:.40}, {:.40}", self.test.check));
            }
        }
        match fields[..] {
            ["signature_keyid"] => Ok(always()),
            ["version"] if release => self.release(vendor),
            ["arch"] if release => Ok(any([Condition::Arch(self.arches()?)])),
            ["version"] => match self.field("version") {
                Some(field) if field.operation == "equals" && field.value == "0" => {
                    Ok(packages(names, &Bound::Nothing, &[]))
                }
                _ => unknown(format!("the version of {} without its release", names.join(", "))),
            },
            [] | ["arch"] | ["evr"] | ["arch", "evr"] => {
                let bound = self.field("evr").map_or(Ok(Bound::Any), bound)?;
                Ok(packages(names, &bound, &self.arches()?))
            }
            _ => unknown(format!("{} of {:.80}", fields.join(", "), names.join(", "))),
        }
    }

    /// The names of the packages that are looked at.
    fn names(&self) -> Result<Vec<String>, Condition> {
        let known = |field: &&str| matches!(*field, "name" | "behaviors");
        let field = self.object.get("name").filter(|_| self.object.names().iter().all(known));
        let field = field.ok_or_else(|| odd("packages that it does not name plainly"))?;
        let names = match &field.variable {
            Some(variable) => self.document.variable(variable)?.clone(),
            None if field.operation == "equals" => vec![field.value.clone()],
            None => return unknown(format!("packages whose names fit {:.80}", field.value)),
        };
        let plain = |name: &String| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-._".contains(&b))
        };
        match names.iter().all(plain) && !names.is_empty() {
            true => Ok(names),
            false => unknown("packages without a plain name".to_string()),
        }
    }

    /// `aarch64|ppc64le`, `(aarch64|ppc64le)`, or one.
    fn arches(&self) -> Result<Vec<String>, Condition> {
        let Some(field) = self.field("arch").or(self.field("processor_type")) else { return Ok(Vec::new()) };
        let listed = field.value.trim_start_matches(['^', '(']).trim_end_matches(['$', ')']);
        let mut arches: Vec<String> = listed.split('|').map(str::to_string).collect();
        let plain =
            |arch: &String| !arch.is_empty() && arch.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let told = matches!(field.operation.as_str(), "equals" | "pattern match") && arches.iter().all(plain);
        arches.sort_unstable();
        told.then_some(arches).ok_or_else(|| odd(format!("an architecture that fits {:.80}", field.value)))
    }

    /// `^9[^\d]`, `^9\.`, or `15.1`. SUSE says only in words which product it is.
    fn release(&self, vendor: &Vendor) -> Told {
        let field = self.field("version").ok_or_else(|| odd("a release without its version"))?;
        let release = (vendor.product)(self.comment).or_else(|| number(field));
        let release = release.ok_or_else(|| odd(format!("a release that fits {:.80}", field.value)))?;
        Ok(any([Condition::Release(release)]))
    }

    /// `/etc/redhat-release` belongs to the package of a release.
    fn release_file(&self) -> Told {
        let path = self.object.get("filepath").map_or("", |field| &field.value);
        if !path.starts_with("/etc/") || !path.ends_with("-release") {
            return unknown(format!("the package of the file {path:.80}"));
        }
        match (self.field("version"), self.is_negative()) {
            // A host of another vendor is asked nothing.
            (_, true) => Ok(Ways::new()),
            (None, false) => Ok(always()),
            (Some(field), false) => number(field)
                .map(|release| any([Condition::Release(release)]))
                .ok_or_else(|| odd(format!("a release that fits {:.80}", field.value))),
        }
    }

    /// The text of a file: a module's, Debian's version, or a list of packages such as Ubuntu's of a container image.
    fn text(&self) -> Told {
        let of = |name: &str| self.object.get(name).map_or("", |field| field.value.as_str());
        let path = match of("filepath") {
            "" => format!("{}/{}", of("path"), of("filename")),
            path => path.to_string(),
        };
        if self.is_negative() || self.test.existence == "none_exist" {
            return unknown(format!("a text that is not in {path:.80}"));
        }
        if let Some(file) = path.strip_prefix("/etc/dnf/modules.d/") {
            return self.module(file.trim_end_matches(".module"));
        }
        match path.as_str() {
            "/etc/debian_version" => self.debian_version(),
            "./manifest" => self.manifest(),
            path if path.starts_with("/boot/") => Ok(any([Condition::Kernel])),
            path => unknown(format!("the text of the file {path:.80}")),
        }
    }

    /// The stream is in a pattern of the state, and in plain words in the comment: both must agree.
    fn module(&self, file: &str) -> Told {
        let unclear = || odd(format!("a stream of the module {file:.80}"));
        let words = self.comment.strip_prefix("Module ").and_then(|words| words.strip_suffix(" is enabled"));
        let module =
            words.and_then(Module::parse).filter(|module| module.name == file).ok_or_else(unclear)?;
        let pattern = self.field("text").or(self.field("subexpression")).map_or("", |field| &field.value);
        let pattern = pattern.replace("\\.", ".").replace("\\-", "-");
        match pattern.contains(&format!("stream\\s*=\\s*{}\\b", module.stream)) {
            true => Ok(any([Condition::Module(module)])),
            false => Err(unclear()),
        }
    }

    fn debian_version(&self) -> Told {
        let release = self.field("subexpression").and_then(number);
        release.map(|release| any([Condition::Release(release)])).ok_or_else(|| odd("a version of Debian"))
    }

    /// The list has a package in each line: `^libssh-4(?::\w+|)\s+(.*)$`, of which the version must be so.
    fn manifest(&self) -> Told {
        let variable = self.object.get("pattern").and_then(|field| field.variable.as_deref());
        let patterns = self.document.variable(variable.unwrap_or_default())?;
        let name = |pattern: &String| {
            let name = pattern.strip_prefix('^')?.strip_suffix("(?::\\w+|)\\s+(.*)$")?;
            Some(name.replace('\\', ""))
        };
        let names: Option<Vec<String>> = patterns.iter().map(name).collect();
        let names =
            names.filter(|names| !names.is_empty()).ok_or_else(|| odd("lines of a list of packages"))?;
        let bound = self.field("subexpression").map_or(Ok(Bound::Any), bound)?;
        Ok(packages(names, &bound, &[]))
    }

    /// What the running kernel says of the host.
    fn uname(&self) -> Told {
        match self.fields()[..] {
            [] => Ok(always()),
            ["processor_type"] => Ok(any([Condition::Arch(self.arches()?)])),
            _ => Ok(any([Condition::Kernel])),
        }
    }
}

fn packages(names: Vec<String>, bound: &Bound, arches: &[String]) -> Ways {
    any(names.into_iter().map(|name| Condition::Package {
        name,
        bound: bound.clone(),
        arches: arches.to_vec(),
    }))
}

/// How a version is compared. Numbers are those that one library has for the words, and that SUSE has published.
fn bound(field: &Field) -> Result<Bound, Condition> {
    let version = field.value.strip_prefix("0:").unwrap_or(&field.value).trim();
    // Microsoft has written several into one.
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".+-~^_:".contains(&b);
    if version.is_empty() || !version.bytes().all(plain) {
        return unknown(format!("a version as {version:.80}, which is none"));
    }
    let version = version.to_string();
    Ok(match field.operation.as_str() {
        "less than" | "6" if matches!(version.as_str(), "0" | "0-0") => Bound::Nothing,
        "less than" | "6" => Bound::Below(version),
        "less than or equal" | "8" => Bound::UpTo(version),
        "greater than" | "5" => Bound::Above(version),
        "greater than or equal" | "7" => Bound::From(version),
        "equals" | "1" => Bound::Exactly(version),
        other => return unknown(format!("a version by {other:.40}")),
    })
}

/// The number that a release begins with: `9` of `^9[^\d]`, `15.1` of itself.
fn number(field: &Field) -> Option<String> {
    let value = field.value.strip_prefix('^').unwrap_or(&field.value).replace("\\.", ".");
    let end = value.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(value.len());
    let whole = end == value.len() || matches!(field.operation.as_str(), "pattern match");
    let number = value[..end].trim_end_matches('.');
    (whole && !number.is_empty()).then(|| number.to_string())
}

/// A condition of which no record could tell.
fn odd(what: impl Into<String>) -> Condition {
    Condition::Unknown(what.into())
}

fn unknown<T>(what: impl Into<String>) -> Result<T, Condition> {
    Err(odd(what))
}
