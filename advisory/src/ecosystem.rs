//! Ecosystems: whose packages an advisory names, of which release, by which channel, and how their versions order.
//!
//! Source: the OSV schema, `affected[].package.ecosystem` and its table of defined ecosystems with their suffixes.

use patchform_versions::Scheme;
use std::fmt;

/// An ecosystem with what its suffix says, in one form for every spelling: `Debian:12`, `Ubuntu:22.04:LTS`,
/// `Ubuntu:Pro:18.04:LTS`, `Alpine:v3.19`, `openSUSE:Leap 15.5`, `Red Hat:rhel_eus:8.8::appstream`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Ecosystem {
    /// The ecosystem, as the schema spells it: `Debian`.
    pub name: String,
    /// The release: `12`, `22.04`, `3.19`, `Leap 15.5`, `15 SP4`. None is every release.
    pub release: Option<String>,
    /// Who gets it: `Pro`, `rhel_eus:8.8`, `Linux Enterprise Server`. None is everybody.
    pub channel: Option<String>,
    /// The text as it was read; empty where the ecosystem was not read from one.
    pub text: String,
}

/// Which package of a host a name in an advisory means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Naming {
    /// The source package: every binary package built from it is meant.
    Source,
    /// One binary package.
    Binary,
}

/// What is known of an ecosystem; a new one is a new row.
struct Row {
    name: &'static str,
    /// None where no scheme of ours is the ecosystem's own: then only listed versions can be told.
    scheme: Option<Scheme>,
    naming: Naming,
    suffix: Suffix,
}

/// Takes a suffix apart into release and channel.
type Suffix = fn(&str) -> (Option<String>, Option<String>);

const fn row(name: &'static str, scheme: Option<Scheme>, naming: Naming, suffix: Suffix) -> Row {
    Row { name, scheme, naming, suffix }
}

const DPKG: Option<Scheme> = Some(Scheme::Dpkg);
const RPM: Option<Scheme> = Some(Scheme::Rpm);
const APK: Option<Scheme> = Some(Scheme::Apk);
const SEMVER: Option<Scheme> = Some(Scheme::Semver);

/// Source: the schema's table. Whether a vendor's records name source or binary packages is what its records do:
/// AlmaLinux lists binary packages although the schema speaks of source ones, SUSE lists its binaries beside.
const ROWS: [Row; 39] = [
    row("Debian", DPKG, Naming::Source, debian),
    row("Ubuntu", DPKG, Naming::Source, ubuntu),
    row("Echo", DPKG, Naming::Source, plain),
    row("Alpine", APK, Naming::Source, alpine),
    row("Alpaquita", APK, Naming::Source, plain),
    row("BellSoft Hardened Containers", APK, Naming::Source, plain),
    row("Chainguard", APK, Naming::Source, plain),
    row("MinimOS", APK, Naming::Source, plain),
    row("Wolfi", APK, Naming::Source, plain),
    row("AlmaLinux", RPM, Naming::Binary, major),
    row("Amazon Linux", RPM, Naming::Binary, plain),
    row("Azure Linux", RPM, Naming::Binary, major),
    row("Fedora", RPM, Naming::Binary, plain),
    row("Mageia", RPM, Naming::Source, plain),
    row("openEuler", RPM, Naming::Binary, plain),
    row("openSUSE", RPM, Naming::Binary, plain),
    row("Oracle Linux", RPM, Naming::Binary, major),
    row("Photon OS", RPM, Naming::Binary, plain),
    row("Red Hat", RPM, Naming::Binary, red_hat),
    row("Rocky Linux", RPM, Naming::Source, major),
    row("SUSE", RPM, Naming::Binary, suse),
    row("Bitnami", SEMVER, Naming::Binary, plain),
    row("crates.io", SEMVER, Naming::Binary, plain),
    row("GitHub Actions", SEMVER, Naming::Binary, plain),
    row("Go", SEMVER, Naming::Binary, plain),
    row("Hex", SEMVER, Naming::Binary, plain),
    row("Julia", SEMVER, Naming::Binary, plain),
    row("Kubernetes", SEMVER, Naming::Binary, plain),
    row("npm", SEMVER, Naming::Binary, plain),
    row("Pub", SEMVER, Naming::Binary, plain),
    row("SwiftURL", SEMVER, Naming::Binary, plain),
    row("Android", None, Naming::Binary, plain),
    row("Hackage", None, Naming::Binary, plain),
    row("Maven", None, Naming::Binary, plain),
    row("NuGet", None, Naming::Binary, plain),
    row("OSS-Fuzz", None, Naming::Binary, plain),
    row("Packagist", None, Naming::Binary, plain),
    row("PyPI", None, Naming::Binary, plain),
    row("RubyGems", None, Naming::Binary, plain),
];

