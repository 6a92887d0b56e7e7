//! Vendors, by the ids of their definitions: whose packages they mean, and of which release.

use super::definition::Definition;
use crate::ecosystem::{Ecosystem, Naming};

/// What is known of a vendor; a new one is a new row.
pub(super) struct Vendor {
    /// How the ids of its definitions begin.
    pub id: &'static str,
    /// Its ecosystem.
    ecosystem: &'static str,
    /// Which packages its definitions name; none where the definition's `product` tells.
    naming: Option<Naming>,
    /// The release of a platform as it writes it: `Red Hat Enterprise Linux 9`.
    platform: Said,
    /// The product that a comment calls by its name.
    pub product: Said,
    /// The release that a version was built for, where neither tests nor platforms say it.
    built: Said,
}

/// Takes from words what they say.
type Said = fn(&str) -> Option<String>;

fn silent(_: &str) -> Option<String> {
    None
}

const fn row(id: &'static str, ecosystem: &'static str, naming: Option<Naming>, platform: Said) -> Vendor {
    Vendor { id, ecosystem, naming, platform, product: silent, built: silent }
}

const BINARY: Option<Naming> = Some(Naming::Binary);
const SOURCE: Option<Naming> = Some(Naming::Source);

/// Sources: what the vendors publish. Microsoft's definitions name the package that is built, which is the source.
const ROWS: [Vendor; 11] = [
    row("oval:com.redhat.", "Red Hat", BINARY, |words| after(words, "Red Hat Enterprise Linux ")),
    row("oval:org.almalinux.", "AlmaLinux", BINARY, |words| after(words, "AlmaLinux ")),
    row("oval:org.rockylinux.", "Rocky Linux", BINARY, |words| after(words, "Rocky Linux ")),
    row("oval:com.oracle.", "Oracle Linux", BINARY, |words| after(words, "Oracle Linux ")),
    Vendor { product: suse, ..row("oval:org.opensuse.", "SUSE", BINARY, suse) },
    row("oval:com.ubuntu.", "Ubuntu", BINARY, |words| {
        Some(words.strip_prefix("Ubuntu ")?.split_whitespace().collect::<Vec<_>>().join(":"))
    }),
    row("oval:org.debian", "Debian", None, |words| after(words, "Debian GNU/Linux ")),
    Vendor {
        built: |version| tag(version, ".cm"),
        ..row("oval:com.microsoft.cbl-mariner:", "Azure Linux", SOURCE, silent)
    },
    Vendor {
        built: |version| tag(version, ".azl"),
        ..row("oval:com.microsoft.azurelinux:", "Azure Linux", SOURCE, silent)
    },
    row("oval:com.vmware.phsa:", "Photon OS", BINARY, |words| {
        let release = after(words, "Photon ").or_else(|| after(words, "VMware Photon OS "))?;
        Some(if release.contains('.') { release } else { format!("{release}.0") })
    }),
    row("oval:org.openeuler.", "openEuler", BINARY, |words| after(words, "openEuler ")),
];

/// A vendor that is not known; whose packages are meant was said by somebody.
pub(super) const ANY: Vendor = row("", "", BINARY, silent);

/// The vendor of a definition.
pub(super) fn of(id: &str) -> Option<&'static Vendor> {
    ROWS.iter().find(|row| id.starts_with(row.id))
}

impl Vendor {
    /// Which packages a definition means by a name. Debian's have named source packages, later binary ones.
    pub fn naming(&self, definition: &Definition, package: &str) -> Naming {
        let product = || definition.products.iter().any(|product| product == package);
        self.naming.unwrap_or_else(|| if product() { Naming::Source } else { Naming::Binary })
    }

    /// Whose packages are meant where a test asks for releases (or none does), and the fix is `version`. None where the
    /// definition does not tell.
    pub fn ecosystems(
        &self,
        definition: &Definition,
        releases: &[String],
        version: Option<&str>,
    ) -> Vec<Ecosystem> {
        let mut releases = releases.to_vec();
        if releases.is_empty() {
            releases.extend(definition.platforms.iter().filter_map(|words| (self.platform)(words)));
        }
        if releases.is_empty() {
            releases.extend(version.and_then(self.built));
        }
        let mut found: Vec<Ecosystem> =
            releases.iter().flat_map(|release| self.of_release(definition, release)).collect();
        // A fix of extended maintenance is for those who have it.
        if self.ecosystem == "Ubuntu" && version.is_some_and(|version| version.contains("esm")) {
            found.iter_mut().for_each(|ecosystem| {
                ecosystem.channel.get_or_insert_with(|| "Pro".to_string());
            });
        }
        found.sort();
        found.dedup();
        found
    }

