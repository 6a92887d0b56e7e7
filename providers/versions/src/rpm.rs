//! rpm's versions: `[epoch:]version[-release]` (EVR), or a whole package, `name-[epoch:]version-release[.arch]`
//! (NEVRA), as rpm reads and orders them.
//!
//! Sources: rpm's `rpmvercmp` (rpmio/rpmvercmp.c), `parseEVR` and `rpmverCmp` (lib/rpmver.c), the character rules of
//! build/parsePreamble.c, and rpm-version(7). A text with two hyphens is a NEVRA, because neither a version nor a
//! release can hold one. A missing epoch is zero; a missing name, release or architecture is below any.

use crate::digits;
use crate::parse_error::{Flaw, ParseError, Verdict, shown};
use std::cmp::Ordering;

/// The five parts of an rpm package's identity, as they were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nevra<'a> {
    /// The package, in a NEVRA.
    pub name: Option<&'a str>,
    /// The digits before the colon. Absent is zero.
    pub epoch: Option<&'a str>,
    /// The upstream version.
    pub version: &'a str,
    /// What follows the hyphen behind the version.
    pub release: Option<&'a str>,
    /// One of rpm's architectures, behind the last dot of the release.
    pub arch: Option<&'a str>,
}

impl<'a> Nevra<'a> {
    /// Takes an EVR or a NEVRA apart.
    ///
    /// # Errors
    /// For a text that `Scheme::Rpm` refuses.
    pub fn parse(text: &'a str) -> Result<Self, ParseError> {
        match check(text) {
            Ok(_) => Ok(split(text)),
            Err(flaw) => Err(flaw.into_error(text, "rpm version")),
        }
    }
}

/// rpm keeps the epoch in 32 bits without sign.
const LARGEST_EPOCH: &str = "4294967295";

/// Architectures that end a package's name. Anything else behind the last dot belongs to the release (`.el9`).
const ARCHITECTURES: [&str; 45] = [
    "aarch64",
    "alpha",
    "amd64",
    "arm64",
    "armv5tel",
    "armv6hl",
    "armv6l",
    "armv7hl",
    "armv7hnl",
    "armv7l",
    "armv8l",
    "athlon",
    "geode",
    "i386",
    "i486",
    "i586",
    "i686",
    "ia32e",
    "ia64",
    "loongarch64",
    "m68k",
    "mips",
    "mips64",
    "mips64el",
    "mipsel",
    "noarch",
    "nosrc",
    "ppc",
    "ppc64",
    "ppc64le",
    "ppc64p7",
    "ppcle",
    "riscv",
    "riscv32",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "sparcv9",
    "src",
    "x86_64",
    "x86_64_v2",
    "x86_64_v3",
    "x86_64_v4",
];

/// Takes a text apart. Total: what `check` refuses is split too, somehow.
pub(crate) fn split(text: &str) -> Nevra<'_> {
    let Some((before, release)) = text.rsplit_once('-') else {
        let (epoch, version) = split_epoch(text);
        return Nevra { name: None, epoch, version, release: None, arch: None };
    };
    let (release, arch) = match release.rsplit_once('.') {
        Some((release, arch)) if ARCHITECTURES.contains(&arch) => (release, Some(arch)),
        _ => (release, None),
    };
    let (name, rest) = match before.rsplit_once('-') {
        Some((name, rest)) => (Some(name), rest),
        None => (None, before),
    };
    let (epoch, version) = split_epoch(rest);
    Nevra { name, epoch, version, release: Some(release), arch }
}

/// Only digits before a colon are an epoch; any other colon belongs to the version.
fn split_epoch(text: &str) -> (Option<&str>, &str) {
    match text.split_once(':') {
        Some((epoch, rest)) if epoch.bytes().all(|b| b.is_ascii_digit()) => (Some(epoch), rest),
        _ => (None, text),
    }
}