impl Ecosystem {
    /// Reads `Name[:suffix]`. An unknown name is kept as it is, with its suffix as the release; the case of a known
    /// name does not count.
    pub fn parse(text: &str) -> Ecosystem {
        let (name, suffix) = match text.split_once(':') {
            Some((name, suffix)) => (name, Some(suffix)),
            None => (text, None),
        };
        let known = find(name);
        let (release, channel) = suffix.map_or((None, None), known.map_or(plain as Suffix, |row| row.suffix));
        let name = known.map_or(name, |row| row.name).to_string();
        Ecosystem { name, release, channel, text: text.to_string() }
    }

    /// The ecosystem of a release, for everybody.
    pub fn of(name: &str, release: &str) -> Ecosystem {
        Ecosystem { name: name.to_string(), release: Some(release.to_string()), ..Ecosystem::default() }
    }

    /// Whether the schema's table has it.
    pub fn known(&self) -> bool {
        find(&self.name).is_some()
    }

    /// How its versions order; none where that is not known here, and only listed versions can be told.
    pub fn scheme(&self) -> Option<Scheme> {
        find(&self.name)?.scheme
    }

    /// Which packages its records name.
    pub fn naming(&self) -> Naming {
        find(&self.name).map_or(Naming::Binary, |row| row.naming)
    }
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        for part in [&self.channel, &self.release].into_iter().flatten() {
            write!(f, ":{part}")?;
        }
        Ok(())
    }
}

fn find(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name.eq_ignore_ascii_case(name))
}

fn plain(suffix: &str) -> (Option<String>, Option<String>) {
    ((!suffix.is_empty()).then(|| suffix.to_string()), None)
}

/// `12`, `6.0`, `bookworm`. From 4 on, what follows the dot is the point release; 3.0 and 3.1 were two releases.
fn debian(suffix: &str) -> (Option<String>, Option<String>) {
    let release = crate::debian::number(suffix).unwrap_or(suffix);
    let major = release.split('.').next().filter(|major| major.parse::<u32>().is_ok_and(|major| major > 3));
    plain(major.unwrap_or(release))
}

/// `22.04:LTS`, `22.04`, `Pro:18.04:LTS`, `Pro:FIPS-updates:22.04:LTS`.
fn ubuntu(suffix: &str) -> (Option<String>, Option<String>) {
    let number = |part: &&str| part.starts_with(|c: char| c.is_ascii_digit());
    let release = suffix.split(':').find(number).map(str::to_string);
    let channel: Vec<&str> = suffix.split(':').filter(|part| !number(part) && *part != "LTS").collect();
    (release, (!channel.is_empty()).then(|| channel.join(":")))
}

/// `8`; a host says `8.10`, and advisories are for all minor releases.
fn major(suffix: &str) -> (Option<String>, Option<String>) {
    plain(suffix.split('.').next().unwrap_or(suffix))
}

/// `v3.19`, `edge`; a host says `3.19.1`.
fn alpine(suffix: &str) -> (Option<String>, Option<String>) {
    let release = suffix.strip_prefix('v').unwrap_or(suffix);
    plain(release.match_indices('.').nth(1).map_or(release, |(at, _)| &release[..at]))
}

