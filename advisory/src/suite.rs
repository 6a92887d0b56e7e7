//! Suites of an archive of apt: of which release each is, so that no host is sent to another release's version.

use crate::debian;
use crate::ecosystem::Ecosystem;
use crate::packages::{Candidates, Offered};
use crate::platform::Platform;
use patchform_versions::ParseError;

/// Releases of Ubuntu, as releases.ubuntu.com and old-releases.ubuntu.com list them, from the first one with a package that is
/// supported by anybody.
const UBUNTU: [(&str, &str); 25] = [
    ("trusty", "14.04"),
    ("utopic", "14.10"),
    ("vivid", "15.04"),
    ("wily", "15.10"),
    ("xenial", "16.04"),
    ("yakkety", "16.10"),
    ("zesty", "17.04"),
    ("artful", "17.10"),
    ("bionic", "18.04"),
    ("cosmic", "18.10"),
    ("disco", "19.04"),
    ("eoan", "19.10"),
    ("focal", "20.04"),
    ("groovy", "20.10"),
    ("hirsute", "21.04"),
    ("impish", "21.10"),
    ("jammy", "22.04"),
    ("kinetic", "22.10"),
    ("lunar", "23.04"),
    ("mantic", "23.10"),
    ("noble", "24.04"),
    ("oracular", "24.10"),
    ("plucky", "25.04"),
    ("questing", "25.10"),
    ("resolute", "26.04"),
];

/// How versions of backports are told: apt upgrades what came from there, and nothing else, to what is there.
const BACKPORT: &str = "~bpo";

/// Whose packages a suite has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suite {
    /// The distribution and its release.
    pub ecosystem: Ecosystem,
    /// Whether it has backports: only who has one of them already is sent to another.
    pub backports: bool,
}

impl Suite {
    /// Of its name, which begins with that of a release (`bookworm-security`, `jammy-updates`), or of an ecosystem
    /// (`Debian:12`); none where it does not tell (`stable`, `nodistro`).
    pub fn of_name(name: &str) -> Option<Suite> {
        if name.contains(':') {
            let ecosystem = Ecosystem::parse(name);
            return ecosystem.release.is_some().then_some(Suite { ecosystem, backports: false });
        }
        let (release, rest) = name.split_at(name.find(['-', '/']).unwrap_or(name.len()));
        let ubuntu = || UBUNTU.iter().find(|(known, _)| *known == release).map(|(_, number)| *number);
        let ecosystem = match debian::number(release) {
            Some(number) => Ecosystem::of("Debian", number),
            None => Ecosystem::of("Ubuntu", ubuntu()?),
        };
        Some(Suite { ecosystem, backports: rest.starts_with("-backports") })
    }

    /// Whether a host of a platform may take its packages; `installed` is what the host has of one.
    pub fn offers_to(&self, platform: &Platform, installed: Option<&str>) -> bool {
        let of = (&platform.ecosystem.name, &platform.ecosystem.release);
        of == (&self.ecosystem.name, &self.ecosystem.release)
            && (!self.backports || installed.is_some_and(|version| version.contains(BACKPORT)))
    }
}

/// What archives offer, each release for itself.
#[derive(Debug, Default)]
pub struct Archives<'a> {
    /// A handful: suites of one release are one.
    suites: Vec<(Suite, Candidates<'a>)>,
}

impl<'a> Archives<'a> {
    /// Adds a package that a suite offers; one whose suite does not tell its release is offered to nobody.
    ///
    /// # Errors
    /// For a version that dpkg refuses.
    pub fn add(&mut self, offered: Offered<'a>, suite: &'a str) -> Result<(), ParseError> {
        let Some(whose) = Suite::of_name(suite) else { return Ok(()) };
        let at = self.suites.iter().position(|(known, _)| *known == whose).unwrap_or_else(|| {
            self.suites.push((whose, Candidates::default()));
            self.suites.len() - 1
        });
        self.suites[at].1.add(offered, suite)
    }

    /// What a package of a host could be brought to: the newest version of the host's own release, where that is above the one
    /// that is installed.
    pub fn upgrade(
        &self,
        platform: &Platform,
        (name, arch): (&str, &str),
        installed: &str,
    ) -> Option<&Offered<'a>> {
        let offers = self.suites.iter().filter(|(suite, _)| suite.offers_to(platform, Some(installed)));
        let upgrades = offers.filter_map(|(_, candidates)| candidates.upgrade(name, arch, installed));
        upgrades.map(|(offered, _)| offered).reduce(|a, b| if b.is_newer_than(a) { b } else { a })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_is_of_the_release_that_its_name_begins_with() {
        for (name, whose) in [
            ("bookworm", Some("Debian:12")),
            ("bookworm-security", Some("Debian:12")),
            ("buster/updates", Some("Debian:10")),
            ("sid", Some("Debian:sid")),
            ("jammy-updates", Some("Ubuntu:22.04")),
            ("Debian:12", Some("Debian:12")),
            ("Ubuntu:22.04:LTS", Some("Ubuntu:22.04")),
            ("stable", None),
            ("bookwormish", None),
            ("Debian", None),
            ("", None),
        ] {
            let told = Suite::of_name(name).map(|suite| suite.ecosystem.to_string());
            assert_eq!(told.as_deref(), whose, "{name}");
        }
    }

    #[test]
    fn a_host_is_sent_to_a_version_of_its_own_release_only() {
        let mut archives = Archives::default();
        for (version, suite) in [
            ("3.0-14", "bookworm"),
            ("3.0-15", "bookworm-security"),
            ("3.0-18~bpo12+1", "bookworm-backports"),
            ("3.0-20", "trixie"),
            ("3.0-30", "stable"),
        ] {
            let offered =
                Offered { name: "zip", version, arch: "amd64", source: "zip", source_version: version };
            archives.add(offered, suite).unwrap();
        }
        for (platform, installed, to) in [
            ("Debian:12", "3.0-13", Some("3.0-15")),
            ("Debian:12", "3.0-15", None),
            ("Debian:12", "3.0-16~bpo12+1", Some("3.0-18~bpo12+1")),
            ("Debian:13", "3.0-13", Some("3.0-20")),
            ("Debian:11", "3.0-13", None),
            ("Ubuntu:22.04", "3.0-13", None),
            ("AlmaLinux:9", "3.0-13", None),
            ("Debian", "3.0-13", None),
            ("", "3.0-13", None),
        ] {
            let platform = Platform::parse(platform);
            let upgrade = archives.upgrade(&platform, ("zip", "amd64"), installed);
            assert_eq!(upgrade.map(|offered| offered.version), to, "{:?} {installed}", platform.ecosystem);
        }
    }
}