/// Refuses what cannot be a version; warns about what rpm compares but rpmbuild would not build.
pub(crate) fn check(text: &str) -> Verdict {
    if text.is_empty() {
        return Err(Flaw::new(0, "a version is needed, but there is none"));
    }
    if let Some((at, c)) = text.char_indices().find(|(_, c)| c.is_whitespace() || c.is_control()) {
        return Err(Flaw::new(at, format!("{} cannot stand in a version", shown(c))));
    }
    let parts = split(text);
    let epoch_at = parts.name.map_or(0, |name| name.len() + 1);
    let version_at = epoch_at + parts.epoch.map_or(0, |epoch| epoch.len() + 1);
    if digits::compare(parts.epoch.unwrap_or_default().as_bytes(), LARGEST_EPOCH.as_bytes()).is_gt() {
        return Err(Flaw::new(
            epoch_at,
            format!("the epoch before the colon is larger than {LARGEST_EPOCH}"),
        ));
    }
    if parts.version.is_empty() {
        return Err(Flaw::new(version_at, "the version is empty"));
    }
    if parts.name == Some("") {
        return Err(Flaw::new(0, "the package's name before the version is empty"));
    }
    Ok(complaint(&parts, epoch_at, version_at))
}

/// The first thing that rpmbuild would refuse.
fn complaint(parts: &Nevra<'_>, epoch_at: usize, version_at: usize) -> Option<Flaw> {
    if parts.epoch == Some("") {
        return Some(Flaw::new(epoch_at, "the epoch before the colon is empty, which rpm reads as 0"));
    }
    let foreign = |text: &str, start: usize, of: &str| {
        let odd = |c: &char| !c.is_ascii_alphanumeric() && !"._+%{}^~".contains(*c);
        let (at, c) = text.char_indices().find(|(_, c)| odd(c) && !(of == "name" && *c == '-'))?;
        Some(Flaw::new(start + at, format!("{} does not belong in a package's {of}", shown(c))))
    };
    let release_at = version_at + parts.version.len() + 1;
    foreign(parts.name.unwrap_or_default(), 0, "name")
        .or_else(|| foreign(parts.version, version_at, "version"))
        .or_else(|| foreign(parts.release?, release_at, "release"))
        .or_else(|| (parts.release == Some("")).then(|| Flaw::new(release_at, "the release is empty")))
}

/// rpm's order of two whole texts.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (split(a), split(b));
    a.name
        .cmp(&b.name)
        .then_with(|| compare_version(&a, &b))
        .then_with(|| match (a.release, b.release) {
            (Some(a), Some(b)) => compare_segments(a, b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        })
        .then_with(|| a.arch.cmp(&b.arch))
}

/// rpm's order of what a dependency compares: epoch and version, and the release where `bound` has one.
pub(crate) fn compare_to_bound(version: &str, bound: &str) -> Ordering {
    let (version, bound) = (split(version), split(bound));
    compare_version(&version, &bound).then_with(|| match (version.release, bound.release) {
        (Some(a), Some(b)) => compare_segments(a, b),
        _ => Ordering::Equal,
    })
}

fn compare_version(a: &Nevra<'_>, b: &Nevra<'_>) -> Ordering {
    digits::compare(a.epoch.unwrap_or_default().as_bytes(), b.epoch.unwrap_or_default().as_bytes())
        .then_with(|| compare_segments(a.version, b.version))
}

/// `rpmvercmp`: segment by segment; whatever separates them (also anything outside ASCII) does not count.
fn compare_segments(a: &str, b: &str) -> Ordering {
    Segments(a.as_bytes()).cmp(Segments(b.as_bytes()))
}

/// One piece of a version, in rpm's order: tilde, the end, caret, letters, digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Segment<'a> {
    Tilde,
    End,
    Caret,
    Letters(&'a [u8]),
    /// Without leading zeros, so that a longer number is larger.
    Digits(usize, &'a [u8]),
}

/// The segments of a version; after the last an `End` for ever.
struct Segments<'a>(&'a [u8]);