/// The tail of a CPE, `product:version:update:edition`: `enterprise_linux:8::baseos` is everybody's, any other product
/// is a channel of its own (`rhel_eus:8.8`), of the release before the dot where it is a RHEL.
fn red_hat(suffix: &str) -> (Option<String>, Option<String>) {
    let mut parts = suffix.split(':');
    let (product, version) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if !product.contains('_') {
        return major(suffix);
    }
    let major = version.split('.').next().filter(|major| !major.is_empty()).map(str::to_string);
    let ours = product == "enterprise_linux" || product.starts_with("rhel_");
    let channel = (product != "enterprise_linux").then(|| format!("{product}:{version}"));
    (major.filter(|_| ours), channel)
}

/// `Linux Enterprise Server 15 SP4`: the product and its release. `15` alone means the first release, not its packs.
fn suse(suffix: &str) -> (Option<String>, Option<String>) {
    let words: Vec<&str> = suffix.split(' ').collect();
    let number = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
    match words.iter().position(number) {
        Some(0) | None => plain(suffix),
        Some(at) => {
            let packs = words[at..].iter().take_while(|word| number(word) || word.starts_with("SP")).count();
            let product = [&words[..at], &words[at + packs..]].concat().join(" ");
            (Some(words[at..at + packs].join(" ")), Some(product))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_of_every_vendor_are_folded_to_release_and_channel() {
        for (text, shown) in [
            ("Debian:12", "Debian:12"),
            ("Debian:6.0", "Debian:6"),
            ("Debian:3.1", "Debian:3.1"),
            ("Debian:bookworm", "Debian:12"),
            ("Debian", "Debian"),
            ("Ubuntu:22.04:LTS", "Ubuntu:22.04"),
            ("Ubuntu:20.04", "Ubuntu:20.04"),
            ("Ubuntu:Pro:18.04:LTS", "Ubuntu:Pro:18.04"),
            ("Ubuntu:Pro:FIPS-updates:22.04:LTS", "Ubuntu:Pro:FIPS-updates:22.04"),
            ("Alpine:v3.19", "Alpine:3.19"),
            ("openSUSE:Leap 15.5", "openSUSE:Leap 15.5"),
            ("Alpine:3.19.1", "Alpine:3.19"),
            ("Alpine:edge", "Alpine:edge"),
            ("Rocky Linux:8", "Rocky Linux:8"),
            ("AlmaLinux:8.10", "AlmaLinux:8"),
            ("Red Hat:7.6", "Red Hat:7"),
            ("Red Hat:enterprise_linux:8::baseos", "Red Hat:8"),
            ("Red Hat:rhel_eus:8.8::appstream", "Red Hat:rhel_eus:8.8:8"),
            ("Red Hat:ocp_tools:4.15::el8", "Red Hat:ocp_tools:4.15"),
            ("Azure Linux:3.0", "Azure Linux:3"),
            ("SUSE:Linux Enterprise Server 15 SP4", "SUSE:Linux Enterprise Server:15 SP4"),
            (
                "SUSE:Linux Enterprise Server for SAP Applications 12",
                "SUSE:Linux Enterprise Server for SAP Applications:12",
            ),
            ("SUSE:Linux Enterprise Server 15 SP3-LTSS", "SUSE:Linux Enterprise Server:15 SP3-LTSS"),
            ("kubernetes", "Kubernetes"),
            ("Elsewhere:1:2", "Elsewhere:1:2"),
            ("", ""),
        ] {
            let ecosystem = Ecosystem::parse(text);
            assert_eq!(ecosystem.to_string(), shown);
            assert_eq!(ecosystem.text, text);
        }
    }

    #[test]
    fn each_ecosystem_has_one_row() {
        let mut names: Vec<String> = ROWS.iter().map(|row| row.name.to_lowercase()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), ROWS.len());
        assert_eq!(Ecosystem::parse("PyPI").scheme(), None);
        assert!(!Ecosystem::parse("Elsewhere").known());
    }
}
