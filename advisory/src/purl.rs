//! Package URLs: `pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie`.
//!
//! Source: ECMA-427 and the purl-spec repository: PURL-SPECIFICATION.rst, and each type's definition for what is folded
//! to lower case. Two package URLs are the same if and only if their canonical texts are.

use crate::ecosystem::Ecosystem;
use crate::installed::Installed;
use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// The longest text that is read, in bytes.
pub const LIMIT: usize = 1 << 16;

/// A package URL whose parts were checked and folded as its type needs it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Purl {
    parts: Parts,
}

/// The parts of a package URL, in plain text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Parts {
    /// The type: `deb`.
    pub kind: String,
    /// Its vendor, owner or path, in steps divided by `/`.
    pub namespace: Option<String>,
    /// The package.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// More about it: `arch`, `distro`, `epoch`.
    pub qualifiers: BTreeMap<String, String>,
    /// A path inside of the package, in steps divided by `/`.
    pub subpath: Option<String>,
}

/// Why a text or parts are no package URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no package URL: {reason}")]
pub struct PurlError {
    /// The text, or the start of it.
    pub text: String,
    /// The reason.
    pub reason: String,
}

/// What a type folds, and what it demands. A type without a row has the rules of all.
struct Rule {
    kind: &'static str,
    /// Lower case for namespace, name, version.
    lower: [bool; 3],
    /// A namespace: must there be one, or must there be none.
    namespace: Option<bool>,
    /// A qualifier that there must be.
    qualifier: Option<&'static str>,
}

const fn rule(kind: &'static str, lower: [bool; 3], namespace: Option<bool>) -> Rule {
    Rule { kind, lower, namespace, qualifier: None }
}

/// Source: the types' definitions (`case_sensitive`, `requirement`).
const RULES: [Rule; 21] = [
    rule("alpm", [true, true, false], Some(true)),
    rule("apk", [true, true, false], Some(true)),
    rule("bitbucket", [true, true, false], Some(true)),
    rule("bitnami", [false, true, false], Some(false)),
    rule("cargo", [false, false, false], Some(false)),
    rule("composer", [true, true, false], Some(true)),
    rule("deb", [true, true, false], Some(true)),
    rule("docker", [false, false, false], None),
    rule("gem", [false, false, false], Some(false)),
    rule("github", [true, true, false], Some(true)),
    rule("golang", [false, false, false], None),
    rule("hex", [true, true, false], None),
    rule("huggingface", [false, false, true], None),
    rule("maven", [false, false, false], Some(true)),
    rule("npm", [false, true, false], None),
    rule("nuget", [false, false, false], Some(false)),
    rule("oci", [false, true, true], Some(false)),
    rule("pub", [false, true, false], Some(false)),
    rule("pypi", [false, true, false], Some(false)),
    rule("rpm", [true, false, false], Some(true)),
    Rule { kind: "swid", lower: [false; 3], namespace: None, qualifier: Some("tag_id") },
];

impl Purl {
    /// Reads a package URL in any spelling.
    ///
    /// # Errors
    /// With the reason, for a text that is none.
    pub fn parse(text: &str) -> Result<Purl, PurlError> {
        let error = |reason: String| PurlError { text: text.chars().take(80).collect(), reason };
        if text.len() > LIMIT {
            return Err(error(format!("it has {} bytes; the limit is {LIMIT}", text.len())));
        }
        split(text).and_then(Parts::checked).map(|parts| Purl { parts }).map_err(error)
    }

    /// Makes a package URL of plain parts.
    ///
    /// # Errors
    /// With the reason, for parts that cannot make one.
    pub fn build(parts: Parts) -> Result<Purl, PurlError> {
        let text = parts.name.chars().take(80).collect();
        parts.checked().map(|parts| Purl { parts }).map_err(|reason| PurlError { text, reason })
    }

    /// Its parts.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The package, as [`crate::Index::assess_one`] wants it: with the epoch before the version, and Go's versions
    /// without their `v`.
    pub fn installed(&self) -> Installed {
        let parts = &self.parts;
        let version = parts.version.as_deref().unwrap_or_default();
        let version = match (parts.kind.as_str(), parts.qualifiers.get("epoch")) {
            ("golang", _) => version.strip_prefix('v').unwrap_or(version).to_string(),
            ("rpm" | "deb", Some(epoch)) if epoch != "0" && !version.contains(':') => {
                format!("{epoch}:{version}")
            }
            _ => version.to_string(),
        };
        let name = match (parts.kind.as_str(), &parts.namespace) {
            ("golang" | "npm" | "composer" | "github", Some(namespace)) => {
                format!("{namespace}/{}", parts.name)
            }
            ("maven", Some(namespace)) => format!("{namespace}:{}", parts.name),
            _ => parts.name.clone(),
        };
        let module = parts.qualifiers.get("rpmmod").and_then(|label| crate::Module::parse(label));
        Installed { arch: parts.qualifiers.get("arch").cloned(), module, ..Installed::new(&name, &version) }
    }