impl<'a> Segments<'a> {
    fn cmp(mut self, mut other: Segments<'_>) -> Ordering {
        loop {
            let (a, b) = (self.next(), other.next());
            if a != b || a == Segment::End {
                return a.cmp(&b);
            }
        }
    }

    fn next(&mut self) -> Segment<'a> {
        let skip = digits::run(self.0, |b| !b.is_ascii_alphanumeric() && *b != b'~' && *b != b'^');
        let rest = &self.0[skip..];
        let (segment, length) = match rest.first() {
            None => (Segment::End, 0),
            Some(b'~') => (Segment::Tilde, 1),
            Some(b'^') => (Segment::Caret, 1),
            Some(b) if b.is_ascii_digit() => {
                let (run, _) = digits::split_run(rest);
                let number = digits::significant(run);
                (Segment::Digits(number.len(), number), run.len())
            }
            Some(_) => {
                let length = digits::run(rest, u8::is_ascii_alphabetic);
                (Segment::Letters(&rest[..length]), length)
            }
        };
        self.0 = &rest[length..];
        segment
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_evr_and_nevra() {
        let table = [
            ("1.0", None, None, "1.0", None, None),
            ("2:1.0-3.el9", None, Some("2"), "1.0", Some("3.el9"), None),
            ("1.0-3.el9.x86_64", None, None, "1.0", Some("3.el9"), Some("x86_64")),
            ("a-b-2:1.0-3.el9.noarch", Some("a-b"), Some("2"), "1.0", Some("3.el9"), Some("noarch")),
            ("1.m+e2:1", None, None, "1.m+e2:1", None, None),
        ];
        for (text, name, epoch, version, release, arch) in table {
            assert_eq!(split(text), Nevra { name, epoch, version, release, arch }, "{text}");
        }
    }

    #[test]
    fn refuses_and_warns_with_the_place() {
        let refused = [
            ("", 0, "there is none"),
            ("1 2", 1, "cannot stand"),
            ("4294967296:1", 0, "larger"),
            ("1:", 2, "is empty"),
            ("1:-2", 2, "is empty"),
            ("-1-1", 0, "name"),
        ];
        for (text, at, reason) in refused {
            let flaw = check(text).unwrap_err();
            assert!(flaw.at == at && flaw.reason.contains(reason), "{text:?}: {flaw:?}");
        }
        for (text, at) in [(":1", 0), ("1.0:2-1", 3), ("1-", 2), ("1.0-1,2", 5), ("n-é-1", 2), ("a/b-1-1", 1)]
        {
            assert_eq!(check(text).unwrap().map(|flaw| flaw.at), Some(at), "{text}");
        }
        for text in ["4294967295:1.0~rc1^git2-3.el9_4.x86_64", "kernel-core-5.14.0-70.el9.x86_64"] {
            assert_eq!(check(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn orders_as_rpm_does() {
        let rising =
            ["1.0~rc1", "1.0", "1.0^git1", "1.0.a", "1.0.0~1", "1.0.0", "1.0.1", "1.10", "a-1", "1:0.1"];
        // "a-1" is version a, release 1: letters are below digits.
        let rising: Vec<&str> =
            std::iter::once("a-1").chain(rising.into_iter().filter(|v| *v != "a-1")).collect();
        for (i, a) in rising.iter().enumerate() {
            for (j, b) in rising.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a} {b}");
            }
        }
        for (a, b) in [("0:1.0-1", "1.0-1"), ("1.0", "1_0"), ("1.05", "1.5"), ("1.α", "1.ββ"), ("1", "1.")]
        {
            assert_eq!(compare(a, b), Ordering::Equal, "{a} {b}");
        }
    }

    #[test]
    fn a_bound_without_release_takes_any_release() {
        assert_eq!(compare_to_bound("bash-5.1-2.el9.x86_64", "5.1"), Ordering::Equal);
        assert_eq!(compare_to_bound("5.1-2.el9", "5.1-3"), Ordering::Less);
        assert_eq!(compare("5.1-2.el9", "5.1"), Ordering::Greater);
    }
}
