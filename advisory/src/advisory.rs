//! One neutral record of an advisory, whatever feed it came from.

use crate::affected::Affected;

/// An advisory: who says it, what it is about, and which packages it names.
///
/// Every reader of this crate makes these, and matching reads nothing else. Its relations are those of the OSV schema.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Advisory {
    /// The publisher's id: `DSA-5380-1`, `CVE-2023-1393`, `ALSA-2023:7549`.
    pub id: String,
    /// Other ids of the same vulnerability: symmetric and transitive.
    pub aliases: Vec<String>,
    /// Ids that this one is about, as a distribution's advisory is about CVEs: transitive, not symmetric.
    pub upstream: Vec<String>,
    /// Ids that have something to do with it: symmetric, not transitive, and never a reason to take two for one.
    pub related: Vec<String>,
    /// When it was taken back, as the publisher wrote it. Such a record raises nothing and retracts what it raised.
    pub withdrawn: Option<String>,
    /// When it was published, as the publisher wrote it.
    pub published: Option<String>,
    /// When it was last changed, as the publisher wrote it.
    pub modified: Option<String>,
    /// What it is about, in a line.
    pub summary: String,
    /// What the publisher says of its weight.
    pub severity: Vec<Severity>,
    /// Where more is said.
    pub references: Vec<String>,
    /// The host must be restarted for the fix to act, says the publisher.
    pub reboot: bool,
    /// The packages that it names.
    pub affected: Vec<Affected>,
    /// Where the record comes from.
    pub provenance: Provenance,
}

/// A publisher's word about weight: a CVSS vector, or a word of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Severity {
    /// The system: `CVSS_V3`, `urgency`, `severity`.
    pub system: String,
    /// The vector or the word.
    pub value: String,
}

/// Where a record comes from, exactly enough to look it up again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Provenance {
    /// The feed, as the configuration calls it.
    pub feed: String,
    /// The file of the feed.
    pub file: String,
    /// The line of the file, from 1, where the entry begins; 0 where the file is one entry.
    pub line: usize,
}

impl Provenance {
    /// The same feed and file at another line.
    pub fn at(&self, line: usize) -> Provenance {
        Provenance { line, ..self.clone() }
    }
}

/// What updates are called that mend or add something and close no hole, in the `type` of `updateinfo.xml`: Red Hat's words and
/// those of its rebuilds, Fedora's and SUSE's.
const HARMLESS: [&str; 6] = ["bugfix", "enhancement", "newpackage", "recommended", "optional", "feature"];

impl Advisory {
    /// Whether its publisher says that it closes no hole: by the `type` of the update, or by an id that calls it a bug fix or an
    /// enhancement (`RHBA-2026:1`, `ALEA-2026:1`). One that names a CVE closes it, whatever it is called.
    pub fn is_harmless(&self) -> bool {
        let says =
            |severity: &Severity| severity.system == "type" && HARMLESS.contains(&severity.value.as_str());
        (self.severity.iter().any(says) || is_bug_or_enhancement(&self.id)) && self.cves().is_empty()
    }

    /// The CVEs that it is about: its own id, its aliases, what it is upstream of; and its related ids where it names
    /// no others, because AlmaLinux, Rocky Linux, SUSE and Wolfi put them there.
    pub fn cves(&self) -> Vec<&str> {
        let own = std::iter::once(&self.id).chain(&self.aliases).chain(&self.upstream);
        let mut cves: Vec<&str> = own.filter_map(|id| cve(id)).collect();
        if cves.is_empty() {
            cves = self.related.iter().filter_map(|id| cve(id)).collect();
        }
        cves.sort_unstable();
        cves.dedup();
        cves
    }
}

/// Two letters of the vendor, then those of Red Hat's kinds of advisories: `RHBA`, `ALBA`, `RLEA`, `ELEA`.
fn is_bug_or_enhancement(id: &str) -> bool {
    let word = id.split('-').next().unwrap_or_default();
    word.len() == 4
        && word.bytes().all(|byte| byte.is_ascii_uppercase())
        && (word.ends_with("BA") || word.ends_with("EA"))
}

/// The CVE of an id: `CVE-2024-1`, and that of `UBUNTU-CVE-2024-1`, `ALPINE-CVE-2024-1`, `DEBIAN-CVE-2024-1`.
fn cve(id: &str) -> Option<&str> {
    let at = id.find("CVE-")?;
    (at == 0 || id[..at].ends_with('-')).then(|| &id[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_that_closes_no_hole_says_so_by_its_type_or_its_id() {
        let typed = |id: &str, kind: &str, upstream: &[&str]| Advisory {
            id: id.into(),
            upstream: upstream.iter().map(ToString::to_string).collect(),
            severity: vec![Severity { system: "type".into(), value: kind.into() }],
            ..Advisory::default()
        };
        for (id, kind, cves, harmless) in [
            ("ALBA-2026:1002", "bugfix", &[][..], true),
            ("FEDORA-2026-abc", "enhancement", &[], true),
            ("RHEA-2026:1", "", &[], true),
            ("ALBA-2026:1002", "bugfix", &["CVE-2026-1"], false),
            ("ALSA-2026:1", "security", &[], false),
            ("DSA-1-1", "", &[], false),
            ("CBA-1", "", &[], false),
        ] {
            assert_eq!(typed(id, kind, cves).is_harmless(), harmless, "{id} {kind}");
        }
    }

    #[test]
    fn related_cves_count_only_where_no_others_are_named() {
        let ids = |ids: &[&str]| ids.iter().map(|id| id.to_string()).collect::<Vec<_>>();
        let related = ids(&["CVE-2024-2", "CVE-2024-2", "GHSA-1"]);
        let mut record = Advisory { id: "ALSA-1".into(), related, ..Advisory::default() };
        assert_eq!(record.cves(), ["CVE-2024-2"]);
        record.upstream = ids(&["UBUNTU-CVE-2024-1", "NOTCVE-2024-9"]);
        assert_eq!(record.cves(), ["CVE-2024-1"]);
    }
}
