//! apt's `Packages` index: what an archive's suite offers.
//!
//! Source: the Debian repository format, "Packages Indices"; deb-control(5). It is read in one pass and borrows from
//! the bytes: 132,000 stanzas cost a few pointers each.

use crate::deb822::{Stanza, Stanzas, source_field, word};
use crate::fault::Fault;
use patchform_versions::{ParseError, Scheme};
use std::cmp::Ordering;
use std::collections::BTreeMap;

const WHAT: &str = "Packages index";

/// One package of a suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered<'a> {
    /// The binary package.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Its architecture: `amd64`, `all`.
    pub arch: &'a str,
    /// The source package.
    pub source: &'a str,
    /// The source package's version.
    pub source_version: &'a str,
}

/// Reads the packages of an index one by one, in its order.
pub fn read(bytes: &[u8]) -> impl Iterator<Item = Result<Offered<'_>, Fault>> {
    Stanzas::new(bytes, WHAT).map(|stanza| {
        let (line, stanza) = stanza?;
        stanza.offered().map_err(|reason| Fault::line(WHAT, line, reason))
    })
}

impl<'a> Stanza<'a> {
    fn offered(&self) -> Result<Offered<'a>, String> {
        let name = needed("Package", self.name)?;
        let version = needed("Version", self.version)?;
        let arch = needed("Architecture", self.arch)?;
        let source = word("Source", self.source)?;
        let (source, own) = if source.is_empty() { (name, None) } else { source_field(source) };
        Ok(Offered { name, version, arch, source, source_version: own.unwrap_or(version) })
    }
}

fn needed<'a>(field: &str, value: &'a [u8]) -> Result<&'a str, String> {
    match word(field, value)? {
        "" => Err(format!("the stanza has no {field}")),
        text => Ok(text),
    }
}

/// The newest version of every package over several suites of one release.
///
/// Neither suite is always ahead: of the packages that bookworm and bookworm-security share, 741 are newer in the point
/// release and 1,031 in the security suite. What is proposed is the maximum over both, never the lower one.
#[derive(Debug, Default)]
pub struct Candidates<'a> {
    /// By name, then architecture: the package and its suite.
    newest: BTreeMap<&'a str, BTreeMap<&'a str, (Offered<'a>, &'a str)>>,
}

impl<'a> Candidates<'a> {
    /// Adds a package that `suite` offers.
    ///
    /// # Errors
    /// For a version that dpkg refuses.
    pub fn add(&mut self, offered: Offered<'a>, suite: &'a str) -> Result<(), ParseError> {
        let newest =
            self.newest.entry(offered.name).or_default().entry(offered.arch).or_insert((offered, suite));
        if Scheme::Dpkg.compare(offered.version, newest.0.version)? == Ordering::Greater {
            *newest = (offered, suite);
        }
        Ok(())
    }

    /// The newest version of a package of an architecture or of `all`, and the suite that has it.
    pub fn newest(&self, name: &str, arch: &str) -> Option<(&Offered<'a>, &'a str)> {
        let arches = self.newest.get(name)?;
        let of = |arch: &str| arches.get(arch).map(|(offered, suite)| (offered, *suite));
        match (of(arch), of("all")) {
            (Some(own), Some(all)) if newer(all.0.version, own.0.version) => Some(all),
            (own, all) => own.or(all),
        }
    }

    /// What a package could be brought to: only a version above the one that is installed.
    pub fn upgrade(&self, name: &str, arch: &str, installed: &str) -> Option<(&Offered<'a>, &'a str)> {
        self.newest(name, arch).filter(|(offered, _)| newer(offered.version, installed))
    }
}

impl Offered<'_> {
    /// Whether it has a higher version than another.
    pub(crate) fn is_newer_than(&self, other: &Offered<'_>) -> bool {
        newer(self.version, other.version)
    }
}

fn newer(a: &str, b: &str) -> bool {
    Scheme::Dpkg.compare(a, b) == Ok(Ordering::Greater)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const INDEX: &str = "Package: adb\nSource: android-platform-tools (29.0.6-28)\nVersion: 1:29.0.6-28\nArchitecture: amd64\n\
                         Description: x\n y\n\nPackage: zip\nArchitecture: amd64\nVersion: 3.0-13\n";

    #[test]
    fn a_binary_package_keeps_its_source_apart() {
        let all: Vec<Offered> = read(INDEX.as_bytes()).collect::<Result<_, _>>().unwrap();
        assert_eq!((all[0].source, all[0].source_version), ("android-platform-tools", "29.0.6-28"));
        assert_eq!((all[1].source, all[1].source_version), ("zip", "3.0-13"));
    }

    #[test]
    fn a_stanza_that_says_too_little_is_refused_and_the_others_are_read() {
        let text = "Package: a\nVersion: 1\n\nPackage: b\nVersion: 2\nArchitecture: all\n";
        let read: Vec<_> = read(text.as_bytes()).collect();
        let fault = read[0].clone().unwrap_err().to_string();
        assert_eq!(fault, "Packages index, line 1: the stanza has no Architecture");
        assert_eq!(read[1].as_ref().unwrap().name, "b");
    }

    #[test]
    fn the_maximum_over_suites_is_the_candidate_and_a_lower_one_is_never_proposed() {
        let of =
            |version| Offered { name: "apt", version, arch: "amd64", source: "apt", source_version: version };
        let mut candidates = Candidates::default();
        candidates.add(of("2.6.2"), "bookworm-security").unwrap();
        candidates.add(of("2.6.1"), "bookworm").unwrap();
        let newest = candidates.newest("apt", "amd64").unwrap();
        assert_eq!((newest.0.version, newest.1), ("2.6.2", "bookworm-security"));
        assert!(candidates.upgrade("apt", "amd64", "2.6.2").is_none());
        assert!(candidates.upgrade("apt", "amd64", "2.6.3").is_none());
        assert!(candidates.upgrade("apt", "amd64", "2.6.1").is_some());
        assert!(candidates.upgrade("apt", "arm64", "2.6.1").is_none());
        assert!(candidates.add(of("2.6.1 x"), "bookworm").is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            read(&bytes).for_each(drop);
        }

        #[test]
        fn a_cut_index_holds_no_strangers(cut in 0..INDEX.len()) {
            for offered in read(&INDEX.as_bytes()[..cut]).flatten() {
                prop_assert!(INDEX.contains(offered.name) && INDEX.contains(offered.version));
            }
        }
    }
}