    /// The ecosystem whose advisories name it; of a distribution with the release where the qualifier `distro` ends in
    /// one (`debian-12`, `centos-7.6`).
    pub fn ecosystem(&self) -> Option<Ecosystem> {
        let parts = &self.parts;
        let of = |kind: &str, namespace: Option<&str>| {
            let row = ECOSYSTEMS.iter().find(|(k, n, _)| *k == kind && (n.is_none() || *n == namespace));
            row.map(|(_, _, name)| *name)
        };
        let name = of(&parts.kind, parts.namespace.as_deref())?;
        let release = parts.qualifiers.get("distro").and_then(|distro| distro.rsplit('-').next());
        Some(match release.filter(|_| matches!(parts.kind.as_str(), "deb" | "rpm" | "apk")) {
            Some(release) => Ecosystem::parse(&format!("{name}:{release}")),
            None => Ecosystem::parse(name),
        })
    }
}

/// Types and namespaces, and the ecosystem that the OSV schema gives them.
const ECOSYSTEMS: [(&str, Option<&str>, &str); 27] = [
    ("apk", Some("alpine"), "Alpine"),
    ("apk", Some("chainguard"), "Chainguard"),
    ("apk", Some("wolfi"), "Wolfi"),
    ("bitnami", None, "Bitnami"),
    ("cargo", None, "crates.io"),
    ("composer", None, "Packagist"),
    ("deb", Some("debian"), "Debian"),
    ("deb", Some("ubuntu"), "Ubuntu"),
    ("gem", None, "RubyGems"),
    ("golang", None, "Go"),
    ("hackage", None, "Hackage"),
    ("hex", None, "Hex"),
    ("k8s", None, "Kubernetes"),
    ("maven", None, "Maven"),
    ("npm", None, "npm"),
    ("nuget", None, "NuGet"),
    ("pub", None, "Pub"),
    ("pypi", None, "PyPI"),
    ("rpm", Some("almalinux"), "AlmaLinux"),
    ("rpm", Some("amzn"), "Amazon Linux"),
    ("rpm", Some("fedora"), "Fedora"),
    ("rpm", Some("mageia"), "Mageia"),
    ("rpm", Some("opensuse"), "openSUSE"),
    ("rpm", Some("oracle"), "Oracle Linux"),
    ("rpm", Some("redhat"), "Red Hat"),
    ("rpm", Some("rocky-linux"), "Rocky Linux"),
    ("rpm", Some("suse"), "SUSE"),
];

/// Takes a text apart, from its right end as the specification says.
fn split(text: &str) -> Result<Parts, String> {
    let (rest, subpath) = text.split_once('#').map_or((text, None), |(rest, subpath)| (rest, Some(subpath)));
    let (rest, qualifiers) = rest.split_once('?').map_or((rest, ""), |(rest, qualifiers)| (rest, qualifiers));
    let (scheme, rest) = rest.split_once(':').ok_or("it does not begin with pkg:")?;
    if !scheme.eq_ignore_ascii_case("pkg") {
        return Err("it does not begin with pkg:".to_string());
    }
    let rest = rest.trim_matches('/');
    let (kind, rest) = rest.split_once('/').ok_or("it has no type and name")?;
    let last = rest.rfind('/').map_or(0, |at| at + 1);
    let (rest, version) = match rest[last..].find('@') {
        // A scope such as npm's `@angular` may stand unescaped; a version is never first.
        Some(at) if at > 0 || last == 0 => (&rest[..last + at], Some(&rest[last + at + 1..])),
        _ => (rest, None),
    };
    let (namespace, name) =
        rest.rsplit_once('/').map_or((None, rest), |(namespace, name)| (Some(namespace), name));
    Ok(Parts {
        kind: kind.to_string(),
        namespace: namespace.map(steps).transpose()?,
        name: decoded(name)?,
        version: version.map(decoded).transpose()?,
        qualifiers: pairs(qualifiers)?,
        subpath: subpath.map(steps).transpose()?,
    })
}

/// The steps of a path, decoded one by one.
fn steps(path: &str) -> Result<String, String> {
    let steps: Vec<String> =
        path.split('/').filter(|step| !step.is_empty()).map(decoded).collect::<Result<_, _>>()?;
    match steps.iter().find(|step| step.contains('/')) {
        Some(step) => Err(format!("the step {step:?} has a slash in it")),
        None => Ok(steps.join("/")),
    }
}