    fn of_release(&self, definition: &Definition, release: &str) -> Vec<Ecosystem> {
        let plain = |text: &str| {
            let name = if text.starts_with("openSUSE") {
                text.replacen(' ', ":", 1)
            } else {
                format!("{}:{text}", self.ecosystem)
            };
            // The text tells nothing more, and the same release is written in many ways.
            Ecosystem { text: String::new(), ..Ecosystem::parse(&name) }
        };
        let own = plain(release);
        // A product for which an erratum is, by its tail of a CPE: `rhel_eus:9.2::appstream`.
        let tails = definition.cpes.iter().filter_map(|cpe| {
            self.ecosystem.eq("Red Hat").then(|| cpe.split_once(":redhat:").map(|(_, tail)| tail)).flatten()
        });
        let products: Vec<Ecosystem> =
            tails.map(plain).filter(|of| of.release.is_none() || of.release == own.release).collect();
        if products.is_empty() { vec![own] } else { products }
    }
}

/// The number behind the name of a system, which may have more behind it: `9` of `AlmaLinux 9 is installed`.
fn after(words: &str, name: &str) -> Option<String> {
    let release = words.strip_prefix(name)?.split_whitespace().next()?;
    release.starts_with(|c: char| c.is_ascii_digit()).then(|| release.to_string())
}

/// `SUSE Linux Enterprise Server 15 SP1 is installed`, `openSUSE Leap 15.5 is installed`.
fn suse(words: &str) -> Option<String> {
    let words = words.strip_suffix(" is installed").unwrap_or(words);
    match words.strip_prefix("SUSE ") {
        Some(product) => Some(product.to_string()),
        None => words.starts_with("openSUSE ").then(|| words.to_string()),
    }
}

/// The release in the tag of a build: `3` of `2.6.7-3.azl3`.
fn tag(version: &str, tag: &str) -> Option<String> {
    let (_, rest) = version.rsplit_once(tag)?;
    let release: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!release.is_empty()).then_some(release)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_found_in_what_vendors_write() {
        let shown = |id: &str, platform: &str, version: Option<&str>| {
            let definition = Definition { platforms: vec![platform.to_string()], ..Definition::default() };
            let found = of(id).unwrap().ecosystems(&definition, &[], version);
            found.iter().map(Ecosystem::to_string).collect::<Vec<_>>().join(" ")
        };
        for (id, platform, version, ecosystem) in [
            ("oval:com.redhat.rhsa:def:1", "Red Hat Enterprise Linux 9", None, "Red Hat:9"),
            ("oval:com.ubuntu.jammy:def:1", "Ubuntu 22.04 LTS", Some("1-2"), "Ubuntu:22.04"),
            ("oval:com.ubuntu.jammy:def:1", "Ubuntu 22.04 LTS", Some("1-2~esm1"), "Ubuntu:Pro:22.04"),
            (
                "oval:com.ubuntu.jammy:def:1",
                "Ubuntu Pro FIPS-updates 22.04 LTS",
                None,
                "Ubuntu:Pro:FIPS-updates:22.04",
            ),
            ("oval:org.debian:def:1", "Debian GNU/Linux 11", None, "Debian:11"),
            ("oval:com.microsoft.azurelinux:def:1", "Azure Linux", Some("2.6.7-3.azl3"), "Azure Linux:3"),
            ("oval:com.microsoft.cbl-mariner:def:1", "CBL-Mariner", Some("1-1.cm2"), "Azure Linux:2"),
            ("oval:com.microsoft.cbl-mariner:def:1", "CBL-Mariner", Some("1-1"), ""),
            ("oval:com.vmware.phsa:def:1", "Photon 5", None, "Photon OS:5.0"),
            (
                "oval:org.opensuse.security:def:1",
                "SUSE Linux Enterprise Server 15 SP1",
                None,
                "SUSE:Linux Enterprise Server:15 SP1",
            ),
            ("oval:org.opensuse.security:def:1", "openSUSE Leap 15.5", None, "openSUSE:Leap 15.5"),
        ] {
            assert_eq!(shown(id, platform, version), ecosystem);
        }
        assert!(of("oval:com.example:def:1").is_none());
    }
}