fn pairs(text: &str) -> Result<BTreeMap<String, String>, String> {
    let mut pairs = BTreeMap::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) =
            pair.split_once('=').ok_or_else(|| format!("the qualifier {pair:?} has no value"))?;
        if pairs.insert(key.to_ascii_lowercase(), decoded(value)?).is_some() {
            return Err(format!("the qualifier {key:?} is there twice"));
        }
    }
    Ok(pairs)
}

impl Parts {
    /// Checks and folds the parts.
    fn checked(mut self) -> Result<Parts, String> {
        self.kind.make_ascii_lowercase();
        let allowed = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
        if !self.kind.starts_with(|c: char| c.is_ascii_alphabetic()) || !self.kind.chars().all(allowed) {
            return Err(format!("the type {:?} is not made of letters, digits, dots and hyphens", self.kind));
        }
        self.name = self.name.trim_matches('/').to_string();
        if self.name.is_empty() {
            return Err("it has no name".to_string());
        }
        self.namespace =
            self.namespace.map(|path| path.trim_matches('/').to_string()).filter(|path| !path.is_empty());
        self.version = self.version.filter(|version| !version.is_empty());
        self.subpath = self.subpath.map(|path| inside(&path)).filter(|path| !path.is_empty());
        self.qualifiers = keys(self.qualifiers)?;
        self.by_type()
    }

    fn by_type(mut self) -> Result<Parts, String> {
        let Some(rule) = RULES.iter().find(|rule| rule.kind == self.kind) else { return Ok(self) };
        match (rule.namespace, &self.namespace) {
            (Some(true), None) => return Err(format!("the type {} needs a namespace", rule.kind)),
            (Some(false), Some(_)) => return Err(format!("the type {} has no namespace", rule.kind)),
            _ => {}
        }
        if let Some(key) = rule.qualifier.filter(|key| !self.qualifiers.contains_key(*key)) {
            return Err(format!("the type {} needs the qualifier {key}", rule.kind));
        }
        let [namespace, name, version] = rule.lower;
        let lower = |wanted: bool, text: String| if wanted { text.to_lowercase() } else { text };
        self.namespace = self.namespace.map(|text| lower(namespace, text));
        self.name = lower(name, self.name);
        self.version = self.version.map(|text| lower(version, text));
        if self.kind == "pypi" {
            // Names of Python packages know no difference between the two.
            self.name = self.name.replace('_', "-");
        }
        Ok(self)
    }
}

/// Steps that would lead out of the package are dropped.
fn inside(path: &str) -> String {
    let steps: Vec<&str> = path.split('/').filter(|step| !matches!(*step, "" | "." | "..")).collect();
    steps.join("/")
}

/// Keys in lower case; a qualifier without a value is none.
fn keys(qualifiers: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    let mut checked = BTreeMap::new();
    for (key, value) in qualifiers {
        if !key.starts_with(|c: char| c.is_ascii_alphabetic()) || !key.chars().all(allowed) {
            return Err(format!(
                "the key {key:?} is not made of letters, digits, dots, hyphens and underscores"
            ));
        }
        if !value.is_empty() && checked.insert(key.to_ascii_lowercase(), value).is_some() {
            return Err(format!("the qualifier {key:?} is there twice"));
        }
    }
    Ok(checked)
}

/// Undoes percent encoding. A percent sign before anything else than two digits stands for itself.
fn decoded(text: &str) -> Result<String, String> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                plain.extend(u8::try_from(high * 16 + low));
                at += 3;
            }
            _ => {
                plain.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(plain).map_err(|_| format!("{text:?} is not UTF-8 when it is decoded"))
}

/// Escapes what is neither a letter, a digit, `.`, `-`, `_`, `~` nor a colon.
fn encoded(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_~:".contains(&byte) {
            f.write_char(char::from(byte))?;
        } else {
            write!(f, "%{byte:02X}")?;
        }
    }
    Ok(())
}

fn encoded_steps(path: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (at, step) in path.split('/').enumerate() {
        if at > 0 {
            f.write_char('/')?;
        }
        encoded(step, f)?;
    }
    Ok(())
}

impl fmt::Display for Purl {
    /// The canonical text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { kind, namespace, name, version, qualifiers, subpath } = &self.parts;
        write!(f, "pkg:{kind}/")?;
        if let Some(namespace) = namespace {
            encoded_steps(namespace, f)?;
            f.write_char('/')?;
        }
        encoded(name, f)?;
        if let Some(version) = version {
            f.write_char('@')?;
            encoded(version, f)?;
        }
        for (at, (key, value)) in qualifiers.iter().enumerate() {
            write!(f, "{}{key}=", if at == 0 { '?' } else { '&' })?;
            encoded(value, f)?;
        }
        if let Some(subpath) = subpath {
            f.write_char('#')?;
            encoded_steps(subpath, f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn canonical(text: &str) -> String {
        Purl::parse(text).unwrap().to_string()
    }

    #[test]
    fn spellings_are_folded_to_the_canonical_one() {
        for (text, expected) in [
            (
                "PKG://Deb/Debian/Curl@7.50.3-1?Arch=i386&distro=jessie&x=",
                "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie",
            ),
            (
                "pkg:GOLANG/google.golang.org/Genproto#/googleapis/../api/",
                "pkg:golang/google.golang.org/Genproto#googleapis/api",
            ),
            ("pkg:npm/@Angular/Animation@12", "pkg:npm/%40Angular/animation@12"),
            ("pkg:pypi/Django_x@1.11.1", "pkg:pypi/django-x@1.11.1"),
            ("pkg:generic/a%2Fb@1%2B2", "pkg:generic/a%2Fb@1%2B2"),
        ] {
            assert_eq!(canonical(text), expected);
        }
    }

    #[test]
    fn what_is_no_package_url_says_why() {
        let reason = |text: &str| Purl::parse(text).unwrap_err().reason;
        assert_eq!(reason("Enterprise@6"), "it does not begin with pkg:");
        assert_eq!(reason("pkg:Enterprise@6"), "it has no type and name");
        assert_eq!(
            reason("pkg:3nginx/nginx"),
            "the type \"3nginx\" is not made of letters, digits, dots and hyphens"
        );
        assert_eq!(reason("pkg:maven/@1.3.4"), "it has no name");
        assert_eq!(
            reason("pkg:npm/a?in%20x=1"),
            "the key \"in%20x\" is not made of letters, digits, dots, hyphens and underscores"
        );
        assert_eq!(reason("pkg:npm/a?x=1&X=2"), "the qualifier \"X\" is there twice");
        assert_eq!(reason("pkg:npm/a?x"), "the qualifier \"x\" has no value");
        assert_eq!(reason("pkg:deb/curl"), "the type deb needs a namespace");
        assert_eq!(reason("pkg:oci/a/b"), "the type oci has no namespace");
        assert_eq!(reason("pkg:swid/a"), "the type swid needs the qualifier tag_id");
        assert_eq!(reason("pkg:npm/%ff"), "\"%ff\" is not UTF-8 when it is decoded");
        assert_eq!(reason("pkg:npm/a%2Fb/c"), "the step \"a/b\" has a slash in it");
        assert!(reason(&"a".repeat(LIMIT + 1)).contains("the limit is"));
    }

    #[test]
    fn a_package_is_what_advisories_name() {
        let of = |text: &str| {
            let purl = Purl::parse(text).unwrap();
            let installed = purl.installed();
            let ecosystem = purl.ecosystem().map(|ecosystem| ecosystem.to_string()).unwrap_or_default();
            format!(
                "{ecosystem} {} {} {}",
                installed.name,
                installed.version,
                installed.arch.unwrap_or_default()
            )
        };
        assert_eq!(
            of("pkg:rpm/redhat/openssl-libs@1.0.2k-16.el7?arch=x86_64&epoch=1&distro=redhat-7.6"),
            "Red Hat:7 openssl-libs 1:1.0.2k-16.el7 x86_64"
        );
        assert_eq!(of("pkg:golang/golang.org/x/net@v0.1.0"), "Go golang.org/x/net 0.1.0 ");
        assert_eq!(of("pkg:deb/debian/zip@3.0-13?distro=debian-12"), "Debian:12 zip 3.0-13 ");
        assert_eq!(of("pkg:maven/org.apache/io@1"), "Maven org.apache:io 1 ");
        assert_eq!(of("pkg:generic/x"), " x  ");
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_and_read_the_same(text in "pkg:(deb|npm|generic|golang)/[a-zA-Z/@%?#&=:. 0-9é_-]{0,40}") {
            if let Ok(purl) = Purl::parse(&text) {
                let written = purl.to_string();
                prop_assert_eq!(Purl::parse(&written), Ok(purl), "{}", written);
            }
        }

        #[test]
        fn parts_of_any_text_come_back(name in ".{1,20}", version in ".{0,20}", value in ".{0,20}") {
            let qualifiers = BTreeMap::from([("key".to_string(), value)]);
            let parts = Parts { kind: "generic".into(), name, version: Some(version), qualifiers, ..Parts::default() };
            if let Ok(purl) = Purl::build(parts) {
                prop_assert_eq!(Purl::parse(&purl.to_string()), Ok(purl));
            }
        }
    }
}
